"""XLSX: the sheets of a workbook into rows of cells as a person sees them.

The values come from calamine; what it does not tell (percentages, leading zeros, errors, formulas never calculated, times of
day at midnight) comes from the sheet's XML, which is looked at only where a sheet has such cells.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zwgk.errors import InputError
from zwgk.events.cells import marks, reach, soften
from zwgk.events.delimited import MAX_CELL
from zwgk.events.files import excerpt
from zwgk.events.package import open_package, read_styles, sheet_parts
from zwgk.events.rows import MEMO, Fault, at_fault
from zwgk.events.sheets import Book, Sheet, read_sheets
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from python_calamine import CalamineSheet, CalamineWorkbook

    from zwgk.events.cells import Marks
    from zwgk.events.files import File
    from zwgk.events.mapping import ColumnMapping
    from zwgk.events.package import Package, Styles
    from zwgk.events.tables import Table

FORM = "xlsx"
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""Of a sheet, as the format has it."""
MAX_GRID = 40_000_000
"""Cells of the rectangle that a sheet's values reach over (a full sheet of 38 columns)."""


def read_workbook(file: File, *, mapping: ColumnMapping, sheet: str = "") -> list[Table]:
    """Every sheet of a workbook that is an event log or a ledger (``sheet``, or those the mapping names: only these).

    Raises:
        InputError: damaged, locked, oversized; no sheet fits; or a sheet much like one that fits does not.
    """
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    package = open_package(file)
    book = _opened(file.path, io.BytesIO(file.data))
    styles, parts = read_styles(package), sheet_parts(package)

    def load(name: str, path: str) -> Sheet | None:
        return _load(path, book, name, package, parts.get(name), styles)

    sheets = [entry for entry in book.sheets_metadata if entry.typ == SheetTypeEnum.WorkSheet]
    hidden = frozenset(entry.name for entry in sheets if entry.visible != SheetVisibleEnum.Visible)
    return read_sheets(
        file, Book([entry.name for entry in sheets], hidden, load), mapping=mapping, sheet=sheet, form=FORM
    )


# --- opening ----------------------------------------------------------------------------------------------


def _opened(path: str, data: io.BytesIO) -> CalamineWorkbook:
    from python_calamine import CalamineWorkbook

    book: CalamineWorkbook = _guarded(path, lambda: CalamineWorkbook.from_filelike(data))
    return book


def _guarded(path: str, act: Callable[[], Any]) -> Any:
    """What ``act`` gives; whatever calamine raises for a damaged file is told (a panic is no ``Exception``)."""
    try:
        return act()
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        message = _("{path}：工作簿损坏或不完整，读不出来；请用电子表格软件打开后另存为 xlsx")
        raise InputError(message.format(path=path)) from error


def _load(
    path: str, book: CalamineWorkbook, name: str, package: Package, part: str | None, styles: Styles
) -> Sheet | None:
    """A sheet, looked at before it is laid out as a grid; None where it is empty."""
    xml = package.part(part) if part else None
    if part is None or xml is None:
        message = _("{path}：工作表“{name}”的内容不在文件里；请用电子表格软件打开后另存为 xlsx")
        raise InputError(message.format(path=path, name=name))
    rows, columns = reach(xml)
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        message = _(
            "{path}：有的单元格位置不合规范（不是 A1 的样子，或在工作表的范围之外）；请用电子表格软件打开后另存为 xlsx"
        )
        raise InputError(message.format(path=path))
    if rows * columns > MAX_GRID:
        message = _("{path}：内容远到第 {rows:,} 行、第 {columns:,} 列；请删去表外零散的内容后另存")
        raise InputError(message.format(path=path, rows=rows, columns=columns))
    try:
        sheet: CalamineSheet = _guarded(path, lambda: book.get_sheet_by_name(name))
    except InputError:
        softened = soften(xml, shared=(package.part("xl/sharedStrings.xml") or b"").count(b"<si"))
        if softened == xml:
            raise
        other = _opened(path, package.with_part(part, softened))
        sheet = _guarded(path, lambda: other.get_sheet_by_name(name))
    if sheet.start is None:
        return None
    merged = tuple(span for span in sheet.merged_cell_ranges or () if span[0][0] < span[1][0])
    return Sheet(name, _numbered(sheet, sheet.start[1]), merged, _shown(marks(xml, styles)))


