"""The rule loader: what it reads, what it refuses, and where it says so."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import pytest

from zwgk import rules as rules_module
from zwgk.errors import Complaint, RuleError, UsageError
from zwgk.lint import is_advice, lint
from zwgk.model import (
    Clock,
    Condition,
    Excuse,
    FixedDate,
    Kind,
    Requirement,
    Roll,
    Stop,
    TimeLimit,
    Unit,
)
from zwgk.rules import RuleSet, default_packs, default_rules, find_packs, load_packs, region_prefix, shipped_packs

SOURCE = """\
title: 某市政务公开办法
number: ""
issuer: 某市人民政府
region: "510500"
issued: 2019-07-10
in_force: {from: 2019-07-10}
about: 试验用的文件
"""

HEAD = """\
id: one
title: 七个工作日内公开
explain: 决定作出后七个工作日内公开。
source: {clause: 第一条, phrase: 7个工作日内公开}
severity: error
"""

CASES = """\
cases:
  - {name: 按时, as_of: 2019-12-31, events: [{event: decision-made, time: 2019-09-24}], expect: {verdict: met}}
  - {name: 逾期, as_of: 2019-12-31, events: [], expect: {verdict: breached, breach: late, late_by: 5 workdays}}
  - {name: 不适用, as_of: 2019-12-31, events: [], expect: none}
"""

DEADLINE = """\
kind: deadline
trigger: decision-made
performance: decision-published
within: 7 workdays
"""


def rule_text(body: str = DEADLINE, *, head: str = HEAD, cases: str = CASES) -> str:
    return head + body + cases


def pack(folder: Path, name: str = "some-pack", *, source: str = SOURCE, **files: str) -> Path:
    """A pack folder; a file ``a_b`` is written as ``a-b.yaml``."""
    path = folder / name
    path.mkdir(parents=True)
    (path / "_source.yaml").write_text(source, encoding="utf-8")
    for file, text in files.items():
        (path / f"{file.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")
    return path


def complaints_of(*paths: Path) -> list[Complaint]:
    with pytest.raises(RuleError) as caught:
        load_packs(paths, cases=True)
    return caught.value.complaints


def only_rule(folder: Path, body: str, **more: str) -> rules_module.Rule:
    (rule,) = load_packs([pack(folder, one=rule_text(body, **more))], cases=True).rules
    return rule


# --- what is read -----------------------------------------------------------------------------------------


def test_a_deadline_rule_becomes_a_record(tmp_path: Path) -> None:
    body = """\
kind: deadline
trigger: decision-made
where:
  decision_type: [行政许可, 行政处罚]
  document_type: {not_in: 表彰决定}
  secret: {in: [否], default: 否}
performance: decision-published
performance_where: {channel: 区政府网站}
within: 20 days
roll: next-workday
provided: document-issued
only_if_performed: true
in_force: {from: 2020-01-01, to: 2020-12-31}
"""
    rule = only_rule(tmp_path, body)

    assert rule.id == "some-pack/one"
    assert rule.pack == "some-pack"
    assert rule.kind is Kind.DEADLINE
    assert rule.region == "510500"
    assert (rule.source.instrument, rule.source.number) == ("某市政务公开办法", "")
    assert (rule.source.clause, rule.source.phrase) == ("第一条", "7个工作日内公开")
    assert rule.where == (
        Condition("decision_type", allowed=frozenset({"行政许可", "行政处罚"})),
        Condition("document_type", refused=frozenset({"表彰决定"})),
        Condition("secret", allowed=frozenset({"否"}), default="否"),
    )
    assert rule.performance_where == (Condition("channel", allowed=frozenset({"区政府网站"})),)
    assert rule.limit == TimeLimit(20, Unit.DAYS, Roll.NEXT_WORKDAY)
    assert rule.provided == "document-issued"
    assert rule.only_if_performed is True
    assert rule.in_force_from == dt.date(2020, 1, 1).toordinal()
    assert rule.in_force_to == dt.date(2020, 12, 31).toordinal()
    assert rule.line == 1
    assert rule.path.endswith("some-pack/one.yaml")


def test_a_rule_without_its_own_span_takes_the_pack_s(tmp_path: Path) -> None:
    source = SOURCE.replace("{from: 2019-07-10}", "{from: 2019-07-10, to: 2021-06-30}")
    (rule,) = load_packs([pack(tmp_path, source=source, one=rule_text())]).rules

    assert rule.in_force_from == dt.date(2019, 7, 10).toordinal()
    assert rule.in_force_to == dt.date(2021, 6, 30).toordinal()


def test_a_span_without_an_end_lasts(tmp_path: Path) -> None:
    rule = only_rule(tmp_path, DEADLINE)

    assert rule.in_force_to >= dt.date(9999, 1, 1).toordinal()


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("within: 7 workdays", TimeLimit(7, Unit.WORKDAYS)),
        ("within: 24 hours", TimeLimit(24, Unit.HOURS)),
        ("within: 1 months\nroll: none", TimeLimit(1, Unit.MONTHS)),
        ("within: 20 days\nroll: none", TimeLimit(20, Unit.DAYS)),
        ("within: same-day", TimeLimit(0, Unit.SAME_DAY)),
    ],
)
def test_limits(tmp_path: Path, written: str, limit: TimeLimit) -> None:
    assert only_rule(tmp_path, DEADLINE.replace("within: 7 workdays", written)).limit == limit


def test_the_clock_of_a_request(tmp_path: Path) -> None:
    body = """\
kind: deadline
trigger: request-received
performance: reply-sent
within: 20 workdays
clock:
  voided_by: correction-notified
  restarted_by: correction-received
  stops:
    - {begins: third-party-consulted, ends: third-party-answered, basis: 第三十三条, cap: 15 workdays}
    - {begins: agency-consulted, ends: agency-answered, basis: 第三十四条}
  extended_by: extension-notified
  extension: 20 workdays
  policies: {stop_first_day: excluded, late_void: voids}
