"""Seeded logs with everything that goes wrong in real ones, biased to the edges of holidays and time limits.

Shape: ``random_run`` draws rules, a log for them and the settings of one evaluation. The same seed gives the same
run. Days stay inside the settled calendar, so that every due date can be counted day by day.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from random_rules import FIRST_DAY, KINDS, LAST_DAY, VALUES, random_rules
from witness_calendar import iso_day, last_day_of_month, months_after, nth_workday_after, workday, workday_on_or_after

from zwgk.model import Event, Kind, Moment, Rule, Unit
from zwgk.unread import UnreadRow

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

STANDARD = ("case", "event", "time", "agency", "region")
AGENCIES = ("甲局", "乙委", "丙办", "高新管委会", "高新区丁局", "")
REGIONS = ("", "", "510500", "510504", "510000", "520115", "520100", "350102")
EDGES = [day for day in range(FIRST_DAY, LAST_DAY + 1) if workday(day) != workday(day - 1)]


class Run(NamedTuple):
    """One evaluation: all that an evaluator and the witness are given."""

    rules: list[Rule]
    events: list[Event]
    columns: set[str]
    as_of: Moment
    default_region: str | None
    named_packs: set[str]
    due_soon: int
    agencies: tuple[tuple[str, str], ...]
    """Rule or pack ("": all), agency."""
    unread: tuple[UnreadRow, ...] = ()


def random_run(rng: random.Random, *, cases: int, kinds: tuple[Kind, ...] = KINDS, files: int = 1) -> Run:
    """Rules, a log and settings that go together; some runs keep to two of the kinds, and get deep into them."""
    if rng.random() < 0.3:
        kinds = tuple(rng.sample(sorted(set(kinds)), min(2, len(set(kinds)))))
    rules = random_rules(rng, kinds=kinds)
    packs = sorted({rule.pack for rule in rules})
    as_of = Moment(edge_day(rng, FIRST_DAY + 400, LAST_DAY), rng.choice((None, None, rng.randrange(86400))))
    # The rules' own dates lie around a day of their choice; judge mostly soon after it.
    edges = {edge for rule in rules for edge in (rule.in_force_from, rule.in_force_to)}
    edges |= {rule.by.strict for rule in rules if rule.by is not None}
    inside = sorted(edge for edge in edges if FIRST_DAY < edge < LAST_DAY)
    if inside and rng.random() < 0.9:
        as_of = as_of._replace(day=min(max(rng.choice(inside) + rng.randint(0, 200), FIRST_DAY + 30), LAST_DAY))
    events, columns = random_log(rng, rules, cases=cases, as_of=as_of, files=files)
    run = Run(
        rules,
        events,
        columns,
        as_of,
        rng.choice((None, None, "510504", "520115")),
        {pack for pack in packs if rng.random() < 0.4},
        rng.choice((0, 2, 2, 5)),
        _listed(rng, rules),
    )
    return spoilt(rng, run)


def _listed(rng: random.Random, rules: list[Rule]) -> tuple[tuple[str, str], ...]:
    """A list of agencies for all rules, or for some rules and packs."""
    if rng.random() < 0.9:
        return ()
    if rng.random() < 0.5:
        return ("", "甲局"), ("", "戊局")
    named = [rule.id for rule in rules if rule.trigger is None] + [rules[0].pack]
    rows = [(rng.choice(named), rng.choice(("甲局", "乙委", "戊局"))) for _ in range(rng.randint(1, 4))]
    return (*rows, ("", "己局")) if rng.random() < 0.3 else tuple(rows)


def random_log(
    rng: random.Random, rules: list[Rule], *, cases: int, as_of: Moment, files: int = 1
) -> tuple[list[Event], set[str]]:
    """A log of so many cases that the rules have something to say about, and its columns.

    Rows are numbered from 2 as in a spreadsheet, in each of the files.
    """
    missing = {name for name in VALUES if rng.random() < 0.08}
    drafts: list[Event] = []
    for number in range(cases):
        drafts += _case(rng, rules, f"甲〔{2008 + number % 19}〕{number}号", as_of)
    for rule in rules:
        if rule.trigger is None:
            drafts += _agency_wide(rng, rule, as_of)
    if not drafts:
        drafts = [_event(rng, "", "report-heard", Moment(as_of.day - 1))]
    drafts += [draft for draft in drafts if rng.random() < 0.03]
    if rng.random() < 0.5:
        rng.shuffle(drafts)
    else:
        drafts.sort(key=lambda draft: draft.time.day)
    events = []
    for number, draft in enumerate(drafts):
        source, place = divmod(number, len(drafts) // files + 1)
        cells = {name: text for name, text in draft.attributes.items() if name not in missing}
        events.append(draft._replace(source=source, row=place + 2, attributes=cells))
    return events, set(STANDARD) | (set(VALUES) - missing)


SPOILT = {
    "event": ("",),
    "time": ("2019-13-01", "昨天", "2016-02-30", "2015-06", "", "10:30"),
    "region": ("5105", "泸州"),
}
"""Column → texts that make a row unreadable."""


def spoilt(rng: random.Random, run: Run) -> Run:
    """The run, in which (mostly) some of the rows cannot be read."""
    rate = rng.choice((0, 0.01, 0.05, 0.1))
    events = []
    unread = []
    for event in run.events:
        if rng.random() >= rate:
            events.append(event)
            continue
        column = rng.choice(("time", "time", "time", "time", "event", "region"))
        row = UnreadRow(
            event.case, event.event, event.agency, event.region, event.row, event.source, event.attributes,
            frozenset(), column, rng.choice(SPOILT[column]),
        )  # fmt: skip
        if column == "event":
            row = row._replace(event="")
        if column == "region":
            row = row._replace(region="", illegible=frozenset({"region"}))
        unread.append(row)
    return run._replace(events=events, unread=tuple(unread)) if events else run


def log_to_csv(events: Sequence[Event], columns: set[str], unread: Sequence[UnreadRow] = ()) -> str:
    """The rows of one file as that file."""
    out = io.StringIO()
    attributes = sorted(columns - set(STANDARD))
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*STANDARD, *attributes])
    for row in sorted((*events, *unread), key=lambda row: row.row):
        cells = [row.attributes.get(name, "") for name in attributes]
        time, region = "2015-06-01", row.region
        if isinstance(row, Event):
            time = _written(row.time)
        elif row.column == "time":
            time = row.found
        elif row.column == "region":
            region = row.found
        writer.writerow([row.case, row.event, time, row.agency, region, *cells])
    return out.getvalue()


def _written(time: Moment) -> str:
    if time.second is None:
        return iso_day(time.day)
    minutes, seconds = divmod(time.second, 60)
    return f"{iso_day(time.day)} {minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


# --- one case ---------------------------------------------------------------------------------------------


def _case(rng: random.Random, rules: list[Rule], case: str, as_of: Moment) -> list[Event]:
    """A matter on which one rule bears, and whichever else share its trigger."""
    with_trigger = [rule for rule in rules if rule.trigger is not None]
    if not with_trigger:
        return []
    rule = rng.choice(with_trigger)
    others = [other for other in with_trigger if other.trigger == rule.trigger]
    if rng.random() < 0.02:
        case = ""
    times = [_trigger_time(rng, rule, as_of)]
    while rng.random() < 0.2:
        times.append(_second_trigger(rng, times[0]))
    drafts = [_event(rng, case, rule.trigger or "", time) for time in times]
    for other in rng.sample(others, min(len(others), 2)):
        drafts += _around(rng, other, case, rng.choice(times))
    if rng.random() < 0.1:
        drafts.append(_event(rng, case, rng.choice(with_trigger).trigger or "", times[0]))
    return drafts


def _around(rng: random.Random, rule: Rule, case: str, trigger: Moment) -> list[Event]:
    """What else stands in the case for this rule: performances near its due date, earlier events near its trigger."""
    drafts = []
    if rule.performance is not None:
        number = rng.choice((0, 1, 1, 1, 1, 2))
        times = [_performance_time(rng, rule, trigger) for _ in range(number)]
        drafts += [_event(rng, case, rule.performance, time) for time in times]
    for name in (rule.preceded_by, rule.provided):
        if name is not None and rng.random() < 0.8:
            drafts += [_event(rng, case, name, _near(rng, trigger, (-40, -3, -1, 0, 0, 1, 5)))]
    return drafts


def _trigger_time(rng: random.Random, rule: Rule, as_of: Moment) -> Moment:
    latest = as_of.day + 1
    earliest = max(FIRST_DAY, latest - rng.choice((10, 60, 400)))
    day = edge_day(rng, earliest, latest)
    edge = rng.choice((rule.in_force_from, rule.in_force_to))
    if rng.random() < 0.15 and FIRST_DAY <= edge <= as_of.day < edge + 500:
        day = edge + rng.choice((-1, 0, 1))
    return Moment(day, _second(rng, instants=0.8 if _in_hours(rule) else 0.3))


def _second_trigger(rng: random.Random, first: Moment) -> Moment:
    kind = rng.choice(("equal", "same day", "later", "later"))
    if kind == "equal":
        return first
    if kind == "same day":
        return Moment(first.day, _second(rng, instants=0.5))
    return Moment(min(first.day + rng.randint(1, 40), LAST_DAY), _second(rng, instants=0.3))


def _performance_time(rng: random.Random, rule: Rule, trigger: Moment) -> Moment:
    if rng.random() < 0.08:
        return _near(rng, trigger, (-30, -2, -1, -1, 0))
    if rng.random() < 0.1:
        return _near(rng, trigger, (0, 0, 1, 45, 100))
    if _in_hours(rule) and rule.limit is not None:
        start = trigger.day * 86400 + (trigger.second or 0)
        end = start + rule.limit.number * 3600 + rng.choice((-7200, -1, 0, 0, 1, 3600, 3601, 90000))
        bare = rng.random() < 0.15
        return Moment(end // 86400, None if bare else end % 86400)
    due = _roughly_due(rule, trigger.day)
    return Moment(due + rng.choice((-2, -1, -1, 0, 0, 0, 1, 1, 2, 3, 9)), _second(rng, instants=0.3))


def _in_hours(rule: Rule) -> bool:
    return rule.limit is not None and rule.limit.unit is Unit.HOURS


def _roughly_due(rule: Rule, day: int) -> int:
    """Where the interesting days lie; only a bias, nothing depends on its being right."""
    if rule.limit is None or rule.limit.unit is Unit.SAME_DAY:
        return day
    if rule.limit.unit is Unit.WORKDAYS:
        return nth_workday_after(day, rule.limit.number)
    if rule.limit.unit is Unit.MONTHS:
        return workday_on_or_after(months_after(day, rule.limit.number))
    return workday_on_or_after(day + rule.limit.number)


# --- agency-wide duties -----------------------------------------------------------------------------------


def _agency_wide(rng: random.Random, rule: Rule, as_of: Moment) -> list[Event]:
    drafts = []
    for _ in range(rng.randint(0, 8)):
        if rule.by is not None and abs(rule.by.strict - as_of.day) < 500 and rng.random() < 0.6:
            day = rng.choice((rule.by.strict, rule.by.lenient)) + rng.choice((-1, 0, 0, 1))
        else:
            day = as_of.day - rng.randint(-1, 500)
        day = max(FIRST_DAY, day)
        if rng.random() < 0.3:
            # The ends of months, where periods and yearly dates change over.
            date = dt.date.fromordinal(day)
            day = last_day_of_month(date.year, date.month) + rng.choice((0, 1))
        drafts.append(_event(rng, "", rule.performance or "", Moment(day, _second(rng, instants=0.2))))
    return drafts


# --- cells ------------------------------------------------------------------------------------------------


def _event(rng: random.Random, case: str, name: str, time: Moment) -> Event:
    cells = {}
    for attribute, known in VALUES.items():
        if rng.random() < 0.55:
            continue
        cells[attribute] = rng.choice(known).strip()
        if len(known) > 1 and attribute != "weight" and rng.random() < 0.2:
            cells[attribute] = rng.choice("；;、|｜").join(rng.sample(known, 2))
        if rng.random() < 0.3:
            cells[attribute] = cells[attribute].replace("APP", "ＡＰＰ")
    return Event(case, name, time, rng.choice(AGENCIES), rng.choice(REGIONS), 0, 0, cells)


def _near(rng: random.Random, time: Moment, days: tuple[int, ...]) -> Moment:
    return Moment(max(FIRST_DAY, time.day + rng.choice(days)), _second(rng, instants=0.5, like=time))


def _second(rng: random.Random, *, instants: float, like: Moment | None = None) -> int | None:
    if rng.random() >= instants:
        return None
    if like is not None and like.second is not None and rng.random() < 0.5:
        return min(max(like.second + rng.choice((-1, 0, 1)), 0), 86399)
    return rng.choice((0, 86399, 9 * 3600, rng.randrange(86400)))


def edge_day(rng: random.Random, earliest: int, latest: int) -> int:
    """A day in the span, mostly within two days of where rest begins or ends."""
    if rng.random() < 0.6:
        near = _edges_between(earliest, latest)
        if near:
            return min(max(rng.choice(near) + rng.randint(-2, 2), earliest), latest)
    return rng.randint(earliest, latest)


def _edges_between(earliest: int, latest: int) -> list[int]:
    return EDGES[bisect_left(EDGES, earliest) : bisect_right(EDGES, latest)]
