"""The events that a night looks at again: where new lines stand, what they touch, and the other lines of the same groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zwgk.audit.lines import Line
from zwgk.audit.rowindex import line_row, performs, put_caseless, put_cases, put_later, put_ties
from zwgk.evaluation import set_aside_caseless, without_duplicates

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zwgk.audit.lines import Lines, Reading
    from zwgk.audit.rowindex import Needs
    from zwgk.audit.state import State
    from zwgk.model import Event, Moment


class Before(NamedTuple):
    """What the last run saw: events up to a second, and so many lines of each file."""

    second: int
    lines: tuple[int, ...]


class Sides(NamedTuple):
    """Events with their lines, as they count now, and those of them that counted at the last run."""

    now: list[Event]
    then: list[Event]


class Affected:
    """Finds, of logs that have grown, the events that matter to a night.

    ``shown`` are the events that show who owes what; ``shows_more`` says whether new ones are among them.
    """

    def __init__(self, state: State, lines: Lines, needs: Needs, *, as_of: Moment, before: Before) -> None:
        """``lines`` reads the logs, ``needs`` are those of all duties, ``before`` is what the last run saw."""
        self._ask = state.connection.execute
        self._state = state
        self._lines = lines
        self._needs = needs
        self._as_of = as_of
        self._before = before
        self.shown: list[Event] = []
        self.shows_more = False

    def lay_down(self, fresh: Reading) -> list[Event]:
        """Keep where the new lines stand; the events that count now and did not at the last run."""
        put_cases(self._state, "recent_rows", fresh)
        put_caseless(self._state, "recent_rows", fresh)
        put_ties(self._state, fresh, self._needs)
        query = "SELECT place, start, line, length FROM later WHERE second <= ?"
        matured = self._lines.read(Line(*row) for row in self._ask(query, (self._as_of.latest,)))
        self._ask("DELETE FROM later WHERE second <= ?", (self._as_of.latest,))
        put_later(self._state, fresh, self._as_of)
        pairs = [*zip(matured.events, matured.lines, strict=True), *zip(fresh.events, fresh.lines, strict=True)]
        visible = [(event, line) for event, line in pairs if event.time.earliest <= self._as_of.latest]
        self._keep_wide(visible)
        return [event for event, _line in visible]

    def of_groups(self, groups: Iterable[int]) -> Sides:
        """The events of groups."""
        found: set[Line] = set()
        for table in ("rows", "recent_rows"):
            query = f"SELECT place, start, line, length FROM {table} WHERE grp = ?"  # noqa: S608
            for group in groups:
                found.update(map(Line._make, self._ask(query, (group,))))
        return self._sides(found)

    def linked(self, keys: set[int]) -> tuple[Sides, set[int]]:
        """All events that are linked, directly or over others, by these keys; and all the keys that link them."""
        lines: set[Line] = set()
        done: set[int] = set()
        while keys:
            query = "SELECT place, start, line, length FROM ties WHERE key = ?"
            found = {Line._make(row) for key in keys for row in self._ask(query, (key,))} - lines
            done |= keys
            lines |= found
            query = "SELECT key FROM ties WHERE place = ? AND start = ?"
            keys = {key for line in found for (key,) in self._ask(query, (line.place, line.start))} - done
        return self._sides(lines), done

    def performances(self, names: Iterable[str | None]) -> list[Event]:
        """The events of these names that perform duties of agencies."""
        lines: set[Line] = set()
        for name in names:
            query = "SELECT place, start, line, length FROM wide WHERE name = ?"
            lines.update(map(Line._make, self._ask(query, (name,))))
        return self._sides(lines).now

    def kept(self, events: Iterable[Event]) -> list[Event]:
        """Those that do not lack their case, each once."""
        return without_duplicates(set_aside_caseless(events, self._needs.rules, ())[0])[0]

    def _sides(self, lines: Iterable[Line]) -> Sides:
        """The events of these lines, now and then."""
        read = self._lines.read(lines)
        now = [event for event in read.events if event.time.earliest <= self._as_of.latest]
        then = [
            event
            for event in now
            if event.row <= self._before.lines[event.source] and event.time.earliest <= self._before.second
        ]
        return Sides(self.kept(now), self.kept(then))

    def _keep_wide(self, visible: Sequence[tuple[Event, Line]]) -> None:
        """Keep the new events that duties of agencies need: performances, and whatever shows something new."""
        rows = self._ask("SELECT place, start, line, length FROM wide WHERE shows")
        self.shown = self._lines.read(map(Line._make, rows)).events
        known = {_shows(event, self._needs) for event in self.shown}
        lines = []
        for event, line in visible:
            shows = _shows(event, self._needs)
            is_new = shows not in known and bool(self.kept([event]))
            name = event.event if performs(event, self._needs) else ""
            if is_new:
                known.add(shows)
                self.shown.append(event)
                self.shows_more = True
            if is_new or name:
                lines.append((*line_row(line), name, int(is_new)))
        self._state.put_wide(lines)


def _shows(event: Event, needs: Needs) -> tuple[str | None, ...]:
    """What an event shows of who owes."""
    return event.agency, event.region, *(event.attributes.get(name) for name in needs.shown)
