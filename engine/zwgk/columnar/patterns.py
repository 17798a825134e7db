"""Distinct patterns of events, and the duties they raise: each question is asked once, of the same code that judges cases."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from zwgk.agencywide import AGENCY_WIDE
from zwgk.columnar.templates import Template
from zwgk.dates import DateError, read_moment
from zwgk.evaluation import names_in
from zwgk.events.rows import read_region
from zwgk.model import Event, Kind, Moment, Unit
from zwgk.reports.jsontext import dumps
from zwgk.selection import values_of
from zwgk.timeline import evaluate_alone
from zwgk.vocabulary import clean, event_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zwgk.columnar.load import Loaded
    from zwgk.columnar.store import Store
    from zwgk.findings import Judge
    from zwgk.model import Finding, Rule
    from zwgk.selection import Selected

IN_DAYS, IN_HOURS, PERIOD, PRECEDED, FOLLOWED, ALONE = range(1, 7)
"""The forms of a duty, as ``relations.sql`` numbers them."""
SEGMENT_ENDS_NEVER = 1 << 30
MOST_READ = 60


class Duty(NamedTuple):
    """What a pattern of events raises: a rule, with what is known of it before any time is looked at.

    ``alone``: the finding, where it needs nothing but the event. ``calendar`` is an id; ``region`` one of the regions
    that have that calendar.
    """

    rule: Rule
    form: int
    missing: tuple[str, ...]
    calendar: str
    region: str
    alone: Template | None = None


class Terms(NamedTuple):
    """What the rules ask of events: numbers for names, and which attributes matter for which name."""

    numbers: dict[str, int]
    reads: Mapping[str, frozenset[str]]
    everywhere: frozenset[str]
    excuses: tuple[str, ...]
    wide: frozenset[str]
    special: frozenset[str]
    """Events that agency-wide duties and duties linked by an attribute look at."""
    clock: frozenset[str]
    """Events that void, restart, stop or extend a clock."""


def terms_of(rules: Sequence[Rule], judge: Judge) -> Terms:
    """The terms of a set of rules."""
    reads: dict[str, set[str]] = {}
    everywhere: set[str] = set()
    for rule in rules:
        own = reads.setdefault(rule.trigger or rule.performance or "", set())
        own.update(judge.selector.attributes(rule.trigger or ""))
        own.update(one.attribute for one in rule.requires)
        own.update(condition.attribute for one in rule.requires for condition in one.when)
        if rule.attribute:
            own.add(rule.attribute)
        for name in rule.excuse.events if rule.excuse else ():
            reads.setdefault(name, set()).add(rule.excuse.attribute if rule.excuse else "")
        if rule.kind in AGENCY_WIDE:
            own.update(condition.attribute for condition in rule.performance_where)
            everywhere.update(condition.attribute for condition in rule.where)
    wide = frozenset(rule.performance or "" for rule in rules if rule.kind in AGENCY_WIDE)
    linked = {name for rule in rules if rule.match_by for name in names_in(rule)}
    clocked = [rule._replace(trigger=None, performance=None, provided=None) for rule in rules if rule.clock]
    return Terms(
        numbers={},
        reads={name: frozenset(some) for name, some in reads.items()},
        everywhere=frozenset(everywhere),
        excuses=tuple(sorted({rule.excuse.attribute for rule in rules if rule.excuse})),
        wide=wide,
        special=wide | linked,
        clock=frozenset(name for rule in clocked for name in names_in(rule)),
    )


class Patterns(NamedTuple):
    """What was found: ``duties[n]`` is duty n + 1; ``witnesses`` are events that stand for all that are alike to who owes."""

    duties: list[Duty]
    agencies: list[str]
    regions: list[str]
    read_regions: list[str]
    witnesses: list[Event]
    names: list[str]


def settle(store: Store, loaded: Loaded, rules: Sequence[Rule], judge: Judge, terms: Terms) -> Patterns:
    """Fill ``names``, ``agencies``, ``keyed``, ``patterns``, ``selection`` and ``odd_times``."""
    _names(store, loaded, terms, judge)
    agencies, classes = _agencies(store, rules)
    found = _Found(judge, terms, rules)
    read = _key(store, loaded, terms)
    for key, name, region, group, *cells in store.ask("FROM distinct_patterns"):
        if read is None:
            columns, parts = loaded.attributes, (cells[0] or "").split(loaded.mark)
        else:
            columns, parts = read, cells
        found.add(
            key,
            event_name(name or ""),
            read_region(region or ""),
            classes[group or 0],
            zip(columns, parts, strict=False),
        )
    found.put(store)
    store.drop("distinct_patterns")
    _odd_times(store)
    return Patterns(found.duties, agencies, found.regions, found.read_regions, found.witnesses, list(terms.numbers))


def _names(store: Store, loaded: Loaded, terms: Terms, judge: Judge) -> None:
    """``names``: one row a spelling of an event, with the attributes that matter for it as bits."""
    place = {name: i for i, name in enumerate(_read(loaded, terms))}
    texts = [text for (text,) in store.ask("SELECT DISTINCT name FROM raw")]
    reads, scoped = [], []
    for text in texts:
        name = event_name(text or "")
        terms.numbers.setdefault(name, len(terms.numbers))
        wanted = terms.reads.get(name, frozenset()) | terms.everywhere
        reads.append(sum(1 << place[one] for one in wanted if place.get(one, MOST_READ) < MOST_READ))
        scoped.append(judge.selector.scoped(name))
    store.put("names", {"name": ("text", texts), "reads": ("int", reads), "scoped": ("flag", scoped)})


def _read(loaded: Loaded, terms: Terms) -> tuple[str, ...]:
    """The attributes that matter for some event, as far as the log has them."""
    wanted = terms.everywhere.union(*terms.reads.values())
    return tuple(name for name in loaded.attributes if name in wanted)


def _agencies(store: Store, rules: Sequence[Rule]) -> tuple[list[str], list[str]]:
    """``agencies`` (one row a spelling) and ``agency_names``; the names, and one for each class that rules tell apart."""
    words = tuple(dict.fromkeys(word for rule in rules for word in rule.agency_scope))
    numbers: dict[str, int] = {"": 0}
    groups: dict[tuple[bool, ...], int] = {tuple(False for _ in words): 0}
    examples = [""]
    texts = [text for (text,) in store.ask("SELECT DISTINCT agency FROM raw")]
    group = []
    for text in texts:
        name = clean(text or "")
        numbers.setdefault(name, len(numbers))
        kind = tuple(word in name for word in words)
        if kind not in groups:
            groups[kind] = len(groups)
            examples.append(name)
        group.append(groups[kind])
    numbered = [numbers[clean(text or "")] for text in texts]
    for name in [name for rule in rules if rule.kind is Kind.DEADLINE for name in rule.owed_by]:
        numbers.setdefault(name, len(numbers))
    store.put("agencies", {"text": ("text", texts), "agency": ("small", numbered), "class": ("small", group)})
    names = list(numbers)
    store.put(
        "agency_names",
        {"agency": ("small", list(range(len(names)))), "json": ("text", [dumps(name or None) for name in names])},
    )
    return names, examples


def _key(store: Store, loaded: Loaded, terms: Terms) -> tuple[str, ...] | None:
    """``distinct_patterns``, and ``keyed``: the log with the key of each event's pattern.

    Returns the attributes of which a pattern has the cells; None where it has all cells in one. That is quicker, but of
    no use where every row differs in some attribute that no rule reads.
    """
    read = None
    if store.ask("SELECT approx_count_distinct(cells) FROM raw")[0][0] < store.most_cells:
        cells = ["r.cells"]
    else:
        read, mark = _read(loaded, terms), f"chr({ord(loaded.mark)})"
        cells = [
            f"CASE WHEN {f'n.reads & {1 << bit} <> 0' if bit < MOST_READ else 'true'} "
            f"THEN split_part(r.cells, {mark}, {loaded.attributes.index(name) + 1}) END"
            for bit, name in enumerate(read)
        ]
    cells = ["r.name", "r.region", "CASE WHEN n.scoped THEN g.class END", *cells]
    source = """FROM raw r JOIN names n ON n.name IS NOT DISTINCT FROM r.name
        JOIN agencies g ON g.text IS NOT DISTINCT FROM r.agency"""
    named = ", ".join(f"{cell} AS x{i}" for i, cell in enumerate(cells))
    key = store.pattern_hash.format(", ".join(cells))
    met = store.pattern_hash.format(", ".join(f"x{i}" for i in range(len(cells))))
    store.connection.execute(
        f"CREATE TABLE distinct_patterns AS SELECT {met} AS key, * FROM (SELECT DISTINCT {named} {source})"  # noqa: S608  (numbers of columns, and a hash of them)
    )
    if store.ask("SELECT count(DISTINCT key) < count(*) FROM distinct_patterns")[0][0]:
        # Two patterns with one hash: then they are told apart by what they are.
        store.connection.execute("UPDATE distinct_patterns SET key = rowid")
        store.connection.execute("CREATE TABLE told_apart AS FROM distinct_patterns")
        equal = " AND ".join(f"d.x{i} IS NOT DISTINCT FROM {cell}" for i, cell in enumerate(cells))
        source, key = f"{source} JOIN told_apart d ON {equal}", "d.key"
    shifts = ", ".join(f"({number}, {shift})" for number, shift in enumerate(loaded.shifts)) or "(-1, 0)"
    store.connection.execute(
        f"""CREATE VIEW keyed AS SELECT r.rowid AS id, r.source, coalesce(r.line, r.rowid + s.shift)::INTEGER AS line,
            tidy(r.matter) AS matter, r.time, r.day, r.second, {key} AS key, g.agency
        {source} LEFT JOIN (VALUES {shifts}) s(source, shift) ON s.source = r.source"""
    )
    return read


def _odd_times(store: Store) -> None:
    """``odd_times``: what the reader of dates makes of each text that is not plain ISO."""
    texts, days, seconds = [], [], []
    for (text,) in store.rows("odd_times"):
        try:
            moment = read_moment(text or "")
        except DateError:
            continue
        texts.append(text)
        days.append(moment.day)
        seconds.append(moment.second)
    store.put("odd_times", {"time": ("text", texts), "day": ("small", days), "second": ("small", seconds)})


class _Found:
    """Patterns as they are met, with everything that is numbered on the way."""

    def __init__(self, judge: Judge, terms: Terms, rules: Sequence[Rule]) -> None:
        self.judge, self.terms = judge, terms
        self.duties: list[Duty] = []
        self.regions: list[str] = [""]
        self.witnesses: list[Event] = []
        self._numbers: dict[object, int] = {}
        self.read_regions: list[str] = [""]
        self._regions = {"": 0}
        self._read_regions = {"": 0}
        self._witnesses: dict[object, int] = {}
        self._wide = {condition.attribute for rule in rules if rule.kind in AGENCY_WIDE for condition in rule.where}
        self._wide |= {
            condition.attribute for rule in rules if rule.kind in AGENCY_WIDE for condition in rule.performance_where
        }
        self._keys: list[tuple[object, int, bool]] = []
        self._known: dict[object, int] = {}
        self._patterns: list[tuple[int, int, int, int, int, int]] = []
        self._selection: list[tuple[int, int, int, int]] = []

    def add(
        self, key: object, name: str, region: str | None, agency: str, cells: Iterable[tuple[str, str | None]]
    ) -> None:
        """Number a pattern and ask what it raises, unless one is known that is alike in all that matters."""
        wanted = self.terms.reads.get(name, frozenset()) | self.terms.everywhere
        attributes = {one: value for one, cell in cells if cell and one in wanted and (value := clean(cell))}
        good = bool(name) and region is not None
        alike = (name, region, agency, tuple(attributes.items()))
        if alike not in self._known:
            self._known[alike] = len(self._patterns)
            self._number(Event("\ue000", name, Moment(1), agency, region or "", 0, 0, attributes), good=good)
        self._keys.append((key, self._known[alike], good))

    def _number(self, event: Event, *, good: bool) -> None:
        number = len(self._patterns)
        counted = self.judge.region(event)
        if counted not in self._regions:
            self._regions[counted] = len(self.regions)
            self.regions.append(counted)
        own = self._read_regions.setdefault(event.region, len(self.read_regions))
        if own == len(self.read_regions):
            self.read_regions.append(event.region)
        given = sum(1 << i for i, one in enumerate(self.terms.excuses) if values_of(event.attributes.get(one, "")))
        witness = self._witness(event) if good else 0
        self._patterns.append((number, self.terms.numbers[event.event], self._regions[counted], own, given, witness))
        if good:
            self._select(number, event)

    def _witness(self, event: Event) -> int:
        name = event.event if event.event in self.terms.wide else ""
        read = {one: cell for one, cell in event.attributes.items() if one in self._wide}
        key = (name, event.region, tuple(sorted(read.items())))
        if key not in self._witnesses:
            self._witnesses[key] = len(self.witnesses)
            self.witnesses.append(event._replace(attributes=read))
        return self._witnesses[key]

    def _select(self, pattern: int, event: Event) -> None:
        """Selection rows: the duties raised from day to day, equal neighbouring spans joined."""
        edges = [edge for edge in self.judge.selector.edges(event.event) if edge <= self.judge.as_of.day]
        open_since: dict[int, int] = {}
        for first in (1, *edges):
            raised = self._raised(event._replace(time=Moment(first)))
            for duty in [duty for duty in open_since if duty not in raised]:
                self._selection.append((pattern, open_since.pop(duty), first - 1, duty))
            for duty in raised:
                open_since.setdefault(duty, first)
        self._selection.extend((pattern, first, SEGMENT_ENDS_NEVER, duty) for duty, first in open_since.items())

    def _raised(self, event: Event) -> set[int]:
        found = self.judge.selector.select(event)
        selected = [one for one in found if not one.rule.match_by or one.rule.provided_finding]
        if not selected:
            return set()
        alone: dict[str, Finding] = {}
        if any(one.rule.kind in (Kind.CONTENT, Kind.THRESHOLD) for one in selected):
            alone = {finding.rule.id: finding for finding in evaluate_alone(event, self.judge)}
        return {self._duty(one, event, alone) for one in selected}

    def _duty(self, one: Selected, event: Event, alone: Mapping[str, Finding]) -> int:
        """The number of a duty; 0 where only the case evaluator judges it."""
        form = form_of(one.rule)
        if not form:
            return 0
        region = self.judge.region(event)
        calendar = self.judge.calendar_of(region).id if one.rule.limit else ""
        template = Template.of_alone(alone[one.rule.id]) if form == ALONE else None
        key = (one.rule.id, one.missing, calendar, template)
        if key not in self._numbers:
            self.duties.append(Duty(one.rule, form, one.missing, calendar, region, template))
            self._numbers[key] = len(self.duties)
        return self._numbers[key]

    def put(self, store: Store) -> None:
        """Make the tables."""
        keys = list(zip(*self._keys, strict=True)) or [(), (), ()]
        events = [self._patterns[pattern][1] for pattern in keys[1]]
        store.put(
            "keys",
            {
                "key": ("key", keys[0]),
                "pattern": ("small", keys[1]),
                "good": ("flag", keys[2]),
                "event": ("small", events),
            },
        )
        names = ("pattern", "event", "region", "own_region", "given", "witness")
        columns = list(zip(*self._patterns, strict=True)) or [()] * len(names)
        kinds = ("small", "small", "small", "small", "int", "small")
        store.put("patterns", {name: (kind, column) for name, kind, column in zip(names, kinds, columns, strict=True)})
        rows = list(zip(*self._selection, strict=True)) or [()] * 4
        spans_of = ("pattern", "first", "last", "duty")
        clocked = [duty > 0 and self.duties[duty - 1].rule.clock is not None for duty in rows[3]]
        spans = {name: ("small", column) for name, column in zip(spans_of, rows, strict=True)}
        store.put("selection", {**spans, "clocked": ("flag", clocked)})
        regions = {"region": ("small", range(len(self.regions)))}
        store.put("regions", {**regions, "json": ("text", [dumps(region or None) for region in self.regions])})
        clock = [self.terms.numbers[name] for name in self.terms.clock if name in self.terms.numbers]
        store.put("clock_events", {"event": ("small", clock)})


def form_of(rule: Rule) -> int:
    """The form of a rule; 0 where its findings depend on more than one event of each name."""
    if rule.performance_where or rule.provided_finding or rule.match_by:
        return 0
    if rule.kind is Kind.DEADLINE and rule.limit:
        return IN_HOURS if rule.limit.unit is Unit.HOURS else IN_DAYS
    if rule.kind is Kind.ORDER:
        return PRECEDED if rule.preceded_by else FOLLOWED
    return {Kind.MINIMUM_PERIOD: PERIOD, Kind.CONTENT: ALONE, Kind.THRESHOLD: ALONE}.get(rule.kind, 0)


def occurrences(store: Store, patterns: Patterns) -> Counter[str]:
    """How often each event has happened by as-of."""
    return Counter({patterns.names[event]: n for event, n in store.rows("names_past")})


def drop_copies(store: Store) -> int:
    """Drop the events of cases whose row equals an earlier one to the letter; how many.

    Rows that are equal only as events are left to the case evaluator.
    """
    store.run("repeated")
    store.run("copies")
    store.run("without_copies")
    return int(store.ask("SELECT count(*) FROM copies")[0][0])
