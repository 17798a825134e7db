"""The working days of a year and the working-out of a due date, as text, CSV or JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from zwgk.daywalk import festival, weekday
from zwgk.errors import CalendarRangeError, UsageError
from zwgk.i18n import N_, _, n_
from zwgk.model import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zwgk.calendar import Calendar, DayInfo, WalkDay
    from zwgk.model import Due

COLUMNS = ("date", "is_workday", "kind", "name", "notice")
KINDS = {"weekday": N_("工作日"), "weekend": N_("周末"), "holiday": N_("放假"), "makeup_workday": N_("补班")}


# --- a year -----------------------------------------------------------------------------------------------


def render_calendar(calendar: Calendar, year: int, *, form: str = "text") -> str:
    """Every day of ``year`` (``csv``, ``json``), or its months and arrangements (``text``).

    Raises:
        CalendarRangeError: a year that the calendar does not cover.
        UsageError: an unknown form.
    """
    render = {"text": _year_text, "csv": _year_csv, "json": _year_json}.get(form)
    if render is None:
        raise UsageError(_("没有“{form}”这种格式；可用:text / csv / json").format(form=form))
    if not calendar.first.year <= year <= calendar.last.year:
        span = _("{year} 年至 {year2} 年").format(year=calendar.first.year, year2=calendar.last.year)
        what = (
            _("更早的年份没有放假通知") if year < calendar.first.year else _("新一年的通知公布后，请用 --holidays 载入")
        )
        raise CalendarRangeError(
            _("工作日历没有 {year} 年；可查 {span}，{what}").format(year=year, span=span, what=what)
        )
    return render(calendar, year)


def _days(calendar: Calendar, year: int) -> list[DayInfo]:
    first = dt.date(year, 1, 1).toordinal()
    return [calendar.day(dt.date.fromordinal(day)) for day in range(first, dt.date(year, 12, 31).toordinal() + 1)]


def _year_csv(calendar: Calendar, year: int) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((d.date, int(d.is_workday), d.kind, d.name, d.notice) for d in _days(calendar, year))
    return out.getvalue()


def _year_json(calendar: Calendar, year: int) -> str:
    days = [
        {
            "date": d.date.isoformat(),
            "is_workday": d.is_workday,
            "kind": d.kind,
            "name": d.name or None,
            "notice": d.notice or None,
            "settled": d.settled,
        }
        for d in _days(calendar, year)
    ]
    return _json({"schema": "zwgk.calendar/1", "calendar": _identity(calendar), "year": year, "days": days})


def _year_text(calendar: Calendar, year: int) -> str:
    days = _days(calendar, year)
    lines = [
        _("{year} 年工作日历（{id}）：工作日 {sum} 天").format(
            year=year, id=calendar.id, sum=sum(d.is_workday for d in days)
        ),
        "",
    ]
    months = [sum(d.is_workday for d in days if d.date.month == month) for month in range(1, 13)]
    lines += [
        "  " + "   ".join(_("{m:>2}月 {value:>2}天").format(m=m + 1, value=months[m]) for m in range(half, half + 6))
        for half in (0, 6)
    ]
    lines += ["", _("放假和补班")]
    rows = [(_span(run), _(KINDS[run[0].kind]), festival(run[0].name), run[0].notice) for run in _runs(days)]
    lines += ["  " + row for row in _aligned(rows)]
    if not days[-1].settled:
        lines += [
            "",
            _("{horizon} 之后的几天按已公布的安排列出，{year} 年的通知仍可能调整。").format(
                horizon=calendar.horizon, year=year + 1
            ),
        ]
    lines += _region_notes(calendar)
    return "\n".join(lines) + "\n"


def _runs(days: list[DayInfo]) -> Iterator[list[DayInfo]]:
    """Consecutive days that one notice names alike."""
    run: list[DayInfo] = []
    for day in days:
        if run and day[1:5] == run[0][1:5] and (day.date - run[-1].date).days == 1:
            run.append(day)
            continue
        if run:
            yield run
        run = [day] if day.notice else []
    if run:
        yield run


def _span(run: list[DayInfo]) -> str:
    first = f"{run[0].date:%m-%d} {run[0].weekday}"
    return (
        first
        if len(run) == 1
        else _("{first} 至 {date:%m-%d} {weekday}，{n_run} 天").format(
            first=first, date=run[-1].date, weekday=run[-1].weekday, n_run=len(run)
        )
    )


def _region_notes(calendar: Calendar) -> list[str]:
    notes = []
    if calendar.overlay_years:
        years = _("、").join(str(year) for year in calendar.overlay_years)
        notes.append(_("已计入当地放假通知的年份：{years}；其余年份只按全国安排。").format(years=years))
    if calendar.unapplied:
        years = _("、").join(str(year) for year in sorted({notice.year for notice in calendar.unapplied}))
        notes.append(
            _("另有当地安排只见于转述，没有采用：{years}年；查到通知原文后可用 --holidays 载入。").format(years=years)
        )
    return ["", *notes] if notes else []


# --- a due date -------------------------------------------------------------------------------------------


def render_deadline(
    calendar: Calendar,
    start: dt.date | dt.datetime,
    count: int,
    unit: str,
    *,
    roll: str = "next-workday",
    form: str = "text",
) -> str:
    """When a limit ends and how it was counted, day by day; the arguments are those of :meth:`Calendar.due`.

    Raises:
        CalendarRangeError: a start outside the calendar.
        UsageError: an argument that cannot be meant.
    """
    if form not in ("text", "json"):
        raise UsageError(_("没有“{form}”这种格式；可用:text / json").format(form=form))
    due = calendar.due(start, count, unit, roll=roll)
    steps = calendar.walk(start, count, unit, roll=roll)
    if form == "text":
        return _deadline_text(calendar, start, count, Unit(unit), due, steps)
    body: dict[str, Any] = {
        "schema": "zwgk.deadline/1",
        "calendar": _identity(calendar),
        "start": start.isoformat(),
        "count": count,
        "unit": unit,
        "at": _iso(due.at),
        "earliest": _iso(due.earliest),
        "latest": _iso(due.latest),
        "final": due.final,
        "unrolled": _iso(due.unrolled),
        "walk": [
            {
                "date": step.day.date.isoformat(),
                "counted": step.counted,
                "number": step.number,
                "kind": step.day.kind,
                "name": step.day.name or None,
                "notice": step.day.notice or None,
                "why": step.why,
                "due": step.is_due,
            }
            for step in steps
        ],
    }
    return _json(body)


def _deadline_text(
    calendar: Calendar, start: dt.date | dt.datetime, count: int, unit: Unit, due: Due, steps: list[WalkDay]
) -> str:
    limit = _limit_text(count, unit)
    lines = [
        _("起算  {start}").format(start=_said(start)),
        _("期限  {limit}").format(limit=limit),
        _("到期  {due}").format(due=_due_text(due)),
    ]
    if due.unrolled is not None:
        lines.append(_("      严格计算为 {unrolled}，期末遇休息日顺延").format(unrolled=_said(due.unrolled)))
    if not due.final and unit is not Unit.HOURS:
        lines.append(
            _("      工作日历只算定到 {horizon}，其后的放假安排尚未公布，只能给出范围").format(horizon=calendar.horizon)
        )
    if unit is Unit.HOURS:
        lines.append(_("      按小时连续计算，不因休息日停止") + ("" if due.final else _("；起算只有日期，请补充时刻")))
    if steps:
        rows = [
            ("" if s.number is None else str(s.number), f"{s.day.date}", s.why + (_("  ← 到期") if s.is_due else ""))
            for s in steps
        ]
        lines += ["", _("逐日（{value} 当日不计入）").format(value=_said(start)[:10])]
        lines += ["  " + row for row in _aligned(rows, right=(0,))]
        if not steps[-1].is_due:
            lines.append(_("  （{horizon} 之后的日子不再列出）").format(horizon=calendar.horizon))
    return "\n".join(lines + _region_notes(calendar)) + "\n"


def _limit_text(count: int, unit: Unit) -> str:
    if unit is Unit.SAME_DAY:
        return _("当日")
    said = {
        Unit.WORKDAYS: n_("{count} 个工作日", count),
        Unit.DAYS: n_("{count} 日（自然日）", count),
        Unit.HOURS: n_("{count} 小时", count),
        Unit.MONTHS: n_("{count} 个月", count),
    }
    return said[unit].format(count=count)


def _due_text(due: Due) -> str:
    if due.at is not None:
        return _said(due.at) if isinstance(due.at, dt.datetime) else _said(due.at) + _(" 24时")
    if due.earliest is None:
        return _("不能确定")
    if due.latest is None:
        return _("不早于 {earliest}").format(earliest=_said(due.earliest))
    return _("{earliest} 至 {latest} 之间").format(earliest=_said(due.earliest), latest=_said(due.latest))


def _said(moment: dt.date | dt.datetime) -> str:
    if isinstance(moment, dt.datetime):
        return f"{moment:%Y-%m-%d %H:%M:%S}"
    return _("{moment:%Y-%m-%d}（{weekday}）").format(moment=moment, weekday=weekday(moment))


# --- common -----------------------------------------------------------------------------------------------


def _identity(calendar: Calendar) -> dict[str, str]:
    return {"id": calendar.id, "horizon": calendar.horizon.isoformat(), "digest": calendar.digest}


def _iso(moment: dt.date | dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _json(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WFA" else 1 for char in text)


def _aligned(rows: Sequence[tuple[str, ...]], *, right: tuple[int, ...] = ()) -> list[str]:
    """Rows as lines with their columns aligned on a terminal, where a Chinese character is two cells wide."""
    if not rows:
        return []
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for i, (cell, width) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (width - _width(cell))
            cells.append(gap + cell if i in right else cell + gap)
        lines.append("  ".join(cells).rstrip())
    return lines
