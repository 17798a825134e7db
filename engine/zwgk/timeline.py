"""The case evaluator: one case's timeline in, its findings out (``docs/semantics.md`` § 3–7).

Plain Python, no tables: it serves small logs, the irregular matters of large ones, and everything that explains.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from zwgk import phrases
from zwgk.clock import run as run_clock
from zwgk.findings import Case, Claim, Walk
from zwgk.model import Kind, Moment, Unit
from zwgk.selection import state_of_all, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zwgk.clock import Stopped
    from zwgk.findings import Judge
    from zwgk.measure import Reckoned
    from zwgk.model import Amount, Event, Finding, Requirement, Rule, TimeLimit
    from zwgk.selection import Selected

_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*%?")
_DONE_WORDS = ("in_time", "after", "between")
_AS_OF_WORDS = ("ahead", "passed", "between")


def evaluate_case(events: Sequence[Event], judge: Judge) -> list[Finding]:
    """The findings of one case; ``events`` are all its events, duplicates removed, in log order."""
    case = Case(sorted(events, key=_by_time))
    raised: defaultdict[str, list[tuple[Event, Selected]]] = defaultdict(list)
    for event in case.events:
        for selected in judge.selector.select(event):
            if selected.rule.match_by:
                continue
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
        findings.extend(_evaluate_rule([one for one in triggers if one[0].time in given], case, judge))
    return findings


def evaluate_linked(rule: Rule, events: Sequence[Event], judge: Judge) -> Iterable[Finding]:
    """The findings of a duty whose events are linked by an attribute (``match_by``) instead of the case."""
    case = Case(sorted(events, key=_by_time))
    raised = [(event, one) for event in case.events for one in judge.selector.select(event) if one.rule is rule]
    return _evaluate_rule(raised, case, judge)


def evaluate_alone(event: Event, judge: Judge) -> list[Finding]:
    """The findings of an event that belongs to no case: only duties that look at the event itself."""
    case = Case([event])
    findings: list[Finding] = []
    for selected in judge.selector.select(event):
        if selected.rule.kind in (Kind.CONTENT, Kind.THRESHOLD):
            findings.extend(_evaluate_rule([(event, selected)], case, judge))
    return findings


def _by_time(event: Event) -> tuple[int, int]:
    day, second = event.time
    return day, -1 if second is None else second


def _performed_by(findings: Iterable[Finding], rule: Rule) -> set[Moment]:
    """The times of the events that performed the findings a duty depends on."""
    rule_id, verdict = rule.provided_finding or ("", "")
    return {
        found.performed.time
        for found in findings
        if found.rule.id == rule_id and found.verdict == verdict and found.performed
    }


def _evaluate_rule(triggers: Sequence[tuple[Event, Selected]], case: Case, judge: Judge) -> Iterable[Finding]:
    if not triggers:
        return ()
    rule = triggers[0][1].rule
    if rule.kind is Kind.CONTENT:
        return _content(triggers, case, judge)
    if rule.kind is Kind.THRESHOLD:
        return [_threshold(event, selected, judge) for event, selected in triggers]
    first_at: dict[Moment, tuple[Event, Selected]] = {}
    for event, selected in triggers:
        first_at.setdefault(event.time, (event, selected))
    days = [time.day for time in first_at]
    evaluate = _ONE[rule.kind]
    found = (evaluate(Claim(event, selected, days), case, judge) for event, selected in first_at.values())
    return [finding for finding in found if finding is not None]


class _Found(NamedTuple):
    """The performance of an obligation; ``missing`` names attributes that would have made others count."""

    event: Event | None
    contradicts: bool
    missing: tuple[str, ...]


def _performance(name: str, claim: Claim, case: Case, *, by_second: bool = False) -> _Found:
    """The first performance on or after the trigger; failing that, the last earlier one that nobody else can claim."""
    rule, start = claim.selected.rule, claim.event.time
    earlier: Event | None = None
    missing: tuple[str, ...] = ()
    for event in case.named(name):
        if rule.performance_where:
            state, lacking = state_of_all(rule.performance_where, event.attributes)
            if state != "yes":
                missing += lacking
                continue
        if event.time.latest >= start.earliest if by_second else event.time.day >= start.day:
            return _Found(event, contradicts=False, missing=missing)
        if not any(day <= event.time.day for day in claim.days):
            earlier = event
    return _Found(earlier, contradicts=earlier is not None, missing=missing)


def where(due: Reckoned, first: int, last: int, *, hours: bool, words: tuple[str, str, str]) -> str:
    """Where the span [first, last] (days, or seconds) lies against a due date: within it, past it, or unclear."""
    if due.earliest is not None and last <= (due.earliest.earliest if hours else due.earliest.day):
        return words[0]
    if due.latest is not None and first > (due.latest.latest if hours else due.latest.day):
        return words[1]
    return words[2]


# --- deadline ---------------------------------------------------------------------------------------------


def _deadline(claim: Claim, case: Case, judge: Judge) -> Finding | None:
    (trigger, (rule, missing), _), limit, name = claim, claim.selected.rule.limit, claim.selected.rule.performance
    if limit is None or name is None:
        raise AssertionError(rule.id)
    if rule.provided and not any(event.time.day <= trigger.time.day for event in case.named(rule.provided)):
        return None
    hours = limit.unit is Unit.HOURS
    found = _performance(name, claim, case, by_second=hours)
    if found.event is None and rule.only_if_performed:
        return None
    missing += found.missing
    region = judge.region(trigger)
    notes: tuple[str, ...] = ()
    start: Event | None = trigger
    stopped: Sequence[Stopped] = ()
    if rule.clock is None:
        due = judge.due(limit, trigger.time, region)
    else:
        due, start, length, stopped, notes = run_clock(
            rule.clock, limit.number, trigger, case, judge.calendar_of(region), judge.as_of
        )
        limit = limit._replace(number=length)
    waiting = start is None
    if judge.walks is not None and start is not None:
        judge.walks[rule.id, trigger.source, trigger.row] = Walk(limit, start, stopped, due)
    outcome = judge.outcome(
        kind="due",
        applies="unknown" if missing else "yes",
        performed="in_time"
        if waiting and found.event and not found.contradicts
        else _performed_word(found, due, hours=hours),
        due="waiting" if waiting else _as_of_word(due, judge, hours=hours),
    )
    late = remaining = None
    if outcome.verdict == "breached":
        late = judge.late_by(limit.unit, due, found.event.time if found.event else judge.as_of, region)
    elif outcome.verdict == "pending":
        remaining = judge.remaining(limit.unit, due, region)
    why = phrases.NO_TIME_OF_DAY if hours else phrases.STILL_STOPPED if notes else phrases.BEYOND_HORIZON
    because = [
        phrases.happened(trigger.event, trigger.time.text(), str(trigger.row)),
        *notes,
        "" if waiting else due_sentence(limit, due, why),
        performed_sentence(outcome.reason, name, found.event, late or remaining, judge),
    ]
    return judge.finding(
        rule,
        outcome,
        because,
        trigger=trigger,
        due=due,
        performed=found.event,
        late_by=late,
        remaining=remaining,
        missing=missing,
    )


def _performed_word(found: _Found, due: Reckoned, *, hours: bool) -> str:
    if found.event is None:
        return "none"
    if found.contradicts:
        return "contradicts"
    time = found.event.time
    first, last = (time.earliest, time.latest) if hours else (time.day, time.day)
    return where(due, first, last, hours=hours, words=_DONE_WORDS)


def _as_of_word(due: Reckoned, judge: Judge, *, hours: bool, words: tuple[str, str, str] = _AS_OF_WORDS) -> str:
    now = judge.as_of.latest if hours else judge.as_of.day
    return where(due, now, now, hours=hours, words=words)


def due_sentence(limit: TimeLimit, due: Reckoned, why: str) -> str:
    """How the due date came about, or between which bounds it lies and why."""
    if due.latest is None or not due.final:
        return phrases.bounded(due.earliest and due.earliest.text(), due.latest and due.latest.text(), why)
    moved = "" if due.unrolled is None else phrases.rolled(Moment(due.unrolled).text())
    return phrases.limit(limit, due.latest.text(), f"{moved}；{due.proof}" if due.proof else moved)


def performed_sentence(reason: str, name: str, event: Event | None, count: Amount | None, judge: Judge) -> str:
    """What was done or not, and what that amounts to."""
    number, unit = (str(count.number), count.unit) if count else ("", "days")
    if event is None:
        if reason == "overdue" and count:
            return phrases.overdue(judge.as_of_text, name, number, unit)
        if reason == "pending" and count:
            return phrases.pending(judge.as_of_text, name, number, unit)
        return phrases.not_seen(judge.as_of_text, name)
    rest = phrases.late(number, unit) if reason == "late" and count else phrases.AMOUNTS_TO.get(reason, "")
    return phrases.done(event.event, event.time.text(), str(event.row), rest)


# --- minimum-period ---------------------------------------------------------------------------------------


def _minimum_period(claim: Claim, case: Case, judge: Judge) -> Finding:
    (trigger, (rule, missing), _), limit, name = claim, claim.selected.rule.limit, claim.selected.rule.performance
    if limit is None or name is None:
        raise AssertionError(rule.id)
    found = _performance(name, claim, case)
    missing += found.missing
    region = judge.region(trigger)
    due = judge.due(limit, trigger.time, region)
    if judge.walks is not None:
        judge.walks[rule.id, trigger.source, trigger.row] = Walk(limit, trigger, (), due)
    excuse = _excuse(rule, trigger, found.event, judge)
    outcome = judge.outcome(
        kind="period",
        applies="unknown" if missing else "yes",
        closed=_closed_word(found, due),
        due=_reached_word(due, judge.as_of.day),
        excuse=excuse,
    )
    late = remaining = None
    if outcome.reason == "short" and found.event:
        late = judge.shortfall(limit.unit, found.event.time, due, region)
    elif outcome.verdict == "pending":
        remaining = judge.remaining(limit.unit, due, region)
    because = [phrases.happened(trigger.event, trigger.time.text(), str(trigger.row)), _least_sentence(limit, due)]
    if found.event is None:
        because.append(phrases.still_open(judge.as_of_text, name))
    else:
        count = phrases.short(str(late.number), late.unit) if late else phrases.AMOUNTS_TO.get(outcome.reason, "")
        because.append(phrases.done(name, found.event.time.text(), str(found.event.row), count))
    if outcome.reason == "excuse_unknown" and rule.excuse:
        because.append(phrases.lacking((rule.excuse.attribute,), judge.columns))
    return judge.finding(
        rule,
        outcome,
        because,
        trigger=trigger,
        due=due,
        performed=found.event,
        late_by=late,
        remaining=remaining,
        missing=missing,
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


def _least_sentence(limit: TimeLimit, due: Reckoned) -> str:
    if due.latest is None or not due.final:
        return phrases.bounded(
            due.earliest and due.earliest.text(), due.latest and due.latest.text(), phrases.BEYOND_HORIZON
        )
    return phrases.at_least(limit, due.latest.text())


# --- order ------------------------------------------------------------------------------------------------


def _order(claim: Claim, case: Case, judge: Judge) -> Finding | None:
    trigger, (rule, missing), _ = claim
    if rule.provided and not any(event.time.day <= trigger.time.day for event in case.named(rule.provided)):
        return None
    if rule.preceded_by:
        name, performed, word = rule.preceded_by, *_preceded(rule.preceded_by, trigger.time, case)
    else:
        name = rule.performance or ""
        found = _performance(name, claim, case)
        performed = found.event
        word = "open" if performed is None else "broken" if found.contradicts else "kept"
    outcome = judge.outcome(kind="order", applies="unknown" if missing else "yes", order=word)
    because = [phrases.happened(trigger.event, trigger.time.text(), str(trigger.row))]
    if performed is None:
        because.append(phrases.not_seen(judge.as_of_text, name))
        because.append(phrases.AMOUNTS_TO[outcome.reason] if outcome.reason != "condition" else "")
    else:
        rest = phrases.AMOUNTS_TO.get(outcome.reason, "")
        because.append(phrases.done(name, performed.time.text(), str(performed.row), rest))
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


# --- content, threshold -----------------------------------------------------------------------------------


def _content(triggers: Sequence[tuple[Event, Selected]], case: Case, judge: Judge) -> list[Finding]:
    (first, selected), rule = triggers[0], triggers[0][1].rule
    if rule.over == "event":
        return [_content_of([event], selected, judge) for event, selected in triggers]
    together = [
        event
        for event in case.named(first.event)
        if (rule.over == "case" or event.time.day == first.time.day)
        and judge.selector.scope.looks_at(rule, judge.region(event), event.agency)
    ]
    together.sort(key=lambda event: event is not first)
    return [_content_of(together, selected, judge)]


def _content_of(events: Sequence[Event], selected: Selected, judge: Judge) -> Finding:
    """``events`` begins with the trigger."""
    rule, missing = selected
    lacking: list[str] = []
    unknown: list[str] = []
    for requirement in rule.requires:
        state, words = _requirement(requirement, events, judge)
        if state == "failed":
            lacking.append(words)
        elif state == "unknown":
            unknown.append(words)
    word = "incomplete" if lacking else "unknown" if unknown else "complete"
    outcome = judge.outcome(kind="content", applies="unknown" if missing else "yes", content=word)
    because = [phrases.happened(event.event, event.time.text(), str(event.row)) for event in events]
    because.extend(lacking or (unknown or [phrases.COMPLETE]))
    return judge.finding(rule, outcome, because, trigger=events[0], missing=missing)


def _requirement(requirement: Requirement, events: Sequence[Event], judge: Judge) -> tuple[str, str]:
    """``held``, ``failed`` or ``unknown``, with the sentence that says what is missing."""
    state, absent = state_of_all(requirement.when, events[0].attributes)
    name = requirement.attribute
    if state == "no":
        return "held", ""
    if state == "unknown" or name not in judge.columns:
        return "unknown", phrases.lacking(absent or (name,), judge.columns)
    values = frozenset[str]().union(*(values_of(event.attributes.get(name, "")) for event in events))
    short = sorted(values_of("、".join(requirement.includes)) - values)
    if not values:
        return "failed", phrases.blank(name)
    if requirement.allowed is not None and not values <= requirement.allowed:
        return "failed", phrases.not_allowed(name, sorted(values - requirement.allowed), sorted(requirement.allowed))
    if short:
        return "failed", phrases.without(name, short)
    if len(values) < requirement.distinct:
        return "failed", phrases.too_few(name, sorted(values), requirement.distinct)
    return "held", ""


def _threshold(event: Event, selected: Selected, judge: Judge) -> Finding:
    rule, missing = selected
    name = rule.attribute or ""
    text = unicodedata.normalize("NFKC", event.attributes.get(name, "")).strip()
    match = _NUMBER.fullmatch(text)
    number = float(match[1]) if match else None
    word = "unknown"
    if number is not None:
        reached = number == rule.equals if rule.minimum is None else number >= rule.minimum
        word = "reached" if reached else "below"
    outcome = judge.outcome(kind="number", applies="unknown" if missing else "yes", number=word)
    because = [
        phrases.happened(event.event, event.time.text(), str(event.row)),
        phrases.number(name, text, rule.minimum, rule.equals)
        if match
        else phrases.no_number(name, text, judge.columns),
    ]
    return judge.finding(rule, outcome, because, trigger=event, missing=missing)


_ONE: dict[Kind, Callable[[Claim, Case, Judge], Finding | None]] = {
    Kind.DEADLINE: _deadline,
    Kind.MINIMUM_PERIOD: _minimum_period,
    Kind.ORDER: _order,
}
