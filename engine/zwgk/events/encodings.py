"""From bytes to text: UTF-8 with or without BOM, GB18030 (GBK), UTF-16 with BOM, found without being told."""

from __future__ import annotations

import codecs
import re
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from zwgk.errors import InputError
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable

DAMAGE = "\ufffd"
"""What stands in decoded text where bytes could not be decoded."""

_WINDOW = 1 << 16
_RECENT = _WINDOW + 4  # and a character that a block cut in two
_ACCEPTED = {name: name for name in ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "big5")} | {
    "gbk": "gb18030",
    "gb2312": "gb18030",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Decoded(NamedTuple):
    """Text without BOM; ``damaged`` where some bytes could not be decoded (they stand as :data:`DAMAGE`)."""

    text: str
    encoding: str
    has_bom: bool
    damaged: bool


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """The text of the bytes, in ``encoding`` if given, else as found.

    The name found is one of ``utf-8``, ``utf-8-sig``, ``gb18030``, ``utf-16``.

    Raises:
        InputError: no such encoding.
    """
    bom = _bom(data)
    name = known_encoding(encoding) if encoding else bom or "utf-8"
    if bom and (name == bom or (name, bom) == ("utf-8", "utf-8-sig")):
        name = bom
    else:
        bom = ""
    try:
        return Decoded(data.decode(name), name, bool(bom), damaged=False)
    except UnicodeDecodeError as error:
        if not encoding and not bom and not _utf8_around(data, error.start):
            return decode(data, "gb18030")
        return Decoded(data.decode(name, "replace"), name, bool(bom), damaged=True)


def find_encoding(blocks: Iterable[bytes]) -> tuple[str, bool]:
    """The encoding's name as :func:`decode` finds it, and whether a BOM stands first, from a stream of blocks.

    Blocks are taken only as far as they are needed.
    """
    stream = iter(blocks)
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    recent = b""
    for block in chain(stream, (b"",)):  # the blank one says that the text has ended
        if not recent and (bom := _bom(block)):
            return bom, True
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            fault = len(recent) + len(block) - len(error.object) + error.start
            window = recent + block
            while len(window) < fault + _WINDOW and (more := next(stream, b"")):
                window += more
            return ("utf-8" if _utf8_around(window, fault) else "gb18030"), False
        recent = (block if len(block) > _RECENT else recent + block)[-_RECENT:]
    return "utf-8", False


def known_encoding(name: str) -> str:
    """The usual name of an encoding: GBK and GB2312 are read as the GB18030 that contains them.

    Raises:
        InputError: not an encoding that logs are written in.
    """
    try:
        return _ACCEPTED[codecs.lookup(name).name]
    except (LookupError, ValueError) as error:
        raise InputError(
            _("编码“{name}”不认识；可以写 utf-8、gb18030（含 GBK）、utf-16、big5，或不写而自动识别").format(name=name)
        ) from error


def _bom(data: bytes) -> str:
    return next((name for bom, name in _BOMS if data.startswith(bom)), "")


def _utf8_around(data: bytes, fault: int) -> bool:
    """Whether bytes that are not wholly UTF-8 are damaged UTF-8 rather than GB18030.

    Of Chinese text in GBK hardly one character in six happens to be valid UTF-8; in damaged UTF-8 nearly all are.
    And GB18030 must explain the bytes better than UTF-8 does.
    """
    window = data[max(0, fault - _WINDOW) : fault + _WINDOW]
    text = window.decode("utf-8", "replace")
    faults = text.count(DAMAGE)
    sound = len(re.findall(r"[^\x00-\x7f]", text)) - faults
    return sound >= faults or window.decode("gb18030", "replace").count(DAMAGE) >= faults
