"""A log and rules in, findings out: what is done with a log whatever evaluator looks at its cases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from zwgk import findings as _findings
from zwgk.agencywide import AGENCY_WIDE, Obligors, evaluate_agency_wide, obligors
from zwgk.decide import make_decider
from zwgk.doubts import clock_names
from zwgk.findings import Judge
from zwgk.i18n import _
from zwgk.model import SECONDS_A_DAY, Event, Evidence, Kind, Moment, Problem
from zwgk.selection import Scope, Selector, links_of
from zwgk.timeline import evaluate_alone, evaluate_case, evaluate_linked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zwgk.decide import Decider
    from zwgk.findings import Walks
    from zwgk.measure import WorkCalendar
    from zwgk.model import Finding, Log, Rule
    from zwgk.unread import UnreadRow


Progress = Callable[[float], None]
_PROGRESS_EVERY = 500
MOST_LATER = 10
"""Events after as-of that a report names."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a log is judged: as of when, for which region, for whom, and what counts as soon (working days)."""

    as_of: Moment
    default_region: str = ""
    named_packs: frozenset[str] = frozenset()
    agencies: tuple[str, ...] = ()
    """Who owes agency-wide duties, where the rule names nobody."""
    agencies_by_rule: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The same for the rule or pack with that id alone."""
    due_soon: int = 2

    def listed(self, rule: Rule) -> tuple[str, ...]:
        """The agencies listed for a rule."""
        by_rule = self.agencies_by_rule
        return (*self.agencies, *by_rule.get(rule.pack, ()), *by_rule.get(rule.id, ()))

    @property
    def moment(self) -> Moment:
        """``as_of`` as an instant: a bare day means its last second."""
        return Moment(self.as_of.day, SECONDS_A_DAY - 1 if self.as_of.second is None else self.as_of.second)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was found, and what the report must say besides.

    ``later`` are the first of the events ``after_as_of``, in the order of the log. ``obligors``: agency-wide rule id → (how it
    is known who owes, how many owe).
    """

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    unmatched_events: dict[str, int]
    idle_rules: tuple[str, ...]
    duplicates: int
    after_as_of: int
    later: tuple[Evidence, ...]
    obligors: dict[str, tuple[str, int]]
    decider: str


