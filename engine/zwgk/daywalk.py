"""Why a date is what it is: the days on the way to it one by one, and the holidays among them as one phrase."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from zwgk.i18n import N_, _
from zwgk.model import Roll, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zwgk.layers import Ruling
    from zwgk.model import TimeLimit

WEEKDAY_NAMES = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))


def weekday(date: dt.date) -> str:
    """``周一`` … ``周日``."""
    return _(WEEKDAY_NAMES[date.weekday()])


def festival(name: str) -> str:
    """The festivals of a notice (``国庆节、中秋节``) in the language of this context, as far as they are known."""
    return _("、").join(_(one) for one in name.split("、"))


FESTIVALS = (
    N_("元旦"), N_("春节"), N_("清明节"), N_("劳动节"), N_("端午节"), N_("中秋节"), N_("国庆节"), N_("古尔邦节"), N_("肉孜节"),
    N_("开斋节"), N_("火把节"), N_("州庆"), N_("壮族三月三"), N_("彝族年"), N_("彝历新年"), N_("藏历新年"), N_("矻扎扎节"),
    N_("三月街"), N_("民族团结进步节"), N_("抗战胜利70周年纪念日"),
)  # fmt: skip
"""The festivals of the shipped notices; another keeps the name that its notice gives it."""


class DayInfo(NamedTuple):
    """One day: ``kind`` is ``weekday``, ``weekend``, ``holiday`` or ``makeup_workday``.

    ``name`` is the festival (``国庆节、中秋节``) and ``notice`` the notice's number (its title where it has none); both are empty
    on a day that no notice names. ``settled`` is False on the last days of the last published year, which the next notice
    may still change.
    """

    date: dt.date
    is_workday: bool
    kind: str
    name: str
    notice: str
    settled: bool = True

    @property
    def weekday(self) -> str:
        """``周一`` … ``周日``."""
        return weekday(self.date)


class WalkDay(NamedTuple):
    """One day on the way to a due date.

    ``number`` is the how-manieth counted day it is, None where it is skipped; ``why`` says in words why it counts or not;
    ``is_due`` marks the last.
    """

    day: DayInfo
    number: int | None
    why: str
    is_due: bool = False

    @property
    def counted(self) -> bool:
        """Whether the day counts."""
        return self.number is not None


def describe(day: DayInfo) -> str:
    """What the day is in words: ``周六``, ``国庆节放假（…号）``, ``周日，国庆节补班（…号）``."""
    by = _("（{notice}）").format(notice=day.notice) if day.notice else ""
    if day.kind == "holiday":
        return _("{name}放假{by}").format(name=festival(day.name), by=by)
    if day.kind == "makeup_workday":
        return _("{weekday}，{name}补班{by}").format(weekday=day.weekday, name=festival(day.name), by=by)
    return (
        _("{weekday}，{name}照常上班{by}").format(weekday=day.weekday, name=festival(day.name), by=by)
        if day.name
        else day.weekday
    )


def walk(limit: TimeLimit, start: int, last: int, info: Callable[[int], DayInfo]) -> list[WalkDay]:
    """The days after ``start`` up to the due day, or to ``last`` where that comes first."""
    if limit.unit is Unit.WORKDAYS:
        return _count_workdays(limit.number, start, last, info)
    if limit.unit not in (Unit.DAYS, Unit.MONTHS):
        return []
    from zwgk.measure import months_on

    target = start + limit.number if limit.unit is Unit.DAYS else months_on(start, limit.number)
    steps: list[WalkDay] = []
    for number, day in enumerate(range(start + 1, min(target, last) + 1), 1):
        steps.append(WalkDay(info(day), number, describe(info(day)), day == target))
    if limit.roll is Roll.NEXT_WORKDAY and start <= target <= last and not info(target).is_workday:
        if steps:
            steps[-1] = steps[-1]._replace(is_due=False, why=_("{why}，期满日为休息日，顺延").format(why=steps[-1].why))
        steps.extend(_count_workdays(1, target, last, info, rolled=True))
    return steps


def _count_workdays(
    n: int, start: int, last: int, info: Callable[[int], DayInfo], *, rolled: bool = False
) -> list[WalkDay]:
    steps: list[WalkDay] = []
    counted, day = 0, start
    while counted < n and day < last:
        day += 1
        what = info(day)
        counted += what.is_workday
        why = describe(what) + (_("，顺延到这一天") if rolled and what.is_workday else "")
        number = counted if what.is_workday and not rolled else None
        steps.append(WalkDay(what, number, why, what.is_workday and counted == n))
    return steps


# --- one phrase -------------------------------------------------------------------------------------------


def proof(a: int, named: Iterable[tuple[int, Ruling]]) -> str:
    """``期间国庆节10月1日至7日放假、9月29日、10月12日补班（…号）`` for the days after ``a`` that notices name; "" if none."""
    by_notice: dict[str, dict[str, tuple[list[int], list[int]]]] = {}
    for day, ruling in named:
        spans = by_notice.setdefault(ruling.notice, {}).setdefault(ruling.name, ([], []))
        spans[ruling.working].append(day)
    if not by_notice:
        return ""
    year = dt.date.fromordinal(a + 1).year
    parts = [
        _("，").join(_festival(name, *days, year) for name, days in festivals.items())
        + _("（{notice}）").format(notice=notice)
        for notice, festivals in by_notice.items()
    ]
    return _("期间{what}").format(what=_("；").join(parts))


def _festival(name: str, rest: list[int], work: list[int], year: int) -> str:
    off = _("{days}放假").format(days=_("、").join(_range(first, last, year) for first, last in _runs(rest)))
    on = _("{days}补班").format(days=_("、").join(_day(day, year) for day in work))
    if rest and work:
        return _("{festival}{off}、{on}").format(festival=festival(name), off=off, on=on)
    return _("{festival}{arranged}").format(festival=festival(name), arranged=off if rest else on)


def _runs(days: list[int]) -> list[tuple[int, int]]:
    """Consecutive days as (first, last)."""
    runs: list[tuple[int, int]] = []
    for day in days:
        if runs and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _day(day: int, year: int) -> str:
    date = dt.date.fromordinal(day)
    if date.year == year:
        return _("{month}月{day}日").format(month=date.month, day=date.day)
    return _("{year}年{month}月{day}日").format(year=date.year, month=date.month, day=date.day)


def _range(first: int, last: int, year: int) -> str:
    a, b = dt.date.fromordinal(first), dt.date.fromordinal(last)
    if first == last:
        return _day(first, year)
    if (a.year, a.month) != (b.year, b.month):
        return _("{first}至{last}").format(first=_day(first, year), last=_day(last, a.year))
    if a.year == year:
        return _("{month}月{first}日至{last}日").format(month=a.month, first=a.day, last=b.day)
    return _("{year}年{month}月{first}日至{last}日").format(year=a.year, month=a.month, first=a.day, last=b.day)
