"""Duties that an agency owes without a case: so often, by a date, each of a set (``docs/semantics.md`` § 8)."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from zwgk import measure, phrases
from zwgk.findings import by_time
from zwgk.model import FixedDate, Kind, Moment, Unit
from zwgk.selection import state_of_all, values_of
from zwgk.sentences import not_counted, performed_sentence
from zwgk.timeline import where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zwgk.decide import Outcome
    from zwgk.findings import Judge
    from zwgk.measure import Reckoned
    from zwgk.model import Event, Finding, Rule

AGENCY_WIDE = frozenset({Kind.CADENCE, Kind.FIXED_DATE, Kind.COVERAGE})
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_BY_SIGHT = frozenset({"seen", "performers"})


class Owed(NamedTuple):
    """One thing owed: by whom, in which period, for which member, by when."""

    agency: str
    period: str | None
    first: int
    """The first day on which a performance counts for it."""
    last: int
    """The last day on which a performance counts for it."""
    due: Reckoned
    member: str | None = None
    missing: tuple[str, ...] = ()


class Done(NamedTuple):
    """An event of the performance's name: whether it counts (``yes``, ``no``, ``unknown``), and what would settle it."""

    event: Event
    state: str
    missing: tuple[str, ...]


class Obligors(NamedTuple):
    """Who owes, how that is known, and for whom a condition leaves it open."""

    agencies: Mapping[str, tuple[str, ...]]
    known_by: str


def obligors(
    rule: Rule, events: Iterable[Event], judge: Judge, *, listed: Sequence[str], default_pack: bool
) -> Obligors:
    """The agencies that owe ``rule``, each with the attributes that leave it open whether it does.

    ``events`` are the events of the log; ``listed`` the agencies named by the user; ``default_pack``: the pack runs
    only because it is national, so that an agency is held to it only if the log shows it doing so.
    """
    if rule.owed_by:
        return Obligors(dict.fromkeys(rule.owed_by, ()), "rule")
    if listed:
        return Obligors(dict.fromkeys(listed, ()), "list")
    conditions = (*rule.where, *rule.performance_where) if default_pack else rule.where
    found: dict[str, tuple[str, ...]] = {}
    scope = judge.selector.scope
    looked_at: dict[tuple[str, str], bool] = {}
    for event in events:
        agency = event.agency
        if not agency or found.get(agency) == ():
            continue
        if default_pack and event.event != rule.performance:
            continue
        there = (scope.region(event), agency if rule.agency_scope else "")
        if there not in looked_at:
            looked_at[there] = scope.looks_at(rule, *there)
        if not looked_at[there]:
            continue
        state, missing = state_of_all(conditions, event.attributes)
        if state != "no":
            found[agency] = () if state == "yes" else tuple(dict.fromkeys(found.get(agency, ()) + missing))
    return Obligors(found, "performers" if default_pack else "seen")


def evaluate_agency_wide(
    rule: Rule, performances: Sequence[Event], owing: Obligors, judge: Judge, *, first_days: Mapping[str, int]
) -> list[Finding]:
    """The findings of one agency-wide rule.

    ``performances`` are the events of that name that the rule looks at, duplicates removed, in log order;
    ``first_days`` are the days of each agency's first event ("": of those without agency), not empty. What fell due in a
    year before the log tells of an agency is judged only where the log shows it done; what fell due earlier in the
    year in which it begins to is judged, and the reasons say so.
    """
    done: defaultdict[str, list[Done]] = defaultdict(list)
    for event in sorted(performances, key=by_time):
        state, missing = state_of_all(rule.performance_where, event.attributes)
        keys: Iterable[str] = (event.agency,)
        if rule.kind is Kind.COVERAGE:
            keys = values_of(event.attributes.get(rule.member or "", ""))
        for key in keys:
            done[key].append(Done(event, state, missing))
    days = {key: [one.event.time.day for one in some] for key, some in done.items()}
    how = "members" if rule.kind is Kind.COVERAGE else owing.known_by
    log_begins = min(first_days.values())
    found = []
    for owed in _owed(rule, owing.agencies, judge.as_of):
        key = owed.agency if owed.member is None else owed.member
        on = days.get(key, [])
        within = done[key][bisect_left(on, owed.first) : bisect_right(on, owed.last)] if on else ()
        begins = first_days[owed.agency] if how in _BY_SIGHT else log_begins
        unseen = _unseen(owed, within, begins)
        if unseen == "earlier":
            continue
        note = ""
        if unseen == "same year":
            before_all = owed.due.latest is not None and owed.due.latest.day < log_begins
            note = phrases.log_begins_later() if before_all else phrases.agency_begins_later()
        finding = _judge_owed(rule, owed, within, how, judge, note=note)
        found.append(judge.doubts.of_agency(finding, done=sum(one.state != "no" for one in within)))
    return found


def _unseen(owed: Owed, within: Sequence[Done], begins: int) -> str:
    """Whether a due date lies before the day since when the log tells of it: ``no``, ``same year`` or ``earlier``."""
    due = owed.due.latest
    if due is None or due.day >= begins or any(one.state != "no" for one in within):
        return "no"
    same = dt.date.fromordinal(due.day).year == dt.date.fromordinal(begins).year
    return "same year" if same else "earlier"


