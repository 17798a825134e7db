"""SQL sources: a query's rows, streamed over a read-only connection into a snapshot that is read like any other log.

The snapshot is a CSV file beside the state (``sources/<name>.csv``). Its path is the same every night, so that a night can be
compared with the one before, and a receipt can be verified without the database.
"""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zwgk.audit.cells import Cells
from zwgk.errors import InputError
from zwgk.files import refusal
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import IO

    from zwgk.audit.drivers import Answer


class Query(NamedTuple):
    """A query on a database.

    Attributes:
        name: tells one source from another; the snapshot's name.
        type: ``postgresql``, ``mysql`` or ``sqlite``.
        query: one statement that returns rows, or empty; then ``query_file`` holds it.
        dsn_env: the environment variable with the connection; empty for a ``path``.
        path: the file, for ``sqlite``.
        timeout: seconds to wait for the database.
        snapshot: where the rows are written.
        encoding: of the snapshot.
    """

    name: str
    type: str
    query: str
    query_file: str
    dsn_env: str
    path: str
    timeout: int
    snapshot: str
    encoding: str


class SqlSource(NamedTuple):
    """A query as a source of events."""

    query: Query
    environment: Mapping[str, str] = os.environ

    def paths(self, scratch: Path) -> list[str]:
        """The snapshot, written anew.

        Raises:
            InputError: the driver is missing, the connection is not set, or the database refuses; the text says what to do.
        """
        del scratch
        fetch(self.query, self.environment)
        return [self.query.snapshot]


def fetch(query: Query, environment: Mapping[str, str] = os.environ) -> int:
    """Write the rows of a query into its snapshot, whole or not at all; returns how many there are.

    Raises:
        InputError: they cannot be had or written.
    """
    from zwgk.audit.drivers import answered

    statement = _statement(query)
    target = Path(query.snapshot)
    with _replacing(target) as part, answered(query, statement, _connection(query, environment)) as answer:
        rows, dates = _write(query, answer, part)
        if dates:
            _cut_midnights(part, query.encoding, dates)
        return rows


def _statement(query: Query) -> str:
    if query.query:
        return query.query
    try:
        text = Path(query.query_file).read_text("utf-8-sig")
    except OSError as error:
        message = _("{path}：读不到查询语句（{reason}）；请核对 query_file")
        raise InputError(message.format(path=query.query_file, reason=refusal(error))) from None
    except UnicodeDecodeError:
        message = _("{path}：不是 UTF-8 文字；请把查询语句另存为 UTF-8")
        raise InputError(message.format(path=query.query_file)) from None
    if not text.strip():
        message = _("{path}：是空的；应为一条 SELECT 查询")
        raise InputError(message.format(path=query.query_file))
    return text


def _connection(query: Query, environment: Mapping[str, str]) -> str:
    """How to reach the database; only ever from the environment, save for a file's path."""
    if not query.dsn_env:
        return query.path
    dsn = environment.get(query.dsn_env, "").strip()
    if not dsn:
        example = {
            "postgresql": _("postgresql://用户:口令@主机:5432/库名"),
            "mysql": _("mysql://用户:口令@主机:3306/库名"),
            "sqlite": _("/路径/库.db"),
        }[query.type]
        message = _("数据源“{name}”：环境变量 {variable} 没有设置；请在运行环境里设置，如 {example}")
        raise InputError(message.format(name=query.name, variable=query.dsn_env, example=example))
    return dsn


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A file that takes the place of ``target`` once it is whole; only its owner may read it."""
    folder = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # What a run that was killed has left; the lock keeps any other run away.
        for leftover in target.parent.glob(f".{target.stem}.*"):
            shutil.rmtree(leftover, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.stem}.", dir=target.parent))
        yield folder / target.name
        (folder / target.name).replace(target)
    except OSError as error:
        message = _("{path}：存不下查询结果（{reason}）；状态没有改动，请检查磁盘空间和权限")
        raise InputError(message.format(path=target, reason=refusal(error))) from None
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _opened(path: Path, mode: str, encoding: str) -> IO[str]:
    return open(os.open(path, _FLAGS[mode], 0o600), mode, encoding=encoding, newline="")  # noqa: PTH123


_FLAGS = {"w": os.O_WRONLY | os.O_CREAT | os.O_TRUNC, "r": os.O_RDONLY}


def _write(query: Query, answer: Answer, path: Path) -> tuple[int, frozenset[int]]:
    """Write all rows; returns how many, and the columns whose time stamps are all at midnight."""
    cells = Cells()
    row = 1
    try:
        with _opened(path, "w", query.encoding) as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(answer.columns)
            for row, values in enumerate(answer.rows, 2):  # noqa: B007
                writer.writerow(cells.texts(values))
    except UnicodeError as error:
        message = _("数据源“{name}”第{row}行：有写不成文字的值（{reason}）；请在查询里把该列转换成文字")
        raise InputError(message.format(name=query.name, row=row, reason=error)) from None
    return row - 1, cells.dates()


def _cut_midnights(path: Path, encoding: str, places: frozenset[int]) -> None:
    """Write the file again with bare dates in these columns: a table whose times are all 0:00 knows only dates."""
    whole = path.with_suffix(".whole")
    path.rename(whole)
    with _opened(whole, "r", encoding) as before, _opened(path, "w", encoding) as after:
        rows = csv.reader(before)
        writer = csv.writer(after, lineterminator="\n")
        writer.writerow(next(rows))
        for row in rows:
            for place in places:
                row[place] = row[place][:10]
            writer.writerow(row)
