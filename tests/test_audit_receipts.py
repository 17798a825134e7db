"""Receipts that are made again, two runs beside each other, trends, and the configuration they all come from."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import json
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from audit_logs import DOCUMENTS, HEADER, World
from click.testing import CliRunner, Result
from test_audit_nights import configured

from zwgk import check
from zwgk._data import data_folder
from zwgk.audit.config import STARTER, config_schema, load_config
from zwgk.audit.run import run_audit
from zwgk.audit.standing import medians
from zwgk.cli import cli
from zwgk.errors import ComplaintsError, InputError, UsageError
from zwgk.model import Moment

if TYPE_CHECKING:
    from zwgk.audit.config import Config


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_text(DOCUMENTS, "utf-8")
    configured(tmp_path, packs=("luzhou-2011",))
    return load_config("zwgk.toml")


def night(config: Config, as_of: str) -> None:
    run_audit(config, as_of=Moment(dt.date.fromisoformat(as_of).toordinal()))


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def left_with(*arguments: str) -> tuple[int, str]:
    """The exit code and the output of a command."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        returned = cli.main(args=list(arguments), standalone_mode=False)
    return returned or 0, out.getvalue()


def receipt(run: int) -> str:
    (found,) = Path(".zwgk/receipts").glob(f"{run:06d}-*.json")
    return str(found)


# --- verify -----------------------------------------------------------------------------------------------


def test_a_receipt_is_made_again(config: Config) -> None:
    night(config, "2011-09-26")
    kept = json.loads(Path(receipt(1)).read_text("utf-8"))
    report = check("log.csv", as_of="2011-09-26", rules="luzhou-2011")
    assert kept["report"]["digest"] == "sha256:" + hashlib.sha256(report.to_json().encode()).hexdigest()
    assert kept["inputs"][0]["digest"] == "sha256:" + hashlib.sha256(Path("log.csv").read_bytes()).hexdigest()
    assert (kept["as_of"], kept["inputs"][0]["rows"]) == ("2011-09-26T23:59:59+08:00", 5)
    returned, text = left_with("verify", receipt(1))
    assert (returned, text) == (0, "与回执相同（比较了全部结论、报告逐字节）。\n")


def test_each_receipt_names_the_one_before(config: Config) -> None:
    night(config, "2011-09-26")
    night(config, "2011-09-27")
    before = Path(receipt(1)).read_bytes()
    assert json.loads(Path(receipt(2)).read_text("utf-8"))["previous"] == "sha256:" + hashlib.sha256(before).hexdigest()


def test_a_log_that_has_grown_is_verified_as_it_was(config: Config) -> None:
    night(config, "2011-09-26")
    with Path("log.csv").open("a", encoding="utf-8") as out:
        out.write("甲,document-published,2011-09-27,甲局\n")
    returned, text = left_with("verify", receipt(1), "--format", "json")
    told = json.loads(text)
    assert (returned, told["same"], told["compared"]) == (0, True, ["verdicts", "report"])
    assert "后来只是增长了" in told["notes"][0]


def test_what_differs_is_said(config: Config, tmp_path: Path) -> None:
    pack = tmp_path / "own-pack"
    shutil.copytree(data_folder("rules") / "luzhou-2011", pack)
    own = configured(tmp_path, packs=("./own-pack",))
    night(own, "2011-09-26")
    assert left_with("verify", receipt(1))[0] == 0
    rule = pack / "document-publication.yaml"
    text = rule.read_text("utf-8")
    rule.write_text(text.replace("within: 3 workdays", "within: 4 workdays"), "utf-8")
    returned, told = left_with("verify", receipt(1), "--format", "json")
    assert returned == 1
    assert [one["part"] for one in json.loads(told)["differences"]] == ["rules", "verdicts", "totals", "report"]
    rule.write_text(text, "utf-8")
    Path("log.csv").write_text(DOCUMENTS.replace("2011-09-23", "2011-09-22"), "utf-8")
    returned, told = left_with("verify", receipt(1))
    assert returned == 1
    assert "内容与当时不同" in told
    Path("log.csv").unlink()
    assert "找不到了" in left_with("verify", receipt(1))[1]
    assert config.packs == ("luzhou-2011",)


