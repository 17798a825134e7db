"""What a sheet's XML says beside the values: how far its cells reach, and which cells show something else than their value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zwgk.events.package import Styles

_PREFIX = rb"(?:[A-Za-z_][\w.-]*:)?"
_FAR = re.compile(rb""" r="(?![A-Z]?[0-9]{1,6}")""")
_REFERENCE = re.compile(rb"([A-Za-z]{1,3})([0-9]{1,7})")
_NOWHERE = 1 << 40
_TAGS = re.compile(rb"<" + _PREFIX + rb"(row|c)(?=[\s/>])([^>]*?)(/?)>")
_ATTRIBUTE = re.compile(rb"""\s(r|s|t)\s*=\s*["']([^"']*)["']""")
_END = re.compile(rb"</" + _PREFIX + rb"c>|<" + _PREFIX + rb"(?:c|row)\b")
_FORMULA = re.compile(rb"<" + _PREFIX + rb"f\b[^>]*(?:/>|>([^<]*)<)")
_VALUE = re.compile(rb"<" + _PREFIX + rb"v\b[^>]*>([^<]+)<")
_CELL = re.compile(rb"(<" + _PREFIX + rb"c(?=\s)[^>]*)(?<!/)>(.*?)</" + _PREFIX + rb"c>", re.DOTALL)
_KIND = re.compile(rb"""\st\s*=\s*["'][^"']*["']""")
_NUMBER = re.compile(rb"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*")
_WHOLE = re.compile(rb"\s*[0-9]+(?:\.0*)?\s*")


class Marks(NamedTuple):
    """Cells by (row, column), both from 0, that do not read as their bare value.

    ``percent``: shown as a percentage. ``midnights``: a date with a time of day that is 0:00, in a column where other cells
    have another. ``padded``: whole numbers shown with leading zeros (→ digits). ``errors``: the error shown. ``unsaved``: formulas
    whose result was not saved (→ the formula).
    """

    percent: frozenset[tuple[int, int]]
    midnights: frozenset[tuple[int, int]]
    padded: dict[tuple[int, int], int]
    errors: dict[tuple[int, int], str]
    unsaved: dict[tuple[int, int], str]


def reach(xml: bytes) -> tuple[int, int]:
    """Rows and columns up to the last cell that may hold a value (cells that are only styled do not count).

    Of a sheet of at most 26 columns and 999,999 rows no more is said than that: it costs a fraction of looking at every cell.
    A place that is none reaches beyond all bounds.
    """
    if _is_usual(xml):
        return 999_999, 26
    rows = columns = 0
    for row, column, tag in _places(xml):
        if not tag[3] and xml[tag.end() : tag.end() + 2] != b"</":
            rows, columns = max(rows, row + 1), max(columns, column + 1)
    return rows, columns


def column_number(letters: bytes) -> int:
    """``A`` → 1, ``AA`` → 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def marks(xml: bytes, styles: Styles) -> Marks | None:
    """The cells that do not read as their bare value; None where the sheet has none."""
    if not _may_have_marks(xml, styles):
        return None
    percent: set[tuple[int, int]] = set()
    midnights: set[tuple[int, int]] = set()
    timed: set[int] = set()
    padded: dict[tuple[int, int], int] = {}
    errors: dict[tuple[int, int], str] = {}
    unsaved: dict[tuple[int, int], str] = {}
    for cell, kind, style, body in _cells(xml):
        value = _VALUE.search(body)
        if kind == b"e":
            errors[cell] = value[1].decode("utf-8", "replace") if value else "#N/A"
        elif value is None:
            unsaved |= _unsaved(cell, kind, body)
        elif kind not in (b"", b"n"):
            continue
        elif style in styles.percent:
            percent.add(cell)
        elif style in styles.padded:
            padded[cell] = styles.padded[style]
        elif style in styles.timed and _WHOLE.fullmatch(value[1]):
            midnights.add(cell)
        elif style in styles.timed:
            timed.add(cell[1])
    late = frozenset(cell for cell in midnights if cell[1] in timed)
    return Marks(frozenset(percent), late, padded, errors, unsaved)


