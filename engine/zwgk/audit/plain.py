"""Which logs can be read by the line: plain text in UTF-8, no quotes, one kind of line end, the header in the first line.

There, a line is a row and a row is a line, as :mod:`zwgk.events.delimited` has it too. Every other log is evaluated whole each night.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

from zwgk.errors import InputError
from zwgk.events.encodings import decode
from zwgk.events.files import refuse_other_forms
from zwgk.events.header import HEAD, Header, duplicated, find_header, split_lines
from zwgk.i18n import _

_BLOCK = 4 << 20
_BOM = codecs.BOM_UTF8
_JSON = (".json", ".jsonl", ".ndjson")
"""What the reader takes for JSON by its name alone."""


class UnindexedError(Exception):
    """Why logs cannot be read by the line, or that is not enough; the text is a sentence for the user."""


def unplain(path: str, why: str) -> UnindexedError:
    """That a log cannot be read by the line, and why (a few words)."""
    return UnindexedError(_("{path} {why}，不能逐行读取").format(path=path, why=why))


def plain_header(path: str, *, encoding: str, columns: Any) -> Header:
    """The header of a log that can be read by the line.

    Raises:
        UnindexedError: it is no such log.
    """
    from zwgk.events.mapping import as_mapping

    mapping = as_mapping(columns or None)
    if not mapping.is_plain:
        raise unplain(path, _("的列对照除表头以外还有别的设置"))
    with Path(path).open("rb") as stream:
        head = stream.read(HEAD)
    try:
        refuse_other_forms(path, head)
    except InputError as error:
        raise unplain(path, _("不是 CSV 或 TSV 文本")) from error
    if path.lower().endswith(_JSON):
        raise unplain(path, _("不是 CSV 或 TSV 文本"))
    text = decode(head[: head.rfind(b"\n") + 1], encoding or "utf-8")
    if text.damaged or text.encoding not in ("utf-8", "utf-8-sig"):
        raise unplain(path, unreadable())
    try:
        lines = split_lines(text.text)
        header = find_header(path, lines, columns=mapping.columns)
    except InputError as error:
        raise unplain(path, _("的表头不在第一行，或不是事件日志的表头")) from error
    if header.row != 1 or header.lines != 1 or not {"event", "time"} <= header.columns:
        raise unplain(path, _("的表头不在第一行，或不是事件日志的表头"))
    if '"' in lines[0]:
        raise unplain(path, _("有双引号"))
    if duplicated(header.names):
        raise unplain(path, _("有两列含义相同"))
    return header._replace(encoding="utf-8-sig" if text.has_bom else "utf-8", has_bom=text.has_bom)


def line_ends(path: str) -> int:
    """The bytes of each line's end, 1 or 2, after a look at every byte.

    Raises:
        UnindexedError: it is not plain text.
    """
    lines = returns = pairs = 0
    last = b""
    ends = 0
    with Path(path).open("rb") as stream:
        if stream.read(len(_BOM)) != _BOM:
            stream.seek(0)
        while block := stream.read(_BLOCK):
            # With the end of the block before: a BOM may be cut in two.
            if why := _oddity(last[-2:] + block):
                raise unplain(path, why)
            # The first block settles it: to count takes longer than all the rest, and most logs need none.
            ends = ends or (2 if b"\r" in block else 1)
            if ends == 2:
                lines += block.count(b"\n")
                returns += block.count(b"\r")
                pairs += block.count(b"\r\n") + (last.endswith(b"\r") and block.startswith(b"\n"))
            elif b"\r" in block:
                raise unplain(path, mixed_ends())
            last = block
    if not returns == pairs == lines:
        raise unplain(path, mixed_ends())
    if not last.endswith(b"\n"):
        raise unplain(path, unended())
    return ends


def require_plain(path: str, texts: bytes) -> None:
    """Refuse texts of lines, without their ends, of which one may be no row of its own, or read otherwise in a whole file.

    Raises:
        UnindexedError: some are so.
    """
    if why := _oddity(texts) or (mixed_ends() if b"\r" in texts else ""):
        raise unplain(path, why)


def _oddity(data: bytes) -> str:
    if b'"' in data:
        return _("有双引号")
    if b"\0" in data:
        return _("有空字符（NUL）")
    if b"\1" in data:
        return _("有控制字符")
    return _("中间有 BOM") if _BOM in data else ""


def unreadable() -> str:
    """That bytes are no UTF-8, in a few words."""
    return _("不是 UTF-8 文字")


def too_long() -> str:
    """That a line or a cell is longer than can be handled, in a few words."""
    return _("有一行太长")


def unended() -> str:
    """That the last line does not end, in a few words."""
    return _("的最后一行没有换行")


def mixed_ends() -> str:
    """That lines end differently, in a few words."""
    return _("各行的换行不一致（有的是 CRLF，有的是 LF，或有单独的 CR）")
