"""The bytes of a log file, and what form they are in. Every refusal is an :class:`~zwgk.errors.InputError` that says what to do."""

from __future__ import annotations

import hashlib
import stat
import sys
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from zwgk.errors import InputError
from zwgk.files import refusal
from zwgk.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterator

STDIN = "-"
MAX_BYTES = 4 << 30
"""Bytes of one file, unless the caller sets another bound."""
BLOCK = 4 << 20

_EXCERPT = 60
_SPREADSHEET = N_("请用电子表格软件打开，另存为“CSV UTF-8（逗号分隔）”后再核查")
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", N_("Excel 工作簿（xlsx）或压缩包（zip）"), _SPREADSHEET),
    (b"\xd0\xcf\x11\xe0", N_("旧式 Excel 工作簿（xls、et）"), _SPREADSHEET),
    (b"\x1f\x8b", N_("gzip 压缩文件"), N_("请先解压")),
    (b"PAR1", N_("Parquet 文件"), N_("请先转换为 CSV")),
    (b"%PDF", N_("PDF 文件"), N_("请提供 CSV 或 TSV 格式的事件日志")),
    (b"{", N_("JSON 文本"), N_("请提供 CSV 或 TSV 格式的事件日志")),
    (b"[", N_("JSON 文本"), N_("请提供 CSV 或 TSV 格式的事件日志")),
    (b"<", N_("网页或 XML 文本"), _SPREADSHEET),
)
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")


class File(NamedTuple):
    """A file that was read: its path as given, its bytes and their digest (``sha256:…``)."""

    path: str
    data: bytes
    digest: str


def excerpt(text: str) -> str:
    """``text`` as a message can show it: one line, printable, stripped, cut to a length."""
    shown = "".join(char if char.isprintable() else "·" for char in text[: _EXCERPT + 1].strip())
    return shown if len(shown) <= _EXCERPT else shown[:_EXCERPT] + "…"


def digest(data: bytes) -> str:
    """``sha256:`` and the hex digest of the bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def load(path: str | Path, *, max_bytes: int = MAX_BYTES) -> File:
    """The file's bytes; ``-`` is standard input.

    Raises:
        InputError: missing, a directory, no permission, not a regular file or pipe, too large, or empty.
    """
    data = b"".join(blocks(path, max_bytes=max_bytes))
    if not data.strip(b"\xef\xbb\xbf \t\r\n") or data in _WIDE_BOMS:
        raise InputError(_("{path}：文件是空的；应有表头和事件，请核对是否导出成功").format(path=path))
    return File(str(path), data, digest(data))


def blocks(path: str | Path, *, max_bytes: int = MAX_BYTES) -> Iterator[bytes]:
    """The file's bytes a few MiB at a time, for files that should not be held in memory.

    Raises:
        InputError: as :func:`load`, save for an empty file.
    """
    left = max_bytes
    with _opened(path, max_bytes) as stream:
        try:
            while block := stream.read(BLOCK):
                left -= len(block)
                if left < 0:
                    raise _too_large(path, max_bytes)
                yield block
        except OSError as error:
            raise InputError(
                _("{path}：读取时出错（{reason}）；请核对文件后重试").format(path=path, reason=refusal(error))
            ) from error


def refuse_other_forms(path: str, head: bytes) -> None:
    """Refuse bytes that are no delimited text, by their first kilobytes, naming what they look like.

    Raises:
        InputError: a workbook, an archive, JSON, or binary data.
    """
    start = head[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, name, advice in _MAGIC:
        if start.startswith(magic):
            raise InputError(
                _("{path}：像是{name}，不是 CSV 或 TSV 文本；{advice}").format(
                    path=path, name=_(name), advice=_(advice)
                )
            )
    if head.startswith(_WIDE_BOMS):
        return
    # A stray NUL in some row is that row's problem; in the header, or in bulk, it is not text at all.
    nuls = head.count(0)
    if nuls and (0 in head.replace(b"\r", b"\n").split(b"\n", 1)[0] or nuls * 16 > len(head)):
        raise InputError(
            _("{path}：含有大量空字节，是二进制文件或没有 BOM 的 UTF-16 文本；请另存为 UTF-8 编码的 CSV").format(
                path=path
            )
        )


def _opened(path: str | Path, max_bytes: int) -> AbstractContextManager[BinaryIO]:
    if str(path) == STDIN:
        stream: BinaryIO | None = getattr(sys.stdin, "buffer", None)
        if stream is None:
            raise InputError(_("-：标准输入没有打开；请用管道送入日志，或给出文件路径"))
        return nullcontext(stream)
    try:
        status = Path(path).stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(_("{path}：是文件夹，不是文件；请给出其中的文件").format(path=path))
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISFIFO(status.st_mode)):
            raise InputError(
                _("{path}：是设备或套接字，不是普通文件；请给出文件路径，或用 - 从标准输入读").format(path=path)
            )
        if status.st_size > max_bytes:
            raise _too_large(path, max_bytes)
        return Path(path).open("rb")
    except FileNotFoundError as error:
        raise InputError(
            _("{path}：找不到这个文件{near}；请核对路径和文件名").format(path=path, near=_near(Path(path)))
        ) from error
    except PermissionError as error:
        raise InputError(
            _("{path}：没有读取权限，或者正被别的程序占用；请核对文件权限，关闭打开它的程序").format(path=path)
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or _("路径不合法")
        raise InputError(
            _("{excerpt}：打不开（{reason}）；请核对路径").format(excerpt=excerpt(str(path)), reason=reason)
        ) from error


def _near(path: Path) -> str:
    """The file in the same folder that was probably meant."""
    from zwgk.vocabulary import nearest

    try:
        near = nearest(path.name, [other.name for other in islice(path.parent.iterdir(), 1000) if other.is_file()])
    except OSError:
        return ""
    return _("（是不是“{near}”？）").format(near=near) if near else ""


def _too_large(path: str | Path, max_bytes: int) -> InputError:
    return InputError(
        _("{path}：超过 {max_bytes:,} 字节的上限；请按年份或机关拆分后再核查").format(path=path, max_bytes=max_bytes)
    )
