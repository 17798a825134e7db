"""The parts of an XLSX file: a zip archive that is measured before anything in it is believed."""

from __future__ import annotations

import io
import posixpath
import re
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from zwgk.errors import InputError
from zwgk.i18n import _

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

    from zwgk.events.files import File

MAX_PARTS = 4_096
MAX_UNPACKED = 2 << 30
"""Bytes of all parts together."""
MAX_RATIO = 200
"""Unpacked to packed bytes, above :data:`RATIO_FREE` bytes (a sheet of equal rows shrinks to a hundredth)."""
RATIO_FREE = 64 << 20
MAX_SMALL = 16 << 20
"""Bytes of a part that is parsed as a tree (styles, the list of sheets)."""

_BLOCK = 1 << 20
_LOCAL = 30  # bytes of the header before a part, without its name
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATIONS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)


class Styles(NamedTuple):
    """Cell styles that change what a number reads as: those that show a percentage, a time of day, leading zeros (→ digits)."""

    percent: frozenset[int]
    timed: frozenset[int]
    padded: Mapping[int, int]


class Package(NamedTuple):
    """A measured archive: every part unpacks to the size that it states."""

    path: str
    archive: zipfile.ZipFile

    def part(self, name: str, *, most: int = MAX_UNPACKED) -> bytes | None:
        """The bytes of a part, None where there is none.

        Raises:
            InputError: it is larger than ``most``, or has a document type of its own.
        """
        try:
            info = self.archive.getinfo(name)
        except KeyError:
            return None
        if info.file_size > most:
            raise _refused(self.path, _("其中的 {name} 有 {size:,} 字节").format(name=name, size=info.file_size))
        data = self._unpacked(info)
        # Entities could be nested until they fill the memory; no spreadsheet writes any.
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data[:256]:
            raise _refused(self.path, _("其中的 {name} 不是普通的 XML").format(name=name))
        return data

    def with_part(self, name: str, content: bytes) -> io.BytesIO:
        """The archive with another content of a part.

        Raises:
            InputError: another part cannot be unpacked.
        """
        import zipfile

        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w") as target:
            for info in self.archive.infolist():
                target.writestr(info.filename, content if info.filename == name else self._unpacked(info))
        sink.seek(0)
        return sink

    def _unpacked(self, info: zipfile.ZipInfo) -> bytes:
        with _undamaged(self.path):
            return self.archive.read(info)


@contextmanager
def _undamaged(path: str) -> Iterator[None]:
    """Tell of a damaged archive in one way, whatever the archive's reader stumbles over in it.

    That is: what it names itself, a stream of bytes that does not unpack or ends early, a place outside the file, a way of
    packing that it does not know (a RuntimeError), and fields whose numbers or names make no sense.

    Raises:
        InputError: the archive is damaged.
    """
    import zipfile

    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, IndexError) as error:
        raise _damaged(path) from error


def open_package(file: File) -> Package:
    """The archive in a file, measured part by part without keeping any.

    Raises:
        InputError: no archive, too many or too large parts, too tightly packed, or a part that is not what it states.
    """
    import zipfile

    with _undamaged(file.path):
        archive = zipfile.ZipFile(io.BytesIO(file.data))
    infos = archive.infolist()
    if "xl/workbook.xml" not in {info.filename.lower() for info in infos}:
        message = _(
            "{path}：是压缩包或别的办公文件，不是 Excel 工作簿（xlsx）；请解压，或用电子表格软件打开后另存为 xlsx"
        )
        raise InputError(message.format(path=file.path))
    if len(infos) > MAX_PARTS:
        raise _refused(file.path, _("内含 {count:,} 个文件").format(count=len(infos)))
    # Two readers could take different ones of parts that go by one name.
    if len({info.filename.lower() for info in infos}) < len(infos):
        raise _damaged(file.path)
    total = sum(info.file_size for info in infos)
    if total > MAX_UNPACKED or (total > RATIO_FREE and total > MAX_RATIO * len(file.data)):
        raise _refused(file.path, _("解开后有 {total:,} 字节").format(total=total))
    for info in infos:
        if info.flag_bits & 1:
            raise InputError(_("{path}：加了密码，不能读取；请去掉密码后另存").format(path=file.path))
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or not _is_as_stated(file.data, info):
            raise _damaged(file.path)
    return Package(file.path, archive)


