"""A breach that rows which cannot be read leave standing stands however such a row is read: each is tried at many times."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from evaluators import options_of, plain_calendar
from random_logs import random_run
from random_requests import random_requests
from random_rules import FIRST_DAY, LAST_DAY

from zwgk.decide import PlainDecider
from zwgk.evaluation import evaluate, names_in
from zwgk.model import Event, Log, Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from random_logs import Run

    from zwgk.unread import UnreadRow

NEAR = (-40, -3, -1, 0, 1, 3, 8, 25, 45)


def breaches(run: Run) -> set[str]:
    """The fingerprints of the breaches; what tells equal ones apart is cut off."""
    log = Log(tuple(run.events), frozenset(run.columns), unread=run.unread)
    found = evaluate(log, run.rules, options_of(run), plain_calendar, decider=PlainDecider())
    return {one.fingerprint[:16] for one in found.findings if one.verdict == "breached"}


def readings(row: UnreadRow, run: Run, rng: random.Random) -> Iterator[Event]:
    """What a row may say: at times near those of its case, or of any case, or far from all."""
    names = sorted({name for rule in run.rules for name in names_in(rule)}) if not row.event else [row.event]
    regions = sorted({rule.region for rule in run.rules}) if "region" in row.illegible else [row.region]
    own = [event.time for event in run.events if row.case and event.case == row.case]
    times = own or [rng.choice(run.events).time for _ in range(4)]
    taken = {(event.event, event.time) for event in run.events}
    for name in names:
        days = {min(max(time.day + by, FIRST_DAY), LAST_DAY) for time in times for by in NEAR} | {FIRST_DAY}
        for day in sorted(days):
            # At the very time of an event read it is no other event (semantics 10).
            moment = Moment(day, rng.choice((None, 1, 43_211, 86_398)))
            if (name, moment) not in taken:
                yield Event(
                    row.case, name, moment, row.agency, rng.choice(regions), row.row, row.source, row.attributes
                )


@pytest.mark.parametrize("draw", [random_run, random_requests])
@pytest.mark.parametrize("seed", range(6))
def test_what_stays_a_breach_is_one_under_every_reading(draw: Callable[..., Run], seed: int) -> None:
    assert overturned(draw, seed) == []


def overturned(draw: Callable[..., Run], seed: int, least: int = 60) -> list[tuple[UnreadRow, Event]]:
    """Of so many readings of rows of random logs, those under which a breach that was left standing is none."""
    rng = random.Random(seed)
    found: list[tuple[UnreadRow, Event]] = []
    tried = 0
    while tried < least:
        run = draw(rng, cases=6)
        if not run.unread:
            continue
        standing = breaches(run)
        assert standing <= breaches(run._replace(unread=()))
        for row in run.unread:
            for event in rng.sample(read := list(readings(row, run, rng)), min(len(read), 25)):
                if not standing <= breaches(run._replace(events=[*run.events, event], unread=())):
                    found.append((row, event))
                tried += 1
    return found
