"""Which notice prevails on a day: nation < province < prefecture < county, and within one of them the later issued."""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk import holidays, yamlio
from zwgk._data import data_folder
from zwgk.errors import Complaint, HolidayError
from zwgk.i18n import N_, _
from zwgk.regions import region_prefix
from zwgk.shapes import DATE, MONTH_DAY, TEXT, WHOLE, Key, Sheet, choice, listing, pattern, read_record, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from zwgk.holidays import Notice
    from zwgk.shapes import Keys

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Ruling(NamedTuple):
    """What prevails on a day that some notice names."""

    working: bool
    name: str
    notice: str


class Settings(NamedTuple):
    """What the calendar knows besides the notices (``holidays/_calendar.yaml``).

    ``weekend``: seven flags, Monday first. ``settled_to``: (month, day) of the last settled day of the last published year.
    ``corrections`` and ``digest``: where chinese_calendar's table up to ``quick_last_year`` differs from the notices, and
    what the corrected table must hash to.
    """

    first: int
    weekend: bytes
    settled_to: tuple[int, int]
    quick_last_year: int
    corrections: tuple[int, ...]
    digest: str


_SETTINGS = {
    "first": Key(DATE, N_("第一天"), required=True),
    "weekend": Key(
        record(
            {
                "days": Key(listing(choice(*WEEKDAYS)), N_("周休息日"), required=True),
                "basis": Key(TEXT, N_("依据"), required=True),
            }
        ),
        N_("周休息日"),
        required=True,
    ),
    "year_end": Key(
        record(
            {
                "settled_to": Key(MONTH_DAY, N_("已公布的最后一年里算定的最后一天"), required=True),
                "basis": Key(TEXT, N_("依据"), required=True),
            }
        ),
        N_("年末何时算定"),
        required=True,
    ),
    "quick_table": Key(
        record(
            {
                "last_year": Key(WHOLE, N_("表到哪一年"), required=True),
                "corrections": Key(listing(DATE), N_("要翻转的日子"), required=True),
                "digest": Key(pattern("[0-9a-f]+", N_("十六进制摘要")), N_("更正后的表的 SHA-256"), required=True),
            }
        ),
        N_("启动用的表"),
        required=True,
    ),
}


def shipped() -> Path:
    """The folder of shipped notices."""
    return data_folder("holidays")


def shipped_record(name: str, keys: Keys) -> dict[str, Any]:
    """The values of a shipped file beside the notices.

    Raises:
        HolidayError: with everything that is wrong in it.
    """
    path = shipped() / name
    document = yamlio.load(path)
    sheet = Sheet(str(path))
    values = None if document.root is None else read_record(sheet, document.root, "", keys)
    if values is None or document.complaints or sheet.complaints:
        raise HolidayError([*document.complaints, *sheet.complaints])
    return values


@cache
def settings() -> Settings:
    """The shipped settings, read once."""
    values = shipped_record("_calendar.yaml", _SETTINGS)
    quick = values["quick_table"]
    return Settings(
        first=values["first"].toordinal(),
        weekend=bytes(day in values["weekend"]["days"] for day in WEEKDAYS),
        settled_to=values["year_end"]["settled_to"],
        quick_last_year=quick["last_year"],
        corrections=tuple(day.toordinal() for day in quick["corrections"]),
        digest=quick["digest"],
    )


def national_files() -> list[Path]:
    """The shipped files of national notices, one a year."""
    return sorted(shipped().glob("[0-9][0-9][0-9][0-9].yaml"))


def national_year(year: int) -> list[Notice]:
    """The shipped national notices of a year; none where there is no file."""
    path = shipped() / f"{year}.yaml"
    return holidays.load([path], region="") if path.exists() else []


def regional(codes: Iterable[str]) -> list[Notice]:
    """The shipped notices of these regions (adcodes, widest first)."""
    return [
        notice
        for code in codes
        if (shipped() / code).is_dir()
        for notice in holidays.load([shipped() / code], region=code)
    ]


def in_order(notices: Iterable[Notice]) -> list[Notice]:
    """From the one that yields to all to the one that prevails over all."""
    return sorted(notices, key=lambda n: (len(region_prefix(n.region)), n.issued or n.days[0], n.path, n.line))


def rulings(notices: Sequence[Notice]) -> dict[int, Ruling]:
    """What prevails on each day they name; ``notices`` as :func:`in_order` gives them."""
    found: dict[int, Ruling] = {}
    for notice in notices:
        for festival in notice.festivals:
            found.update(dict.fromkeys(festival.rest, Ruling(False, festival.name, notice.cited)))
            found.update(dict.fromkeys(festival.work, Ruling(True, festival.name, notice.cited)))
    return found


def require_consistent(notices: Sequence[Notice]) -> None:
    """Refuse notices that contradict each other without one being the later, or that exchange nothing.

    Raises:
        HolidayError: two notices of one rank and one date rule differently on a day, a make-up day falls on a working
            day as it is, or a year is missing between the first and the last.
    """
    complaints: list[Complaint] = []
    said: dict[int, tuple[Notice, Ruling]] = {}
    for notice in notices:
        for festival in notice.festivals:
            for day, working in [*((day, False) for day in festival.rest), *((day, True) for day in festival.work)]:
                earlier = said.get(day)
                problem = _objection(notice, day, earlier, working=working)
                if problem:
                    message = _("“{name}”的 {day} {problem}").format(
                        name=festival.name, day=dt.date.fromordinal(day), problem=problem
                    )
                    complaints.append(Complaint(notice.path, festival.line, message))
                said[day] = (notice, Ruling(working, festival.name, notice.cited))
    years = sorted({notice.year for notice in notices if not notice.region})
    for before, after in pairwise(years):
        if after != before + 1:
            late = next(notice for notice in notices if notice.year == after and not notice.region)
            message = _("载入了 {after} 年的通知，却没有 {before} 年的；请把中间各年的通知一并载入").format(
                after=after, before=before + 1
            )
            complaints.append(Complaint(late.path, late.line, message))
    if complaints:
        raise HolidayError(complaints)


def _objection(notice: Notice, day: int, earlier: tuple[Notice, Ruling] | None, *, working: bool) -> str:
    is_rest = settings().weekend[(day - 1) % 7] if earlier is None else not earlier[1].working
    if working and not is_rest and earlier is None:
        return _("写的是上班，但那天本来就是工作日；请核对日期")
    if earlier is not None and earlier[1].working != working:
        other = earlier[0]
        if (other.region, other.issued) == (notice.region, notice.issued) and other is not notice:
            return _("与同日发布的{cited}（{path}:{line}）不一致；请只留一件，或写明先后日期").format(
                cited=other.cited, path=other.path, line=other.line
            )
    return ""
