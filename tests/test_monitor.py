"""The monitor tells changes as they come, and ends where a check of the same events ends."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys

import pytest
from click.testing import CliRunner

from zwgk import InputError, Monitor, UsageError, check
from zwgk.cli import cli

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


EVENT = {"case": "甲", "event": "文件印发", "time": "2011-09-28"}
NOT_JSON = '不是 JSON；应为一条事件，如 {"case":"甲","event":"文件印发","time":"2024-01-02"}'
BAD_LINES = [
    (
        {"case": "甲", "time": "2011-09-28"},
        "缺少事件列（可以写 event、事件、环节、节点、办理环节）。这一条有：case、time；请改正键名",
    ),
    (
        {"case": "甲", "evnt": "文件印发", "time": "2011-09-28"},
        "缺少事件列（可以写 event、事件、环节、节点、办理环节）；“evnt”是否应为“event”。这一条有：case、evnt、time；请改正键名",
    ),
    (
        {"case": "甲", "event": "文件印发"},
        "缺少时间列（可以写 time、时间、日期、发生时间、办理时间）。这一条有：case、event；请改正键名",
    ),
    ({}, "没有内容；应有事项编号、事件和时间，台账的一行应至少有一个日期"),
    ({"文号": "甲", "印发日期": "", "公开日期": None}, "没有内容；应有事项编号、事件和时间，台账的一行应至少有一个日期"),
    ({**EVENT, "case": ""}, "事件“文件印发”没有事项编号（case、文号、案号等）；请补上"),
    (
        {**EVENT, "事件": "文件公开"},
        "<records>：各条记录的键“event”（第 2 列）、“事件”（第 4 列）都表示事件（event）。一个含义只能有一列：请改名或删去其余各列",
    ),
    ({**EVENT, "region": "泸州"}, "“region”列填的是“泸州”，应为六位行政区划代码，如 510504"),
    ([EVENT], "应为一个 JSON 对象（列名: 值）"),
    ("文件印发", "应为一个 JSON 对象（列名: 值）"),
    (b'{"case":"\xbc\xd7"}', "不是 UTF-8 文字；请把输入转成 UTF-8"),
    (b'{"case":"x"', NOT_JSON),
    (b'{"n":' + b"9" * 5000 + b"}", NOT_JSON),
    (b"[" * 100_000, NOT_JSON),
    ({"advance": "2011-13-01"}, "“2011-13-01”：日期不存在：月份应在 1 至 12 之间，这里是 13；应为日期或时刻，如 2024-10-31"),
    (
        {"advance": "2011-10-09", "case": "甲"},
        'advance 须单独成行，如 {"advance":"2024-10-31"}；请把事件写在另一行',
    ),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(BAD_LINES)))
def test_a_bad_line_is_told_with_what_helps_and_the_others_count(number: int) -> None:
    bad, told = BAD_LINES[number]
    line = bad if isinstance(bad, bytes) else json.dumps(bad, ensure_ascii=False).encode()
    good = [json.dumps(one, ensure_ascii=False).encode() for one in (EVENT, {"advance": "2011-10-09"})]
    ran = CliRunner().invoke(cli, ["monitor", "--rules", LUZHOU], input=b"\n".join([good[0], line, good[1], b""]))
    assert ran.stderr == f"第2行：{told}\n"
    assert "--columns" not in told
    assert [json.loads(one)["now"] for one in ran.stdout.splitlines()] == ["pending", "breached"]


def test_a_mark_of_utf_8_before_the_first_line_is_passed_over() -> None:
    line = json.dumps(EVENT, ensure_ascii=False).encode("utf-8-sig")
    ran = CliRunner().invoke(cli, ["monitor", "--rules", LUZHOU], input=line)
    assert (ran.stderr, len(ran.stdout.splitlines()), ran.exit_code) == ("", 1, 0)


def test_a_row_of_a_ledger_is_all_its_events() -> None:
    monitor = Monitor(rules=LUZHOU)
    changes = monitor.post({"文号": "甲", "印发日期": "2011-09-28", "公开日期": "2011-10-08"})
    assert brief(changes) == [("2011-10-08", None, "met")]
    assert monitor.now == "2011-10-08T00:00:00+08:00"


def test_an_attribute_may_be_called_as_the_clock_is() -> None:
    line = json.dumps({**EVENT, "advance": "x"}, ensure_ascii=False).encode()
    ran = CliRunner().invoke(cli, ["monitor", "--rules", LUZHOU], input=line)
    assert (ran.stderr, len(ran.stdout.splitlines())) == ("", 1)


def test_records_of_a_program_are_told_of_its_own_argument() -> None:
    with pytest.raises(InputError, match=r"找到的列：case、time。请改正键名，或用 columns= 写明各键的含义$"):
        check([{"case": "甲", "time": "2011-09-28"}], as_of="2011-10-09", rules=LUZHOU)
