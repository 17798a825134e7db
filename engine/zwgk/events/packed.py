"""Files packed with gzip, unpacked within bounds."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from zwgk.errors import InputError
from zwgk.i18n import _

if TYPE_CHECKING:
    from zwgk.events.files import File

MAGIC = b"\x1f\x8b"
MAX_RATIO = 200
"""Unpacked to packed bytes, above :data:`RATIO_FREE` bytes; logs shrink to a tenth or a fiftieth."""
RATIO_FREE = 64 << 20
MAX_MEMBERS = 100_000

_BLOCK = 4 << 20


def unpack(file: File, *, max_bytes: int) -> File:
    """The file with its unpacked bytes (and the digest of the packed ones, which are what lies on the disk).

    Raises:
        InputError: damaged, cut off, with bytes after its end, too large, or too tightly packed.
    """
    allowed = min(max_bytes, max(RATIO_FREE, MAX_RATIO * len(file.data)))
    blocks: list[bytes] = []
    size, members = 0, 0
    rest: bytes = file.data
    try:
        while rest:
            members += 1
            unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
            while not unpacker.eof:
                block = unpacker.decompress(rest, _BLOCK)
                rest = unpacker.unconsumed_tail
                size += len(block)
                blocks.append(block)
                if size > allowed or members > MAX_MEMBERS:
                    raise _too_large(file.path, allowed)
                if not block and not rest and not unpacker.eof:
                    raise _damaged(file.path)
            rest = unpacker.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise _damaged(file.path) from error
    return file._replace(data=b"".join(blocks))


def _too_large(path: str, allowed: int) -> InputError:
    message = _("{path}：解开后超过 {allowed:,} 字节，超出上限或不合常规；请核对文件来源，或解压、拆分后再核查")
    return InputError(message.format(path=path, allowed=allowed))


def _damaged(path: str) -> InputError:
    return InputError(_("{path}：gzip 压缩文件损坏或不完整；请重新压缩，或解压后再核查").format(path=path))
