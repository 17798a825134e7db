"""What offices owe by the calendar and not by a matter: reports, quarterly progress, one-off tasks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from matters import BREACHED, NEVER_DONE, Draft, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from offices import Office

# Event, month and day it is due by.
REPORTS = (
    ("annual-report-submitted", 1, 31),
    ("enforcement-statistics-published", 1, 31),
    ("annual-report-published", 1, 31),
    ("report-heard", 12, 20),
    ("housing-fund-report-published", 12, 31),
)
FIELDS = (
    "国土空间规划 重大建设项目 公共资源交易 财政预决算 安全生产 税收管理 征地补偿 国有土地上房屋征收 保障性住房 "
    "农村危房改造 环境保护 公共文化服务 公共法律服务 扶贫 救灾 食品药品监管 城市综合执法 就业创业 社会保险 社会救助 "
    "养老服务 户籍管理 涉农补贴 义务教育 医疗卫生 市政服务"
)
ONCE = (
    ("620503", "weibo-opened", dt.date(2016, 12, 31)),
    ("620503", "wechat-opened", dt.date(2016, 12, 31)),
    ("620503", "assessment-included", dt.date(2016, 12, 31)),
    ("350102", "workflow-established", dt.date(2021, 12, 31)),
    ("350102", "offline-zone-opened", dt.date(2021, 12, 31)),
    ("350102", "community-catalogue-compiled", dt.date(2021, 12, 31)),
    ("350102", "catalogue-adjusted", dt.date(2022, 6, 30)),
)


def yearly_drafts(
    world: World, offices: list[Office], *, events: int, last: int
) -> Iterator[tuple[Office, list[Draft]]]:
    """The rows of each office, for as many offices as a log of so many events can carry."""
    carried = offices[: max(1, events // 2500)]
    for office in carried:
        found: list[Draft] = []
        for year in range(2016, dt.date.fromordinal(last).year + 1):
            for event, month, day in REPORTS:
                found += _by(world, event, dt.date(year, month, day).toordinal())
            for month in (3, 6, 9, 12):
                found += _by(world, "progress-published", dt.date(year, month, 28).toordinal())
        for adcode, event, date in ONCE:
            if office.adcode == adcode:
                found += _by(world, event, date.toordinal())
        yield office, found
    for office in carried:
        if office.adcode == "350102":
            yield office, _catalogue(world)
            break


def _by(world: World, event: str, due: int) -> list[Draft]:
    """Done in the four weeks before the day, sometimes after, rarely never."""
    chance = world.rng.random()
    if chance < NEVER_DONE:
        return []
    if chance < BREACHED:
        return [world.draft(due + 1 + int(world.rng.random() * 30), event)]
    return [world.draft(due - int(world.rng.random() * 28), event)]


def _catalogue(world: World) -> list[Draft]:
    found: list[Draft] = []
    for field in FIELDS.split():
        for event, due in (
            ("catalogue-compiled", dt.date(2020, 10, 19)),
            ("catalogue-published", dt.date(2020, 11, 15)),
        ):
            day = due.toordinal() - int(world.rng.random() * 28)
            found.append(world.draft(day, event, f"field={field} channel=区政府网站"))
    return found
