"""Why a date is what it is: the walk of each due date of a case, day by day, in plain Chinese.

The walk is made from what the evaluator counted with (:class:`~zwgk.findings.Walk`); a walk that does not arrive at the
evaluator's due date is an error, never printed.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from zwgk import daywalk, phrases
from zwgk.daywalk import WalkDay
from zwgk.evaluation import evaluate
from zwgk.findings import by_time
from zwgk.i18n import _
from zwgk.model import Breach, Kind, Moment, Unit
from zwgk.phrases import amount
from zwgk.reports.places import file_names, named, place
from zwgk.reports.text import BREACH_LABELS, VERDICT_LABELS
from zwgk.vocabulary import event_label, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zwgk.api import Prepared
    from zwgk.calendar import Calendar
    from zwgk.findings import Walk, Walks
    from zwgk.model import Event, Finding
    from zwgk.unread import UnreadRow

_CASES_SHOWN = 5


def explain_case(prepared: Prepared, case: str, *, rule: str | None = None) -> Iterator[str]:
    """The findings of one case (or of one agency, for duties without a case) with the walk of each due date, in lines.

    Raises:
        LookupError: nothing of that name is in the log; the text names the nearest.
    """
    log, ruleset, options, calendars = prepared
    walks: Walks = {}
    evaluation = evaluate(log, ruleset.rules, options, calendars, walks=walks)
    of_case = [one for one in evaluation.findings if one.case == case]
    found = of_case or [one for one in evaluation.findings if one.case is None and one.agency == case]
    events = _events(log.events, case, found, options.moment)
    unread = [row for row in log.unread if row.case == case]
    if not events and not found and not unread:
        names = ({event.case for event in log.events} | {row.case for row in log.unread}) - {""}
        names |= {one.agency for one in evaluation.findings if one.agency}
        if case in {event.agency for event in log.events}:
            raise LookupError(_of_no_case(case, events=log.events))
        near = nearest(case, names)
        hint = _("，是不是“{near}”？").format(near=near) if near else _("；请核对编号（或机关名称）")
        raise LookupError(_("日志里没有事项或机关“{case}”{hint}").format(case=case, hint=hint))
    files = file_names(log.inputs)
    chosen = [one for one in found if rule is None or rule in (one.rule.id, one.rule.id.partition("/")[2])]
    yield _("{case}　截至{text}").format(case=case, text=options.moment.text())
    if events or unread:
        yield ""
        yield _("经过：")
        for event in sorted(events, key=by_time):
            later = event.time.earliest > options.moment.latest
            yield f"  {_event(event, files)}" + (_("：晚于截至时刻，未计入；如系笔误请改正年份") if later else "")
        yield from dict.fromkeys(f"  {_unread(row, files)}" for row in unread)
    if not chosen:
        yield ""
        yield _("没有规则对它提出要求。") if rule is None else _("规则 {rule} 对它没有提出要求。").format(rule=rule)
    for number, finding in enumerate(chosen, 1):
        yield ""
        trigger = finding.trigger
        walk = walks.get((finding.rule.id, trigger.source, trigger.row)) if trigger else None
        by_name = finding._replace(because=tuple(named(finding.because, files)))
        yield from _finding(number, by_name, walk, calendars(finding.region or ""))


def _events(events: Sequence[Event], case: str, found: Sequence[Finding], as_of: Moment) -> list[Event]:
    """The events of a case; of an agency those after as-of that would perform its duties, were their year mistyped."""
    of_case = [event for event in events if event.case == case]
    duties = {one.rule.performance for one in found if one.case is None}
    return of_case or [
        event
        for event in events
        if event.agency == case and event.event in duties and event.time.earliest > as_of.latest
    ]


def _of_no_case(agency: str, *, events: Sequence[Event]) -> str:
    cases = list(dict.fromkeys(event.case for event in events if event.agency == agency and event.case))
    some = _("、").join(cases[:_CASES_SHOWN])
    if len(cases) > _CASES_SHOWN:
        some = _("{shown} 等").format(shown=some)
    return _("机关“{agency}”没有按机关核查的结论；请写事项编号，它的事项有：{cases}").format(
        agency=agency, cases=some or _("（没有编号）")
    )


def _unread(row: UnreadRow, files: Sequence[str]) -> str:
    return phrases.unread_row(place(row.row, row.source, files, first=True), row.event, row.column, row.found)


def _event(event: Event, files: Sequence[str]) -> str:
    who = _("　{agency}").format(agency=event.agency) if event.agency else ""
    where = place(event.row, event.source, files, first=True)
    return _("{text}　{event}{who}（{place}）").format(
        text=event.time.text(), event=event_label(event.event), who=who, place=where
    )


def _finding(number: int, finding: Finding, walk: Walk | None, calendar: Calendar) -> Iterator[str]:
    rule = finding.rule
    source = rule.source
    yield _("{number}. {title}（{id}）").format(number=number, title=rule.title, id=rule.id)
    yield _("   结论：{finding}").format(finding=_verdict(finding))
    act = _("（{number}）").format(number=source.number) if source.number else ""
    yield _("   依据：《{instrument}》{act}{clause}：“{phrase}”").format(
        instrument=source.instrument, act=act, clause=source.clause, phrase=source.phrase
    )
    yield _("   理由：")
    yield from (f"     · {sentence}" for sentence in finding.because)
    if walk is not None and walk.due.final and walk.limit.unit not in (Unit.HOURS, Unit.SAME_DAY):
        yield _("   逐日计算（{text}当日不计，自次日起）：").format(text=Moment(walk.start.time.day).text())
        yield from (f"     {line}" for line in _days(walk_days(walk, calendar)))


def _verdict(finding: Finding) -> str:
    text = _(VERDICT_LABELS[finding.verdict])
    if finding.breach:
        text += _("（{value}）").format(value=_(BREACH_LABELS[finding.breach]))
    if finding.late_by:
        by = _("，比最短要求少{amount}") if finding.breach is Breach.SHORT else _("，逾期{amount}")
        text += by.format(amount=amount(finding.late_by.number, finding.late_by.unit))
    due = finding.due
    if due and due.at and finding.rule.kind is Kind.MINIMUM_PERIOD:
        text += _("；最早可截止于 {at}").format(at=_day(due.at))
    elif due and due.at:
        text += _("；到期日 {at}").format(at=_day(due.at))
    elif due and (due.earliest or due.latest):
        text += _("；到期日在 {earliest} 与 {latest} 之间").format(earliest=_day(due.earliest), latest=_day(due.latest))
    return text


def _day(day: dt.date | dt.datetime | None) -> str:
    return _("？") if day is None else str(day)[:19]


def walk_days(walk: Walk, calendar: Calendar) -> list[WalkDay]:
    """The days from the start to the due date, each counted or not, and why.

    Raises:
        RuntimeError: the walk does not arrive at the due date that was decided on (a defect).
    """
    start, limit = walk.start.time.day, walk.limit
    if walk.stopped:
        days = _with_stops(walk, calendar)
    else:
        days = calendar.walk(dt.date.fromordinal(start), limit.number, limit.unit, roll=limit.roll)
    due = walk.due.latest
    if due is None or (days[-1].day.date.toordinal() if days else start) != due.day:
        raise RuntimeError(f"the walk of {walk.start} does not arrive at {due}")
    return days


def _with_stops(walk: Walk, calendar: Calendar) -> list[WalkDay]:
    days: list[WalkDay] = []
    counted = 0
    day = walk.start.time.day
    while counted < walk.limit.number:
        day += 1
        what = calendar.day(dt.date.fromordinal(day))
        why = daywalk.describe(what)
        stop = next((one for one in walk.stopped if one.after < day <= (one.latest or day)), None)
        if stop is not None:
            days.append(
                WalkDay(
                    what,
                    None,
                    _("{why}，{begins}期间，不计入期限（{basis}）").format(
                        why=why, begins=event_label(stop.stop.begins), basis=stop.stop.basis
                    ),
                )
            )
            continue
        counted += what.is_workday
        number = counted if what.is_workday else None
        days.append(WalkDay(what, number, why, what.is_workday and counted == walk.limit.number))
    return days


def _days(days: Sequence[WalkDay]) -> Iterator[str]:
    for one in days:
        what = _("第{number}日").format(number=one.number) if one.number else _("不计　")
        due = _("　← 到期") if one.is_due else ""
        yield _("{date}　{what}　{why}{due}").format(date=one.day.date, what=what, why=one.why, due=due)