"""
    assert only_rule(tmp_path, body).clock == Clock(
        voided_by="correction-notified",
        restarted_by="correction-received",
        stops=(
            Stop("third-party-consulted", "third-party-answered", "第三十三条", 15),
            Stop("agency-consulted", "agency-answered", "第三十四条", None),
        ),
        extended_by="extension-notified",
        extension=20,
        policies={"stop_first_day": "excluded", "late_void": "voids"},
    )


def test_the_other_kinds(tmp_path: Path) -> None:
    period = only_rule(
        tmp_path / "period",
        """\
kind: minimum-period
trigger: comment-opened
performance: comment-closed
at_least: 30 days
excuse: {attribute: reason, events: [comment-opened, comment-closed]}
""",
    )
    assert period.limit == TimeLimit(30, Unit.DAYS)
    assert period.excuse == Excuse("reason", ("comment-opened", "comment-closed"))

    cadence = only_rule(
        tmp_path / "cadence",
        "kind: cadence\nperformance: progress-published\nper: quarter\nat_least: 2\nowed_by: [甲局, 乙局]\n",
    )
    assert (cadence.per, cadence.at_least, cadence.owed_by) == ("quarter", 2, ("甲局", "乙局"))
    assert cadence.limit is None

    coverage = only_rule(
        tmp_path / "coverage",
        "kind: coverage\nperformance: catalogue-compiled\nmember: field\nmembers: [教育, 医疗]\nby: 2020-10-19\n",
    )
    day = dt.date(2020, 10, 19).toordinal()
    assert (coverage.member, coverage.members, coverage.by) == ("field", ("教育", "医疗"), FixedDate(day, day))

    body = """\
kind: order
trigger: comment-closed
followed_by: adoption-published
provided_finding: {rule: two, verdict: excused}
match_by: account
"""
    order, _two = load_packs([pack(tmp_path / "order", **two_rules(body, COMMENT))], cases=True).rules
    assert (order.performance, order.preceded_by) == ("adoption-published", None)
    assert order.provided_finding == ("some-pack/two", "excused")
    assert order.match_by == "account"

    before = only_rule(tmp_path / "before", "kind: order\ntrigger: decision-adopted\npreceded_by: draft-published\n")
    assert (before.performance, before.preceded_by) == (None, "draft-published")

    content = only_rule(
        tmp_path / "content",
        """\
kind: content
trigger: document-issued
over: case
requires:
  - {attribute: disclosure_class, in: [主动公开, 不予公开]}
  - {attribute: reason, when: {disclosure_class: 不予公开}}
  - {attribute: channel, includes: [门户网站, 政务新媒体]}
  - {attribute: form, distinct: 2}
