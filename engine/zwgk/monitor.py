"""One event at a time: which verdicts change when an event arrives or time passes.

The monitor keeps the events of every matter and judges again only the matters that an event, or the passing of time, can
touch, with the same evaluator as a check; a check of all its events as of its clock gives the same findings, by test.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk import measure
from zwgk.agencylists import agency_list, require_known
from zwgk.agencywide import AGENCY_WIDE
from zwgk.calendars import Calendars
from zwgk.dates import DateError, read_as_of
from zwgk.errors import InputError, UsageError
from zwgk.evaluation import (
    Options,
    agency_wide_findings,
    case_bound_names,
    in_order,
    linked_findings,
    make_judge,
    names_in,
    without_duplicates,
)
from zwgk.events.header import NoLogError, lacking, listed
from zwgk.events.records import log_from_records
from zwgk.i18n import _
from zwgk.model import SECONDS_A_DAY, Breach, Moment, Verdict
from zwgk.reports.jsontext import finding_record
from zwgk.rules import find_packs, load_packs, shipped_packs
from zwgk.timeline import evaluate_alone, evaluate_case
from zwgk.vocabulary import event_label

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from zwgk.agencylists import Agencies
    from zwgk.findings import Judge
    from zwgk.model import Event, Finding, Log, Problem

_OPEN = (Verdict.PENDING, Verdict.UNDECIDED)
_AGENCIES: Hashable = ("agencies",)
_LINKED: Hashable = ("linked",)


class Change(NamedTuple):
    """A finding whose verdict is another than before.

    ``was`` is None for a new obligation, ``now`` None for one that no longer arises; ``finding`` is the record of the
    JSON report (the last one known, where ``now`` is None). ``at`` is the clock in ISO form.
    """

    at: str
    was: str | None
    now: str | None
    finding: dict[str, Any]


class Monitor:
    """Judges events as they come. Its clock is the latest time it has seen: of an event, or of :meth:`advance`.

    One thread at a time may use a monitor.
    """

    def __init__(
        self,
        *,
        rules: str | Path | Sequence[str | Path] | None = None,
        region: str | None = None,
        agencies: Agencies = (),
        known_on: dt.date | None = None,
        holidays: Sequence[str | Path] = (),
        due_soon: int = 2,
    ) -> None:
        """Arguments as of :func:`zwgk.check`; without ``rules`` all shipped packs, each for its own region.

        Raises:
            UsageError, RuleError, HolidayError, InputError: as :func:`zwgk.check`.
        """
        specs = [rules] if isinstance(rules, str | Path) else list(rules or ())
        ruleset = load_packs(find_packs([str(one) for one in specs])) if specs else shipped_packs()
        self.rules = ruleset.rules
        listed = agency_list(agencies)
        require_known(listed, self.rules)
        self._options = Options(
            as_of=Moment(1),
            default_region=region or "",
            named_packs=frozenset(pack.id for pack in ruleset.packs) if specs else frozenset(),
            agencies=listed.everywhere,
            agencies_by_rule=listed.by_rule,
            due_soon=due_soon,
        )
        self._calendars = Calendars(known_on=known_on, holidays=holidays)
        self._judge = make_judge(self.rules, self._options, self._calendars, frozenset())
        self._bound = case_bound_names(self.rules)
        linked = [rule for rule in self.rules if rule.match_by]
        self._linked = frozenset(name for rule in linked for name in names_in(rule))
        self._links_hang = any(rule.provided_finding for rule in linked)
        self._wide = frozenset(rule.performance for rule in self.rules if rule.kind in AGENCY_WIDE)
        self._now: Moment | None = None
        self._columns: frozenset[str] = frozenset()
        self._matters: defaultdict[Hashable, list[Event]] = defaultdict(list)
        self._found: dict[Hashable, dict[str, Finding]] = {}
        self._kinds: set[tuple[object, ...]] = set()
        self._first_days: dict[str, int] = {}
        self._posted = 0

    @property
    def now(self) -> str | None:
        """The clock in ISO form; None before the first event."""
        return None if self._now is None else self._now.iso()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding as of the clock, in the order of a report."""
        # How late an overdue matter is grows without its verdict changing: such matters are counted anew when looked at.
        self._judge_again(
            {key for key, found in self._found.items() if any(f.breach is Breach.OVERDUE for f in found.values())}
        )
        return in_order(finding for found in self._found.values() for finding in found.values())

    def post(self, record: Mapping[str, object]) -> list[Change]:
        """Take in one event (column → value, as for :func:`zwgk.check`) and tell which verdicts change.

        A ledger's row is all events of its dates at once.

        Raises:
            UsageError: the event cannot be read, or lacks the case it needs; nothing has changed.
            InputError: it has no event name or no time.
        """
        log = _log_of(record)
        for event in log.events:
            if not event.case and event.event in self._bound:
                name = event_label(event.event)
                raise UsageError(_("事件“{event}”没有事项编号（case、文号、案号等）；请补上").format(event=name))
        self._posted += 1
        events = [event._replace(row=self._posted) for event in log.events]
        touched = set[Hashable]().union(*map(self._file, events))
        new_columns = log.columns - self._columns
        self._columns |= log.columns
        last = max(event.time.earliest for event in events)
        if self._now is None or last > self._now.latest:
            self._now = _at(last)
            touched |= self._open()
        return self._judge_again(self._matters.keys() if new_columns else touched)

    def advance(self, when: str | dt.date | dt.datetime) -> list[Change]:
        """Let time pass until ``when`` (a date: its end) and tell which verdicts change.

        Raises:
            UsageError: ``when`` cannot be read, or lies before the clock.
        """
        try:
            moment = read_as_of(when)
        except DateError as error:
            raise UsageError(_("{error}；应为日期或时刻，如 2024-10-31").format(error=error)) from None
        end = _at(moment.latest)
        if self._now is not None and end.latest < self._now.latest:
            raise UsageError(_("时钟已到 {now}，不能退回 {when}").format(now=self._now.text(), when=end.text()))
        self._now = end
        return self._judge_again(self._open())

    def upcoming(self, *, workdays: int = 5) -> list[Finding]:
        """The pending findings that fall due within so many working days of the clock, the earliest first."""
        if self._now is None:
            return []
        soon = []
        for finding in self.findings:
            due = finding.due.earliest if finding.due else None
            if finding.verdict is not Verdict.PENDING or due is None:
                continue
            reckoned = measure.Reckoned(Moment(due.toordinal()), None)
            if measure.is_soon(reckoned, self._now, workdays, self._calendars(finding.region or "")):
                soon.append((due.toordinal(), finding))
        return [finding for day, finding in sorted(soon, key=lambda one: one[0])]

    # --- inside -------------------------------------------------------------------------------------------

    def _file(self, event: Event) -> set[Hashable]:
        """Put an event with its matters; the keys of those it touches."""
        keys: set[Hashable] = {("case", event.case) if event.case else ("alone", event.agency)}
        if event.event in self._linked:
            keys.add(_LINKED)
        for key in keys:
            self._matters[key].append(event)
        if self._wide:
            self._file_for_agencies(event)
            keys.add(_AGENCIES)
        return keys

    def _file_for_agencies(self, event: Event) -> None:
        """Keep what agency-wide duties look at: performances, each agency's kinds of events once, its earliest event."""
        kind = (event.agency, event.region, tuple(sorted(event.attributes.items())))
        earlier = event.time.day < self._first_days.get(event.agency, event.time.day + 1)
        if event.event in self._wide or kind not in self._kinds or earlier:
            self._matters[_AGENCIES].append(event)
        self._kinds.add(kind)
        if earlier:
            self._first_days[event.agency] = event.time.day

    def _open(self) -> set[Hashable]:
        """The matters whose verdicts time alone can change."""
        return {
            key for key, found in self._found.items() if any(finding.verdict in _OPEN for finding in found.values())
        } | ({_AGENCIES} if self._matters.get(_AGENCIES) else set())

    def _judge_again(self, keys: Iterable[Hashable]) -> list[Change]:
        if self._now is None:
            return []
        judge = self._judge.at(self._now, self._columns)
        changes: list[Change] = []
        again = {*keys, _LINKED} if self._links_hang else set(keys)
        # What is linked may hang on the findings of cases.
        for key in sorted(again, key=lambda key: key == _LINKED):
            before = self._found.get(key, {})
            after = {finding.fingerprint: finding for finding in self._findings_of(key, judge)}
            self._found[key] = after
            changes.extend(_changes(before, after, self._now.iso()))
        return sorted(
            changes, key=lambda one: (one.finding["rule"], one.finding["case"] or "", one.finding["fingerprint"])
        )

    def _findings_of(self, key: Hashable, judge: Judge) -> Sequence[Finding]:
        past = [event for event in self._matters[key] if event.time.earliest <= judge.as_of.latest]
        events = without_duplicates(past)[0]
        kind = key[0] if isinstance(key, tuple) else ""
        if kind == "case":
            return in_order(evaluate_case(events, judge) if events else ())
        if kind == "alone":
            return in_order(finding for event in events for finding in evaluate_alone(event, judge))
        if key == _LINKED:
            of_cases = [one for other, found in self._found.items() if other != _LINKED for one in found.values()]
            return in_order(linked_findings(events, self.rules, of_cases if self._links_hang else (), judge))
        return in_order(agency_wide_findings(events, self.rules, self._options, judge)[0])


