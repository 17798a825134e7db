"""What every kind of duty needs to become a finding: the run's context, verdicts, fingerprints, order."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from copy import copy
from typing import TYPE_CHECKING, NamedTuple

from zwgk import measure, phrases
from zwgk.decide import SIGNS, VERDICT_TABLE, Outcome, signs
from zwgk.decide import judge as judge_pattern
from zwgk.doubts import Doubts
from zwgk.model import SECONDS_A_DAY, Breach, Evidence, Finding, Moment, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zwgk.clock import Stopped
    from zwgk.decide import Decider
    from zwgk.measure import Reckoned, WorkCalendar
    from zwgk.model import Amount, Due, Event, Rule, TimeLimit, Unit
    from zwgk.selection import Selected, Selector
    from zwgk.unread import UnreadRow


_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_BREACHES: dict[str | None, Breach | None] = {None: None, **{breach.value: breach for breach in Breach}}


class Case:
    """The events of one case, by time, and by name."""

    def __init__(self, events: Sequence[Event]) -> None:
        """``events`` are in time order; equal times keep the order of the log."""
        self.events = events
        self._named: defaultdict[str, list[Event]] = defaultdict(list)
        for event in events:
            self._named[event.event].append(event)

    def named(self, name: str) -> Sequence[Event]:
        """The events of this name, by time."""
        return self._named.get(name, ())


class Claim(NamedTuple):
    """A trigger with the rule it raised."""

    event: Event
    selected: Selected


class Walk(NamedTuple):
    """How a due date was counted: the limit (extensions included), from which event, and what was stopped meanwhile."""

    limit: TimeLimit
    start: Event
    stopped: Sequence[Stopped]
    due: Reckoned


Walks = dict[tuple[str, int, int], Walk]
"""Walks by rule id and the file and row of the trigger."""


class Judge:
    """One run: what is asked of the calendar and of the decider, as of one moment."""

    def __init__(
        self,
        *,
        selector: Selector,
        decider: Decider,
        calendar_of: Callable[[str], WorkCalendar],
        as_of: Moment,
        columns: frozenset[str],
        due_soon: int,
        walks: Walks | None = None,
    ) -> None:
        """``as_of`` is an instant; ``columns`` are the columns of the log; ``due_soon`` is in working days.

        ``walks``, if given, is filled with how each due date was counted.
        """
        self._verdicts = decider.learn(VERDICT_TABLE)
        self.selector = selector
        self.decider = decider
        self.calendar_of = calendar_of
        self.as_of = as_of
        self.as_of_text = _spoken(as_of)
        self.columns = columns
        self.due_soon = due_soon
        self.walks = walks
        self.doubts = Doubts((), (), selector.scope)
        self.due = measure.memoised(calendar_of)
        self._outcomes: dict[tuple[str, tuple[str, ...]], Outcome] = {}
        self._publics: dict[Reckoned, Due] = {}

    def at(self, as_of: Moment, columns: frozenset[str]) -> Judge:
        """The same run as of another instant, with these columns; what was learnt is shared."""
        other = copy(self)
        other.as_of = as_of
        other.as_of_text = _spoken(as_of)
        other.columns = columns
        return other

    def doubting(self, unread: Sequence[UnreadRow], rules: Iterable[Rule]) -> Judge:
        """The same run in doubt about these rows of the log; what was learnt is shared."""
        other = copy(self)
        other.doubts = Doubts(unread, rules, self.selector.scope)
        return other

    def outcome(self, kind: str, *words: str) -> Outcome:
        """The verdict for a pattern of signs, given in the order of :data:`SIGNS`; each pattern is decided once."""
        key = (kind, words)
        known = self._outcomes.get(key)
        if known is None:
            pattern = signs(kind=kind, **dict(zip(SIGNS[kind], words, strict=True)))
            known = self._outcomes[key] = judge_pattern(self.decider, self._verdicts, pattern)
        return known

    def region(self, event: Event) -> str:
        """The region an event counts for; empty if unknown."""
        return self.selector.scope.region(event)

    def late_by(self, unit: Unit, due: Reckoned, until: Moment, region: str) -> Amount | None:
        """How late ``until`` is."""
        return measure.late_by(unit, due, until, self.calendar_of(region))

    def remaining(self, unit: Unit, due: Reckoned, region: str) -> Amount | None:
        """How much time is left as of this run."""
        return measure.remaining(unit, due, self.as_of, self.calendar_of(region))

    def shortfall(self, unit: Unit, closed: Moment, due: Reckoned, region: str) -> Amount | None:
        """How much too short a period is that closed then."""
        return measure.remaining(unit, due, closed, self.calendar_of(region))

    def finding(
        self,
        rule: Rule,
        outcome: Outcome,
        because: Sequence[str],
        *,
        trigger: Event | None = None,
        agency: str = "",
        region: str = "",
        period: str | None = None,
        member: str | None = None,
        due: Reckoned | None = None,
        performed: Event | None = None,
        count: Amount | None = None,
        missing: Sequence[str] = (),
    ) -> Finding:
        """A finding record; the agency is the one that the rule names, else the trigger's, else the performance's, unless given.

        ``count`` is how late, how short, or how much is left, as the verdict has it.
        """
        case = trigger.case or None if trigger else None
        if trigger:
            agency = rule.owed_by[0] if rule.owed_by else trigger.agency or (performed.agency if performed else "")
            region = self.region(trigger)
        because = [sentence for sentence in because if sentence]
        verdict, breach, reason = outcome
        if reason == "condition":
            because.append(phrases.condition_unknown(tuple(dict.fromkeys(missing)), self.columns))
        if trigger and rule.owed_by:
            because.append(phrases.owed_by_another(rule.owed_by[0]))
        soon = (
            verdict == "pending"
            and due is not None
            and measure.is_soon(due, self.as_of, self.due_soon, self.calendar_of(region))
        )
        return Finding(
            rule,
            case,
            agency or None,
            region or None,
            period,
            member,
            _VERDICTS[verdict],
            _BREACHES[breach],
            evidence(trigger),
            self._public(due) if due else None,
            evidence(performed),
            count if verdict == "breached" else None,
            count if verdict == "pending" else None,
            soon,
            tuple(because),
            fingerprint(
                rule.id,
                case,
                None if case else agency or None,
                period,
                member,
                trigger.time.iso() if trigger else None,
            ),
        )

    def _public(self, due: Reckoned) -> Due:
        """The due date as the public record shows it; made once of each."""
        known = self._publics.get(due)
        if known is None:
            known = self._publics[due] = measure.public_due(due)
        return known


def _spoken(as_of: Moment) -> str:
    """An instant as sentences say it; the last second of a day is the day."""
    return (Moment(as_of.day) if as_of.second == SECONDS_A_DAY - 1 else as_of).text()


def evidence(event: Event | None) -> Evidence | None:
    """An event as a finding cites it."""
    return None if event is None else Evidence(event.event, event.time, event.row, event.source)


def fingerprint(rule: str, *parts: str | None) -> str:
    """Stable across runs for the same obligation: case, agency, period, member, trigger time after the rule."""
    return hashlib.sha256(fingerprint_text(rule, *parts).encode()).hexdigest()[:16]


def fingerprint_text(rule: str, *parts: str | None) -> str:
    """What a fingerprint is the beginning of the SHA-256 of."""
    return "\x1f".join((rule, *(part or "" for part in parts)))


def by_time(one: Event | Evidence) -> tuple[int, int]:
    """Sorts by day, then by second; a bare date comes before the instants of its day."""
    day, second = one.time
    return day, -1 if second is None else second


def order(finding: Finding) -> tuple[object, ...]:
    """The sort key of a report: rule, case, trigger time, agency, period, member, row."""
    trigger = finding.trigger
    when = by_time(trigger) if trigger else (0, 0)
    return (
        finding.rule.id,
        finding.case or "",
        when,
        finding.agency or "",
        finding.period or "",
        finding.member or "",
        (trigger.source, trigger.row) if trigger else (0, 0),
    )
