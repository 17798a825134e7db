"""Rows of cells into events, whatever file they come from. Good rows are kept, every bad one is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from zwgk.dates import DateError, read_moment
from zwgk.events.files import excerpt
from zwgk.events.header import Header, duplicated, settle_duplicates
from zwgk.i18n import _
from zwgk.model import Event, Moment, Problem
from zwgk.unread import UnreadRow
from zwgk.vocabulary import CORE_COLUMNS, clean, event_name, half_width, is_total

_T = TypeVar("_T")

MEMO = 1 << 16
"""Distinct texts of a kind kept at once, so that a date or a name is read once and shared."""


class Fault(NamedTuple):
    """What is wrong with a row: in which column (if one), what was found, what was expected.

    Where a form finds a row at fault before it is read here: ``cells`` are those it could cut it into (None: none),
    ``illegible`` the places of those that cannot be read.
    """

    column: str | None
    found: str
    expected: str
    cells: Sequence[Any] | None = None
    illegible: frozenset[int] = frozenset()


def at_fault(cells: Sequence[Any], faults: Mapping[int, Fault]) -> Fault:
    """The first of the faults of single cells, by their places, with the cells of the whole row."""
    return next(iter(faults.values()))._replace(cells=cells, illegible=frozenset(faults))


Rows = Iterable[tuple[int, Sequence[Any] | Fault]]
"""Row number and cells. Cells are text; in the time column a :class:`~zwgk.model.Moment` may stand instead."""


class Memo(NamedTuple):
    """What was read before, by the text of the cell. It may be shared between files."""

    moments: dict[Any, Moment]
    names: dict[str, str]
    regions: dict[str, str]
    agencies: dict[str, str]

    @classmethod
    def empty(cls) -> Memo:
        """A memo that remembers nothing yet."""
        return cls({}, {}, {}, {})


class Read(NamedTuple):
    """The outcome for one file: ``rows`` counts data rows, bad ones included, blank ones and totals not.

    ``unread`` are the bad rows of which something is legible.
    """

    header: Header
    events: list[Event]
    problems: list[Problem]
    rows: int
    unread: list[UnreadRow]


class _Places(NamedTuple):
    """Where the core columns stand; an absent one at ``width``, where such rows get a blank cell."""

    width: int
    core: tuple[int, int, int, int, int]
    unnamed: tuple[int, ...]
    others: tuple[tuple[int, str], ...]


def read_rows(header: Header, rows: Rows, *, source: int, memo: Memo | None = None) -> Read:
    """The events of a file, in file order, and the problems of its bad rows.

    Equal attributes of several events are one mapping.

    Raises:
        InputError: two columns with content mean the same.
    """
    if duplicated(header.names):
        rows = kept = list(rows)
        header = settle_duplicates(header, lambda place: _blank_throughout(kept, place))
    memo = memo or Memo.empty()
    moments, names, regions, agencies = memo
    places = _places(header)
    core, attributes_of = itemgetter(*places.core), _attribute_reader(places.others)
    irregular = bool(places.unnamed) or places.width in places.core
    events: list[Event] = []
    problems: list[Problem] = []
    unread: list[UnreadRow] = []
    bad = 0
    for row, found in rows:
        cells: Any = found
        wrong = None
        if len(found) != places.width or irregular or found.__class__ is Fault:
            cells, wrong = _fitted(found, places)
        if cells:
            case, event, time, agency, code = core(cells)
            name, moment, region = names.get(event), moments.get(time), regions.get(code)
            if name is None or moment is None or region is None:
                name, moment, region, wrong = _learn(memo, event, time, code)
        if wrong:
            faults = [] if _is_blank(found) or _is_total(found, places) else _noted(wrong, found, places.width)
            if faults:
                bad += 1
                problems.extend(Problem(header.path, row, *fault[:3]) for fault in faults)
                unread.extend(_legible(header, places, cells, faults[0], row, source))
        elif cells:
            office = agencies.get(agency)
            if office is None:
                office = _keep(agencies, agency, agency.strip())
            entry = (case.strip(), name, moment, office, region, row, source, attributes_of(cells))
            events.append(tuple.__new__(Event, entry))
    return Read(header, events, problems, len(events) + bad, unread)


def read_region(text: str) -> str | None:
    """The adcode in a region cell, six digits: blank text stays blank, None where it is no code.

    Statistical codes of nine and twelve digits begin with the adcode; ``510504.0`` is what spreadsheets make of a number.
    """
    text = half_width(clean(text))
    if not text:
        return ""
    return text[:6] if re.fullmatch(r"[1-9][0-9]{5}(?:\.0+|[0-9]{3}|[0-9]{6})?", text) else None


def _places(header: Header) -> _Places:
    width = len(header.names)
    case, event, time, agency, region = (
        header.names.index(name) if name in header.names else width for name in CORE_COLUMNS
    )
    return _Places(
        width,
        core=(case, event, time, agency, region),
        unnamed=tuple(place for place, name in enumerate(header.names) if name == ""),
        others=tuple((place, name) for place, name in enumerate(header.names) if name and name not in CORE_COLUMNS),
    )


def _legible(
    header: Header, places: _Places, cells: Sequence[Any], fault: Fault, row: int, source: int
) -> Iterator[UnreadRow]:
    """What is legible of a bad row, if anything."""
    given = cells or fault.cells
    if given is None:
        return
    width = places.width
    hidden = fault.illegible | (shifted(width, places.core) if _is_longer(given, width) else frozenset())
    texts = ["" if place in hidden else str(cell) for place, cell in enumerate(given[:width])]
    texts += [""] * (width + 1 - len(texts))
    case, event, _time, agency, code = (texts[place] for place in places.core)
    region = read_region(code)
    illegible = {header.names[place] for place in hidden if place < width}
    if region is None:
        illegible.add("region")
    yield UnreadRow(
        case.strip(),
        event_name(event),
        agency.strip(),
        region or "",
        row,
        source,
        {name: text for place, name in places.others if (text := texts[place].strip())},
        frozenset(name for name in illegible if name),
        fault.column,
        fault.found,
    )


def _attribute_reader(others: Sequence[tuple[int, str]]) -> Callable[[Sequence[str]], Mapping[str, str]]:
    """A function from the cells of a row to its non-blank attributes, made once for each distinct set of cells."""
    if not others:
        return lambda _: {}
    pick: Callable[[Sequence[str]], Any] = itemgetter(*(place for place, _ in others))
    known: dict[Any, Mapping[str, str]] = {}

    def read(cells: Sequence[str]) -> Mapping[str, str]:
        picked = pick(cells)
        attributes = known.get(picked)
        if attributes is None:
            attributes = {column: value for place, column in others if (value := cells[place].strip())}
            _keep(known, picked, attributes)
        return attributes

    return read


def _fitted(found: Any, places: _Places) -> tuple[list[Any], list[Fault] | None]:
    """The cells brought to the header's width and one blank cell more, or (no cells) what is wrong with the row."""
    if isinstance(found, Fault):
        return [], [found]
    width = places.width
    cells = [*found[:width], *[""] * (width - len(found)), ""]
    stray = [text for cell in (*(cells[place] for place in places.unnamed), *found[width:]) if (text := clean(cell))]
    if not stray:
        return cells, None
    was = _("共 {n_found} 格，没有表头的格里有：{excerpt}").format(
        n_found=len(found), excerpt=excerpt(_("、").join(stray))
    )
    expected = _("内容都在有表头的列里（表头共 {width} 列）；单元格内含分隔符时用英文双引号括起来").format(width=width)
    return [], [Fault(None, was, expected, found[:width], shifted(width, places.core))]


