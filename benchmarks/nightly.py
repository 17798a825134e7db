"""What a night costs beside a whole run: ``python benchmarks/nightly.py --events 10000000 --new 20000``.

A history is laid down by a first run of the audit; then new events come in, and the night's run is measured against runs
over everything: a check that writes its breaches, and with ``--whole`` the audit made whole. Each figure is of a fresh
process, imports included; the state is put back before each. What can be compared is the ratio, in one run of this program.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
CONFIG = '[audit]\nmode = "incremental"\nfail_on = "never"\nskip_bad_rows = true\n[[source]]\nfiles = ["log.csv"]\n'
CHECK = """
import sys
from zwgk import check
report = check(sys.argv[1], as_of=sys.argv[2])
with open(sys.argv[3], "wb") as out:
    for block in report._found.chunks({"breached"}):
        out.write(block)
"""


class Figures(NamedTuple):
    """Seconds of one process."""

    wall: float
    cpu: float


def measured(arguments: list[str], folder: Path) -> Figures:
    """Run a process to its end, with byte code, as once installed."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=folder, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(process.returncode)
    return Figures(time.perf_counter() - started, used.ru_utime + used.ru_stime)


def split(log: Path, folder: Path, *, events: int, new: int) -> tuple[Path, Path]:
    """The header with the first ``events`` rows, and the ``new`` rows after them."""
    target, rest = folder / "log.csv", folder / "new.csv"
    with log.open("rb") as stream, target.open("wb") as out:
        for _ in range(events + 1):
            out.write(next(stream))
        rest.write_bytes(b"".join(next(stream) for _ in range(new)))
    return target, rest


def last_day(path: Path) -> str:
    """The day of the last row that begins with a plain date."""
    for line in reversed(path.read_bytes()[-100_000:].decode("utf-8", "replace").splitlines()):
        day = line.split(",")[2][:10]
        if len(day) == 10 and day[4] == day[7] == "-":
            return day
    raise SystemExit("no plain date in the last rows")


def audit(folder: Path, as_of: str, *more: str) -> Figures:
    """One run of the audit."""
    return measured(["-m", "zwgk", "audit", "--as-of", as_of, "-q", *more], folder)


def main() -> int:
    """Read the arguments, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--new", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--whole", action="store_true", help="measure the audit made whole too, with its lists and receipt"
    )
    parser.add_argument("--log", type=Path, help="a log with that many events and more, in the order of time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nightly-") as name:
        folder = Path(name)
        whole = arguments.log
        if whole is None:
            whole = folder / "whole.csv"
            count = str(arguments.events + arguments.new)
            subprocess.run([sys.executable, HERE / "generate.py", "--events", count, "--out", whole], check=True)
        log, new = split(whole, folder, events=arguments.events, new=arguments.new)
        (folder / "zwgk.toml").write_text(CONFIG, "utf-8")
        first = audit(folder, last_day(log))
        state = folder / ".zwgk"
        size = sum(file.stat().st_size for file in state.rglob("*") if file.is_file())
        shutil.copytree(state, folder / "kept")
        with log.open("ab") as out:
            out.write(new.read_bytes())
        as_of = last_day(log)
        nights, wholes, checks = [], [], []
        for _ in range(arguments.rounds):
            for runs, more in ((nights, ()), (wholes, ("--full",))):
                if more and not arguments.whole:
                    continue
                shutil.rmtree(state)
                shutil.copytree(folder / "kept", state)
                runs.append(audit(folder, as_of, *more))
            checks.append(measured(["-c", CHECK, str(log), as_of, str(folder / "out.jsonl")], folder))
        night, check = min(nights), min(checks)
        print(f"{arguments.events} events, {arguments.new} new; state {size / 1e6:.0f} MB")
        for label, one in (
            ("first run", first),
            ("night", night),
            ("check", check),
            *(("whole audit", w) for w in wholes),
        ):
            print(f"{label:12} {one.wall:7.2f} s  {one.cpu:7.2f} s CPU")
        print(f"night / check: 1/{check.wall / night.wall:.1f} (CPU 1/{check.cpu / night.cpu:.1f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
