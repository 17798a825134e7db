"""One run at a time: a lock of the operating system, which ends with its holder, and a note of who holds it."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.errors import InputError
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOTE = 4096


class Left(NamedTuple):
    """What a run left that did not come to its end: its process and the moment it judged."""

    pid: int
    as_of: str


class BusyError(InputError):
    """Another run holds the lock."""


@contextmanager
def held(path: str, *, as_of: str) -> Iterator[Left | None]:
    """Hold the lock; yields what an unfinished earlier run left, if there was one.

    Raises:
        BusyError: another process holds it.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(target, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        note = _read(handle)
        if not _acquire(handle):
            text = _("另一个核查正在运行（进程{pid}，截至{as_of}）；请等它结束。锁文件：{path}")
            raise BusyError(text.format(pid=note.pid if note else "?", as_of=note.as_of if note else "?", path=path))
        note = _read(handle)
        _write(handle, {"pid": os.getpid(), "as_of": as_of})
        try:
            yield note
        except Exception:
            # What was refused has come to its end too; only a run that was killed leaves its note.
            _write(handle, None)
            raise
        _write(handle, None)
    finally:
        os.close(handle)


def _acquire(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            # The note itself stays readable: the byte locked lies behind it.
            os.lseek(handle, _NOTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _read(handle: int) -> Left | None:
    os.lseek(handle, 0, os.SEEK_SET)
    try:
        note: Any = json.loads(os.read(handle, _NOTE) or b"null")
        return Left(int(note["pid"]), str(note["as_of"])) if note else None
    except (ValueError, KeyError, TypeError):
        return Left(0, "?")


def _write(handle: int, note: dict[str, Any] | None) -> None:
    os.lseek(handle, 0, os.SEEK_SET)
    os.ftruncate(handle, 0)
    if note:
        os.write(handle, json.dumps(note).encode())
