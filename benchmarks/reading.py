"""How long each form takes to read, as a multiple of the CSV of the same rows.

``python benchmarks/reading.py --rows 100000`` writes the same log in every form into a temporary folder, reads each in a process
of its own, and prints processor seconds (best of five rounds), the ratio to CSV, and peak memory (Linux); every form must give the same events.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import gzip
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

HEADER = ("案号", "事件", "时间", "机关", "行政区划代码", "决定类型")
LEDGER = ("案号", "处罚决定日期", "公开日期", "机关", "行政区划代码", "决定类型")
READ = """
import re, sys, time
from zwgk.events import read_log
started = time.process_time()
log = read_log([sys.argv[1]])
seconds = time.process_time() - started
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024
import hashlib
facts = sorted((e.case, e.event, e.time, e.agency, e.region, *e.attributes.items()) for e in log.events)
print(seconds, peak, len(log.events), hashlib.sha256(repr(facts).encode()).hexdigest())
"""


def main() -> None:
    """Write, read and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, arguments.rows)
        paths = sorted(folder.iterdir())
        # Round by round, so that a busy minute of the machine falls on every form.
        rounds = [[read(path) for path in paths] for _ in range(5)]
        times = {path: min(runs) for path, runs in zip(paths, zip(*rounds, strict=True), strict=True)}
    floor = times[folder / "log.csv"][0]
    print("| form | s | × CSV | MiB |\n|---|---:|---:|---:|")
    for path, (seconds, peak, _facts) in sorted(times.items(), key=lambda item: item[1][0]):
        print(f"| {path.name} | {seconds:.2f} | {seconds / floor:.1f} | {peak} |")
    if len({facts for _seconds, _peak, facts in times.values()}) > 1:
        sys.exit("the forms do not give the same events")


def read(path: Path) -> tuple[float, int, str]:
    """Seconds, MiB, and what was read."""
    run = subprocess.run([sys.executable, "-c", READ, str(path)], check=True, capture_output=True, text=True)
    seconds, peak, *facts = run.stdout.split()
    return float(seconds), int(peak), " ".join(facts)


def write(folder: Path, rows: int) -> None:
    """The same log in every form."""
    import pyarrow as pa
    import xlsxwriter
    from pyarrow import parquet

    rng = random.Random(1)
    matters = []
    for number in range(rows // 2):
        made = dt.date(2019, 1, 1) + dt.timedelta(days=rng.randrange(1500))
        published = made + dt.timedelta(days=rng.randrange(15))
        matters.append(
            (
                f"筑高新罚〔2019〕{number}号",
                made,
                published,
                f"第{number % 40}局",
                "行政处罚" if number % 3 else "行政许可",
            )
        )
    log = [
        (case, event, day, agency, "520100", kind)
        for case, made, published, agency, kind in matters
        for event, day in (("执法决定作出", made), ("执法决定公开", published))
    ]
    ledger = [(case, made, published, agency, "520100", kind) for case, made, published, agency, kind in matters]
    for name, header, lines in (("log.csv", HEADER, log), ("ledger.csv", LEDGER, ledger)):
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *lines])
    (folder / "log.csv.gz").write_bytes(gzip.compress((folder / "log.csv").read_bytes(), 6))
    with (folder / "log.jsonl").open("w", encoding="utf-8") as stream:
        for line in log:
            stream.write(json.dumps(dict(zip(HEADER, map(str, line), strict=True)), ensure_ascii=False) + "\n")
    columns = dict(zip(HEADER, zip(*log, strict=True), strict=True))
    parquet.write_table(pa.table({name: list(values) for name, values in columns.items()}), folder / "log.parquet")
    for name, header, lines in (("log.xlsx", HEADER, log), ("ledger.xlsx", LEDGER, ledger)):
        book = xlsxwriter.Workbook(str(folder / name))
        sheet, date = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, header)
        for place, line in enumerate(lines, 1):
            for column, value in enumerate(line):
                if isinstance(value, dt.date):
                    sheet.write_datetime(place, column, value, date)
                else:
                    sheet.write(place, column, value)
        book.close()


if __name__ == "__main__":
    main()
