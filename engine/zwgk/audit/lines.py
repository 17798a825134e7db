"""Single lines of large logs that can be read by the line (:mod:`zwgk.audit.plain`): where each stands, and what it says."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.audit.plain import UnindexedError, mixed_ends, require_plain, too_long, unended, unplain, unreadable
from zwgk.events.delimited import MAX_CELL
from zwgk.events.header import Header
from zwgk.events.rows import Memo, read_rows
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zwgk.model import Event, Problem
    from zwgk.unread import UnreadRow


class Line(NamedTuple):
    """Where a line stands: in which file, from which byte, its number as a spreadsheet shows it, and its bytes."""

    place: int
    start: int
    line: int
    length: int


class Mark(NamedTuple):
    """How far a file has been read: ``size`` bytes with that digest, ``lines`` lines, ``rows`` of them rows."""

    path: str
    size: int
    digest: str
    lines: int
    rows: int
    header: Header
    ends: int
    """Bytes of a line's end."""


def rewritten(path: str) -> UnindexedError:
    """That a file did not only grow."""
    return UnindexedError(_("{path} 不只是增长，原有的内容也变了").format(path=path))


def mark_record(mark: Mark) -> dict[str, Any]:
    """A mark as JSON can hold it."""
    return {**mark._asdict(), "header": list(mark.header)}


def mark_of(record: dict[str, Any]) -> Mark:
    """The mark that :func:`mark_record` wrote."""
    header = Header._make(tuple(field) if isinstance(field, list) else field for field in record["header"])
    return Mark(**{**record, "header": header})


class Reading(NamedTuple):
    """Events with where each stands, in the order of the log, what was wrong with other lines, and what they say even so."""

    events: list[Event]
    lines: list[Line]
    problems: list[Problem]
    rows: int
    unread: list[UnreadRow]


def joined(parts: Iterable[Reading]) -> Reading:
    """All of these, one after the other."""
    events: list[Event] = []
    lines: list[Line] = []
    problems: list[Problem] = []
    unread: list[UnreadRow] = []
    rows = 0
    for part in parts:
        events += part.events
        lines += part.lines
        problems += part.problems
        rows += part.rows
        unread += part.unread
    return Reading(events, lines, problems, rows, unread)


class Lines:
    """Reads single lines of the logs."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        """``marks`` are the files, by place."""
        self.marks = list(marks)
        self._memo = Memo.empty()

    def read(self, wanted: Iterable[Line]) -> Reading:
        """The events that lines say, each line once.

        Raises:
            UnindexedError: a line is not where it should be.
        """
        by_place: defaultdict[int, list[Line]] = defaultdict(list)
        for line in sorted(set(wanted)):
            by_place[line.place].append(line)
        return joined(self._read(place, lines) for place, lines in by_place.items())

    def _read(self, place: int, lines: Sequence[Line]) -> Reading:
        handle = os.open(self.marks[place].path, os.O_RDONLY)
        try:
            texts = [os.pread(handle, line.length, line.start) for line in lines]
        finally:
            os.close(handle)
        try:
            return self.parse(place, lines, texts)
        except UnindexedError as error:
            # They were plain when they were laid down.
            raise rewritten(self.marks[place].path) from error

    def parse(self, place: int, lines: Sequence[Line], texts: Sequence[bytes]) -> Reading:
        """The events that these texts of lines of one file say, as the reader of whole files has it."""
        mark = self.marks[place]
        data = b"\n".join(texts)
        require_plain(mark.path, data)
        try:
            cut = data.decode().split("\n") if texts else []
        except UnicodeDecodeError as error:
            raise unplain(mark.path, unreadable()) from error
        if len(cut) != len(lines):
            raise unplain(mark.path, mixed_ends())
        if max(map(len, cut), default=0) > MAX_CELL:
            raise unplain(mark.path, too_long())
        numbered = {line.line: line for line in lines}
        rows = ((line.line, text.split(mark.header.delimiter)) for line, text in zip(lines, cut, strict=True))
        read = read_rows(mark.header, rows, source=place, memo=self._memo)
        places = [numbered[event.row] for event in read.events]
        return Reading(read.events, places, read.problems, read.rows, read.unread)

    def tail(self, place: int, size: int) -> Reading:
        """The events of the lines between a mark and a file's present size; the mark moves on.

        Raises:
            UnindexedError: the tail is not plain, or does not end with a line.
        """
        mark = self.marks[place]
        with Path(mark.path).open("rb") as stream:
            stream.seek(mark.size)
            data = stream.read(size - mark.size)
        if not data:
            return Reading([], [], [], 0, [])
        end = b"\r\n" if mark.ends == 2 else b"\n"
        if not data.endswith(end):
            raise unplain(mark.path, mixed_ends() if data.endswith(b"\n") else unended())
        texts = data.split(end)[:-1]
        lines, start = [], mark.size
        for number, text in enumerate(texts, start=mark.lines + 1):
            lines.append(Line(place, start, number, len(text)))
            start += len(text) + mark.ends
        found = self.parse(place, lines, texts)
        self.marks[place] = mark._replace(
            size=start, lines=mark.lines + len(texts), rows=mark.rows + found.rows, digest=""
        )
        return found
