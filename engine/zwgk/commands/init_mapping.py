"""A mapping for ``--columns``, proposed from a file: what each column is taken for, and what must be filled in."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from zwgk.i18n import _
from zwgk.vocabulary import (
    COLUMN_HEADERS,
    CORE_COLUMNS,
    REQUIRED_COLUMNS,
    column_label,
    event_label,
    nearest,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zwgk.events.header import Header

_PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff（）-]*")


def propose(path: str, *, encoding: str | None = None) -> str:
    """The YAML of a mapping for the (first) table of a file: read with it, the file reads as it does without.

    Where the file cannot be read without a mapping, the lines that are to be filled in say so.

    Raises:
        InputError: the file cannot be read, or nothing in it looks like a header.
    """
    from zwgk.events.forms import open_tables
    from zwgk.events.header import NoLogError
    from zwgk.events.sources import find_sources
    from zwgk.events.tables import UnsettledError

    source = find_sources([path])[0]
    unsettled: _Unsettled = ()
    sheets: list[str] = []
    complaint = ""
    try:
        tables = open_tables(source, encoding=encoding)
        header, sheets = tables[0].header, [table.sheet for table in tables if table.sheet]
    except UnsettledError as error:
        header = error.header._replace(names=error.ledger.names, ledger=error.ledger.dates)
        unsettled, complaint = error.ledger.unsettled, str(error)
    except NoLogError as error:
        header, complaint = error.header, str(error)
    return "\n".join(_lines(path, header, sheets, unsettled, asked=bool(complaint))) + "\n"


_Unsettled = tuple[tuple[str, tuple[str, ...]], ...]


def _lines(path: str, header: Header, sheets: list[str], unsettled: _Unsettled, *, asked: bool) -> Iterator[str]:
    yield _("# 列对照：根据 {path} 生成。改好后用 zwgk-check {path} --columns 本文件 核查；").format(
        path=_one_line(path)
    )
    yield _("# 加上 --show-reading 可以先看每一列是怎样读的。没有写在这里的列按表头自动识别，认不得的作为属性。")
    if asked:
        yield _("# 还须填写：带“？”的各行，写明含义并去掉行首的 #。")
    if sheets:
        yield ""
        yield _("# 只读这些工作表时去掉行首的 #；不写则读所有认得的工作表。")
        yield f"# sheet: [{', '.join(map(_quoted, sheets))}]"
    if header.row:
        yield ""
        yield _("# 表头在第几行（自动找到的）；认错了再去掉行首的 # 并改正。")
        yield f"# header_row: {header.row}"
    yield ""
    yield _('# 表头: 列名。可用的列名：{names}；其他名字作为属性；写 "" 则不读。').format(
        names=_("、").join(COLUMN_HEADERS)
    )
    open_headers = {written for written, _choices in unsettled}
    yield from _under("columns", list(_columns(header, open_headers, asked=asked and not unsettled)))
    if header.ledger or unsettled:
        yield ""
        yield _('# 台账的日期列: 事件名（中文英文都可以）；写 "" 则不读。')
        yield from _under("ledger", list(_dates(header, unsettled)))
    yield ""
    yield _("# 日期列里若是 44757 这样的数字，写明电子表格的日期系统（1900 或 1904，Windows 一般是 1900）。")
    yield "# date_system: 1900"


def _under(key: str, lines: list[str]) -> Iterator[str]:
    """A key and the lines below it; a comment like all of them where nothing is filled in yet."""
    yield f"{key}:" if any(not line.lstrip().startswith("#") for line in lines) else f"# {key}:"
    yield from lines


def _columns(header: Header, unsettled: set[str], *, asked: bool) -> Iterator[str]:
    dates = {place for place, _event in header.ledger}
    missing = [name for name in REQUIRED_COLUMNS if name not in header.names] if asked and not header.ledger else []
    for place, (text, name) in enumerate(zip(header.headers, header.names, strict=True)):
        if not text or place in dates or text in unsettled or text in header.headers[:place]:
            continue
        if name and name in COLUMN_HEADERS:
            core = "" if name in CORE_COLUMNS else _("（属性）")
            yield f"  {_quoted(text)}: {name}  # {column_label(name)}{core}"
        elif missing:
            near = next((wanted for wanted in missing if nearest(text, (wanted, *COLUMN_HEADERS[wanted]))), "")
            said = near or _("？")
            hint = _("像是{label}").format(label=column_label(near)) if near else _("不认得，作为属性")
            yield f"  # {_quoted(text)}: {said}  # {hint}"
        else:
            yield f"  {_quoted(text)}: {_quoted(text)}  # " + _("属性")
    for name in missing:
        yield _("  # 还缺{label}列 {name}：请在上面写明哪一个表头是它").format(label=column_label(name), name=name)


def _dates(header: Header, unsettled: _Unsettled) -> Iterator[str]:
    open_headers = {text for text, _choices in unsettled}
    settled = [(header.headers[place], event) for place, event in header.ledger]
    for text, event in settled:
        if text not in open_headers:
            yield f"  {_quoted(text)}: {event}  # {event_label(event)}"
    for text, choices in unsettled:
        listed = _("、").join(
            _("{event}（{event2}）").format(event=event, event2=event_label(event)) for event in choices
        )
        hint = _("可能是 {choices}").format(choices=listed) if listed else _('请写事件名，或写 "" 不读')
        yield _("  # {text}: ？  # {hint}").format(text=_quoted(text), hint=hint)


def _quoted(text: str) -> str:
    """``text`` as YAML writes it, in quotes unless it can only be read as text."""
    reserved = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"}
    if _PLAIN.fullmatch(text) and text.lower() not in reserved:
        return text
    return json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else "·" for char in text)
