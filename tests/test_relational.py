"""The relational evaluator gives the report of the case evaluator, to the byte, whatever the log looks like."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

import pytest
from evaluators import options_of
from random_logs import log_to_csv, random_run

from zwgk import relational
from zwgk.calendars import Calendars
from zwgk.columnar import load as loading
from zwgk.errors import InputError
from zwgk.evaluation import Options, evaluate
from zwgk.events import read_log
from zwgk.model import (
    Clock,
    Condition,
    Excuse,
    Kind,
    Log,
    Moment,
    Requirement,
    Roll,
    Rule,
    Source,
    Stop,
    TimeLimit,
    Unit,
)
from zwgk.relational import evaluate_large
from zwgk.report import HeldFindings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CALENDARS = Calendars()
LONG_AGO, FAR = dt.date(2000, 1, 1).toordinal(), dt.date(9999, 12, 31).toordinal()


def rule(name: str, kind: Kind, trigger: str | None, **fields) -> Rule:
    pack = fields.pop("pack", "p")
    return Rule(
        id=f"{pack}/{name}",
        pack=pack,
        title=f"题“{name}”",
        explain="",
        source=Source("文件", "号〔2019〕1号", "一(二)", "七个工作日"),
        kind=kind,
        severity="error",
        region=fields.pop("region", ""),
        agency_scope=(),
        in_force_from=LONG_AGO,
        in_force_to=FAR,
        trigger=trigger,
        **fields,
    )


WORKDAYS = TimeLimit(7, Unit.WORKDAYS)
RULES = (
    rule("workdays", Kind.DEADLINE, "document-issued", performance="document-published", limit=WORKDAYS),
    rule(
        "rolled",
        Kind.DEADLINE,
        "document-issued",
        performance="document-published",
        limit=TimeLimit(20, Unit.DAYS, Roll.NEXT_WORKDAY),
    ),
    rule(
        "hours",
        Kind.DEADLINE,
        "meeting-ended",
        performance="meeting-summary-published",
        limit=TimeLimit(24, Unit.HOURS),
    ),
    rule(
        "licence",
        Kind.DEADLINE,
        "decision-made",
        performance="decision-published",
        limit=TimeLimit(7, Unit.WORKDAYS),
        where=(Condition("decision_type", allowed=frozenset({"行政许可", "行政处罚"})),),
        overrides=("p/other",),
    ),
    rule(
        "other",
        Kind.DEADLINE,
        "decision-made",
        performance="decision-published",
        limit=TimeLimit(20, Unit.WORKDAYS),
    ),
    rule(
        "period",
        Kind.MINIMUM_PERIOD,
        "comment-opened",
        performance="comment-closed",
        limit=TimeLimit(30, Unit.DAYS),
        excuse=Excuse("reason", ("comment-opened", "comment-closed")),
    ),
    rule("before", Kind.ORDER, "decision-adopted", preceded_by="comment-opened"),
    rule("after", Kind.ORDER, "comment-closed", performance="adoption-published"),
    rule(
        "explained",
        Kind.ORDER,
        "comment-closed",
        preceded_by="explanation-published",
        provided_finding=("p/period", "excused"),
    ),
    rule(
        "channels",
        Kind.CONTENT,
        "document-published",
        requires=(Requirement("channel", allowed=frozenset({"门户网站", "公报"})),),
    ),
    rule("weight", Kind.THRESHOLD, "assessment-weight-set", attribute="weight", minimum=4.0),
    rule(
        "withdrawn",
        Kind.DEADLINE,
        "decision-revoked",
        performance="decision-withdrawn",
        limit=TimeLimit(3, Unit.DAYS),
        provided="decision-published",
        only_if_performed=True,
    ),
    rule(
        "request",
        Kind.DEADLINE,
        "request-received",
        performance="reply-sent",
        limit=TimeLimit(20, Unit.WORKDAYS),
        clock=Clock(
            voided_by="correction-notified",
            restarted_by="correction-received",
            stops=(Stop("third-party-consulted", "third-party-answered", "第三十二条", 15),),
            extended_by="extension-notified",
            extension=20,
        ),
    ),
    rule("quarterly", Kind.CADENCE, None, performance="progress-published", per="quarter"),
    rule("linked", Kind.ORDER, "account-opened", preceded_by="account-filed", match_by="account"),
)
HEADER = "文号,事件,时间,机关,行政区划代码,决定类型,渠道,理由,account,weight\n"
ROWS = """\
府办〔2019〕1号,文件印发,2019-09-24,市政府办,510500,,,,,
府办〔2019〕1号,文件公开,2019-10-15,市政府办,510500,,门户网站,,,
府办〔2019〕2号,文件印发,2019/9/24,市政府办,510500,,,,,
府办〔2019〕2号,文件公开,2019年9月30日,,510500,,微博、公报,,,
府办〔2019〕3号,文件印发,2019-09-24 09:30,市政府办,,,,,,
府办〔2019〕4号,document-issued,2019-12-18T09:30:00,市政府办,,,,,,
府办〔2019〕5号,文件印发,2019-09-24T09:30:00+08:00,市政府办,,,,,,
府办〔2019〕5号,文件公开,2019-09-20,市政府办,,,,,,
会〔2019〕1号,会议结束,2019-09-24 09:30:00,市政府办,510504,,,,,
会〔2019〕1号,会议内容公开,2019-09-25 09:30:00,市政府办,510504,,,,,
会〔2019〕2号,会议结束,2019-09-24 09:30:00,市政府办,510504,,,,,
会〔2019〕2号,会议内容公开,2019-09-25 12:30:01,市政府办,510504,,,,,
会〔2019〕3号,会议结束,2019-09-24,市政府办,510504,,,,,
会〔2019〕3号,会议内容公开,2019-09-25 12:30:01,市政府办,510504,,,,,
会〔2019〕4号,会议结束,2019-12-31 09:30:00,市政府办,510504,,,,,
会〔2019〕5号,会议结束,2019-11-24 09:30:00,市政府办,510504,,,,,
会〔2019〕6号,会议结束,2019-09-24 09:30:00,市政府办,510504,,,,,
会〔2019〕6号,会议内容公开,2019-09-24 08:30:00,市政府办,510504,,,,,
罚1,执法决定作出,2019-09-24,市监局,520115,行政处罚,,,,
罚1,执法决定公开,2019-10-09,市监局,520115,行政处罚,,,,
罚2,执法决定作出,2019-09-24,市监局,520115,,,,,
罚2,执法决定公开,2019-10-19,市监局,520115,,,,,
罚3,执法决定作出,2019-09-24,市监局,540100,行政检查,,,,
罚3,执法决定公开,2019-10-09,市监局,540100,,,,,
罚3,执法决定公开,2019-10-09,市监局,540100,,,,,
罚3,执法决定撤销,2019-11-09,市监局,540100,,,,,
罚3,执法决定撤下,2019-11-19,市监局,540100,,,,,
罚4,执法决定撤销,2019-11-09,市监局,540100,,,,,
罚4,执法决定公开,2019-11-01,市监局,540100,,,,,
意1,征求意见开始,2019-09-01,市发改委,,,,,,
意1,征求意见截止,2019-09-20,市发改委,,,,情况紧急,,
意1,草案说明公开,2019-09-01,市发改委,,,,,,
意2,征求意见开始,2019-09-01,市发改委,,,,,,
意2,征求意见截止,2019-09-20,市发改委,,,,；,,
意2,意见采纳情况公开,2019-10-20,市发改委,,,,,,
意2,决策通过,2019-09-01,市发改委,,,,,,
意3,征求意见开始,2019-12-10,市发改委,,,,,,
意4,决策通过,2019-12-10,市发改委,,,,,,
意5,征求意见截止,2019-12-10,市发改委,,,,,,
意5,意见采纳情况公开,2019-12-01,市发改委,,,,,,
申1,收到申请,2019-10-08,市政府办,,,,,,
申1,答复,2019-11-08,市政府办,,,,,,
申2,收到申请,2019-10-08,市政府办,,,,,,
申2,征求第三方意见,2019-10-10,市政府办,,,,,,
申2,收到第三方意见,2019-10-15,市政府办,,,,,,
申2,答复,2019-11-08,市政府办,,,,,,
申3,收到申请,2019-12-20,市政府办,,,,,,
,工作进展公开,2019-03-20,市政府办,,,,,,
,工作进展公开,2019-06-20,市政府办,,,,,,
,工作进展公开,2019-06-20,市政府办,,,,,,
,考核权重确定,2019-06-20,市政府办,,,,,,3.99
核1,考核权重确定,2019-06-20,市政府办,,,,,,４％
号1,账号开设,2019-06-20,市政府办,,,,,微博甲,
备1,账号报备,2019-06-10,市政府办,,,,,微博甲,
,文件印发,2019-06-10,市政府办,,,,,,
将1,文件印发,2020-06-10,市政府办,,,,,,
怪1,文件印法,2019-06-10,市政府办,,,,,,
"""


def options(**fields) -> Options:
    return Options(**{"as_of": Moment(dt.date(2019, 12, 31).toordinal(), None), **fields})


def assert_same(log: Sequence[Path] | Log, rules: Sequence[Rule], how: Options, **reading) -> int:
    """Both evaluators say the same; how many findings."""
    read = log if isinstance(log, Log) else read_log(log, **reading)
    wanted = evaluate(read, rules, how, CALENDARS)
    held = HeldFindings(wanted.findings)
    with evaluate_large(log, rules, how, CALENDARS, **reading) as found:
        assert b"".join(found.chunks()) == b"".join(held.chunks())
        for verdicts in (("breached",), ("met", "undecided"), ()):
            assert b"".join(found.chunks(verdicts)) == b"".join(held.chunks(verdicts))
        assert dict(held.counts) == {key: number for key, number in found.counts.items() if number}
        assert held.soon() == found.soon()
        assert (*read.problems, *wanted.problems) == found.problems
        assert read.unread == found.unread
        assert read.inputs == found.inputs
        assert read.columns == found.columns
        for name in ("unmatched_events", "idle_rules", "duplicates", "after_as_of", "later", "obligors", "decider"):
            assert getattr(wanted, name) == getattr(found, name), name
    return len(wanted.findings)


@pytest.fixture
def no_python_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store itself must read the files."""

    def refuse(*_: object, **__: object) -> Log:
        raise AssertionError("read by the Python reader")

    monkeypatch.setattr(loading, "read_log", refuse)


