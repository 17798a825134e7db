"""The case evaluator: one case's timeline in, its findings out (``docs/semantics.md`` § 3–7).

Plain Python, no tables: it serves small logs, the irregular matters of large ones, and everything that explains.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from zwgk import phrases
from zwgk.clock import Clocked
from zwgk.clock import run as run_clock
from zwgk.contents import content, threshold
from zwgk.findings import Case, Claim, Walk, by_time
from zwgk.model import Kind, Moment, Unit
from zwgk.selection import state_of_all, values_of
from zwgk.sentences import cited, due_sentence, least_sentence, not_counted, performed_sentence, short_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zwgk.decide import Outcome
    from zwgk.findings import Judge
    from zwgk.measure import Reckoned
    from zwgk.model import Event, Finding, Rule
    from zwgk.selection import Selected

_DONE_WORDS = ("in_time", "after", "between")
_AS_OF_WORDS = ("ahead", "passed", "between")


def evaluate_case(events: Sequence[Event], judge: Judge) -> list[Finding]:
    """The findings of one case; ``events`` are all its events, duplicates removed, in log order."""
    case = Case(sorted(events, key=by_time))
    raised: defaultdict[str, list[tuple[Event, Selected]]] = defaultdict(list)
    for event in case.events:
        for selected in judge.selector.select(event):
            if not selected.rule.match_by:
                raised[selected.rule.id].append((event, selected))
    findings: list[Finding] = []
    later: list[list[tuple[Event, Selected]]] = []
    for triggers in raised.values():
        if triggers[0][1].rule.provided_finding:
            later.append(triggers)
        else:
            findings.extend(_evaluate_rule(triggers, case, judge))
    for triggers in later:
        given = _performed_by(findings, triggers[0][1].rule)
        wanted = [one for one in triggers if (one[0].case, one[0].time) in given]
        findings.extend(_evaluate_rule(wanted, case, judge))
    return findings


def evaluate_linked(
    rule: Rule, events: Sequence[Event], of_cases: Sequence[Finding], judge: Judge
) -> Iterable[Finding]:
    """The findings of a duty whose events are linked by an attribute (``match_by``) instead of the case.

    ``of_cases`` are the findings of the cases, among which is the one the duty hangs on (``provided_finding``), if any.
    """
    case = Case(sorted(events, key=by_time))
    raised = [(event, one) for event in case.events for one in judge.selector.select(event) if one.rule is rule]
    if rule.provided_finding:
        given = _performed_by(of_cases, rule)
        raised = [one for one in raised if (one[0].case, one[0].time) in given]
    return _evaluate_rule(raised, case, judge)


def evaluate_alone(event: Event, judge: Judge) -> list[Finding]:
    """The findings of an event that belongs to no case: only duties that look at the event itself."""
    raised = [one for one in judge.selector.select(event) if one.rule.kind in (Kind.CONTENT, Kind.THRESHOLD)]
    if not raised:
        return []
    case = Case([event])
    return [finding for one in raised for finding in _evaluate_rule([(event, one)], case, judge)]


def _performed_by(findings: Iterable[Finding], rule: Rule) -> set[tuple[str | None, Moment]]:
    """The cases and times of the events that performed the findings a duty depends on."""
    rule_id, verdict = rule.provided_finding or ("", "")
    return {
        (found.case, found.performed.time)
        for found in findings
        if found.rule.id == rule_id and found.verdict == verdict and found.performed
    }


def _evaluate_rule(triggers: Sequence[tuple[Event, Selected]], case: Case, judge: Judge) -> Iterable[Finding]:
    if not triggers:
        return ()
    rule = triggers[0][1].rule
    if rule.kind is Kind.CONTENT:
        return content(triggers, case, judge)
    if rule.kind is Kind.THRESHOLD:
        return [threshold(event, selected, judge) for event, selected in triggers]
    first_at: dict[Moment, tuple[Event, Selected]] = {}
    for event, selected in triggers:
        first_at.setdefault(event.time, (event, selected))
    claims: Iterable[tuple[Event, Selected]] = first_at.values()
    if rule.provided_anew:
        claims = _anew(claims, rule, case)
    evaluate = _ONE[rule.kind]
    found = (evaluate(Claim(event, selected), case, judge) for event, selected in claims)
    return [finding for finding in found if finding is not None]


class _Found(NamedTuple):
    """The performance of an obligation, and what it would be if every event counted whose conditions are unknown."""

    event: Event | None
    contradicts: bool
    perhaps: _Found | None = None
    missing: tuple[str, ...] = ()
    earlier: Event | None = None
    """Where nothing performs it: the last event before the trigger, which an earlier trigger claims."""
    refused: Event | None = None
    """Where nothing performs it: the first event that does not meet the conditions."""


def _performance(name: str, claim: Claim, case: Case, judge: Judge, *, by_second: bool = False) -> _Found:
    """The first performance on or after the trigger; failing that, the last earlier one that nobody else can claim."""
    rule, events = claim.selected.rule, case.named(name)
    if not rule.performance_where:
        return _first(events, claim, case, judge, by_second=by_second)
    states = [state_of_all(rule.performance_where, event.attributes) for event in events]
    sure = [event for event, (state, _) in zip(events, states, strict=True) if state == "yes"]
    maybe = [event for event, (state, _) in zip(events, states, strict=True) if state != "no"]
    found = _first(sure, claim, case, judge, by_second=by_second)
    if found.event is None and len(sure) < len(events):
        found = found._replace(refused=next(event for event in events if event not in sure))
    if len(maybe) == len(sure):
        return found
    missing = tuple(dict.fromkeys(name for _, names in states for name in names))
    return found._replace(perhaps=_first(maybe, claim, case, judge, by_second=by_second), missing=missing)


def _first(events: Sequence[Event], claim: Claim, case: Case, judge: Judge, *, by_second: bool) -> _Found:
    start = claim.event.time
    earlier: list[Event] = []
    for event in events:
        if event.time.latest >= start.earliest if by_second else event.time.day >= start.day:
            return _Found(event, contradicts=False)
        earlier.append(event)
    if earlier:
        claims = _other_claims(claim, case, judge)
        for event in reversed(earlier):
            if not any(day <= event.time.day for day in claims):
                return _Found(event, contradicts=True)
    return _Found(None, contradicts=False, earlier=earlier[-1] if earlier else None)


def _other_claims(claim: Claim, case: Case, judge: Judge) -> list[int]:
    """The days of the other events of the trigger's name that the rule looks at, whether or not they raised a duty."""
    rule, looks_at = claim.selected.rule, judge.selector.scope.looks_at
    return [
        event.time.day
        for event in case.named(claim.event.event)
        if event.time != claim.event.time and looks_at(rule, judge.region(event), event.agency)
    ]


