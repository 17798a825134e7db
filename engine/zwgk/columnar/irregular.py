"""What the relations leave to the case evaluator: irregular cases, events without case, duties of agencies and of links."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.evaluation import (
    Seen,
    agency_wide_findings,
    case_bound_names,
    first_days_of,
    in_order,
    linked_findings,
    set_aside_caseless,
    without_duplicates,
)
from zwgk.model import Event, Moment, Verdict
from zwgk.reports.jsontext import LineWriter
from zwgk.timeline import evaluate_alone, evaluate_case
from zwgk.vocabulary import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zwgk.columnar.load import Loaded
    from zwgk.columnar.patterns import Patterns, Terms
    from zwgk.columnar.store import Store
    from zwgk.evaluation import Options
    from zwgk.findings import Judge
    from zwgk.model import Finding, Problem, Rule

VERDICTS = tuple(verdict.value for verdict in Verdict)
"""The shape of a line written here is the place of its verdict in this."""
_SHAPES = {verdict: shape for shape, verdict in enumerate(VERDICTS)}
_BATCH = 10_000
_KEPT = 1 << 16


class Judged(NamedTuple):
    """What the case evaluator noticed; its lines are in the table ``written``."""

    problems: tuple[Problem, ...]
    duplicates: int
    obligors: dict[str, tuple[str, int]]
    counts: Counter[tuple[str, str, str]]
    soon: list[str]


class _Written:
    """Lines on their way into ``written``: one row a line, with where it belongs in the report."""

    def __init__(self, store: Store, places: Mapping[str, int]) -> None:
        self._store, self._places, self._line = store, places, LineWriter().line
        self._rows: list[tuple[int, str, int, int, str]] = []
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self.soon: list[str] = []
        store.put("written", self._columns())

    def add(self, findings: Sequence[Finding]) -> None:
        """Take the findings of one case, or all of those without one."""
        for ordinal, one in enumerate(in_order(findings) if len(findings) > 1 else findings):
            verdict = one.verdict.value
            place = self._places[one.rule.id]
            self._rows.append((place, one.case or "", ordinal, _SHAPES[verdict], self._line(one)))
            self.counts[one.rule.id, one.agency or "", verdict] += 1
            if one.due_soon:
                self.counts[one.rule.id, one.agency or "", "due-soon"] += 1
                self.soon.append(one.fingerprint)
        if len(self._rows) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Hand over what is held."""
        self._store.put("written", self._columns(), more=True)
        self._rows.clear()

    def _columns(self) -> dict[str, tuple[str, Sequence[Any]]]:
        names = {"place": "small", "matter": "text", "ordinal": "small", "shape": "small", "text": "text"}
        columns = list(zip(*self._rows, strict=True)) or [()] * len(names)
        return {name: (kind, column) for (name, kind), column in zip(names.items(), columns, strict=True)}


def judge_irregular(
    store: Store,
    loaded: Loaded,
    patterns: Patterns,
    terms: Terms,
    *,
    rules: Sequence[Rule],
    options: Options,
    judge: Judge,
    places: Mapping[str, int],
    paths: Sequence[str],
) -> Judged:
    """Judge what the relations do not, and put the lines into ``written``."""
    written = _Written(store, places)
    duplicates = 0
    hung_on = {rule.provided_finding[0] for rule in rules if rule.match_by and rule.provided_finding}
    of_cases: list[Finding] = []
    reader = _Reader(store, loaded, patterns)
    for _, group in groupby(reader.events("for_cases"), key=itemgetter(0)):
        events = [event for _, event in group]
        if len({(event.event, event.time) for event in events}) < len(events):
            events, left_out = without_duplicates(events)
            duplicates += left_out
        found = evaluate_case(events, judge)
        of_cases.extend(one for one in found if one.rule.id in hung_on)
        written.add(judge.doubts.of_cases(found))
    special = [number for name, number in terms.numbers.items() if name in terms.special]
    store.put("special_events", {"event": ("small", special)})
    beside, problems = set_aside_caseless((event for _, event in reader.events("beside_cases")), rules, paths)
    once, _ = without_duplicates(beside)
    alone = [event for event in once if not event.case]
    # Copies of events with a case are counted with their cases.
    left_out = sum(not event.case for event in beside) - len(alone)
    found = [finding for event in alone for finding in evaluate_alone(event, judge)]
    used = [event for event in once if event.event in terms.special]
    found.extend(linked_findings(used, rules, of_cases, judge))
    wide, owing = agency_wide_findings(used, rules, options, judge, seen=_seen(store, patterns, terms, rules))
    written.add([*found, *wide])
    written.flush()
    return Judged(problems, duplicates + left_out, owing, written.counts, written.soon)


class _Reader:
    """Makes events of the rows of the store."""

    def __init__(self, store: Store, loaded: Loaded, patterns: Patterns) -> None:
        self._store, self._loaded, self._patterns = store, loaded, patterns
        self._attributes: dict[str | None, Mapping[str, str]] = {None: {}}
        self._moments: dict[tuple[int, int | None], Moment] = {}

    def events(self, part: str) -> Iterator[tuple[str, Event]]:
        """The case and the event of each row of a part of ``relations.sql``."""
        held, moments, known = self._loaded.held, self._moments, self._attributes
        names, agencies, regions = self._patterns.names, self._patterns.agencies, self._patterns.read_regions
        for case, number, name, day, second, agency, region, line, source, cells in self._store.stream(part):
            if held is not None:
                yield case, held[number]
                continue
            attributes = known.get(cells)
            if attributes is None:
                if len(known) > _KEPT:
                    known.clear()
                attributes = known[cells] = _attributes(cells or "", self._loaded)
            moment = moments.get((day, second))
            if moment is None:
                if len(moments) > _KEPT:
                    moments.clear()
                moment = moments[day, second] = Moment(day, second)
            entry = (case, names[name], moment, agencies[agency], regions[region], line, source, attributes)
            yield case, tuple.__new__(Event, entry)


def _attributes(cells: str, loaded: Loaded) -> Mapping[str, str]:
    parts = zip(loaded.attributes, cells.split(loaded.mark), strict=False)
    return {name: cell for name, part in parts if part and (cell := clean(part))}


def _seen(store: Store, patterns: Patterns, terms: Terms, rules: Sequence[Rule]) -> Seen:
    """What the log shows of who owes, from one event of each kind that is alike in it."""
    bound = case_bound_names(rules)
    numbers = [number for name, number in terms.numbers.items() if name in bound]
    store.put("bound_events", {"event": ("small", numbers)})
    rows: list[tuple[Any, ...]] = store.rows("seen")
    names = patterns.agencies
    witnesses = [patterns.witnesses[witness]._replace(agency=names[agency]) for agency, witness, _, _ in rows]
    return Seen(first_days_of((names[agency], day) for agency, _, _, day in rows), witnesses)
