"""XLSX: the ledger with traffic lights and filters, summaries by agency and by rule, the assessment, and where it all comes from.

XlsxWriter makes every sheet; the rows of the ledger, which may be a million, are then put into its sheets as they come
(:mod:`zwgk.reports.sheetxml`).
"""

from __future__ import annotations

import datetime as dt
import io
import re
import tempfile
import zipfile
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.i18n import _
from zwgk.reports.ledger import AMOUNT, LIGHT_COLUMNS, PLACE, PRINTED, WHEN, cells, columns, runs
from zwgk.reports.places import told
from zwgk.reports.sheetxml import letter, rows, serial
from zwgk.reports.text import wide
from zwgk.reports.words import BLUE, GREEN, GREY, RED, WHITE, YELLOW, light, when, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zwgk.report import Report
    from zwgk.reports.ledger import Column
    from zwgk.reports.registry import Settings
    from zwgk.reports.sheetxml import Cell
    from zwgk.reports.words import Words

ROWS_A_SHEET = 1_048_575
"""Rows below the header that a sheet of Excel holds; more findings go on to a further sheet."""
FILLS = {RED: "#FFC7CE", YELLOW: "#FFEB9C", GREEN: "#C6EFCE", BLUE: "#BDD7EE", GREY: "#D9D9D9", WHITE: "#FFFFFF"}
INKS = {RED: "#9C0006", YELLOW: "#7F6000", GREEN: "#006100", BLUE: "#1F4E79", GREY: "#404040", WHITE: "#404040"}
_PLAIN, _QUOTED, _DATE, _INSTANT, _COUNT = "plain", "quoted", "date", "instant", "count"
_SHRUNK = " shrunk"
"""Of a style: text longer than its column gets smaller. On paper it would be cut."""
_WIDEST = 60
_BLOCK = 1 << 20
_LEVEL = 3
"""Of compression: a third of the time of the usual level, files a tenth larger."""
_SHEET_DATA = re.compile(rb"<sheetData>.*</sheetData>", re.DOTALL)
_STYLE = re.compile(rb'<c r="[A-Z]+2" s="(\d+)"')


def blocks(report: Report, settings: Settings) -> Iterator[bytes]:
    """The workbook in blocks of bytes."""
    said = words()
    template = io.BytesIO()
    per_sheet = _template(template, report, settings, said)
    with tempfile.TemporaryFile() as file:
        with (
            zipfile.ZipFile(template) as source,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as target,
        ):
            _fill(source, target, _ledger_rows(report, said, _styles(source, said)), per_sheet)
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block


def _template(file: io.BytesIO, report: Report, settings: Settings, said: Words) -> list[int]:
    """Write the workbook with the ledger's rows still missing; gives the number of rows of each sheet of the ledger."""
    import xlsxwriter

    from zwgk.reports.workbook_summaries import HEAD, ROW_HEIGHT, add_summaries

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": _("宋体"), "font_size": 11},
    }
    book = xlsxwriter.Workbook(file, options)
    book.use_zip64()
    made = dt.datetime.fromisoformat(report.head.as_of).replace(tzinfo=None)
    book.set_properties({"title": _("政务公开时限核查台账"), "created": made})
    total = sum(report.summary.values())
    per_sheet = [min(ROWS_A_SHEET, total - done) for done in range(0, max(total, 1), ROWS_A_SHEET)]
    heads = columns()
    places = _place_width(report)
    head_format = book.add_format(HEAD)
    for number, count in enumerate(per_sheet, 1):
        sheet = book.add_worksheet(_("明细") + (str(number) if number > 1 else ""))
        sheet.freeze_panes(1, 0)
        sheet.set_default_row(ROW_HEIGHT)
        sheet.set_row(0, 30)
        for column, head in enumerate(heads):
            sheet.set_column(column, column, max(head.width, places if head.cells == PLACE else 0))
            sheet.write_string(0, column, head.header, head_format)
        for column, style in enumerate(_style_formats(said).values()):
            sheet.write_blank(1, column, None, book.add_format(style))
        sheet.autofilter(0, 0, count, len(heads) - 1)
        _for_paper(sheet, count)
    add_summaries(book, report, settings, said)
    book.close()
    return per_sheet


def _place_width(report: Report) -> int:
    """The width of a row number; with its file, where several were read."""
    files = report.head.inputs
    if len(files) < 2:
        return 0
    return min(max(wide(file.path) + len(f":{file.rows}") for file in files) + 2, _WIDEST)