@pytest.mark.parametrize("seed", range(12))
def test_random_logs(seed: int) -> None:
    run = random_run(random.Random(seed), cases=80)
    log = Log(tuple(run.events), frozenset(run.columns), unread=run.unread)
    assert assert_same(log, run.rules, options_of(run)) > 0


@pytest.mark.usefixtures("no_python_reader")
@pytest.mark.parametrize("seed", range(100, 104))
def test_random_logs_as_files(seed: int, tmp_path: Path) -> None:
    run = random_run(random.Random(seed), cases=80)
    path = tmp_path / "events.csv"
    path.write_text(log_to_csv(run.events, run.columns, run.unread), encoding="utf-8")
    assert assert_same([path], run.rules, options_of(run)) > 0


FORMS = {
    "plain": (HEADER + ROWS).encode(),
    "bom": (HEADER + ROWS).encode("utf-8-sig"),
    "gb18030": (HEADER + ROWS).encode("gb18030"),
    "windows": (HEADER + ROWS).replace("\n", "\r\n").encode(),
    "no last line end": (HEADER + ROWS).rstrip("\n").encode(),
    "blank lines at the end": (HEADER + ROWS + "\n\n").encode(),
    "tabs": (HEADER + ROWS).replace(",", "\t").encode(),
    "quoted": "".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in (HEADER + ROWS).splitlines()
    ).encode(),
    "doubled quotes": (HEADER + ROWS).replace("罚1", '"罚""甲"""').encode(),
    "spaces": (HEADER + ROWS)
    .replace("罚", "\u3000罚")
    .replace(",市监局", ", 市监局\xa0")
    .replace("2019-09-24,", "2019-09-24 ,")
    .encode(),
    "blank cells": (HEADER + ROWS + ",,,,,,,,,\n" + "续,文件印发,2019-06-10,,,,,,,\n").encode(),
    "escapes": (HEADER + ROWS).replace("罚", "a\\u00\x0b\x1f\x7f\u2028😀\\\\").encode(),
    "bad rows": (
        HEADER
        + "坏1,文件印发,2019-13-01,市政府办,,,,,,\n"
        + ROWS
        + "坏2,,2019-12-01,市政府办,,,,,,\n坏3,文件印发,2019-12-01,市政府办,5105,,,,,\n坏4,,昨天,市政府办,x,,,,,\n"
    ).encode(),
}