def where(due: Reckoned, first: int, last: int, *, hours: bool, words: tuple[str, str, str]) -> str:
    """Where the span [first, last] (days, or seconds) lies against a due date: within it, past it, or unclear."""
    if due.earliest is not None and last <= (due.earliest.earliest if hours else due.earliest.day):
        return words[0]
    if due.latest is not None and first > (due.latest.latest if hours else due.latest.day):
        return words[1]
    return words[2]


# --- deadline ---------------------------------------------------------------------------------------------


def _deadline(claim: Claim, case: Case, judge: Judge) -> Finding | None:
    trigger, (rule, missing) = claim
    limit, name = rule.limit, rule.performance
    if limit is None or name is None:
        raise AssertionError(rule.id)
    if not _provided(rule, trigger, case):
        return None
    hours = limit.unit is Unit.HOURS
    found = _performance(name, claim, case, judge, by_second=hours)
    if found.event is None and rule.only_if_performed:
        return None
    region = judge.region(trigger)
    if rule.clock is None:
        period = Clocked(judge.due(limit, trigger.time, region), trigger, limit.number, (), ())
    else:
        period = run_clock(rule.clock, limit.number, trigger, case, judge.calendar_of(region), judge.as_of)
    due = period.due
    if period.length != limit.number:
        limit = limit._replace(number=period.length)
    if judge.walks is not None and period.start is not None:
        judge.walks[rule.id, trigger.source, trigger.row] = Walk(limit, period.start, period.stopped, due)

    def outcome_of(found: _Found, applies: str) -> Outcome:
        return judge.outcome("due", applies, *_due_words(found, period, judge, hours=hours))

    outcome, missing = _settled(outcome_of, found, missing)
    count = None
    if outcome.verdict == "breached":
        count = judge.late_by(limit.unit, due, found.event.time if found.event else judge.as_of, region)
    elif outcome.verdict == "pending":
        count = judge.remaining(limit.unit, due, region)
    why = phrases.NO_TIME_OF_DAY if hours else phrases.STILL_STOPPED if period.stopped else phrases.BEYOND_HORIZON
    because = [
        phrases.happened(*cited(trigger)),
        *period.notes,
        due_sentence(limit, due, why) if period.start else "",
        performed_sentence(outcome.reason, name, found.event, count, judge, hours=hours),
        *(_passed_over(found, rule) if found.earlier or found.refused else ()),
    ]
    return judge.finding(
        rule, outcome, because, trigger=trigger, due=due, performed=found.event, count=count, missing=missing
    )


