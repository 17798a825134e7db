"""Time every form of the report on one log: ``python benchmarks/report_forms.py --events 150000``.

CPU seconds, size and the highest memory so far, in the order of the forms; ``records`` is the reading of the findings alone.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from zwgk import check
from zwgk.reports import registry
from zwgk.reports.registry import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=150_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/events.csv"
        generate = Path(__file__).with_name("generate.py")
        subprocess.run([sys.executable, str(generate), "--events", str(arguments.events), "--out", log], check=True)
        report = check(log, as_of="2026-11-01")
    print(f"{sum(report.summary.values())} findings: {report.summary}")
    tell("records", (b"" for _ in report.records()))
    for form in registry.FORMS:
        tell(form.name, registry.encoded(report, form.name, Settings()))
        if form.name == "letter":
            tell("letter (docx)", registry.encoded(report, form.name, Settings(path="a.docx")))


def tell(name: str, blocks: Iterable[bytes]) -> None:
    started = time.process_time()
    size = sum(map(len, blocks))
    seconds = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:14} {seconds:7.2f} s {size / 1e6:8.1f} MB {memory:6} MiB at most so far")


if __name__ == "__main__":
    main()
