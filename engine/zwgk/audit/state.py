"""What is remembered between runs: an SQLite file, changed by one transaction a run.

A transaction is whole or not there at all, whenever the process or the machine stops; see https://sqlite.org/atomiccommit.html.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.audit.items import Item
from zwgk.errors import InputError
from zwgk.files import refusal
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

APPLICATION_ID = 0x7A776763
VERSION = 2
_ITEM = (
    "fingerprint, rule, matter, agency, region, period, member, verdict, breach, trigger_event, trigger_time, "
    "due_earliest, due_latest, performed_event, performed_time, soon, waived"
)
_KEPT = f"{_ITEM}, grp, wakes, first_seen, opened, closed, closed_by, times"
_KEPT_OF_FINDINGS = ", ".join(f"findings.{name}" for name in _KEPT.split(", "))
_WIDTH = len(_KEPT.split(","))
_AT_ONCE = 10_000
_UPGRADES = {
    1: (
        "ALTER TABLE findings ADD COLUMN waived TEXT",
        "CREATE INDEX findings_waived ON findings (waived) WHERE waived IS NOT NULL",
    )
}
"""What brings a version to the next."""
OPEN = "verdict = 'breached' AND breach <> 'late'"
"""The condition under which a finding is open."""


class Kept(NamedTuple):
    """A finding as the state keeps it. ``first_seen``, ``opened`` (last) and ``closed`` (last) are numbers of runs."""

    item: Item
    group: int | None
    wakes: int | None
    first_seen: int | None
    opened: int | None
    closed: int | None
    closed_by: str | None
    times: int


class RunRow(NamedTuple):
    """A run as the state keeps it."""

    run: int
    as_of: str
    as_of_second: int
    mode: str
    totals: Mapping[str, Any]
    receipt: Mapping[str, Any]
    delivered: bool


class KnownInput(NamedTuple):
    """A file as the last run read it."""

    path: str
    rows: int
    digest: str


class State:
    """The state file; open it with :func:`opened`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """``connection`` is to a file with the tables of ``state.sql``."""
        self.connection = connection

    # --- reading ------------------------------------------------------------------------------------------

    def last_run(self) -> RunRow | None:
        """The run that was committed last."""
        rows = self.runs("ORDER BY run DESC LIMIT 1")
        return rows[0] if rows else None

    def runs(self, tail: str = "ORDER BY run") -> list[RunRow]:
        """The runs; ``tail`` is what follows FROM."""
        query = f"SELECT run, as_of, as_of_second, mode, totals, receipt, delivered FROM runs {tail}"  # noqa: S608
        return [
            RunRow(run, as_of, second, mode, json.loads(totals), json.loads(receipt), bool(delivered))
            for run, as_of, second, mode, totals, receipt, delivered in self.connection.execute(query)
        ]

    def meta(self, key: str) -> Any:
        """A fact about the last run; None if there is none."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else None

    def inputs(self) -> list[KnownInput]:
        """The files of the last run."""
        rows = self.connection.execute("SELECT path, rows, digest FROM inputs ORDER BY place")
        return [KnownInput(*row) for row in rows]

    def findings(self, where: str = "1", values: Sequence[Any] = ()) -> Iterator[Kept]:
        """The findings for which a condition holds."""
        for row in self.connection.execute(f"SELECT {_KEPT} FROM findings WHERE {where}", values):  # noqa: S608
            yield _kept(row)

    def findings_of(self, groups: Iterable[int]) -> Iterator[Kept]:
        """The findings of groups of events."""
        self.connection.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (grp INTEGER PRIMARY KEY)")
        self.connection.execute("DELETE FROM wanted")
        self.connection.executemany("INSERT OR IGNORE INTO wanted VALUES (?)", ((group,) for group in groups))
        # A cross join keeps the order written: few groups are looked up among many findings.
        query = f"SELECT {_KEPT_OF_FINDINGS} FROM wanted CROSS JOIN findings ON findings.grp = wanted.grp"  # noqa: S608
        for row in self.connection.execute(query):
            yield _kept(row)

    def findings_named(self, fingerprints: Iterable[str]) -> Iterator[Kept]:
        """The findings with these fingerprints."""
        for one in fingerprints:
            yield from self.findings("fingerprint = ?", (one,))

    def count(self, where: str) -> int:
        """The number of findings for which a condition holds."""
        (number,) = self.connection.execute(f"SELECT count(*) FROM findings WHERE {where}").fetchone()  # noqa: S608
        return int(number)

    def waking(self, second: int) -> set[int]:
        """The groups with a finding whose verdict may be another by now."""
        query = "SELECT grp FROM findings INDEXED BY findings_by_wake WHERE wakes IS NOT NULL AND wakes <= ?"
        return {group for (group,) in self.connection.execute(query, (second,)) if group is not None}

    def changes(self, runs: Iterable[int]) -> list[tuple[Any, ...]]:
        """(run, kind, cause, by, was, verdict, breach, fingerprint) of these runs, in order."""
        query = "SELECT run, kind, cause, by, was, verdict, breach, fingerprint FROM changes WHERE run = ? ORDER BY fingerprint"
        return [tuple(row) for run in runs for row in self.connection.execute(query, (run,))]

    def pairs(self, table: str) -> dict[Any, Any]:
        """The rows of ``groups`` (number → content), ``counts`` (rule, agency, verdict → number) or ``paces``."""
        rows = self.connection.execute(f"SELECT * FROM {table}")  # noqa: S608
        return {(row[0] if len(row) == 2 else row[:-1]): row[-1] for row in rows}

    def open_by_agency(self) -> dict[str, int]:
        """Agency ("" for none) → number of open breaches."""
        query = f"SELECT coalesce(agency, ''), count(*) FROM findings WHERE {OPEN} GROUP BY 1"  # noqa: S608
        return dict(self.connection.execute(query))

    # --- writing ------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is kept, or nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def put_meta(self, key: str, value: Any) -> None:
        """Keep a fact about the last run."""
        text = json.dumps(value, ensure_ascii=False)
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, text))

    def put_inputs(self, inputs: Iterable[KnownInput]) -> None:
        """Keep the files of this run."""
        self.connection.execute("DELETE FROM inputs")
        rows = ((place, *one) for place, one in enumerate(inputs))
        self.connection.executemany("INSERT INTO inputs VALUES (?, ?, ?, ?)", rows)

    def put_findings(self, kept: Iterable[Kept]) -> None:
        """Keep findings in place of what was known of them."""
        marks = ", ".join("?" * _WIDTH)
        rows = ((*one.item, *one[1:]) for one in kept)
        self.connection.executemany(f"INSERT OR REPLACE INTO findings ({_KEPT}) VALUES ({marks})", rows)  # noqa: S608

    def drop_findings(self, fingerprints: Iterable[str]) -> None:
        """Forget findings that never were breaches."""
        self.connection.executemany("DELETE FROM findings WHERE fingerprint = ?", ((one,) for one in fingerprints))

    def put_rows(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Keep rows of ``changes``, ``standings``, ``groups``, ``counts`` or ``paces`` in place of those with the same key."""
        pending: list[Sequence[Any]] = []
        for row in rows:
            pending.append(row)
            if len(pending) == _AT_ONCE:
                self._insert(table, pending)
                pending = []
        self._insert(table, pending)

    def _insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self.connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)  # noqa: S608

    def drop_rows(self, table: str, keys: Iterable[Sequence[Any]]) -> None:
        """Forget rows of ``groups``, ``counts`` or ``paces``."""
        condition = {
            "groups": "grp = ?",
            "counts": "rule = ? AND agency = ? AND verdict = ?",
            "paces": "agency = ? AND days = ?",
        }[table]
        self.connection.executemany(f"DELETE FROM {table} WHERE {condition}", keys)  # noqa: S608

    def put_wide(self, rows: Iterable[Sequence[Any]]) -> None:
        """Keep lines that duties of agencies need: place, start, line, length, name, shows."""
        self.connection.executemany(
            "INSERT INTO wide VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (place, start) DO UPDATE SET"
            " name = max(name, excluded.name), shows = max(shows, excluded.shows)",
            rows,
        )

    def clear(self, *tables: str) -> None:
        """Empty tables."""
        for table in tables:
            self.connection.execute(f"DELETE FROM {table}")  # noqa: S608

    def put_run(self, run: RunRow) -> None:
        """Keep a run."""
        totals, receipt = (json.dumps(value, ensure_ascii=False) for value in (run.totals, run.receipt))
        row = (run.run, run.as_of, run.as_of_second, run.mode, totals, receipt, int(run.delivered))
        self.connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def mark_delivered(self, run: int) -> None:
        """The reports of all runs up to this one have been written."""
        with self.transaction():
            self.connection.execute("UPDATE runs SET delivered = 1 WHERE run <= ? AND delivered = 0", (run,))


