"""Hold the evaluators to each other: random rules on random logs, every finding compared field by field.

``python benchmarks/differential.py --obligations 200000 --requests 200000 --evaluator all`` prints what differs, with the
smallest log that still shows it; the exit code is 1 if anything does. ``case`` and ``files`` are the case evaluator against
the witness of the tests (on events as they are; on files, with the engine's own calendar), ``relational`` is the relational
evaluator against the case evaluator, byte by byte.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from typing import TYPE_CHECKING

from contests import compare, report
from evaluators import CONTESTS
from random_logs import Run, random_run
from random_requests import random_requests

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> int:
    """Run and print; 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--obligations", type=int, default=200_000, help="obligations of every kind but requests")
    parser.add_argument("--requests", type=int, default=0, help="requests (cases) with a legal clock")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=60, help="cases in one log")
    parser.add_argument("--evaluator", choices=[*CONTESTS, "both", "all"], default="case", help="both: case and files")
    parser.add_argument("--show", type=int, default=5, help="differences printed in full")
    arguments = parser.parse_args()
    several = {"both": ["case", "files"], "all": list(CONTESTS)}
    wrong = 0
    for name in several.get(arguments.evaluator, [arguments.evaluator]):
        wrong += run_all(name, "obligations", random_run, arguments.obligations, arguments)
        wrong += run_all(name, "requests", random_requests, arguments.requests, arguments)
    return 1 if wrong else 0


def run_all(name: str, what: str, draw: Callable[..., Run], wanted: int, arguments: argparse.Namespace) -> int:
    """Compare run after run until enough was judged; the number of differing runs."""
    contest = CONTESTS[name]
    obligations = requests = runs = wrong = 0
    seed = arguments.seed * 1_000_003
    started = time.perf_counter()
    while (obligations if what == "obligations" else requests) < wanted:
        run = draw(random.Random(seed), cases=arguments.cases, files=2 if seed % 5 == 0 else 1)
        outcome = compare(run, contest)
        obligations += outcome.obligations
        requests += outcome.cases if what == "requests" else 0
        runs += 1
        if outcome.difference:
            wrong += 1
            if wrong <= arguments.show:
                print(report(run, contest, seed), flush=True)
        seed += 1
    if runs:
        counted = f"{requests} requests, " if what == "requests" else ""
        seconds = time.perf_counter() - started
        print(
            f"{name}: {counted}{obligations} obligations in {runs} logs, {wrong} logs differ, {seconds:.1f} s",
            flush=True,
        )
    return wrong


if __name__ == "__main__":
    sys.exit(main())