""",
    )
    assert content.over == "case"
    assert content.requires == (
        Requirement("disclosure_class", allowed=frozenset({"主动公开", "不予公开"})),
        Requirement("reason", when=(Condition("disclosure_class", allowed=frozenset({"不予公开"})),)),
        Requirement("channel", includes=("门户网站", "政务新媒体")),
        Requirement("form", distinct=2),
    )

    threshold = only_rule(
        tmp_path / "threshold", "kind: threshold\ntrigger: assessment-weight-set\nattribute: weight\nminimum: 4.5\n"
    )
    assert (threshold.attribute, threshold.minimum, threshold.equals) == ("weight", 4.5, None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2016-12-31", FixedDate(736329, 736329)),
        ("{strict: 2011-05-31, lenient: 2011-06-30}", FixedDate(734288, 734318)),
        ("{every_year: 01-31, reported_year: previous}", FixedDate(month=1, day=31, reported_year=-1)),
        ("{every_year: 12-31}", FixedDate(month=12, day=31)),
    ],
)
def test_dates_to_be_kept(tmp_path: Path, written: str, expected: FixedDate) -> None:
    """2016-12-31 is day 736329 of the proleptic calendar, 2011-05-31 day 734288."""
    rule = only_rule(tmp_path, f"kind: fixed-date\nperformance: weibo-opened\nby: {written}\n")

    assert rule.by == expected


def test_chinese_names_are_translated_as_in_a_log(tmp_path: Path) -> None:
    rule = only_rule(
        tmp_path,
        "kind: deadline\ntrigger: 执法决定作出\nwhere: {决定类型: 行政许可}\nperformance: 执法决定公开\nwithin: 7 workdays\n",
    )

    assert (rule.trigger, rule.performance) == ("decision-made", "decision-published")
    assert rule.where[0].attribute == "decision_type"


def test_values_are_compared_in_normal_width(tmp_path: Path) -> None:
    rule = only_rule(tmp_path, DEADLINE + "where: {decision_type: ［行政许可］（一）}\n")

    assert rule.where[0].allowed == {"[行政许可](一)"}


def test_cases_are_read_only_when_wanted(tmp_path: Path) -> None:
    folder = pack(tmp_path, one=rule_text())

    assert load_packs([folder]).rules[0].cases == ()
    cases = load_packs([folder], cases=True).rules[0].cases
    assert [case["name"] for case in cases] == ["按时", "逾期", "不适用"]
    assert cases[0]["events"] == ({"event": "decision-made", "time": "2019-09-24"},)
    assert cases[1]["expect"] == {"verdict": "breached", "breach": "late", "late_by": "5 workdays"}
    assert cases[2]["expect"] == "none"
    assert [case["line"] for case in cases] == [11, 12, 13]


def test_a_pack_s_description(tmp_path: Path) -> None:
    source = SOURCE + (
        "agency_scope: 高新\n"
        "clauses:\n  T1: one\n  T2: [one, T9]\n"
        "unchecked:\n  - {id: T9, clause: 二, phrase: 及时, reason: 没有数字}\n"
    )
    (read,) = load_packs([pack(tmp_path, source=source, one=rule_text())]).packs

    assert (read.id, read.title, read.region) == ("some-pack", "某市政务公开办法", "510500")
    assert (read.issued, read.in_force_from, read.in_force_to) == (dt.date(2019, 7, 10), dt.date(2019, 7, 10), None)
    assert read.agency_scope == ("高新",)
    assert read.clauses == {"T1": "one", "T2": "one T9"}
    assert [(item.id, item.reason) for item in read.unchecked] == [("T9", "没有数字")]


def test_a_national_pack_has_no_region(tmp_path: Path) -> None:
    source = SOURCE.replace('"510500"', "national")
    loaded = load_packs([pack(tmp_path, source=source, one=rule_text())])

    assert loaded.packs[0].region == loaded.rules[0].region == ""


# --- what is refused: one file ----------------------------------------------------------------------------


class Wrong(NamedTuple):
    """Lines 1–5 are the head; ``old`` of the good text is replaced by ``new``."""

    name: str
    old: str
    new: str
    line: int
    words: tuple[str, ...]


WRONG = [
    Wrong("mistyped key", "title:", "titel:", 2, ("没有“titel”这个键", "是不是“title”")),
    Wrong("missing key", "severity: error\n", "", 1, ("缺少“severity”",)),
    Wrong("a key of another kind", "within:", "per: year\nwithin:", 9, ("没有“per”这个键",)),
    Wrong("mistyped kind", "kind: deadline", "kind: dedline", 6, ("“dedline”", "是不是“deadline”")),
    Wrong("kind missing", "kind: deadline\n", "", 1, ("缺少“kind”",)),
    Wrong("id is not the file name", "id: one", "id: two", 1, ("“two”", "“one.yaml”")),
    Wrong("id not in kebab-case", "id: one", "id: One_Rule", 1, ("小写英文、数字和连字符", "“One_Rule”")),
    Wrong("severity", "severity: error", "severity: fatal", 5, ("“fatal”", "error / warning")),
    Wrong("text that is a number", "clause: 第一条", "clause: 40", 4, ("“source.clause”", "整数", '"40"')),
    Wrong("text that is a date", "title: 七个工作日内公开", "title: 2019-07-10", 2, ("日期", "加引号")),
    Wrong("blank text", "title: 七个工作日内公开", 'title: " "', 2, ("空白",)),
    Wrong("unknown key within", "phrase:", "phrse:", 4, ("“source”没有“phrse”", "是不是“phrase”")),
    Wrong("table for text", "title: 七个工作日内公开", "title: {a: 一}", 2, ("应为一段文字", "映射")),
    Wrong("list for text", "trigger: decision-made", "trigger: [decision-made]", 7, ("应为一段文字", "列表")),
    Wrong("unit mistyped", "7 workdays", "7 workday", 9, ("“7 workday”", "是不是“7 workdays”")),
    Wrong("unit in Chinese", "7 workdays", "7个工作日", 9, ("是不是“7 workdays”",)),
    Wrong("unit missing", "7 workdays", "7", 9, ("缺单位", "7 workdays")),
    Wrong("unit unknown", "7 workdays", "7 fortnights", 9, ("“7 fortnights”", "workdays")),
    Wrong("zero", "7 workdays", "0 workdays", 9, ("“0 workdays”",)),
    Wrong("leading zero", "7 workdays", "07 workdays", 9, ("“07 workdays”",)),
    Wrong("same day mistyped", "7 workdays", "sameday", 9, ("是不是“same-day”",)),
    Wrong("roll missing", "7 workdays", "20 days", 9, ("roll: next-workday", "roll: none")),
    Wrong("roll missing for months", "7 workdays", "1 months", 9, ("roll: next-workday",)),
    Wrong("roll refused", "within: 7 workdays", "within: 7 workdays\nroll: none", 10, ("不能写 roll",)),
    Wrong("roll refused for hours", "within: 7 workdays", "within: 7 hours\nroll: none", 10, ("不能写 roll",)),
    Wrong("roll mistyped", "7 workdays", "7 days\nroll: next_workday", 10, ("是不是“next-workday”",)),
    Wrong("clock of days", "7 workdays", "7 days\nroll: none\nclock: {voided_by: reply-sent}", 11, ("clock 只用于",)),
    Wrong("clock half", "7 workdays", "7 workdays\nclock: {extended_by: reply-sent}", 10, ("extension", "同时写")),
    Wrong(
        "policy mistyped",
        "7 workdays",
        "7 workdays\nclock: {policies: {stop_fist_day: counts}}",
        10,
        ("是不是“stop_first_day”",),
    ),
    Wrong(
        "policy value",
        "7 workdays",
        "7 workdays\nclock: {policies: {late_void: ignored}}",
        10,
        ("“ignored”", "voids"),
    ),
    Wrong("stop without basis", "7 workdays", "7 workdays\nclock:\n  stops:\n  - {begins: a, ends: b}", 12, ("basis",)),
    Wrong("performance is the trigger", "decision-published", "decision-made", 8, ("同一个事件",)),
    Wrong("span backwards", "kind:", "in_force: {from: 2020-01-02, to: 2020-01-01}\nkind:", 6, ("早于",)),
    Wrong("span without start", "kind:", "in_force: {to: 2020-01-01}\nkind:", 6, ("“in_force”缺少“from”",)),
    Wrong("impossible date", "kind:", "in_force: {from: 2019-02-30}\nkind:", 6, ("不是真实存在的日期",)),
    Wrong("date otherwise", "kind:", "in_force: {from: 2019/2/3}\nkind:", 6, ("2019-09-24",)),
    Wrong("octal", "kind:", "where: {matter: 010}\nkind:", 6, ("数字 8",)),
    Wrong("clock time", "kind:", "where: {matter: 12:30}\nkind:", 6, ("数字 750",)),
    Wrong("truth value", "kind:", "where: {secret: no}\nkind:", 6, ("真/假",)),
    Wrong("duplicate key", "kind:", "title: 又一个\nkind:", 6, ("第 2 行已经写过",)),
    Wrong("empty conditions", "kind:", "where: {}\nkind:", 6, ("“where”应为", "decision_type")),
    Wrong("condition without content", "kind:", "where: {secret: {default: 否}}\nkind:", 6, ("没有写 in 或 not_in",)),
    Wrong("condition never true", "kind:", "where: {secret: {in: 否, not_in: 否}}\nkind:", 6, ("永远不成立",)),
    Wrong("condition key mistyped", "kind:", "where: {secret: {notin: 否}}\nkind:", 6, ("是不是“not_in”",)),
    Wrong("condition on no attribute", "kind:", "where: {agency: 某局}\nkind:", 6, ("不是属性列",)),
    Wrong("value no cell can have", "kind:", "where: {matter: 水、电}\nkind:", 6, ("永远对不上",)),
    Wrong("value twice", "kind:", "where: {matter: [水, 水]}\nkind:", 6, ("重复",)),
    Wrong("empty list", "kind:", "where: {matter: []}\nkind:", 6, ("空列表",)),
    Wrong("override of nothing", "kind:", "overrides: [tow]\nkind:", 6, ("“some-pack/tow”不存在",)),
    Wrong("override of nowhere", "kind:", "overrides: no-pack/no-rule\nkind:", 6, ("“no-pack/no-rule”不存在",)),
    Wrong("override malformed", "kind:", "overrides: ../x\nkind:", 6, ("规则编号",)),
    Wrong("override of itself", "kind:", "overrides: one\nkind:", 6, ("绕成一圈",)),
    Wrong("too few cases", CASES.split("\n")[3] + "\n", "", 11, ("至少要有 3 项", "2 项")),
    Wrong("truth as text", "within:", 'only_if_performed: "true"\nwithin:', 9, ("true 或 false",)),
    Wrong("ground anew without a ground", "within:", "provided_anew: true\nwithin:", 9, ("provided_anew", "provided")),
    Wrong("truth as yes", "within:", "only_if_performed: yes\nwithin:", 9, ("真/假",)),
    Wrong("no cases", CASES, "", 1, ("缺少“cases”",)),
    Wrong("case without as_of", "as_of: 2019-12-31, events: [{", "events: [{", 11, ("缺少“as_of”",)),
    Wrong("case key mistyped", "expect: {verdict: met}", "expects: {verdict: met}", 11, ("是不是“expect”",)),
    Wrong("case event without time", ", time: 2019-09-24", "", 11, ("缺少“time”",)),
    Wrong("case time impossible", "time: 2019-09-24", 'time: "2019-02-30"', 11, ("“2019-02-30”",)),
    Wrong("case time a year", "time: 2019-09-24", "time: 2019", 11, ("“2019”",)),
    Wrong("case cell a list", "time: 2019-09-24", "time: 2019-09-24, channel: [a, b]", 11, ("单元格", "“;”")),
    Wrong("verdict mistyped", "verdict: met", "verdict: mat", 11, ("是不是“met”",)),
    Wrong("breach without verdict", "verdict: met", "verdict: met, breach: late", 11, ("breached 时才写",)),
    Wrong("verdict without breach", "breach: late, ", "", 12, ("必须写 breach",)),
    Wrong("expect key mistyped", "late_by", "lateby", 12, ("是不是“late_by”",)),
    Wrong("expect amount", "5 workdays", "5 months", 12, ("“5 months”",)),
    Wrong("expect word", "expect: none", "expect: nothing", 13, ("none（没有义务）",)),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_a_wrong_rule_file_says_where_and_what(tmp_path: Path, wrong: Wrong) -> None:
    good = rule_text()
    assert good.count(wrong.old) >= 1
    folder = pack(tmp_path, one=good.replace(wrong.old, wrong.new, 1))

    (complaint,) = complaints_of(folder)

    assert complaint.path == str(folder / "one.yaml")
    assert complaint.line == wrong.line
    for words in wrong.words:
        assert words in complaint.message


KINDS_WRONG = [
    ("kind: order\ntrigger: a\n", 1, "preceded_by / followed_by 中恰好写一个"),
    ("kind: order\ntrigger: a\npreceded_by: b\nfollowed_by: c\n", 1, "同时写了"),
    ("kind: order\ntrigger: a\npreceded_by: a\n", 8, "同一个事件"),
    (
        "kind: order\ntrigger: a\npreceded_by: b\nprovided_finding: {rule: x, verdict: met}\n",
        9,
        "“some-pack/x”不存在",
    ),
    ("kind: threshold\ntrigger: a\nattribute: weight\n", 1, "minimum / equals"),
    ("kind: threshold\ntrigger: a\nattribute: weight\nminimum: 4%\n", 9, "应为数字"),
    ('kind: threshold\ntrigger: a\nattribute: weight\nminimum: "4"\n', 9, "不加引号"),
    ("kind: cadence\nperformance: a\nper: week\n", 8, "month / quarter / year"),
    ("kind: cadence\nperformance: a\nper: year\nat_least: 0\n", 9, "1 到 9999 的整数"),
    ("kind: cadence\nperformance: a\nper: year\nat_least: 1 times\n", 9, "1 到 9999 的整数"),
    ("kind: cadence\nperformance: a\nper: year\noverrides: two\n", 9, "没有触发事件"),
    ("kind: minimum-period\ntrigger: a\nperformance: b\nat_least: 24 hours\n", 9, "“24 hours”"),
    ("kind: minimum-period\ntrigger: a\nperformance: b\nat_least: 30 day\n", 9, "是不是“30 days”"),
    (
        "kind: minimum-period\ntrigger: a\nperformance: b\nat_least: 30 days\nexcuse: {attribute: reason, events: c}\n",
        10,
        "“c”不是本规则的触发或履行事件",
    ),
    ("kind: fixed-date\nperformance: a\nby: {strict: 2011-05-31}\n", 8, "strict 和 lenient 都要写"),
    ("kind: fixed-date\nperformance: a\nby: {strict: 2011-06-30, lenient: 2011-05-31}\n", 8, "应早于"),
    ("kind: fixed-date\nperformance: a\nby: {every_year: 02-29}\n", 8, "每年都有"),
    ("kind: fixed-date\nperformance: a\nby: {every_year: 13-01}\n", 8, "每年都有"),
    ("kind: fixed-date\nperformance: a\nby: {every_year: 01-31, strict: 2011-05-31}\n", 8, "只写 every_year"),
    ("kind: fixed-date\nperformance: a\nby: 年底\n", 8, "应为日期"),
    ("kind: coverage\nperformance: a\nmember: field\nmembers: []\nby: 2020-01-01\n", 9, "空列表"),
    ("kind: coverage\nperformance: a\nmember: field\nmembers: [水、电]\nby: 2020-01-01\n", 9, "永远对不上"),
    ("kind: coverage\nperformance: a\nmember: field\nmembers: [水]\nby: {every_year: 01-31}\n", 10, "不能每年重复"),
    ("kind: content\ntrigger: a\nrequires: []\n", 8, "至少要有 1 项"),
    ("kind: content\ntrigger: a\nrequires: reason\n", 8, "要求的列表"),
    ("kind: content\ntrigger: a\nrequires: [{in: [一]}]\n", 8, "缺少“attribute”"),
    ("kind: content\ntrigger: a\nover: month\nrequires: [{attribute: reason}]\n", 8, "event / day / case"),
]


@pytest.mark.parametrize(("body", "line", "words"), KINDS_WRONG)
def test_what_each_kind_refuses(tmp_path: Path, body: str, line: int, words: str) -> None:
    folder = pack(tmp_path, one=rule_text(body), two=rule_text(head=HEAD.replace("id: one", "id: two")))

    (complaint,) = complaints_of(folder)

    assert complaint.path == str(folder / "one.yaml")
    assert (complaint.line, words in complaint.message) == (line, True)


SOURCE_WRONG = [
    ('number: ""\n', "", 1, "缺少“number”"),
    ('"510500"', "510500", 4, "加引号"),
    ('"510500"', '"5105"', 4, "六位行政区划代码"),
    ('"510500"', "nationwide", 4, "六位行政区划代码"),
    ("issued: 2019-07-10", "issued: 2019年7月10日", 5, "应为日期"),
    ("{from: 2019-07-10}", "{from: 2019-07-10, to: 2019-07-09}", 6, "早于"),
    ("about:", "abuot:", 7, "是不是“about”"),
    ("about:", "clauses: {T1: two}\nabout:", 7, "“two”既不是本包的规则"),
    ("about:", "clauses:\n  T1: one\n  T2: [one, oen]\nabout:", 9, "是不是“one”"),
    ("about:", "clauses: {T1: no-pack/one}\nabout:", 7, "“no-pack/one”"),
    ("about:", "unchecked: [{id: T9, clause: 二, phrase: 及时}]\nabout:", 7, "缺少“reason”"),
    (
        "about:",
        "unchecked:\n  - {id: T9, clause: 二, phrase: 及时, reason: 无}\n  - {id: T9, clause: 三, phrase: 及时, reason: 无}\nabout:",
        7,
        "“T9”重复",
    ),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), SOURCE_WRONG)
def test_a_wrong_source_file_says_where_and_what(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    found = complaints_of(pack(tmp_path, source=SOURCE.replace(old, new, 1), one=rule_text()))

    assert [(Path(one.path).name, one.line) for one in found if words in one.message] == [("_source.yaml", line)]


def test_all_complaints_of_all_files_come_at_once(tmp_path: Path) -> None:
    folder = pack(
        tmp_path,
        source=SOURCE.replace("issuer: 某市人民政府\n", ""),
        one=rule_text().replace("7 workdays", "7 workday").replace("severity: error", "severity: bad"),
        two="id: [\n",
    )
    (folder / "three.yml").write_text("", encoding="utf-8")

    found = [(Path(one.path).name, one.line) for one in complaints_of(folder, tmp_path / "absent")]

    assert found == [
        ("absent", 0),
        ("_source.yaml", 1),
        ("one.yaml", 5),
        ("one.yaml", 9),
        ("three.yml", 0),
        ("two.yaml", 2),
    ]


# --- what is refused: several files -----------------------------------------------------------------------


def two_rules(first: str, second: str) -> dict[str, str]:
    return {"one": rule_text(first), "two": rule_text(second, head=HEAD.replace("id: one", "id: two"))}


LONGER = DEADLINE.replace("7 workdays", "20 workdays")


def test_an_undeclared_conflict_names_both_places(tmp_path: Path) -> None:
    folder = pack(tmp_path, **two_rules(DEADLINE + "where: {decision_type: 行政许可}\n", LONGER))

    (complaint,) = complaints_of(folder)

    assert (complaint.path, complaint.line) == (str(folder / "one.yaml"), 9)
    assert f"{folder / 'two.yaml'}:9" in complaint.message
    assert "7 workdays" in complaint.message
    assert "20 workdays" in complaint.message
    assert "overrides" in complaint.message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("overrides: two\n", ""),
        ("", "overrides: [some-pack/one]\n"),
        ("where: {decision_type: 行政许可}\n", "where: {decision_type: 行政处罚}\n"),
        ("where: {decision_type: 行政许可}\n", "where: {decision_type: {not_in: [行政许可, 行政处罚]}}\n"),
        ("in_force: {from: 2019-07-10, to: 2019-12-31}\n", "in_force: {from: 2020-01-01}\n"),
        ("performance_where: {channel: 甲网}\n", "performance_where: {channel: 乙网}\n"),
    ],
)
def test_no_conflict_where_precedence_or_difference_is_plain(tmp_path: Path, first: str, second: str) -> None:
    folder = pack(tmp_path, **two_rules(DEADLINE + first, LONGER + second))

    assert len(load_packs([folder]).rules) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("where: {decision_type: [行政许可, 行政处罚]}\n", "where: {decision_type: [行政处罚, 行政检查]}\n"),
        ("where: {decision_type: 行政许可}\n", "where: {matter: 价格}\n"),
        ("where: {decision_type: 行政许可}\n", "where: {decision_type: {not_in: 行政处罚}}\n"),
        ("in_force: {from: 2019-07-10, to: 2020-01-01}\n", "in_force: {from: 2020-01-01}\n"),
    ],
)
def test_a_conflict_where_conditions_can_meet(tmp_path: Path, first: str, second: str) -> None:
    folder = pack(tmp_path, **two_rules(DEADLINE + first, LONGER + second))

    assert ["冲突" in one.message for one in complaints_of(folder)] == [True]


def test_equal_limits_do_not_conflict(tmp_path: Path) -> None:
    assert len(load_packs([pack(tmp_path, **two_rules(DEADLINE, DEADLINE))]).rules) == 2


def test_precedence_in_a_circle_is_told_once(tmp_path: Path) -> None:
    files = {
        name: rule_text(f"{DEADLINE}overrides: {other}\n", head=HEAD.replace("id: one", f"id: {name}"))
        for name, other in [("one", "two"), ("two", "three"), ("three", "one")]
    }

    (complaint,) = complaints_of(pack(tmp_path, **files))

    assert complaint.message.count(" → ") == 3


def test_precedence_needs_the_same_trigger(tmp_path: Path) -> None:
    other = LONGER.replace("decision-made", "document-issued")
    (complaint,) = complaints_of(pack(tmp_path, **two_rules(DEADLINE + "overrides: two\n", other)))

    assert complaint.line == 10
    assert "“document-issued”" in complaint.message
    assert "“decision-made”" in complaint.message


def test_a_rule_may_override_one_of_another_pack(tmp_path: Path) -> None:
    pack(tmp_path, "national-pack", source=SOURCE.replace('"510500"', "national"), one=rule_text(LONGER))
    local = pack(tmp_path, "local-pack", one=rule_text(DEADLINE + "overrides: national-pack/one\n"))

    (rule,) = load_packs([local]).rules

    assert rule.overrides == ("national-pack/one",)


def test_a_rule_that_overrides_another_pack_s_still_needs_its_trigger(tmp_path: Path) -> None:
    pack(tmp_path, "national-pack", one=rule_text(LONGER.replace("decision-made", "document-issued")))
    local = pack(tmp_path, "local-pack", one=rule_text(DEADLINE + "overrides: national-pack/one\n"))

    assert ["“document-issued”" in one.message for one in complaints_of(local)] == [True]


HANGING = "kind: order\ntrigger: comment-closed\npreceded_by: b\nprovided_finding: {rule: RULE, verdict: met}\n"
COMMENT = "kind: minimum-period\ntrigger: comment-opened\nperformance: comment-closed\nat_least: 30 days\n"
NO_PERIOD = {
    "order": "kind: order\ntrigger: a\npreceded_by: b\n",
    "content": "kind: content\ntrigger: a\nrequires: [{attribute: channel}]\n",
    "threshold": "kind: threshold\ntrigger: a\nattribute: weight\nminimum: 4\n",
    "cadence": "kind: cadence\nperformance: a\nper: year\n",
    "fixed-date": "kind: fixed-date\nperformance: a\nby: 2020-10-19\n",
    "coverage": "kind: coverage\nperformance: a\nmember: field\nmembers: [教育]\nby: 2020-10-19\n",
}


@pytest.mark.parametrize("kind", NO_PERIOD)
def test_a_rule_hangs_only_on_a_deadline_or_a_minimum_period(tmp_path: Path, kind: str) -> None:
    hanging = HANGING.replace("RULE", "two")
    (complaint,) = complaints_of(pack(tmp_path / "same", **two_rules(hanging, NO_PERIOD[kind])))
    assert complaint.line == 9
    assert f"“provided_finding”的“some-pack/two”是“{kind}”规则，应为期限（deadline）或最短期间" in complaint.message
    # In another pack, which is not loaded.
    pack(tmp_path / "apart", "other-pack", one=rule_text(NO_PERIOD[kind]))
    local = pack(tmp_path / "apart", "local-pack", one=rule_text(HANGING.replace("RULE", "other-pack/one")))
    assert [f"是“{kind}”规则" in one.message for one in complaints_of(local)] == [True]


CLOSING = DEADLINE.replace("decision-published", "comment-closed")


@pytest.mark.parametrize("target", [CLOSING, COMMENT], ids=["deadline", "minimum-period"])
def test_a_rule_may_hang_on_either(tmp_path: Path, target: str) -> None:
    first, _second = load_packs([pack(tmp_path, **two_rules(HANGING.replace("RULE", "two"), target))]).rules
    assert first.provided_finding == ("some-pack/two", "met")
    pack(tmp_path, "other-pack", one=rule_text(target))
    (alone,) = load_packs(
        [pack(tmp_path, "local-pack", one=rule_text(HANGING.replace("RULE", "other-pack/one")))]
    ).rules
    assert alone.provided_finding == ("other-pack/one", "met")


def test_a_rule_hangs_only_on_what_its_trigger_performs(tmp_path: Path) -> None:
    (complaint,) = complaints_of(pack(tmp_path / "same", **two_rules(HANGING.replace("RULE", "two"), DEADLINE)))
    assert complaint.line == 9
    assert complaint.message == (
        "“provided_finding”的“some-pack/two”以“decision-published”为履行，本规则的触发事件却是“comment-closed”："
        "须是同一个事件，义务才可能产生；请改正其中一处"
    )
    # In another pack, which is not loaded, and with the event's Chinese name.
    chinese = DEADLINE.replace("decision-published", "执法决定公开")
    pack(tmp_path / "apart", "other-pack", one=rule_text(chinese))
    local = pack(tmp_path / "apart", "local-pack", one=rule_text(HANGING.replace("RULE", "other-pack/one")))
    assert ["以“decision-published”为履行" in one.message for one in complaints_of(local)] == [True]
    closing = DEADLINE.replace("decision-published", "征求意见截止")
    pack(tmp_path / "fine", "other-pack", one=rule_text(closing))
    fine = pack(tmp_path / "fine", "local-pack", one=rule_text(HANGING.replace("RULE", "other-pack/one")))
    assert len(load_packs([fine]).rules) == 1


@pytest.mark.parametrize(
    ("target", "verdict", "wrong"),
    [
        (COMMENT, "pending", True),
        (CLOSING, "pending", True),
        (CLOSING, "excused", True),
        (COMMENT, "excused", False),
        (CLOSING, "breached", False),
        (COMMENT, "undecided", False),
    ],
)
def test_a_rule_hangs_only_on_a_verdict_that_a_performance_can_have(
    tmp_path: Path, target: str, verdict: str, wrong: bool
) -> None:
    hanging = HANGING.replace("RULE", "two").replace("verdict: met", f"verdict: {verdict}")
    folder = pack(tmp_path, **two_rules(hanging, target))
    if not wrong:
        assert len(load_packs([folder]).rules) == 2
        return
    (complaint,) = complaints_of(folder)
    assert complaint.line == 9
    assert f"要求“some-pack/two”的结论是“{verdict}”，义务却不可能产生" in complaint.message


def test_a_rule_does_not_hang_on_itself(tmp_path: Path) -> None:
    (complaint,) = complaints_of(pack(tmp_path, one=rule_text(HANGING.replace("RULE", "one"))))
    assert "“some-pack/one”是“order”规则" in complaint.message


def test_two_packs_of_one_name(tmp_path: Path) -> None:
    first = pack(tmp_path / "a", one=rule_text())
    second = pack(tmp_path / "b", one=rule_text())

    (complaint,) = complaints_of(first, second)

    assert "包名" in complaint.message


# --- which files ------------------------------------------------------------------------------------------


def ids(loaded: RuleSet) -> list[str]:
    return [rule.id for rule in loaded.rules]


def test_a_path_is_a_pack_a_folder_of_packs_or_a_rule(tmp_path: Path) -> None:
    first = pack(tmp_path, "pack-a", **two_rules(DEADLINE, DEADLINE))
    pack(tmp_path, "pack-b", one=rule_text())
    (tmp_path / "notes").mkdir()
    (first / "README.md").write_text("说明", encoding="utf-8")

    assert ids(load_packs([first])) == ["pack-a/one", "pack-a/two"]
    assert ids(load_packs([first / "_source.yaml"])) == ["pack-a/one", "pack-a/two"]
    assert ids(load_packs([tmp_path])) == ["pack-a/one", "pack-a/two", "pack-b/one"]
    assert ids(load_packs([first / "two.yaml"])) == ["pack-a/two"]
    assert [one.id for one in load_packs([first / "two.yaml"]).packs] == ["pack-a"]
    assert ids(load_packs([first / "two.yaml", first / "one.yaml", first / "two.yaml"])) == ["pack-a/one", "pack-a/two"]
    assert ids(load_packs([first / "two.yaml", tmp_path])) == ["pack-a/one", "pack-a/two", "pack-b/one"]


def test_a_single_rule_may_refer_to_its_neighbours(tmp_path: Path) -> None:
    source = SOURCE + "clauses: {T1: [one, two]}\n"
    folder = pack(tmp_path, source=source, **two_rules(DEADLINE + "overrides: two\n", LONGER))

    assert ids(load_packs([folder / "one.yaml"])) == ["some-pack/one"]


def test_paths_that_are_no_pack(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    loose = tmp_path / "loose.yaml"
    loose.write_text(rule_text(), encoding="utf-8")
    folder = pack(tmp_path / "x", "Some Pack")
    table = folder / "table.csv"
    table.write_text("", encoding="utf-8")

    for path, words in [
        (empty, "没有规则包"),
        (loose, "没有 _source.yaml"),
        (tmp_path / "absent", "没有这个文件"),
        (folder, "“Some Pack”"),
        (table, "扩展名"),
    ]:
        assert [words in one.message for one in complaints_of(path)] == [True]


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pack(tmp_path, one=rule_text())

    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)

    assert ["无法列出" in one.message for one in complaints_of(folder)] == [True]
    assert ["无法读取" in one.message for one in complaints_of(tmp_path)] == [True]


def test_the_digest_tells_content_and_names_not_places_or_line_ends(tmp_path: Path) -> None:
    first = load_packs([pack(tmp_path / "a", one=rule_text())])
    same = load_packs([pack(tmp_path / "b", one=rule_text())], cases=True)
    other = load_packs([pack(tmp_path / "c", one=rule_text() + "# 注\n")])
    windows = pack(tmp_path / "d", one=rule_text())
    for file in windows.iterdir():
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    assert first.digest.startswith("sha256:")
    assert len(first.digest) == 71
    assert first.digest == same.digest == load_packs([windows]).digest
    assert first.digest != other.digest


# --- shipped packs ----------------------------------------------------------------------------------------


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the shipped packs."""
    folder = tmp_path / "shipped"
    pack(folder, "nation-2019", source=SOURCE.replace('"510500"', "national"), one=rule_text())
    pack(folder, "province-2019", source=SOURCE.replace('"510500"', '"510000"'), one=rule_text())
    pack(folder, "city-2019", one=rule_text())
    pack(folder, "county-2019", source=SOURCE.replace('"510500"', '"510504"'), one=rule_text())
    monkeypatch.setattr("zwgk.rules.data_folder", lambda _name: folder)
    return folder


