"""What the relations leave to the case evaluator: irregular cases, events without case, duties of agencies and of links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.evaluation import (
    Seen,
    agency_wide_findings,
    by_case,
    case_bound_names,
    in_order,
    linked_findings,
    set_aside_caseless,
    without_duplicates,
)
from zwgk.model import Event, Moment
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

_BATCH = 20_000


class Judged(NamedTuple):
    """What the case evaluator found, in report order, and what it noticed on the way."""

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    duplicates: int
    obligors: dict[str, tuple[str, int]]


def judge_irregular(
    store: Store,
    loaded: Loaded,
    patterns: Patterns,
    terms: Terms,
    rules: Sequence[Rule],
    options: Options,
    judge: Judge,
    paths: Sequence[str],
) -> Judged:
    """Judge what the relations do not."""
    special = [number for name, number in terms.numbers.items() if name in terms.special]
    store.put("special_events", {"event": ("small", special)})
    whole: list[Event] = []
    used: list[Event] = []
    for is_whole, is_used, event in _events(store, loaded, patterns):
        if is_whole:
            whole.append(event)
        if is_used:
            used.append(event)
    kept, problems = set_aside_caseless(whole, rules, paths)
    kept, duplicates = without_duplicates(kept)
    found: list[Finding] = []
    for group in by_case(kept):
        found.extend(evaluate_case(group, judge) if group[0].case else evaluate_alone(group[0], judge))
    used, _ = without_duplicates(set_aside_caseless(used, rules, paths)[0])
    found.extend(linked_findings(used, rules, found, judge))
    wide, owing = agency_wide_findings(used, rules, options, judge, seen=_seen(store, patterns, terms, rules))
    found.extend(wide)
    return Judged(in_order(found), problems, duplicates, owing)


def _events(store: Store, loaded: Loaded, patterns: Patterns) -> Iterator[tuple[bool, bool, Event]]:
    """The events to be judged here: whether with their whole case (or alone), whether for agencies or links."""
    cells = ", chr(0), ".join(f"r.a{i}" for i in range(len(loaded.attributes))) or "''"
    result = store.connection.execute(store.query("for_cases").replace("'cells'", f"concat({cells})"))
    known: dict[str, Mapping[str, str]] = {}
    moments: dict[tuple[int, int | None], Moment] = {}
    while rows := result.fetchmany(_BATCH):
        for whole, used, number, case, name, day, second, agency, region, line, source, text in rows:
            if loaded.held is not None:
                yield whole, used, loaded.held[number]
                continue
            attributes = known.get(text)
            if attributes is None:
                attributes = known[text] = _attributes(text, loaded.attributes)
            moment = moments.get((day, second))
            if moment is None:
                moment = moments[day, second] = Moment(day, second)
            entry = (case, patterns.names[name], moment, patterns.agencies[agency], patterns.read_regions[region])
            yield whole, used, Event(*entry, line, source, attributes)


def _attributes(text: str, names: Sequence[str]) -> Mapping[str, str]:
    return {name: cell for name, part in zip(names, text.split("\0"), strict=False) if part and (cell := clean(part))}


def _seen(store: Store, patterns: Patterns, terms: Terms, rules: Sequence[Rule]) -> Seen:
    """What the log shows of who owes, from one event of each kind that is alike in it."""
    bound = case_bound_names(rules)
    numbers = [number for name, number in terms.numbers.items() if name in bound]
    store.put("bound_events", {"event": ("small", numbers)})
    rows: list[tuple[Any, ...]] = store.rows("seen")
    witnesses = [
        patterns.witnesses[witness]._replace(agency=patterns.agencies[agency]) for agency, witness, _, _ in rows
    ]
    return Seen(min((day for *_, day in rows), default=None), witnesses)