def evaluate(
    log: Log,
    rules: Sequence[Rule],
    options: Options,
    calendar_of: Callable[[str], WorkCalendar],
    *,
    decider: Decider | None = None,
    walks: Walks | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Judge a log by rules with the case evaluator.

    ``calendar_of`` gives the working-day calendar of a region (adcode, "" for the nation). ``walks``, if given, is
    filled with how each due date was counted. ``progress`` is called now and then with the share done, 0 to 1.
    """
    judge = make_judge(rules, options, calendar_of, log.columns, decider=decider, walks=walks, unread=log.unread)
    past = [event for event in log.events if event.time.earliest <= judge.as_of.latest]
    kept, problems = set_aside_caseless(past, rules, [file.path for file in log.inputs])
    events, duplicates = without_duplicates(kept)
    found: list[Finding] = []
    groups = by_case(events)
    for number, group in enumerate(groups):
        if progress and number % _PROGRESS_EVERY == 0:
            progress(number / len(groups))
        found.extend(evaluate_case(group, judge) if group[0].case else evaluate_alone(group[0], judge))
    linked = linked_findings(events, rules, found, judge)
    found = [*judge.doubts.of_cases(found), *linked]
    agency_wide, owing = agency_wide_findings(events, rules, options, judge)
    found.extend(agency_wide)
    names = Counter(event.event for event in past)
    return Evaluation(
        findings=in_order(found),
        problems=problems,
        unmatched_events=unmatched(names, rules),
        idle_rules=idle(names, rules),
        duplicates=duplicates,
        after_as_of=len(log.events) - len(past),
        later=_later(log.events, judge.as_of) if len(past) < len(log.events) else (),
        obligors=owing,
        decider=judge.decider.name,
    )


def _later(events: Iterable[Event], as_of: Moment) -> tuple[Evidence, ...]:
    some = islice((event for event in events if event.time.earliest > as_of.latest), MOST_LATER)
    return tuple(Evidence(event.event, event.time, event.row, event.source) for event in some)


def make_judge(
    rules: Sequence[Rule],
    options: Options,
    calendar_of: Callable[[str], WorkCalendar],
    columns: frozenset[str],
    *,
    decider: Decider | None = None,
    walks: Walks | None = None,
    unread: Sequence[UnreadRow] = (),
) -> Judge:
    """The context of one run; ``unread`` are the rows of the log that could not be read."""
    decider = decider or make_decider()
    scope = Scope(named_packs=options.named_packs, default_region=options.default_region)
    judge = Judge(
        selector=Selector(rules, scope, decider),
        decider=decider,
        calendar_of=calendar_of,
        as_of=options.moment,
        columns=columns,
        due_soon=options.due_soon,
        walks=walks,
    )
    return judge.doubting(unread, rules) if unread else judge


def case_bound_names(rules: Iterable[Rule]) -> frozenset[str]:
    """The events that mean nothing without a case: those of duties that arise and are discharged in one."""
    names: set[str | None] = set()
    for rule in rules:
        if rule.kind in (Kind.DEADLINE, Kind.MINIMUM_PERIOD) or (rule.kind is Kind.ORDER and not rule.match_by):
            names |= {rule.trigger, rule.performance, rule.preceded_by}
    return frozenset(name for name in names if name)


def set_aside_caseless(
    events: Iterable[Event], rules: Sequence[Rule], paths: Sequence[str]
) -> tuple[list[Event], tuple[Problem, ...]]:
    """The events that can be judged, and a problem for each that lacks the case it needs."""
    bound = case_bound_names(rules)
    kept: list[Event] = []
    problems: list[Problem] = []
    for event in events:
        if event.case or event.event not in bound:
            kept.append(event)
        else:
            path = paths[event.source] if event.source < len(paths) else ""
            problems.append(
                Problem(
                    path,
                    event.row,
                    "case",
                    "",
                    _("“{event}”所属事项的编号（文号、案号、申请编号）").format(event=event.event),
                )
            )
    return kept, tuple(problems)


def without_duplicates(events: Iterable[Event]) -> tuple[list[Event], int]:
    """Each event once (the first row of equal ones), and how many were left out."""
    first: dict[tuple[object, ...], list[Mapping[str, str]]] = {}
    kept: list[Event] = []
    left_out = 0
    for event in events:
        alike = first.setdefault((event.case, event.event, event.time, event.agency, event.region), [])
        if event.attributes in alike:
            left_out += 1
        else:
            alike.append(event.attributes)
            kept.append(event)
    return kept, left_out


def by_case(events: Iterable[Event]) -> list[list[Event]]:
    """The events of each case together; an event without case alone."""
    cases: dict[str, list[Event]] = {}
    alone: list[list[Event]] = []
    for event in events:
        if event.case:
            cases.setdefault(event.case, []).append(event)
        else:
            alone.append([event])
    return [*cases.values(), *alone]


def linked_findings(
    events: Sequence[Event], rules: Sequence[Rule], of_cases: Sequence[Finding], judge: Judge
) -> list[Finding]:
    """The findings of duties whose events are linked by an attribute (``match_by``).

    ``of_cases`` are the findings of the cases, on which such a duty may hang (``provided_finding``), before what could not
    be read is looked at; in those given back it has been.
    """
    found: list[Finding] = []
    for rule in rules:
        if not rule.match_by:
            continue
        names = {rule.trigger, rule.preceded_by, rule.performance, rule.provided}
        groups: defaultdict[tuple[str, str, int], list[Event]] = defaultdict(list)
        for number, event in enumerate(events):
            if event.event in names:
                for link in _links(event, rule.match_by, number):
                    groups[link].append(event)
        for link in sorted(groups):
            some = evaluate_linked(rule, groups[link], of_cases, judge)
            found.extend(judge.doubts.of_link(link[:2], some))
    return found


def _links(event: Event, attribute: str, number: int) -> list[tuple[str, str, int]]:
    """What an event is linked by: each of its values, else its case, else nothing but itself."""
    return [(*link, 0) for link in links_of(event, attribute)] or [("alone", "", number)]


def agency_wide_findings(
    events: Sequence[Event], rules: Sequence[Rule], options: Options, judge: Judge, *, seen: Seen | None = None
) -> tuple[list[Finding], dict[str, tuple[str, int]]]:
    """The findings of agency-wide duties, and who was held to them.

    ``events`` may be only those whose names the duties use, where ``seen`` says what else the log shows.
    """
    found: list[Finding] = []
    owing: dict[str, tuple[str, int]] = {}
    wide = [rule for rule in rules if rule.kind in AGENCY_WIDE]
    seen = seen or seen_in(events)
    if not wide or not seen.first_days:
        return found, owing
    named: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        named[event.event].append(event)
    for rule in wide:
        default_pack = not rule.region and rule.pack not in options.named_packs
        who = Obligors({}, "members")
        if rule.kind is not Kind.COVERAGE:
            who = obligors(rule, seen.witnesses, judge, listed=options.listed(rule), default_pack=default_pack)
        looks_at = judge.selector.scope.looks_at
        performances = [e for e in named[rule.performance or ""] if looks_at(rule, judge.region(e), e.agency)]
        some = evaluate_agency_wide(rule, performances, who, judge, first_days=seen.first_days)
        found.extend(some)
        owing[rule.id] = (who.known_by, len(rule.members) or len(who.agencies))
    return found, owing


class Seen(NamedTuple):
    """What a log shows of who owes: each agency's first day ("": of events without agency), and of events alike in it the first."""

    first_days: Mapping[str, int]
    witnesses: Sequence[Event]


def seen_in(events: Sequence[Event]) -> Seen:
    """What the log shows of who owes; events alike in agency, region, name and attributes show the same."""
    alike = {(e.agency, e.region, e.event, tuple(sorted(e.attributes.items()))): e for e in reversed(events)}
    return Seen(first_days_of((event.agency, event.time.day) for event in events), list(reversed(alike.values())))


def first_days_of(days: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The first day of each agency, of pairs of an agency and a day."""
    found: dict[str, int] = {}
    for agency, day in days:
        if day < found.get(agency, day + 1):
            found[agency] = day
    return found


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings as the report sorts them; findings that share a fingerprint are told apart by number."""
    ordered = sorted(found, key=_findings.order)
    seen: Counter[str] = Counter()
    result = []
    for finding in ordered:
        seen[finding.fingerprint] += 1
        number = seen[finding.fingerprint]
        result.append(finding if number == 1 else finding._replace(fingerprint=f"{finding.fingerprint}-{number}"))
    return tuple(result)


def names_in(rule: Rule) -> frozenset[str]:
    """Every event name that a rule refers to."""
    names = {rule.trigger, rule.performance, rule.preceded_by, rule.provided}
    return clock_names(rule.clock).union(name for name in names if name)


def unmatched(names: Counter[str], rules: Iterable[Rule]) -> dict[str, int]:
    """Event names that no rule refers to, with their number, by name."""
    known = frozenset[str]().union(*(names_in(rule) for rule in rules))
    return {name: names[name] for name in sorted(names) if name not in known}


def idle(names: Counter[str], rules: Iterable[Rule]) -> tuple[str, ...]:
    """Rules whose trigger (agency-wide: whose performance) never occurs, by id."""
    return tuple(sorted(rule.id for rule in rules if (rule.trigger or rule.performance) not in names))