@pytest.mark.parametrize("text", ["{}", "no json", '{"schema": "zwgk.receipt/1"}', "[]"])
@pytest.mark.usefixtures("config")
def test_what_is_no_receipt_is_refused(text: str) -> None:
    Path("x.json").write_text(text, "utf-8")
    result = invoke("verify", "x.json")
    assert isinstance(result.exception, InputError)
    assert "不是核查回执" in str(result.exception)


def test_incremental_runs_verify_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    configured(tmp_path, mode="incremental", packs=("ogi-regulation-2019", "guiyang-hitech-2019"))
    config = load_config("zwgk.toml")
    world = World(5)
    with Path("log.csv").open("w", encoding="utf-8") as out:
        out.write(HEADER)
        for number in range(40):
            out.writelines(world.night(number))
    night(config, "2024-04-10")
    with Path("log.csv").open("a", encoding="utf-8") as out:
        out.writelines(world.night(40))
    night(config, "2024-04-11")
    assert json.loads(Path(receipt(2)).read_text("utf-8"))["mode"] == "incremental"
    assert left_with("verify", receipt(2)) == (0, "与回执相同（比较了全部结论）。\n")
    assert left_with("verify", receipt(1))[0] == 0


# --- diff -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("config")
def test_two_moments() -> None:
    common = ("--events", "log.csv", "--rules", "luzhou-2011", "--format", "json")
    returned, text = left_with("diff", "2011-09-22", "as-of=2011-09-26", *common)
    flips = json.loads(text)["flips"]
    assert returned == 1
    assert [(one["before"]["case"], one["before"]["verdict"], one["after"]["breach"]) for one in flips] == [
        ("乙", "pending", "late"),
        ("甲", "pending", "overdue"),
    ]
    assert left_with("diff", "2011-09-26", "2011-09-26", *common)[0] == 0


@pytest.mark.usefixtures("config")
def test_two_calendars_and_two_rule_sets(tmp_path: Path) -> None:
    Path("log.csv").write_text("case,event,time,agency\n甲,document-issued,2020-01-22,办\n", "utf-8")
    common = ("--events", "log.csv", "--format", "json")
    # See test_a_calendar_known_better_flips_what_it_moves.
    sides = ("known-on=2020-01-20", "known-on=2020-01-31")
    returned, text = left_with("diff", *sides, *common, "--as-of", "2020-02-04", "--rules", "luzhou-2011")
    (flip,) = json.loads(text)["flips"]
    assert (returned, flip["before"]["breach"], flip["after"]["verdict"]) == (1, "overdue", "pending")
    own = tmp_path / "b" / "luzhou-2011"
    shutil.copytree(data_folder("rules") / "luzhou-2011", own)
    rule = own / "document-publication.yaml"
    rule.write_text(rule.read_text("utf-8").replace("within: 3 workdays", "within: 2 workdays"), "utf-8")
    returned, text = left_with("diff", "luzhou-2011", "rules=./b/luzhou-2011", *common, "--as-of", "2020-02-04")
    (flip,) = json.loads(text)["flips"]
    assert (returned, flip["before"]["verdict"], flip["after"]["breach"]) == (1, "pending", "overdue")
    assert (flip["before"]["due_latest"], flip["after"]["due_latest"]) == ("2020-02-04", "2020-02-03")


@pytest.mark.usefixtures("config")
def test_two_report_files() -> None:
    for name, as_of in (("a.json", "2011-09-22"), ("b.jsonl", "2011-09-26")):
        report = check("log.csv", as_of=as_of, rules="luzhou-2011")
        Path(name).write_text(report.to_json() if name == "a.json" else report.to_jsonl(), "utf-8")
    returned, text = left_with("diff", "a.json", "b.jsonl")
    assert returned == 1
    assert "【结论不同】2项" in text
    assert "待办（到期 2011-09-22） → 逾期未办（到期 2011-09-22）" in text
    Path("c.json").write_text("{}", "utf-8")
    assert isinstance(invoke("diff", "a.json", "c.json").exception, InputError)
    result = invoke("diff", "2011-09-22", "2011-09-26")
    assert isinstance(result.exception, UsageError)
    assert "--events" in str(result.exception)


# --- trends -----------------------------------------------------------------------------------------------


