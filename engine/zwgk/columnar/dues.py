"""Due dates by the day on which a limit begins, each counted once by the code that counts them for cases."""

from __future__ import annotations

from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk import phrases
from zwgk.columnar.clocks import clocked_dues
from zwgk.columnar.patterns import IN_DAYS, IN_HOURS, PERIOD
from zwgk.measure import Reckoned, is_soon, public_due
from zwgk.model import Moment, Unit
from zwgk.reports.jsontext import due_text
from zwgk.sentences import due_sentence, least_sentence
from zwgk.timeline import where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zwgk.columnar.patterns import Duty
    from zwgk.columnar.store import Store
    from zwgk.findings import Judge
    from zwgk.model import Amount, TimeLimit

UNITS = ("workdays", "days", "hours")
"""Units as ``relations.sql`` numbers them."""
NOW = ("ahead", "passed", "between", "waiting")
"""Where as-of lies, as ``relations.sql`` numbers it."""
_EXAMPLE = Moment(730_000, 3_661)
_INSTANT, _BARE = -1, -2


class Track(NamedTuple):
    """A limit on a calendar, and how its due date is said; ``region`` is one of those with that calendar."""

    limit: TimeLimit
    form: int
    calendar: str
    region: str


def tracks_of(duties: Sequence[Duty]) -> tuple[list[Track], list[int | None]]:
    """The distinct tracks, and the number of each duty's."""
    tracks: list[Track] = []
    known: dict[tuple[object, ...], int] = {}
    numbers: list[int | None] = []
    for duty in duties:
        if duty.form not in (IN_DAYS, IN_HOURS, PERIOD) or duty.rule.limit is None:
            numbers.append(None)
            continue
        key = (duty.rule.limit, duty.form, duty.calendar)
        if key not in known:
            known[key] = len(tracks)
            tracks.append(Track(duty.rule.limit, duty.form, duty.calendar, duty.region))
        numbers.append(known[key])
    return tracks, numbers


def put_dues(
    store: Store,
    tracks: Sequence[Track],
    judge: Judge,
    since: Mapping[str, int],
    *,
    duties: Sequence[Duty],
    names: Sequence[str],
) -> None:
    """``due``: one row a track and a day; hours: one for instants, one for bare dates, with tokens for the bounds.

    Where a clock counts: one row an obligation, the track being the duty with a minus, the day the number of the trigger.
    ``since``: calendar → the day since which its working days are numbered. ``names``: of events, by number.
    """
    heads = ("due", "track", "day", "earliest", "latest", "number", "now", "count", "unit", "soon", "json", "sentence")
    kinds = ("small", "small", "int", "small", "small", "small", "small", "int", "small", "flag", "text", "text")
    rows: list[tuple[Any, ...]] = [(0, *[None] * (len(heads) - 1))]
    for number, track in enumerate(tracks):
        if track.form == IN_HOURS:
            rows += [(len(rows) + i, number, day, *_hours(track, day)) for i, day in enumerate((_INSTANT, _BARE))]
    dated = _Dated(judge, since)
    for number, day in store.rows("due_days"):
        if tracks[number].form != IN_HOURS:
            rows.append((len(rows), number, day, *_due(tracks[number], day, judge, dated)))
    for duty, number, trigger, waits, due, said in clocked_dues(store, duties, names, judge):
        if duty.rule.limit is None:
            raise AssertionError(duty.rule.id)
        track = Track(duty.rule.limit, duty.form, duty.calendar, duty.region)
        sentences = ",".join(map(quoted, said))
        rows.append((len(rows), -number, trigger, *dated.said(track, due, waits=waits), sentences))
    columns = zip(*rows, strict=True)
    store.put("due", {name: (kind, column) for name, kind, column in zip(heads, kinds, columns, strict=True)})


def _due(track: Track, day: int, judge: Judge, dated: _Dated) -> tuple[Any, ...]:
    due = judge.due(track.limit, Moment(day), track.region)
    if track.form == PERIOD:
        sentence = least_sentence(track.limit, due)
    else:
        sentence = due_sentence(track.limit, due, phrases.BEYOND_HORIZON)
    return *dated.said(track, due), quoted(sentence)


