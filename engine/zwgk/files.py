"""Small files in and whole files out."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from zwgk.errors import InputError
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = 1 << 20


def write_whole(path: str, blocks: Iterable[bytes]) -> None:
    """Write a file whole or not at all: into a temporary file beside it, then renamed.

    Raises:
        InputError: the folder is missing, or the path is a folder.
        OSError: the disk says no.
    """
    target = Path(path)
    if target.is_dir():
        raise InputError(_("输出 {path} 是文件夹，应为文件；请写出文件名").format(path=path))
    if not target.parent.is_dir():
        raise InputError(
            _("输出 {path} 所在的文件夹不存在；请先建立文件夹 {parent}").format(path=path, parent=target.parent)
        )
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(blocks)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_lines(path: str) -> list[str]:
    """The non-blank lines of a small text file (UTF-8 or GB18030), each once.

    Raises:
        InputError: the file cannot be read.
    """
    from zwgk.events.encodings import decode

    try:
        with Path(path).open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(
            _("{path}：不能读取（{strerror}）；请检查路径和权限").format(path=path, strerror=error.strerror)
        ) from None
    if len(data) > MOST_BYTES:
        raise InputError(
            _("{path}：大于{MOST_BYTES}字节；名单应为每行一个名称的小文件").format(path=path, MOST_BYTES=MOST_BYTES)
        )
    return list(dict.fromkeys(line.strip() for line in decode(data).text.splitlines() if line.strip()))
