"""The festivals that the 放假办法 fixes for a year, and the numbers for reckoning with a year not yet arranged (``holidays/_law.yaml``)."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.i18n import N_, _
from zwgk.layers import shipped_record
from zwgk.shapes import DATE, MONTH_DAY, TEXT, WHOLE, Key, Shape, Sheet, found, listing, record
from zwgk.yamlio import Scalar

if TYPE_CHECKING:
    from zwgk.yamlio import Node


class Statutory(NamedTuple):
    """One festival in one year: its first and last statutory day (ordinals)."""

    name: str
    first: int
    last: int

    @property
    def days(self) -> int:
        """How many days the law gives."""
        return self.last - self.first + 1


class Statute(NamedTuple):
    """One version of the 放假办法: when issued, from when in force (ordinals), its festivals as written."""

    number: str
    issued: int
    since: int
    festivals: tuple[dict[str, Any], ...]


class Law(NamedTuple):
    """``since``: the first year whose blocks count as seen; ``margin`` and ``reach`` in days; statutes, oldest first."""

    since: int
    margin: int
    reach: int
    statutes: tuple[Statute, ...]


def _read_shift(sheet: Sheet, node: Node, where: str) -> int | None:
    if isinstance(node, Scalar) and node.text in {"-2", "-1", "1", "2"}:
        return int(node.text)
    sheet.complain(
        node.line, _("“{where}”应为 -2 到 2 的整数，读到{node}；请改正").format(where=where, node=found(node))
    )
    return None


_FESTIVAL = record(
    {
        "name": Key(TEXT, N_("节日"), required=True),
        "solar": Key(MONTH_DAY, N_("公历月-日")),
        "lunar": Key(MONTH_DAY, N_("农历月-日")),
        "term": Key(TEXT, N_("节气")),
        "starts": Key(Shape(_read_shift, {"type": "integer"}), N_("从那天往后（负数往前）几天开始")),
        "days": Key(WHOLE, N_("放假几天"), required=True),
    },
    exactly_one_of=("solar", "lunar", "term"),
)
_SPAN = record({"from": Key(DATE, N_("起"), required=True), "to": Key(DATE, N_("止"))})
_STATUTE = record(
    {
        "number": Key(TEXT, N_("文号"), required=True),
        "issued": Key(DATE, N_("公布日期"), required=True),
        "in_force": Key(_SPAN, N_("施行"), required=True),
        "festivals": Key(listing(_FESTIVAL), N_("全体公民放假的节日"), required=True),
    }
)
_BOUNDS = record(
    {
        "since": Key(WHOLE, N_("从哪一年的安排看起"), required=True),
        "margin": Key(WHOLE, N_("上下各留几天"), required=True),
        "reach": Key(WHOLE, N_("补班日离连休最多几天"), required=True),
        "basis": Key(TEXT, N_("说明"), required=True),
    }
)
_LAW = {
    "bounds": Key(_BOUNDS, N_("推算"), required=True),
    "statutes": Key(listing(_STATUTE), N_("办法各版"), required=True),
}


@cache
def law() -> Law:
    """The shipped law, read once."""
    values = shipped_record("_law.yaml", _LAW)
    bounds = values["bounds"]
    statutes = (
        Statute(s["number"], s["issued"].toordinal(), s["in_force"]["from"].toordinal(), s["festivals"])
        for s in values["statutes"]
    )
    return Law(bounds["since"], bounds["margin"], bounds["reach"], tuple(sorted(statutes, key=lambda s: s.since)))


def festivals(year: int, *, known: int | None = None) -> list[Statutory]:
    """The statutory festivals of ``year`` in order of date, by the law in force then, or issued by ``known``."""
    new_year = dt.date(year, 1, 1).toordinal()
    statutes = [s for s in law().statutes if s.since <= new_year and (known is None or s.issued <= known)]
    if not statutes:
        return []
    found = []
    for festival in statutes[-1].festivals:
        first = _date(festival, year) + festival.get("starts", 0)
        found.append(Statutory(festival["name"], first, first + festival["days"] - 1))
    return sorted(found, key=lambda festival: festival.first)


def _date(festival: dict[str, Any], year: int) -> int:
    if "solar" in festival:
        return dt.date(year, *festival["solar"]).toordinal()
    # Heavy, and needed only for due dates in a year not yet arranged.
    if "lunar" in festival:
        from tyme4py.lunar import LunarDay

        day = LunarDay.from_ymd(year, *festival["lunar"]).get_solar_day()
    else:
        from tyme4py.solar import SolarTerm

        day = SolarTerm.from_name(year, festival["term"]).get_julian_day().get_solar_day()
    return dt.date(day.get_year(), day.get_month(), day.get_day()).toordinal()