def _unsaved(cell: tuple[int, int], kind: bytes, body: bytes) -> dict[tuple[int, int], str]:
    """The formula of a cell without a result (a result that is empty text is one)."""
    formula = None if kind in (b"str", b"inlineStr") else _FORMULA.search(body)
    return {cell: "=" + (formula[1] or b"").decode("utf-8", "replace")} if formula else {}


def _may_have_marks(xml: bytes, styles: Styles) -> bool:
    """Whether it is worth while to look at every cell."""
    start, end = _data(xml)
    if any(xml.find(sign, start, end) >= 0 for sign in (b'"e"', b"'e'", b"<f", b":f")):
        return True
    wanted = sorted(styles.percent | styles.timed | styles.padded.keys())
    numbers = b"|".join(b"%d" % style for style in wanted)
    return bool(wanted) and re.search(rb"""s=["'](?:%b)["']""" % numbers, xml) is not None


def _is_usual(xml: bytes) -> bool:
    """Whether every cell is written as spreadsheets write it, in the first 26 columns and 999,999 rows."""
    start, end = _data(xml)
    cells = xml.count(b"<c", start, end)
    usual = cells == xml.count(b'<c r="', start, end) and xml.find(b":c", start, end) < 0
    return cells > 0 and usual and not _FAR.search(xml, start, end)


def _data(xml: bytes) -> tuple[int, int]:
    """Where the rows begin and end, as far as that is written as usual; else the whole."""
    start, end = xml.find(b"<sheetData"), xml.rfind(b"</sheetData>")
    return (start, end) if 0 <= start < end and xml.count(b"sheetData") == 2 else (0, len(xml))


def _places(xml: bytes) -> Iterator[tuple[int, int, re.Match[bytes]]]:
    """Row, column and tag of each cell. A cell without a reference follows its neighbour, a row without a number the one before."""
    row, column = -1, -1
    for tag in _TAGS.finditer(xml):
        reference = dict(_ATTRIBUTE.findall(tag[2])).get(b"r")
        if tag[1] == b"row":
            row = row + 1 if reference is None else _number(reference)
            column = -1
            continue
        if reference is None:
            column += 1
        else:
            place = _REFERENCE.fullmatch(reference)
            column = column_number(place[1]) - 1 if place else _NOWHERE
            row = _number(place[2]) if place else row
        yield row, column, tag


def _number(digits: bytes) -> int:
    return int(digits) - 1 if digits.isdigit() and len(digits) < 8 else _NOWHERE


def _cells(xml: bytes) -> Iterator[tuple[tuple[int, int], bytes, int, bytes]]:
    """Place, type, style and content of each cell that is not empty."""
    for row, column, tag in _places(xml):
        if not tag[3]:
            said = dict(_ATTRIBUTE.findall(tag[2]))
            end = _END.search(xml, tag.end())
            style = said.get(b"s", b"0")
            body = xml[tag.end() : end.start() if end else len(xml)]
            yield (row, column), said.get(b"t", b""), int(style) if style.isdigit() and len(style) < 8 else 0, body


def soften(xml: bytes, *, shared: int) -> bytes:
    """The sheet with every cell as text whose value is none of its type: one odd cell must not cost the sheet.

    ``shared`` is the number of shared texts. Newer kinds of errors (``#SPILL!``) are such values to readers of older files.
    """

    def softer(cell: re.Match[bytes]) -> bytes:
        kind = dict(_ATTRIBUTE.findall(cell[1])).get(b"t", b"n")
        value = _VALUE.search(cell[2])
        if value is None or kind in (b"str", b"inlineStr", b"d") or _is_of(kind, value[1], shared):
            return cell[0]
        return _KIND.sub(b"", cell[1]) + b' t="str"' + cell[0][len(cell[1]) :]

    return _CELL.sub(softer, xml)


def _is_of(kind: bytes, value: bytes, shared: int) -> bool:
    if kind == b"n":
        return _NUMBER.fullmatch(value) is not None
    if kind == b"s":
        return value.isdigit() and len(value) < 10 and int(value) < shared
    return kind == b"b" and value in (b"0", b"1", b"true", b"false")
