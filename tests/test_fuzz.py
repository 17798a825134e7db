"""A short run of the fuzzers: no traceback, no good row lost. The long one: ``benchmarks/fuzz.py``."""

from __future__ import annotations

import random

import pytest
from fuzz_damage import damaged, seeds
from fuzz_rows import MAKERS
from fuzzing import SHARES, feed, fuzz_damage, fuzz_rows

from zwgk.errors import ZwgkError


def test_damaged_files_end_in_a_message(tmp_path) -> None:
    tallies = list(fuzz_damage(600, seed=20, folder=tmp_path))

    assert [failure for tally in tallies for failure in tally.failures] == []
    assert {tally.form for tally in tallies} == {*SHARES}
    # The damage is neither so light that all is read nor so heavy that nothing is.
    assert sum(tally.read for tally in tallies) > 100
    assert sum(tally.refused for tally in tallies) > 100


def test_good_rows_among_bad_ones_are_read(tmp_path) -> None:
    tallies = list(fuzz_rows(360, seed=20, folder=tmp_path))

    assert [failure for tally in tallies for failure in tally.failures] == []
    assert all(tally.good > 50 for tally in tallies)


def test_good_seeds_are_good(tmp_path) -> None:
    """Else the damage would only ever meet a refusal at the door."""
    for form, files in seeds().items():
        accepted = 0
        for name, data in files:
            try:
                feed(form, name, data, tmp_path)
            except ZwgkError:
                continue
            accepted += 1
        assert accepted > 0.9 * len(files), form


@pytest.mark.parametrize("form", SHARES)
def test_the_same_number_damages_alike(form) -> None:
    good = seeds()
    first, second = (damaged(form, random.Random(7), good) for _ in range(2))

    assert first[0] == second[0]
    assert form in ("xlsx", "gz") or first[1] == second[1]


def test_a_lost_row_would_be_seen(tmp_path, monkeypatch) -> None:
    """The fuzzers can fail."""
    monkeypatch.setitem(MAKERS, "csv", lambda _rng: ("log.csv", "文号,事件,时间\n".encode(), {("甲", "2020-01-01")}))
    monkeypatch.setattr("fuzzing.read_log", lambda _paths: 1 / 0)

    tallies = list(fuzz_rows(6, seed=1, folder=tmp_path))
    assert all(tally.failures for tally in tallies)
    assert all(
        tally.failures for tally in fuzz_damage(20, seed=1, folder=tmp_path) if tally.form not in ("rules", "columns")
    )
