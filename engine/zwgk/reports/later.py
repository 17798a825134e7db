"""Events after as-of, as reports name them: they have not happened yet, or their year is mistyped."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zwgk.reports.places import file_names, place
from zwgk.reports.words import when
from zwgk.vocabulary import event_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zwgk.report import Head


class Later(NamedTuple):
    """Where an event after as-of stands, which it is, and when it is to have happened."""

    place: str
    event: str
    time: str


def later(head: Head) -> Iterator[Later]:
    """The first events after as-of, in the order of the log."""
    files = file_names(head.inputs)
    for one in head.notes.get("after_as_of_rows", ()):
        where = place(one["row"], one.get("file", 1) - 1, files, first=True)
        yield Later(where, event_label(one["event"]), when(one["time"]))


def unnamed_later(head: Head) -> int:
    """How many events after as-of :func:`later` leaves unnamed."""
    return int(head.notes.get("after_as_of", 0)) - len(head.notes.get("after_as_of_rows", ()))
