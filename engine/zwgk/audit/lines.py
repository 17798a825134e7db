"""Single lines of large logs: which logs can be read by the line, where each line stands, and what it says.

Only plain text is read so: UTF-8, no quotes, the header in the first line. There, a line is a row and a row is a line, as
:mod:`zwgk.events.delimited` has it too. Every other log is evaluated whole each night.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.errors import InputError
from zwgk.events.delimited import MAX_CELL
from zwgk.events.encodings import decode
from zwgk.events.header import HEAD, Header, duplicated, find_header, split_lines
from zwgk.events.rows import Memo, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zwgk.model import Event, Problem
    from zwgk.unread import UnreadRow

_BOM = b"\xef\xbb\xbf"


class UnindexedError(Exception):
    """Why logs cannot be read by the line; the text is a sentence for the user."""


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


def mark_record(mark: Mark) -> dict[str, Any]:
    """A mark as JSON can hold it."""
    return {**mark._asdict(), "header": list(mark.header)}


def mark_of(record: dict[str, Any]) -> Mark:
    """The mark that :func:`mark_record` wrote."""
    header = Header._make(tuple(field) if isinstance(field, list) else field for field in record["header"])
    return Mark(**{**record, "header": header})


def plain_header(path: str, *, encoding: str, columns: Any) -> Header:
    """The header of a log that can be read by the line.

    Raises:
        UnindexedError: it is no such log.
    """
    from zwgk.events.mapping import as_mapping

    mapping = as_mapping(columns or None)
    with Path(path).open("rb") as stream:
        head = stream.read(HEAD)
    text = decode(head[: head.rfind(b"\n") + 1], encoding or "utf-8")
    if text.damaged or text.encoding not in ("utf-8", "utf-8-sig") or not mapping.is_plain or b"\0" in head:
        raise UnindexedError(path)
    try:
        header = find_header(path, split_lines(text.text), columns=mapping.columns)
    except InputError as error:
        raise UnindexedError(path) from error
    first = split_lines(text.text)[0]
    plain = header.row == 1 and header.lines == 1 and not duplicated(header.names) and '"' not in first
    if not plain or not {"event", "time"} <= header.columns:
        raise UnindexedError(path)
    return header._replace(encoding="utf-8-sig" if text.has_bom else "utf-8", has_bom=text.has_bom)


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
        return self.parse(place, lines, texts)

    def parse(self, place: int, lines: Sequence[Line], texts: Sequence[bytes]) -> Reading:
        """The events that these texts of lines of one file say, as the reader of whole files has it."""
        header = self.marks[place].header
        try:
            whole = b"\n".join(texts).decode()
        except UnicodeDecodeError as error:
            raise UnindexedError(header.path) from error
        cut = whole.split("\n")
        if len(cut) != len(lines) or '"' in whole or "\0" in whole or "\r" in whole or "\ufeff" in whole:
            raise UnindexedError(header.path)
        if max(map(len, cut), default=0) > MAX_CELL:
            raise UnindexedError(header.path)
        numbered = {line.line: line for line in lines}
        rows = ((line.line, text.split(header.delimiter)) for line, text in zip(lines, cut, strict=True))
        read = read_rows(header, rows, source=place, memo=self._memo)
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
        if not data.endswith(b"\n"):
            raise UnindexedError(mark.path)
        end = b"\r\n" if mark.ends == 2 else b"\n"
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
