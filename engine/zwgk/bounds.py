"""When a due date can fall in the first year that no notice has arranged yet.

The 放假办法 fixes each festival's statutory days. A notice makes a block of rest days around them and has weekend days
near the block worked for the weekdays it takes beyond the statutory ones. Every block up to the longest that earlier
notices made for the festival is thought possible, with as many make-up days as they ever named. The working days in a
span are then fewest and most by the block that is worst and best for it, festival by festival.
"""

from __future__ import annotations

import datetime as dt
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from zwgk import layers, statutes
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zwgk.holidays import Notice
    from zwgk.statutes import Law, Statutory


class Block(NamedTuple):
    """Rest days from ``first`` to ``last``; ``owed`` days of the weekends ``near`` it are worked for it."""

    first: int
    last: int
    owed: int
    near: tuple[int, ...]


class Season(NamedTuple):
    """Festivals that are arranged together or apart.

    ``ways``: the ways to arrange them, each a list of festivals, each a list of blocks. Nothing before ``first`` or after
    ``last`` is touched by any.
    """

    ways: tuple[tuple[tuple[Block, ...], ...], ...]
    first: int
    last: int


class Seen(NamedTuple):
    """What earlier notices made of a festival: the longest block, the most make-up days."""

    longest: int = 0
    worked: int = 0


class Outlook:
    """The year after ``horizon``, seen from there."""

    def __init__(
        self, notices: Sequence[Notice], local: Sequence[Notice], horizon: int, *, known: int | None = None
    ) -> None:
        """``notices``: the national ones that are known; ``local``: the region's that apply; ``horizon``: an ordinal."""
        settings = layers.settings()
        year = dt.date.fromordinal(horizon).year + 1
        self._horizon = horizon
        self._end = dt.date(year, *settings.settled_to).toordinal()
        self._law = statutes.law()
        self._weekend = settings.weekend
        flags = (not self._is_weekend(day) for day in range(horizon + 1, self._end + 40))
        self._weekdays = [0, *accumulate(flags)]
        self._seasons = _seasons(
            statutes.festivals(year, known=known), _seen(notices, self._law), horizon, self._law.reach, self._is_weekend
        )
        self._is_local = bool(local)
        self._local_work = _most_local_work(local)
        self._counts: dict[int, tuple[list[int], list[int]]] = {}
        self._whole: dict[tuple[int, int], int] = {}

    def bounds(self, day: int, n: int) -> tuple[int, int | None]:
        """Bounds of the n-th working day after ``day``, or after the horizon where that is later (n > 0).

        The latest is None where the due date may lie beyond the year, or where the region has holidays of its own.
        """
        start = max(day, self._horizon)
        return self._earliest(start, n), None if self._is_local else self._latest(start, n + self._law.margin)

    def _earliest(self, start: int, n: int) -> int:
        n = max(1, n - self._local_work)
        most, _ = self._count(start, n)
        raw = next((start + i for i, count in enumerate(most) if count >= n), None)
        if raw is None:
            # Beyond the first year nothing is known: every further day might be worked.
            return start + len(most) - 1 + n - most[-1]
        day = max(start + 1, raw - self._law.margin)
        while day < raw and self._is_weekend(day):
            day += 1
        return day

    def _latest(self, start: int, n: int) -> int | None:
        _, fewest = self._count(start, n)
        return next((start + i for i, count in enumerate(fewest) if count >= n), None)

    def _count(self, start: int, n: int) -> tuple[list[int], list[int]]:
        """Most and fewest working days in (start, start + i], for i up to where the fewest reach n, or the year's end."""
        most, fewest = self._counts.setdefault(start, ([0], [0]))
        while fewest[-1] < n and start + len(most) <= self._end:
            day = start + len(most)
            weekdays = self._between(start, day)
            best = sum(self._effect(i, start, day, 1) for i in range(len(self._seasons)))
            worst = sum(self._effect(i, start, day, -1) for i in range(len(self._seasons)))
            most.append(max(most[-1], weekdays + best))
            fewest.append(max(fewest[-1], weekdays + worst))
        return most, fewest

    def _effect(self, i: int, start: int, day: int, sign: int) -> int:
        """By how many working days season ``i`` changes (start, day] at best (``sign`` 1) or at worst (-1)."""
        season = self._seasons[i]
        if day < season.first or start >= season.last:
            return 0
        whole = start < season.first and day >= season.last
        if whole and (i, sign) in self._whole:
            return self._whole[i, sign]
        effect = sign * max(
            sum(max(sign * self._change(block, start, day, sign) for block in blocks) for blocks in way)
            for way in season.ways
        )
        if whole:
            self._whole[i, sign] = effect
        return effect

    def _change(self, block: Block, start: int, day: int, sign: int) -> int:
        rest = self._between(max(block.first - 1, start), min(block.last, day))
        inside = sum(start < d <= day for d in block.near)
        outside = len(block.near) - inside
        worked = min(block.owed, inside) if sign > 0 else max(0, min(block.owed, len(block.near)) - outside)
        return worked - rest

    def _between(self, a: int, b: int) -> int:
        """Weekdays in (a, b], both after the horizon; none where b ≤ a."""
        a = max(a, self._horizon)
        return self._weekdays[b - self._horizon] - self._weekdays[a - self._horizon] if b > a else 0

    def _is_weekend(self, day: int) -> bool:
        return bool(self._weekend[(day - 1) % 7])


