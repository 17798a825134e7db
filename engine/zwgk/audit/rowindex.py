"""Laying down where each line of large logs stands, once, after they were evaluated whole."""

from __future__ import annotations

import codecs
import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.agencywide import AGENCY_WIDE
from zwgk.audit.items import group_number, link_key
from zwgk.audit.lines import Line, Lines, Mark, Reading, mark_record
from zwgk.audit.plain import UnindexedError, line_ends, plain_header, too_long, unplain, unreadable
from zwgk.dates import DateError, read_moment
from zwgk.evaluation import first_days_of, set_aside_caseless
from zwgk.events.delimited import MAX_CELL
from zwgk.events.rows import read_region
from zwgk.i18n import _
from zwgk.selection import Scope, links_of
from zwgk.unread import unread_record
from zwgk.vocabulary import clean, event_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zwgk.audit.config import Config
    from zwgk.audit.night import Night
    from zwgk.audit.state import State
    from zwgk.columnar.store import Store
    from zwgk.model import Event, Moment, Rule
    from zwgk.unread import UnreadRow

_BATCH = 50_000
_SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_MOST_ODD = 300_000
_MOST_PROBLEMS = 10_000


class Needs(NamedTuple):
    """What duties that are not a case's own need of a log."""

    rules: tuple[Rule, ...]
    links: tuple[tuple[Rule, frozenset[str]], ...]
    """The duties among linked events, each with the events that it looks at."""
    wide: tuple[Rule, ...]
    """The duties of agencies."""
    scope: Scope
    linked: frozenset[str]
    """The events that are linked by an attribute."""
    shown: tuple[str, ...]
    """The attributes by which it is seen which agencies owe."""


def needs_of(rules: Sequence[Rule], config: Config) -> Needs:
    """What these rules need.

    Raises:
        UnindexedError: a duty among links hangs on a finding of a case.
    """
    wide = [rule for rule in rules if rule.kind in AGENCY_WIDE]
    linked = [rule for rule in rules if rule.match_by]
    if hanging := [rule.id for rule in linked if rule.provided_finding]:
        text = _("规则 {rules} 按属性相连，又取决于另一条规则的结论，不能只重算一部分")
        raise UnindexedError(text.format(rules=_("、").join(hanging)))
    return Needs(
        tuple(rules),
        tuple((rule, _names_linked(rule)) for rule in linked),
        tuple(wide),
        Scope(
            named_packs=frozenset(rule.pack for rule in rules) if config.packs else frozenset(),
            default_region=config.region,
        ),
        frozenset(name for rule in linked for name in _names_linked(rule)),
        tuple(dict.fromkeys(one.attribute for rule in wide for one in rule.where)),
    )


def _names_linked(rule: Rule) -> frozenset[str]:
    names = (rule.trigger, rule.preceded_by, rule.performance, rule.provided)
    return frozenset(name for name in names if name)


# --- rows -------------------------------------------------------------------------------------------------


def build(state: State, config: Config, night: Night, sizes: dict[str, int]) -> None:
    """Lay down the lines of the logs that ``night`` evaluated whole; to be called inside the transaction that keeps it.

    Raises:
        UnindexedError: they cannot be read by the line; nothing that is kept matters then.
    """
    from zwgk.columnar.store import Store

    state.clear("rows", "recent_rows", "later", "wide", "ties")
    state.put_meta("index", None)
    if night.report is None:
        raise AssertionError(night.mode)
    if len(night.problems) > _MOST_PROBLEMS:
        text = _("读不懂的行太多（{count:,}行，上限{most:,}行）")
        raise UnindexedError(text.format(count=len(night.problems), most=_MOST_PROBLEMS))
    needs = needs_of(night.report.rules, config)
    marks: list[Mark] = []
    seen: set[str] = set()
    days: list[tuple[str, int]] = []
    for place, one in enumerate(night.report.head.inputs):
        if one.path not in sizes:
            raise unplain(one.path, _("是工作簿里的一张表"))
        if one.encoding not in ("utf-8", "utf-8-sig"):
            raise unplain(one.path, unreadable())
        header = plain_header(one.path, encoding=config.encoding, columns=config.columns)
        bad = {problem.row for problem in night.problems if problem.path == one.path and problem.row}
        marks.append(Mark(one.path, sizes[one.path], one.digest, 0, one.rows, header, 1))
        with Store() as store:
            layer = _Layer(store, place, marks, needs, night.as_of, bad)
            layer.load()
            days += layer.lay(state)
            seen |= layer.regions()
    if not days:
        raise UnindexedError(_("日志里还没有截至今天发生、读得懂的事件"))
    facts = {
        "marks": [mark_record(mark) for mark in marks],
        "columns": sorted({name for mark in marks for name in mark.header.columns}),
        "regions": sorted(seen),
        "first_days": first_days_of(days),
        "problems": [list(problem) for problem in night.problems],
        "unread": [unread_record(row) for row in night.report.head.unread],
    }
    state.put_meta("index", facts)


