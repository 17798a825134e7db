"""Small files in and whole files out."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from zwgk.errors import InputError
from zwgk.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = 1 << 20


def write_whole(path: str, blocks: Iterable[bytes]) -> None:
    """Write a file whole or not at all: into a temporary file beside it, then renamed.

    Raises:
        InputError: the folder is missing, the path is a folder, or another program holds the file.
        OSError: the disk says no.
    """
    import tempfile

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
        _put(Path(name), target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _put(written: Path, target: Path) -> None:
    try:
        written.replace(target)
    except PermissionError as error:
        # What Windows answers while Excel holds the old report open; the temporary file's name would help nobody.
        raise InputError(
            _(
                "输出 {target} 写不进去：可能正在 Excel、WPS 等程序里打开，或者没有写的权限；请关闭它，或换一个文件名"
            ).format(target=target)
        ) from error


def refuse_overwriting(outputs: Iterable[str], inputs: Iterable[str]) -> None:
    """Refuse an output that is a file which is read.

    Raises:
        InputError: an output is one of the inputs, by whatever name.
    """
    read = {identity for path in inputs if (identity := _identity(path))}
    for path in outputs:
        if _identity(path) in read:
            raise InputError(
                _("输出 {path} 就是要读的文件，写了会把它覆盖；请换一个文件名，或放到别的文件夹").format(path=path)
            )


def _identity(path: str) -> tuple[int, int] | None:
    """What tells a file from others whatever its name; None where there is no such file."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


_REASONS = {
    errno.ENOSPC: N_("磁盘已满"),
    errno.EROFS: N_("磁盘是只读的"),
    errno.ENAMETOOLONG: N_("名称太长"),
}


def refusal(error: OSError | ValueError) -> str:
    """Why the system would not open, read or write a file, in the language of the context."""
    if isinstance(error, FileNotFoundError):
        return _("没有这个文件或文件夹")
    if isinstance(error, PermissionError):
        return _("没有权限，或者正被别的程序占用")
    if isinstance(error, IsADirectoryError):
        return _("是文件夹，不是文件")
    if isinstance(error, NotADirectoryError):
        return _("路径里有一段是文件，不是文件夹")
    if isinstance(error, FileExistsError):
        return _("已有同名的文件")
    if isinstance(error, OSError) and error.errno in _REASONS:
        return _(_REASONS[error.errno])
    return str(getattr(error, "strerror", None) or error)


def read_text(path: str) -> str:
    """The text of a small list (UTF-8 or GB18030).

    Raises:
        InputError: the file cannot be read.
    """
    from zwgk.events.encodings import decode

    try:
        with Path(path).open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(
            _("{path}：不能读取（{reason}）；请检查路径和权限").format(path=path, reason=refusal(error))
        ) from None
    if len(data) > MOST_BYTES:
        raise InputError(
            _("{path}：大于{MOST_BYTES}字节；名单应为每行一个名称的小文件").format(path=path, MOST_BYTES=MOST_BYTES)
        )
    return decode(data).text