@pytest.mark.parametrize(
    ("regions", "names"),
    [
        ([], ["nation-2019"]),
        (["510504"], ["city-2019", "county-2019", "nation-2019", "province-2019"]),
        (["510500"], ["city-2019", "nation-2019", "province-2019"]),
        (["510503", "620503"], ["city-2019", "nation-2019", "province-2019"]),
        (["510000"], ["nation-2019", "province-2019"]),
        (["620503"], ["nation-2019"]),
    ],
)
def test_which_packs_run_by_default(shipped: Path, regions: list[str], names: list[str]) -> None:
    assert shipped.is_dir()
    assert default_packs(regions) == names
    assert [one.id for one in default_rules(regions).packs] == names
    assert default_rules(regions).digest == shipped_packs(names).digest


def test_packs_are_found_by_name_by_rule_and_by_path(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = pack(tmp_path, "own-pack", one=rule_text())
    pack(tmp_path, "city-2019", two=rule_text(head=HEAD.replace("id: one", "id: two")))
    monkeypatch.chdir(tmp_path)

    assert find_packs(["city-2019"]) == [shipped / "city-2019"]
    assert find_packs(["city-2019/one"]) == [shipped / "city-2019" / "one.yaml"]
    assert find_packs([" own-pack ", str(own)]) == [Path("own-pack"), own]
    assert find_packs(["./city-2019"]) == [Path("city-2019")]
    assert ids(shipped_packs(["city-2019/one"])) == ["city-2019/one"]
    assert len(shipped_packs().packs) == 4


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("city-2091", "是不是“city-2019”"),
        ("city-2019/oen", "是不是“city-2019/one”"),
        ("city-2091/one", "是不是“city-2019”"),
        ("nowhere", "可用的规则包：city-2019、county-2019"),
        ("../shipped/zzz", "没有叫"),
        ("city-2019/../city-2019/one", "没有规则"),
        ("", "没有叫“”的规则包"),
        ("a\0b", "没有叫"),
        ("a" * 5000, "没有叫"),
        ("a" * 5000 + "/" + "b" * 5000, "没有叫"),
    ],
)
def test_an_unknown_pack_is_told_with_the_nearest(shipped: Path, spec: str, words: str) -> None:
    assert shipped.is_dir()
    with pytest.raises(UsageError) as caught:
        find_packs([spec])

    assert words in str(caught.value)


