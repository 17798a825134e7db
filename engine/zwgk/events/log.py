"""From paths to a log: every file read, every failure told at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zwgk.errors import InputError
from zwgk.events.delimited import read_delimited
from zwgk.events.files import MAX_BYTES, STDIN, load
from zwgk.events.rows import Memo, Read, read_rows
from zwgk.model import InputFile, Log
from zwgk.vocabulary import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def read_log(
    paths: Sequence[str | Path] | str | Path,
    *,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
) -> Log:
    """Read event logs, one event a row, in the order of the files and of their rows.

    Args:
        paths: CSV or TSV files; ``-`` is standard input.
        encoding: of all files; found for each by itself where not given.
        columns: header → column name, for headers that are not known (or known as something else); an empty
            name leaves the column out.
        max_bytes: bound on the size of one file.

    Returns:
        The events of all good rows, and a problem for everything wrong in the others. Duplicate rows are kept.

    Raises:
        InputError: a file that cannot be read as a log at all. All such files are named, one a line.
    """
    if isinstance(paths, str | Path):
        paths = [paths]
    if not paths:
        raise InputError("没有给出事件日志；请给出至少一个文件，或用 - 从标准输入读")
    memo = Memo.empty()
    reads: list[Read] = []
    inputs: list[InputFile] = []
    failures: list[str] = []
    seen: set[str] = set()
    for source, path in enumerate(paths):
        try:
            if str(path) == STDIN and STDIN in map(str, paths[:source]):
                raise InputError("-：标准输入只能读一次；请只写一个 -")  # noqa: TRY301
            file = load(path, max_bytes=max_bytes)
            header, rows = read_delimited(file, encoding=encoding, columns=columns)
            seen.update(header.headers)
            read = read_rows(header, rows, source=source, memo=memo)
        except InputError as error:
            failures.append(str(error))
            continue
        reads.append(read)
        inputs.append(InputFile(file.path, read.rows, header.encoding, file.digest))
    # A mistyped header in the mapping must not pass unnoticed; with an unreadable file it may have stood there.
    if not failures and (unknown := [header for header in columns or () if clean(header) not in seen]):
        failures.append(f"列对照里的“{'”“'.join(unknown)}”不在任何文件的表头中；请核对写法")
    if failures:
        raise InputError("\n".join(dict.fromkeys(failures)))
    return Log(
        events=tuple(event for read in reads for event in read.events),
        columns=frozenset(name for read in reads for name in read.header.columns),
        inputs=tuple(inputs),
        problems=tuple(problem for read in reads for problem in read.problems),
    )
