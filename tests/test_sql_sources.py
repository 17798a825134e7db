"""Events from databases: real servers, every type of value, read-only, a bounded number of rows in memory."""

from __future__ import annotations

import csv
import gc
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import databases
import pytest

from zwgk.audit.config import load_config
from zwgk.audit.database import Query, SqlSource, fetch
from zwgk.audit.run import run_audit
from zwgk.errors import ComplaintsError, InputError
from zwgk.model import Moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zwgk.audit.config import Config


@pytest.fixture(scope="module")
def postgresql() -> Iterator[databases.Server]:
    with databases.postgresql() as server:
        yield server


@pytest.fixture(scope="module")
def mysql() -> Iterator[databases.Server]:
    with databases.mysql() as server:
        yield server


def query_of(tmp_path: Path, kind: str, text: str, **options: Any) -> Query:
    given = {"dsn_env": "DSN", "path": "", **options}
    return Query(
        name="oa",
        type=kind,
        query=text,
        query_file="",
        timeout=30,
        snapshot=str(tmp_path / "sources" / "oa.csv"),
        encoding="utf-8",
        **given,
    )


def rows_of(tmp_path: Path) -> list[list[str]]:
    with (tmp_path / "sources" / "oa.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def refusal(query: Query, dsn: str) -> str:
    with pytest.raises(InputError) as caught:
        fetch(query, {"DSN": dsn})
    text = str(caught.value)
    assert databases.PASSWORD not in text
    assert databases.QUOTED not in text
    return text


# --- PostgreSQL -------------------------------------------------------------------------------------------


def test_postgresql_values_are_read_as_what_they_are(postgresql: databases.Server, tmp_path: Path) -> None:
    text = """
        SELECT '渝〔2024〕1号, "甲"' AS 文号, 'document-issued' AS event, DATE '2024-09-27' AS day,
            TIMESTAMP '2024-09-27 09:30:15.9' AS at, TIMESTAMP '2024-09-27 00:00' AS midnight,
            TIMESTAMPTZ '2024-09-27 20:00:00+00' AS zoned, true AS flag, 4.50::numeric AS share, 12::bigint AS number,
            ARRAY['网站', '公报'] AS channels, '{"甲": [1]}'::jsonb AS json, NULL AS nothing, E'两\n行' AS lines,
            'infinity'::timestamp AS endless, '0044-03-15 BC'::date AS ides, INTERVAL '3 hours' AS span
        -- a comment at the end, and a semicolon
        ;"""
    assert fetch(query_of(tmp_path, "postgresql", text), {"DSN": postgresql.dsn}) == 1
    header, row = rows_of(tmp_path)
    assert dict(zip(header, row, strict=True)) == {
        "文号": '渝〔2024〕1号, "甲"',
        "event": "document-issued",
        "day": "2024-09-27",
        "at": "2024-09-27 09:30:15",
        # A column of time stamps that are all at midnight knows only dates.
        "midnight": "2024-09-27",
        "zoned": "2024-09-28 04:00:00",
        "flag": "是",
        "share": "4.50",
        "number": "12",
        "channels": "网站;公报",
        "json": '{"甲": [1]}',
        "nothing": "",
        "lines": "两\n行",
        "endless": "infinity",
        "ides": "0044-03-15 BC",
        "span": "3:00:00",
    }


def test_one_time_that_is_not_midnight_keeps_the_column(postgresql: databases.Server, tmp_path: Path) -> None:
    text = "VALUES (TIMESTAMP '2024-09-27', TIMESTAMP '2024-09-27'), ('2024-09-28 08:00', '2024-09-28'), (NULL, NULL)"
    fetch(query_of(tmp_path, "postgresql", text), {"DSN": postgresql.dsn})
    assert rows_of(tmp_path)[1:] == [
        ["2024-09-27 00:00:00", "2024-09-27"],
        ["2024-09-28 08:00:00", "2024-09-28"],
        ["", ""],
    ]


def test_postgresql_is_only_read(postgresql: databases.Server, tmp_path: Path) -> None:
    import psycopg

    with psycopg.connect(postgresql.dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        connection.execute("CREATE FUNCTION harm() RETURNS int LANGUAGE sql AS 'DELETE FROM kept RETURNING n'")
    for text in (
        "SELECT 1; DROP TABLE kept",
        "SELECT 1; COMMIT; DROP TABLE kept",
        "DELETE FROM kept RETURNING n",
        "SELECT harm()",
        "CREATE TABLE more (n int)",
    ):
        said = refusal(query_of(tmp_path, "postgresql", text), postgresql.dsn)
        assert said.startswith("数据源“oa”（postgresql）："), text
        assert "状态没有改动" in said
    with psycopg.connect(postgresql.dsn) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)
    assert not (tmp_path / "sources" / "oa.csv").exists()


def test_postgresql_refusals_say_what_to_do_and_no_secret(postgresql: databases.Server, tmp_path: Path) -> None:
    query = query_of(tmp_path, "postgresql", "SELECT * FROM nowhere")
    assert "nowhere" in refusal(query, postgresql.dsn)
    assert "环境变量 DSN 没有设置" in refusal(query, " ")
    wrong = postgresql.dsn.replace(databases.QUOTED, "geheim")
    assert "geheim" not in refusal(query, wrong)
    for misspelt in (f"postgresql//zwgk:{databases.QUOTED}@host", f"password={databases.PASSWORD} nonsense", "host"):
        assert "不合写法" in refusal(query, misspelt)
    assert "oa" in refusal(query, postgresql.dsn.replace("/oa", "/gone"))
    assert "数据源“oa”" in refusal(query, f"postgresql://zwgk:{databases.QUOTED}@127.0.0.1:1/oa")


def test_a_query_that_takes_too_long_is_ended(postgresql: databases.Server, tmp_path: Path) -> None:
    query = query_of(tmp_path, "postgresql", "SELECT pg_sleep(20), 1 AS a")._replace(timeout=1)
    assert "timeout" in refusal(query, postgresql.dsn)


def test_a_connection_lost_among_the_rows_leaves_the_old_snapshot(postgresql: databases.Server, tmp_path: Path) -> None:
    fetch(query_of(tmp_path, "postgresql", "SELECT 7 AS n"), {"DSN": postgresql.dsn})
    text = "SELECT n, 10 / (15000 - n) AS share FROM generate_series(1, 20000) n"
    assert "division by zero" in refusal(query_of(tmp_path, "postgresql", text), postgresql.dsn)
    assert rows_of(tmp_path) == [["n"], ["7"]]
    assert [one.name for one in (tmp_path / "sources").iterdir()] == ["oa.csv"]


_PEAK = """
import resource, sys
from zwgk.audit.database import Query, fetch
rows = int(sys.argv[2])
text = f'''SELECT '贵新〔2024〕' || n || '号' AS "case", 'decision-made' AS event,
    DATE '2024-01-01' + (n % 300)::int AS time, '机关' || n % 50 AS agency, repeat('文', 40) AS note
    FROM generate_series(1, {rows}) n'''
query = Query("oa", "postgresql", text, "", "DSN", "", 600, sys.argv[1], "utf-8")
assert fetch(query) == rows
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def _peak(server: databases.Server, snapshot: Path, rows: int) -> int:
    """MiB that a process needs at most to fetch so many rows."""
    command = [sys.executable, "-c", _PEAK, str(snapshot), str(rows)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, "DSN": server.dsn}, timeout=600
    )
    return int(done.stdout)


@pytest.mark.parametrize("rows", [60_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_rows_pass_in_bounded_memory(postgresql: databases.Server, tmp_path: Path, rows: int) -> None:
    few = _peak(postgresql, tmp_path / "few.csv", 5_000)
    many = _peak(postgresql, tmp_path / "many.csv", rows)
    assert (tmp_path / "many.csv").stat().st_size > rows * 150
    assert many - few <= 12, f"{few} MiB for 5,000 rows, {many} MiB for {rows:,}"


# --- MySQL, MariaDB ---------------------------------------------------------------------------------------


def test_mysql_values_are_read_as_what_they_are(mysql: databases.Server, tmp_path: Path) -> None:
    text = """
        SELECT '渝〔2024〕1号 100%' AS 文号, DATE '2024-09-27' AS day, TIMESTAMP '2024-09-27 09:30:15' AS at,
            FROM_UNIXTIME(1727438400) AS stamp, 4.50 AS share, 12 AS number, NULL AS nothing,
            CAST('甲' AS BINARY) AS bytes, MAKETIME(3, 0, 0) AS span
    """
    assert fetch(query_of(tmp_path, "mysql", text), {"DSN": mysql.dsn}) == 1
    header, row = rows_of(tmp_path)
    assert dict(zip(header, row, strict=True)) == {
        "文号": "渝〔2024〕1号 100%",
        "day": "2024-09-27",
        "at": "2024-09-27 09:30:15",
        "stamp": "2024-09-27 20:00:00",
        "share": "4.50",
        "number": "12",
        "nothing": "",
        "bytes": "甲",
        "span": "3:00:00",
    }


def test_mysql_is_only_read_and_streams(mysql: databases.Server, tmp_path: Path) -> None:
    import pymysql

    arguments = {"unix_socket": str(mysql.folder / "socket"), "user": "zwgk", "password": databases.PASSWORD}
    with pymysql.connect(**arguments, database="oa", autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (n INT, day DATE, stamp DATETIME)")
        cursor.execute("SET SESSION sql_mode = ''")
        cursor.execute("INSERT INTO kept VALUES (1, '0000-00-00', '2024-01-02')")
        for text in ("DELETE FROM kept", "SELECT 1; DROP TABLE kept", "INSERT INTO kept VALUES (2, NULL, NULL)"):
            said = refusal(query_of(tmp_path, "mysql", text), mysql.dsn)
            assert said.startswith("数据源“oa”（mysql）：")
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchone() == (1,)
    fetch(query_of(tmp_path, "mysql", "SELECT * FROM kept"), {"DSN": mysql.dsn})
    assert rows_of(tmp_path) == [["n", "day", "stamp"], ["1", "0000-00-00", "2024-01-02"]]
    many = "SELECT seq, CONCAT('案', seq) AS 案号 FROM seq_1_to_60000"
    assert fetch(query_of(tmp_path, "mysql", many), {"DSN": mysql.dsn}) == 60_000
    assert rows_of(tmp_path)[60_000] == ["60000", "案60000"]
    broken = "SELECT seq, IF(seq = 50000, (SELECT 1 UNION SELECT 2), 1) AS one FROM seq_1_to_60000"
    assert "1242" in refusal(query_of(tmp_path, "mysql", broken), mysql.dsn)


@pytest.mark.parametrize("kind", ["mysql", "postgresql"])
def test_a_disk_that_fills_up_ends_it_at_once(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    server = request.getfixturevalue(kind)
    seen = 0

    def texts(_self: Any, row: Any) -> list[str]:
        nonlocal seen
        seen += 1
        if seen == 10:
            raise OSError(28, "No space left on device")
        return [str(value) for value in row]

    monkeypatch.setattr("zwgk.audit.cells.Cells.texts", texts)
    numbers = {"mysql": "SELECT seq FROM seq_1_to_200000", "postgresql": "SELECT generate_series(1, 200000) AS seq"}
    said = refusal(query_of(tmp_path, kind, numbers[kind]), server.dsn)
    assert "存不下查询结果（磁盘已满）" in said
    assert seen == 10
    assert list((tmp_path / "sources").iterdir()) == []
    gc.collect()


def test_mysql_refusals_say_what_to_do_and_no_secret(mysql: databases.Server, tmp_path: Path) -> None:
    query = query_of(tmp_path, "mysql", "SELECT * FROM nowhere")
    assert "nowhere" in refusal(query, mysql.dsn)
    assert "Access denied" in refusal(query, mysql.dsn.replace(databases.QUOTED, "falsch"))
    for misspelt in (
        f"zwgk:{databases.QUOTED}@localhost/oa",
        f"mysql://zwgk:{databases.QUOTED}@localhost",
        f"mysql://zwgk:{databases.QUOTED}@localhost/oa?sockett=x",
        f"mysql://zwgk:{databases.PASSWORD}@localhost/oa",
        f"mysql://zwgk:{databases.QUOTED}@localhost:port/oa",
    ):
        assert "不合写法" in refusal(query, misspelt)
    assert "数据源“oa”" in refusal(query, f"mysql://zwgk:{databases.QUOTED}@127.0.0.1:1/oa")


# --- SQLite -----------------------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "办件 库.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE events (案号 TEXT, 事件 TEXT, 时间 TEXT, 机关 TEXT, 决定类型 TEXT)")
    connection.commit()
    connection.close()
    return path


def add(path: Path, *rows: tuple[str, ...]) -> None:
    connection = sqlite3.connect(path)
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()


def test_sqlite_is_only_read(book: Path, tmp_path: Path) -> None:
    add(book, ("案1", "decision-made", "2019-09-24", "甲局", "行政处罚"))
    for text in ("DELETE FROM events RETURNING *", "SELECT 1; DELETE FROM events", "CREATE TABLE more (n)"):
        refusal(query_of(tmp_path, "sqlite", text, path=str(book), dsn_env=""), "")
    gone = tmp_path / "gone.db"
    assert "没有这个文件或文件夹" in refusal(query_of(tmp_path, "sqlite", "SELECT 1", path=str(gone), dsn_env=""), "")
    assert not gone.exists()
    assert fetch(query_of(tmp_path, "sqlite", "SELECT * FROM events"), {"DSN": str(book)}) == 1
    assert "不返回行" in refusal(query_of(tmp_path, "sqlite", "PRAGMA query_only = 0", path=str(book), dsn_env=""), "")


def test_a_value_that_is_no_text_is_told_by_row(book: Path, tmp_path: Path) -> None:
    text = "SELECT 1 AS a UNION ALL SELECT x'ff'"
    assert "第3行" in refusal(query_of(tmp_path, "sqlite", text, path=str(book), dsn_env=""), "")


def test_what_a_killed_run_left_is_cleared_away(book: Path, tmp_path: Path) -> None:
    left = tmp_path / "sources" / ".oa.killed"
    left.mkdir(parents=True)
    (left / "oa.csv").write_text("half")
    assert SqlSource(query_of(tmp_path, "sqlite", "SELECT 1 AS a", path=str(book), dsn_env="")).paths(tmp_path) == [
        str(tmp_path / "sources" / "oa.csv")
    ]
    assert [one.name for one in (tmp_path / "sources").iterdir()] == ["oa.csv"]
    assert (tmp_path / "sources" / "oa.csv").stat().st_mode & 0o077 == 0


def test_a_full_disk_is_told(book: Path, tmp_path: Path) -> None:
    (tmp_path / "sources").write_text("no folder")
    said = refusal(query_of(tmp_path, "sqlite", "SELECT 1 AS a", path=str(book), dsn_env=""), "")
    assert "存不下" in said


# --- nights -----------------------------------------------------------------------------------------------

CONFIG = """
[rules]
packs = ["guiyang-hitech-2019"]
[[source]]
type = "{kind}"
name = "oa"
{more}
"""


def configured(tmp_path: Path, kind: str, more: str) -> Config:
    (tmp_path / "zwgk.toml").write_text(CONFIG.format(kind=kind, more=more), "utf-8")
    return load_config(str(tmp_path / "zwgk.toml"))


def night(config: Config, as_of: str, **options: Any) -> Any:
    import datetime as dt

    return run_audit(config, as_of=Moment(dt.date.fromisoformat(as_of).toordinal()), **options)


@pytest.mark.parametrize("mode", ["full", "incremental"])
def test_nights_over_a_growing_table(book: Path, tmp_path: Path, mode: str) -> None:
    (tmp_path / "events.sql").write_text("\ufeffSELECT * FROM events ORDER BY rowid -- as entered\n", "utf-8")
    config = configured(tmp_path, "sqlite", f'path = "{book.name}"\nquery_file = "events.sql"')
    config = replace(config, mode=mode)
    add(book, ("案1", "decision-made", "2019-09-24", "甲局", "行政处罚"))
    add(book, ("案2", "decision-made", "2019-09-25", "乙局", "行政处罚"))
    assert [one.item.case for one in night(config, "2019-10-09").changes] == []
    # 7 working days after 24 September 2019 (1 to 7 October off, 29 September at work) end on 9 October.
    first = night(config, "2019-10-10")
    assert [(one.kind, one.item.case, one.item.due_latest) for one in first.changes] == [("new", "案1", "2019-10-09")]
    add(book, ("案1", "decision-published", "2019-10-11", "甲局", ""))
    second = night(config, "2019-10-12")
    assert [(one.kind, one.item.case) for one in second.changes] == [("closed", "案1"), ("new", "案2")]
    assert second.mode == mode
    # Events that are gone from the table are not taken for a breach that was closed.
    connection = sqlite3.connect(book)
    connection.execute("DELETE FROM events WHERE 案号 = '案2'")
    connection.commit()
    connection.close()
    with pytest.raises(InputError, match="现在只有2行"):
        night(config, "2019-10-13")
    assert [one.kind for one in night(config, "2019-10-13", accept_removed=True).changes] == ["closed"]


def test_rows_are_numbered_as_the_result_has_them(book: Path, tmp_path: Path) -> None:
    add(book, ("案1", "decision-made", "2019-09-24", "甲局", "行政处罚"), ("案2", "decision-made", "昨天", "甲局", ""))
    config = configured(tmp_path, "sqlite", f'path = "{book.name}"\nquery = "SELECT * FROM events ORDER BY rowid"')  # noqa: S608
    outcome = night(config, "2019-10-10")
    assert [(one.row, one.found) for one in outcome.problems] == [(3, "昨天")]
    assert outcome.exit_code == 2
    assert [one["trigger"]["row"] for one in outcome.report.records()] == [2]


def test_a_night_on_postgresql_equals_one_on_a_file(
    postgresql: databases.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    with psycopg.connect(postgresql.dsn, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE events (n serial, 案号 text, 事件 text, 时间 timestamptz, 机关 text, 决定类型 text)"
        )
        connection.execute(
            """INSERT INTO events (案号, 事件, 时间, 机关, 决定类型)
            SELECT '案' || n, '执法决定作出', TIMESTAMPTZ '2019-09-01 09:00+08' + n * INTERVAL '5 hours', '机关' || n % 3,
                CASE n % 2 WHEN 0 THEN '行政处罚' ELSE '行政检查' END FROM generate_series(1, 100) n"""
        )
    monkeypatch.setenv("ZWGK_DSN", postgresql.dsn)
    text = "SELECT 案号, 事件, 时间, 机关, 决定类型 FROM events ORDER BY n"
    config = configured(tmp_path, "postgresql", f'dsn_env = "ZWGK_DSN"\nquery = "{text}"')
    outcome = night(config, "2019-10-15")
    header, *rows = rows_of(tmp_path / ".zwgk")
    assert header == ["案号", "事件", "时间", "机关", "决定类型"]
    assert rows[0] == ["案1", "执法决定作出", "2019-09-01 14:00:00", "机关1", "行政检查"]
    assert len(rows) == 100
    from zwgk import check

    whole = check(tmp_path / ".zwgk" / "sources" / "oa.csv", rules=["guiyang-hitech-2019"], as_of="2019-10-15")
    assert outcome.totals["breached"] == len(whole.breaches) > 10
    assert list(outcome.report.records()) == list(whole.records())


def test_a_missing_driver_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, module, package in (("postgresql", "psycopg", "psycopg[binary]"), ("mysql", "pymysql", "PyMySQL[rsa]")):
        monkeypatch.setitem(sys.modules, module, None)
        said = refusal(query_of(tmp_path, kind, "SELECT 1"), "x://y")
        assert f'{sys.executable} -m pip install "{package}"' in said


# --- configuration ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ('type = "postgres"', 2, '"postgresql"'),
        ('type = "postgresql"\nquery = "SELECT 1"', 1, "dsn_env"),
        ('type = "postgresql"\ndsn_env = "postgresql://u:p@h/d"\nquery = "SELECT 1"', 3, "环境变量的名称"),
        ('type = "mysql"\ndsn_env = "D"', 1, "应写且只写一个"),
        ('type = "mysql"\ndsn_env = "D"\nquery = "SELECT 1"\nquery_file = "a.sql"', 1, "应写且只写一个"),
        ('type = "mysql"\ndsn_env = "D"\nquery = "SELECT 1"\npath = "a.db"', 5, "只用于 sqlite"),
        ('type = "sqlite"\nquery = "SELECT 1"', 1, "path（数据库文件）"),
        ('type = "sqlite"\nquery = "SELECT 1"\npath = "a"\nfiles = ["a"]', 5, "没有这个键"),
        ('files = ["a"]\nquery = "SELECT 1"', 3, "没有这个键"),
        ("name = 'x'", 1, "缺少“files”"),
        ('type = "sqlite"\nquery = "SELECT 1"\npath = "a"\nname = "a/b"', 5, "名称"),
        ('type = "sqlite"\nquerry = "SELECT 1"\npath = "a"', 3, "是不是“query”"),
        ('type = "sqlite"\nquery = "SELECT 1"\npath = "a"\ntimeout = 0', 5, "1 到 86400"),
    ],
)
def test_a_misspelt_source_is_refused(tmp_path: Path, source: str, line: int, said: str) -> None:
    (tmp_path / "zwgk.toml").write_text(f"[[source]]\n{source}\n", "utf-8")
    with pytest.raises(ComplaintsError) as caught:
        load_config(str(tmp_path / "zwgk.toml"))
    assert any(one.line == line and said in one.message for one in caught.value.complaints), caught.value


def test_sources_have_names_of_their_own(tmp_path: Path) -> None:
    source = '[[source]]\ntype = "sqlite"\npath = "a.db"\nquery = "SELECT 1"\n'
    (tmp_path / "zwgk.toml").write_text(source * 2, "utf-8")
    config = load_config(str(tmp_path / "zwgk.toml"))
    assert [one.name for one in config.queries] == ["sqlite-1", "sqlite-2"]
    assert config.queries[0].snapshot == str(tmp_path / ".zwgk" / "sources" / "sqlite-1.csv")
    (tmp_path / "zwgk.toml").write_text((source + 'name = "oa"\n') * 2, "utf-8")
    with pytest.raises(ComplaintsError, match="用了两次"):
        load_config(str(tmp_path / "zwgk.toml"))
