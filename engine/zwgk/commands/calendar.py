"""``zwgk-check calendar`` and ``zwgk-check deadline``: the working days of a year, and a due date day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zwgk.commands.chinese import Command, Day, OneOf, Region, Whole
from zwgk.i18n import N_
from zwgk.vocabulary import UNIT_WORDS

if TYPE_CHECKING:
    import datetime as dt

    from zwgk.calendar import Calendar

UNITS = ("workdays", "days", "hours", "months", "same-day")


@click.command(
    "calendar",
    cls=Command,
    short_help=N_("列出一年的工作日、放假和补班。"),
    help=N_("列出一年中每一天是否工作日、节日名称和放假通知文号。"),
)
@click.argument("year", type=Whole())
@click.option("--region", type=Region(), help=N_("行政区划代码：加上当地的放假安排。"))
@click.option("--known-on", type=Day(), metavar="DATE", help=N_("按该日已公布的放假安排。"))
@click.option("--holidays", multiple=True, metavar="PATH", help=N_("补充的放假安排文件，可多次给出。"))
@click.option(
    "--format", "form", type=OneOf(("text", "csv", "json")), default="text", show_default=True, help=N_("输出格式。")
)
def calendar_command(
    year: int, *, region: str | None, known_on: dt.date | None, holidays: tuple[str, ...], form: str
) -> None:
    """List the days of a year."""
    from zwgk.calendar_report import render_calendar

    click.echo(render_calendar(_calendar(region, known_on, holidays), year, form=form), nl=False)


@click.command(
    "deadline",
    cls=Command,
    short_help=N_("计算到期日，逐日列出算法。"),
    help=N_(
        "从 FROM（当日不计入）起算 COUNT 个 UNIT 的到期日，逐日说明计入或跳过的原因。\n\n"
        "例：zwgk-check deadline 2024-09-27 20 workdays。UNIT 为 workdays（工作日）、days（自然日）、hours（小时）、months（月）、same-day（当日），写中文也可以。"
    ),
)
@click.argument("start", type=Day(), metavar="FROM")
@click.argument("count", type=Whole(), metavar="COUNT")
@click.argument("unit", type=OneOf(UNITS, also=UNIT_WORDS), metavar="UNIT", default="workdays")
@click.option("--region", type=Region(), help=N_("行政区划代码：加上当地的放假安排。"))
@click.option("--known-on", type=Day(), metavar="DATE", help=N_("按该日已公布的放假安排。"))
@click.option("--holidays", multiple=True, metavar="PATH", help=N_("补充的放假安排文件，可多次给出。"))
@click.option(
    "--roll",
    type=OneOf(("next-workday", "none")),
    default="next-workday",
    show_default=True,
    help=N_("自然日、月的期末遇休息日时是否顺延。"),
)
@click.option(
    "--format", "form", type=OneOf(("text", "json")), default="text", show_default=True, help=N_("输出格式。")
)
def deadline_command(
    start: dt.date,
    count: int,
    unit: str,
    *,
    region: str | None,
    known_on: dt.date | None,
    holidays: tuple[str, ...],
    roll: str,
    form: str,
) -> None:
    """Work out a due date day by day."""
    from zwgk.calendar_report import render_deadline

    click.echo(
        render_deadline(_calendar(region, known_on, holidays), start, count, unit, roll=roll, form=form), nl=False
    )


def _calendar(region: str | None, known_on: dt.date | None, holidays: tuple[str, ...]) -> Calendar:
    from zwgk.calendar import Calendar

    return Calendar(region, known_on=known_on, holidays=holidays)