def _is_longer(cells: Sequence[Any], width: int) -> bool:
    return any(clean(str(cell)) for cell in cells[width:])


def shifted(width: int, core: Sequence[int]) -> frozenset[int]:
    """The places that are not to be relied on in a row with a cell too many: all but the case and the agency."""
    return frozenset(range(width)) - {core[0], core[3]}


def _learn(memo: Memo, event: str, time: Any, code: str) -> tuple[str, Moment | None, str | None, list[Fault]]:
    """Read the cells that were not met before and keep what was read; or say what is wrong with them."""
    wrong = []
    name = memo.names.get(event)
    if name is None:
        name = event_name(event)
        if name:
            _keep(memo.names, event, name)
        else:
            wrong.append(Fault("event", excerpt(event), _("不为空的事件名，如 文件印发")))
    moment = memo.moments.get(time)
    if moment is None:
        try:
            moment = _keep(memo.moments, time, time if isinstance(time, Moment) else read_moment(time))
        except DateError as error:
            wrong.append(Fault("time", excerpt(error.found), error.expected))
    region = memo.regions.get(code)
    if region is None:
        region = read_region(code)
        if region is None:
            wrong.append(Fault("region", excerpt(code), _("六位行政区划代码，如 510504")))
        else:
            _keep(memo.regions, code, region)
    return name, moment, region, wrong


def _keep(kept: dict[Any, _T], key: object, value: _T) -> _T:
    if len(kept) >= MEMO:
        kept.clear()
    kept[key] = value
    return value


def _noted(wrong: list[Fault], found: Sequence[Any], width: int) -> list[Fault]:
    """The faults, with the number of cells where a cell is missing because the row is shorter than the header."""
    if isinstance(found, Fault) or len(found) >= width:
        return wrong
    note = _("（这一行只有 {n_found} 格，表头有 {width} 列）").format(n_found=len(found), width=width)
    return [fault if fault.found else fault._replace(expected=fault.expected + note) for fault in wrong]


def _is_blank(found: Any) -> bool:
    return not isinstance(found, Fault) and not any(isinstance(cell, Moment) or clean(cell) for cell in found)


def _is_total(found: Any, places: _Places) -> bool:
    """Whether it is the line of totals under a table: it says so where it begins, and tells neither an event nor a time."""
    if isinstance(found, Fault):
        return False
    _case, event, time, _agency, _code = places.core
    if not _is_blank([*found[event : event + 1], *found[time : time + 1]]):
        return False
    return begins_totals(found)


def begins_totals(cells: Sequence[Any]) -> bool:
    """Whether the first cell that holds anything says that this is the line of totals under a table."""
    for cell in cells:
        if cell and (text := str(cell)) and not text.isspace():
            return is_total(text)
    return False


def _blank_throughout(rows: Rows, place: int) -> bool:
    return all(isinstance(cells, Fault) or place >= len(cells) or _is_blank([cells[place]]) for _, cells in rows)
