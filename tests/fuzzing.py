"""Feed damaged files to the readers and the rule loader, and see that nothing but a message comes back, and no good row is lost."""

from __future__ import annotations

import datetime as dt
import random
import time
from typing import TYPE_CHECKING, NamedTuple

from fuzz_damage import damaged, seeds
from fuzz_rows import MAKERS

from zwgk.errors import ZwgkError
from zwgk.events import read_log
from zwgk.events.mapping import load_mapping
from zwgk.rules import load_packs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = (
    "title: 某办法\nnumber: ''\nissuer: 某机关\nregion: national\nissued: 2000-01-01\nin_force: {from: 2000-01-01}\n"
    "about: 试验\nunchecked: []\nclauses: {}\n"
)
SHARES = {
    "csv": 22,
    "tsv": 6,
    "ledger": 12,
    "jsonl": 12,
    "json": 8,
    "xlsx": 16,
    "xls": 4,
    "parquet": 5,
    "gz": 5,
    "columns": 4,
    "rules": 6,
}
"""Of a hundred damaged inputs, how many are of each form."""


class Failure(NamedTuple):
    """What should not have happened, and the input that made it happen."""

    form: str
    seed: int
    what: str
    name: str
    data: bytes


class Tally(NamedTuple):
    """Of one form: inputs, those read as a log (or loaded), those refused with a message, seconds, and failures."""

    form: str
    inputs: int
    read: int
    refused: int
    good: int
    seconds: float
    failures: tuple[Failure, ...]


def fuzz_damage(inputs: int, *, seed: int, folder: Path) -> Iterator[Tally]:
    """Damaged files: a result or a :class:`~zwgk.errors.ZwgkError`, nothing else."""
    good = seeds()
    for form, share in SHARES.items():
        started = time.monotonic()
        read = refused = 0
        failures = []
        count = max(1, inputs * share // 100)
        for number in range(count):
            rng = random.Random(f"{seed} {form} {number}")
            name, data = damaged(form, rng, good)
            try:
                feed(form, name, data, folder)
                read += 1
            except ZwgkError:
                refused += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt | SystemExit):
                    raise
                failures.append(Failure(form, number, f"{type(error).__name__}: {error}", name, data))
        yield Tally(form, count, read, refused, 0, time.monotonic() - started, tuple(failures))


def feed(form: str, name: str, data: bytes, folder: Path) -> None:
    """Let the reader of a form read the bytes.

    Raises:
        ZwgkError: it refuses them.
    """
    if form == "rules":
        pack = folder / "pack"
        pack.mkdir(exist_ok=True)
        (pack / "_source.yaml").write_text(SOURCE, encoding="utf-8")
        rule = pack / name
        rule.write_bytes(data)
        try:
            load_packs([rule], cases=True)
        finally:
            rule.unlink()
        return
    path = folder / name
    path.write_bytes(data)
    if form == "columns":
        load_mapping(path)
        return
    log = read_log([path])
    if any(not event.event for event in log.events) or any(not problem.expected for problem in log.problems):
        raise AssertionError(f"an event without a name, or a problem without words: {log.problems[:3]}")


def fuzz_rows(inputs: int, *, seed: int, folder: Path) -> Iterator[Tally]:
    """Good rows among bad ones: each good one is read."""
    for form, make in MAKERS.items():
        started = time.monotonic()
        failures = []
        count = max(1, inputs // len(MAKERS))
        found = 0
        for number in range(count):
            rng = random.Random(f"{seed} rows {form} {number}")
            name, data, good = make(rng)
            path = folder / name
            path.write_bytes(data)
            try:
                log = read_log([path])
                events = {(event.case, dt.date.fromordinal(event.time.day).isoformat()) for event in log.events}
                lost = good - events
                what = f"lost {sorted(lost)}" if lost else ""
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt | SystemExit):
                    raise
                what = f"{type(error).__name__}: {error}"
            found += len(good)
            if what:
                failures.append(Failure(form, number, what, name, data))
        yield Tally(
            f"rows: {form}", count, count - len(failures), 0, found, time.monotonic() - started, tuple(failures)
        )
