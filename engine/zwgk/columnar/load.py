"""Files into the table ``raw``: by DuckDB where its rows are provably those of the Python reader, else by that reader."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zwgk.errors import InputError
from zwgk.events import read_log
from zwgk.events.delimited import MAX_CELL
from zwgk.events.encodings import decode, find_encoding, known_encoding
from zwgk.events.files import STDIN, blocks, refuse_other_forms
from zwgk.events.header import HEAD, find_header, split_lines
from zwgk.events.rows import read_rows
from zwgk.model import InputFile, Problem
from zwgk.vocabulary import CORE_COLUMNS, clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zwgk.columnar.store import Store
    from zwgk.events.header import Header
    from zwgk.model import Event, Log
    from zwgk.unread import UnreadRow

_FIELDS = ("matter", "name", "time", "agency", "region")
"""The columns of ``raw`` for the core columns, in their order (``case`` is a word of SQL).

Where ``time`` is plain ISO, ``raw`` holds ``day`` and ``second`` in its place.
"""

_TAIL = 4096


@dataclass(frozen=True, slots=True)
class Loaded:
    """What ``raw`` holds: its ``cells`` are those of ``attributes``, with ``mark`` between; null where all are blank.

    ``held`` are the events themselves where the Python reader read them; ``raw`` then holds the same, row by row.
    """

    attributes: tuple[str, ...]
    columns: frozenset[str]
    files: tuple[_Scanned, ...]
    shifts: tuple[int, ...]
    inputs: tuple[InputFile, ...]
    problems: tuple[Problem, ...]
    mark: str = "\0"
    held: tuple[Event, ...] | None = None
    unread: tuple[UnreadRow, ...] = ()


class _Scanned(NamedTuple):
    """A file whose bytes were looked at once: ``readable`` is the file DuckDB is to read, in UTF-8."""

    header: Header
    lines: int
    readable: str


class _UnusualError(Exception):
    """A file that only the Python reader reads as documented."""


def load(
    store: Store, paths: Sequence[str | Path], *, encoding: str | None, columns: Mapping[str, str] | None
) -> Loaded:
    """Read the files into ``raw``.

    Raises:
        InputError: a file that cannot be read as a log at all.
    """
    try:
        scanned = [_scan(store, str(path), number, encoding, columns) for number, path in enumerate(paths)]
        seen = {header for file in scanned for header in file.header.headers}
        if any(clean(header) not in seen for header in columns or ()):
            raise _UnusualError  # noqa: TRY301  (a mistyped mapping: the reader has the message)
        return _load_files(store, scanned)
    except (_UnusualError, InputError):
        return load_log(store, read_log(paths, encoding=encoding, columns=columns))


def _scan(store: Store, path: str, number: int, encoding: str | None, columns: Mapping[str, str] | None) -> _Scanned:
    """Look at the bytes once: the digest, the header, the number of lines, and anything unusual."""
    if path == STDIN or not Path(path).is_file() or any(sign in path for sign in "*?["):
        raise _UnusualError
    stream = blocks(path)
    first = next(stream, b"")
    refuse_other_forms(path, first[: 1 << 16])
    name = known_encoding(encoding) if encoding else find_encoding([first[:HEAD].rpartition(b"\n")[0] or first])[0]
    bom = name in ("utf-8", "utf-8-sig") and first.startswith(codecs.BOM_UTF8)
    if name not in ("utf-8", "utf-8-sig", "gb18030"):
        raise _UnusualError
    readable = path
    if name == "gb18030":
        readable = f"{store.folder}/{number}.csv"
        lines, digest = _transcode(first, stream, readable)
    else:
        lines, digest = _count(first, stream)
    header = find_header(path, split_lines(decode(first[:HEAD], name).text), columns=columns)
    names = [name for name in header.names if name]
    if header.lines != 1 or len(set(names)) != len(header.names):
        raise _UnusualError
    header = header._replace(encoding="utf-8-sig" if bom else name, has_bom=bom, digest=digest)
    return _Scanned(header, lines, readable)


class _Counter:
    """Counts lines, block by block, and refuses what two readers could read differently."""

    def __init__(self) -> None:
        self.lines = self.returns = self.pairs = 0
        self.last = b""

    def add(self, block: bytes) -> None:
        if b"\0" in block or (b'"' in block and (b' "' in block or b'" ' in block)):
            raise _UnusualError
        self.lines += block.count(b"\n")
        if b"\r" in block or self.last.endswith(b"\r"):
            self.returns += block.count(b"\r")
            self.pairs += block.count(b"\r\n") + (self.last.endswith(b"\r") and block.startswith(b"\n"))
        if self.last[-1:] + block[:1] in (b' "', b'" '):
            raise _UnusualError
        self.last = (self.last + block if len(block) < _TAIL else block)[-_TAIL:]

    def finish(self) -> int:
        """The lines up to the last that is not empty."""
        if self.returns and not self.returns == self.pairs == self.lines:
            raise _UnusualError
        text = self.last.rstrip(b"\r\n")
        if not text:
            raise _UnusualError
        return self.lines - self.last[len(text) :].count(b"\n") + 1


def _count(first: bytes, stream: Iterator[bytes]) -> tuple[int, str]:
    digest, counter = hashlib.sha256(), _Counter()
    for block in _all(first, stream):
        digest.update(block)
        counter.add(block)
    return counter.finish(), f"sha256:{digest.hexdigest()}"


def _transcode(first: bytes, stream: Iterator[bytes], target: str) -> tuple[int, str]:
    digest, counter = hashlib.sha256(), _Counter()
    decoder = codecs.getincrementaldecoder("gb18030")("strict")
    try:
        with Path(target).open("wb") as out:
            for block in _all(first, stream):
                digest.update(block)
                text = decoder.decode(block).encode()
                counter.add(text)
                out.write(text)
            decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise _UnusualError from error
    return counter.finish(), f"sha256:{digest.hexdigest()}"


def _all(first: bytes, stream: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from stream


def _load_files(store: Store, files: Sequence[_Scanned]) -> Loaded:
    import duckdb

    attributes = tuple(
        dict.fromkeys(name for file in files for name in file.header.names if name and name not in CORE_COLUMNS)
    )
    shifts: list[int] = []
    total = 0
    for number, file in enumerate(files):
        try:
            _insert(store, file, number, attributes)
        except duckdb.Error as error:
            raise _UnusualError from error
        (count,) = store.ask("SELECT count(*) FROM raw")[0]
        if count - total != file.lines - 1:
            raise _UnusualError
        shifts.append(2 - total)
        total = count
    columns = frozenset(name for file in files for name in file.header.columns)
    return Loaded(attributes, columns, tuple(files), tuple(shifts), (), ())


def _insert(store: Store, file: _Scanned, number: int, attributes: Sequence[str]) -> None:
    names = file.header.names
    read = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(names)))
    core = ", ".join(f"{_column(names, name)} AS {field}" for name, field in zip(CORE_COLUMNS, _FIELDS, strict=True))
    cells = [_column(names, name) for name in attributes]
    joined = ", chr(0), ".join(cells)
    query = f"""
        SELECT {number}::SMALLINT AS source, NULL::INTEGER AS line, matter, name, agency, region, cells,
            CASE WHEN NOT plain THEN time END AS time,
            CASE WHEN plain THEN day_of(m) END AS day,
            CASE WHEN plain AND strlen(bare) > 10 THEN second_of(m) END AS second
        FROM (SELECT *, is_plain(time, bare, m) AS plain
            FROM (SELECT *, try_cast(bare AS TIMESTAMP) AS m
                FROM (SELECT {core}, bare_text(time) AS bare,
                        CASE WHEN coalesce({", ".join((*cells, "NULL"))}) IS NOT NULL THEN concat({joined or "NULL"}) END AS cells
                    FROM read_csv($path, columns = {{{read}}}, delim = '{file.header.delimiter}', header = false, skip = 1,
                        auto_detect = false, quote = '"', escape = '"', max_line_size = {MAX_CELL}, strict_mode = true,
                        compression = 'none', hive_partitioning = false))))"""  # noqa: S608
    store.connection.execute(
        ("INSERT INTO raw " if number else "CREATE TABLE raw AS ") + query, {"path": file.readable}
    )


def _column(names: Sequence[str | None], name: str) -> str:
    return f"c{names.index(name)}" if name in names else "NULL::VARCHAR"


def bad_rows(store: Store, loaded: Loaded) -> tuple[tuple[InputFile, ...], tuple[Problem, ...], tuple[UnreadRow, ...]]:
    """The files with their numbers of rows, the problems of the rows that are no events, and what is legible of these.

    Such a row is read again by the Python reader, which says what is wrong with it.
    """
    if loaded.held is not None:
        return loaded.inputs, loaded.problems, loaded.unread
    by_source: dict[int, list[tuple[int, list[str]]]] = {}
    read, good = store.ask("SELECT (SELECT count(*) FROM raw), (SELECT count(*) FROM events)")[0]
    for row, source, cells, *core in store.rows("bad") if read > good else ():
        values = dict(zip(CORE_COLUMNS, core, strict=True))
        values.update(zip(loaded.attributes, (cells or "").split(loaded.mark), strict=False))
        names = loaded.files[source].header.names
        by_source.setdefault(source, []).append(
            (row + loaded.shifts[source], [values.get(name or "") or "" for name in names])
        )
    inputs: list[InputFile] = []
    problems: list[Problem] = []
    unread: list[UnreadRow] = []
    total = dict(store.ask("SELECT source, count(*) FROM raw GROUP BY source"))
    for source, file in enumerate(loaded.files):
        rows = by_source.get(source, [])
        read = read_rows(file.header, rows, source=source)
        problems.extend(read.problems)
        unread.extend(read.unread)
        count = total.get(source, 0) - len(rows) + read.rows
        inputs.append(InputFile(file.header.path, count, file.header.encoding, file.header.digest))
    return tuple(inputs), tuple(problems), tuple(unread)


def load_log(store: Store, log: Log) -> Loaded:
    """Put the events of a log into ``raw``."""
    attributes = tuple(sorted({name for event in log.events for name in event.attributes}))
    events = log.events
    texts = {id(event.attributes): event.attributes for event in events}
    mark = next(
        chr(code) for code in range(32) if not any(chr(code) in cell for one in texts.values() for cell in one.values())
    )
    joined = {key: mark.join(one.get(name, "") for name in attributes) for key, one in texts.items()}
    store.connection.execute("DROP TABLE IF EXISTS raw")
    store.put(
        "raw",
        {
            "source": ("small", [event.source for event in events]),
            "line": ("int", [event.row for event in events]),
            "matter": ("text", [event.case for event in events]),
            "name": ("text", [event.event for event in events]),
            "agency": ("text", [event.agency for event in events]),
            "region": ("text", [event.region for event in events]),
            "cells": ("text", [joined[id(event.attributes)] for event in events]),
            "time": ("text", [None] * len(events)),
            "day": ("small", [event.time.day for event in events]),
            "second": ("small", [event.time.second for event in events]),
        },
    )
    return Loaded(attributes, log.columns, (), (), log.inputs, log.problems, mark, events, log.unread)