def test_history(config: Config) -> None:
    night(config, "2011-09-22")
    night(config, "2011-09-26")
    with Path("log.csv").open("a", encoding="utf-8") as out:
        out.write("甲,document-published,2011-09-27,甲局\n")
    night(config, "2011-09-28")
    told = json.loads(left_with("audit", "history", "--format", "json")[1])
    course = [(one["open"], one["opened"], one["closed"], one["in_time"]) for one in told["course"]]
    # 丙 was in time all along; 乙 came late, 甲 was open for one night.
    assert course == [(0, 0, 0, 1.0), (1, 2, 0, 0.333333), (0, 0, 1, 0.333333)]
    assert [one["median_days"] for one in told["course"]] == [1, 2.5, 4]
    assert [(one["agency"], one["in_time"], one["median_days"]) for one in told["ranking"]] == [
        ("乙局", 0.0, 4),
        ("甲局", 0.0, 8),
        ("丙局", 1.0, 1),
    ]
    assert "▇" in left_with("audit", "history")[1]
    alone = json.loads(left_with("audit", "history", "--agency", "甲局", "--last", "1", "--format", "json")[1])
    assert [(one["agency"], one["closed"]) for one in alone["course"]] == [("甲局", 1)]
    assert "状态里没有机关“甲居”" in str(invoke("audit", "history", "--agency", "甲居").exception)


@pytest.mark.parametrize(
    ("days", "median"),
    [({3: 1}, 3), ({1: 1, 2: 1}, 1.5), ({1: 2, 9: 1}, 1), ({1: 1, 2: 2, 9: 1}, 2), ({0: 5, 8: 5}, 4)],
)
def test_medians(days: dict[int, int], median: float) -> None:
    assert medians({("局", day): number for day, number in days.items()}) == {"局": median, "*": median}


# --- exit codes and outputs -------------------------------------------------------------------------------


@pytest.mark.usefixtures("config")
def test_exit_codes() -> None:
    assert left_with("audit", "--as-of", "2011-09-22", "-q") == (0, "")
    assert left_with("audit", "--as-of", "2011-09-26", "-q")[0] == 1
    assert left_with("audit", "--as-of", "2011-09-26", "-q")[0] == 0
    assert left_with("audit", "--as-of", "2011-09-26", "-q", "--fail-on-open")[0] == 1
    with Path("log.csv").open("a", encoding="utf-8") as out:
        out.write("丁,document-issued,2011-13-19,局\n")
    assert left_with("audit", "--as-of", "2011-09-27", "-q")[0] == 2


def test_due_soon_and_undecided_can_fail(config: Config, tmp_path: Path) -> None:
    text = (tmp_path / "zwgk.toml").read_text("utf-8")
    (tmp_path / "zwgk.toml").write_text(text.replace("[rules]", 'fail_on = "due-soon"\n[rules]'), "utf-8")
    assert config.fail_on == "breach"
    assert left_with("audit", "--as-of", "2011-09-19", "-q")[0] == 0
    # Two working days before the 22nd.
    assert left_with("audit", "--as-of", "2011-09-20", "-q")[0] == 1
    assert left_with("audit", "--as-of", "2011-09-21", "-q")[0] == 0


