"""Letters as a Word document, through python-docx (the extra ``letter``)."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from zwgk.i18n import _
from zwgk.reports.letter import nothing, ordinal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zwgk.reports.letter import Letter, Table

_FONT = "仿宋"
_HEAD_FONT = "黑体"
_TEXT = '<w:t xml:space="preserve">{}</w:t>'
_HYPHEN = '</w:t><w:noBreakHyphen/><w:t xml:space="preserve">'
_ISO = re.compile(r"(?<![\d-])(\d{4})-(\d\d)-(\d\d)(?![\d-])")
_MARGINS = '<w:tcMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tcMar>'
_TIGHT = '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
"""No space between a number and 年, 月, 日: a date fits on a line."""
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(letters: Iterable[Letter], as_of: str) -> Iterator[bytes]:
    """One document with every letter on a new page, in blocks of bytes; ``as_of`` (ISO) is its date."""
    from docx import Document

    paper: Any = Document()
    _set_up(paper, as_of)
    number = 0
    for number, letter in enumerate(letters, 1):
        if number > 1:
            paper.add_page_break()
        _write(paper, letter)
    if not number:
        paper.add_paragraph(nothing())
    file = io.BytesIO()
    paper.save(file)
    yield _dateless(file)


def _set_up(paper: Any, as_of: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.7)
    section.top_margin = section.bottom_margin = Cm(2.2)
    style = paper.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    for language in paper.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    properties = paper.core_properties
    properties.author, properties.comments, properties.title = "", "", _("政务公开事项督办单（草稿）")
    properties.last_modified_by, properties.revision = "", 1
    properties.created = properties.modified = dt.datetime.fromisoformat(as_of).replace(tzinfo=None)


def _write(paper: Any, letter: Letter) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    title = paper.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, letter.title, size=18, bold=True)
    number, addressee, *rest = letter.lead
    paper.add_paragraph(_clean(number)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(paper.add_paragraph(), addressee, size=14, bold=True)
    for text in rest:
        _indented(paper, text)
    for place, table in enumerate(letter.tables, 1):
        _heading(paper, f"{ordinal(place)}{table.heading}")
        _table(paper, table)
    _heading(paper, f"{ordinal(len(letter.tables) + 1)}{letter.requests_heading}")
    for place, text in enumerate(letter.requests, 1):
        _indented(paper, f"{place}. {text}")
    paper.add_paragraph()
    for text in letter.signatures:
        paper.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(paper.add_paragraph(), _("（{footnote}）").format(footnote=letter.footnote), size=9)


def _heading(paper: Any, text: str) -> None:
    from docx.shared import Pt

    paragraph = paper.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_before = Pt(10)
    _run(paragraph, text, size=13, font=_HEAD_FONT)


def _indented(paper: Any, text: str) -> None:
    from docx.shared import Pt

    paragraph = paper.add_paragraph(_clean(text))
    paragraph.paragraph_format.first_line_indent = Pt(24)
    paragraph.paragraph_format.space_after = Pt(2)


def _run(paragraph: Any, text: str, *, size: int, bold: bool = False, font: str = _FONT) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run = paragraph.add_run(_clean(text))
    run.font.size, run.font.bold = Pt(size), bold
    run.font.name = "Times New Roman"
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)  # noqa: SLF001 - python-docx has no other door to it


def _table(paper: Any, table: Table) -> None:
    """The table, row by row in XML: cell by cell through python-docx takes the square of the rows."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls
    from docx.shared import Cm

    widths = [round(Cm(width).twips) for width in table.widths]
    made = paper.add_table(rows=0, cols=len(widths), style="Table Grid")
    made.autofit = False
    for column, width in zip(made.columns, table.widths, strict=True):
        column.width = Cm(width)
    names = nsdecls("w")
    body = made._tbl  # noqa: SLF001 - python-docx has no other door to it
    body.append(parse_xml(_row_xml(table.heads, widths, names, head=True)))
    for row in table.rows:
        body.append(parse_xml(_row_xml(row, widths, names, head=False)))


def _row_xml(cells: Sequence[str], widths: Sequence[int], names: str, *, head: bool) -> str:
    from xml.sax.saxutils import escape

    font = f'<w:rFonts w:eastAsia="{_HEAD_FONT if head else _FONT}"/>' + '<w:sz w:val="20"/>'
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/>' if head else ""
    middle = '<w:jc w:val="center"/>' if head else ""
    parts = [
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}{_MARGINS}</w:tcPr><w:p><w:pPr>'
        f'{_TIGHT}<w:spacing w:after="0"/>{middle}</w:pPr><w:r><w:rPr>{font}</w:rPr>'
        f"{_ISO.sub(_unbroken, _TEXT.format(escape(_clean(text))))}</w:r></w:p></w:tc>"
        for text, width in zip(cells, widths, strict=True)
    ]
    repeated = "<w:tblHeader/>" if head else ""
    return f"<w:tr {names}><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(parts)}</w:tr>"


def _unbroken(found: re.Match[str]) -> str:
    """A date at whose hyphens no line ends."""
    return _HYPHEN.join(found.groups())


def _clean(text: str) -> str:
    """``text`` without the characters that XML cannot hold, on one line."""
    return _NO_XML.sub("\ufffd", text.replace("\r", " ").replace("\n", " "))


def _dateless(file: io.BytesIO) -> bytes:
    """The same archive with the zip format's first date on every entry, so that equal letters are equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            with target.open(name, "w") as part:
                part.write(source.read(name))
    return out.getvalue()
