"""The header of a log: which encoding, which delimiter, which column means what. Shared by every reader.

Two headers that mean one column (单位 and 部门) are refused, unless all of them but one are blank throughout. An unknown header is an attribute under its own name.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from zwgk.errors import InputError
from zwgk.events.encodings import DAMAGE, decode, find_encoding, known_encoding
from zwgk.events.files import MAX_BYTES, blocks, excerpt, refuse_other_forms
from zwgk.i18n import _
from zwgk.vocabulary import BLANKS, COLUMN_HEADERS, REQUIRED_COLUMNS, clean, column_label, column_name, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

RECORDS = "<records>"
"""What stands for the path of a log that came as records."""
DELIMITERS = (",", "\t", ";")
MAX_COLUMNS = 1_024
MAX_LINE = 50_000_000
"""Characters of one line."""
HEAD = 1 << 20
"""Bytes in which the header of a file must end."""

_NOTHING = BLANKS + "".join(DELIMITERS) + '"'


class Header(NamedTuple):
    """What the first row says of the file.

    ``names`` are the columns in file order, in English where known: None for one left out on purpose, empty
    text for one without a header. ``row`` is the header's number as a spreadsheet shows it (0: the form has none),
    ``lines`` the lines up to its end. ``digest`` is filled in by :func:`read_header` only. ``ledger`` are the date columns of
    a ledger as (place, event); their names are None, and there is no event or time column.
    """

    path: str
    encoding: str
    has_bom: bool
    delimiter: str
    row: int
    lines: int
    headers: tuple[str, ...]
    names: tuple[str | None, ...]
    digest: str = ""
    ledger: tuple[tuple[int, str], ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns that are read."""
        return frozenset((*filter(None, self.names), *(REQUIRED_COLUMNS if self.ledger else ())))

    @property
    def place(self) -> str:
        """Where the header stands, as messages say it."""
        return (
            _("{path}：第 {row} 行（表头）").format(path=self.path, row=self.row)
            if self.row
            else _("{path}：各条记录的键").format(path=self.path)
        )

    @property
    def advice(self) -> str:
        """What to do about columns that are not known."""
        return (
            _("请改正键名，或用 columns= 写明各键的含义")
            if self.path == RECORDS
            else _("请改正表头，或用 --columns 写明各列的含义")
        )


class NoLogError(InputError):
    """A header without the columns of an event log; ``header`` is what stands there."""

    def __init__(self, message: str, header: Header) -> None:
        """Keep the header, for a proposal of what its columns could mean."""
        super().__init__(message)
        self.header = header


def read_header(
    source: str | Path | bytes,
    *,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
) -> Header:
    """The header of delimited text, as :func:`zwgk.events.read_log` would read it, without reading the rows.

    A path is read once, in blocks, for its encoding and digest; it is never held in memory.

    Raises:
        InputError: the file cannot be read as a log at all, or its header stands below other rows, where only the
            reader looks for it.
    """
    path = "<bytes>" if isinstance(source, bytes) else str(source)
    digest, head = hashlib.sha256(), b""

    def passing() -> Iterator[bytes]:
        nonlocal head
        for block in [source] if isinstance(source, bytes) else blocks(source, max_bytes=max_bytes):
            digest.update(block)
            head += block[: HEAD - len(head)]
            yield block

    stream = passing()
    found, has_bom = find_encoding(stream)
    for _rest in stream:  # for the digest
        pass
    refuse_other_forms(path, head)
    decoded = decode(head, encoding or found)
    lines = split_lines(decoded.text)
    header = find_header(path, lines, columns=columns)
    if len(head) == HEAD and header.lines == len(lines):
        raise InputError(_("{path}：表头超过 {HEAD:,} 字节；请核对文件是否为事件日志").format(path=path, HEAD=HEAD))
    return header._replace(
        encoding=known_encoding(encoding) if encoding else found,
        has_bom=has_bom,
        digest=f"sha256:{digest.hexdigest()}",
    )


def split_lines(text: str) -> list[str]:
    r"""Lines as CSV knows them: only ``\n``, ``\r`` and ``\r\n`` end one. Ends are kept where a quoted cell could hold them."""
    if '"' in text:
        return list(io.StringIO(text, newline=""))
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.removesuffix("\n").split("\n")


def find_header(path: str, lines: Sequence[str], *, columns: Mapping[str, str] | None = None) -> Header:
    """The first row that is not blank, split at the delimiter under which most of its columns are known.

    Raises:
        InputError: no header, or not one of an event log.
    """
    skipped = next((number for number, line in enumerate(lines) if line.strip(_NOTHING)), None)
    if skipped is None:
        raise InputError(_("{path}：文件是空的；应有表头和事件，请核对是否导出成功").format(path=path))
    if len(lines[skipped]) > MAX_LINE:
        raise InputError(
            _("{path}：第 {skipped} 行超过 {MAX_LINE:,} 个字符，不像表头；请核对文件是否为事件日志").format(
                path=path, skipped=skipped + 1, MAX_LINE=MAX_LINE
            )
        )
    best: Header | None = None
    score, broken = (-1, -1), False
    for delimiter in DELIMITERS:
        reader = csv.reader(islice(lines, skipped, None), delimiter=delimiter, strict=True)
        try:
            cells = next(reader)
        except csv.Error:
            broken = True
            continue
        headers = trimmed(cells)
        names = map_columns(headers, columns)
        known = sum(name in COLUMN_HEADERS for name in names if name)
        if (known, len(headers)) > score:
            score = (known, len(headers))
            best = Header(path, "", False, delimiter, skipped + 1, skipped + reader.line_num, headers, names)
    if best is None or (broken and not {*REQUIRED_COLUMNS} <= best.columns):
        raise InputError(
            _("{path}：第 {skipped} 行（表头）的引号没有闭合或单元格过长：{excerpt}；请改正表头").format(
                path=path, skipped=skipped + 1, excerpt=excerpt(lines[skipped])
            )
        )
    check_columns(best)
    return best


def trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """Header cells stripped, without the blank ones at the end."""
    headers = [clean(cell) for cell in cells]
    while headers and not headers[-1]:
        headers.pop()
    return tuple(headers)


def map_columns(headers: Sequence[str], columns: Mapping[str, str] | None = None) -> tuple[str | None, ...]:
    """The column each header names. ``columns`` (header → column, blank for "leave out") beats the known headers."""
    chosen = {clean(header): clean(column) for header, column in (columns or {}).items()}
    return tuple(
        (column_name(chosen[header]) or None) if header in chosen else column_name(header) for header in headers
    )


def check_columns(header: Header) -> None:
    """Refuse a header that is none of an event log.

    Raises:
        NoLogError: undecodable, or without an event or time column; mistyped headers are named.
        InputError: too many columns.
    """
    where = header.place
    if len(header.headers) > MAX_COLUMNS:
        raise InputError(
            _("{where}有 {n_headers:,} 列，上限是 {MAX_COLUMNS:,} 列；请核对文件是否为事件日志").format(
                where=where, n_headers=len(header.headers), MAX_COLUMNS=MAX_COLUMNS
            )
        )
    missing = [name for name in REQUIRED_COLUMNS if name not in header.names]
    if not missing or header.ledger:
        return
    if any(DAMAGE in name for name in header.headers):
        raise NoLogError(
            _("{where}的文字解不开：{headers}；请用 --encoding 写明编码，或另存为 UTF-8").format(
                where=where, headers=listed(header.headers)
            ),
            header,
        )
    parts = lacking(header)
    if len(header.headers) == 1 and "，" in header.headers[0]:
        parts.append(_("表头用的是全角逗号“，”，请改为半角逗号“,”"))
    raise NoLogError(
        _("{where}{parts}。找到的列：{headers}。{advice}").format(
            where=where, parts=_("；").join(parts), headers=listed(header.headers), advice=header.advice
        ),
        header,
    )


def lacking(header: Header) -> list[str]:
    """What each column is called that an event cannot do without and that is not there, and which mistyped one may be it."""
    parts = []
    for name in REQUIRED_COLUMNS:
        if name in header.names:
            continue
        accepted = (name, *COLUMN_HEADERS[name])
        parts.append(
            _("缺少{name}列（可以写 {accepted}）").format(name=column_label(name), accepted=_("、").join(accepted))
        )
        for unknown in header.headers:
            if column_name(unknown) not in COLUMN_HEADERS and (near := nearest(unknown, accepted)):
                parts.append(_("“{unknown}”是否应为“{near}”").format(unknown=excerpt(unknown), near=near))
                break
    return parts


def duplicated(names: Sequence[str | None]) -> dict[str, list[int]]:
    """The columns that more than one header names, with their places."""
    places = defaultdict(list)
    for place, name in enumerate(names):
        if name:
            places[name].append(place)
    return {name: found for name, found in places.items() if len(found) > 1}


def settle_duplicates(header: Header, is_blank: Callable[[int], bool]) -> Header:
    """The header with columns left out that repeat another one and are blank throughout (``is_blank`` of a place).

    Raises:
        InputError: two columns with content mean the same; all such pairs are named.
    """
    names = list(header.names)
    clashes = []
    for name, places in duplicated(names).items():
        filled = [place for place in places if not is_blank(place)]
        for place in places:
            if place != (filled or places)[0]:
                names[place] = None
        if len(filled) > 1:
            written = _("、").join(
                _("“{excerpt}”（第 {place} 列）").format(excerpt=excerpt(header.headers[place]), place=place + 1)
                for place in filled
            )
            clashes.append(
                _("{written}都表示{name}（{name2}）").format(written=written, name=column_label(name), name2=name)
            )
    if clashes:
        raise InputError(
            (
                _("{place}{clashes}。一个含义只能有一列：请改名或删去其余各列")
                if header.path == RECORDS
                else _("{place}{clashes}。一个含义只能有一列：请改名或删去其余各列，或用 --columns 写明")
            ).format(place=header.place, clashes=_("；").join(clashes))
        )
    return header._replace(names=tuple(names))


def listed(headers: Sequence[str]) -> str:
    """The headers that were found, as messages name them."""
    shown = _("、").join(excerpt(header) or _("（空）") for header in headers[:20])
    return _("{shown} 等 {n_headers} 列").format(shown=shown, n_headers=len(headers)) if len(headers) > 20 else shown
