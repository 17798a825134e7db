"""CSV and TSV: text into rows of cells, with the row numbers a spreadsheet shows. One damaged row never costs its neighbours."""

from __future__ import annotations

import csv
from itertools import islice, repeat
from typing import TYPE_CHECKING

from zwgk.dates import DateError, read_moment
from zwgk.events.encodings import DAMAGE, decode
from zwgk.events.files import File, excerpt, refuse_other_forms
from zwgk.events.header import MAX_LINE, Header, find_header, split_lines, trimmed
from zwgk.events.rows import Fault
from zwgk.vocabulary import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zwgk.events.rows import Rows

MAX_CELL = 131_072
"""Characters of one cell (the standard library's own bound; a spreadsheet's is 32,767)."""
RESCAN = 200_000
"""Lines that may be read again in search of where an open quote ends; after that every line stands for itself."""

_HEAD = 1 << 16
_UNCLOSED = "成对的英文双引号，单元格内的双引号写两个（这一行的引号没有闭合）"


def read_delimited(
    file: File, *, encoding: str | None = None, columns: Mapping[str, str] | None = None
) -> tuple[Header, Rows]:
    """The header of a CSV or TSV file and its rows, read as they are asked for.

    Raises:
        InputError: the file cannot be read as a log at all.
    """
    refuse_other_forms(file.path, file.data[:_HEAD])
    text, name, has_bom, damaged = decode(file.data, encoding)
    lines = split_lines(text)
    header = find_header(file.path, lines, columns=columns)
    header = header._replace(encoding=name, has_bom=has_bom, digest=file.digest)
    plain = '"' not in text and max(map(len, lines)) <= MAX_CELL
    rows = (_plain_rows if plain else _quoted_rows)(lines, header)
    if damaged or "\0" in text:
        rows = _screened(rows, header, damaged=damaged)
    if "\ufeff" in text:
        rows = _cleaned(rows)
    return header, rows


def _plain_rows(lines: Sequence[str], header: Header) -> Rows:
    """Rows of a text without quotes: CSV says no more than to split each line (a blank one is one blank cell)."""
    return enumerate(map(str.split, islice(lines, header.lines, None), repeat(header.delimiter)), header.row + 1)


def _quoted_rows(lines: Sequence[str], header: Header) -> Rows:
    """Rows of cells below the header; a row that CSV cannot read is a :class:`Fault`, and reading goes on with its next line."""
    row, position, again = header.row, header.lines, 0
    longest = max(map(len, lines), default=0)
    while position < len(lines):
        end = len(lines) if again <= RESCAN else position + 1
        source = map(lines.__getitem__, range(position, end))
        reader = csv.reader(_bounded(source) if longest > MAX_LINE else source, delimiter=header.delimiter, strict=True)
        read = 0
        fault = ""
        try:
            for cells in reader:
                spans = reader.line_num - read
                if (spans > 1 or longest > MAX_CELL) and (fault := _suspect(cells, spans, header)):
                    break
                read = reader.line_num
                row += 1
                yield row, cells
        except csv.Error as error:
            fault = _explained(error)
        if fault:
            again += reader.line_num - read
            row += 1
            yield row, Fault(None, excerpt(lines[position + read]), fault)
            read += 1
        position += read


def _bounded(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if len(line) > MAX_LINE:
            raise csv.Error("line")
        yield line


def _suspect(cells: Sequence[str], spans: int, header: Header) -> str:
    """What is wrong with a row that runs over several lines or has a very long cell; empty if nothing is.

    An open quote runs on to the next quote, whatever lies between. It shows by the number of cells, or by a line
    within a cell that reads as an event of its own.
    """
    if any(len(cell) > MAX_CELL for cell in cells):
        return _explained(csv.Error("field larger"))
    if spans > 1 and len(cells) != len(header.headers) and len(trimmed(cells)) != len(header.headers):
        return _UNCLOSED
    event_at, time_at = header.names.index("event"), header.names.index("time")
    for cell in cells:
        for line in split_lines(cell.replace('"', ""))[1:]:
            own = line.split(header.delimiter)
            if len(own) > max(event_at, time_at) and clean(own[event_at]) and _is_moment(own[time_at]):
                return _UNCLOSED
    return ""


def _is_moment(text: str) -> bool:
    try:
        read_moment(text)
    except DateError:
        return False
    return True


def _explained(error: csv.Error) -> str:
    text = str(error)
    if text == "line":
        return f"一行不超过 {MAX_LINE:,} 个字符"
    if text.startswith("field larger"):
        return f"一个单元格不超过 {MAX_CELL:,} 个字符；请核对引号是否成对"
    if "expected after" in text:
        return "引号之后是分隔符或行尾；单元格内的双引号写两个"
    return _UNCLOSED


def _cleaned(rows: Rows) -> Rows:
    """Rows whose cells may carry a BOM, which the plain way of stripping leaves."""
    for row, cells in rows:
        yield row, (cells if isinstance(cells, Fault) else [clean(str(cell)) for cell in cells])


def _screened(rows: Rows, header: Header, *, damaged: bool) -> Rows:
    """Rows with undecodable bytes or NUL characters as faults, naming the column."""
    for row, cells in rows:
        fault = None
        if not isinstance(cells, Fault):
            for place, cell in enumerate(cells):
                if "\0" in cell or (damaged and DAMAGE in cell):
                    name = header.names[place] if place < len(header.names) else None
                    expected = (
                        "不含空字符（NUL）的文字" if "\0" in cell else f"能按 {header.encoding} 读出的文字；请核对编码"
                    )
                    fault = Fault(name or None, excerpt(cell), expected)
                    break
        yield row, fault or cells
