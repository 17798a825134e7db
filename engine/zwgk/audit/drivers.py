"""The drivers of the databases: one door each, imported where it is used, read-only, a bounded number of rows at a time."""

from __future__ import annotations

import datetime as dt
import sqlite3
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from zwgk.errors import InputError
from zwgk.files import refusal
from zwgk.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from zwgk.audit.database import Query

ROWS_AT_ONCE = 5_000
"""Rows that a server hands over at once."""
LONGEST_CONNECTING = 30
"""Seconds."""
CIVIL_TIME = "Asia/Shanghai"


class Answer(NamedTuple):
    """The columns of a result and its rows, read as they are asked for."""

    columns: list[str]
    rows: Iterable[Sequence[Any]]


@contextmanager
def answered(query: Query, statement: str, dsn: str) -> Iterator[Answer]:
    """The answer to one statement, while the connection is open.

    Raises:
        InputError: the driver is missing, or the database refuses or goes away, now or while rows are read.
    """
    opener: Callable[[Query, str, str], AbstractContextManager[Answer]] = {
        "postgresql": _postgresql,
        "mysql": _mysql,
        "sqlite": _sqlite,
    }[query.type]
    with opener(query, statement, dsn) as answer:
        if not answer.columns:
            text = _("数据源“{name}”：这条语句不返回行；应为一条 SELECT 查询")
            raise InputError(text.format(name=query.name))
        yield answer


def _refused(query: Query, error: Exception) -> InputError:
    reason = refusal(error) if isinstance(error, OSError) else " ".join(str(error).split()) or type(error).__name__
    text = _("数据源“{name}”（{type}）：{reason}。状态没有改动；请核对数据库是否可用、连接和查询语句")
    return InputError(text.format(name=query.name, type=query.type, reason=reason[:500]))


def _missing(query: Query, database: str, package: str) -> InputError:
    text = _('数据源“{name}”需要 {database} 的驱动才能连接；请先运行 {pip} install "{package}"')
    pip = f"{sys.executable} -m pip"
    return InputError(text.format(name=query.name, database=database, pip=pip, package=package))


def _misspelt(query: Query, expected: str) -> InputError:
    # What was found is a secret, and is not shown.
    text = _("数据源“{name}”：环境变量 {variable} 里的连接不合写法；应为 {expected}，口令里的特殊字符写成 %XX")
    return InputError(text.format(name=query.name, variable=query.dsn_env, expected=expected))


# --- PostgreSQL -------------------------------------------------------------------------------------------


@contextmanager
def _postgresql(query: Query, statement: str, dsn: str) -> Iterator[Answer]:
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise _missing(query, "PostgreSQL", "psycopg[binary]") from None
    try:
        conninfo_to_dict(dsn)
    except psycopg.Error:
        raise _misspelt(query, _("postgresql://用户:口令@主机:5432/库名")) from None
    try:
        with psycopg.connect(dsn, connect_timeout=min(query.timeout, LONGEST_CONNECTING)) as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            _native_times(connection)
            settings = {
                "statement_timeout": str(query.timeout * 1000),
                "TimeZone": CIVIL_TIME,
                "DateStyle": "ISO, YMD",
            }
            for name, value in settings.items():
                connection.execute("SELECT set_config(%s, %s, true)", (name, value))
            with connection.cursor(name="zwgk") as cursor:
                cursor.itersize = ROWS_AT_ONCE
                cursor.execute(statement.encode())
                yield Answer([column.name for column in cursor.description or ()], cursor)
    except (psycopg.Error, UnicodeError) as error:
        raise _refused(query, error) from None


def _native_times(connection: Any) -> None:
    """Let dates and time stamps that Python has no value for (``infinity``) come as text, which the reader tells by row."""
    from psycopg.adapt import Loader

    class Times(Loader):
        def load(self, data: Any) -> Any:
            text = bytes(data).decode()
            try:
                return (dt.date if len(text) == 10 else dt.datetime).fromisoformat(text)
            except ValueError:
                return text

    for name in ("date", "timestamp", "timestamptz"):
        connection.adapters.register_loader(name, Times)


# --- MySQL, MariaDB ---------------------------------------------------------------------------------------

_MYSQL_FORM = N_("mysql://用户:口令@主机:3306/库名")
_MYSQL_OPTIONS = frozenset({"unix_socket", "ssl_ca", "ssl_cert", "ssl_key"})


@contextmanager
def _mysql(query: Query, statement: str, dsn: str) -> Iterator[Answer]:
    try:
        import pymysql
        from pymysql.cursors import SSCursor
    except ImportError:
        raise _missing(query, "MySQL", "PyMySQL[rsa]") from None
    arguments = _mysql_arguments(query, dsn)
    try:
        with closing(pymysql.connect(**arguments, cursorclass=SSCursor)) as connection:
            cursor = connection.cursor()
            try:
                cursor.execute("SET SESSION time_zone = '+08:00'")
                cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("START TRANSACTION READ ONLY")
                cursor.execute(statement)
                yield Answer([column[0] for column in cursor.description or ()], cursor)
            finally:
                # When a cursor goes it reads what is left of its rows, be it millions; the connection ends here anyway.
                if (result := cursor._result) is not None:  # noqa: SLF001
                    result.unbuffered_active = False
                cursor.connection = None
    except (pymysql.Error, UnicodeError) as error:
        raise _refused(query, error) from None


def _mysql_arguments(query: Query, dsn: str) -> Mapping[str, Any]:
    try:
        parts = urlsplit(dsn)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        port = parts.port
    except ValueError:
        raise _misspelt(query, _(_MYSQL_FORM)) from None
    database = unquote(parts.path.removeprefix("/"))
    if (
        parts.scheme not in ("mysql", "mariadb")
        or not database
        or not parts.username
        or options.keys() - _MYSQL_OPTIONS
    ):
        raise _misspelt(
            query, _("{form}（?{options}）").format(form=_(_MYSQL_FORM), options=_("、").join(sorted(_MYSQL_OPTIONS)))
        )
    return {
        "host": parts.hostname or "localhost",
        "port": port or 3306,
        "user": unquote(parts.username),
        "password": unquote(parts.password or ""),
        "database": database,
        "charset": "utf8mb4",
        "connect_timeout": min(query.timeout, LONGEST_CONNECTING),
        "read_timeout": query.timeout,
        **options,
    }


# --- SQLite -----------------------------------------------------------------------------------------------


@contextmanager
def _sqlite(query: Query, statement: str, dsn: str) -> Iterator[Answer]:
    try:
        # Of a file that is none SQLite says only that it cannot open it.
        Path(dsn).open("rb").close()
    except OSError as error:
        raise _refused(query, error) from None
    try:
        address = f"file:{quote(dsn)}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=query.timeout, isolation_level=None)) as connection:
            connection.execute("PRAGMA query_only = 1")
            connection.execute("BEGIN")
            cursor = connection.execute(statement)
            cursor.arraysize = ROWS_AT_ONCE
            yield Answer([column[0] for column in cursor.description or ()], cursor)
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _refused(query, error) from None
