"""Workbooks: what a person sees is what is read, and no archive can fill the memory."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from office_files import HEADERS, MAIN, RELATIONSHIPS, package, table, text_cell, text_row, workbook

from zwgk.errors import InputError
from zwgk.events import package as package_module
from zwgk.events import read_log
from zwgk.events import workbook as workbook_module

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zwgk.model import Log

ROW = ["甲", "文件印发", "2022-07-15", "某局", "4%"]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Log]:
    """Write a workbook and read it."""

    def write_and_read(content: bytes, *, suffix: str = "", **options: Any) -> Log:
        path = tmp_path / "log.xlsx"
        path.write_bytes(content)
        return read_log([f"{path}{suffix}"], **options)

    return write_and_read


def failure(read: Callable[..., Log], content: bytes, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read(content, **options)
    return str(caught.value)


def times(log: Log) -> list[str]:
    return [event.time.iso() for event in log.events]


# --- cells ------------------------------------------------------------------------------------------------


def test_typed_dates_text_dates_and_chinese_formats(read) -> None:
    def fill(sheet: Any, book: Any) -> None:
        sheet.write_row(0, 0, HEADERS)
        formats = ["yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "[$-804]yyyy/m/d;@", "m/d/yy"]
        for row, code in enumerate(formats, 1):
            sheet.write_row(row, 0, ["甲", "答复"])
            sheet.write_datetime(row, 2, dt.datetime(2019, 9, 24), book.add_format({"num_format": code}))
        for row, number in enumerate((14, 31, 57), 5):
            sheet.write_row(row, 0, ["甲", "答复"])
            sheet.write_number(row, 2, 43732, book.add_format({"num_format": number}))
        for row, text in enumerate(("2019年9月24日", "二〇一九年九月二十四日", "20190924", " 2019.9.24 "), 8):
            sheet.write_row(row, 0, ["甲", "答复", text])
        sheet.write_row(12, 0, ["甲", "答复", 20190924])

    log = read(workbook(("日志", fill)))

    assert times(log) == ["2019-09-24"] * 12
    assert log.problems == ()
    assert [event.row for event in log.events] == list(range(2, 14))


@pytest.mark.parametrize(("system", "number"), [(False, 43732), (True, 43732 - 1462)])
def test_both_date_systems(read, system, number) -> None:
    def fill(sheet: Any, book: Any) -> None:
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ["甲", "答复"])
        sheet.write_number(1, 2, number, book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_row(2, 0, ["甲", "答复"])
        sheet.write_number(2, 2, number + 0.5, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))

    assert times(read(workbook(("日志", fill), date_1904=system))) == ["2019-09-24", "2019-09-24T12:00:00+08:00"]


def test_times_of_day_and_midnight(read) -> None:
    def fill(sheet: Any, book: Any, *, all_midnight: bool = False) -> None:
        stamp = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADERS)
        given = [(dt.datetime(2019, 9, 24), stamp), (dt.datetime(2019, 9, 25), date)]
        if not all_midnight:
            given += [(dt.datetime(2019, 9, 26, 9, 30, 15), stamp)]
        for row, (value, shown) in enumerate(given, 1):
            sheet.write_row(row, 0, ["甲", "答复"])
            sheet.write_datetime(row, 2, value, shown)

    mixed = read(workbook(("日志", fill)))
    dates = read(workbook(("日志", lambda sheet, book: fill(sheet, book, all_midnight=True))))

    assert times(mixed) == ["2019-09-24T00:00:00+08:00", "2019-09-25", "2019-09-26T09:30:15+08:00"]
    assert times(dates) == ["2019-09-24", "2019-09-25"]


def test_a_day_number_without_a_date_format_is_never_guessed(read) -> None:
    content = workbook(
        ("日志", table([HEADERS, ["甲", "答复", 43732], ["乙", "答复", 43732.75], ["丙", "答复", 2019]]))
    )

    log = read(content)
    assert log.events == ()
    assert [(problem.row, problem.column, problem.found) for problem in log.problems] == [
        (2, "time", "43732"),
        (3, "time", "43732.75"),
        (4, "time", "2019"),
    ]
    declared = read(content, columns={"date_system": 1900})
    assert times(declared) == ["2019-09-24", "2019-09-24T18:00:00+08:00"]
    assert [problem.found for problem in declared.problems] == ["2019"]
    assert times(read(content, columns={"date_system": 1904}))[0] == "2023-09-25"


def test_numbers_as_they_are_shown(read) -> None:
    def fill(sheet: Any, book: Any) -> None:
        sheet.write_row(0, 0, [*HEADERS, "其他"])
        shown = [
            (4, None), (0.04, "0%"), (0.045, "0.0%"), (0.036, "0%"), (1, "0.00%"), (0.07, 9), (7, "0000"), (4.5, None),
            (0.1 + 0.2, None), (510504, None), (1234567, "#,##0"), (-3, None), (True, None), (0, None), (0.5, '0.0"%"'),
        ]  # fmt: skip
        for row, (value, code) in enumerate(shown, 1):
            sheet.write_row(row, 0, ["甲", "答复", "2022-07-15", 12])
            sheet.write(row, 4, value, book.add_format({"num_format": code}) if code is not None else None)

    log = read(workbook(("日志", fill)))

    assert [event.attributes["weight"] for event in log.events] == [
        "4", "4%", "4.5%", "3.6%", "100%", "7%", "0007", "4.5",
        "0.3", "510504", "1234567", "-3", "是", "0", "0.5",
    ]  # fmt: skip
    assert {event.agency for event in log.events} == {"12"}


def test_formulas_give_their_saved_results(read) -> None:
    def fill(sheet: Any, book: Any) -> None:
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADERS)
        sheet.write_formula(1, 0, '="甲"&"一"', None, "甲一")
        sheet.write_row(1, 1, ["答复"])
        sheet.write_formula(1, 2, "=DATE(2019,9,24)", date, 43732)
        sheet.write_formula(1, 4, "=4/100", book.add_format({"num_format": "0%"}), 0.04)
        sheet.write_row(2, 0, ["乙", "答复"])
        sheet.write_formula(2, 2, "=1/0", None, "#DIV/0!")

    log = read(workbook(("日志", fill)))

    assert [(event.case, event.time.iso(), event.attributes) for event in log.events] == [
        ("甲一", "2019-09-24", {"weight": "4%"}),
    ]
    assert [(problem.row, problem.column, problem.found) for problem in log.problems] == [(3, "time", "#DIV/0!")]


def test_a_formula_that_was_never_calculated_is_told(read) -> None:
    cells = text_cell("A2", "甲") + text_cell("B2", "答复") + '<c r="C2"><f>TODAY()</f><v></v></c>'
    empty = "".join(map(text_cell, ("A4", "B4", "C4"), ROW)) + '<c r="D4" t="str"><f>""</f><v></v></c>'
    rows = text_row(1, HEADERS) + f'<row r="2">{cells}</row>' + text_row(3, ROW) + f'<row r="4">{empty}</row>'
    log = read(package(rows))

    assert [(event.row, event.agency) for event in log.events] == [(3, "某局"), (4, "")]
    assert [(problem.row, problem.found) for problem in log.problems] == [(2, "=TODAY()")]
    assert "没有存下结果" in log.problems[0].expected


def test_cells_without_references(read) -> None:
    """Some writers leave the places out; a percentage is found all the same."""
    styles = f'<styleSheet {MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="9"/></cellXfs></styleSheet>'
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in ROW[:4])
    head = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in HEADERS)
    rows = f'<row>{head}</row><row>{cells}<c s="1"><v>0.04</v></c></row>'

    log = read(package(rows, styles=styles))

    assert [(event.row, event.attributes) for event in log.events] == [(2, {"weight": "4%"})]


def test_escapes_and_overlong_cells(read) -> None:
    long = "长" * 131_073
    rows = (
        text_row(1, HEADERS) + text_row(2, ["甲_x5B57_", *ROW[1:]]) + text_row(3, [long, *ROW[1:]]) + text_row(4, ROW)
    )

    log = read(package(rows))

    assert [(event.row, event.case) for event in log.events] == [(2, "甲字"), (4, "甲")]
    assert [problem.row for problem in log.problems] == [3]


# --- sheets -----------------------------------------------------------------------------------------------


def test_titles_above_the_header_and_row_numbers(read) -> None:
    def fill(sheet: Any, _book: Any) -> None:
        sheet.merge_range(1, 0, 1, 4, "2022年公开台账")
        sheet.write_row(2, 0, ["填报单位：某局", "", "填报日期：2022-12-31"])
        sheet.write_row(4, 1, HEADERS)
        sheet.write_row(5, 1, ROW)
        sheet.set_row(6, options={"hidden": True})
        sheet.write_row(6, 1, ["乙", *ROW[1:]])
        sheet.write_row(8, 1, ["丙", "答复", "不详"])
        sheet.set_column(4, 4, options={"hidden": True})

    log = read(workbook(("日志", fill)))

    assert [(event.row, event.case, event.agency) for event in log.events] == [(6, "甲", "某局"), (7, "乙", "某局")]
    assert [(problem.row, problem.column) for problem in log.problems] == [(9, "time")]
    assert log.inputs[0].rows == 3


def test_cells_merged_downwards_hold_for_each_row(read) -> None:
    def fill(sheet: Any, _book: Any) -> None:
        sheet.write_row(0, 0, HEADERS)
        sheet.merge_range(1, 0, 2, 0, "甲")
        sheet.merge_range(1, 3, 3, 3, "某局")
        for row, (event, time) in enumerate([("文件印发", "2022-07-15"), ("文件公开", "2022-07-18")], 1):
            sheet.write_row(row, 1, [event, time])
        sheet.write_row(3, 0, ["乙", "答复", "2022-07-19"])
        sheet.write_row(4, 0, ["丙", "答复", "2022-07-20"])

    log = read(workbook(("日志", fill)))

    assert [(event.case, event.agency) for event in log.events] == [
        ("甲", "某局"),
        ("甲", "某局"),
        ("乙", "某局"),
        ("丙", ""),
    ]


def test_a_header_of_two_rows(read) -> None:
    def fill(sheet: Any, _book: Any) -> None:
        sheet.merge_range(0, 0, 0, 4, "依申请公开登记簿")
        sheet.merge_range(1, 0, 2, 0, "申请编号")
        sheet.merge_range(1, 1, 2, 1, "收到申请日期")
        sheet.merge_range(1, 2, 1, 3, "答复")
        sheet.write_row(2, 2, ["答复日期", "答复文号"])
        sheet.write_row(3, 0, ["001", "2024-09-27", "2024-10-30", "答〔2024〕1号"])

    log = read(workbook(("登记簿", fill)))

    assert [(event.case, event.event, event.time.iso(), event.row) for event in log.events] == [
        ("001", "request-received", "2024-09-27", 4),
        ("001", "reply-sent", "2024-10-30", 4),
    ]
    assert log.events[0].attributes == {"答复文号": "答〔2024〕1号"}


def test_all_sheets_that_fit_and_one_by_name(read, tmp_path) -> None:
    content = workbook(
        ("一月", table([HEADERS, ROW])),
        ("汇总", table([["单位", "件数"], ["某局", 2]])),
        ("空", table([])),
        ("二月", table([["说明"], HEADERS, ["乙", *ROW[1:]]])),
    )

    log = read(content)
    assert [(event.source, event.row, event.case) for event in log.events] == [(0, 2, "甲"), (1, 3, "乙")]
    path = tmp_path / "log.xlsx"
    assert [file.path for file in log.inputs] == [f"{path}#一月", f"{path}#二月"]
    assert [event.case for event in read(content, suffix="#二月").events] == ["乙"]
    assert [event.case for event in read(content, columns={"sheet": ["一月"]}).events] == ["甲"]
    assert "有：一月、汇总、空、二月" in failure(read, content, suffix="#三月")
    assert "缺少事件列" in failure(read, content, suffix="#汇总")
    assert "三月" in failure(read, content, columns={"sheet": ["三月"]})


def test_a_sheet_like_the_others_is_never_passed_over(read) -> None:
    content = workbook(
        ("一月", table([HEADERS, ROW])),
        ("二月", table([["文号", "事件", "办理时闻", "机关", "权重"], ["乙", *ROW[1:]]])),
    )

    message = failure(read, content)
    assert "#二月" in message
    assert "“办理时闻”是否应为“办理时间”" in message
    assert len(read(content, suffix="#一月").events) == 1


def test_hidden_sheets_only_where_no_other_fits(read) -> None:
    def hidden(sheet: Any, book: Any) -> None:
        table([HEADERS, ["旧", *ROW[1:]]])(sheet, book)
        sheet.hide()

    both = workbook(("现行", table([HEADERS, ROW])), ("备份", hidden))
    alone = workbook(("封面", table([["台账"]])), ("备份", hidden))

    assert [event.case for event in read(both).events] == ["甲"]
    assert [event.case for event in read(alone).events] == ["旧"]


def test_rows_above_the_header_that_hold_data_are_not_lost(read) -> None:
    content = workbook(("日志", table([["甲", "答复", "2022-07-15", "某局"], HEADERS, ROW])))

    assert "第 1 行像是数据" in failure(read, content)
    assert len(read(content, columns={"header_row": 2}).events) == 1


# --- damage and bounds ------------------------------------------------------------------------------------


def test_damaged_and_locked_files(read) -> None:
    good = workbook(("日志", table([HEADERS, ROW])))

    nowhere = RELATIONSHIPS.format(kind="worksheet", target="worksheets/none.xml")
    assert "损坏" in failure(read, good[: len(good) // 2])
    assert "损坏" in failure(read, good[:200] + b"\xff" * 50 + good[250:])
    assert "空的" in failure(read, workbook(("日志", table([]))))
    assert "损坏" in failure(read, package("", extra={"XL/workbook.xml": "x"}))
    assert "损坏" in failure(read, package("<row"))
    assert "内容不在文件里" in failure(read, package("", extra={"xl/_rels/workbook.xml.rels": nowhere}))


def test_what_fuzzing_found(read) -> None:
    """An encoding that nobody knows; names that differ between the directory and the parts."""
    odd = '<?xml version="1.0" encoding="BTF-8"?><styleSheet/>'
    assert "损坏" in failure(read, package(text_row(1, HEADERS), styles=odd))

    hurt = text_row(1, HEADERS) + '<row r="2"><c r="A2" t="e"><v>?</v></c></row>'
    data = package(hurt, extra={"xl/other.xml": "<x/>"})
    place = data.rindex(b"xl/other.xml")
    assert "损坏" in failure(read, data[:place] + b"xl/othes.xml" + data[place + 12 :])


def test_other_archives(read) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")

    assert "不是 Excel 工作簿" in failure(read, sink.getvalue())


def test_a_part_larger_than_it_says(read) -> None:
    """The directory states a size that anyone can write; what is unpacked is counted."""
    data = bytearray(package(text_row(1, HEADERS) + text_row(2, ROW)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    place = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    assert data[place : place + 4] == b"PK\x01\x02"
    data[place + 24 : place + 28] = struct.pack("<I", info.file_size - 10)

    assert "损坏" in failure(read, bytes(data))


def test_bombs_are_refused_before_they_are_unpacked(read, monkeypatch) -> None:
    bomb = package(text_row(1, HEADERS), extra={"xl/media/image1.png": b"\0" * (70 << 20)})
    assert len(bomb) < 100_000
    assert "解开后有" in failure(read, bomb)

    many = package("", extra={f"xl/{number}.xml": b"" for number in range(4_100)})
    assert "内含" in failure(read, many)

    monkeypatch.setattr(package_module, "MAX_SMALL", 100)
    assert "xl/workbook.xml" in failure(read, package(text_row(1, HEADERS)))


def test_entities_are_refused(read) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    sheet = f"{laughs}<worksheet {MAIN}><sheetData>{text_row(1, HEADERS)}</sheetData></worksheet>"

    assert "不是普通的 XML" in failure(read, package("", extra={"xl/worksheets/sheet1.xml": sheet}))
    assert "不是普通的 XML" in failure(read, package("", extra={"xl/workbook.xml": laughs + "<workbook/>"}))


def _with_stray(reference: str, number: int) -> bytes:
    rows = text_row(1, HEADERS) + text_row(2, ROW) + f'<row r="{number}">{text_cell(reference, "x")}</row>'
    return package(rows)


@pytest.mark.parametrize(("reference", "number"), [("XFD1048576", 1048576), ("AAA90000", 90000), ("AAA90000", 3)])
def test_a_cell_far_away_cannot_fill_the_memory(read, reference, number) -> None:
    assert "零散的内容" in failure(read, _with_stray(reference, number))


@pytest.mark.parametrize(
    "row",
    [
        '<row r="3"><c r="Bdeadline3"><v>1</v></c></row>',
        '<row r="3"><c r="ABCD3"><v>1</v></c></row>',
        '<row r="3"><c r="A99999999"><v>1</v></c></row>',
        '<row r="99999999"><c><v>1</v></c></row>',
        '<row r="900000">' + "<c><v>1</v></c>" * 50 + "</row>",
        '<x:row r="3"><x:c r = "XFD900000"><x:v>1</x:v></x:c></x:row>',
        "<row r='3'><c s='0' r='XFD900000'><v>1</v></c></row>",
    ],
)
def test_places_that_are_none(read, row) -> None:
    """The library would lay out whatever rectangle the places span, and the process would end without a word."""
    message = failure(read, package(text_row(1, HEADERS) + text_row(2, ROW) + row))
    assert "位置不合规范" in message or "零散的内容" in message


def test_a_stray_cell_is_a_bad_row(read) -> None:
    log = read(_with_stray("B60000", 60000))

    assert [event.row for event in log.events] == [2]
    assert [(problem.row, problem.column) for problem in log.problems] == [(60000, "time")]


def test_cells_that_are_only_styled_do_not_count(read) -> None:
    rows = text_row(1, HEADERS) + text_row(2, ROW) + '<row r="1048576"><c r="XFD1048576" s="0"/></row>'

    assert [event.row for event in read(package(rows)).events] == [2]


def test_a_panic_of_the_reader_is_a_message(read, monkeypatch) -> None:
    class PanicException(BaseException):
        pass

    def panic(*_args: object) -> None:
        raise PanicException

    monkeypatch.setattr(workbook_module, "_opened", lambda path, _data: workbook_module._guarded(path, panic))

    assert "损坏" in failure(read, workbook(("日志", table([HEADERS, ROW]))))


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="C3" t="e"><v>#SPILL!</v></c>',
        '<c r="C3" t="e"><v>?</v></c>',
        '<c r="C3" t="b"><v>43732</v></c>',
        '<c r="C3" t="s"><v>7</v></c>',
        '<c r="C3"><v>2022-07</v></c>',
        '<c r="C3" t="zz"><v>1</v></c>',
    ],
)
def test_an_odd_cell_costs_its_row_only(read, cell) -> None:
    odd = text_row(3, ["乙", "答复"]).replace("</row>", cell + "</row>")

    log = read(package(text_row(1, HEADERS) + text_row(2, ROW) + odd + text_row(4, ROW)))

    assert [event.row for event in log.events] == [2, 4]
    assert [(problem.row, problem.column) for problem in log.problems] == [(3, "time")]
