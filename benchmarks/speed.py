"""How long a check takes, against the floor of merely reading the file: ``python benchmarks/speed.py --events 1000000``.

Every figure is of a fresh process, imports (from byte code, as once installed) included: wall clock, CPU of user and system, and
peak memory. The floor is DuckDB reading the same CSV with all columns as text, once only counting the cells, once into a
table. The small log goes through the command line. The speed of a machine drifts, so what can be compared is the ratio: each
check is held against the floor measured just before and just after it, and the median of these ratios is printed, with the
least and the greatest. Of the times the quickest are printed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HERE = Path(__file__).resolve().parent
AS_OF = "2026-11-30"
SMALL = 300

CHECK = """
import sys
from zwgk import check
report = check(sys.argv[1], as_of=sys.argv[3])
with open(sys.argv[2], "wb") as out:
    out.writelines(report.jsonl_chunks())
"""
FLOOR = """
import duckdb, sys
store = duckdb.connect()
with open(sys.argv[1], encoding="utf-8") as log:
    width = len(log.readline().split(","))
columns = {f"c{i}": "VARCHAR" for i in range(width)}
read = f"read_csv($path, columns = {columns}, header = false, skip = 1, auto_detect = false, delim = ',', quote = '\\"')"
counts = ", ".join(f"count({name})" for name in columns)
what = f"SELECT {counts} FROM {read}" if sys.argv[3] == "count" else f"CREATE TABLE log AS FROM {read}"
store.execute(what, {"path": sys.argv[1]}).fetchall()
"""


class Figures(NamedTuple):
    """Seconds and MiB of one process."""

    wall: float
    cpu: float
    peak: float


def measured(arguments: tuple[str, ...], compiled: str) -> Figures:
    """Run a program in a process of its own; byte code is kept in ``compiled``."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    # 1: the log has breaches, as it should.
    if process.returncode not in (0, 1):
        raise SystemExit(process.returncode)
    kib = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Figures(time.perf_counter() - started, used.ru_utime + used.ru_stime, kib / 1024)


def generated(folder: Path, events: int, profile: str) -> Path:
    """A log of so many events, made once."""
    path = folder / f"{profile}-{events}.csv"
    if not path.exists():
        command = [sys.executable, str(HERE / "generate.py"), "--events", str(events), "--out", str(path)]
        subprocess.run([*command, "--profile", profile], check=True)
    return path


def main() -> int:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--profile", default="all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the logs are kept; a temporary folder if not given")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        log = str(generated(folder, arguments.events, arguments.profile))
        small = str(generated(folder, SMALL, arguments.profile))
        out = str(Path(temporary) / "findings.jsonl")
        programs = {
            "floor: count": ("-c", FLOOR, log, out, "count"),
            "floor: table": ("-c", FLOOR, log, out, "table"),
            "check": ("-c", CHECK, log, out, AS_OF),
            "floor: table again": ("-c", FLOOR, log, out, "table"),
            "floor: count again": ("-c", FLOOR, log, out, "count"),
            f"check of {SMALL} rows": ("-m", "zwgk", small, "--as-of", AS_OF),
        }
        runs: dict[str, list[Figures]] = {name: [] for name in programs}
        for _ in range(arguments.rounds):
            for name, program in programs.items():
                runs[name].append(measured(program, f"{temporary}/compiled"))
        best = {name: min(some, key=lambda one: one.cpu) for name, some in runs.items()}
    print(f"{arguments.events:,} events ({arguments.profile})      wall s   CPU s  peak MiB")
    for name, one in best.items():
        if not name.endswith("again"):
            print(f"{name:<26}{one.wall:14.2f}{one.cpu:8.2f}{one.peak:10.0f}")
    for floor in ("floor: count", "floor: table"):
        wall, cpu = (ratios(runs, floor, place) for place in (0, 1))
        print(f"check / {floor:<18}{median(wall):14.1f}{median(cpu):8.1f}   ({min(cpu):.1f} to {max(cpu):.1f})")
    return 0


def ratios(runs: Mapping[str, Sequence[Figures]], floor: str, place: int) -> list[float]:
    """Each check's wall clock (``place`` 0) or CPU (1) over the mean of the floor before and after it, by round."""
    rounds = zip(runs["check"], runs[floor], runs[f"{floor} again"], strict=True)
    return [2 * check[place] / (before[place] + after[place]) for check, before, after in rounds]


if __name__ == "__main__":
    sys.exit(main())