def _passed_over(found: _Found, rule: Rule) -> list[str]:
    """Events that a reader would take for the performance, and why they are not."""
    said = []
    if found.earlier is not None:
        said.append(phrases.before_this(phrases.happened(*cited(found.earlier))))
    if found.refused is not None:
        said.append(not_counted(found.refused, rule))
    return said


def _provided(rule: Rule, trigger: Event, case: Case) -> bool:
    """Whether what the duty presupposes stands in the case by the day of the trigger."""
    return not rule.provided or any(event.time.day <= trigger.time.day for event in case.named(rule.provided))


def _anew(raised: Iterable[tuple[Event, Selected]], rule: Rule, case: Case) -> Iterator[tuple[Event, Selected]]:
    """The triggers, in order of time, since the last of which that surely raised the duty its ground has come anew."""
    given = [event.time.day for event in case.named(rule.provided or "")]
    since = None
    for event, selected in raised:
        day = event.time.day
        if since is not None and not any(since < one <= day for one in given):
            continue
        yield event, selected
        if not selected.missing and _provided(rule, event, case):
            since = day


def _settled(
    outcome_of: Callable[[_Found, str], Outcome], found: _Found, missing: tuple[str, ...]
) -> tuple[Outcome, tuple[str, ...]]:
    """The outcome, undecided where events that may or may not count would make another of it."""
    outcome = outcome_of(found, "unknown" if missing else "yes")
    if found.perhaps is None or outcome.verdict in ("met", "excused"):
        return outcome, missing
    other = outcome_of(found.perhaps, "unknown" if missing else "yes")
    if (other.verdict, other.breach) == (outcome.verdict, outcome.breach):
        return outcome, missing
    return outcome_of(found, "unknown"), missing + found.missing


def _due_words(found: _Found, period: Clocked, judge: Judge, *, hours: bool) -> tuple[str, str]:
    """The signs of a deadline: where the performance lies, and where as-of lies, against the due date."""
    if period.start is None:
        performed = "none" if found.event is None else "contradicts" if found.contradicts else "in_time"
        return performed, "waiting"
    now = judge.as_of.latest if hours else judge.as_of.day
    passed = where(period.due, now, now, hours=hours, words=_AS_OF_WORDS)
    if found.event is None:
        return "none", passed
    if found.contradicts:
        return "contradicts", passed
    time = found.event.time
    first, last = (time.earliest, time.latest) if hours else (time.day, time.day)
    return where(period.due, first, last, hours=hours, words=_DONE_WORDS), passed


# --- minimum-period ---------------------------------------------------------------------------------------


