"""Runs the audit again and again and kills it at any moment; a program of its own, so that a fork holds no threads.

Usage: audit_killed.py CONFIG KILLS SEED. For each round a line of JSON: whether it was killed, and how the state was found.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from audit_logs import World, day

from zwgk.audit.config import load_config
from zwgk.audit.run import run_audit
from zwgk.model import Moment

if TYPE_CHECKING:
    import datetime as dt


def child(config_path: str, as_of: dt.date) -> None:
    """One run, in a process that may die at any moment."""
    try:
        run_audit(load_config(config_path), as_of=Moment(as_of.toordinal()))
    except BaseException as error:  # noqa: BLE001  (whatever it is, the parent wants to know)
        sys.stderr.write(f"{error}\n")
        os._exit(3)
    os._exit(0)


def main() -> None:
    config_path, kills, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    config = load_config(config_path)
    rng = random.Random(seed)
    world = World(seed)
    log = Path(config.files[0])
    for number in range(30):
        with log.open("a", encoding="utf-8") as out:
            out.writelines(world.night(number, 4))
    number, took, killed = 30, 0.5, 0
    while killed < kills:
        as_of = day(number)
        started = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            child(config_path, as_of)
        # Now and then past the end, so that what follows the commit is struck too.
        delay = rng.random() * took * 1.2
        time.sleep(delay)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        struck = os.WIFSIGNALED(status)
        took = took * 1.05 if struck else 0.5 * took + 0.5 * (time.perf_counter() - started)
        killed += struck
        say({"killed": struck, "status": status, "night": number, **found(config.state)})
        if rng.random() < 0.3:
            number += 1
            with log.open("a", encoding="utf-8") as out:
                out.writelines(world.night(number, 4))
    say({"last": number})


def say(record: dict[str, object]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def found(state: str) -> dict[str, object]:
    """The state as a reader finds it right after the kill."""
    if not Path(state).exists():
        return {"whole": True, "runs": 0}
    with contextlib.closing(sqlite3.connect(state)) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        tables = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'runs'").fetchone()[0]
        runs = connection.execute("SELECT count(*) FROM runs").fetchone()[0] if tables else 0
    return {"whole": whole, "runs": runs}


if __name__ == "__main__":
    main()