def _kept(row: Sequence[Any]) -> Kept:
    return Kept(Item._make([*row[:15], bool(row[15]), row[16]]), *row[17:])


@contextmanager
def opened(path: str, *, create: bool = True) -> Iterator[State]:
    """The state at a path, made new where there is none.

    Raises:
        InputError: the file is no state, or of a later version, or cannot be read or written.
    """
    target = Path(path)
    if not create and not target.exists():
        raise InputError(_("{path}：还没有状态；请先运行 zwgk-check audit").format(path=path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    except (OSError, sqlite3.Error) as error:
        text = _("{path}：打不开状态数据库（{reason}）；请检查路径和权限")
        raise InputError(text.format(path=path, reason=_reason(error, target))) from None
    try:
        _prepare(connection, path)
        yield State(connection)
    except sqlite3.Error as error:
        raise InputError(_told(error, path)) from error
    finally:
        connection.close()


def _reason(error: OSError | sqlite3.Error, path: Path) -> str:
    """Why a file cannot be opened; of a folder SQLite itself says little."""
    if path.is_dir():
        return refusal(IsADirectoryError())
    return refusal(error) if isinstance(error, OSError) else str(error)


def _prepare(connection: sqlite3.Connection, path: str) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -65536")
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    known = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if tables and not known:
        raise InputError(_("{path}：是别的程序的数据库，不是核查状态；请在配置里另写 state").format(path=path))
    if version > VERSION:
        text = _("{path}：由更新的版本写成（格式{found}，本程序认得{known}）；请升级 zwgk-check")
        raise InputError(text.format(path=path, found=version, known=VERSION))
    if tables and version < VERSION:
        _upgrade(connection)
    if not tables:
        script = (resources.files("zwgk.audit") / "state.sql").read_text("utf-8")
        script += f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
        connection.executescript(f"BEGIN IMMEDIATE; {script} COMMIT;")


def _upgrade(connection: sqlite3.Connection) -> None:
    """Bring a state of an earlier version to the present one, whole or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    # Another program may have done it meanwhile.
    for version in range(connection.execute("PRAGMA user_version").fetchone()[0], VERSION):
        for statement in _UPGRADES[version]:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _told(error: sqlite3.Error, path: str) -> str:
    """An error of the database as a user reads it."""
    name = getattr(error, "sqlite_errorname", "")
    if name in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
        return _("{path}：不是核查状态，或已损坏（{reason}）；请从备份恢复，或移走它从头开始").format(
            path=path, reason=error
        )
    if name == "SQLITE_FULL" or name.startswith("SQLITE_IOERR"):
        return _("{path}：写不下（{reason}）；状态没有改动。请腾出磁盘空间再运行").format(path=path, reason=error)
    if name in ("SQLITE_BUSY", "SQLITE_LOCKED"):
        return _("{path}：被别的程序占用（{reason}）；状态没有改动。请稍后再运行").format(path=path, reason=error)
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return _("{path}：不能写（{reason}）；请检查权限").format(path=path, reason=error)
    return _("{path}：状态数据库出错（{reason}）；状态没有改动").format(path=path, reason=error)
