"""The sheets of a workbook, whatever kind: which of them are logs, where their headers stand, cells merged downwards."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.errors import InputError
from zwgk.events.rows import Fault
from zwgk.events.tables import HEAD_ROWS, Table, find_table
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from zwgk.events.files import File
    from zwgk.events.header import Header
    from zwgk.events.mapping import ColumnMapping

    Span = tuple[tuple[int, int], tuple[int, int]]

_LIKE = 0.6  # of the headers of a sheet that was read, from which another sheet is meant to be one like it


class Sheet(NamedTuple):
    """A sheet as a grid: row numbers as the user sees them (from 1), values from column A on.

    ``merged`` are spans of more than one row, from 0: (top, left), (bottom, right). ``shown`` makes texts of a row's values.
    """

    name: str
    rows: Iterator[tuple[int, list[Any]]]
    merged: Sequence[Span]
    shown: Callable[[int, list[Any]], list[str] | Fault]


class Book(NamedTuple):
    """A workbook: the names of its sheets, those that are hidden, and how one is loaded (None: it is empty)."""

    names: Sequence[str]
    hidden: frozenset[str]
    load: Callable[[str, str], Sheet | None]


def read_sheets(file: File, book: Book, *, mapping: ColumnMapping, sheet: str, form: str) -> list[Table]:
    """Every sheet that is an event log or a ledger (``sheet``, or those the mapping names: only these).

    Raises:
        InputError: no sheet fits, or a sheet much like one that fits does not.
    """
    tables: list[Table] = []
    complaints: list[_Complaint] = []
    for names in _wanted(file.path, book, mapping, sheet):
        for name in names:
            path = f"{file.path}#{name}" if len(book.names) > 1 else file.path
            found = book.load(name, path)
            if found is None:
                continue
            head = list(islice(found.rows, max(HEAD_ROWS, mapping.header_row or 0)))
            try:
                tables.append(_table(path, found, head, file, mapping, form))
            except InputError as error:
                complaints.append(
                    _Complaint(name, error, [{str(cell) for cell in cells if cell} for _row, cells in head])
                )
        if tables:
            break
    return _judged(file.path, tables, complaints, named=bool(sheet or mapping.sheet))


class _Complaint(NamedTuple):
    """Why a sheet was not understood, and the words in its first rows."""

    name: str
    error: InputError
    heads: list[set[str]]


def _wanted(path: str, book: Book, mapping: ColumnMapping, sheet: str) -> list[list[str]]:
    """The sheets to try, those that can be seen before the hidden ones."""
    chosen = [sheet] if sheet else [name for name in mapping.sheet if name in book.names]
    if missing := [name for name in chosen if name not in book.names]:
        message = _("{path}：没有工作表“{sheet}”；有：{names}")
        raise InputError(message.format(path=path, sheet=_("”“").join(missing), names=_("、").join(book.names)))
    if chosen:
        return [chosen]
    if mapping.sheet:
        message = _("{path}：列对照里的工作表“{sheet}”都没有；有：{names}")
        raise InputError(message.format(path=path, sheet=_("”“").join(mapping.sheet), names=_("、").join(book.names)))
    hidden = [name for name in book.names if name in book.hidden]
    return [[name for name in book.names if name not in book.hidden], hidden]


def _judged(path: str, tables: list[Table], complaints: list[_Complaint], *, named: bool) -> list[Table]:
    """The tables, unless there are none, or a sheet that was not understood is much like one that was."""
    if not tables or named:
        if len(complaints) == 1:
            raise complaints[0].error
        if complaints:
            raise InputError("\n".join(str(complaint.error) for complaint in complaints[:3]))
        if not tables:
            raise InputError(_("{path}：工作簿是空的；应有表头和事件，请核对是否导出成功").format(path=path))
    headers = [{*filter(None, table.header.headers)} for table in tables]
    alike = [
        str(complaint.error)
        for complaint in complaints
        if any(len(words & known) >= _LIKE * len(known) for words in complaint.heads for known in headers)
    ]
    if alike:
        advice = _("（与已认出的工作表相像，不能略过；确实不要的，请用“文件名#工作表名”只读要的那张）")
        raise InputError("\n".join(message + advice for message in alike))
    passed_over = tuple(complaint.name for complaint in complaints)
    return [table._replace(passed_over=passed_over) for table in tables]


def _table(
    path: str, sheet: Sheet, head: list[tuple[int, list[Any]]], file: File, mapping: ColumnMapping, form: str
) -> Table:
    shown = sheet.shown
    filled = _filled(iter(head), sheet.merged)
    texts = [(row, shown(row, cells)) for row, cells in filled]
    plain = [(row, cells if not isinstance(cells, Fault) else []) for row, cells in texts]
    header = find_table(path, plain, mapping=mapping)
    # Cells merged over two rows of the header say that it ends in the lower one.
    lowest = max(
        (end + 1 for (top, _left), (end, _right) in sheet.merged if top + 1 == header.row and end - top < HEAD_ROWS),
        default=header.row,
    )
    if lowest > header.row and not mapping.header_row:
        header = find_table(path, plain, mapping=mapping, below=lowest)
    header = header._replace(encoding=form, digest=file.digest)
    rows = chain(head, sheet.rows)
    rest = _filled(rows, sheet.merged) if sheet.merged else rows
    return Table(header, _below(header, rest, shown), form, sheet.name)


def _below(
    header: Header, rows: Iterator[tuple[int, list[Any]]], shown: Callable[[int, list[Any]], Any]
) -> Iterator[tuple[int, Sequence[Any] | Fault]]:
    for row, cells in rows:
        if row > header.row and any(cell != "" for cell in cells):
            yield row, shown(row, cells)


def _filled(rows: Iterator[tuple[int, list[Any]]], merged: Sequence[Span]) -> Iterator[tuple[int, list[Any]]]:
    """Rows with the cells that are merged downwards filled in from their uppermost row."""
    begins: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (end, _right) in merged:
        begins.setdefault(top + 1, []).append((left, end + 1))
    running: dict[int, tuple[int, Any]] = {}
    for row, given in rows:
        cells = given
        if running:
            cells = list(given)
            for place, (end, value) in list(running.items()):
                if end < row:
                    del running[place]
                elif place < len(cells) and cells[place] == "":
                    cells[place] = value
        yield row, cells
        running |= {place: (end, cells[place]) for place, end in begins.get(row, ()) if place < len(cells)}