def test_outputs(config: Config, tmp_path: Path) -> None:
    more = "".join(
        f'[[output]]\npath = "out/{content}.{form}"\ncontent = "{content}"\n'
        for content, form in (
            ("changes", "txt"),
            ("changes", "json"),
            ("new", "json"),
            ("open", "jsonl"),
            ("all", "json"),
        )
    )
    config = configured(tmp_path, packs=config.packs, more=more)
    night(config, "2011-09-26")
    night(config, "2011-09-27")
    out = tmp_path / "out"
    changes = json.loads((out / "changes.json").read_text("utf-8"))
    assert (changes["run"], changes["totals"]["open"], changes["changes"]) == (2, 1, [])
    assert "夜间核查 第2次" in (out / "changes.txt").read_text("utf-8")
    assert json.loads((out / "new.json").read_text("utf-8"))["findings"] == []
    lines = (out / "open.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["case"] for line in lines] == ["甲"]
    assert (out / "all.json").read_text("utf-8") == check(
        "log.csv", as_of="2011-09-27", rules="luzhou-2011"
    ).to_json().replace('"log.csv"', json.dumps(str(tmp_path / "log.csv"), ensure_ascii=False))


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize("content", ["new", "open", "all"])
def test_a_part_of_the_report_can_be_had_in_every_mode(tmp_path: Path, content: str) -> None:
    more = f'[[output]]\npath = "part.json"\ncontent = "{content}"\n'
    configured(tmp_path, mode="incremental", packs=("luzhou-2011",), more=more)
    for as_of in ("2011-09-22", "2011-09-23"):
        night(load_config("zwgk.toml"), as_of)
    cases = {one["case"] for one in json.loads(Path("part.json").read_text("utf-8"))["findings"]}
    assert cases - {None} == {"new": {"甲", "乙"}, "open": {"甲"}, "all": {"甲", "乙", "丙"}}[content]


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize("target", ["log.csv", "zwgk.toml", "waivers.yaml", "./.zwgk/audit.db"])
def test_an_output_never_overwrites_what_is_read(tmp_path: Path, target: str) -> None:
    Path("waivers.yaml").write_text("waivers: []\n", "utf-8")
    more = f'[[output]]\npath = "{target}"\nformat = "json"\n'
    configured(tmp_path, packs=("luzhou-2011",), waivers='"waivers.yaml"', more=more)
    before = Path(target).read_bytes() if Path(target).exists() else None
    with pytest.raises(InputError, match="就是要读的文件"):
        night(load_config("zwgk.toml"), "2011-09-26")
    assert before is None or Path(target).read_bytes() == before


# --- configuration ----------------------------------------------------------------------------------------


def complaints(text: str) -> list[str]:
    Path("bad.toml").write_text(text, "utf-8")
    with pytest.raises(ComplaintsError) as refusal:
        load_config("bad.toml")
    return [str(one) for one in refusal.value.complaints]


@pytest.mark.usefixtures("config")
def test_the_starter_is_right(tmp_path: Path) -> None:
    left_with("init", "made.toml")
    assert (tmp_path / "made.toml").read_text("utf-8") == STARTER
    config = load_config("made.toml")
    assert config.files == ("日志/*.csv",)
    assert isinstance(invoke("init", "made.toml").exception, UsageError)
    schema = json.loads(left_with("init", "--schema")[1])
    assert schema == config_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tomllib.loads(STARTER), schema)


def test_the_example_can_be_tried_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "--as-of 2024-12-31" in left_with("init", "--example")[1]
    returned, text = left_with("audit", "--as-of", "2024-12-31")
    assert returned == 1
    # 20 working days: No. 1 was answered in time, No. 2 was due on 2024-10-25, No. 3 on 2024-11-04, No. 4 is still to come.
    assert "【新增】2项" in text
    assert "逾期完成  示例〔2024〕2号" in text
    assert "逾期未办  示例〔2024〕3号" in text
    Path("zwgk.toml").unlink()
    assert isinstance(invoke("init", "--example").exception, UsageError)
    assert not Path("zwgk.toml").exists()


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[audit]\nstat = 1\n", "bad.toml:2: 不认识的键“audit.stat”；是不是“state”"),
        ("[audit]\nfail_on = 'late'\n", "bad.toml:2: audit.fail_on：填的是“late”"),
        ("[rules]\n\ndue_soon = true\n", "bad.toml:3: rules.due_soon：填的是“true”"),
        ("[rules]\nregion = '5105'\n", "6位行政区划代码"),
        ("[rule]\n", "bad.toml:1: 不认识的表（[…]）“rule”；是不是“rules”"),
        ("[source]\nfiles = ['x']\n", "应写作 [[source]]"),
        ("[[audit]]\n", "“audit”应为一个表"),
        ("[audit]\nmode = 'fast'\n", "audit.mode"),
        ("[[output]]\nformat = 'json'\n", "缺少“path”"),
        ("x = 'unclosed\n", "不是正确的 TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, says: str) -> None:
    more = "" if "source" in text else "[[source]]\nfiles = ['log.csv']\n"
    assert any(says in one for one in complaints(text + more)), complaints(text + more)


@pytest.mark.usefixtures("config")
def test_all_complaints_come_at_once() -> None:
    assert len(complaints("[audit]\nstat = 1\nmode = 2\n[rulez]\n")) == 4


def test_an_output_that_cannot_be_written_is_refused_before_any_work(config: Config, tmp_path: Path) -> None:
    more = '[[output]]\npath = "a.xyz"\n[[output]]\npath = "b.csv"\n'
    bad = configured(tmp_path, packs=config.packs, more=more)
    with pytest.raises(ComplaintsError) as refusal:
        night(bad, "2011-09-26")
    assert len(refusal.value.complaints) == 2
    assert not Path(bad.state).exists()
