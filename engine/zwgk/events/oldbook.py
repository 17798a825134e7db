"""XLS, the workbooks of Excel 97 to 2003 and of old WPS, into rows of cells as a person sees them."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zwgk.errors import InputError
from zwgk.events.package import format_kind
from zwgk.events.sheets import Book, Sheet, read_sheets
from zwgk.events.workbook import plain_number
from zwgk.i18n import _

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from zwgk.events.files import File
    from zwgk.events.mapping import ColumnMapping
    from zwgk.events.tables import Table

FORM = "xls"
MAX_BYTES = 256 << 20
"""Bytes of such a file (65,536 rows a sheet)."""

_TEXT, _NUMBER, _DATE, _TRUTH, _ERROR = 1, 2, 3, 4, 5
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_old_workbook(file: File, *, mapping: ColumnMapping, sheet: str = "") -> list[Table]:
    """Every sheet of a workbook that is an event log or a ledger (``sheet``, or those the mapping names: only these).

    Raises:
        InputError: damaged, locked, oversized; no sheet fits; or a sheet much like one that fits does not.
    """
    if len(file.data) > MAX_BYTES:
        raise InputError(
            _("{path}：旧式工作簿超过 {most:,} 字节的上限；请另存为 xlsx").format(path=file.path, most=MAX_BYTES)
        )
    if _ENCRYPTED in file.data:
        raise _locked(file.path)
    book = _opened(file)
    names = book.sheet_names()

    def load(name: str, path: str) -> Sheet | None:
        del path
        found = _guarded(file.path, lambda: book.sheet_by_name(name))
        if not found.nrows:
            return None
        merged = [((top, left), (end - 1, right - 1)) for top, end, left, right in found.merged_cells if end - top > 1]
        return Sheet(name, _rows(found, book), merged, lambda _row, cells: cells)

    hidden = frozenset(
        name
        for name in names
        if _guarded(file.path, lambda name=name: book.sheet_by_name(name)).visibility  # type: ignore[misc]
    )
    return read_sheets(file, Book(names, hidden, load), mapping=mapping, sheet=sheet, form=FORM)


def _rows(sheet: Any, book: Any) -> Iterator[tuple[int, list[Any]]]:
    """Row numbers as the user sees them, and what the cells show."""
    timed = {
        place
        for row in range(sheet.nrows)
        for place, kind in enumerate(sheet.row_types(row))
        if kind == _DATE and sheet.cell_value(row, place) % 1
    }
    for row in range(sheet.nrows):
        yield row + 1, [_shown(cell, book, timed=place in timed) for place, cell in enumerate(sheet.row(row))]


def _opened(file: File) -> Any:
    import xlrd

    return _guarded(
        file.path,
        lambda: xlrd.open_workbook(
            file_contents=file.data, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        ),
    )


def _guarded(path: str, act: Callable[[], Any]) -> Any:
    """What ``act`` gives. The library meets damage with whatever exception its parsing runs into."""
    try:
        return act()
    except Exception as error:
        if "encrypted" in str(error).lower():
            raise _locked(path) from error
        message = _(
            "{path}：旧式 Excel 工作簿（xls、et）损坏、不完整或不是工作簿，读不出来；请用电子表格软件打开后另存为 xlsx"
        )
        raise InputError(message.format(path=path)) from error


def _locked(path: str) -> InputError:
    return InputError(_("{path}：加了密码，不能读取；请去掉密码后另存").format(path=path))


def _shown(cell: Any, book: Any, *, timed: bool) -> str:
    """What a cell shows."""
    if cell.ctype == _TEXT:
        return str(cell.value)
    if cell.ctype == _DATE:
        return _date(cell, book, timed=timed)
    if cell.ctype == _NUMBER:
        kind, digits = format_kind(_format(cell, book))
        number = Decimal(f"{cell.value:.15g}")
        if kind == "percent":
            return f"{plain_number(number * 100)}%"
        text = plain_number(number)
        return text.zfill(digits) if cell.value >= 0 else text
    if cell.ctype == _TRUTH:
        return "是" if cell.value else "否"
    if cell.ctype == _ERROR:
        from xlrd.biffh import error_text_from_code

        return str(error_text_from_code.get(cell.value, "#N/A"))
    return ""


def _date(cell: Any, book: Any, *, timed: bool) -> str:
    """A date in ISO form, with its time where it has one (midnight too, where it is shown in a column of times)."""
    import xlrd

    try:
        value: dt.datetime = xlrd.xldate.xldate_as_datetime(cell.value, book.datemode)
    except (ValueError, OverflowError):
        return plain_number(Decimal(f"{cell.value:.15g}"))
    if cell.value < 1:
        return value.time().replace(microsecond=0).isoformat()
    if cell.value == int(cell.value) and not (timed and format_kind(_format(cell, book))[0] == "timed"):
        return value.date().isoformat()
    return value.replace(microsecond=0).isoformat(" ")


def _format(cell: Any, book: Any) -> str:
    try:
        return str(book.format_map[book.xf_list[cell.xf_index].format_key].format_str or "")
    except (KeyError, IndexError, TypeError, AttributeError):
        return ""
