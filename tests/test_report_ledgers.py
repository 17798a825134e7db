"""The ledger as CSV and as a workbook, and the points of its assessment sheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import subprocess
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from report_logs import AS_OF, HARM, LOG, RULE, grey_and_blue, harmful, small

from zwgk import check
from zwgk.reports import registry, sheetxml, workbook
from zwgk.reports.csvledger import safe
from zwgk.reports.points import PointsError, Tariff, days_of, read_points
from zwgk.reports.registry import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

    from zwgk.report import Report

HEADERS = (  # noqa: SIM905 - a list of words reads best as words
    "灯色 结论 违反类型 事项编号 机关 规则 周期 成员 触发时间 到期日 履行时间 逾期 剩余 "
    "触发事件 触发行 履行事件 履行行 最早到期 最晚到期 理由 依据 文号 条款 用语 规则编号 区划 指纹"
).split()
DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")


def encoded(report: Report, form: str, **settings: Any) -> bytes:
    return b"".join(registry.encoded(report, form, Settings(**settings)))


def csv_rows(report: Report) -> list[dict[str, str]]:
    data = encoded(report, "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def opened(report: Report, **settings: Any) -> Workbook:
    return load_workbook(io.BytesIO(encoded(report, "xlsx", **settings)))


def table(book: Workbook, name: str, *, header: int = 1) -> list[dict[str, Any]]:
    rows = list(book[name].iter_rows(min_row=header, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


# --- CSV --------------------------------------------------------------------------------------------------


def test_csv_says_what_was_found(tmp_path: Path) -> None:
    rows = csv_rows(small(tmp_path))
    assert list(rows[0]) == HEADERS
    late, met, overdue, pending = rows
    assert [row["灯色"] for row in rows] == ["红", "绿", "红", "黄"]
    assert [row["结论"] for row in rows] == ["违反", "按时", "违反", "待办"]
    assert late["违反类型"] == "逾期完成"
    assert (late["规则编号"], late["事项编号"], late["机关"]) == (RULE, "泸府发〔2011〕5号", "市政府办")
    assert (late["触发事件"], late["触发时间"], late["触发行"]) == ("文件印发", "2011-09-28", "2")
    assert (late["到期日"], late["最早到期"], late["最晚到期"]) == ("2011-10-08", "2011-10-08", "2011-10-08")
    assert (late["履行事件"], late["履行时间"], late["履行行"]) == ("文件公开", "2011-10-12", "3")
    assert (late["逾期"], late["剩余"]) == ("4个工作日", "")
    assert (met["逾期"], met["违反类型"]) == ("", "")
    assert (overdue["违反类型"], overdue["逾期"], overdue["履行时间"]) == ("逾期未办", "6个工作日", "")
    assert (pending["到期日"], pending["剩余"]) == ("2011-10-17", "1个工作日")
    assert "3个工作日" in late["理由"]
    assert len({row["指纹"] for row in rows}) == 4


def test_csv_tells_grey_and_blue(tmp_path: Path) -> None:
    rows = csv_rows(grey_and_blue(tmp_path))
    assert [(row["灯色"], row["结论"]) for row in rows] == [("灰", "不能断定"), ("蓝", "有正当理由")]


def test_csv_of_several_files_says_which(tmp_path: Path) -> None:
    lines = LOG.splitlines(keepends=True)
    one, two = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text("".join(lines[:2]), "utf-8")
    two.write_text(lines[0] + lines[2], "utf-8")
    (row,) = csv_rows(check([str(one), str(two)], rules=[RULE], as_of=AS_OF))
    assert (row["触发行"], row["履行行"]) == (f"{one}:2", f"{two}:2")


def test_csv_runs_nothing(tmp_path: Path) -> None:
    rows = csv_rows(harmful(tmp_path))
    assert len(rows) == len(HARM)
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.lstrip().startswith(DANGEROUS)] == []
    assert {row["事项编号"].removeprefix("'") for row in rows} == set(HARM)


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", "\t1", "\r1", "＝1", "＋1", "－1", "＠a", " =1", "\u3000=1", "\ufeff=1"]
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert safe(text) == "'" + text


@pytest.mark.parametrize("text", ["", "泸府发〔2011〕5号", "a=1", "5-1", "'=1", "（=1）"])
def test_other_text_stays(text: str) -> None:
    assert safe(text) == text


# --- the workbook -----------------------------------------------------------------------------------------


def test_workbook_says_what_was_found(tmp_path: Path) -> None:
    book = opened(small(tmp_path))
    assert book.sheetnames == ["明细", "按机关", "按规则", "考核", "考核明细", "说明"]
    late, _met, overdue, pending = table(book, "明细")
    assert list(late) == HEADERS
    assert late["到期日"] == dt.datetime(2011, 10, 8)
    assert (late["触发行"], late["履行行"], late["逾期"]) == (2, 3, 4)
    assert (overdue["逾期"], overdue["履行时间"]) == (6, None)
    assert (pending["到期日"], pending["剩余"]) == (dt.datetime(2011, 10, 17), 1)
    sheet = book["明细"]
    column = HEADERS.index("逾期")
    assert sheet.cell(2, column + 1).number_format == '0"个工作日"'
    assert sheet.cell(2, HEADERS.index("到期日") + 1).number_format == "yyyy-mm-dd"


def test_workbook_has_lights_filters_and_a_frozen_header(tmp_path: Path) -> None:
    sheet = opened(small(tmp_path))["明细"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:AA5"
    assert sheet.dimensions == "A1:AA5"
    fills = [sheet.cell(row, 1).fill.start_color.rgb for row in range(2, 6)]
    assert fills == ["FFFFC7CE", "FFC6EFCE", "FFFFC7CE", "FFFFEB9C"]
    assert [sheet.cell(row, 1).value for row in range(2, 6)] == ["红", "绿", "红", "黄"]


def test_the_columns_that_matter_go_on_paper_and_nothing_is_lost_in_the_sheet(tmp_path: Path) -> None:
    sheet = opened(small(tmp_path))["明细"]
    # 灯色 … 剩余 on the width of an A4 page on its side, with the header on every page.
    assert sheet.print_area == "'明细'!$A$1:$M$5"
    assert (HEADERS[0], HEADERS[12]) == ("灯色", "剩余")
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.oddFooter.left.text == "只打印前13列，其余各列见电子表格"
    # On paper, a cell is no longer than its column: what is longer gets smaller.
    printed = [sheet.cell(2, column) for column in range(1, 14)]
    assert [cell.alignment.shrinkToFit for cell in printed if cell.value and not cell.is_date] == [True] * 7
    assert not any(sheet.cell(2, column).alignment.shrinkToFit for column in range(14, 28))
    assert not any(one.hidden for one in sheet.column_dimensions.values())
    assert sheet.auto_filter.ref == "A1:AA5"


def test_the_place_of_a_row_is_as_wide_as_its_path(tmp_path: Path) -> None:
    folder = tmp_path / "各处室报送的材料"
    folder.mkdir()
    one, two = folder / "甲.csv", folder / "乙.csv"
    one.write_text(LOG, "utf-8")
    two.write_text(LOG.replace("号", "号（补）"), "utf-8")
    both = opened(check([str(one), str(two)], rules=[RULE], as_of=AS_OF))["明细"]
    cell = both.cell(2, HEADERS.index("触发行") + 1)
    assert cell.value == f"{one}:2"
    width = both.column_dimensions[cell.column_letter].width
    # A Chinese character takes the place of two.
    assert min(len(str(one)) + 9 + 2, 60) <= width < 63
    alone = opened(check(str(one), rules=[RULE], as_of=AS_OF))["明细"]
    assert 9 <= alone.column_dimensions[cell.column_letter].width < 10


def test_workbook_sums_by_agency_and_rule(tmp_path: Path) -> None:
    book = opened(small(tmp_path))
    first, second, total = table(book, "按机关")
    assert first == {
        "机关": "市政府办", "合计": 2, "违反": 1, "将到期": 0, "待办": 0, "按时": 1, "有正当理由": 0, "不能断定": 0, "违反率": 0.5,
    }  # fmt: skip
    assert (second["机关"], second["合计"], second["违反"], second["将到期"], second["待办"]) == (
        "市民政局",
        2,
        1,
        1,
        1,
    )
    assert second["违反率"] == 1
    assert (total["机关"], total["合计"], total["违反"], total["按时"]) == ("合计", 4, 2, 1)
    rule, _total = table(book, "按规则")
    assert (rule["规则编号"], rule["合计"], rule["违反"]) == (RULE, 4, 2)


def test_workbook_holds_the_points_of_the_users_table(tmp_path: Path) -> None:
    path = tmp_path / "points.yaml"
    path.write_text("start: 50\nbreaches:\n  late: {each: 5}\n  overdue: {each: 6, per_day: 0.5, most: 8}\n", "utf-8")
    book = opened(small(tmp_path), points=read_points(path))
    # 6 + 0.5 × 6 days = 9, at most 8.
    ranked = [
        (row["名次"], row["机关"], row["违反"], row["扣分"], row["得分"]) for row in table(book, "考核", header=2)
    ]
    assert ranked == [(1, "市政府办", 1, 5, 45), (2, "市民政局", 1, 8, 42)]
    assert str(path) in book["考核"]["A1"].value
    details = [(row["机关"], row["违反类型"], row["项数"], row["天数"], row["扣分"]) for row in table(book, "考核明细")]
    assert details == [("市民政局", "逾期未办", 1, 6, 8), ("市政府办", "逾期完成", 1, 4, 5)]


def test_equal_points_share_a_place(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    rows = [("甲局", "2011-10-12"), ("乙局", "2011-10-12"), ("丙局", "2011-10-13"), ("丁局", "2011-09-30")]
    lines = [f"{who},文件印发,2011-09-28,{who}\n{who},文件公开,{day},{who}\n" for who, day in rows]
    path.write_text("文号,事件,日期,单位\n" + "".join(lines), "utf-8")
    book = opened(check(str(path), rules=[RULE], as_of=AS_OF))
    places = {row["机关"]: row["名次"] for row in table(book, "考核", header=2)}
    assert places == {"丁局": 1, "甲局": 2, "乙局": 2, "丙局": 4}


def test_workbook_says_that_the_points_are_an_example(tmp_path: Path) -> None:
    book = opened(small(tmp_path))
    assert "示例" in book["考核"]["A1"].value
    assert "不出自任何法律" in book["考核"]["A1"].value


def test_workbook_says_what_it_rests_on(tmp_path: Path) -> None:
    report = small(tmp_path)
    said = {row["项目"]: (row["内容"], row["备注"]) for row in table(opened(report), "说明")}
    assert said["截至"][0] == "2011-10-14 23:59:59"
    assert said["规则"][1] == "luzhou-2011"
    assert said["日志"] == (f"{tmp_path / 'events.csv'} (6行，utf-8)", report.head.inputs[0].digest)


def test_workbook_runs_nothing(tmp_path: Path) -> None:
    report = harmful(tmp_path)
    book = opened(report)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n", "d", "inlineStr"), cell.value
                assert cell.hyperlink is None
    sheet = book["明细"]
    column = HEADERS.index("事项编号") + 1
    cells = [sheet.cell(row, column) for row in range(2, sheet.max_row + 1)]
    # Excel and LibreOffice read _x005F_ as the underscore that it is; openpyxl leaves it to its reader.
    assert {unescape(cell.value) for cell in cells} == {text.replace("\r\n", "\n") for text in HARM}
    for cell in cells:
        if cell.value.startswith(DANGEROUS):
            assert cell.quotePrefix, cell.value
    agencies = {row["机关"] for row in table(book, "按机关")}
    assert {text.replace("\r\n", "\n") for text in HARM} < {agency.replace("\r\n", "\n") for agency in agencies}


def test_workbook_is_the_same_every_time(tmp_path: Path) -> None:
    report = small(tmp_path)
    data = encoded(report, "xlsx")
    assert data == encoded(report, "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2011-10-14T23:59:59Z" in file.read("docProps/core.xml")


def test_more_rows_than_a_sheet_holds_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS_A_SHEET", 3)
    book = opened(small(tmp_path))
    assert book.sheetnames[:3] == ["明细", "明细2", "按机关"]
    assert [len(table(book, name)) for name in ("明细", "明细2")] == [3, 1]
    assert table(book, "明细2")[0]["事项编号"] == "泸府发〔2011〕8号"


def test_workbook_without_findings(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("文号,事件,日期,单位\na,答复,2011-09-28,b\n", "utf-8")
    book = opened(check(str(path), rules=[RULE], as_of=AS_OF))
    assert table(book, "明细") == []
    assert table(book, "考核", header=2) == []


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_libreoffice_opens_it_and_runs_nothing(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"in.{form}"
    path.write_bytes(encoded(harmful(tmp_path), form))
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    reading = ["--infilter=CSV:44,34,76,1"] if form == "csv" else []
    target = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"), str(path)]
    subprocess.run([*command, *reading, *target], check=True, capture_output=True, timeout=120)
    sheet = load_workbook(tmp_path / "out" / "in.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]] == HEADERS
    assert sheet.max_row == len(HARM) + 1
    assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    assert sheet.cell(2, HEADERS.index("到期日") + 1).value == dt.datetime(2011, 10, 8)
    if form == "xlsx":
        cases = [sheet.cell(row, HEADERS.index("事项编号") + 1).value for row in range(2, sheet.max_row + 1)]
        assert set(cases) == {text.replace("\r\n", "\n") for text in HARM}


# --- rows as XML ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "number"),
    [
        ("1900-03-01", 61),
        ("2011-10-08", 40824),
        ("2026-12-31", 46387),
        ("2011-10-08T12:00:00+08:00", 40824.5),
        ("2011-10-08T18:00:00+08:00", 40824.75),
        ("1900-02-28", None),
    ],
)
def test_days_as_excel_numbers_them(time: str, number: float | None) -> None:
    assert sheetxml.serial(time) == number


@pytest.mark.parametrize(
    ("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_letters_of_columns(column: int, letters: str) -> None:
    assert sheetxml.letter(column) == letters


def test_a_cell_holds_no_more_than_excel_allows() -> None:
    assert sheetxml.fitting("a" * 32_767) == "a" * 32_767
    assert sheetxml.fitting("a" * 32_768) == "a" * 32_766 + "…"
    # Excel counts a character beyond the basic plane twice.
    assert sheetxml.fitting("😀" * 20_000) == "😀" * 16_383 + "…"


def test_controls_are_written_as_excel_writes_them() -> None:
    (data,) = sheetxml.rows([[("a\x07_x0041_<&>\r", 3), (None, 0), (1.5, 4)]], first=7)
    assert data.decode() == (
        '<row r="7"><c r="A7" s="3" t="inlineStr"><is><t xml:space="preserve">a_x0007__x005F_x0041_&lt;&amp;&gt;\n</t></is></c>'
        '<c r="C7" s="4"><v>1.5</v></c></row>'
    )


# --- points -----------------------------------------------------------------------------------------------


def test_points_of_a_rule_go_before_those_of_its_pack_and_of_the_breach(tmp_path: Path) -> None:
    path = tmp_path / "points.yaml"
    path.write_text(
        "start: 100\nleast: 60\nbreaches:\n  late: {each: 1}\nrules:\n  a: {each: 2}\n  a/b: {each: 3, per_day: 0.25, most: 4}\n",
        "utf-8",
    )
    points = read_points(path)
    assert points.tariff("c/d", "late").cost(9) == 1
    assert points.tariff("a/c", "late").cost(9) == 2
    assert points.tariff("a/b", "late").cost(2) == Decimal("3.5")
    assert points.tariff("a/b", "overdue").cost(9) == 4
    assert points.tariff("c/d", "missing").cost(0) == 0
    assert points.score(Decimal(30)) == 70
    assert points.score(Decimal(50)) == 60


def test_the_days_of_an_amount() -> None:
    assert days_of(None) == 0
    assert days_of({"count": 5, "unit": "workdays"}) == 5
    assert days_of({"count": 24, "unit": "hours"}) == 1
    assert days_of({"count": 25, "unit": "hours"}) == 2


def test_the_example_of_points_can_be_read() -> None:
    points = read_points()
    assert points.path is None
    assert set(points.breaches) == {"late", "overdue", "short", "missing", "below", "out-of-order"}
    assert points.breaches["late"] == Tariff(Decimal(1), Decimal("0.1"), Decimal(3))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("start: 100\n", 1, "breaches"),
        ("start: 100\nbreaches:\n  lat: {each: 1}\n", 3, "lat"),
        ("start: 100\nbreaches:\n  late: {each: -1}\n", 3, "-1"),
        ("start: 100\nbreaches:\n  late: {each: 一分}\n", 3, "一分"),
        ("start: 100\nbreaches:\n  late: {eech: 1}\n", 3, "each"),
        ("start: 一百\nbreaches: {}\n", 1, "start"),
        ("", 1, ""),
    ],
)
def test_wrong_points_are_refused_with_their_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = tmp_path / "points.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(PointsError) as caught:
        read_points(path)
    assert line in {complaint.line for complaint in caught.value.complaints}
    assert said in str(caught.value)


def test_points_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(PointsError, match="没有这个文件"):
        read_points(tmp_path / "none.yaml")
