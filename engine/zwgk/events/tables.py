"""Where in a sheet of cells the header stands, and whether the sheet is an event log or a ledger.

Offices put titles, units and dates of printing above the header; it is looked for in the first rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zwgk.dates import DateError, read_moment
from zwgk.errors import InputError
from zwgk.events.header import MAX_COLUMNS, Header, NoLogError, check_columns, map_columns, trimmed
from zwgk.events.ledger import Ledger, find_ledger, known_columns, question, read_ledger
from zwgk.events.rows import read_rows
from zwgk.i18n import _
from zwgk.vocabulary import REQUIRED_COLUMNS, clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zwgk.events.mapping import ColumnMapping
    from zwgk.events.rows import Memo, Read, Rows

HEAD_ROWS = 30
"""Rows in which the header must stand, unless the mapping says where."""


class UnsettledError(NoLogError):
    """A ledger with date columns of which the headers do not say what they mean: ``ledger``."""

    def __init__(self, header: Header, ledger: Ledger) -> None:
        """The message asks about the columns."""
        super().__init__(question(header.place, ledger), header)
        self.ledger = ledger


class Table(NamedTuple):
    """One sheet of cells: what its header says, its rows below it (read as they are asked for), and its form.

    ``sheet`` is its name in a workbook, ``passed_over`` the sheets of it that hold something and are not read.
    """

    header: Header
    rows: Rows
    form: str
    sheet: str = ""
    passed_over: tuple[str, ...] = ()


def find_table(
    path: str, head: Sequence[tuple[int, Sequence[str]]], *, mapping: ColumnMapping, below: int = 0
) -> Header:
    """The header among the first rows: the first row that is one of an event log or of a ledger.

    Args:
        path: for messages.
        head: row numbers and cells, the first rows of the sheet; row 0: the keys of a form that has no header.
        mapping: what the user said of the columns.
        below: the last row of a header of several rows, where cells merged over them say so.

    Raises:
        InputError: none of the rows is one; what is told is about the row that is most like one.
    """
    rows = [(row, cells) for row, cells in head if any(clean(cell) for cell in cells)]
    if mapping.header_row and head[0][0]:
        rows = [(row, cells) for row, cells in rows if row == mapping.header_row]
        if not rows:
            raise InputError(
                _("{path}：第 {row} 行是空的，不是表头；请核对 header_row").format(path=path, row=mapping.header_row)
            )
    if not rows:
        raise InputError(_("{path}：是空的；应有表头和事件，请核对是否导出成功").format(path=path))
    likeness = -1
    meant: Ledger | None = None
    for row, cells in [found for found in rows if found[0] >= below] or rows[-1:]:
        header, ledger = _read_as(path, row, cells, mapping)
        known = known_columns(header.names, ledger)
        if ledger is None and {*REQUIRED_COLUMNS} <= header.columns:
            check_columns(header)
            return _below_titles(header, rows, mapping)
        if ledger is not None and not ledger.unsettled and (known > 1 or mapping.headers):
            return _below_titles(header._replace(names=ledger.names, ledger=ledger.dates), rows, mapping)
        if known > likeness:
            likeness, likest, meant = known, header, ledger
    if meant is not None and meant.unsettled:
        raise UnsettledError(likest, meant)
    check_columns(likest)
    # A lone date column among unknown ones.
    message = _("{where}只有一个认得的列，不像事件日志或台账；请用 --columns 写明各列的含义")
    raise NoLogError(message.format(where=likest.place), likest)


def _below_titles(header: Header, rows: Sequence[tuple[int, Sequence[str]]], mapping: ColumnMapping) -> Header:
    """The header, unless a row above it is no title but looks like one of data, which would be lost."""
    for row, cells in rows:
        if row >= header.row or mapping.header_row:
            break
        filled = [cell for cell in cells if clean(cell)]
        if len(filled) > 2 and any(map(_is_moment, filled)):
            raise InputError(
                _(
                    "{where}之上的第 {row} 行像是数据，不能略过；请把表头移到数据之上，或用列对照的 header_row 写明表头在第几行"
                ).format(where=header.place, row=row)
            )
    return header


def _is_moment(text: str) -> bool:
    try:
        read_moment(text)
    except DateError:
        return False
    return True


def _read_as(path: str, row: int, cells: Sequence[str], mapping: ColumnMapping) -> tuple[Header, Ledger | None]:
    headers = trimmed(cells)
    names = map_columns(headers, mapping.columns)
    header = Header(path, "", has_bom=False, delimiter="", row=row, lines=row, headers=headers, names=names)
    mapped = {clean(name) for name in mapping.ledger} & {*headers}
    if {*REQUIRED_COLUMNS} <= header.columns and not mapped:
        return header, None
    if len(headers) > MAX_COLUMNS:
        return header, None
    return header, find_ledger(headers, names, mapping)


def read_table(table: Table, *, source: int, memo: Memo | None = None) -> Read:
    """The events of a table, and the problems of its bad rows.

    Raises:
        InputError: two columns with content mean the same, or the file turns out damaged.
    """
    if table.header.ledger:
        return read_ledger(table.header, table.rows, source=source, memo=memo)
    return read_rows(table.header, table.rows, source=source, memo=memo)


def padded(names: Sequence[str | None], width: int) -> tuple[str | None, ...]:
    """The names of the columns with those of blank headers at the end, which are not read."""
    return (*names, *("",) * (width - len(names)))
