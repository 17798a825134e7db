"""Working days from the notices, over chinese_calendar; the only module that knows that package.

Days are ordinals inside and :class:`datetime.date` at the edge. Layers, each prevailing over the one before: the weekend rule,
chinese_calendar, the national notices, their amendments, province, prefecture, county. What a day is, is always what the
notices say: the package's table is used for quick starts only while its digest proves it equal to theirs.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from zwgk import daywalk, holidays, layers
from zwgk.daywalk import DayInfo, WalkDay
from zwgk.errors import CalendarRangeError, UsageError
from zwgk.i18n import _, current
from zwgk.model import Moment, Roll, TimeLimit, Unit
from zwgk.regions import chain, region_prefix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zwgk.bounds import Outlook
    from zwgk.holidays import Notice
    from zwgk.layers import Ruling
    from zwgk.model import Due

__all__ = ["Calendar", "DayInfo", "WalkDay"]


class Calendar:
    """The working days of the nation, or of a region whose own notices are known.

    Attributes:
        id: ``CN``, or ``CN-540100`` where notices of a region apply (the narrowest region that has any).
        first: the first day covered.
        horizon: the last day that is settled; no due date beyond it is final.
        last: the last day of the last published year. The days after ``horizon`` up to it are as announced so far: the
            next year's notice may still change them.
        digest: ``sha256:…`` of the settled table; equal for equal tables.
        base: ordinal of ``first``.
        numbers: ``numbers[d - base]`` is the number of working days from ``first`` through the day ``d``, up to ``horizon``.
        workdays: ``workdays[k]`` is the ordinal of the k-th working day; ``workdays[0]`` is the eve of ``first``.
        is_rest: ``is_rest[d - base]`` is 1 on a rest day, 0 on a working day, up to ``horizon``.
        overlay_years: the years for which a notice of the region (or one it lies in) applies.
        unapplied: notices for the region that are known at second hand only and are not applied.
    """

    def __init__(
        self,
        region: str | None = None,
        *,
        known_on: dt.date | None = None,
        holidays: Sequence[str | Path] = (),
        reported: bool = False,
    ) -> None:
        """Build the calendar.

        Args:
            region: adcode, six digits; None or empty: the nation.
            known_on: leave out notices issued after this day (the horizon moves back too).
            holidays: files or folders of further notices, such as a new year's.
            reported: apply regional notices that are known at second hand too.

        Raises:
            UsageError: an argument that cannot be meant.
            HolidayError: a file that cannot be used, with everything wrong in all of them.
        """
        codes = chain(_region(region))
        known = None if known_on is None else _day(known_on, "known_on")
        own = _own_notices(holidays)
        national = _national(own, known)
        local = [n for n in (*layers.regional(codes), *own) if n.region in codes and n.scope == "all"]
        local = layers.in_order(n for n in local if known is None or n.is_known(known))
        applied = [n for n in local if reported or n.confidence == _SETTLED]
        self.unapplied = tuple(n for n in local if n not in applied)
        self.overlay_years = tuple(sorted({n.year for n in applied}))
        self._overlay = layers.rulings(applied)
        self._local = tuple(applied)
        self._notices = national
        self._known = known
        self._by_year: dict[int, tuple[list[int], list[Ruling]]] = {}
        self._all: dict[int, Ruling] | None = None if national is None else layers.rulings(national)
        self._language = current()
        self._proofs: dict[tuple[int, int], str] = {}
        self._phrases: dict[tuple[int, int, int], str] = {}
        self._outlook: Outlook | None = None
        self._tabulate(max((n.region for n in applied), key=lambda code: len(region_prefix(code)), default=""))

    def _tabulate(self, region: str) -> None:
        settings = layers.settings()
        self.base = settings.first
        year = settings.quick_last_year if self._notices is None else max(n.year for n in self._notices)
        self._end = dt.date(year, 12, 31).toordinal()
        self._horizon = dt.date(year, *settings.settled_to).toordinal()
        size = self._horizon - self.base + 1
        rest = _quick_table(self._end) if self._notices is None else None
        if rest is None or sha256(rest[:size]).hexdigest() != settings.digest:
            if self._notices is None and rest is not None:
                self._notices = layers.in_order(holidays.load(layers.national_files(), region=""))
                self._all = layers.rulings(self._notices)
            rest = _weekends(self._end)
            _apply(rest, self.base, self._all or {})
        _apply(rest, self.base, self._overlay)
        self._rest = bytes(rest)
        self.is_rest = self._rest[:size]
        self.numbers = list(accumulate(1 - flag for flag in self.is_rest))
        self.workdays = [self.base - 1, *(day for day, flag in enumerate(self.is_rest, self.base) if not flag)]
        self.id = f"CN-{region}" if region else "CN"
        self.first = dt.date.fromordinal(self.base)
        self.horizon = dt.date.fromordinal(self._horizon)
        self.last = dt.date.fromordinal(self._end)
        self.digest = "sha256:" + sha256(f"{self.id}|{self.first}|".encode() + self.is_rest).hexdigest()

    # --- counting -----------------------------------------------------------------------------------------

    def due_day(self, day: int, n: int) -> int | None:
        """The n-th working day after ``day`` (``day`` itself for n = 0); None beyond the horizon or before the data."""
        if not self.base <= day <= self._horizon:
            return None
        if n == 0:
            return day
        k = self.numbers[day - self.base] + n
        return self.workdays[k] if k < len(self.workdays) else None

    def workdays_between(self, a: int, b: int) -> int | None:
        """Working days in (a, b], 0 where b ≤ a; None where either day is not settled."""
        if not (self.base <= a <= self._horizon and self.base <= b <= self._horizon):
            return None
        return max(0, self.numbers[b - self.base] - self.numbers[a - self.base])

    def bounds(self, day: int, n: int) -> tuple[int | None, int | None]:
        """The earliest and the latest day that the n-th working day after ``day`` can be; None: no bound known."""
        due = self.due_day(day, n)
        if due is not None:
            return due, due
        if day < self.base:
            return None, None
        if n == 0:
            return day, day
        if self._outlook is None:
            from zwgk.bounds import Outlook

            self._outlook = Outlook(self._national_notices(), self._local, self._horizon, known=self._known)
        settled = self.numbers[-1] - self.numbers[min(day, self._horizon) - self.base]
        return self._outlook.bounds(day, n - settled)

    def due(self, start: dt.date | dt.datetime, count: int, unit: str, *, roll: str = "next-workday") -> Due:
        """When a limit of ``count`` units that begins with ``start`` ends.

        Args:
            start: a date, or an instant (Asia/Shanghai unless it carries an offset). Its day is not counted; hours run
                from the instant, or, for a date, from some second of that day.
            count: how many; 0 for ``same-day``.
            unit: ``workdays``, ``days``, ``hours``, ``months`` or ``same-day``.
            roll: what happens to days and months that end on a rest day: ``next-workday`` or ``none``.

        Raises:
            UsageError: an argument that cannot be meant.
        """
        limit, moment = _limit(start, count, unit, roll)
        from zwgk.measure import public_due, reckon

        return public_due(reckon(limit, moment, self))

    # --- explaining ---------------------------------------------------------------------------------------

    def is_workday(self, date: dt.date) -> bool:
        """Whether work is done that day.

        Raises:
            CalendarRangeError: a day before ``first`` or after ``last``.
        """
        return not self._rest[self._inside(date) - self.base]

    def day(self, date: dt.date) -> DayInfo:
        """What the day is, and by which notice.

        Raises:
            CalendarRangeError: a day before ``first`` or after ``last``.
        """
        return self._info(self._inside(date))

    def walk(self, start: dt.date | dt.datetime, count: int, unit: str, *, roll: str = "next-workday") -> list[WalkDay]:
        """The days from the one after ``start`` to the due date, each counted or skipped and why.

        It ends at ``horizon`` where the due date lies beyond; hours, and the same day, have no days to walk.

        Raises:
            UsageError: an argument that cannot be meant.
            CalendarRangeError: a start outside the calendar.
        """
        limit, moment = _limit(start, count, unit, roll)
        self._inside(dt.date.fromordinal(moment.day))
        return daywalk.walk(limit, moment.day, self._horizon, self._info)

    def proof(self, a: int, b: int) -> str:
        """The festivals skipped and the make-up days counted in (a, b] with their notices, as one phrase; "" if none."""
        if self._language != current():
            self._language = current()
            self._proofs.clear()
            self._phrases.clear()
        known = self._proofs.get((a, b))
        if known is None:
            known = self._proofs[a, b] = self._proof(a, self._rulings_between(a, b))
        return known

    def _proof(self, a: int, named: Sequence[tuple[int, Ruling]]) -> str:
        """The phrase for neighbouring rulings; most spans share theirs with others."""
        if not named:
            return ""
        key = (named[0][0], named[-1][0], dt.date.fromordinal(a + 1).year)
        known = self._phrases.get(key)
        if known is None:
            known = self._phrases[key] = daywalk.proof(a, named)
        return known

    # --- days and their notices ---------------------------------------------------------------------------

    def _inside(self, date: dt.date) -> int:
        day = _day(date, _("日期"))
        if day < self.base:
            raise CalendarRangeError(
                _("{date:%Y-%m-%d} 早于工作日历的第一天 {first}；日历从这一天起才有放假通知，请改用其后的日期").format(
                    date=date, first=self.first
                )
            )
        if day > self._end:
            raise CalendarRangeError(
                _(
                    "{date:%Y-%m-%d} 晚于工作日历的最后一天 {last}；{year} 年的放假通知尚未载入，请用 --holidays 指定该年的通知文件"
                ).format(date=date, last=self.last, year=self.last.year + 1)
            )
        return day

    def _info(self, day: int) -> DayInfo:
        date = dt.date.fromordinal(day)
        ruling = self._ruling(day)
        settled = day <= self._horizon
        weekend = layers.settings().weekend[(day - 1) % 7]
        if ruling is None:
            return DayInfo(date, not weekend, "weekend" if weekend else "weekday", "", "", settled)
        kind = "holiday" if not ruling.working else "makeup_workday" if weekend else "weekday"
        return DayInfo(date, ruling.working, kind, ruling.name, ruling.notice, settled)

    def _ruling(self, day: int) -> Ruling | None:
        days, rulings = self._year(dt.date.fromordinal(day).year)
        at = bisect_left(days, day)
        return rulings[at] if at < len(days) and days[at] == day else None

    def _rulings_between(self, a: int, b: int) -> list[tuple[int, Ruling]]:
        a, b = max(a, self.base - 1), min(b, self._end)
        found: list[tuple[int, Ruling]] = []
        if a >= b:
            return found
        for year in range(dt.date.fromordinal(a + 1).year, dt.date.fromordinal(b).year + 1):
            days, rulings = self._year(year)
            span = slice(bisect_right(days, a), bisect_right(days, b))
            found.extend(zip(days[span], rulings[span], strict=True))
        return found

    def _year(self, year: int) -> tuple[list[int], list[Ruling]]:
        """The days of a calendar year that some notice names, in order, and what prevails on each."""
        known = self._by_year.get(year)
        if known is None:
            merged: dict[int, Ruling] = {}
            if self._all is not None:
                merged.update(self._all)
            else:
                for notices in (layers.national_year(year), layers.national_year(year + 1)):
                    merged.update(layers.rulings(layers.in_order(notices)))
            merged.update(self._overlay)
            first, last = dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 31).toordinal()
            days = sorted(day for day in merged if first <= day <= last)
            known = self._by_year[year] = (days, [merged[day] for day in days])
        return known

    def _national_notices(self) -> Sequence[Notice]:
        return holidays.load(layers.national_files(), region="") if self._notices is None else self._notices


# --- tables -----------------------------------------------------------------------------------------------

_SETTLED = holidays.SETTLED


def _weekends(end: int) -> bytearray:
    """One flag a day from the first through ``end``: 1 on Saturday and Sunday."""
    settings = layers.settings()
    size, offset = end - settings.first + 1, (settings.first - 1) % 7
    return bytearray((settings.weekend * (size // 7 + 2))[offset : offset + size])


def _quick_table(end: int) -> bytearray:
    """The rest days by chinese_calendar, corrected where it is known to be wrong."""
    from chinese_calendar.constants import holidays as rests
    from chinese_calendar.constants import workdays

    settings = layers.settings()
    table, first = _weekends(end), settings.first
    for days, flag in ((workdays, 0), (rests, 1)):
        for date in days:
            day = date.toordinal()
            if first <= day <= end:
                table[day - first] = flag
    for day in settings.corrections:
        table[day - first] ^= 1
    return table


def _apply(table: bytearray, base: int, rulings: dict[int, Ruling]) -> None:
    for day, ruling in rulings.items():
        if 0 <= day - base < len(table):
            table[day - base] = not ruling.working


def _national(own: list[Notice], known: int | None) -> list[Notice] | None:
    """The national notices that count, in order; None where the shipped ones all count and the quick table will do."""
    added = [n for n in own if not n.region]
    if known is None and not added:
        return None
    shipped = holidays.load(layers.national_files(), region="")
    notices = layers.in_order(n for n in (*shipped, *added) if known is None or n.is_known(known))
    if not notices:
        first = dt.date.fromordinal(min(n.issued or n.days[0] for n in shipped))
        raise UsageError(
            _("known_on（{day}）那天还没有任何放假通知；日历所收最早的通知发布于 {first}，请改用其后的日期").format(
                day=dt.date.fromordinal(known or 1), first=first
            )
        )
    return notices


def _own_notices(paths: Sequence[str | Path]) -> list[Notice]:
    """A user's notices, checked against the shipped ones."""
    if isinstance(paths, str | Path):
        paths = (paths,)
    own = holidays.load([Path(path) for path in paths])
    if own:
        regions = {code for notice in own for code in chain(notice.region)}
        shipped = holidays.load(layers.national_files(), region="")
        layers.require_consistent(layers.in_order([*shipped, *layers.regional(sorted(regions)), *own]))
    return own


