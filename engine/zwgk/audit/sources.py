"""Where the events come from: files and globs here; whatever brings its rows as files fits in beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from zwgk.errors import InputError
from zwgk.files import refusal
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zwgk.audit.state import KnownInput

_TAIL = 1 << 16
_DELIMITERS = (b",", b"\t", b";")


class Source(Protocol):
    """Something that events come from."""

    def paths(self, scratch: Path) -> list[str]:
        """The files that hold its events now; a source that is no file writes them into ``scratch``.

        Raises:
            InputError: the source is gone or cannot be read.
        """


class FileSource(NamedTuple):
    """Files, folders and patterns, each file once; those of a folder or a pattern in the order of their names.

    ``config`` is the configuration that names them, ``lines`` says in which line, for each.
    """

    patterns: tuple[str, ...]
    config: str = ""
    lines: tuple[int, ...] = ()

    def paths(self, scratch: Path) -> list[str]:
        """The files that are meant now (``file.xlsx#Sheet`` for one sheet).

        Raises:
            InputError: a path that is missing, or a pattern that nothing matches; all are named.
        """
        from zwgk.events.sources import find_sources

        del scratch
        found: dict[str, None] = {}
        failures = []
        for number, pattern in enumerate(self.patterns):
            try:
                for source in find_sources([pattern]):
                    if not Path(source.path).is_file():
                        text = _("{path}：找不到这个文件；请核对路径，或看导出任务是否失败")
                        raise InputError(text.format(path=source.path))  # noqa: TRY301
                    found[f"{source.path}#{source.sheet}" if source.sheet else source.path] = None
            except InputError as error:
                failures.append(self._told(number, str(error)))
        if failures:
            raise InputError("\n".join(failures))
        return list(found)

    def _told(self, number: int, message: str) -> str:
        """A failure, with where the configuration names the file."""
        if not self.config:
            return message
        line = self.lines[number] if number < len(self.lines) else 0
        place = f"{self.config}:{line}" if line else self.config
        return _("{message}。见 {place} 的 [[source]] files").format(message=message, place=place)


def file_of(path: str) -> str:
    """The file of a path that may name a sheet in it."""
    return path if Path(path).is_file() else path.rpartition("#")[0] or path


class Stamp(NamedTuple):
    """What tells whether a file was touched while it was read."""

    size: int
    changed: int


def stamps(paths: Sequence[str]) -> dict[str, Stamp]:
    """The stamp of each file.

    Raises:
        InputError: a file that is gone.
    """
    found = {}
    for path in dict.fromkeys(map(file_of, paths)):
        try:
            status = Path(path).stat()
        except OSError as error:
            raise InputError(
                _("{path}：读不到了（{reason}）；请核对").format(path=path, reason=refusal(error))
            ) from None
        found[path] = Stamp(status.st_size, status.st_mtime_ns)
    return found


def refuse_moving(before: Mapping[str, Stamp]) -> None:
    """Refuse files that changed since ``before`` was taken.

    Raises:
        InputError: some did; all are named.
    """
    now = stamps(list(before))
    moved = [path for path, stamp in before.items() if now[path] != stamp]
    if moved:
        text = _("{paths}：核查期间文件变了（可能正在写入）；状态没有改动，请等写完再运行")
        raise InputError(text.format(paths=_("、").join(moved)))


def refuse_torn(paths: Sequence[str]) -> None:
    """Refuse delimited text whose last row stops short: an export that was cut off.

    Raises:
        InputError: some do; all are named.
    """
    torn = [path for path in paths if _is_torn(path)]
    if torn:
        text = _(
            "{paths}：最后一行没有写完（格数不足且没有换行）；可能正在导出或导出中断。状态没有改动，请重新导出再运行"
        )
        raise InputError(text.format(paths=_("、").join(torn)))


def _is_torn(path: str) -> bool:
    with Path(path).open("rb") as stream:
        head = stream.read(_TAIL)
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _TAIL))
        tail = stream.read()
    if not tail or b"\0" in head or tail.endswith((b"\n", b"\r")) or b"\n" not in tail:
        return False
    header, last = head.partition(b"\n")[0], tail.rpartition(b"\n")[2]
    if b'"' in header + last:
        return False
    delimiter = max(_DELIMITERS, key=header.count)
    return last.count(delimiter) < header.rstrip(delimiter + b"\r").count(delimiter)


def refuse_removed(known: Sequence[KnownInput], rows: dict[str, int]) -> None:
    """Refuse to take events away that the last run saw: a file that is gone, or has fewer rows.

    Raises:
        InputError: some; all are named.
    """
    failures = []
    for one in known:
        if one.path not in rows:
            failures.append(_("{path}：上次核查时有{rows}行，现在没有这个文件了").format(path=one.path, rows=one.rows))
        elif rows[one.path] < one.rows:
            text = _("{path}：上次核查时有{before}行，现在只有{now}行")
            failures.append(text.format(path=one.path, before=one.rows, now=rows[one.path]))
    if failures:
        advice = _(
            "少了的事件会让已发现的违反被误认为了结，所以没有核查，状态没有改动。请核对导出；确实是有意删减的，加 --accept-removed 再运行"
        )
        raise InputError("\n".join([*failures, advice]))
