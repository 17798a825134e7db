"""The rows of a large worksheet as XML, written as they come.

XlsxWriter makes the workbook; the one sheet that may have a million rows is written here, in less than half the time.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LONGEST_CELL = 32_767
"""Characters that Excel holds in a cell."""
_EPOCH = dt.date(1899, 12, 30).toordinal()
_FIRST_DAY = dt.date(1900, 3, 1).toordinal()
"""Before it Excel's day numbers are off by one: such a date stays text."""
_BLOCK = 1 << 16
_SPECIAL = re.compile(r"[^\t\n\x20-\x25\x27-\x3b=\x3f-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|_(?=x[0-9A-Fa-f]{4}_)")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_": "_x005F_"}


Cell = tuple[str | float | None, int]
"""A cell: its value (None for an empty cell) and the index of its style."""


def rows(cells: Iterable[Sequence[Cell]], *, first: int) -> Iterator[bytes]:
    """The ``<row>`` elements in blocks of bytes; ``first`` is the number of the first row, from 1."""
    letters: list[str] = []
    parts: list[str] = []
    size = 0
    for number, row in enumerate(cells, first):
        while len(letters) < len(row):
            letters.append(letter(len(letters)))
        text = _row(number, row, letters)
        parts.append(text)
        size += len(text)
        if size > _BLOCK:
            yield "".join(parts).encode()
            parts, size = [], 0
    if parts:
        yield "".join(parts).encode()


def _row(number: int, row: Sequence[Cell], letters: Sequence[str]) -> str:
    cells = [
        f'<c r="{column}{number}"{_body(value, style)}'
        for column, (value, style) in zip(letters, row, strict=False)
        if value is not None
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


@lru_cache(maxsize=1 << 14, typed=True)
def _body(value: str | float, style: int) -> str:
    """A cell after its place; most cells of a ledger say what others say too."""
    if not isinstance(value, str):
        return f' s="{style}"><v>{value!r}</v></c>'
    text = fitting(value)
    kept = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f' s="{style}" t="inlineStr"><is><t{kept}>{_SPECIAL.sub(_escaped, text)}</t></is></c>'


def fitting(text: str) -> str:
    """``text`` as a cell holds it: line ends as line feeds, and no longer than Excel allows, an ellipsis in place of the rest."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) * 2 <= LONGEST_CELL:
        return text
    # Excel counts in UTF-16 units.
    data = text.encode("utf-16-le", "replace")
    if len(data) <= LONGEST_CELL * 2:
        return text
    return data[: (LONGEST_CELL - 1) * 2].decode("utf-16-le", "ignore") + "…"


def _escaped(found: re.Match[str]) -> str:
    char = found[0]
    if char in _NAMED:
        return _NAMED[char]
    # Controls are written as Excel writes them; half a surrogate pair is no character at all.
    return "\ufffd" if 0xD800 <= ord(char) < 0xE000 else f"_x{ord(char):04X}_"


@lru_cache(maxsize=1 << 14)
def serial(time: str) -> float | None:
    """Excel's number of an ISO date or instant (Asia/Shanghai), whole for dates; None where Excel has none."""
    day = dt.date.fromisoformat(time[:10]).toordinal()
    if day < _FIRST_DAY:
        return None
    if len(time) == len("2019-09-24"):
        return day - _EPOCH
    clock = dt.time.fromisoformat(time[11:19])
    return day - _EPOCH + (clock.hour * 3600 + clock.minute * 60 + clock.second) / 86_400


@lru_cache
def letter(column: int) -> str:
    """The letters of a column, from 0: ``A``, ``AA``."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