# --- arguments --------------------------------------------------------------------------------------------


def _region(region: str | None) -> str:
    if region is None or region == "":
        return ""
    if not isinstance(region, str) or not re.fullmatch("[1-9][0-9]{5}", region):
        raise UsageError(
            _("region 应为六位行政区划代码（如 510500），读到 {region!r}；全国请留空").format(region=region)
        )
    return region


def _day(date: dt.date, what: str) -> int:
    if isinstance(date, dt.datetime) or not isinstance(date, dt.date):
        raise UsageError(_("{what}应为 datetime.date，读到 {date!r}；请先取日期").format(what=what, date=date))
    return date.toordinal()


_SHANGHAI = dt.timezone(dt.timedelta(hours=8))
_UNITS = " / ".join(Unit)
_FAR = dt.date.max.toordinal()


def _limit(start: dt.date | dt.datetime, count: int, unit: str, roll: str) -> tuple[TimeLimit, Moment]:
    """The arguments of :meth:`Calendar.due`, checked."""
    if unit not in tuple(Unit):
        raise UsageError(_("没有“{unit}”这种单位；可用：{UNITS}").format(unit=unit, UNITS=_UNITS))
    if roll not in tuple(Roll):
        raise UsageError(_("roll 没有“{roll}”这个值；可用：{Roll}").format(roll=roll, Roll=" / ".join(Roll)))
    if isinstance(count, bool) or not isinstance(count, int):
        raise UsageError(_("期限的数目应为整数，读到 {count!r}；请直接写数字").format(count=count))
    if count < 0:
        raise UsageError(_("期限的数目不能是负数，读到 {count}；倒数的期限请自行换算起点").format(count=count))
    if unit == Unit.SAME_DAY and count:
        raise UsageError(_("same-day 的数目应为 0，读到 {count}；要数天数请用 days 或 workdays").format(count=count))
    moment = _moment(start)
    per = {Unit.HOURS: 1 / 24, Unit.MONTHS: 31, Unit.WORKDAYS: 3}.get(Unit(unit), 1)
    if moment.day + count * per > _FAR - 400:
        raise UsageError(_("期限的数目 {count} 太大，到期日超出公历能表示的范围；请改小").format(count=count))
    rolls = unit in (Unit.DAYS, Unit.MONTHS)
    return TimeLimit(count, Unit(unit), Roll(roll) if rolls else Roll.NONE), moment


def _moment(start: dt.date | dt.datetime) -> Moment:
    if isinstance(start, dt.datetime):
        local = start if start.tzinfo is None else start.astimezone(_SHANGHAI)
        return Moment(local.toordinal(), local.hour * 3600 + local.minute * 60 + local.second)
    return Moment(_day(start, _("起算日")))
