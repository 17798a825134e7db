"""Events handed over by a Python program: mappings from column to value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from numbers import Real
from typing import Any

from zwgk.dates import DateError, moment_of
from zwgk.events.files import digest, excerpt
from zwgk.events.header import RECORDS, Header
from zwgk.events.mapping import Columns, as_mapping
from zwgk.events.rows import Fault, at_fault
from zwgk.events.tables import Table, find_table, padded, read_table
from zwgk.i18n import _
from zwgk.model import InputFile, Log, Moment
from zwgk.vocabulary import clean


def log_from_records(records: Iterable[Mapping[str, object]], *, columns: Columns = None) -> Log:
    """The log that a list of mappings states; rows are numbered from 2, as in a spreadsheet with a header.

    A mapping is an event, or all events of a matter (a ledger's row).

    Keys are headers as in a file, Chinese or English. Values are text, dates, datetimes (naive: Asia/Shanghai),
    numbers, booleans (是 / 否), lists of texts (several values), or None and NaN (blank). Tables know no bare
    dates: where every time is a naive datetime at midnight sharp, they are taken as dates.

    Raises:
        InputError: the records have no event or time column, or two columns with the same meaning.
    """
    given = list(records)
    keys = list(dict.fromkeys(key for record in given if isinstance(record, Mapping) for key in record))
    headers = tuple(clean(str(key)) for key in keys)
    header = Header(RECORDS, "utf-8", has_bom=False, delimiter="", row=0, lines=0, headers=headers, names=headers)
    if keys:
        found = find_table(RECORDS, [(0, headers)], mapping=as_mapping(columns))
        header = header._replace(names=padded(found.names, len(headers)), ledger=found.ledger)
    times = [place for place, _event in header.ledger] or [
        place for place, name in enumerate(header.names) if name == "time"
    ]
    stamps = [
        value
        for record in given
        if isinstance(record, Mapping)
        for place in times
        if not _is_blank(value := record.get(keys[place]))
    ]
    dates = all(
        isinstance(value, dt.datetime) and value.tzinfo is None and value.time() == dt.time() for value in stamps
    )
    rows = [(row, _cells(record, keys, times, dates=dates)) for row, record in enumerate(given, 2)]
    read = read_table(Table(header, rows, "records"), source=0)
    told = (headers, *(cells[:3] if isinstance(cells, Fault) else cells for _, cells in rows))
    content = "\x1e".join("\x1f".join(_text_of(cell) for cell in cells) for cells in told)
    file = InputFile(RECORDS, read.rows, "utf-8", digest(content.encode("utf-8", "surrogatepass")))
    return Log(tuple(read.events), read.header.columns, (file,), tuple(read.problems), tuple(read.unread))


def _cells(record: object, keys: list[Any], times: list[int], *, dates: bool) -> list[Any] | Fault:
    if not isinstance(record, Mapping):
        return Fault(None, excerpt(repr(record)), _("一条事件是一个映射：列名 → 值"))
    cells: list[Any] = []
    faults: dict[int, Fault] = {}
    for place, key in enumerate(keys):
        value = record.get(key)
        try:
            cells.append(
                moment_or_text(value, date=dates) if place in times and isinstance(value, dt.date) else cell_text(value)
            )
        except (TypeError, UnicodeError):
            faults[place] = Fault(str(key), excerpt(repr(value)), _("文本、数字、日期、是否，或文本的列表"))
            cells.append("")
    return at_fault(cells, faults) if faults else cells


def moment_or_text(value: dt.date, *, date: bool) -> Moment | str:
    """A native date or time as it stands; blank for "not a time", text where the year is out of bounds."""
    if _is_blank(value):
        return ""
    try:
        return moment_of(value.date() if date and isinstance(value, dt.datetime) else value)
    except DateError:
        return value.isoformat()


def cell_text(value: Any) -> str:
    """A value as a cell writes it.

    Raises:
        TypeError: it is nothing that a cell can hold.
        UnicodeError: it has characters that no file can hold.
    """
    if isinstance(value, str):
        if not value.isascii():
            value.encode()
        return value
    if _is_blank(value):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Real | Decimal):
        return _number(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        texts = [cell_text(item) for item in value]
        return ";".join(sorted(texts) if isinstance(value, set | frozenset) else texts)
    if hasattr(value, "item"):
        return cell_text(value.item())
    raise TypeError


def _number(value: Real | Decimal) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(float(value))
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _is_blank(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, Real | Decimal | dt.date) and value != value  # noqa: PLR0124  # NaN and NaT


def _text_of(cell: object) -> str:
    return cell.iso() if isinstance(cell, Moment) else str(cell)
