"""CSV and TSV: text into rows of cells, with the row numbers a spreadsheet shows. One damaged row never costs its neighbours."""

from __future__ import annotations

import csv
from itertools import islice, repeat, takewhile
from typing import TYPE_CHECKING

from zwgk.dates import DateError, read_moment
from zwgk.errors import InputError
from zwgk.events.encodings import DAMAGE, decode
from zwgk.events.files import File, excerpt, refuse_other_forms
from zwgk.events.header import DELIMITERS, MAX_LINE, Header, NoLogError, find_header, split_lines, trimmed
from zwgk.events.mapping import NO_MAPPING, ColumnMapping
from zwgk.events.rows import Fault, at_fault
from zwgk.events.tables import HEAD_ROWS, UnsettledError, find_table
from zwgk.i18n import N_, _
from zwgk.vocabulary import BLANKS, clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zwgk.events.rows import Rows

MAX_CELL = 131_072
"""Characters of one cell (the standard library's own bound; a spreadsheet's is 32,767)."""
RESCAN = 200_000
"""Lines that may be read again in search of where an open quote ends; after that every line stands for itself."""

_HEAD = 1 << 16
_UNCLOSED = N_("成对的英文双引号，单元格内的双引号写两个（这一行的引号没有闭合）")


def read_delimited(
    file: File, *, encoding: str | None = None, mapping: ColumnMapping = NO_MAPPING
) -> tuple[Header, Rows]:
    """The header of a CSV or TSV file (an event log's or a ledger's) and its rows, read as they are asked for.

    Raises:
        InputError: the file cannot be read as a log at all.
    """
    refuse_other_forms(file.path, file.data[:_HEAD])
    text, name, has_bom, damaged = decode(file.data, encoding)
    lines = split_lines(text)
    header = _header(file.path, lines, mapping)
    header = header._replace(encoding=name, has_bom=has_bom, digest=file.digest)
    plain = '"' not in text and max(map(len, lines)) <= MAX_CELL
    rows = (_plain_rows if plain else _quoted_rows)(lines, header)
    if damaged or "\0" in text:
        rows = _screened(rows, header, damaged=damaged)
    if "\ufeff" in text:
        rows = _cleaned(rows)
    return header, rows


def _header(path: str, lines: Sequence[str], mapping: ColumnMapping) -> Header:
    """The header in the first row, as a log has it; else among the first rows, as ledgers and sheets with titles have it."""
    refusal = None
    if not (mapping.header_row or mapping.ledger):
        try:
            return find_header(path, lines, columns=mapping.columns)
        except NoLogError as error:
            refusal = error
    best: Header | None = None
    complaints: list[tuple[bool, int, InputError]] = []
    for delimiter in DELIMITERS:
        head, ends = _head_rows(lines, delimiter, max(HEAD_ROWS, mapping.header_row or 0))
        try:
            header = find_table(path, head, mapping=mapping)
        except InputError as error:
            width = max((len(cells) for _row, cells in head), default=0)
            complaints.append((isinstance(error, UnsettledError), width, error))
            continue
        if best is None or len(header.headers) > len(best.headers):
            best = header._replace(delimiter=delimiter, lines=ends[header.row])
    if best is not None:
        return best
    asked, width, complaint = max(complaints, key=lambda found: found[:2])
    if refusal is None or asked or (width > 1 and _is_title(lines)):
        raise complaint
    raise refusal


def _is_title(lines: Sequence[str]) -> bool:
    """Whether the first line that is not blank has a single cell."""
    first = next((line for line in lines if line.strip(_SEPARATORS)), "")
    return not any(delimiter in first.strip(_SEPARATORS) for delimiter in DELIMITERS)


_SEPARATORS = BLANKS + "".join(DELIMITERS)


def _head_rows(lines: Sequence[str], delimiter: str, most: int) -> tuple[list[tuple[int, list[str]]], dict[int, int]]:
    """The first rows with their numbers, and for each the number of lines up to its end. A row that CSV cannot read ends them."""
    head: list[tuple[int, list[str]]] = []
    ends: dict[int, int] = {}
    short = takewhile(lambda line: len(line) <= MAX_CELL, islice(lines, most * 8))
    reader = csv.reader(short, delimiter=delimiter, strict=True)
    try:
        for row, cells in enumerate(islice(reader, most), 1):
            head.append((row, cells))
            ends[row] = reader.line_num
    except csv.Error:
        pass
    return head, ends


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
        return _(_UNCLOSED)
    if header.ledger:
        filled: list[int] = []
        times = [place for place, _event in header.ledger]
        width = len(header.names)
    else:
        filled, times = [header.names.index("event")], [header.names.index("time")]
        width = max(*filled, *times) + 1
    for cell in cells:
        for line in split_lines(cell.replace('"', ""))[1:]:
            own = line.split(header.delimiter)
            if len(own) >= width and all(clean(own[at]) for at in filled) and any(_is_moment(own[at]) for at in times):
                return _(_UNCLOSED)
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
        return _("一行不超过 {MAX_LINE:,} 个字符").format(MAX_LINE=MAX_LINE)
    if text.startswith("field larger"):
        return _("一个单元格不超过 {MAX_CELL:,} 个字符；请核对引号是否成对").format(MAX_CELL=MAX_CELL)
    if "expected after" in text:
        return _("引号之后是分隔符或行尾；单元格内的双引号写两个")
    return _(_UNCLOSED)


def _cleaned(rows: Rows) -> Rows:
    """Rows whose cells may carry a BOM, which the plain way of stripping leaves."""
    for row, cells in rows:
        yield row, (cells if isinstance(cells, Fault) else [clean(str(cell)) for cell in cells])


def _screened(rows: Rows, header: Header, *, damaged: bool) -> Rows:
    """Rows with undecodable bytes or NUL characters as faults, naming the column."""
    for row, cells in rows:
        faults: dict[int, Fault] = {}
        for place, cell in enumerate([] if isinstance(cells, Fault) else cells):
            if "\0" in cell or (damaged and DAMAGE in cell):
                name = header.names[place] if place < len(header.names) else None
                expected = (
                    _("不含空字符（NUL）的文字")
                    if "\0" in cell
                    else _("能按 {encoding} 读出的文字；请核对编码").format(encoding=header.encoding)
                )
                faults[place] = Fault(name or None, excerpt(cell), expected)
        yield row, at_fault(cells, faults) if faults else cells
