"""The trends of past runs in the HTML report: open breaches over time, share in time, days to publish, ranking.

All of it is plain HTML with inline SVG, to be read and printed without a script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zwgk.i18n import _
from zwgk.reports.html_parts import esc
from zwgk.reports.svg_lines import Drawing, Mark, lines, spark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zwgk.audit.history import History, Point
    from zwgk.audit.standing import Standing

RUNS_AT_ONCE = 8
AGENCIES_AT_ONCE = 10
MOST_AGENCIES = 300


class _Column(NamedTuple):
    """A column of a table: its head, and the class of its cells."""

    head: str
    kind: str = "number"


def trends(history: History | None) -> Iterator[str]:
    """The section of the trends; nothing where there is no history."""
    if history is None or not history.course:
        return
    yield '<section aria-labelledby="h-trends" class="trends">'
    title = _("历次核查的走势")
    yield f'<h2 id="h-trends">{esc(title)}</h2>'
    yield from _over_time(history.course)
    yield from _ranking(history)
    yield "</section>"


# --- over time --------------------------------------------------------------------------------------------


def _over_time(course: Sequence[Point]) -> Iterator[str]:
    title = _("未了结的违反")
    yield f'<div class="card"><h3 id="h-open">{esc(title)}</h3>'
    yield f"<p>{esc(_said(course))}</p>"
    yield '<div class="beside">'
    if len(course) > 1:
        yield _open_drawing(course)
    yield _runs(course[-RUNS_AT_ONCE:])
    yield "</div>"
    earlier = course[:-RUNS_AT_ONCE]
    if earlier:
        text = _("更早的{n}次").format(n=len(earlier))
        yield f'<details class="earlier"><summary>{esc(text)}</summary>'
        yield f'<div class="scroll" tabindex="0" role="region" aria-labelledby="h-open">{_runs(earlier)}</div></details>'
    yield "</div>"
    if len(course) > 1:
        yield f'<div class="pair">{_share_drawing(course)}{_days_drawing(course)}</div>'


def _said(course: Sequence[Point]) -> str:
    """How it went, in a sentence."""
    last = course[-1]
    if len(course) == 1:
        return _("第一次核查，未了结{open}项；从下一次起画出走势。").format(open=_n(last.standing.open))
    text = _("自{first}至{last}核查{count}次，未了结从{before}项变为{now}项，最多时{most}项。")
    return text.format(
        first=course[0].as_of[:10],
        last=last.as_of[:10],
        count=_n(len(course)),
        before=_n(course[0].standing.open),
        now=_n(last.standing.open),
        most=_n(max(one.standing.open for one in course)),
    )


def _open_drawing(course: Sequence[Point]) -> str:
    marks = [Mark(one.as_of, float(one.standing.open), _n(one.standing.open)) for one in course]
    about = _("折线图：{said}各次的数字见图旁的表。").format(said=_said(course))
    return lines(marks, Drawing("open", _("未了结的违反"), about, _count, height=260))


def _share_drawing(course: Sequence[Point]) -> str:
    marks = [Mark(one.as_of, one.standing.in_time, _share(one.standing)) for one in course]
    about = _("折线图：按时办结的占已有结论的比例，最近一次为{now}。各次的数字见上面的表。").format(
        now=_share(course[-1].standing)
    )
    drawing = Drawing("share", _("按时率的变化"), about, lambda value: f"{value:.0%}", height=150, whole=1.0)
    hint = _("按时的占按时的与违反的之和；豁免的不计")
    return _small(drawing, marks, hint)


def _days_drawing(course: Sequence[Point]) -> str:
    marks = [Mark(one.as_of, one.standing.days, _days(one.standing)) for one in course]
    about = _("折线图：从触发到公开的天数的中位数，最近一次为{now}。各次的数字见上面的表。").format(
        now=_days(course[-1].standing)
    )
    drawing = Drawing("days", _("公开天数的变化"), about, lambda value: f"{value:g}", height=150)
    return _small(drawing, marks, _("从触发到公开的天数，取中位数；只算已公开的"))


def _small(drawing: Drawing, marks: Sequence[Mark], hint: str) -> str:
    head = f'<div class="card"><h3>{esc(drawing.title)}</h3><p class="quiet">{esc(hint)}</p>'
    if all(one.value is None for one in marks):
        nothing = _("还没有可算的事项。")
        return f'{head}<p class="quiet">{esc(nothing)}</p></div>'
    return f"{head}{lines(marks, drawing)}</div>"


def _runs(points: Sequence[Point]) -> str:
    columns = (
        _Column(_("截至"), "when"),
        _Column(_("未了结")),
        _Column(_("新增")),
        _Column(_("了结")),
        _Column(_("按时率")),
        _Column(_("公开天数")),
    )
    return _table(columns, ((_when(one), *_figures(one.standing)) for one in points), "runs")


def _when(point: Point) -> str:
    """The moment as people write it: the day alone where its end is meant."""
    day, _mark, clock = point.as_of[:19].partition("T")
    return esc(day if clock == "23:59:59" else f"{day} {clock[:5]}")


# --- ranking ----------------------------------------------------------------------------------------------


def _ranking(history: History) -> Iterator[str]:
    if not history.ranking:
        return
    shown = history.ranking[:AGENCIES_AT_ONCE]
    rest = history.ranking[AGENCIES_AT_ONCE:]
    title, order, latest = (
        _("各机关的排名"),
        _("未了结多的在前，相同的按时率低的在前。"),
        _("“新增”“了结”是最近一次核查的。"),
    )
    yield f'<div class="card ranks"><h3 id="h-ranks">{esc(title)}</h3>'
    yield f'<p class="quiet">{esc(order)}<span class="roomy">{esc(latest)}</span></p>'
    yield _agencies(history, shown, 1)
    if rest:
        text = _("其余{n}个").format(n=_n(len(rest)))
        yield f"<details><summary>{esc(text)}</summary>"
        yield _agencies(history, rest[:MOST_AGENCIES], AGENCIES_AT_ONCE + 1)
        if len(rest) > MOST_AGENCIES:
            text = _("另有{n}个未列出，见 zwgk-check audit history。").format(n=_n(len(rest) - MOST_AGENCIES))
            yield f'<p class="quiet">{esc(text)}</p>'
        yield "</details>"
    yield "</div>"


def _agencies(history: History, ranking: Sequence[Standing], first: int) -> str:
    columns = (
        _Column(_("名次"), "place"),
        _Column(_("机关"), "name"),
        _Column(_("走势"), "course"),
        _Column(_("未了结")),
        _Column(_("新增"), "number roomy"),
        _Column(_("了结"), "number roomy"),
        _Column(_("按时率")),
        _Column(_("公开天数")),
    )
    rows = (
        (str(place), esc(one.agency or _("（未填机关）")), _spark(history, one.agency), *_figures(one))
        for place, one in enumerate(ranking, first)
    )
    return _table(columns, rows, "agencies")


def _spark(history: History, agency: str) -> str:
    course = history.courses.get(agency, ())
    if len(course) < 2:
        return "–"
    says = _("{count}次核查，未了结从{before}项到{now}项，最多{most}项")
    return spark(course, says.format(count=len(course), before=course[0], now=course[-1], most=max(course)))


def _figures(one: Standing) -> tuple[str, ...]:
    return f"<strong>{_n(one.open)}</strong>", _n(one.opened), _n(one.closed), esc(_share(one)), esc(_days(one))


def _table(columns: Sequence[_Column], rows: Iterable[Sequence[str]], name: str) -> str:
    """A table; the cells of its rows are HTML, that of the moment or of the name being the row's head."""
    heads = "".join(f'<th scope="col" class="{one.kind}">{esc(one.head)}</th>' for one in columns)
    lead = next(number for number, one in enumerate(columns) if one.kind in ("when", "name"))
    body = []
    for row in rows:
        cells = []
        for number, (column, cell) in enumerate(zip(columns, row, strict=True)):
            tag = 'th scope="row"' if number == lead else "td"
            cells.append(f'<{tag} class="{column.kind}">{cell}</{tag[:2]}>')
        body.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table class="trend {name}"><thead><tr>{heads}</tr></thead><tbody>{"".join(body)}</tbody></table>'


# --- figures ----------------------------------------------------------------------------------------------


def _n(number: int) -> str:
    return f"{number:,}"


def _count(value: float) -> str:
    return _n(round(value))


def _share(one: Standing) -> str:
    return "–" if one.in_time is None else f"{one.in_time:.1%}"


def _days(one: Standing) -> str:
    return "–" if one.days is None else _("{n}天").format(n=f"{one.days:g}")
