"""Letters (督办单) in Markdown and Word, and where outputs go."""

from __future__ import annotations

import datetime as dt
import importlib.util
import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from docx import Document
from markdown_it import MarkdownIt
from report_logs import HARM, LOG, RULE, harmful, small

from zwgk import UsageError, check
from zwgk.cli import main
from zwgk.i18n import speaking
from zwgk.reports import registry
from zwgk.reports.letter import file_name, in_words
from zwgk.reports.registry import Settings

if TYPE_CHECKING:
    from pathlib import Path


def encoded(report: Any, path: str | None = None) -> bytes:
    return b"".join(registry.encoded(report, "letter", Settings(path=path)))


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return int(stop.value.code or 0)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    path.write_text(LOG, "utf-8")
    return path


def test_a_letter_says_what_is_to_be_done(tmp_path: Path) -> None:
    overdue, _rule, others = encoded(small(tmp_path)).decode().partition("\n---\n\n")
    if "市政府办：" in overdue:
        overdue, others = others, overdue
    assert overdue.startswith("# 政务公开事项督办单（草稿）\n\n编号：")
    assert "\n市民政局：\n" in overdue
    assert "截至2011年10月14日，你单位有以下事项：逾期未办理1项。" in overdue
    row = next(line for line in overdue.splitlines() if "泸府发〔2011〕7号" in line)
    number, _matter, happened, due, late, basis = (cell.strip() for cell in row.strip("|").split(" | "))
    assert (number, happened, due, late) == ("1", "文件印发 2011年9月28日", "2011年10月8日", "6个工作日")
    assert "“" in basis
    assert "## 二、办理要求" in overdue
    assert "督办单位（盖章）：" in overdue
    assert "\n2011年10月14日\n" in overdue
    assert "有以下事项：需核实、整改1项。" in others
    assert "逾期完成 4个工作日" in others
    # What is pending is nothing to write about.
    assert "泸府发〔2011〕8号" not in overdue + others


def test_word_says_the_same(tmp_path: Path) -> None:
    data = encoded(small(tmp_path), "a.docx")
    paper = Document(io.BytesIO(data))
    text = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert text.count("政务公开事项督办单（草稿）") == 2
    assert "市民政局：" in text
    assert "督办单位（盖章）：" in text
    rows = [[cell.text for cell in row.cells] for table in paper.tables for row in table.rows]
    overdue = next(row for row in rows if "7号" in row[1])
    assert overdue[2:5] == ["文件印发 2011年9月28日", "2011年10月8日", "6个工作日"]
    assert paper.core_properties.created.replace(tzinfo=None) == dt.datetime(2011, 10, 14, 23, 59, 59)
    assert data == encoded(small(tmp_path), "a.docx")
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# 会议结束后 24 小时内公开主要内容: by 9:30 on the 29th. A draft after the decision is out of order.
TIMES = """文号,事件,日期,单位,行政区划代码
会〔2026〕1号,会议结束,2026-01-28 09:30,市政府办,510500
会〔2026〕1号,会议内容公开,2026-02-01 12:05:01,市政府办,510500
2026-01-02号,决策通过,2026-02-01,市政府办,510500
2026-01-02号,决策草案公开,2026-02-03,市政府办,510500
"""


def test_dates_are_written_as_letters_write_them(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(TIMES, "utf-8")
    report = check(str(path), as_of="2026-03-09", rules=["luzhou-2011"])
    paper = Document(io.BytesIO(encoded(report, "a.docx")))
    rows = [[cell.text for cell in row.cells] for table in paper.tables for row in table.rows[1:]]
    draft, meeting = sorted(rows, key=lambda row: row[1])
    assert meeting[2:5] == [
        "会议结束 2026年1月28日9时30分 → 会议内容公开 2026年2月1日12时05分01秒",
        "2026年1月29日9时30分",
        "逾期完成 75小时",
    ]
    # The number of a matter is no date.
    assert draft[1].startswith("2026-01-02号 ")
    assert draft[2] == "决策通过 2026年2月1日 → 决策草案公开 2026年2月3日"
    assert draft[4] == "次序颠倒；决策草案公开：2026年2月3日（第5行），先后顺序颠倒"
    page = encoded(report).decode()
    assert "| 2026年1月29日9时30分 |" in page
    assert "2026-02" not in page


def test_letters_in_english_keep_iso_dates_in_one_piece(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(TIMES, "utf-8")
    report = check(str(path), as_of="2026-03-09", rules=["luzhou-2011"], lang="en")
    with speaking("en"):
        data = encoded(report, "a.docx")
    rows = [[cell.text for cell in row.cells] for row in Document(io.BytesIO(data)).tables[0].rows[1:]]
    meeting = max(rows, key=lambda row: row[1])
    assert meeting[2:4] == [
        "meeting ended 2026-01-28 09:30 → meeting summary published 2026-02-01 12:05:01",
        "2026-01-29 09:30",
    ]
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        text = file.read("word/document.xml").decode()
    assert "2026-01-29" not in text
    assert text.count("<w:noBreakHyphen/>") >= 10


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2019-09-24", "2019年9月24日"),
        ("截至2019-12-31未见", "截至2019年12月31日未见"),
        ("2019-09-24 00:00:00", "2019年9月24日0时00分"),
        ("2019-09-24 23:59:59（第3行）", "2019年9月24日23时59分59秒（第3行）"),
        ("“2019-09-24”为2019-09-25", "“2019-09-24”为2019年9月25日"),
        (
            "A-2019-09-24、12019-09-24、2019-09-245、2019-09-24-1",
            "A-2019-09-24、12019-09-24、2019-09-245、2019-09-24-1",
        ),
        ("", ""),
    ],
)
def test_dates_in_sentences(text: str, written: str) -> None:
    assert in_words(text) == written


