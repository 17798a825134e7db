"""What the page needs to draw the walk of a due date: the days as the calendar knows them, and what the clock did."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from zwgk import clock, phrases
from zwgk.daywalk import festival
from zwgk.findings import Case
from zwgk.measure import public_due
from zwgk.model import Event, Kind, Moment
from zwgk.reports.html_columns import EPOCH
from zwgk.reports.places import place_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zwgk.calendar import Calendar
    from zwgk.model import Rule

_LETTERS = {"weekday": ".", "weekend": "-", "holiday": "h", "makeup_workday": "m"}
_TIME = r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?: [0-9:]{8})?"


def day_table(calendar: Calendar, first: int, last: int) -> dict[str, Any]:
    """The days from ``first`` to ``last`` (ordinals, cut to what the calendar covers).

    ``kinds`` has a letter a day: ``.`` weekday, ``-`` weekend, ``h`` holiday, ``m`` make-up day, ``w`` a weekday on which
    a notice lets people work. ``named`` lists (days after ``first``, how many, name, notice). Days are since 1970-01-01.
    """
    first, last = max(first, calendar.first.toordinal()), min(last, calendar.last.toordinal())
    kinds: list[str] = []
    named: list[list[Any]] = []
    for offset, ordinal in enumerate(range(first, last + 1)):
        day = calendar.day(dt.date.fromordinal(ordinal))
        kinds.append("w" if day.name and day.kind == "weekday" else _LETTERS[day.kind])
        if day.name:
            name = festival(day.name)
            run = named[-1] if named else None
            if run and run[0] + run[1] == offset and run[2:] == [name, day.notice]:
                run[1] += 1
            else:
                named.append([offset, 1, name, day.notice])
    horizon = calendar.horizon.toordinal() - EPOCH
    return {"id": calendar.id, "first": first - EPOCH, "horizon": horizon, "kinds": "".join(kinds), "named": named}


def day_tables(
    regions: Iterable[str], calendar_of: Callable[[str], Calendar], first: int, last: int
) -> tuple[list[dict[str, Any]], list[int]]:
    """One table a calendar in use, the nation's first, and the table of each region."""
    tables: dict[str, dict[str, Any]] = {}
    places: list[int] = []
    for region in ("", *regions):
        calendar = calendar_of(region)
        if calendar.id not in tables:
            tables[calendar.id] = day_table(calendar, first, last)
        places.append(list(tables).index(calendar.id))
    return list(tables.values()), places[1:]


# --- the clock of a request -------------------------------------------------------------------------------


def clocked_walk(record: Mapping[str, Any], rule: Rule, calendar: Calendar, as_of: Moment) -> dict[str, Any] | None:
    """What the clock of a request did to a due date: where the count begins, how long it is, which days are taken out.

    The events are those that ``because`` cites; the clock itself is run on them again, and only an outcome equal to the
    finding's due date is told. None: nothing peculiar, or nothing that can be proved.
    """
    if rule.kind is not Kind.DEADLINE or rule.clock is None or rule.limit is None or not record["trigger"]:
        return None
    trigger = _event(record["trigger"]["event"], record["trigger"]["time"])
    others = _cited(record["because"], _names(rule))
    if not others:
        return None
    events = sorted((trigger, *others), key=lambda event: (event.time.day, event.source, event.row))
    done = clock.run(rule.clock, rule.limit.number, trigger, Case(events), calendar, as_of)
    due, found = record["due"], public_due(done.due)
    bounds = [None if day is None else day.isoformat() for day in (found.earliest, found.latest)]
    if done.start is None or bounds != [due["earliest"], due["latest"]]:
        return None
    return {
        "start": done.start.time.day - EPOCH,
        "n": done.length,
        "stops": [
            [one.after + 1 - EPOCH, (one.earliest if one.latest is None else one.latest) - EPOCH, one.stop.basis]
            for one in done.stopped
        ],
    }


def _names(rule: Rule) -> list[str]:
    """The events that the clock listens to."""
    running = rule.clock
    if running is None:
        return []
    names = [running.voided_by, running.restarted_by, running.extended_by]
    for stop in running.stops:
        names += [stop.begins, stop.ends]
    return [name for name in dict.fromkeys(names) if name]


def _cited(because: Sequence[str], names: Sequence[str]) -> list[Event]:
    """The events of these names that the reasons cite, as :func:`zwgk.phrases.happened` words them."""
    text = "\n".join(because)
    found: dict[tuple[str, str, int, int], Event] = {}
    places = place_pattern()
    for name in names:
        wording = phrases.happened(name, "\x00", "\x01")
        if wording.partition("\x00")[0] in text:
            for match in _pattern(wording, places).finditer(text):
                row, source = int(match["first"] or match["row"]), int(match["file"] or 1) - 1
                found.setdefault((name, match["day"], row, source), _event(name, match["day"], row, source))
    return list(found.values())


@lru_cache
def _pattern(wording: str, places: str) -> re.Pattern[str]:
    return re.compile(re.escape(wording).replace("\x00", _TIME).replace("\x01", places))


def _event(name: str, time: str, row: int = 0, source: int = 0) -> Event:
    day = dt.date.fromisoformat(time[:10]).toordinal()
    return Event("", name, Moment(day), "", "", row, source, {})


def rule_record(rule_id: str, told: Mapping[str, Any], rule: Rule | None) -> dict[str, Any]:
    """A rule as the page shows it; ``told`` is what its findings say of it."""
    record: dict[str, Any] = {"id": rule_id, **told}
    if rule is not None:
        record |= {"kind": rule.kind.value, "pack": rule.pack, "explain": rule.explain}
        if rule.limit is not None:
            record |= {"n": rule.limit.number, "unit": rule.limit.unit.value, "roll": rule.limit.roll.value}
    return record
