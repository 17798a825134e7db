"""What can go wrong at night: kills, a full disk, sources that are gone or half written, clocks that jump, two runs at once."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from audit_logs import HEADER, day
from click.testing import CliRunner
from test_audit_nights import PACKS, configured

from zwgk import check
from zwgk.audit.lock import BusyError, held
from zwgk.audit.run import UndeliveredError, run_audit
from zwgk.audit.state import OPEN, opened
from zwgk.cli import cli
from zwgk.errors import InputError, UsageError
from zwgk.model import Moment

HERE = Path(__file__).resolve().parent
KILLS = 220


def moment(text: str) -> Moment:
    return Moment(dt.date.fromisoformat(text).toordinal())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text("case,event,time,agency\n甲,document-issued,2011-09-19,办\n", "utf-8")
    return path


# --- killed -----------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked and killed here")
@pytest.mark.parametrize("mode", ["full", "incremental"])
def test_killed_at_any_moment(tmp_path: Path, mode: str) -> None:
    more = '[[output]]\npath = "out/{run}.json"\n'
    config = configured(tmp_path, mode=mode, packs=PACKS[:2], more=more)
    (tmp_path / "log.csv").write_text(HEADER, "utf-8")
    done = subprocess.run(
        [sys.executable, HERE / "audit_killed.py", config.path, str(KILLS // 2), "7"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(HERE)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    last = rounds.pop()["last"]
    assert sum(one["killed"] for one in rounds) >= KILLS // 2
    # Those that were not killed came to their end; whatever was killed left a whole state.
    assert all(one["killed"] or one["status"] == 0 for one in rounds), done.stderr[-2000:]
    assert all(one["whole"] for one in rounds)
    assert rounds[-1]["runs"] > 0
    # The next run is right.
    as_of = day(last)
    outcome = run_audit(config, as_of=Moment(as_of.toordinal()))
    report = check(tmp_path / "log.csv", as_of=as_of, rules=PACKS[:2])
    breached = {one.fingerprint: str(one.breach) for one in report.findings if one.verdict == "breached"}
    with opened(config.state) as state:
        still = {one.item.fingerprint for one in state.findings(OPEN)}
        told = state.changes(range(1, outcome.run + 1))
        runs = [one.run for one in state.runs()]
        assert all(one.delivered for one in state.runs())
        assert state.pairs("counts") == {key: n for key, n in report.counts.items() if n}
    assert still == {name for name, breach in breached.items() if breach != "late"}
    assert runs == list(range(1, outcome.run + 1))
    # No finding lost: all that is breached was told as new. None doubled: opened and closed take turns.
    assert set(breached) <= {row[-1] for row in told if row[1] == "new"}
    course: dict[str, list[str]] = {}
    for row in told:
        course.setdefault(row[-1], []).append(row[1])
    for kinds in course.values():
        assert kinds[0] == "new"
        assert kinds.count("new") == 1
        assert all(a != b for a, b in pairwise(kinds)), kinds
    # Whatever a run found is in some report that was written, once its turn came.
    written = {
        (change["run"], change["fingerprint"])
        for path in (tmp_path / "out").glob("*.json")
        for change in json.loads(path.read_text("utf-8"))["changes"]
    }
    assert written == {(row[0], row[-1]) for row in told}
    assert len(list((tmp_path / ".zwgk" / "receipts").glob("*.json"))) == outcome.run


@pytest.mark.usefixtures("log")
def test_a_run_that_was_stopped_is_mentioned(tmp_path: Path) -> None:
    config = configured(tmp_path, packs=("luzhou-2011",))
    (tmp_path / ".zwgk").mkdir()
    note = tmp_path / ".zwgk" / "audit.db.lock"
    note.write_text('{"pid": 4711, "as_of": "2011-09-20T23:59:59+08:00"}', "utf-8")
    outcome = run_audit(config, as_of=moment("2011-09-23"))
    assert "4711" in outcome.notices[0]
    assert "没有留下任何改动" in outcome.notices[0]
    assert note.read_text("utf-8") == ""
    assert run_audit(config, as_of=moment("2011-09-23")).notices == ()


# --- no room ----------------------------------------------------------------------------------------------

FULL_DISK = """
import resource, sys
from zwgk.audit.config import load_config
from zwgk.audit.run import run_audit
from zwgk.errors import ZwgkError
from zwgk.model import Moment
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    run_audit(load_config(sys.argv[1]), as_of=Moment(int(sys.argv[2])))
except ZwgkError as error:
    print(error)
    sys.exit(2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits on the size of files are of other systems")
def test_a_full_disk_leaves_the_state_as_it_was(tmp_path: Path) -> None:
    config = configured(tmp_path, packs=("luzhou-2011",))
    rows = [f"件{number},document-issued,2011-09-19,办{number % 9}\n" for number in range(20)]
    log = tmp_path / "log.csv"
    log.write_text("case,event,time,agency\n" + "".join(rows), "utf-8")
    assert run_audit(config, as_of=moment("2011-09-22")).run == 1
    rows = [f"事{number},document-issued,2011-09-19,办{number % 9}\n" for number in range(3000)]
    with log.open("a", encoding="utf-8") as out:
        out.writelines(rows)
    size = (tmp_path / ".zwgk" / "audit.db").stat().st_size
    for room in (size + 8192, size + 300_000):
        done = subprocess.run(
            [sys.executable, "-c", FULL_DISK, config.path, str(moment("2011-09-23").day), str(room)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUTF8": "1"},
        )
        assert (done.returncode, done.stderr) == (2, "")
        assert "状态没有改动" in done.stdout
        with opened(config.state) as state:
            assert [one.run for one in state.runs()] == [1]
            assert state.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    outcome = run_audit(config, as_of=moment("2011-09-23"))
    assert outcome.totals["open"] == len([one for one in outcome.changes if one.kind == "new"]) == 3020


@pytest.mark.usefixtures("log")
def test_a_report_that_cannot_be_written_is_written_next_time(tmp_path: Path) -> None:
    config = configured(tmp_path, packs=("luzhou-2011",), more='[[output]]\npath = "out/{date}.json"\n')
    (tmp_path / "out").write_text("a file where the folder should be", "utf-8")
    with pytest.raises(UndeliveredError, match="不会丢失"):
        run_audit(config, as_of=moment("2011-09-23"))
    (tmp_path / "out").unlink()
    outcome = run_audit(config, as_of=moment("2011-09-24"))
    assert "第1次核查的报告当时没有写出" in outcome.notices[0]
    assert [(one.run, one.kind) for one in outcome.changes] == [(1, "new")]
    assert outcome.exit_code == 1
    written = json.loads((tmp_path / "out" / "2011-09-24.json").read_text("utf-8"))
    assert [change["case"] for change in written["changes"]] == ["甲"]
    assert run_audit(config, as_of=moment("2011-09-25")).exit_code == 0


# --- sources ----------------------------------------------------------------------------------------------


def refused(config_folder: Path, as_of: str, *more: str, says: str) -> None:
    """The command must leave with 2, say why, and leave the state alone."""
    state = config_folder / ".zwgk" / "audit.db"
    before = state.read_bytes()
    config = str(config_folder / "zwgk.toml")
    result = CliRunner().invoke(cli, ["audit", "--config", config, "--as-of", as_of, *more])
    assert isinstance(result.exception, InputError | UsageError)
    assert says in str(result.exception)
    assert state.read_bytes() == before


def test_sources_that_are_not_whole(tmp_path: Path, log: Path) -> None:
    config = configured(tmp_path, packs=("luzhou-2011",))
    assert run_audit(config, as_of=moment("2011-09-23")).totals["open"] == 1
    text = log.read_text("utf-8")
    log.unlink()
    refused(tmp_path, "2011-09-24", says="找不到这个文件")
    log.write_text(text + "乙,document-iss", "utf-8")
    refused(tmp_path, "2011-09-24", says="最后一行没有写完")
    log.write_text(text.splitlines()[0] + "\n", "utf-8")
    refused(tmp_path, "2011-09-24", says="上次核查时有1行，现在只有0行")
    log.write_bytes(b"\x00\x01\x02" * 1000)
    refused(tmp_path, "2011-09-24", says="log.csv")
    log.write_text(text, "utf-8")
    assert run_audit(config, as_of=moment("2011-09-24")).totals["open"] == 1
    log.write_text(text.splitlines()[0] + "\n", "utf-8")
    outcome = run_audit(config, as_of=moment("2011-09-25"), accept_removed=True)
    assert [(one.kind, one.cause, one.item.verdict) for one in outcome.changes] == [("closed", "events", "gone")]


def test_a_log_that_is_not_there_is_told_with_where_it_is_named(tmp_path: Path) -> None:
    config = tmp_path / "zwgk.toml"
    text = (
        '[rules]\npacks = ["luzhou-2011"]\n[[source]]\nfiles = ["甲/*.csv", "乙.csv"]\n\n[[source]]\nfiles = [\n"丙"]\n'
    )
    config.write_text(text, "utf-8")
    (tmp_path / "丙").mkdir()
    result = CliRunner().invoke(cli, ["audit", "--config", str(config), "--as-of", "2011-09-23"])
    assert isinstance(result.exception, InputError)
    first, second, third = str(result.exception).splitlines()
    assert "是文件夹或通配符，没有找到可读的日志" in first
    assert first.endswith(f"见 {config}:4 的 [[source]] files")
    assert "乙.csv：找不到这个文件" in second
    assert second.endswith(f"见 {config}:4 的 [[source]] files")
    assert third.endswith(f"见 {config}:7 的 [[source]] files")


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["audit", "--config", "folder"], "folder：不能读取（是文件夹，不是文件）"),
        (["verify", "folder"], "folder：不能读取（是文件夹，不是文件）"),
        (["verify", "none.json"], "none.json：不能读取（没有这个文件或文件夹）"),
        (["diff", "folder", "folder"], "folder"),
        (["audit", "--config", "state.toml"], "state：打不开状态数据库（是文件夹，不是文件）"),
        (["audit", "--config", "query.toml"], "none.sql：读不到查询语句（没有这个文件或文件夹）"),
        (["audit", "--config", "sqlite.toml"], "数据源“sqlite-1”（sqlite）：没有这个文件或文件夹"),
        (["audit", "--config", "output.toml"], "file/sub/out.json：建不了文件夹"),
        (["audit", "--config", "below.toml"], "file/sub（路径里有一段是文件，不是文件夹）"),
    ],
)
def test_what_the_system_refuses_is_told_in_the_language_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("folder", "state"):
        (tmp_path / folder).mkdir()
    (tmp_path / "file").write_text("", "utf-8")
    log = '[[source]]\nfiles = ["log.csv"]\n'
    Path("state.toml").write_text(f'[audit]\nstate = "state"\n{log}', "utf-8")
    Path("below.toml").write_text(f'[audit]\nstate = "file/sub/audit.db"\n{log}', "utf-8")
    Path("output.toml").write_text(f'{log}[[output]]\npath = "file/sub/out.json"\n', "utf-8")
    Path("query.toml").write_text('[[source]]\ntype = "sqlite"\npath = "a.db"\nquery_file = "none.sql"\n', "utf-8")
    Path("sqlite.toml").write_text('[[source]]\ntype = "sqlite"\npath = "a.db"\nquery = "SELECT 1"\n', "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "zwgk", *arguments], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 2
    assert says in done.stderr
    for english in ("directory", "No such", "File exists", "unable", "内部错误", "Traceback"):
        assert english not in done.stderr


def test_a_file_written_while_it_is_read(tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from zwgk.audit import run as module

    config = configured(tmp_path, packs=("luzhou-2011",))
    whole = module.evaluate_all

    def slow(*arguments: object, **named: object) -> object:
        night = whole(*arguments, **named)
        with log.open("a", encoding="utf-8") as out:
            out.write("乙,document-issued,2011-09-19,办\n")
        return night

    monkeypatch.setattr(module, "evaluate_all", slow)
    with pytest.raises(InputError, match="核查期间文件变了"):
        run_audit(config, as_of=moment("2011-09-23"))
    with opened(config.state) as state:
        assert state.last_run() is None
    monkeypatch.undo()
    assert run_audit(config, as_of=moment("2011-09-23")).totals["open"] == 2


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_log_rewritten_where_it_was_read_before_is_read_whole(tmp_path: Path, log: Path, end: str) -> None:
    config = configured(tmp_path, mode="incremental", packs=("luzhou-2011",))
    rows = ["case,event,time,agency", "甲,document-issued,2011-09-19,办", "乙,document-issued,2011-09-19,办", ""]
    log.write_bytes(end.join(rows).encode())
    assert run_audit(config, as_of=moment("2011-09-23")).totals["open"] == 2
    rows[-1:] = ["甲,document-published,2011-09-20,办", ""]
    log.write_bytes(end.join(rows).encode())
    outcome = run_audit(config, as_of=moment("2011-09-24"))
    assert (outcome.mode, outcome.totals["open"]) == ("incremental", 1)
    rows[2] = "丙,document-issued,2011-09-23,办"
    log.write_bytes(end.join(rows).encode())
    outcome = run_audit(config, as_of=moment("2011-09-25"))
    assert (outcome.mode, outcome.totals["open"]) == ("full", 0)
    assert "原有的内容也变了" in outcome.notices[0]
    assert run_audit(config, as_of=moment("2011-09-25")).mode == "incremental"


@pytest.mark.usefixtures("log")
def test_a_new_file_is_read_like_new_lines(tmp_path: Path) -> None:
    config = configured(tmp_path, mode="incremental", packs=("luzhou-2011",))
    text = (tmp_path / "zwgk.toml").read_text("utf-8").replace('"log.csv"', '"log*.csv"')
    (tmp_path / "zwgk.toml").write_text(text, "utf-8")
    from zwgk.audit.config import load_config

    config = load_config(str(tmp_path / "zwgk.toml"))
    assert run_audit(config, as_of=moment("2011-09-23")).totals["open"] == 1
    more = "time,event,case,agency\n2011-09-25,document-published,甲,办\n2011-09-20,document-issued,乙,办\n"
    (tmp_path / "log2.csv").write_text(more, "utf-8")
    outcome = run_audit(config, as_of=moment("2011-09-27"))
    assert outcome.mode == "incremental"
    assert {(one.kind, one.item.case, one.item.breach) for one in outcome.changes} == {
        ("new", "乙", "overdue"),
        ("closed", "甲", "late"),
    }
    assert run_audit(config, as_of=moment("2011-09-28")).mode == "incremental"


# --- clocks and company -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("log")
def test_a_clock_that_jumps(tmp_path: Path) -> None:
    config = configured(tmp_path, packs=("luzhou-2011",))
    run_audit(config, as_of=moment("2011-09-23"))
    refused(tmp_path, "2011-09-22", says="时钟可能被拨回")
    outcome = run_audit(config, as_of=moment("2011-09-22"), accept_earlier=True)
    assert [(one.kind, one.cause, one.item.verdict) for one in outcome.changes] == [("closed", "time", "pending")]
    outcome = run_audit(config, as_of=moment("2011-12-23"))
    assert [(one.kind, one.cause) for one in outcome.changes] == [("reopened", "time")]
    assert "距上次核查已有92天" in outcome.notices[0]


@pytest.mark.usefixtures("log")
def test_two_runs_at_once(tmp_path: Path) -> None:
    config = configured(tmp_path, packs=("luzhou-2011",))
    with held(f"{config.state}.lock", as_of="2011-09-23T23:59:59+08:00"), pytest.raises(BusyError) as refusal:
        run_audit(config, as_of=moment("2011-09-23"))
    assert str(os.getpid()) in str(refusal.value)
    assert "另一个核查正在运行" in str(refusal.value)
    assert run_audit(config, as_of=moment("2011-09-23")).run == 1


@pytest.mark.usefixtures("log")
def test_a_state_that_is_none(tmp_path: Path) -> None:
    config = configured(tmp_path, packs=("luzhou-2011",))
    Path(config.state).parent.mkdir()
    Path(config.state).write_text("no database" * 100, "utf-8")
    with pytest.raises(InputError, match="不是核查状态，或已损坏"):
        run_audit(config, as_of=moment("2011-09-23"))