def _minimum_period(claim: Claim, case: Case, judge: Judge) -> Finding:
    trigger, (rule, missing) = claim
    limit, name = rule.limit, rule.performance
    if limit is None or name is None:
        raise AssertionError(rule.id)
    found = _performance(name, claim, case, judge)
    region = judge.region(trigger)
    due = judge.due(limit, trigger.time, region)
    if judge.walks is not None:
        judge.walks[rule.id, trigger.source, trigger.row] = Walk(limit, trigger, (), due)

    def outcome_of(found: _Found, applies: str) -> Outcome:
        reached = _reached_word(due, judge.as_of.day)
        return judge.outcome(
            "period", applies, _closed_word(found, due), reached, _excuse(rule, trigger, found.event, judge)
        )

    outcome, missing = _settled(outcome_of, found, missing)
    count = None
    if outcome.reason == "short" and found.event:
        count = judge.shortfall(limit.unit, found.event.time, due, region)
    elif outcome.verdict == "pending":
        count = judge.remaining(limit.unit, due, region)
    because = [phrases.happened(*cited(trigger)), least_sentence(limit, due)]
    if found.event is None:
        because.append(phrases.still_open(judge.as_of_text, name))
    else:
        short = phrases.short(str(count.number), count.unit) if count else phrases.amounts_to(outcome.reason)
        because.append(phrases.done(*cited(found.event), short))
    because += short_sentences(outcome, rule, judge.columns)
    return judge.finding(
        rule, outcome, because, trigger=trigger, due=due, performed=found.event, count=count, missing=missing
    )


def _closed_word(found: _Found, due: Reckoned) -> str:
    if found.event is None:
        return "no"
    if found.contradicts:
        return "contradicts"
    return _at_least_word(due, found.event.time.day, "enough", "short")


def _reached_word(due: Reckoned, day: int) -> str:
    return _at_least_word(due, day, "reached", "ahead")


def _at_least_word(due: Reckoned, day: int, enough: str, short: str) -> str:
    if due.latest is not None and day >= due.latest.day:
        return enough
    if due.earliest is not None and day < due.earliest.day:
        return short
    return "between"


def _excuse(rule: Rule, trigger: Event, closing: Event | None, judge: Judge) -> str:
    if rule.excuse is None:
        return "blank"
    events = [event for event in (trigger, closing) if event and event.event in rule.excuse.events]
    if any(values_of(event.attributes.get(rule.excuse.attribute, "")) for event in events):
        return "given"
    return "blank" if rule.excuse.attribute in judge.columns else "unknown"


# --- order ------------------------------------------------------------------------------------------------


def _order(claim: Claim, case: Case, judge: Judge) -> Finding | None:
    trigger, (rule, missing) = claim
    if not _provided(rule, trigger, case):
        return None
    if rule.preceded_by:
        name, performed, word = rule.preceded_by, *_preceded(rule.preceded_by, trigger.time, case)
    else:
        name = rule.performance or ""
        found = _performance(name, claim, case, judge)
        performed = found.event
        word = "open" if performed is None else "broken" if found.contradicts else "kept"
    outcome = judge.outcome("order", "unknown" if missing else "yes", word)
    because = [phrases.happened(*cited(trigger))]
    if performed is None:
        because.append(phrases.not_seen(judge.as_of_text, name))
        because.append(phrases.amounts_to(outcome.reason))
    else:
        rest = phrases.amounts_to(outcome.reason)
        because.append(phrases.done(*cited(performed), rest))
    return judge.finding(rule, outcome, because, trigger=trigger, performed=performed, missing=missing)


def _preceded(name: str, by: Moment, case: Case) -> tuple[Event | None, str]:
    """The first event that had to come before, and whether it did."""
    events = case.named(name)
    if not events:
        return None, "absent"
    if any(event.time.latest < by.earliest for event in events):
        return events[0], "kept"
    if any(event.time.day == by.day and None in (event.time.second, by.second) for event in events):
        return events[0], "unclear"
    return events[0], "broken"


_ONE: dict[Kind, Callable[[Claim, Case, Judge], Finding | None]] = {
    Kind.DEADLINE: _deadline,
    Kind.MINIMUM_PERIOD: _minimum_period,
    Kind.ORDER: _order,
}