def test_the_shipped_packs_load_without_a_complaint() -> None:
    found = lint([rules_module.data_folder("rules")])

    assert [str(one) for one in found if not is_advice(one)] == []


def test_region_prefix() -> None:
    assert [region_prefix(code) for code in ("510500", "510504", "510000", "")] == ["5105", "510504", "51", ""]


# --- lint -------------------------------------------------------------------------------------------------


def advice(folder: Path) -> list[tuple[str, int, str]]:
    found = lint([folder])
    assert all(is_advice(one) for one in found)
    return [(Path(one.path).name, one.line, one.message) for one in found]


def test_lint_has_nothing_to_say_of_a_good_pack(tmp_path: Path) -> None:
    assert lint([pack(tmp_path, one=rule_text())]) == []


def test_lint_gives_complaints_and_advice_together(tmp_path: Path) -> None:
    folder = pack(tmp_path, **two_rules(DEADLINE.replace("decision-made", "decision-mad"), "kind: deadline\n"))

    found = lint([folder])

    assert [(Path(one.path).name, one.line, is_advice(one)) for one in found] == [
        ("one.yaml", 7, True),
        ("two.yaml", 1, False),
        ("two.yaml", 1, False),
        ("two.yaml", 1, False),
    ]
    assert "“decision-made”" in found[0].message