@pytest.mark.usefixtures("no_python_reader")
@pytest.mark.parametrize("form", FORMS)
def test_files(form: str, tmp_path: Path) -> None:
    path = tmp_path / "日志.csv"
    path.write_bytes(FORMS[form])
    assert assert_same([path], RULES, options()) > 40


UNUSUAL = {
    "blank line": (HEADER + "\n" + ROWS).encode(),
    "blank line before the header": ("\n" + HEADER + ROWS).encode(),
    "ragged": (HEADER + "短,文件印发,2019-06-10\n长,文件印发,2019-06-10,,,,,,,,,多\n" + ROWS).encode(),
    "line end in a cell": (HEADER + '"两\n行",文件印发,2019-06-10,,,,,,,\n' + ROWS).encode(),
    "open quote": (HEADER + '"开,文件印发,2019-06-10,,,,,,,\n' + ROWS).encode(),
    "space before quote": (HEADER + '空, "文件印发",2019-06-10,,,,,,,\n' + ROWS).encode(),
    "nul": (HEADER + "空\0字,文件印发,2019-06-10,,,,,,,\n" + ROWS).encode(),
    "damaged": (HEADER + ROWS).encode().replace("罚2".encode(), b"\xe7\xbd2"),
    "mixed line ends": (HEADER + ROWS).replace("\n", "\r\n", 20).encode(),
    "old line ends": (HEADER + ROWS).replace("\n", "\r").encode(),
    "utf-16": (HEADER + ROWS).encode("utf-16"),
    "column without a name": (HEADER.replace("weight", "") + ROWS).encode(),
}


