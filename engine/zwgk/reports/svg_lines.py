"""Lines over time as inline SVG: no script, no style of its own, as wide as its place.

Places across are percentages, so that the words keep their size in any width; only the line itself is stretched.
"""

from __future__ import annotations

import datetime as dt
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_TOP, _BOTTOM, _WIDE = 18, 26, 1000
_MOST_STEPS = 4
_MOST_DOTS = 62
"""Points up to which each has its own dot, with its words."""


class Mark(NamedTuple):
    """A point: when (ISO 8601), how much (None: not known), and the same in words."""

    when: str
    value: float | None
    says: str


class Drawing(NamedTuple):
    """What a drawing is told.

    ``ident`` makes its ids unique on the page, ``shown`` writes a value, ``whole`` is the end of the scale where it is given
    (1 for shares).
    """

    ident: str
    title: str
    about: str
    shown: Callable[[float], str]
    height: int = 190
    whole: float | None = None


def lines(marks: Sequence[Mark], drawing: Drawing) -> str:
    """A line through the marks, with its scale; at least two marks."""
    step, peak = _scale(max((one.value for one in marks if one.value is not None), default=0), drawing.whole)
    room = drawing.height - _TOP - _BOTTOM

    def down(value: float) -> float:
        return _TOP + room * (1 - value / peak)

    across = _across(marks)
    values = [step * number for number in range(round(peak / step) + 1)]
    names = "".join(f'<text x="34" y="{down(one) + 4:.1f}">{escape(drawing.shown(one))}</text>' for one in values)
    ident, height = drawing.ident, drawing.height
    return (
        f'<div class="plot {ident}"><svg class="scale" width="40" height="{height}" aria-hidden="true">{names}</svg>'
        f'<svg width="100%" height="{height}" role="img" aria-labelledby="t-{ident}" aria-describedby="d-{ident}">'
        f'<title id="t-{ident}">{escape(drawing.title)}</title><desc id="d-{ident}">{escape(drawing.about)}</desc>'
        + "".join(_grid(value, down(value)) for value in values)
        + f'<svg y="{_TOP}" width="100%" height="{room}" viewBox="0 0 {_WIDE} {_WIDE}" preserveAspectRatio="none">'
        + _path(marks, across, peak)
        + "</svg>"
        + "".join(_dots(marks, across, down))
        + "".join(_days(marks, across, height))
        + "</svg></div>"
    )


def spark(values: Sequence[int], says: str) -> str:
    """A small line without words, for a cell of a table; ``says`` is read in its place."""
    peak = max(*values, 1) * 1.1
    marks = [Mark("", value, "") for value in values]
    return (
        f'<svg class="spark" width="100%" height="22" viewBox="0 0 {_WIDE} {_WIDE}" preserveAspectRatio="none"'
        f' role="img" aria-label="{escape(says)}">{_path(marks, _across(marks), peak)}</svg>'
    )


def _scale(most: float, whole: float | None) -> tuple[float, float]:
    """The step of the scale, 1, 2 or 5 times a power of ten so that there are at most four, and its end."""
    if whole is not None:
        return whole / _MOST_STEPS, whole
    power = 1
    while most > _MOST_STEPS * 5 * power:
        power *= 10
    step = next(factor * power for factor in (1, 2, 5) if most <= _MOST_STEPS * factor * power)
    return step, step * max(-(-most // step), 1)


def _across(marks: Sequence[Mark]) -> list[float]:
    """The places of the marks from 0 to 1: by time, or one by one where time does not run on."""
    if all(one.when for one in marks):
        seconds = [dt.datetime.fromisoformat(one.when).timestamp() for one in marks]
        if all(before < after for before, after in pairwise(seconds)):
            return [(one - seconds[0]) / (seconds[-1] - seconds[0]) for one in seconds] if len(marks) > 1 else [1.0]
    return [number / max(len(marks) - 1, 1) for number in range(len(marks))]


def _grid(value: float, y: float) -> str:
    return f'<line x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}" class="{"grid" if value else "axis"}"/>'


def _path(marks: Sequence[Mark], across: Sequence[float], peak: float) -> str:
    """The line, and the area under it; a value that is not known leaves a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for one, x in zip(marks, across, strict=True):
        if one.value is not None:
            runs[-1].append((x * _WIDE, _WIDE * (1 - one.value / peak)))
        elif runs[-1]:
            runs.append([])
    drawn = []
    for run in runs:
        if len(run) > 1:
            through = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
            drawn.append(f'<polygon class="area" points="{run[0][0]:.1f},{_WIDE} {through} {run[-1][0]:.1f},{_WIDE}"/>')
            drawn.append(f'<polyline class="line" vector-effect="non-scaling-stroke" points="{through}"/>')
    return "".join(drawn)


def _dots(marks: Sequence[Mark], across: Sequence[float], down: Callable[[float], float]) -> Iterator[str]:
    known = [(one, x) for one, x in zip(marks, across, strict=True) if one.value is not None]
    for one, x in known if len(marks) <= _MOST_DOTS else known[-1:]:
        y = down(one.value or 0)
        yield f'<circle class="dot" cx="{x:.2%}" cy="{y:.1f}" r="3"><title>{one.when[:10]} {escape(one.says)}</title></circle>'
    for one, x in known[-1:]:
        anchor = "end" if x > 0.5 else "start"
        y = max(down(one.value or 0) - 8, 11)
        yield f'<text class="now {anchor}" x="{x:.2%}" y="{y:.1f}">{escape(one.says)}</text>'


def _days(marks: Sequence[Mark], across: Sequence[float], height: int) -> Iterator[str]:
    """The days of the first and the last mark, and of those nearest to a third and to two thirds of the way."""
    last = len(marks) - 1
    nearest = [min(range(last + 1), key=lambda k: abs(across[k] - part)) for part in (1 / 3, 2 / 3)]
    told = {marks[0].when[:10], marks[last].when[:10]}
    yield _day(marks[0], 0.0, height, "start")
    for place in nearest:
        day = marks[place].when[:10]
        if day not in told and 0.2 < across[place] < 0.8:
            told.add(day)
            yield _day(marks[place], across[place], height, "inner")
    yield _day(marks[last], 1.0, height, "end")


def _day(mark: Mark, x: float, height: int, place: str) -> str:
    return f'<text class="{place}" x="{x:.2%}" y="{height - 7}">{mark.when[:10]}</text>'