def test_a_near_miss_is_advice_in_a_user_s_pack_and_a_complaint_in_a_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = DEADLINE.replace("decision-published", "decision-publishd") + "where: {decision_tpye: 行政许可}\n"
    folder = pack(tmp_path, one=rule_text(body))

    assert [(name, line) for name, line, _ in advice(folder)] == [("one.yaml", 8), ("one.yaml", 10)]
    monkeypatch.setattr("zwgk.lint.data_folder", lambda _name: tmp_path)
    assert [is_advice(one) for one in lint([folder])] == [False, False]


def test_a_name_of_one_s_own_is_no_matter_for_lint(tmp_path: Path) -> None:
    body = DEADLINE.replace("decision-made", "certificate-printed") + "where: {paper_size: A4}\n"

    assert lint([pack(tmp_path, one=rule_text(body))]) == []


def test_lint_advises_on_coverage_spans_and_cases(tmp_path: Path) -> None:
    source = SOURCE + "unchecked: [{id: T9, clause: 二, phrase: 及时, reason: 无}]\nclauses: {T1: [two]}\n"
    kind_words = CASES.replace("{verdict: breached, breach: late, late_by: 5 workdays}", "{verdict: met}")
    folder = pack(
        tmp_path,
        source=source,
        one=rule_text(DEADLINE + "in_force: {from: 2018-01-01}\n", cases=kind_words),
        two=rule_text(head=HEAD.replace("id: one", "id: two")),
    )

    assert [(name, line) for name, line, _ in advice(folder)] == [
        ("_source.yaml", 9),
        ("one.yaml", 1),
        ("one.yaml", 10),
        ("one.yaml", 11),
    ]


