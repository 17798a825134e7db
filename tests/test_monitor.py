"""The monitor tells changes as they come, and ends where a check of the same events ends."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys

import pytest

from zwgk import Monitor, UsageError, check

LUZHOU = "luzhou-2011/document-publication"


def brief(changes: list) -> list[tuple[str, str | None, str | None]]:
    return [(change.at[:10], change.was, change.now) for change in changes]


def test_an_obligation_is_raised_then_discharged() -> None:
    monitor = Monitor(rules=LUZHOU)
    raised = monitor.post({"case": "甲", "event": "文件印发", "time": "2011-09-28"})
    assert brief(raised) == [("2011-09-28", None, "pending")]
    done = monitor.post({"case": "甲", "event": "文件公开", "time": "2011-10-08"})
    assert brief(done) == [("2011-10-08", "pending", "met")]


def test_accounts_are_tied_by_name_whatever_matter_they_stand_in() -> None:
    monitor = Monitor(rules="jingmen-2022/account-filing")
    opened = monitor.post({"case": "甲", "event": "账号开设", "time": "2022-08-01", "账号": "微博甲"})
    assert [(change.now, change.finding["breach"]) for change in opened] == [("breached", "missing")]
    filed = monitor.post({"case": "乙", "event": "账号报备", "time": "2022-07-20", "账号": "微博甲、微信乙"})
    assert [(change.was, change.now) for change in filed] == [("breached", "met")]


def test_time_alone_makes_it_overdue() -> None:
    monitor = Monitor(rules=LUZHOU)
    monitor.post({"case": "甲", "event": "文件印发", "time": "2011-09-28"})
    assert monitor.advance("2011-10-08") == []
    assert [finding.case for finding in monitor.upcoming(workdays=0)] == ["甲"]
    late = monitor.advance("2011-10-09")
    assert brief(late) == [("2011-10-09", "pending", "breached")]
    assert late[0].finding["breach"] == "overdue"
    assert late[0].finding["due"]["at"] == "2011-10-08"
    assert monitor.upcoming() == []


def test_the_clock_does_not_go_back() -> None:
    monitor = Monitor(rules=LUZHOU)
    monitor.advance("2011-10-08")
    with pytest.raises(UsageError, match="不能退回"):
        monitor.advance("2011-10-07")
    with pytest.raises(UsageError):
        monitor.advance("明天")


def test_an_event_that_cannot_be_read_changes_nothing() -> None:
    monitor = Monitor(rules=LUZHOU)
    with pytest.raises(UsageError, match="2011-13-01"):
        monitor.post({"case": "甲", "event": "文件印发", "time": "2011-13-01"})
    with pytest.raises(UsageError, match="编号"):
        monitor.post({"event": "文件印发", "time": "2011-10-01"})
    assert monitor.findings == ()


@pytest.mark.parametrize("seed", range(6))
def test_it_ends_where_a_check_ends(seed: int) -> None:
    """Whatever the order of arrival, the findings are those of a check of all events as of the last moment."""
    rng = random.Random(seed)
    rows = []
    for number in range(60):
        case, day = f"甲{number}", rng.randrange(1, 28)
        kind = rng.choice(["行政处罚", "行政检查", ""])
        agency = rng.choice(["甲局", "乙局", ""])
        rows.append(
            {"case": case, "event": "执法决定作出", "time": f"2024-09-{day:02d}", "决定类型": kind, "机关": agency}
        )
        if rng.random() < 0.8:
            rows.append(
                {"case": case, "event": "执法决定公开", "time": f"2024-10-{day:02d}", "决定类型": "", "机关": agency}
            )
        if rng.random() < 0.2:
            rows.append(
                {"case": case, "event": "执法决定撤销", "time": f"2024-11-{day:02d}", "决定类型": kind, "机关": agency}
            )
        if rng.random() < 0.2:
            rows.append(
                {
                    "case": "",
                    "event": "执法统计年报公开",
                    "time": f"2024-0{rng.randrange(1, 9)}-03",
                    "决定类型": "",
                    "机关": agency,
                }
            )
    rows.append(
        {"case": "尾", "event": "执法决定作出", "time": "2024-12-31 23:59:59", "决定类型": "行政处罚", "机关": "甲局"}
    )
    packs = ["enforcement-disclosure-2018", "penalty-law-2021"]
    monitor = Monitor(rules=packs)
    for row in rng.sample(rows, len(rows)):
        monitor.post(row)
    monitor.advance("2024-12-31")
    expected = check(rows, rules=packs, as_of="2024-12-31").findings

    def facts(findings: tuple) -> list[tuple[object, ...]]:
        return [
            (f.rule.id, f.case, f.agency, f.period, f.verdict, f.breach, f.due, f.late_by, f.fingerprint)
            for f in findings
        ]

    assert facts(monitor.findings) == facts(expected)


def test_the_command_reads_lines_and_writes_changes() -> None:
    lines = [
        {"case": "甲", "event": "文件印发", "time": "2011-09-28"},
        {"advance": "2011-10-09"},
        {"case": "甲", "event": "文件公开", "time": "2011-13-10"},
        {"case": "甲", "event": "文件公开", "time": "2011-10-10"},
    ]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n不是 JSON\n[1]\n"
    done = subprocess.run(
        [sys.executable, "-m", "zwgk", "monitor", "--rules", LUZHOU],
        input=text.encode(), capture_output=True, check=False, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    changes = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [(one["was"], one["now"], one["finding"]["breach"]) for one in changes] == [
        (None, "pending", None),
        ("pending", "breached", "overdue"),
        ("breached", "breached", "late"),
    ]
    errors = done.stderr.decode()
    assert [f"第{number}行" in errors for number in (3, 5, 6)] == [True, True, True]
    assert done.returncode == 2


def test_an_agency_first_seen_years_later_owes_nothing_of_before_until_an_earlier_event_of_its_own() -> None:
    # The account was to be opened by 2016-12-31.
    monitor = Monitor(rules="tianshui-maiji-2016/weibo-opened")
    row = {"case": "甲", "event": "文件印发"}
    monitor.post({**row, "time": "2016-09-01", "agency": "老单位"})
    assert monitor.post({**row, "time": "2025-03-10", "agency": "新单位"})[-1].finding["agency"] == "老单位"
    assert [one.agency for one in monitor.findings] == ["老单位"]
    monitor.post({**row, "time": "2025-03-09", "agency": "新单位"})
    assert [one.agency for one in monitor.findings] == ["老单位"]
    (found,) = monitor.post({**row, "time": "2016-10-08", "agency": "新单位"})
    assert (found.finding["agency"], found.finding["breach"]) == ("新单位", "overdue")