def test_nothing_to_write_about_is_said(tmp_path: Path) -> None:
    report = small(tmp_path, as_of="2011-10-01")
    assert encoded(report).decode() == "没有需要督办的事项。\n"
    assert Document(io.BytesIO(encoded(report, "a.docx"))).paragraphs[0].text == "没有需要督办的事项。"


def test_word_of_harm_is_text(tmp_path: Path) -> None:
    paper = Document(io.BytesIO(encoded(harmful(tmp_path), "a.docx")))
    matters = [row.cells[1].text for table in paper.tables for row in table.rows[1:]]
    plain = {" ".join(text.split()) for text in HARM}
    found = {" ".join(text.split()) for text in matters}
    assert len(matters) == len(HARM)
    assert {text for text in plain if not any(one.startswith(f"{text} ") for one in found)} == set()


def test_markdown_of_harm_is_text(tmp_path: Path) -> None:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(encoded(harmful(tmp_path)).decode())
    children = [child for token in tokens for child in token.children or []]
    assert {token.type for token in tokens} & {"html_block", "fence", "code_block"} == set()
    assert {child.type for child in children} <= {"text", "text_special", "softbreak"}


# --- a folder of letters ----------------------------------------------------------------------------------


def test_a_folder_gets_two_files_an_agency(log: Path, tmp_path: Path) -> None:
    folder = tmp_path / "督办"
    code = run(str(log), "--rules", RULE, "--as-of", "2011-10-14", "--format", "letter", "-o", f"{folder}/")
    assert code == 1
    names = ["督办单-市政府办.docx", "督办单-市政府办.md", "督办单-市民政局.docx", "督办单-市民政局.md"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    assert "市民政局：" in (folder / "督办单-市民政局.md").read_text("utf-8")


def test_file_names_of_harm_stay_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    registry.write(harmful(tmp_path), "letter", Settings(path=f"{folder}/"))
    files = list(folder.iterdir())
    assert len(files) == 2 * len(HARM)
    assert all(path.name.startswith("督办单-") and len(path.name.encode()) < 200 for path in files)
    assert [path for path in files if any(char in '\\/:*?"<>|\n\r\t' for char in path.name)] == []
    assert {path.name for path in tmp_path.iterdir()} == {"out", *(path.name for path in tmp_path.glob("*.csv"))}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("市政府办", "市政府办"),
        ("a/b\\c:d", "a_b_c_d"),
        ("../..", "_"),
        ("CON", "_CON"),
        ("com1.txt", "_com1.txt"),
        ("concert", "concert"),
        ("名. ", "名"),
        ("", "_"),
    ],
)
def test_file_names_fit_any_system(text: str, name: str) -> None:
    assert file_name(text, set()) == name


def test_file_names_differ() -> None:
    taken: set[str] = set()
    assert [file_name(text, taken) for text in ("A", "a", "A/", "b")] == ["A", "a-2", "A-3", "b"]


# --- outputs ----------------------------------------------------------------------------------------------


def test_several_forms_in_one_run(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, lines = tmp_path / "a.xlsx", tmp_path / "a.csv"
    code = run(
        str(log), "--rules", RULE, "--as-of", "2011-10-14",
        "--format", "xlsx", "-o", str(book), "--format", "csv", "-o", str(lines), "--format", "text",
    )  # fmt: skip
    assert code == 1
    assert "合计4项" in capsys.readouterr().out
    assert zipfile.is_zipfile(book)
    assert lines.read_text("utf-8-sig").startswith("灯色,")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("a.csv", "csv"), ("a.XLSX", "xlsx"), ("a.md", "markdown"), ("a.sarif", "sarif"), ("a.sarif.json", "sarif"),
        ("a.json", "json"), ("a.xml", "junit"), ("a.ics", "ics"), ("a.docx", "letter"), ("a.txt", "text"), ("a", None), ("csv", None),
    ],
)  # fmt: skip
def test_the_suffix_tells_the_form(path: str, form: str | None) -> None:
    assert registry.form_for(path) == form


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(*arguments) == 2
    return capsys.readouterr().err


def test_outputs_that_cannot_be_are_refused_before_any_work(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "none.csv")
    assert "不能输出到屏幕" in refused(capsys, missing, "--format", "xlsx")
    assert "是文件夹" in refused(capsys, missing, "--format", "csv", "-o", str(tmp_path))
    said = refused(capsys, missing, "--format", "text", "-o", "a.xlsx")
    assert "扩展名" in said
    assert "xlsx" in said
    assert "--points 只用于" in refused(capsys, str(log), "--points", "p.yaml", "--format", "csv")
    points = tmp_path / "p.yaml"
    points.write_text("start: 一百\n", "utf-8")
    said = refused(capsys, missing, "--points", str(points), "-o", str(tmp_path / "a.xlsx"))
    assert f"{points}:1:" in said
    assert "Traceback" not in said


def test_without_python_docx_the_way_to_install_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "docx" else found(name))
    for path in ("a.docx", f"{tmp_path}/"):
        with pytest.raises(UsageError, match=r"-m pip install python-docx"):
            registry.require("letter", path)
    registry.require("letter", "a.md")
    registry.require("letter", None)