# --- hostile files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02\xff" * 100,
        b"[" * 100_000,
        b"a: &a [x]\nb: &b [*a, *a]\n" * 50,
        b"id: " + b"x" * 2_000_000,
        b"- 1\n- 2\n",
        "只是一句话\n".encode(),
        b"kind: [deadline]\n",
        b"kind: deadline\nsource: [1, {a: [2]}]\nwhere: {a: {in: {b: c}}}\ncases: {a: 1}\n",
        b"kind: content\nrequires: [1, [2], {attribute: {}, in: [[1]], when: [1], distinct: x}]\ncases: [1, {events: [1]}]\n",
        b"kind: fixed-date\nby: {strict: ~, lenient: 010}\nin_force: {from: ~}\n",
        b"kind: deadline\nclock: {stops: [{begins: ~, cap: ~}], extension: yes, extended_by: a, policies: {a: [1]}}\n",
        b"kind: minimum-period\ntrigger: ~\nexcuse: {attribute: ~, events: [~]}\nat_least: ~\nwhere: {a: [~, 010]}\n",
        b"overrides: [~, 1, {a: b}]\nprovided_finding: ~\nkind: order\n",
        b"kind: deadline\ncases: [{name: 1, as_of: ~, events: [{event: ~, time: ~}], expect: [{verdict: ~}]}, ~, [x]]\n",
    ],
)
def test_no_content_gives_a_traceback(tmp_path: Path, content: bytes) -> None:
    folder = pack(tmp_path, one=rule_text())
    (folder / "one.yaml").write_bytes(content)
    for paths in ([folder], [folder / "one.yaml"]):
        found = complaints_of(*paths)
        assert found
        assert all(len(one.message) < 1000 for one in found)

    (folder / "one.yaml").write_text(rule_text(), encoding="utf-8")
    (folder / "_source.yaml").write_bytes(content)
    assert complaints_of(folder)


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    folder = pack(tmp_path, one=rule_text())
    (folder / "two.yaml").mkdir()

    assert ["文件夹" in one.message for one in complaints_of(folder)] == [True]
