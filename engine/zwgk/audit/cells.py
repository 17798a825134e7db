"""Values of a database as cells of a file: text that the reader of logs reads as the same."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from zwgk.dates import DateError, moment_of
from zwgk.events.records import cell_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_MIDNIGHT = dt.time()


class Cells:
    """Turns rows into texts, and notices columns that hold nothing but dates though their type is a time stamp."""

    def __init__(self) -> None:
        """No row has been seen yet."""
        self._stamped: set[int] = set()
        self._timed: set[int] = set()

    def texts(self, row: Sequence[Any]) -> list[str]:
        """The cells of a row.

        Raises:
            UnicodeError: bytes that are no text.
        """
        found = []
        for place, value in enumerate(row):
            if type(value) is str:
                found.append(value)
            elif value is None:
                found.append("")
            else:
                if isinstance(value, dt.datetime):
                    self._note(place, value)
                found.append(value_text(value))
        return found

    def _note(self, place: int, value: dt.datetime) -> None:
        self._stamped.add(place)
        if value.tzinfo is not None or value.time() != _MIDNIGHT:
            self._timed.add(place)

    def dates(self) -> frozenset[int]:
        """The columns of which every time stamp was at midnight, without an offset."""
        return frozenset(self._stamped - self._timed)


def value_text(value: Any) -> str:
    """A value as a cell writes it: times to the second in Asia/Shanghai, lists as several values, JSON as it is.

    Raises:
        UnicodeError: bytes that are no text.
    """
    if isinstance(value, dt.date):
        try:
            return moment_of(value).text()
        except DateError:
            return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode()
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple) and any(isinstance(one, dict | list) for one in value):
        return json.dumps(value, ensure_ascii=False)
    try:
        return cell_text(value)
    except TypeError:
        # What else drivers hand over (UUIDs, intervals, network addresses) says itself.
        return str(value)