class _Dated:
    """What follows from a due date in days, however it came about; most are those of many obligations."""

    def __init__(self, judge: Judge, since: Mapping[str, int]) -> None:
        self._judge, self._since = judge, since
        self._known: dict[tuple[object, ...], tuple[Any, ...]] = {}

    def said(self, track: Track, due: Reckoned, *, waits: bool = False) -> tuple[Any, ...]:
        """The columns of ``due`` from ``earliest`` through ``json``."""
        key = (due.earliest, due.latest, due.unrolled, track.limit.unit, track.form, track.calendar, waits)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._say(track, due, waits=waits)
        return known

    def _say(self, track: Track, due: Reckoned, *, waits: bool) -> tuple[Any, ...]:
        limit, region, judge = track.limit, track.region, self._judge
        calendar = judge.calendar_of(region)
        if waits:
            now = "waiting"
        elif track.form == PERIOD:
            reached = due.latest is not None and judge.as_of.day >= due.latest.day
            ahead = due.earliest is not None and judge.as_of.day < due.earliest.day
            now = "passed" if reached else "ahead" if ahead else "between"
        else:
            now = where(due, judge.as_of.day, judge.as_of.day, hours=False, words=NOW[:3])
        amount: Amount | None = None
        if now == "ahead":
            amount = judge.remaining(limit.unit, due, region)
        elif now == "passed" and track.form != PERIOD:
            amount = judge.late_by(limit.unit, due, judge.as_of, region)
        # Lateness is counted from the latest, shortness from the earliest bound.
        bound, begin = due.earliest if track.form == PERIOD else due.latest, self._since.get(track.calendar)
        number = None
        if limit.unit is Unit.WORKDAYS and bound is not None and begin is not None and bound.day >= begin:
            number = calendar.workdays_between(begin, bound.day)
        return (
            due.earliest and due.earliest.day,
            due.latest and due.latest.day,
            number,
            NOW.index(now),
            amount and amount.number,
            amount and UNITS.index(amount.unit),
            is_soon(due, judge.as_of, judge.due_soon, calendar),
            due_text(public_due(due)),
        )


def _hours(track: Track, day: int) -> tuple[Any, ...]:
    """The texts for a limit in hours, from an instant or from a bare date, with tokens for the two bounds."""
    first = _EXAMPLE
    last = first if day == _INSTANT else Moment(first.day + 1, first.second)
    due = Reckoned(first, last)
    json, sentence = due_text(public_due(due)), quoted(due_sentence(track.limit, due, phrases.NO_TIME_OF_DAY))
    for moment, sign in ((first, "<first>"), (last, "<last>")):
        json, sentence = json.replace(moment.iso(), sign), sentence.replace(moment.text(), sign)
    return (*[None] * 7, json, sentence)


def put_days(store: Store, tracks: Sequence[Track], judge: Judge) -> tuple[dict[str, int], dict[str, int]]:
    """``days``: one row a calendar and a settled day on which something happened: working days since the first such.

    Returns the number of each calendar, and that first day.
    """
    calendars = {track.calendar: judge.calendar_of(track.region) for track in tracks}
    found = sorted(day for (day,) in store.ask("SELECT DISTINCT day FROM past WHERE matter <> ''"))
    numbers = {name: number for number, name in enumerate(calendars)}
    since: dict[str, int] = {}
    rows: list[tuple[int, int, int]] = []
    for name, calendar in calendars.items():
        settled = [day for day in found if calendar.workdays_between(day, day) is not None]
        if settled:
            since[name] = settled[0]
        rows += [(numbers[name], day, calendar.workdays_between(settled[0], day) or 0) for day in settled]
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    names = ("calendar", "day", "number")
    store.put("days", {name: ("small", column) for name, column in zip(names, columns, strict=True)})
    return numbers, since


def soon_until(duty: Duty, judge: Judge) -> int:
    """The last day on which something due in hours is due soon; as-of's eve if none is."""
    calendar, day = judge.calendar_of(duty.region), judge.as_of.day - 1
    last = judge.as_of.day + 1 + (duty.rule.limit.number // 24 if duty.rule.limit else 0)
    while day < last and is_soon(_on(day + 1), judge.as_of, judge.due_soon, calendar):
        day += 1
    return day


def _on(day: int) -> Reckoned:
    return Reckoned(Moment(day), Moment(day))
