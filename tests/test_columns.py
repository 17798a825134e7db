"""The mapping of columns: read strictly, proposed from a file, and how a file is read shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from office_files import HEADERS, table, workbook

from zwgk import check
from zwgk.cli import main
from zwgk.commands.init_mapping import propose
from zwgk.errors import InputError
from zwgk.events import read_log
from zwgk.events.mapping import NO_MAPPING, ColumnMapping, as_mapping, keys
from zwgk.events.reading import read_readings
from zwgk.shapes import record_schema

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as stop:
        main([*arguments])
    out, err = capsys.readouterr()
    return stop.value.code, out, err


# --- the file ---------------------------------------------------------------------------------------------


def test_every_key_of_the_file(tmp_path) -> None:
    path = write(
        tmp_path / "columns.yaml",
        "columns: {事项: case, 备注: ''}\nledger: {办结日: 答复}\nsheet: [一月, 二月]\nheader_row: 3\ndate_system: 1904\nencoding: gbk\n",
    )

    assert as_mapping(path) == ColumnMapping(
        columns={"事项": "case", "备注": ""},
        ledger={"办结日": "答复"},
        sheet=("一月", "二月"),
        header_row=3,
        date_system=1904,
        encoding="gbk",
    )
    assert as_mapping(None) is NO_MAPPING
    assert NO_MAPPING.is_plain
    assert as_mapping({"事项": "case"}).is_plain
    assert not as_mapping(path).is_plain


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        ("colums: {a: case}\n", [":1: ", "colums", "是不是", "columns"]),
        ("columns: [a, b]\n", [":1: ", "columns", "应为", "键: 值"]),
        ("columns:\n  a: case\n  a: time\n", [":3: ", "重复"]),
        ("columns: {a: 1}\nledger: {b: yes}\n", [":1: ", ":2: "]),
        ("header_row: 0\n", [":1: ", "1 到 9999"]),
        ("\ndate_system: 1901\n", [":2: ", "1900 或 1904"]),
        ("sheet: []\n", [":1: ", "空列表"]),
        ("encoding: klingon\n", ["klingon"]),
        ("a: *b\n", [":1: ", "别名"]),
        ("- a\n", [":1: ", "应为", "键: 值"]),
        ("", [":1: ", "空的"]),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, text, complaints) -> None:
    path = write(tmp_path / "columns.yaml", text)

    with pytest.raises(InputError) as caught:
        as_mapping(path)

    assert all(words in str(caught.value) for words in complaints), str(caught.value)
    assert text.startswith("encoding") or str(path) in str(caught.value)


def test_dictionaries_are_held_to_the_same() -> None:
    given = {"columns": {"a": "case"}, "ledger": {"b": "答复"}, "sheet": "一月", "header_row": 2, "date_system": 1900}

    assert as_mapping(given) == ColumnMapping({"a": "case"}, {"b": "答复"}, ("一月",), 2, 1900, None)
    wrong = {"colums": {}, "ledger": {"b": 1}, "sheet": [3], "header_row": 0, "date_system": 1901, "encoding": 5}
    with pytest.raises(InputError) as caught:
        as_mapping(wrong)
    assert len(str(caught.value).splitlines()) == 6
    with pytest.raises(InputError, match="路径或字典"):
        as_mapping(5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="没有这个文件"):
        as_mapping("none.yaml")


def test_editors_get_a_schema() -> None:
    schema = record_schema(keys())

    assert [*schema["properties"]] == ["columns", "ledger", "sheet", "header_row", "date_system", "encoding"]


def test_the_option_and_the_argument(tmp_path, capsys) -> None:
    log = write(tmp_path / "log.csv", "事项,收到日,答复日\n1,2024-09-27,2024-10-31\n")
    mapping = write(tmp_path / "columns.yaml", "columns: {事项: case}\nledger: {收到日: 收到申请, 答复日: 答复}\n")
    rule = "ogi-regulation-2019/reply"

    code, out, _ = run(capsys, str(log), "--columns", str(mapping), "--rules", rule, "--format", "jsonl")

    finding = json.loads(out)
    assert (code, finding["case"], finding["breach"], finding["due"]["at"]) == (1, "1", "late", "2024-10-30")
    report = check(log, as_of="2024-12-31", rules=rule, columns=mapping)
    assert [found.fingerprint for found in report.findings] == [finding["fingerprint"]]
    code, _, err = run(capsys, str(log), "--columns", str(tmp_path / "none.yaml"))
    assert (code, "没有这个文件" in err) == (2, True)


def test_encoding_of_the_mapping(tmp_path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes("文号,事件,时间,备注\n甲,答复,2022-07-15,é\n".encode("gb18030"))

    assert read_log([path], columns={"encoding": "gbk"}).inputs[0].encoding == "gb18030"
    with pytest.raises(InputError, match="解不开"):
        read_log([path], columns={"encoding": "utf-8"})


# --- the proposal -----------------------------------------------------------------------------------------


def test_a_proposal_for_open_questions_can_be_filled_in(tmp_path) -> None:
    log = write(tmp_path / "log.csv", "文号,标题,公开日期,登记日期\n甲,x,2024-01-02,2024-01-03\n")

    text = propose(str(log))

    assert "# 公开日期: ？" in text
    assert "document-published（文件公开）" in text
    filled = text.replace("# ledger:", "ledger:").replace("# 公开日期: ？", "公开日期: 文件公开")
    filled = filled.replace("# 登记日期: ？", '登记日期: ""')
    (event,) = read_log([log], columns=write(tmp_path / "columns.yaml", filled)).events
    assert (event.event, event.attributes) == ("document-published", {"标题": "x"})


def test_a_proposal_for_a_header_that_lacks_a_column(tmp_path) -> None:
    log = write(tmp_path / "log.csv", "文号,办理环结,何时,yes,1\n甲,答复,2024-01-02,x,y\n")

    text = propose(str(log))

    assert "# 办理环结: event  # 像是事件" in text
    assert '# "yes": ？' in text
    assert "还缺时间列 time" in text
    filled = text.replace("# 办理环结: event", "办理环结: event").replace("# 何时: ？", "何时: time")
    (event,) = read_log([log], columns=write(tmp_path / "columns.yaml", filled)).events
    assert (event.event, event.attributes) == ("reply-sent", {"yes": "x", "1": "y"})


def test_init_writes_a_mapping_and_never_over_a_file(tmp_path, capsys) -> None:
    log = write(tmp_path / "log.csv", "文号,事件,时间\n甲,答复,2024-01-02\n")
    target = tmp_path / "columns.yaml"

    assert run(capsys, "init", "--columns", str(log))[1].startswith("# 列对照")
    assert run(capsys, "init", str(log), "-o", str(target))[0] == 0
    code, _, err = run(capsys, "init", str(log), "-o", str(target))
    assert (code, "没有覆盖" in err) == (2, True)
    assert run(capsys, "init", "--columns", str(tmp_path / "none.csv"))[0] == 2


# --- how a file is read -----------------------------------------------------------------------------------


def test_the_reading_says_each_column(tmp_path) -> None:
    content = workbook(
        ("说明", table([["本表一行一个事件"]])),
        ("日志", table([["台账"], [*HEADERS, "", "备注"], ["甲", "文件印发", "2022年7月15日", "某局", 4, "", "x"]])),
    )
    path = tmp_path / "log.xlsx"
    path.write_bytes(content)

    (reading,) = read_readings([path], mapping=as_mapping({"columns": {"机关": ""}}))

    assert (reading.form, reading.header.row, reading.passed_over) == ("xlsx", 2, ("说明",))
    assert [(column.header, column.use, column.meaning, column.examples) for column in reading.columns] == [
        ("文号", "column", "case", (("甲", "甲"),)),
        ("事件", "column", "event", (("文件印发", "document-issued"),)),
        ("时间", "column", "time", (("2022年7月15日", "2022-07-15"),)),
        ("机关", "left out", "", (("某局", "某局"),)),
        ("权重", "attribute", "weight", (("4", "4"),)),
        ("", "left out", "", ()),
        ("备注", "attribute", "备注", (("x", "x"),)),
    ]


def test_the_reading_on_the_screen(tmp_path, capsys) -> None:
    log = write(
        tmp_path / "log.csv",
        "编号;收到申请日期;答复日期;区划代码\n" + "".join(f"{n};2024.9.{n};{n};51050{n}\n" for n in range(1, 9)),
    )

    code, out, _ = run(capsys, str(log), "--show-reading")

    assert code == 0
    assert "台账" in out
    assert "分隔符 分号" in out
    assert "收到申请日期 → 事件 收到申请（request-received）" in out
    assert out.count("2024.9.") == 3
    assert "2024.9.1 → 2024-09-01" in out
    assert out.count("读不懂") == 3
    code, out, err = run(capsys, str(log), str(tmp_path / "none.csv"), "--show-reading")
    assert (code, "台账" in out, "找不到这个文件" in err) == (2, True, True)
