"""Day numbers of spreadsheets, read only where a mapping says which calendar they count in."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from zwgk.dates import LAST_YEAR
from zwgk.events.rows import Fault
from zwgk.model import SECONDS_A_DAY, Moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zwgk.events.tables import Table

_SERIAL = re.compile(r"([0-9]{5})(\.[0-9]{1,15})?")
# Day 0 of each system, as it is for days after February 1900 (spreadsheets know a 29th of it).
_DAY_0 = {1900: dt.date(1899, 12, 30).toordinal(), 1904: dt.date(1904, 1, 1).toordinal()}


def moment_of_serial(text: str, system: int) -> Moment | None:
    """The moment that a day number of five digits states; None where the text is none, or the year is out of bounds.

    A fraction is the time of day, to the nearest second.
    """
    match = _SERIAL.fullmatch(text.strip())
    if match is None:
        return None
    day, second = _DAY_0[system] + int(match[1]), None
    if match[2] and float(match[2]):
        over, second = divmod(round(float(match[2]) * SECONDS_A_DAY), SECONDS_A_DAY)
        day += over
    return Moment(day, second) if day <= dt.date(LAST_YEAR, 12, 31).toordinal() else None


def dated(table: Table, system: int) -> Iterator[tuple[int, Sequence[Any] | Fault]]:
    """The rows of a table with the day numbers in its date columns as moments."""
    header = table.header
    places = [place for place, _event in header.ledger] or [header.names.index("time")]
    for row, given in table.rows:
        cells = given
        if not isinstance(given, Fault):
            for place in places:
                cell = given[place] if place < len(given) else ""
                moment = moment_of_serial(cell, system) if isinstance(cell, str) else None
                if moment is not None:
                    cells = [*cells[:place], moment, *cells[place + 1 :]]
        yield row, cells
