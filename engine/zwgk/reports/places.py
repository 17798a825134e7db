"""Where the events of a finding stand: which file, by its name, and which row of it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from zwgk.i18n import _
from zwgk.phrases import OTHER_FILE, place_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from zwgk.model import InputFile
    from zwgk.report import Report

_NUMBER = "[1-9][0-9]*"


def file_names(inputs: Iterable[InputFile]) -> tuple[str, ...]:
    """What a report calls each file of the log: the sheet of a workbook, the name of any other; the path where names recur."""
    paths = [file.path for file in inputs]
    short = [path.rpartition("#")[2] if "#" in path else path.replace("\\", "/").rpartition("/")[2] for path in paths]
    known = Counter(short)
    return tuple(name if known[name] == 1 else path for name, path in zip(short, paths, strict=True))


def place(row: int, source: int, files: Sequence[str], *, first: bool = False) -> str:
    """A row and, where it is not of the first file (``first``: of any, where there are several), the name of its file."""
    if source or (first and len(files) > 1):
        return _("“{file}”第{row}行").format(file=files[source], row=row)
    return _("第{row}行").format(row=row)


def named(sentences: Sequence[str], files: Sequence[str]) -> list[str]:
    """The sentences of ``because`` with the names of files where they number them."""
    if len(files) == 1:
        return list(sentences)

    def by_name(found: re.Match[str]) -> str:
        number = int(found["file"])
        return place(int(found["row"]), number - 1, files) if 1 < number <= len(files) else found[0]

    return [re.sub(_other_file(), by_name, sentence) for sentence in sentences]


def told(report: Report, verdicts: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """The findings as the dictionaries of the JSON report, for people to read: their reasons name the files."""
    files = file_names(report.head.inputs)
    if len(files) == 1:
        yield from report.records(verdicts)
        return
    for record in report.records(verdicts):
        yield {**record, "because": named(record["because"], files)}


def place_pattern() -> str:
    """What matches a place as sentences say it: groups ``first`` (a row of the first file), else ``file`` and ``row``."""
    first = re.escape(place_of("\0", 0)).replace(re.escape("\0"), f"(?P<first>{_NUMBER})")
    return f"(?:{first}|{_other_file()})"


def _other_file() -> str:
    text = re.escape(_(OTHER_FILE))
    for name in ("file", "row"):
        text = text.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>{_NUMBER})")
    return text
