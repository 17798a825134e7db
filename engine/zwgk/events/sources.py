"""What a user names as the log: files, a sheet of a workbook (``file.xlsx#Sheet``), folders and patterns, into files in a fixed order."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zwgk.errors import InputError
from zwgk.events.files import STDIN, excerpt
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SUFFIXES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".et", ".json", ".jsonl", ".ndjson", ".parquet")
"""What is read of a folder, also with ``.gz`` behind it."""
MAX_FILES = 10_000

_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et")


class Source(NamedTuple):
    """One file to read; ``sheet`` where only that one is meant."""

    path: str
    sheet: str = ""


def find_sources(paths: Iterable[str | Path]) -> list[Source]:
    """The files that paths mean, in the order given, those of a folder or a pattern sorted by name.

    Of a folder all files with a known suffix are taken, those of folders in it too; hidden ones and what office programs leave
    behind while a file is open (``~$…``) are passed over.

    Raises:
        InputError: a folder or a pattern without such files, or with too many.
    """
    sources: list[Source] = []
    for path in paths:
        sources.extend(_of(str(path)))
    return sources


def _of(path: str) -> list[Source]:
    if path == STDIN or not _is_path(path):
        return [Source(path)]
    place = Path(path)
    if place.is_dir():
        return _several(path, sorted(_inside(place)))
    if not place.exists():
        file, mark, sheet = path.rpartition("#")
        if mark and file.lower().endswith(_WORKBOOKS) and Path(file).is_file():
            return [Source(file, sheet)]
        if any(char in path for char in "*?["):
            return _several(path, sorted(_matching(path)))
    return [Source(path)]


def _is_path(path: str) -> bool:
    """Whether the system can look at it at all; the reader has the message for those it cannot."""
    try:
        Path(path).exists()
    except (OSError, ValueError):
        return False
    return True


def _several(path: str, found: list[str]) -> list[Source]:
    if not found:
        message = _("{path}：是文件夹或通配符，没有找到可读的日志；应有 {suffixes} 文件，请核对路径")
        raise InputError(message.format(path=excerpt(path), suffixes=_("、").join(SUFFIXES)))
    if len(found) > MAX_FILES:
        message = _("{path}：有 {count:,} 个文件，上限是 {most:,} 个；请分批核查")
        raise InputError(message.format(path=excerpt(path), count=len(found), most=MAX_FILES))
    return [Source(each) for each in found]


def _inside(folder: Path) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not _is_passed_over(name)]
        for name in names:
            if not _is_passed_over(name) and name.lower().removesuffix(".gz").endswith(SUFFIXES):
                yield str(Path(place) / name)


def _matching(pattern: str) -> Iterator[str]:
    import glob

    for found in glob.iglob(pattern, recursive=True):  # noqa: PTH207  (a pattern may be absolute)
        if Path(found).is_file() and not _is_passed_over(Path(found).name):
            yield found


def _is_passed_over(name: str) -> bool:
    return name.startswith((".", "~$", ".~"))
