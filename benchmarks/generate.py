"""Write a made-up log of public disclosure: ``python benchmarks/generate.py --events 1000000 --seed 1 --out events.csv``.

Realistic in what costs time: offices of very different size (four hundred to a million rows), one document number a matter, mostly
blank cells, about one matter in twenty in breach, rows roughly in time order, dates as offices write them. The
same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import IO

from matters import ATTRIBUTES, MATTERS, STANDARD, Draft, Workdays, World
from offices import Office, by_share, offices
from yearly import yearly_drafts

FIRST = dt.date(2016, 1, 4).toordinal()
LAST_START = dt.date(2026, 10, 30).toordinal()
LAST = dt.date(2026, 12, 28).toordinal()
TIANSHUI = "620503"


class Dates:
    """Days as offices write them, each written once and kept."""

    def __init__(self) -> None:
        """Write every day of the span in every form."""
        days = [dt.date.fromordinal(day) for day in range(FIRST - 10, LAST + 1)]
        self.iso = [day.isoformat() for day in days]
        self.others = [
            [f"{day.year}/{day.month}/{day.day}" for day in days],
            [f"{day.year}.{day.month}.{day.day}" for day in days],
            [f"{day:%Y%m%d}" for day in days],
            [f"{day.year}年{day.month}月{day.day}日" for day in days],
        ]

    def written(self, day: int, minute: int, rng: random.Random) -> str:
        """A day, with its minute unless that is -1."""
        place = day - FIRST + 10
        if rng.random() < 0.95:
            text = self.iso[place]
            return text if minute < 0 else f"{text} {minute // 60:02}:{minute % 60:02}"
        if minute >= 0:
            return f"{self.others[3][place]}{minute // 60}时{minute % 60}分"
        return self.others[int(rng.random() * 4)][place]


class Writer:
    """Rows kept until their day comes, then written out."""

    def __init__(self, out: IO[str], rng: random.Random, limit: int) -> None:
        """``limit`` rows are written and no more."""
        self.out, self.rng, self.limit = out, rng, limit
        self.dates = Dates()
        self.waiting: defaultdict[int, list[str]] = defaultdict(list)
        self.kept = 0

    def add(self, case: str, office: Office, region: str, drafts: list[Draft]) -> None:
        """Keep the rows of a matter; what lies after the last day has not happened."""
        for day, minute, event, cells in drafts:
            if not FIRST - 10 < day <= LAST:
                continue
            row = f"{case},{event},{self.dates.written(day, minute, self.rng)},{office.name},{region}{cells}\n"
            chance = self.rng.random()
            # One row in fifty is entered some days late, one in two hundred twice.
            entered = day + int(chance * 300) if chance < 0.02 else day
            self.waiting[entered].append(row)
            self.kept += 1
            if chance > 0.995:
                self.waiting[entered + 1].append(row)
                self.kept += 1

    def flush(self, through: int | None = None) -> None:
        """Write the rows of the days up to ``through``, or all."""
        for day in sorted(day for day in self.waiting if through is None or day <= through):
            rows = self.waiting.pop(day)[: self.limit]
            self.limit -= len(rows)
            self.out.writelines(rows)


def generate(out: IO[str], *, events: int, seed: int, profile: str) -> None:
    """Write the header and ``events`` rows."""
    rng = random.Random(seed)
    world = World(rng, Workdays())
    everyone = offices()[: max(20, events // 2500)]
    shares = by_share(len(everyone))
    kinds = [(make, letter) for make, letter, share in MATTERS[profile] for _ in range(share)]
    writer = Writer(out, rng, events)
    out.write(",".join((*STANDARD, *ATTRIBUTES)) + "\n")
    if profile == "all":
        for office, drafts in yearly_drafts(world, everyone, events=events, last=LAST):
            writer.add("", office, office.adcode, drafts)
    planned = writer.kept
    serials: defaultdict[str, int] = defaultdict(int)
    days = [day for day in world.work.days if FIRST <= day <= LAST_START]
    for number, day in enumerate(days, start=1):
        year = dt.date.fromordinal(day).year
        # Rows still to come are counted when their matter begins, so that the last days are not crowded.
        while writer.kept < planned + (events - planned) * number / len(days):
            make, letter = kinds[int(rng.random() * len(kinds))]
            office = everyone[shares[int(rng.random() * len(shares))]]
            series = f"{office.short}{letter}〔{year}〕"
            serials[series] += 1
            drafts = make(world, day)
            if office.adcode == TIANSHUI:
                drafts = [draft._replace(cells=draft.cells.replace("信用网站", "信用天水")) for draft in drafts]
            if rng.random() < 0.01:
                again = drafts[0]
                drafts.append(again._replace(day=again.day + int(rng.random() * 30)))
            region = office.adcode if rng.random() < 0.85 else ""
            writer.add(f"{series}{serials[series]}号", office, region, drafts)
        writer.flush(day - 1)
    writer.flush()


def main() -> int:
    """Read the arguments and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", choices=sorted(MATTERS), default="all")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    started = time.perf_counter()
    with arguments.out.open("w", encoding="utf-8", newline="") as out:
        generate(out, events=arguments.events, seed=arguments.seed, profile=arguments.profile)
    print(f"{arguments.events} rows, {time.perf_counter() - started:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
