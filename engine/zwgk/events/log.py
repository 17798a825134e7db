"""From paths to a log: every file read, every failure told at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zwgk.errors import InputError
from zwgk.events.files import MAX_BYTES, STDIN
from zwgk.events.forms import open_tables
from zwgk.events.mapping import as_mapping
from zwgk.events.rows import Memo, Read
from zwgk.events.sources import find_sources
from zwgk.events.tables import read_table
from zwgk.i18n import _
from zwgk.model import InputFile, Log
from zwgk.vocabulary import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zwgk.events.mapping import ColumnMapping, Columns
    from zwgk.events.tables import Table


def read_log(
    paths: Sequence[str | Path] | str | Path,
    *,
    encoding: str | None = None,
    columns: Columns = None,
    max_bytes: int = MAX_BYTES,
) -> Log:
    """Read event logs and ledgers in the order of the files and of their rows.

    Args:
        paths: CSV, TSV, XLSX, XLS, JSON (lines or a list) and Parquet files, each also with gzip; ``file.xlsx#Sheet`` for one
            sheet; folders and patterns for all files in them; ``-`` is standard input.
        encoding: of all text files; found for each by itself where not given.
        columns: header → column name, for headers that are not known (or known as something else; an empty
            name leaves the column out); or a whole mapping (:mod:`zwgk.events.mapping`), or the path of one.
        max_bytes: bound on the size of one file, packed and unpacked.

    Returns:
        The events of all good rows, and a problem for everything wrong in the others. Duplicate rows are kept.
        ``inputs`` has an entry for each sheet that was read.

    Raises:
        InputError: a file that cannot be read as a log at all. All such files are named, one a line.
    """
    if isinstance(paths, str | Path):
        paths = [paths]
    if not paths:
        raise InputError(_("没有给出事件日志；请给出至少一个文件，或用 - 从标准输入读"))
    mapping = as_mapping(columns)
    memo = Memo.empty()
    reads: list[Read] = []
    inputs: list[InputFile] = []
    failures: list[str] = []
    seen: set[str] = set()
    for table in each_table(paths, mapping=mapping, encoding=encoding, max_bytes=max_bytes):
        if isinstance(table, InputError):
            failures.append(str(table))
            continue
        seen.update(table.header.headers)
        try:
            read = read_table(table, source=len(inputs), memo=memo)
        except InputError as error:
            failures.append(str(error))
            continue
        reads.append(read)
        inputs.append(InputFile(table.header.path, read.rows, table.header.encoding, table.header.digest))
    # A mistyped header in the mapping must not pass unnoticed; with an unreadable file it may have stood there.
    if not failures and (unknown := [header for header in mapping.headers if clean(header) not in seen]):
        failures.append(
            _("列对照里的“{unknown}”不在任何文件的表头中；请核对写法").format(unknown=_("”“").join(unknown))
        )
    if failures:
        raise InputError("\n".join(dict.fromkeys(failures)))
    return Log(
        events=tuple(event for read in reads for event in read.events),
        columns=frozenset(name for read in reads for name in read.header.columns),
        inputs=tuple(inputs),
        problems=tuple(problem for read in reads for problem in read.problems),
        unread=tuple(row for read in reads for row in read.unread),
    )


def each_table(
    paths: Sequence[str | Path], *, mapping: ColumnMapping, encoding: str | None = None, max_bytes: int = MAX_BYTES
) -> Iterator[Table | InputError]:
    """The tables of all files in order; in place of those that cannot be read, why."""
    piped = False
    for path in paths:
        try:
            if str(path) == STDIN and piped:
                raise InputError(_("-：标准输入只能读一次；请只写一个 -"))  # noqa: TRY301
            piped = piped or str(path) == STDIN
            sources = find_sources([path])
        except InputError as error:
            yield error
            continue
        for source in sources:
            try:
                tables = open_tables(source, mapping=mapping, encoding=encoding, max_bytes=max_bytes)
            except InputError as error:
                yield error
            else:
                yield from tables
