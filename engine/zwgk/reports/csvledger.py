"""CSV: the ledger as Excel and WPS open it by a double click (UTF-8 with BOM, CRLF)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from zwgk.reports.ledger import AMOUNT, TEXT, WHEN, cells, columns, runs
from zwgk.reports.places import told
from zwgk.reports.words import when, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zwgk.report import Report
    from zwgk.reports.registry import Settings

_BLOCK = 1 << 16


def blocks(report: Report, settings: Settings) -> Iterator[bytes]:
    """The ledger in blocks of bytes."""
    del settings
    said, soon = words(), report.soon
    files = [file.path for file in report.head.inputs]
    heads = columns()
    kinds = [column.cells for column in heads]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([column.header for column in heads])
    for record in told(report):
        row = cells(record, said, soon, files)
        writer.writerow([_text(cell, kind, said.amount) for cell, kind in zip(row, kinds, strict=True)])
        if buffer.tell() > _BLOCK:
            yield buffer.getvalue().encode("utf-8", "replace")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8", "replace")


def _text(cell: Any, kind: str, amount: Any) -> str:
    if cell is None:
        return ""
    if kind == TEXT:
        return safe(cell)
    if kind == WHEN:
        return when(cell)
    if kind == AMOUNT:
        return str(amount(cell))
    return safe(cell) if isinstance(cell, str) else str(cell)


def safe(text: str) -> str:
    """``text`` such that no spreadsheet runs it: an apostrophe stands before what would begin a formula."""
    return f"'{text}" if runs(text) else text
