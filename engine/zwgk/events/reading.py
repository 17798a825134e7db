"""How a file is read: each column, what it was taken for, and examples of what its cells became."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from zwgk.dates import DateError, read_moment
from zwgk.errors import InputError
from zwgk.events.files import excerpt
from zwgk.events.log import each_table
from zwgk.events.rows import Fault, read_region
from zwgk.i18n import _
from zwgk.model import Moment
from zwgk.vocabulary import CORE_COLUMNS, clean, column_label, event_label, event_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from zwgk.events.header import Header
    from zwgk.events.mapping import ColumnMapping
    from zwgk.events.tables import Table

EXAMPLES = 3
SEARCHED = 10_000
"""Rows that are looked through for examples."""

_FORMS = {
    "csv": "CSV",
    "tsv": "TSV",
    "xlsx": "XLSX",
    "xls": "XLS",
    "json": "JSON",
    "jsonl": "JSON Lines",
    "parquet": "Parquet",
}


class ColumnReading(NamedTuple):
    """One column: ``use`` is ``column``, ``event``, ``attribute`` or ``left out``; ``meaning`` the column or event.

    ``examples`` are cells before and after, at most three that differ.
    """

    header: str
    use: str
    meaning: str
    examples: tuple[tuple[str, str], ...]


class Reading(NamedTuple):
    """One table: its header as found, and its columns in file order."""

    header: Header
    form: str
    columns: tuple[ColumnReading, ...]
    passed_over: tuple[str, ...] = ()


def read_readings(
    paths: Sequence[str | Path], *, mapping: ColumnMapping, encoding: str | None = None
) -> Iterator[Reading | InputError]:
    """How each table of the files is read; in place of a file that cannot be read, why."""
    for table in each_table(paths, mapping=mapping, encoding=encoding):
        if isinstance(table, InputError):
            yield table
            continue
        try:
            yield _reading(table)
        except InputError as error:
            yield error


def tell(reading: Reading) -> Iterator[str]:
    """The reading in lines for a person."""
    header = reading.header
    form = _("台账（一行一个事项，每个日期列是一个事件）") if header.ledger else _("事件日志（一行一个事件）")
    yield _("{path}：{form}").format(path=header.path, form=form)
    facts = [_FORMS[reading.form]]
    if reading.form in ("csv", "tsv", "json", "jsonl"):
        facts.append(_("编码 {encoding}").format(encoding=header.encoding))
    if header.delimiter:
        names = {",": _("逗号"), "\t": _("制表符"), ";": _("分号")}
        facts.append(_("分隔符 {name}").format(name=names[header.delimiter]))
    if header.row:
        facts.append(_("表头在第 {row} 行").format(row=header.row))
    yield "  " + _("；").join(facts)
    if reading.passed_over:
        yield "  " + _("没有读的工作表：{names}").format(names=_("、").join(map(excerpt, reading.passed_over)))
    for column in reading.columns:
        yield f"  {_name(column.header)} → {_use(column)}"
        for before, after in column.examples:
            yield f"      {before}" if before == after else f"      {before} → {after}"


def _name(header: str) -> str:
    return excerpt(header) or _("（没有表头）")


def _use(column: ColumnReading) -> str:
    if column.use == "event":
        return _("事件 {label}（{name}）").format(label=event_label(column.meaning), name=column.meaning)
    if column.use == "column":
        return _("{label}（{name}）").format(label=column_label(column.meaning), name=column.meaning)
    if column.use == "attribute":
        return _("属性 {name}").format(name=column.meaning)
    return _("不读")


def _reading(table: Table) -> Reading:
    header = table.header
    events = dict(header.ledger)
    found: list[dict[str, str]] = [{} for _header in header.headers]
    for _row, cells in islice(table.rows, SEARCHED):
        if isinstance(cells, Fault):
            continue
        for place, cell in enumerate(cells[: len(found)]):
            before = cell.text() if isinstance(cell, Moment) else clean(cell)
            if before and len(found[place]) < EXAMPLES and before not in found[place]:
                name = "time" if place in events else header.names[place]
                found[place][before] = _after(name, cell if isinstance(cell, Moment) else before)
    columns = tuple(
        ColumnReading(
            written, *_meaning(header, place, events), tuple((excerpt(a), b) for a, b in found[place].items())
        )
        for place, written in enumerate(header.headers)
    )
    return Reading(header, table.form, columns, table.passed_over)


def _meaning(header: Header, place: int, events: dict[int, str]) -> tuple[str, str]:
    if place in events:
        return "event", events[place]
    name = header.names[place]
    if not name:
        return "left out", ""
    return ("column" if name in CORE_COLUMNS else "attribute"), name


def _after(name: str | None, cell: str | Moment) -> str:
    """What a cell becomes; what cannot be read says so."""
    if isinstance(cell, Moment):
        return cell.text()
    if name == "time":
        try:
            return read_moment(cell).text()
        except DateError as error:
            return _("读不懂：{reason}").format(reason=error.reason)
    if name == "event":
        return event_name(cell)
    if name == "region":
        return read_region(cell) or _("读不懂：应为六位行政区划代码")
    return excerpt(cell)