def _log_of(record: Mapping[str, object]) -> Log:
    """The event, or the events, that a record states.

    Raises:
        UsageError, InputError: as :meth:`Monitor.post`.
    """
    try:
        log = log_from_records([record])
    except NoLogError as error:
        raise InputError(
            _("{parts}。这一条有：{keys}；请改正键名").format(
                parts=_("；").join(lacking(error.header)), keys=listed(error.header.headers)
            )
        ) from None
    if log.problems:
        raise UsageError(_("；").join(map(_told, log.problems)))
    if not log.events:
        raise UsageError(_("没有内容；应有事项编号、事件和时间，台账的一行应至少有一个日期"))
    return log


def _told(problem: Problem) -> str:
    if problem.column is None:
        return _("“{found}”，应为{expected}").format(found=problem.found, expected=problem.expected)
    return _("“{column}”列填的是“{found}”，应为{expected}").format(**problem._asdict())


def _at(second: int) -> Moment:
    return Moment(*divmod(second, SECONDS_A_DAY))


def _changes(before: Mapping[str, Finding], after: Mapping[str, Finding], at: str) -> list[Change]:
    changes = []
    for name, finding in after.items():
        was = before.get(name)
        if was is None or (was.verdict, was.breach) != (finding.verdict, finding.breach):
            changes.append(
                Change(at, was.verdict.value if was else None, finding.verdict.value, finding_record(finding))
            )
    for name, finding in before.items():
        if name not in after:
            changes.append(Change(at, finding.verdict.value, None, finding_record(finding)))
    return changes
