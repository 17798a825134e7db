"""Events after as-of: a year mistyped into the future is named where the report says that it took no part."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from zwgk import check
from zwgk.cli import cli

if TYPE_CHECKING:
    from pathlib import Path

    from zwgk.report import Report

RULE = "luzhou-2011/document-publication"
AS_OF = "2019-12-31"
# 文件印发后 3 个工作日内公开. Both were published on the second working day; of the first the year is mistyped.
LOG = """文号,事件,日期,单位
甲,文件印发,2019-09-24,市政府办
甲,文件公开,2029-09-26,市政府办
乙,文件印发,2019-09-24 09:30,市政府办
乙,文件公开,2019-09-26 10:00,市政府办
乙,文件解读,2020-01-01 08:30,市政府办
"""
NAMED = [
    {"event": "document-published", "time": "2029-09-26", "row": 3},
    {"event": "文件解读", "time": "2020-01-01T08:30:00+08:00", "row": 6},
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    path.write_text(LOG, "utf-8")
    return path


def many(tmp_path: Path, *, later: int) -> Path:
    """A log whose rows 3, 4, … are after as-of, one on each day of January 2029."""
    path = tmp_path / "many.csv"
    rows = [f"甲,文件公开,2029-01-{day:02d},市政府办\n" for day in range(1, later + 1)]
    path.write_text("文号,事件,日期,单位\n甲,文件印发,2019-09-24,市政府办\n" + "".join(rows), "utf-8")
    return path


def checked(*paths: Path, large: bool) -> Report:
    return check([str(path) for path in paths], rules=RULE, as_of=AS_OF, large=large)


def run(*arguments: object) -> str:
    return CliRunner().invoke(cli, [str(one) for one in arguments]).output


@pytest.mark.parametrize("large", [False, True])
def test_the_verdict_stays_and_the_rows_are_named(log: Path, large: bool) -> None:
    report = checked(log, large=large)
    assert [(one.case, one.verdict.value, one.breach) for one in report.findings] == [
        ("乙", "met", None),
        ("甲", "breached", "overdue"),
    ]
    notes = json.loads(report.to_json())["notes"]
    assert notes["after_as_of"] == 2
    assert notes["after_as_of_rows"] == NAMED


@pytest.mark.parametrize("large", [False, True])
def test_ten_are_named_in_the_order_of_the_log_whatever_the_files(tmp_path: Path, log: Path, large: bool) -> None:
    notes = checked(log, many(tmp_path, later=12), large=large).head.notes
    assert notes["after_as_of"] == 14
    assert notes["after_as_of_rows"] == [
        *NAMED,
        *(
            {"event": "document-published", "time": f"2029-01-0{row - 2}", "row": row, "file": 2}
            for row in range(3, 11)
        ),
    ]


@pytest.mark.parametrize("large", [False, True])
def test_nothing_is_named_where_nothing_is_after_as_of(log: Path, large: bool) -> None:
    report = check([str(log)], rules=RULE, as_of="2029-09-26", large=large)
    assert report.head.notes["after_as_of"] == 0
    assert "after_as_of_rows" not in report.head.notes


def test_an_instant_of_the_day_of_as_of_is_after_it(log: Path) -> None:
    notes = check([str(log)], rules=RULE, as_of="2020-01-01 08:29:59").head.notes
    assert notes["after_as_of_rows"] == NAMED


def test_the_screen_names_the_rows_and_says_what_to_do(log: Path) -> None:
    told = run(log, "--rules", RULE, "--as-of", AS_OF)
    assert (
        "  · 晚于截至时刻的事件2条，未参与核查；如系笔误请改正年份：\n"
        "      2029-09-26　文件公开（第3行）\n"
        "      2020-01-01 08:30:00　文件解读（第6行）\n"
        "  · "
    ) in told


def test_the_screen_says_how_many_more_there_are_and_in_which_file(tmp_path: Path, log: Path) -> None:
    told = run(log, many(tmp_path, later=12), "--rules", RULE, "--as-of", AS_OF)
    assert "晚于截至时刻的事件14条" in told
    assert "      2029-09-26　文件公开（“events.csv”第3行）\n" in told
    assert "      2029-01-08　文件公开（“many.csv”第10行）\n      另有4条\n" in told
    assert "2029-01-09" not in told


def test_the_screen_in_english(log: Path) -> None:
    told = run("--lang", "en", log, "--rules", RULE, "--as-of", AS_OF)
    assert "events after as of: 2; they took no part in the check; correct the year if it is mistyped:\n" in told
    assert "      2029-09-26  document published (row 3)\n" in told


def test_the_page_names_the_rows(tmp_path: Path, log: Path) -> None:
    page = run(log, many(tmp_path, later=12), "--rules", RULE, "--as-of", AS_OF, "--format", "html")
    assert (
        "<li>晚于截至时刻的事件14条，未参与核查；如系笔误请改正年份：<ul><li>2029-09-26　文件公开（“events.csv”第3行）</li>"
    ) in page
    assert "<li>2029-01-08　文件公开（“many.csv”第10行）</li><li>另有4条</li></ul></li>" in page


def test_a_name_in_the_page_is_no_markup(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("文号,事件,日期\n甲,<b>公开,2029-09-26\n乙,文件印发,2019-09-24\n", "utf-8")
    page = run(path, "--rules", RULE, "--as-of", AS_OF, "--format", "html")
    assert "2029-09-26　&lt;b&gt;公开（第2行）" in page
    assert "<b>公开" not in page


def test_the_workbook_names_the_rows(tmp_path: Path, log: Path) -> None:
    out = tmp_path / "report.xlsx"
    run(log, many(tmp_path, later=12), "--rules", RULE, "--as-of", AS_OF, "-o", out)
    sheet = load_workbook(io.BytesIO(out.read_bytes()))["说明"]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == "截至以后"]
    assert rows[0] == ("截至以后", "14条事件，未参与核查", "如系笔误请改正年份")
    assert rows[1] == ("截至以后", "文件公开 2029-09-26", "“events.csv”第3行")
    assert rows[10] == ("截至以后", "文件公开 2029-01-08", "“many.csv”第10行")
    assert rows[11][1] == "另有4条"
    assert len(rows) == 12


def test_explain_lists_them_as_not_counted(log: Path) -> None:
    told = run("explain", "甲", "--events", log, "--rules", RULE, "--as-of", AS_OF)
    assert "  2019-09-24　文件印发　市政府办（第2行）\n" in told
    assert "  2029-09-26　文件公开　市政府办（第3行）：晚于截至时刻，未计入；如系笔误请改正年份\n" in told
    assert "逾期未办" in told
    later = run("explain", "甲", "--events", log, "--rules", RULE, "--as-of", "2029-09-26")
    assert "  2029-09-26　文件公开　市政府办（第3行）\n" in later
    assert "未计入" not in later


def test_explain_of_an_agency_lists_what_it_may_have_done_in_time(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "事件,日期,单位\n执法统计年报公开,2023-01-20,甲局\n执法统计年报公开,2033-01-20,甲局\n听取汇报,2033-01-20,甲局\n"
        "执法统计年报公开,2033-01-20,乙局\n",
        "utf-8",
    )
    told = run("explain", "甲局", "--events", path, "--rules", "enforcement-disclosure-2018", "--as-of", "2024-06-30")
    assert (
        "经过：\n  2033-01-20　执法统计年报公开　甲局（第3行）：晚于截至时刻，未计入；如系笔误请改正年份\n\n1. " in told
    )
    assert told.count("未计入") == 1
