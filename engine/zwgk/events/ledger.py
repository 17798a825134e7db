"""The ledger form (台账): one row a matter, several date columns. Which column means which event, and rows into events.

Nothing is guessed: a date column whose meaning its header does not settle is asked about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.dates import DateError, read_moment
from zwgk.events.files import excerpt
from zwgk.events.rows import MEMO, Fault, Memo, Read, begins_totals, read_rows, shifted
from zwgk.i18n import _
from zwgk.vocabulary import (
    BLANKS,
    COLUMN_HEADERS,
    CORE_COLUMNS,
    DECISION_HEADERS,
    EVENT_LABELS,
    LEDGER_CORE_HEADERS,
    LEDGER_HEADERS,
    LEDGER_NOT_EVENTS,
    PUBLICATION_HEADERS,
    PUBLICATION_OF,
    clean,
    event_label,
    event_name,
    half_width,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zwgk.events.header import Header
    from zwgk.events.mapping import ColumnMapping
    from zwgk.events.rows import Rows
    from zwgk.model import Moment

_DATE = "日期"
_FORMED = "information-formed"
_WITH_DECISIONS = frozenset(
    {"decision-published", "decision-revoked", "decision-withdrawn", "withdrawal-reason-published"}
)
_CHOICES = 4


class Ledger(NamedTuple):
    """What the headers say: date columns as (place, event), the columns renamed for it, and what they leave open.

    ``unsettled`` is (header, event names it could mean; empty: anything).
    """

    dates: tuple[tuple[int, str], ...]
    names: tuple[str | None, ...]
    unsettled: tuple[tuple[str, tuple[str, ...]], ...]


def find_ledger(headers: Sequence[str], names: Sequence[str | None], mapping: ColumnMapping) -> Ledger | None:
    """The ledger that headers describe; None where they describe none.

    ``names`` are the columns that the headers mean by themselves and by the mapping.
    """
    said = {clean(header): event_name(event) for header, event in mapping.ledger.items()}
    spoken = {clean(header) for header in mapping.columns}
    mapped = [place for place, header in enumerate(headers) if header in said]
    if "event" in names and not mapped:
        return None
    dates = {place: said[headers[place]] for place in mapped}
    stems = {
        place: _stem(header)
        for place, header in enumerate(headers)
        if header and place not in dates and header not in spoken and names[place] is not None
    }
    dates |= {place: event for place, stem in stems.items() if (event := _FIXED.get(stem))}
    settled, unsettled = _in_context(headers, stems, {event for event in dates.values() if event})
    dates |= settled
    unsettled |= {
        headers[place]: ()
        for place, stem in stems.items()
        if place not in dates and headers[place] not in unsettled and (_is_unknown_date(stem) or names[place] == "time")
    }
    unsettled |= _repeated(headers, dates, mapped)
    if not any(dates.values()) and not any(choices for choices in unsettled.values()):
        return None
    events = tuple((place, event) for place, event in sorted(dates.items()) if event)
    return Ledger(events, _renamed(headers, names, dates, spoken), tuple(unsettled.items()))


def ledger_headers(event: str) -> tuple[str, ...]:
    """The headers that mean an event in a ledger, the usual one first."""
    label = EVENT_LABELS.get(event)
    return (*LEDGER_HEADERS.get(event, ()), *((label + _DATE,) if label else ()))


def read_ledger(header: Header, rows: Rows, *, source: int, memo: Memo | None = None) -> Read:
    """The events of a ledger, row by row and in each row by column; a problem for each bad cell, under its header.

    Raises:
        InputError: two columns with content mean the same.
    """
    long = header._replace(
        headers=(*header.headers, "", ""), names=(*header.names, "event", "time"), ledger=(), delimiter=""
    )
    counted = _Counted()
    read = read_rows(long, _unfolded(header, rows, counted), source=source, memo=memo)
    settled = header._replace(names=read.header.names[:-2])
    return read._replace(header=settled, problems=list(dict.fromkeys(read.problems)), rows=counted.rows)


class _Counted:
    """How many rows of the sheet hold anything."""

    rows = 0


def _unfolded(header: Header, rows: Rows, counted: _Counted) -> Iterator[tuple[int, Sequence[Any] | Fault]]:
    """A row for each date cell that is filled in: the cells, the event, the moment."""
    width = len(header.names)
    known: dict[str, Moment | Fault] = {}
    blanks = [""] * width
    for row, cells in _but_totals(header, rows):
        if isinstance(cells, Fault):
            counted.rows += 1
            yield from ((row, fault) for fault in _of_each_date(header, cells))
            continue
        if any(cell and not (isinstance(cell, str) and cell.isspace()) for cell in cells):
            counted.rows += 1
        stray = [text for cell in cells[width:] if (text := clean(str(cell)))]
        if stray:
            core = [header.names.index(name) if name in header.names else width for name in CORE_COLUMNS]
            yield row, _stray(stray, len(cells), width)._replace(cells=cells[:width], illegible=shifted(width, core))
            continue
        padded = [*cells[:width], *blanks[len(cells) :]]
        for place, event in header.ledger:
            cell = padded[place]
            if not cell or (isinstance(cell, str) and not cell.strip(BLANKS)):
                continue
            moment = known.get(cell)
            if moment is None:
                if len(known) >= MEMO:
                    known.clear()
                moment = known[cell] = _moment(cell)
            if isinstance(moment, Fault):
                yield row, moment._replace(column=header.headers[place], cells=[*padded, event, ""])
            else:
                yield row, [*padded, event, moment]


def _but_totals(header: Header, rows: Rows) -> Rows:
    """The rows without the line of totals, where counts may stand in the date columns."""
    for row, cells in rows:
        if cells.__class__ is Fault or not begins_totals(cells) or _has_a_date(header, cells):
            yield row, cells


def _has_a_date(header: Header, cells: Sequence[Any]) -> bool:
    filled = (cells[place] for place, _event in header.ledger if place < len(cells))
    return any(not isinstance(_moment(cell), Fault) for cell in filled)


def _of_each_date(header: Header, fault: Fault) -> Iterator[Fault]:
    """A fault of a whole row, once for each of its events (they are told as one problem)."""
    if fault.cells is None:
        yield fault
        return
    width = len(header.names)
    padded = [*fault.cells[:width], *[""] * (width - len(fault.cells))]
    dates = [event for place, event in header.ledger if place in fault.illegible or clean(str(padded[place]))]
    for event in dates or [""]:
        yield fault._replace(cells=[*padded, event, "", *fault.cells[width:]])


def _moment(cell: Any) -> Moment | Fault:
    if not isinstance(cell, str):
        return cell  # type: ignore[no-any-return]
    try:
        return read_moment(cell)
    except DateError as error:
        return Fault(None, excerpt(error.found), error.expected)


def _stray(stray: Sequence[str], cells: int, width: int) -> Fault:
    found = _("共 {cells} 格，没有表头的格里有：{stray}").format(cells=cells, stray=excerpt(_("、").join(stray)))
    expected = _("内容都在有表头的列里（表头共 {width} 列）；单元格内含分隔符时用英文双引号括起来").format(width=width)
    return Fault(None, found, expected)


def _stem(header: str) -> str:
    """A header without spaces, with 日期 for 时间."""
    stem = "".join(half_width(header).split())
    return stem[:-2] + _DATE if stem.endswith("时间") else stem


_FIXED = {
    **{label + _DATE: event for event, label in EVENT_LABELS.items()},
    **{header: event for event, headers in LEDGER_HEADERS.items() if event != _FORMED for header in headers},
    **{event: event for event in EVENT_LABELS},
}


def _in_context(
    headers: Sequence[str], stems: dict[int, str], events: set[str]
) -> tuple[dict[int, str], dict[str, tuple[str, ...]]]:
    """The columns whose meaning hangs on the others: place → event, and header → the events it could mean."""
    formed = [place for place, stem in stems.items() if stem in LEDGER_HEADERS[_FORMED]]
    published = [place for place, stem in stems.items() if stem in PUBLICATION_HEADERS]
    decided = [place for place, stem in stems.items() if stem in DECISION_HEADERS]
    settled: dict[int, str] = {}
    unsettled: dict[str, tuple[str, ...]] = {}
    if len(decided) == 1 and not formed and events <= _WITH_DECISIONS:
        settled[decided[0]] = "decision-made"
    else:
        unsettled |= {headers[place]: ("decision-made", "decision-adopted") for place in decided}
    candidates = {PUBLICATION_OF[event] for event in (*events, *settled.values()) if event in PUBLICATION_OF} - events
    if not published:
        # Without a column for its publication, 成文日期 would only make every matter look unpublished.
        if len(formed) == 1 and PUBLICATION_OF[_FORMED] in events and _FORMED not in events:
            settled[formed[0]] = _FORMED
        return settled, unsettled
    if len(published) == len(formed) == 1 and not candidates and not events & _ABOUT_DOCUMENTS:
        settled[formed[0]] = _FORMED
        candidates = {PUBLICATION_OF[_FORMED]}
    if len(published) == 1 and len(candidates) == 1 and not unsettled:
        settled[published[0]] = candidates.pop()
    else:
        choices = tuple(sorted(candidates)) or tuple(PUBLICATION_OF.values())
        unsettled |= {headers[place]: choices for place in published}
    return settled, unsettled


_ABOUT_DOCUMENTS = frozenset({"document-issued", "document-published", _FORMED, PUBLICATION_OF[_FORMED]})


def _is_unknown_date(stem: str) -> bool:
    if stem in LEDGER_NOT_EVENTS or stem in LEDGER_HEADERS[_FORMED]:
        return False
    return _DATE in stem or "时间" in stem


def _repeated(headers: Sequence[str], dates: dict[int, str], mapped: Sequence[int]) -> dict[str, tuple[str, ...]]:
    """Columns that mean one event without the mapping saying so of each."""
    found: dict[str, tuple[str, ...]] = {}
    for event in {event for event in dates.values() if event}:
        places = [place for place in dates if dates[place] == event]
        if len(places) > 1 and not {*places} <= {*mapped}:
            found |= {headers[place]: (event,) for place in sorted(places)}
    return found


def _renamed(
    headers: Sequence[str], names: Sequence[str | None], dates: dict[int, str], spoken: set[str]
) -> tuple[str | None, ...]:
    """The columns of the ledger: its date columns are none, the matter and the agency go by more names."""
    renamed = [None if place in dates else name for place, name in enumerate(names)]
    for core, further in LEDGER_CORE_HEADERS.items():
        if core in renamed:
            continue
        places = [
            place
            for place, header in enumerate(headers)
            if half_width(header) in further and header not in spoken and renamed[place] is not None
        ]
        if len(places) == 1:
            renamed[places[0]] = core
    # An event or time column has no meaning where each row is several events.
    return tuple(
        headers[place] if name in ("event", "time") and place not in dates else name
        for place, name in enumerate(renamed)
    )


def question(where: str, ledger: Ledger) -> str:
    """The message that asks about the columns that the headers leave open."""
    parts = []
    for header, choices in ledger.unsettled:
        meant = _("（可能是 {choices}）").format(
            choices=_("、").join(f"{event_label(event)} {event}" for event in choices[:_CHOICES])
        )
        parts.append(f"“{excerpt(header)}”" + (meant if choices else ""))
    return _(
        "{where}像是台账，但这些日期列是什么事件不能确定：{columns}。请用 --columns 写明：在 ledger 下写“表头: 事件名”，"
        '不是事件的在 columns 下写“表头: 表头”（留作属性）或“表头: ""”（不读）；'
        "可先用 zwgk-check init --columns 生成一份再改"
    ).format(where=where, columns=_("、").join(parts))


def known_columns(names: Sequence[str | None], ledger: Ledger | None) -> int:
    """How many of the columns are known words: a row of few is no header."""
    known = sum(name in COLUMN_HEADERS for name in (ledger.names if ledger else names) if name)
    return known + (len(ledger.dates) + len(ledger.unsettled) if ledger else 0)
