"""The nightly audit reads the mapping file of ``--columns``: ledgers, sheets, rows above the header."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from zwgk.audit.config import config_schema, load_config
from zwgk.audit.receipt import read_receipt
from zwgk.audit.run import run_audit
from zwgk.audit.state import OPEN, opened
from zwgk.audit.verify import verify
from zwgk.errors import ComplaintsError, InputError
from zwgk.model import Moment

CONFIG = """
[audit]
mode = "incremental"
[rules]
packs = ["luzhou-2011/document-publication"]
[log]
columns = {columns}
[[source]]
files = ["台账.csv"]
"""
LEDGER = "某局发文台账\n事项,承办处室,印发日,上网日\n甲,办,2011-09-19,2011-09-21\n乙,办,2011-09-19,\n"
MAPPING = "columns: {事项: case, 承办处室: agency}\nledger: {印发日: 文件印发, 上网日: 文件公开}\nheader_row: 2\n"
AS_OF = Moment(dt.date(2011, 9, 30).toordinal())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "台账.csv").write_text(LEDGER, "utf-8")
    (tmp_path / "zwgk.toml").write_text(CONFIG.format(columns='"对照.yaml"'), "utf-8")
    (tmp_path / "对照.yaml").write_text(MAPPING, "utf-8")
    return tmp_path


def test_a_ledger_by_its_mapping_file(folder: Path) -> None:
    config = load_config(str(folder / "zwgk.toml"))
    outcome = run_audit(config, as_of=AS_OF)
    with opened(config.state) as state:
        # Three working days from Monday 2011-09-19 end on Thursday 2011-09-22: only 乙 is overdue.
        assert [(one.item.case, one.item.agency) for one in state.findings(OPEN)] == [("乙", "办")]
    assert outcome.mode == "full"
    # The receipt carries what the mapping said: it is made again though the file is gone.
    receipt = next(Path(config.receipts).glob("000001-*"))
    (folder / "对照.yaml").unlink()
    assert json.loads(receipt.read_text("utf-8"))["options"]["columns"]["header_row"] == 2
    assert verify(read_receipt(str(receipt))).differences == ()


def test_another_mapping_is_another_setting(folder: Path) -> None:
    config = load_config(str(folder / "zwgk.toml"))
    run_audit(config, as_of=AS_OF)
    (folder / "对照.yaml").write_text(MAPPING.replace("上网日: 文件公开", '上网日: ""'), "utf-8")
    changes = run_audit(load_config(config.path), as_of=AS_OF).changes
    assert [(one.kind, one.cause, one.item.case) for one in changes] == [("new", "options", "甲")]


def test_a_mapping_file_that_says_no_more_than_columns_leaves_the_audit_incremental(folder: Path) -> None:
    (folder / "台账.csv").write_text("事项,event,办理日,agency\n甲,document-issued,2011-09-19,办\n", "utf-8")
    (folder / "对照.yaml").write_text("columns: {事项: case, 办理日: time}\n", "utf-8")
    config = load_config(str(folder / "zwgk.toml"))
    assert run_audit(config, as_of=AS_OF).mode == "full"
    with (folder / "台账.csv").open("a", encoding="utf-8") as out:
        out.write("乙,document-issued,2011-09-19,办\n")
    outcome = run_audit(config, as_of=AS_OF)
    assert (outcome.mode, [one.item.case for one in outcome.changes]) == ("incremental", ["乙"])


def test_what_is_wrong_is_said_where(folder: Path) -> None:
    (folder / "对照.yaml").write_text("colums: {事项: case}\nheader_row: 第二\n", "utf-8")
    with pytest.raises(InputError) as caught:
        load_config(str(folder / "zwgk.toml"))
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{folder / '对照.yaml'}:1: ")
    assert second.startswith(f"{folder / '对照.yaml'}:2: ")
    (folder / "对照.yaml").unlink()
    with pytest.raises(InputError, match=r"对照\.yaml"):
        load_config(str(folder / "zwgk.toml"))


@pytest.mark.parametrize("columns", ['""', "3", '["对照.yaml"]', '{ "办结日" = 1 }'])
def test_what_columns_may_not_be(folder: Path, columns: str) -> None:
    (folder / "zwgk.toml").write_text(CONFIG.format(columns=columns), "utf-8")
    with pytest.raises(ComplaintsError, match=r":7: log\.columns：.*或列对照文件的路径"):
        load_config(str(folder / "zwgk.toml"))


def test_the_schema_knows_both_forms() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = config_schema()["properties"]["log"]
    validator = jsonschema.Draft202012Validator(schema)
    assert [validator.is_valid({"columns": one}) for one in ("对照.yaml", {"办结日": "time"}, "", 3, ["a"])] == [
        True,
        True,
        False,
        False,
        False,
    ]
