"""JSON: one object a line, or a list of objects. One damaged object never costs its neighbours.

The row of an event is the line of its object; where a list has several objects on one line, their places (from 1) stand for lines.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from zwgk.errors import InputError
from zwgk.events.delimited import MAX_CELL
from zwgk.events.encodings import DAMAGE, decode
from zwgk.events.files import excerpt
from zwgk.events.header import duplicated
from zwgk.events.records import cell_text
from zwgk.events.rows import Fault, at_fault
from zwgk.events.tables import Table, find_table, padded
from zwgk.i18n import _
from zwgk.vocabulary import clean, column_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zwgk.events.files import File
    from zwgk.events.header import Header
    from zwgk.events.mapping import ColumnMapping

_SOMETHING = re.compile(r"[^ \t\r\n]")
_Objects = list[tuple[int, dict[str, Any] | Fault]]


class _Literal(str):
    """A number as it is written."""

    __slots__ = ()


def read_json(file: File, *, mapping: ColumnMapping, encoding: str | None = None) -> list[Table]:
    """The header (every key, in the order of first sight) and the rows of a JSON file.

    Raises:
        InputError: it cannot be read as a log at all.
    """
    text, name, has_bom, damaged = decode(file.data, encoding or mapping.encoding)
    start = _after_space(text, 0)
    is_list = text[start : start + 1] == "["
    objects = _listed(text, start) if is_list else list(_lines(text))
    found = [each for _row, each in objects if isinstance(each, dict)]
    if not found:
        raise _no_object(file.path, objects)
    keys = list(dict.fromkeys(key for each in found for key in each))
    header = find_table(file.path, [(0, keys)], mapping=mapping)
    # `find_table` strips blank keys at the end; they have no place in a log either way.
    header = header._replace(
        headers=tuple(map(clean, keys)),
        names=padded(header.names, len(keys)),
        encoding=name,
        has_bom=has_bom,
        digest=file.digest,
    )
    rows: Iterable[tuple[int, list[str] | Fault]] = (
        (row, each if isinstance(each, Fault) else _cells(each, keys, damaged=damaged)) for row, each in objects
    )
    if twins := duplicated(header.names):
        rows = _merged(list(rows), header, twins)
        spare = {place for places in twins.values() for place in places[1:]}
        header = header._replace(
            names=tuple(None if place in spare else name for place, name in enumerate(header.names))
        )
    return [Table(header, rows, "json" if is_list else "jsonl")]


def _after_space(text: str, start: int) -> int:
    found = _SOMETHING.search(text, start)
    return found.start() if found else len(text)


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_object, parse_int=_Literal, parse_float=_Literal, parse_constant=_refuse_constant
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        repeated = next(name for place, name in enumerate(names) if name in names[:place])
        raise _ObjectionError(_("键“{key}”只出现一次").format(key=excerpt(repeated)))
    return found


def _refuse_constant(name: str) -> Any:
    raise _ObjectionError(_("数字；没有值的写 null，不写 {name}").format(name=name))


class _ObjectionError(ValueError):
    """JSON by its form, but with two readings."""


def _lines(text: str) -> Iterator[tuple[int, dict[str, Any] | Fault]]:
    decoder = _decoder()
    for number, line in enumerate(re.split("\r\n|\r|\n", text), 1):
        stripped = line.strip(" \t\ufeff")
        if not stripped:
            continue
        try:
            found = decoder.decode(stripped)
        except (ValueError, RecursionError) as error:
            yield number, Fault(None, excerpt(stripped), _objection(error))
            continue
        if isinstance(found, dict):
            yield number, found
        else:
            yield number, Fault(None, excerpt(stripped), _("一个 JSON 对象，如 {example}").format(example=_EXAMPLE))


_EXAMPLE = '{"case": "…", "event": "…", "time": "2022-07-15"}'


def _listed(text: str, start: int) -> _Objects:
    """The objects of a list with their rows; what follows a place that is no JSON is looked for at the next object."""
    decoder = _decoder()
    found: list[tuple[int, dict[str, Any] | Fault]] = []
    line, counted, at = 1, 0, start + 1
    while True:
        at = _after_space(text, at)
        if at >= len(text) or text[at] == "]":
            break
        if text[at] == ",":
            at += 1
            continue
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            found.append((line, Fault(None, excerpt(text[at : at + 80]), _objection(error))))
            following = _NEXT.search(text, at + 1)
            if following is None:
                break
            at = following.start() + 1
            continue
        if isinstance(value, dict):
            found.append((line, value))
        else:
            expected = _("一个 JSON 对象，如 {example}").format(example=_EXAMPLE)
            found.append((line, Fault(None, excerpt(str(value)), expected)))
    end = _after_space(text, at + 1) if at < len(text) else at
    if (at >= len(text) or end < len(text)) and not any(isinstance(each, Fault) for _row, each in found):
        expected = _("以“]”结束的列表（文件不完整，或列表之后还有内容）")
        found.append(
            (line + text.count("\n", counted), Fault(None, excerpt(text[max(at, len(text) - 40) :]), expected))
        )
    rows = [row for row, _each in found]
    if any(later <= earlier for earlier, later in pairwise(rows)):
        return [(place, each) for place, (_row, each) in enumerate(found, 1)]
    return found


_NEXT = re.compile(r"[,\n]\s*\{")


def _objection(error: Exception) -> str:
    if isinstance(error, _ObjectionError):
        return str(error)
    if isinstance(error, json.JSONDecodeError):
        return _("一个完整的 JSON 对象（这一行第 {column} 个字符处读不通）").format(column=error.colno)
    return _("一个 JSON 对象，嵌套不太深")


def _no_object(path: str, objects: Sequence[tuple[int, object]]) -> InputError:
    if not objects:
        return InputError(_("{path}：里面没有事件；请核对是否导出成功").format(path=path))
    row, fault = objects[0]
    expected = fault.expected if isinstance(fault, Fault) else ""
    message = _(
        "{path}：像是 JSON，但没有一条能读：第 {row} 行应为{expected}。应为每行一个对象（.jsonl），或对象的列表（.json）"
    )
    return InputError(message.format(path=path, row=row, expected=expected))


def _merged(
    rows: list[tuple[int, list[str] | Fault]], header: Header, twins: Mapping[str, Sequence[int]]
) -> Iterator[tuple[int, list[str] | Fault]]:
    """Rows in which one of several keys with one meaning is filled in; where two are, the row is a fault."""
    for row, cells in rows:
        yield row, _told_once(cells, twins) if isinstance(cells, Fault) else _one_each(cells, header, twins)


def _told_once(fault: Fault, twins: Mapping[str, Sequence[int]]) -> Fault:
    """A faulty row in which the first of several keys with one meaning has what is legible of all of them."""
    if fault.cells is None:
        return fault
    cells, illegible = list(fault.cells), set(fault.illegible)
    for places in twins.values():
        cells[places[0]] = next((cells[place] for place in places if clean(cells[place])), "")
        if illegible.intersection(places):
            illegible.add(places[0])
    return fault._replace(cells=cells, illegible=frozenset(illegible))


def _one_each(cells: list[str], header: Header, twins: Mapping[str, Sequence[int]]) -> list[str] | Fault:
    for name, places in twins.items():
        filled = [place for place in places if clean(cells[place])]
        if len(filled) > 1:
            written = _("”“").join(excerpt(header.headers[place]) for place in filled)
            expected = _("一个含义只有一个值；“{keys}”都表示{label}").format(keys=written, label=column_label(name))
            found = excerpt(_("、").join(cells[place] for place in filled))
            return Fault(name, found, expected, cells, frozenset(places))
        cells[places[0]] = "".join(cells[place] for place in filled)
    return cells


def _cells(record: dict[str, Any], keys: Sequence[str], *, damaged: bool) -> list[str] | Fault:
    cells: list[str] = []
    faults: dict[int, Fault] = {}
    for place, key in enumerate(keys):
        value, cell = record.get(key), ""
        try:
            cell = str(value) if isinstance(value, _Literal) else cell_text(value)
        except (TypeError, UnicodeError):
            expected = _("文字、数字、true / false、null，或文字的列表")
            faults[place] = Fault(clean(key), excerpt(repr(value)), expected)
        if len(cell) > MAX_CELL:
            expected = _("一个单元格不超过 {most:,} 个字符").format(most=MAX_CELL)
            faults[place] = Fault(clean(key), excerpt(cell), expected)
        elif "\0" in cell or (damaged and DAMAGE in cell):
            expected = _("不含空字符（NUL）和解不开的字节的文字；请核对编码")
            faults[place] = Fault(clean(key), excerpt(cell), expected)
        cells.append(cell)
    return at_fault(cells, faults) if faults else cells
