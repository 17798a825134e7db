"""Small files of every form, written by hand for the tests."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HEADERS = ["文号", "事件", "时间", "机关", "权重"]


def workbook(*sheets: tuple[str, Callable[[Any, Any], None]], **options: object) -> bytes:
    """A workbook: for each sheet a name and a function (sheet, book) that fills it."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, **options})
    for name, fill in sheets:
        fill(book.add_worksheet(name), book)
    book.close()
    return data.getvalue()


def table(rows: Sequence[Sequence[Any]]) -> Callable[[Any, Any], None]:
    """A function that writes rows from the first cell on."""

    def fill(sheet: Any, _book: Any) -> None:
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)

    return fill


CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
RELATIONSHIPS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>'
)
BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def package(rows: str, *, styles: str = "", extra: Mapping[str, bytes | str] | None = None) -> bytes:
    """A workbook of one sheet whose rows are given as XML."""
    data = io.BytesIO()
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONSHIPS.format(kind="officeDocument", target="xl/workbook.xml"),
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELATIONSHIPS.format(kind="worksheet", target="worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
        **({"xl/styles.xml": styles} if styles else {}),
        **(extra or {}),
    }
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def text_cell(reference: str, text: str) -> str:
    """A cell of text as XML, without a table of shared texts."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def text_row(number: int, texts: Sequence[str]) -> str:
    """A row of texts as XML."""
    cells = "".join(text_cell(f"{chr(65 + place)}{number}", text) for place, text in enumerate(texts))
    return f'<row r="{number}">{cells}</row>'