# --- blocks -----------------------------------------------------------------------------------------------


def _seasons(
    festivals: list[Statutory],
    seen: dict[frozenset[str], Seen],
    horizon: int,
    reach: int,
    is_weekend: Callable[[int], bool],
) -> list[Season]:
    """The festivals of a year with every block that each may get, neighbours that fit into one block together."""

    def blocks(first: int, last: int, statutory: int, past: Seen) -> tuple[Block, ...]:
        found = []
        for size in range(last - first + 1, max(past.longest, last - first + 1) + 1):
            for begin in range(last - size + 1, first + 1):
                end = begin + size - 1
                weekdays = sum(not is_weekend(day) for day in range(begin, end + 1))
                around = (*range(begin - reach, begin), *range(end + 1, end + reach + 1))
                near = tuple(day for day in around if is_weekend(day) and day > horizon)
                found.append(Block(begin, end, max(0, min(past.worked, weekdays - statutory)), near))
        return tuple(found)

    alone = [blocks(f.first, f.last, f.days, seen.get(frozenset([f.name]), Seen())) for f in festivals]
    seasons: list[Season] = []
    i = 0
    while i < len(festivals):
        pair = festivals[i : i + 2]
        past = _past_of_both(pair, seen) if len(pair) == 2 else Seen()
        first, last = min(f.first for f in pair), max(f.last for f in pair)
        if last - first < past.longest:
            both = blocks(first, last, sum(f.days for f in pair), past)
            seasons.append(_season(((alone[i], alone[i + 1]), (both,))))
            i += 2
        else:
            seasons.append(_season(((alone[i],),)))
            i += 1
    return seasons


def _season(ways: tuple[tuple[tuple[Block, ...], ...], ...]) -> Season:
    touched = [
        day for way in ways for blocks in way for block in blocks for day in (block.first, block.last, *block.near)
    ]
    return Season(ways, min(touched), max(touched))


def _past_of_both(pair: list[Statutory], seen: dict[frozenset[str], Seen]) -> Seen:
    """What notices made of two festivals together; where they never met, the longer one's block and the other's days."""
    past = seen.get(frozenset(f.name for f in pair))
    if past is not None:
        return past
    alone = [seen.get(frozenset([f.name]), Seen(f.days)) for f in pair]
    return Seen(max(a.longest for a in alone) + min(f.days for f in pair), max(a.worked for a in alone))


def _seen(notices: Sequence[Notice], law: Law) -> dict[frozenset[str], Seen]:
    """What the annual notices made of each festival, or of several together.

    Amendments in mid-year (any but the first notice of a year) are left out: nobody could have reckoned with them.
    """
    recent = [notice for notice in notices if notice.year >= law.since] or list(notices)
    annual = {notice.year: notice for notice in reversed(recent)}
    seen: dict[frozenset[str], Seen] = {}
    for notice in annual.values():
        for festival in notice.festivals:
            if festival.rest:
                names = frozenset(festival.name.split(_("、")))
                past = seen.get(names, Seen())
                size = max(festival.rest) - min(festival.rest) + 1
                seen[names] = Seen(max(past.longest, size), max(past.worked, len(festival.work)))
    return seen


def _most_local_work(local: Sequence[Notice]) -> int:
    """The most make-up days that the region's notices of one year ever named."""
    by_year: dict[int, int] = {}
    for notice in local:
        by_year[notice.year] = by_year.get(notice.year, 0) + sum(len(festival.work) for festival in notice.festivals)
    return max(by_year.values(), default=0)