def _owed(rule: Rule, agencies: Mapping[str, tuple[str, ...]], as_of: Moment) -> Iterator[Owed]:
    if rule.kind is Kind.COVERAGE:
        for one in _dates(rule, as_of):
            for member in rule.members:
                yield one._replace(member=next(iter(values_of(member)), member))
        return
    spans = list(_periods(rule, as_of) if rule.kind is Kind.CADENCE else _dates(rule, as_of))
    for agency, missing in agencies.items():
        for one in spans:
            yield one._replace(agency=agency, missing=missing)


def _periods(rule: Rule, as_of: Moment) -> Iterator[Owed]:
    """The calendar periods that overlap the rule's span in force, up to the one that as-of lies in."""
    months = _MONTHS[rule.per or ""]
    start = dt.date.fromordinal(rule.in_force_from)
    number = (start.year * 12 + start.month - 1) // months
    while True:
        first = _month(number * months)
        last = _month((number + 1) * months) - 1
        if first > min(rule.in_force_to, as_of.day):
            return
        yield Owed("", _period_name(first, months), first, last, measure.fixed(last, last))
        number += 1


def _month(number: int) -> int:
    return dt.date(number // 12, number % 12 + 1, 1).toordinal()


def _period_name(first: int, months: int) -> str:
    day = dt.date.fromordinal(first)
    if months == 12:
        return f"{day.year}"
    return f"{day.year}-Q{day.month // 3 + 1}" if months == 3 else f"{day.year}-{day.month:02d}"


def _dates(rule: Rule, as_of: Moment) -> Iterator[Owed]:
    """The fixed date, or that date in every year in force up to the year of as-of."""
    by = rule.by or FixedDate()
    if by.strict:
        yield Owed("", None, 1, dt.date.max.toordinal(), measure.fixed(by.strict, by.lenient))
        return
    for year in range(dt.date.fromordinal(rule.in_force_from).year, dt.date.fromordinal(as_of.day).year + 1):
        due = dt.date(year, by.month, by.day).toordinal()
        if rule.in_force_from <= due <= rule.in_force_to:
            first, last = dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 31).toordinal()
            yield Owed("", str(year), first, last, measure.fixed(due, due))


def _judge_owed(rule: Rule, owed: Owed, within: Sequence[Done], how: str, judge: Judge, *, note: str) -> Finding:
    sure = _kth([one.event for one in within if one.state == "yes"], rule.at_least)
    perhaps = _kth([one.event for one in within if one.state != "no"], rule.at_least)
    missing = owed.missing
    outcome = _outcome(owed, sure, missing, judge)
    if outcome.verdict != "met" and perhaps is not sure:
        other = _outcome(owed, perhaps, missing, judge)
        if (other.verdict, other.breach) != (outcome.verdict, outcome.breach):
            missing += tuple(name for one in within for name in one.missing)
            outcome = _outcome(owed, sure, missing, judge)
    refused = next((one.event for one in within if one.state != "yes"), None)
    count = None
    if outcome.verdict == "breached":
        count = judge.late_by(Unit.DAYS, owed.due, sure.time if sure else judge.as_of, rule.region)
    elif outcome.verdict == "pending":
        count = judge.remaining(Unit.DAYS, owed.due, rule.region)
    name = rule.performance or ""
    because = [
        _duty_sentence(rule, owed, name),
        phrases.owed_by(phrases.OWED_BY[how]),
        performed_sentence(outcome.reason, name, sure, count, judge),
        not_counted(refused, rule) if sure is None and refused is not None else "",
        note if outcome.breach else "",
    ]
    return judge.finding(
        rule,
        outcome,
        because,
        agency=owed.agency,
        region=rule.region,
        period=owed.period,
        member=owed.member,
        due=owed.due,
        performed=sure,
        count=count,
        missing=missing,
    )


def _kth(events: Sequence[Event], k: int) -> Event | None:
    return events[k - 1] if len(events) >= k else None


def _outcome(owed: Owed, event: Event | None, missing: Sequence[str], judge: Judge) -> Outcome:
    def word(day: int, *words: str) -> str:
        return where(owed.due, day, day, hours=False, words=(words[0], words[1], words[2]))

    performed = "none" if event is None else word(event.time.day, "in_time", "after", "between")
    now = word(judge.as_of.day, "ahead", "passed", "between")
    return judge.outcome("due", "unknown" if missing else "yes", performed, now)


def _duty_sentence(rule: Rule, owed: Owed, name: str) -> str:
    if rule.kind is Kind.CADENCE:
        return phrases.of_period(name, owed.period or "", str(rule.at_least))
    strict, lenient = owed.due.earliest, owed.due.latest
    if strict is None or lenient is None:
        raise AssertionError(rule.id)
    if strict != lenient:
        return phrases.bounded(strict.text(), lenient.text(), phrases.TWO_READINGS)
    return phrases.by_date(name, lenient.text())
