"""Requests whose clock was stopped, voided, restarted or extended: the relational evaluator writes what the case evaluator writes."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import TYPE_CHECKING

import pytest

from zwgk import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADER = "case,event,time,agency,region\n"
# 20 workdays from Monday 2026-03-02 end on 2026-03-30.
RECEIVED = dt.date(2026, 3, 2)
TOUCHES = (
    (),
    (("correction-notified", 4),),
    (("correction-notified", 4), ("correction-received", 9)),
    (("correction-notified", 60),),
    (("correction-notified", 60), ("correction-received", 61)),
    (("third-party-consulted", 7),),
    (("third-party-consulted", 7), ("third-party-answered", 12)),
    (("third-party-consulted", 7), ("third-party-answered", 50)),
    (("agency-consulted", 3), ("agency-answered", 8), ("third-party-consulted", 7), ("third-party-answered", 12)),
    (("extension-notified", 20),),
    (("extension-notified", 50),),
    (("correction-notified", 4), ("correction-received", 9), ("extension-notified", 30), ("agency-consulted", 31)),
    (("correction-notified", 4), ("correction-received", 9), ("agency-answered", 31)),
)
REPLIES = (None, -3, 0, 2, 28, 29, 40, 75)


def rows(received: dt.date) -> Iterator[str]:
    """A request for each way in which its clock is touched, and each day of the reply."""
    for number, (touches, reply) in enumerate(itertools.product(TOUCHES, REPLIES)):
        happened = [("request-received", 0), *touches]
        if reply is not None:
            happened.append(("reply-sent", reply))
        for event, after in happened:
            time = " 09:30" if (number + after) % 5 == 0 else ""
            yield f"申{number:03},{event},{received + dt.timedelta(after)}{time},某局,520100\n"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("as_of", ["2026-03-12", "2026-03-30", "2026-04-30", "2026-08-31"])
def test_both_evaluators_write_the_same(tmp_path: Path, as_of: str, lang: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(HEADER + "".join(rows(RECEIVED)), encoding="utf-8")
    large, small = (b"".join(check(path, as_of=as_of, large=size, lang=lang).jsonl_chunks()) for size in (True, False))
    assert large == small
    assert large.count(b"\n") >= len(TOUCHES)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("second", [0, 1])
def test_both_write_the_same_of_two_files(tmp_path: Path, second: int, lang: str) -> None:
    lines = list(rows(RECEIVED))
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for number, path in enumerate(paths):
        path.write_text(HEADER + "".join(lines[(number + second) % 2 :: 2]), encoding="utf-8")
    for as_of in ("2026-03-12", "2026-04-30"):
        large, small = (
            b"".join(check(paths, as_of=as_of, large=size, lang=lang).jsonl_chunks()) for size in (True, False)
        )
        assert large == small
        assert (" of file 2" if lang == "en" else "第2个文件第").encode() in large


def test_a_stop_of_another_file_is_cited_there(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(
        HEADER + "申1,request-received,2026-03-02,某局,\n申1,third-party-answered,2026-03-16,某局,\n", "utf-8"
    )
    second.write_text(HEADER + "申2,x,2026-03-02,,\n申1,third-party-consulted,2026-03-09,某局,\n", "utf-8")
    lines = b"".join(check([first, second], as_of="2026-04-08", large=True).jsonl_chunks()).splitlines()
    found = next(one for one in map(json.loads, lines) if one["rule"] == "ogi-regulation-2019/reply")
    assert found["because"][0] == "收到申请：2026-03-02（第2行）"
    assert found["because"][1].startswith(
        "征求第三方意见：2026-03-09（第2个文件第3行）至收到第三方意见：2026-03-16（第3行），不计入期限"
    )


def test_by_the_law_of_2007_and_beyond_the_calendar(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    for received, as_of in ((dt.date(2018, 9, 20), "2018-12-31"), (dt.date(2026, 12, 1), "2026-12-30")):
        path.write_text(HEADER + "".join(rows(received)), encoding="utf-8")
        large, small = (b"".join(check(path, as_of=as_of, large=size).jsonl_chunks()) for size in (True, False))
        assert large == small


def test_a_clock_that_waits_counts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        HEADER + "申1,request-received,2026-03-02,某局,\n申1,correction-notified,2026-03-06,某局,\n", "utf-8"
    )
    lines = b"".join(check(path, as_of="2026-08-31", large=True).jsonl_chunks()).splitlines()
    found = next(one for one in map(json.loads, lines) if one["rule"] == "ogi-regulation-2019/reply")
    assert (found["verdict"], found["remaining"], found["late_by"]) == ("pending", None, None)
    assert found["due"] == {"at": None, "earliest": None, "latest": None, "final": False}


def test_a_stop_moves_the_due_date(tmp_path: Path) -> None:
    """Due 2026-03-30; the stop 9-16 March (five workdays after the day of sending) moves it to Tuesday 7 April.

    Ching Ming is Sunday 5 April 2026, with Monday the 6th off.
    """
    path = tmp_path / "log.csv"
    events = ("request-received,2026-03-02", "third-party-consulted,2026-03-09", "third-party-answered,2026-03-16")
    path.write_text(HEADER + "".join(f"申1,{event},某局,\n" for event in events), "utf-8")
    lines = b"".join(check(path, as_of="2026-04-08", large=True).jsonl_chunks()).splitlines()
    found = next(one for one in map(json.loads, lines) if one["rule"] == "ogi-regulation-2019/reply")
    assert found["due"]["at"] == "2026-04-07"
    assert found["late_by"] == {"count": 1, "unit": "workdays"}