def _for_paper(sheet: Any, count: int) -> None:
    """The first columns on the width of one page; the sheet holds the others, and says so at the foot."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.print_area(0, 0, count, PRINTED - 1)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(0)
    sheet.repeat_rows(0)
    sheet.set_footer(_("&L&8只打印前{count}列，其余各列见电子表格&C&P / &N").format(count=PRINTED))


def _style_formats(said: Words) -> dict[str, dict[str, Any]]:
    """The styles of the ledger's cells by name, in the order of the row that carries them in the template."""
    lights = {name: {"bg_color": FILLS[name], "font_color": INKS[name], "align": "center"} for name in FILLS}
    amounts = {unit: {"num_format": _counted(text), "align": "center"} for unit, text in said.units.items()}
    styles: dict[str, dict[str, Any]] = {
        **{name: {**style, "shrink": True} for name, style in (lights | amounts).items()},
        _PLAIN: {"num_format": "@"},
        # Excel keeps such a cell as text even when it is typed again.
        _QUOTED: {"num_format": "@", "quote_prefix": True},
        _PLAIN + _SHRUNK: {"num_format": "@", "shrink": True},
        _QUOTED + _SHRUNK: {"num_format": "@", "quote_prefix": True, "shrink": True},
        _DATE: {"num_format": "yyyy-mm-dd", "align": "center"},
        _INSTANT: {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "center", "shrink": True},
        _COUNT: {"num_format": "0", "align": "center"},
    }
    return {name: {"valign": "vcenter", **style} for name, style in styles.items()}


def _counted(text: str) -> str:
    """``{count}个工作日`` as a number format: the cell holds the number, and shows the unit."""
    before, _count, after = text.partition("{count}")
    return "".join((f'"{before}"' if before else "", "0", f'"{after}"' if after else ""))


def _styles(source: zipfile.ZipFile, said: Words) -> dict[str, int]:
    """Style name → its index in the workbook, read from the row that carries one of each."""
    indices = _STYLE.findall(source.read(_sheet(1)))
    return dict(zip(_style_formats(said), map(int, indices), strict=True))


def _sheet(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


class _Writer(NamedTuple):
    """What turns the cells of the ledger into cells of a sheet."""

    styles: Mapping[str, int]
    heads: Sequence[Column]

    def row(self, values: Sequence[Any], light_style: int) -> list[Cell]:
        """The cells of one row."""
        row: list[Cell] = [(value, light_style) for value in values[:LIGHT_COLUMNS]]
        row += [
            (None, 0)
            if value is None
            else self.cell(value, head.cells, _SHRUNK if column < PRINTED or head.cells == PLACE else "")
            for column, (value, head) in enumerate(
                zip(values[LIGHT_COLUMNS:], self.heads[LIGHT_COLUMNS:], strict=True), LIGHT_COLUMNS
            )
        ]
        return row

    def cell(self, value: Any, kind: str, fitted: str) -> Cell:
        """One cell; ``fitted`` is the end of its style's name."""
        styles = self.styles
        if kind == WHEN:
            number = serial(value)
            if number is None:
                return when(value), styles[_PLAIN + fitted]
            return number, styles[_DATE if isinstance(number, int) else _INSTANT]
        if kind == AMOUNT:
            return value["count"], styles[value["unit"]]
        if kind == PLACE and isinstance(value, int):
            return value, styles[_COUNT]
        return value, styles[(_QUOTED if runs(value) else _PLAIN) + fitted]


def _ledger_rows(report: Report, said: Words, styles: Mapping[str, int]) -> Iterator[list[Cell]]:
    soon = report.soon
    files = [file.path for file in report.head.inputs]
    writer = _Writer(styles, columns())
    for record in told(report):
        yield writer.row(cells(record, said, soon, files), styles[light(record, soon)])


def _fill(
    source: zipfile.ZipFile, target: zipfile.ZipFile, ledger: Iterator[list[Cell]], per_sheet: Sequence[int]
) -> None:
    """Copy the workbook, putting the rows of the ledger into its sheets; every entry has the same date."""
    counts = {_sheet(number): count for number, count in enumerate(per_sheet, 1)}
    # The sheets of the ledger come first and in order, whatever the order of the parts.
    others = [name for name in source.namelist() if name not in counts]
    for name in (*counts, *others):
        data = source.read(name)
        # By name, an entry gets the zip format's first date, never today's.
        with target.open(name, "w", force_zip64=name in counts) as part:
            if name not in counts:
                part.write(data)
                continue
            before, header, after = _parted(data, counts[name])
            part.write(before + b"<sheetData>" + header)
            part.writelines(rows(islice(ledger, counts[name]), first=2))
            part.write(b"</sheetData>" + after)


def _parted(data: bytes, count: int) -> tuple[bytes, bytes, bytes]:
    """A sheet's XML before its rows, its header row, and what follows the rows."""
    found = _SHEET_DATA.search(data)
    if found is None:
        raise AssertionError("a sheet without sheetData")
    header = found[0].removeprefix(b"<sheetData>")
    header = header[: header.index(b"</row>") + len(b"</row>")]
    reach = f"A1:{letter(len(columns()) - 1)}{count + 1}".encode()
    before = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + reach + b'"', data[: found.start()])
    return before, header, data[found.end() :]
