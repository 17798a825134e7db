"""Trends: how many breaches were open from run to run, and how agencies stand and rank."""

from __future__ import annotations

from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.audit.standing import ALL, Standing
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zwgk.audit.state import State

SCHEMA = "zwgk.history/1"


class Point(NamedTuple):
    """All agencies, or one, at the end of a run."""

    run: int
    as_of: str
    standing: Standing


class History(NamedTuple):
    """The course of all agencies together (or of the one asked for), and where each stands after the last run, worst first.

    ``courses``: agency → what was open after each run from the first that knows it, where that was asked for.
    """

    course: tuple[Point, ...]
    ranking: tuple[Standing, ...]
    courses: Mapping[str, tuple[int, ...]] = MappingProxyType({})


def history_of(state: State, *, agency: str | None = None, last: int | None = None, each: bool = False) -> History:
    """The trends kept in a state; ``last``: only so many runs back; ``each``: with the course of every agency."""
    query = (
        "SELECT run, as_of, agency, opened, closed, open, met, breached, days FROM standings JOIN runs USING (run)"
        " WHERE agency = ? ORDER BY run"
    )
    points = [
        Point(run, as_of, Standing(*rest)) for run, as_of, *rest in state.connection.execute(query, (agency or ALL,))
    ]
    query = (
        "SELECT agency, opened, closed, open, met, breached, days FROM standings"
        " WHERE run = (SELECT max(run) FROM runs) AND agency <> ?"
    )
    standing = [Standing(*row) for row in state.connection.execute(query, (ALL,))]
    shown = tuple(points[-last:] if last else points)
    courses = _courses(state, [one.run for one in shown]) if each else {}
    return History(shown, tuple(sorted(standing, key=_worst_first)), courses)


def _courses(state: State, runs: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """What each agency had open after these runs; a run that does not know an agency any more leaves it with nothing open."""
    query = "SELECT agency, run, open FROM standings WHERE run >= ? AND agency <> ?"
    found: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for agency, run, number in state.connection.execute(query, (runs[0] if runs else 0, ALL)):
        found[agency][run] = number
    return {agency: tuple(of_run.get(run, 0) for run in runs if run >= min(of_run)) for agency, of_run in found.items()}


def _worst_first(one: Standing) -> tuple[float, ...] | tuple[Any, ...]:
    share = 1.0 if one.in_time is None else one.in_time
    return (-one.open, share, -one.breached, one.agency)


def history_record(history: History) -> dict[str, Any]:
    """The trends as JSON."""
    return {
        "schema": SCHEMA,
        "course": [{"run": point.run, "as_of": point.as_of, **_record(point.standing)} for point in history.course],
        "ranking": [{"place": place, **_record(one)} for place, one in enumerate(history.ranking, start=1)],
    }


def _record(one: Standing) -> dict[str, Any]:
    share = None if one.in_time is None else round(one.in_time, 6)
    return {
        "agency": None if one.agency in ("", ALL) else one.agency,
        "open": one.open,
        "opened": one.opened,
        "closed": one.closed,
        "met": one.met,
        "breached": one.breached,
        "in_time": share,
        "median_days": one.days,
    }


def told(history: History, *, most: int = 30) -> Iterator[str]:
    """The trends in lines without line ends; ``most``: runs and agencies shown."""
    from zwgk.reports.text import pad, wide

    if not history.course:
        yield _("还没有核查过。")
        return
    yield _("未了结的违反（最近{count}次）：").format(count=min(most, len(history.course)))
    heads = (_("未了结"), _("新增"), _("了结"), _("按时率"), _("公开天数"))
    shown: Sequence[Point] = history.course[-most:]
    yield "  " + pad(_("截至"), 20) + "".join(" " * (10 - wide(head)) + head for head in heads)
    top = max(point.standing.open for point in shown) or 1
    for point in shown:
        bar = "▇" * round(20 * point.standing.open / top)
        line = "  " + pad(point.as_of[:19].replace("T", " "), 20) + _cells(point.standing) + "  " + bar
        yield line.rstrip()
    yield ""
    yield _("各机关（未了结多的在前）：")
    names = [one.agency or _("（未填机关）") for one in history.ranking[:most]]
    width = max([wide(_("机关")), *map(wide, names)])
    yield "  " + pad(_("机关"), width) + "".join(" " * (10 - wide(head)) + head for head in heads)
    for name, one in zip(names, history.ranking[:most], strict=True):
        yield "  " + pad(name, width) + _cells(one)
    if len(history.ranking) > most:
        yield _("  …另有{count}个机关；用 --format json 全部列出").format(count=len(history.ranking) - most)


def _cells(one: Standing) -> str:
    share = "-" if one.in_time is None else f"{one.in_time:.1%}"
    days = "-" if one.days is None else f"{one.days:g}"
    return "".join(f"{cell:>10}" for cell in (one.open, one.opened, one.closed, share, days))