def sheet_parts(package: Package) -> dict[str, str]:
    """Sheet name → the name of its part, as far as the workbook says it.

    Raises:
        InputError: it says it of two sheets or parts at once.
    """
    book = _tree(package, "xl/workbook.xml")
    links = _tree(package, "xl/_rels/workbook.xml.rels")
    if book is None or links is None:
        return {}
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    sheets = [*book.iter(f"{_MAIN}sheet"), *book.iter(f"{_STRICT}sheet")]
    parts: dict[str, str] = {}
    for sheet in sheets:
        link = next((link for key in _RELATIONS if (link := sheet.get(key))), "")
        target = targets.get(link, "")
        parts[sheet.get("name", "")] = posixpath.normpath(target.lstrip("/") if target[:1] == "/" else f"xl/{target}")
    if len(parts) < len(sheets) or len(targets) < len(links):
        raise _damaged(package.path)
    return parts


def read_styles(package: Package) -> Styles:
    """The cell styles that change what a number reads as."""
    percent, timed, padded = set(), set(), {}
    root = _tree(package, "xl/styles.xml")
    if root is None:
        return Styles(frozenset(), frozenset(), {})
    main = _MAIN if root.tag.startswith(_MAIN) else _STRICT
    codes = {entry.get("numFmtId", ""): entry.get("formatCode", "") for entry in root.iter(f"{main}numFmt")}
    for place, entry in enumerate(found for group in root.iter(f"{main}cellXfs") for found in group):
        number = entry.get("numFmtId", "0")
        code = codes.get(number, _BUILT_IN.get(number, ""))
        kind, digits = format_kind(code)
        if kind == "percent":
            percent.add(place)
        elif kind == "timed":
            timed.add(place)
        elif kind == "padded":
            padded[place] = digits
    return Styles(frozenset(percent), frozenset(timed), padded)


def format_kind(code: str) -> tuple[str, int]:
    """What a number format shows: ``percent``, ``timed`` (a date with a time of day), ``padded`` (with the digits), or nothing of note."""
    # Quoted text, escaped characters, and conditions, colours and locales in brackets are no format.
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].', "", code).partition(";")[0]
    if "%" in plain:
        return "percent", 0
    if re.search("[hH]", plain) and re.search("[yYdD]", plain):
        return "timed", 0
    return ("padded", len(plain)) if re.fullmatch("0{2,}", plain) else ("", 0)


_BUILT_IN = {"9": "0%", "10": "0.00%", "22": "m/d/yy h:mm"}


def _is_as_stated(data: bytes, info: zipfile.ZipInfo) -> bool:
    """Whether a part unpacks to exactly the size in the directory, which anyone can write."""
    import zipfile

    start = info.header_offset
    if len(data) < start + _LOCAL or data[start : start + 4] != b"PK\x03\x04":
        return False
    start += _LOCAL + sum(int.from_bytes(data[start + at : start + at + 2], "little") for at in (26, 28))
    packed = memoryview(data)[start : start + info.compress_size]
    if len(packed) != info.compress_size:
        return False
    if info.compress_type == zipfile.ZIP_STORED:
        return info.compress_size == info.file_size
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    size = 0
    try:
        rest: bytes | memoryview = packed
        while not unpacker.eof and size <= info.file_size:
            block = unpacker.decompress(rest, _BLOCK)
            size += len(block)
            rest = unpacker.unconsumed_tail
            if not block and not rest:
                break
    except zlib.error:
        return False
    return unpacker.eof and size == info.file_size


def _tree(package: Package, name: str) -> Element | None:
    from xml.etree import ElementTree as ET

    data = package.part(name, most=MAX_SMALL)
    if data is None:
        return None
    try:
        return ET.fromstring(data)  # noqa: S314  (no document type: see `Package.part`)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise _damaged(package.path) from error


def _refused(path: str, what: str) -> InputError:
    return InputError(
        _("{path}：{what}，超出上限或不合常规，没有读取；请核对文件来源，或另存为新的工作簿").format(
            path=path, what=what
        )
    )


def _damaged(path: str) -> InputError:
    return InputError(
        _("{path}：像是 Excel 工作簿（xlsx），但文件损坏或不完整；请重新导出，或用电子表格软件打开后另存").format(
            path=path
        )
    )