def _numbered(sheet: CalamineSheet, offset: int) -> Iterator[tuple[int, list[Any]]]:
    """Rows from the first of the sheet on, each from column A on."""
    blanks = [""] * offset
    return ((number, blanks + cells if offset else cells) for number, cells in enumerate(sheet.iter_rows(), 1))


# --- cells ------------------------------------------------------------------------------------------------


def _shown(marked: Marks | None) -> Callable[[int, list[Any]], list[str] | Fault]:
    """A function from a row's number and values to its texts."""
    known: dict[Any, str] = {}
    recall = known.get
    special = _special(marked)

    def learn(value: Any) -> str:
        text = _written(value)
        # 0 and 1 equal 否 and 是.
        if value not in (0, 1):
            if len(known) >= MEMO:
                known.clear()
            known[value] = text
        return text

    def texts(row: int, cells: list[Any]) -> list[str] | Fault:
        found = [cell if cell.__class__ is str else recall(cell) or learn(cell) for cell in cells]
        if row in special and (fault := _adjust(row, cells, found, marked)):
            return fault
        together = "".join(found)
        if len(together) > MAX_CELL and max(map(len, found)) > MAX_CELL:
            expected = _("一个单元格不超过 {most:,} 个字符").format(most=MAX_CELL)
            fault = Fault(None, excerpt(max(found, key=len)), expected)
            return at_fault(found, {place: fault for place, text in enumerate(found) if len(text) > MAX_CELL})
        return [_ESCAPE.sub(_character, text) for text in found] if "_x" in together else found

    return texts


_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def _character(escape: re.Match[str]) -> str:
    """The character that an escape stands for; the escape itself where it is half of a pair."""
    code = int(escape[1], 16)
    return escape[0] if 0xD800 <= code < 0xE000 else chr(code)


def _special(found: Marks | None) -> frozenset[int]:
    return frozenset() if found is None else frozenset(cell[0] + 1 for group in found for cell in group)


def _adjust(row: int, cells: list[Any], found: list[str], marked: Marks | None) -> Fault | None:
    """Put what the cells of a row show in place of their values; or say which formula has no saved result."""
    if marked is None:
        return None
    for place, value in enumerate(cells):
        at = row - 1, place
        if at in marked.unsaved:
            expected = _("已算出的结果（这一格的公式没有存下结果）；请用电子表格软件打开，保存后再核查")
            fault = Fault(None, excerpt(marked.unsaved[at]), expected)
            return at_fault(found, {it: fault for it in range(len(found)) if (row - 1, it) in marked.unsaved})
        if at in marked.errors:
            found[place] = marked.errors[at]
        elif at in marked.midnights and isinstance(value, dt.date):
            found[place] = f"{value:%Y-%m-%d} 00:00:00"
        elif isinstance(value, int | float) and not isinstance(value, bool):
            if at in marked.percent:
                found[place] = f"{plain_number(Decimal(f'{value:.15g}') * 100)}%"
            elif at in marked.padded and value == int(value) >= 0:
                found[place] = str(int(value)).zfill(marked.padded[at])
    return None


def _written(value: Any) -> str:
    """A value that is no text, as a cell writes it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return plain_number(Decimal(f"{value:.15g}"))
    if isinstance(value, dt.datetime):
        return value.replace(microsecond=0).isoformat(" ")
    return str(value)


def plain_number(number: Decimal) -> str:
    """A number without exponent and trailing zeros."""
    if not number.is_finite():
        return str(number)
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
