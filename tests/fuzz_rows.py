"""Files in which good rows stand among bad ones: every good row must be read, whatever its neighbours are."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from office_files import package, text_cell
from pyarrow import parquet

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

HEAD = ("文号", "事件", "时间", "备注")
LEDGER_HEAD = ("申请编号", "收到申请日期", "答复日期", "备注")
Good = set[tuple[str, str]]
"""Case and day of each event that must be found."""

_NASTY = (
    "", " ", "答复", "2022-07-15", "2022-02-30", "不详", "=1+1", "a,b", "a\tb", 'a"b', '"', '""', '"open', 'close"', "\ufeff", "\u3000", "\u2028",
    "\0", "\x1f", "𠮷", "é", "长" * 300, "99999", "1e5", "'", "\\", "{", "[", "]", "}", "时间", "文号", "事件", "<", "&", "]]>",
)  # fmt: skip


def _good(rng: random.Random, number: int) -> tuple[str, str]:
    return f"好〔{number}〕", f"20{rng.randrange(10, 30)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"


def _bad_cells(rng: random.Random, *, most: int = 6) -> list[str]:
    return [
        "".join(rng.choice(_NASTY) for _ in range(rng.choice((1, 1, 1, 2)))) for _ in range(rng.randrange(most + 1))
    ]


def csv_rows(rng: random.Random) -> tuple[str, bytes, Good]:
    """A log or ledger in delimited text. A bad row has no line break, and no quote that would run on into good rows.

    An open quote can only be told from a cell of several lines by the number of cells, so it is put where that shows.
    """
    delimiter, codec = rng.choice(",\t;"), rng.choice(("utf-8", "gb18030", "utf-8-sig"))
    ledger = rng.random() < 0.4
    lines = [delimiter.join(LEDGER_HEAD if ledger else HEAD)]
    good: Good = set()
    for number in range(rng.randrange(1, 12)):
        if rng.random() < 0.5:
            case, day = _good(rng, number)
            good.add((case, day))
            cells = (case, day, "", "备") if ledger else (case, "答复", day, rng.choice(("", "备", '"引""号"')))
            lines.append(delimiter.join(cells))
        else:
            cells = [cell.replace("\n", "") for cell in _bad_cells(rng)]
            lines.append(delimiter.join(_even(cell, delimiter) for cell in cells))
    end = rng.choice(("\n", "\r\n", "\r"))
    return "log.csv", (end.join(lines) + end).encode(codec, "replace"), good


def _even(cell: str, delimiter: str) -> str:
    """A cell whose quotes do not open it: a quote at its beginning is one of a pair."""
    return cell if not cell.startswith('"') or (cell.count('"') % 2 == 0 and delimiter not in cell) else f"x{cell}"


def open_quote_rows(rng: random.Random) -> tuple[str, bytes, Good]:
    """A log with a quote that is never closed in one row; the rows after it are whole."""
    lines = [",".join(HEAD)]
    good: Good = set()
    hurt = rng.randrange(1, 6)
    for number in range(1, 8):
        case, day = _good(rng, number)
        if number == hurt:
            cells = [case, "答复", day, ""]
            cells[rng.randrange(4)] = '"' + rng.choice(("没有闭合", "", "x,y"))
            lines.append(",".join(cells))
        else:
            good.add((case, day))
            lines.append(",".join((case, "答复", day, rng.choice(("", "备")))))
    return "log.csv", ("\n".join(lines) + "\n").encode(), good


def json_rows(rng: random.Random) -> tuple[str, bytes, Good]:
    """Lines of objects, among lines that are none."""
    lines = []
    good: Good = set()
    for number in range(rng.randrange(1, 12)):
        case, day = _good(rng, number)
        record: dict[str, Any] = {"文号": case, "事件": "答复", "时间": day}
        text = json.dumps(record, ensure_ascii=rng.random() < 0.5)
        if rng.random() < 0.5:
            good.add((case, day))
        else:
            place = rng.randrange(1, len(text))
            text = rng.choice(
                (text[:place], text[place:], text[:place] + rng.choice(_NASTY) + text[place:], "[1]", "1", "x")
            )
            text = json.dumps({"文号": number, "时间": rng.choice(_NASTY)}) if rng.random() < 0.3 else text
        lines.append(text)
    lines.insert(0, json.dumps({"文号": "好", "事件": "答复", "时间": "2020-01-01"}))
    good.add(("好", "2020-01-01"))
    return "log.jsonl", ("\n".join(lines) + "\n").encode("utf-8", "replace"), good


def list_rows(rng: random.Random) -> tuple[str, bytes, Good]:
    """A list of objects, one a line, some of them cut short."""
    items = [json.dumps({"文号": "好", "事件": "答复", "时间": "2020-01-01"}, ensure_ascii=False)]
    good: Good = {("好", "2020-01-01")}
    for number in range(rng.randrange(1, 10)):
        case, day = _good(rng, number)
        text = json.dumps({"文号": case, "事件": "答复", "时间": day}, ensure_ascii=False)
        if rng.random() < 0.6:
            good.add((case, day))
        else:
            text = rng.choice((text[: rng.randrange(1, len(text))], "坏", '"x"', "{}", "null", "[]"))
        items.append(text)
    return "log.json", ("[\n" + ",\n".join(items) + "\n]").encode(), good


def sheet_rows(rng: random.Random) -> tuple[str, bytes, Good]:
    """A workbook of a log or a ledger, with cells of every type where they do not belong."""
    ledger = rng.random() < 0.4
    titles = rng.randrange(4)
    rows = [f'<row r="{place}">{text_cell(f"A{place}", "标题")}</row>' for place in range(1, titles + 1)]
    rows.append(_row(titles + 1, [text_cell("?", text) for text in (LEDGER_HEAD if ledger else HEAD)]))
    good: Good = set()
    for number in range(titles + 2, titles + 2 + rng.randrange(1, 10)):
        case, day = _good(rng, number)
        if rng.random() < 0.5:
            good.add((case, day))
            texts = (case, day, "", "备") if ledger else (case, "答复", day, "备")
            rows.append(_row(number, [text_cell("?", text) if text else "" for text in texts]))
        else:
            rows.append(_row(number, [_odd_cell(rng) for _ in range(rng.randrange(6))]))
    return "log.xlsx", package("".join(rows), styles=_STYLES), good


_STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy-mm-dd hh:mm"/><numFmt numFmtId="165" formatCode="0000"/></numFmts><cellXfs>'
    '<xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)


def _row(number: int, cells: list[str]) -> str:
    placed = (cell.replace('r="?"', f'r="{chr(65 + place)}{number}"') for place, cell in enumerate(cells))
    return f'<row r="{number}">{"".join(placed)}</row>'


def _odd_cell(rng: random.Random) -> str:
    value = rng.choice(
        ("0", "1", "-5", "43732", "43732.5", "1e300", "1e-300", "99999999", "0.04", "", "x", "2022-07-15")
    )
    style = rng.randrange(7)
    kind = rng.choice(("", "", "", ' t="e"', ' t="b"', ' t="str"', ' t="d"', ' t="n"', ' t="s"'))
    if kind == ' t="s"' or (value in ("", "x", "2022-07-15") and kind in ("", ' t="n"', ' t="b"')):
        return text_cell("?", "".join(char for char in rng.choice(_NASTY) if char >= " " and char not in "<&")[:50])
    formula = rng.choice(("", "", "<f>1+1</f>"))
    return f'<c r="?" s="{style}"{kind}>{formula}<v>{value}</v></c>'


def parquet_rows(rng: random.Random) -> tuple[str, bytes, Good]:
    """A table whose texts are odd."""
    good: Good = set()
    columns: dict[str, list[Any]] = {name: [] for name in HEAD}
    for number in range(rng.randrange(1, 10)):
        case, day = _good(rng, number)
        cells: list[Any] = [case, "答复", day, None]
        if rng.random() < 0.5:
            good.add((case, day))
        else:
            cells[rng.randrange(3)] = rng.choice((*_NASTY, None))
        for name, cell in zip(HEAD, cells, strict=True):
            columns[name].append(cell)
    sink = io.BytesIO()
    types = pa.schema([(name, pa.string()) for name in HEAD])
    parquet.write_table(pa.table(columns, schema=types), sink, row_group_size=rng.choice((1, 3, 100)))
    return "log.parquet", sink.getvalue(), good


MAKERS: dict[str, Callable[[random.Random], tuple[str, bytes, Good]]] = {
    "csv": csv_rows,
    "open quote": open_quote_rows,
    "jsonl": json_rows,
    "json": list_rows,
    "xlsx": sheet_rows,
    "parquet": parquet_rows,
}