class _Layer:
    """One file being laid down."""

    def __init__(
        self, store: Store, place: int, marks: list[Mark], needs: Needs, as_of: Moment, bad: Iterable[int]
    ) -> None:
        self.store = store
        self.place = place
        self.marks = marks
        self.needs = needs
        self.as_of = as_of
        self.reader = Lines(marks)
        store.connection.execute(_parts()["macros"])
        store.connection.execute("SET VARIABLE spaces = $1", [_SPACES])
        store.put("bad_lines", {"line": ("int", sorted(bad))})

    def ask(self, part: str, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a part of ``rowindex.sql``."""
        return self.store.ask(_parts()[part], values)

    def load(self) -> None:
        """Read the file into ``cells``, and prove that each line stands where it is said to stand.

        Raises:
            UnindexedError: it is not plain text.
        """
        import duckdb

        mark = self.marks[self.place]
        ends = line_ends(mark.path)
        try:
            self.ask("lines", path=_exactly(mark.path), ends=ends)
        except duckdb.Error as error:
            raise unplain(mark.path, _why_not(mark.path)) from error
        count, size, longest = self.ask("whole", ends=ends)[0]
        if longest > MAX_CELL:
            raise unplain(mark.path, too_long())
        shift = mark.size - (size or 0)
        if shift != (3 if mark.header.has_bom else 0):
            raise unplain(mark.path, _("分不清各行"))
        if shift:
            self.store.connection.execute("UPDATE lines SET start = start + $1 WHERE line > 1", [shift])
        names = mark.header.names
        places = {
            part: names.index(column) + 1 if column in names else 0
            for part, column in (
                ("matter", "case"),
                ("event", "event"),
                ("time", "time"),
                ("agency", "agency"),
                ("region", "region"),
            )
        }
        shown = [names.index(name) + 1 for name in self.needs.shown if name in names]
        self.ask("cells", delimiter=mark.header.delimiter, shown=shown or [0], **places)
        self.store.drop("lines")
        self.marks[self.place] = mark._replace(lines=count, ends=ends)
        self.reader.marks = self.marks

    def lay(self, state: State) -> list[tuple[str, int]]:
        """Put the file's lines into the state; returns agencies with the day of their first event in the file."""
        result = self.store.connection.execute(_parts()["groups"])
        while rows := result.fetchmany(_BATCH):
            state.put_rows("rows", ((grp, self.place, start, line, length) for grp, start, line, length in rows))
        odd = self._odd_times()
        instant = dt.datetime.combine(dt.date.fromordinal(self.as_of.day), dt.time()) + dt.timedelta(
            seconds=self.as_of.second or 0
        )
        late = [text for text, moment in odd.items() if moment.earliest > self.as_of.latest]
        self.store.put("later_times", {"text": ("text", late)})
        self._lay_special(state)
        put_later(state, self._read("later", as_of=instant), self.as_of)
        witnesses = self._read("witnesses", as_of=instant)
        state.put_wide((*line_row(line), "", 1) for _event, line in self._good(witnesses))
        odd_days = [moment.day for moment in odd.values()]
        self.store.put("odd_days", {"text": ("text", list(odd)), "day": ("small", odd_days)})
        return [(clean(text), day) for text, day in self.ask("first_days", as_of=instant)]

    def _odd_times(self) -> dict[str, Moment]:
        texts = self.ask("odd_times")
        if len(texts) > _MOST_ODD:
            raise unplain(self.marks[self.place].path, _("有太多种时间写法"))
        found = {}
        for (text,) in texts:
            try:
                found[text] = read_moment(text)
            except DateError:
                continue
        return found

    def _lay_special(self, state: State) -> None:
        wanted = {rule.performance for rule in self.needs.wide} | self.needs.linked
        texts = [text for (text,) in self.ask("event_texts") if event_name(text) in wanted]
        self.store.put("special_events", {"text": ("text", texts)})
        found = self._read("special")
        put_caseless(state, "rows", found)
        put_ties(state, found, self.needs)
        state.put_wide(
            (*line_row(line), event.event, 0) for event, line in _pairs(found) if performs(event, self.needs)
        )

    def _good(self, found: Reading) -> list[tuple[Event, Line]]:
        """Those that are not set aside for want of a case."""
        kept = {id(event) for event in set_aside_caseless(found.events, self.needs.rules, [])[0]}
        return [pair for pair in zip(found.events, found.lines, strict=True) if id(pair[0]) in kept]

    def _read(self, part: str, **values: Any) -> Reading:
        rows = self.ask(part, **values)
        return self.reader.read(Line(self.place, start, line, length) for start, line, length in rows)

    def regions(self) -> set[str]:
        """The regions that the file names."""
        return {code for (text,) in self.ask("regions") if (code := read_region(text))}


# --- what is laid down of single events -------------------------------------------------------------------


def put_cases(state: State, table: str, found: Reading) -> None:
    """Lay down events with a case."""
    state.put_rows(
        table,
        ((group_number(event.case), *line_row(line)) for event, line in _pairs(found) if event.case),
    )


def put_caseless(state: State, table: str, found: Reading) -> None:
    """Lay down events without a case."""
    state.put_rows(
        table,
        ((caseless_group(event), *line_row(line)) for event, line in _pairs(found) if not event.case),
    )


def put_later(state: State, found: Reading, as_of: Moment) -> None:
    """Lay down events that lie after as-of."""
    state.put_rows(
        "later",
        ((event.time.earliest, *line_row(line)) for event, line in _pairs(found) if event.time.earliest > as_of.latest),
    )


def performs(event: Event, needs: Needs) -> bool:
    """Whether some duty of agencies looks at an event as a performance."""
    region = needs.scope.region(event)
    return any(
        rule.performance == event.event and needs.scope.looks_at(rule, region, event.agency) for rule in needs.wide
    )


def put_ties(state: State, found: Reading, needs: Needs) -> None:
    """Lay down what links events."""
    state.put_rows("ties", ((key, *line_row(line)) for event, line in _pairs(found) for key in tie_keys(event, needs)))


def tie_keys(event: Event, needs: Needs) -> set[int]:
    """The keys that an event shares with those it is judged with, and with those whose findings are told apart by number."""
    keys: set[int] = set()
    if event.event not in needs.linked:
        return keys
    for rule, names in needs.links:
        if event.event not in names:
            continue
        keys |= {group_number(f"\1{rule.id}\0{kind}\0{value}") for kind, value in links_of(event, rule.match_by or "")}
        if event.event == rule.trigger:
            keys.add(link_key(rule.id, event.case, event.time.iso()))
    return keys


def unread_tie_keys(rows: Iterable[UnreadRow], needs: Needs) -> set[int]:
    """The keys of the links in which rows stand that could not be read."""
    return {
        group_number(f"\1{rule.id}\0{kind}\0{value}")
        for row in rows
        for rule, _names in needs.links
        for kind, value in links_of(row, rule.match_by or "")
    }


def caseless_group(event: Event) -> int:
    """The group of an event without a case: the events equal to it but for agency and attributes."""
    return group_number(f"\0{event.event}\0{event.time.iso()}")


def line_row(line: Line) -> tuple[int, int, int, int]:
    """A line as the tables have it."""
    return line.place, line.start, line.line, line.length


def _pairs(found: Reading) -> Iterator[tuple[Event, Line]]:
    return zip(found.events, found.lines, strict=True)


def _exactly(path: str) -> str:
    """The path as DuckDB takes it, without meaning a pattern."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in path)


def _why_not(path: str) -> str:
    """Why DuckDB could not cut a file into lines that looked plain, in a few words."""
    from zwgk.events.files import blocks

    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        for block in blocks(path):
            decoder.decode(block)
    except UnicodeDecodeError:
        return unreadable()
    return too_long()


def _parts() -> dict[str, str]:
    import re
    from importlib import resources

    text = (resources.files("zwgk.audit") / "rowindex.sql").read_text("utf-8")
    pieces = re.split(r"^-- part: (\w+)\n", text, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))