@pytest.mark.parametrize("form", UNUSUAL)
def test_unusual_files(form: str, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(UNUSUAL[form])
    assert assert_same([path], RULES, options()) > 40


@pytest.mark.usefixtures("no_python_reader")
def test_several_files_with_other_columns(tmp_path: Path) -> None:
    lines = ROWS.splitlines(keepends=True)
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(HEADER + "".join(lines[1::2]), encoding="utf-8")
    reordered = ["事件,文号,时间,备注,机关,reason\n"]
    for line in lines[::2]:
        case, event, time, agency, _, _, _, reason, *_ = line.rstrip("\n").split(",")
        reordered.append(f"{event},{case},{time},注,{agency},{reason}\n")
    second.write_text("".join(reordered), encoding="utf-8")
    assert assert_same([first, second, first], RULES, options()) > 40


@pytest.mark.parametrize(
    "how",
    [
        {"as_of": Moment(dt.date(2019, 9, 30).toordinal(), 36_000)},
        {"as_of": Moment(dt.date(2030, 1, 1).toordinal())},
        {"as_of": Moment(dt.date(2019, 12, 20).toordinal()), "due_soon": 400, "default_region": "540100"},
        {"agencies": ("市政府办", "别处"), "named_packs": frozenset({"p"})},
        {"agencies_by_rule": {"p/quarterly": ("市政府办",), "p": ("别处",)}, "named_packs": frozenset({"p"})},
    ],
)
def test_settings(how: dict, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    assert assert_same([path], RULES, options(**how)) > 0


def test_beyond_the_horizon(tmp_path: Path) -> None:
    """Due dates that only have bounds, and days on which nothing is settled."""
    path = tmp_path / "events.csv"
    path.write_text(HEADER + ROWS.replace("2019", "2026"), encoding="utf-8")
    for day in (dt.date(2026, 12, 20), dt.date(2027, 1, 5), dt.date(2027, 6, 1)):
        assert assert_same([path], RULES, options(as_of=Moment(day.toordinal()))) > 0
    path.write_text(HEADER + ROWS.replace("2019", "1995"), encoding="utf-8")
    assert assert_same([path], RULES, options()) > 0


def test_absent_columns(tmp_path: Path) -> None:
    """Without the columns that conditions read, whether a rule applies stays open."""
    path = tmp_path / "events.csv"
    rows = [",".join(line.split(",")[:3]) for line in ROWS.splitlines()]
    path.write_text("\n".join(["文号,事件,时间", *rows]), encoding="utf-8")
    assert assert_same([path], RULES, options()) > 0


def test_only_a_header(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(HEADER, encoding="utf-8")
    assert assert_same([path], RULES, options()) == 0


def test_rules_may_be_chosen_by_region(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    seen: list[frozenset[str]] = []

    def choose(regions: frozenset[str]) -> tuple[Rule, ...]:
        seen.append(regions)
        return RULES

    with evaluate_large([path], choose, options(), CALENDARS) as found:
        assert len(b"".join(found.chunks()).splitlines()) == sum(
            number for (_, _, verdict), number in found.counts.items() if verdict != "due-soon"
        )
    assert seen == [frozenset({"510500", "510504", "520115", "540100"})]


def test_equal_hashes_of_patterns_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from zwgk.columnar.store import Store

    make = Store.__init__

    def poor(self: Store, **settings: str | None) -> None:
        make(self, **settings)
        self.connection.execute("CREATE MACRO poor(a) AS strlen(a)")
        self.pattern_hash = "poor(concat({}))::UBIGINT"

    monkeypatch.setattr(Store, "__init__", poor)
    path = tmp_path / "events.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    assert assert_same([path], RULES, options()) > 0


@pytest.mark.parametrize("seed", range(200, 204))
def test_attributes_that_no_rule_reads_may_differ_in_every_row(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from zwgk.columnar.store import Store

    monkeypatch.setattr(Store, "most_cells", 0)
    run = random_run(random.Random(seed), cases=60)
    events = [event._replace(attributes={**event.attributes, "title": str(event.row)}) for event in run.events]
    log = Log(tuple(events), frozenset({*run.columns, "title"}), unread=run.unread)
    how = Options(as_of=run.as_of, default_region=run.default_region or "", named_packs=frozenset(run.named_packs))
    assert assert_same(log, run.rules, how) > 0


def test_lines_keep_their_order_in_a_large_log(tmp_path: Path) -> None:
    """More findings than the store keeps together, read by all of its threads."""
    path = tmp_path / "events.csv"
    days = [dt.date.fromordinal(dt.date(2019, 1, 1).toordinal() + n).isoformat() for n in range(300)]
    with path.open("w", encoding="utf-8") as out:
        out.write("文号,事件,时间,机关\n")
        out.writelines(f"号{n * 7919 % 130_000},文件印发,{days[n % 300]},市政府办\n" for n in range(130_000))
    with evaluate_large([path], [one for one in RULES if one.id == "p/workdays"], options(), CALENDARS) as found:
        lines = b"".join(found.chunks()).splitlines()
    cases = [line.split(b'"case":"', 1)[1].split(b'"', 1)[0].decode() for line in lines]
    assert cases == sorted(f"号{n}" for n in range(130_000))


@pytest.mark.parametrize("rows", [3, 7])
def test_lines_are_handed_over_in_spans(rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relational, "_ROWS_AT_ONCE", rows)
    path = tmp_path / "events.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    assert assert_same([path], RULES, options()) > 0


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.csv"):
        evaluate_large([tmp_path / "missing.csv"], RULES, options(), CALENDARS)


def test_it_spills_where_memory_is_short(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    with evaluate_large([path], RULES, options(), CALENDARS, memory_limit="200MB", temp_dir=str(tmp_path)) as found:
        assert any(one.name.startswith("zwgk-") for one in tmp_path.iterdir())
        assert found.inputs[0].rows == len(ROWS.splitlines())
    assert not any(one.name.startswith("zwgk-") for one in tmp_path.iterdir())


@pytest.mark.usefixtures("no_python_reader")
def test_agencies_first_seen_years_later(tmp_path: Path) -> None:
    """Of an agency known by sight only, nothing is said of the years before its first row that counts."""
    path = tmp_path / "events.csv"
    rows = (
        ",progress-published,2016-08-01,老局",
        "件1,document-issued,2019年3月1日,晚局",
        # Neither a row without the case it needs nor one after as-of shows when an agency begins.
        ",document-issued,2016-09-01,晚局",
        "件2,document-issued,2099-01-01,将来局",
        "件3,document-issued,2018-12-31, 晚局 ",
    )
    path.write_text("\n".join(["case,event,time,agency", *rows, ""]), encoding="utf-8")
    quarterly = rule("quarterly", Kind.CADENCE, None, performance="progress-published", per="quarter", pack="q")
    rules = (quarterly, RULES[0])
    named = options(named_packs=frozenset({"q", "p"}))
    assert_same([path], rules, named)
    found = evaluate(read_log([path]), rules, named, CALENDARS).findings
    wide = [one for one in found if one.period]
    periods = {agency: [one.period for one in wide if one.agency == agency] for agency in {one.agency for one in wide}}
    of_years = [f"{year}-Q{quarter}" for year in (2016, 2017, 2018, 2019) for quarter in (1, 2, 3, 4)]
    assert periods == {"老局": of_years, "晚局": of_years[8:]}
    noted = [one.period for one in found if "早于该机关在日志中的第一个事件" in "".join(one.because)]
    assert noted == ["2018-Q1", "2018-Q2", "2018-Q3"]
    whole = [one.period for one in found if "早于日志的第一个事件" in "".join(one.because)]
    assert whole == ["2016-Q1", "2016-Q2"]
