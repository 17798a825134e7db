"""Waivers excuse what they name while they are valid, and say so when they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zwgk import check
from zwgk.errors import WaiverError
from zwgk.reports.text import render

if TYPE_CHECKING:
    from pathlib import Path

    from zwgk.report import Report

RULE = "luzhou-2011/document-publication"
LOG = [
    {"case": "甲", "event": "文件印发", "time": "2011-09-28", "agency": "甲局"},
    {"case": "甲", "event": "文件公开", "time": "2011-10-12", "agency": "甲局"},
    {"case": "乙", "event": "文件印发", "time": "2011-09-28", "agency": "乙局"},
    {"case": "丙", "event": "文件印发", "time": "2011-09-28", "agency": "丙局"},
    {"case": "丙", "event": "文件公开", "time": "2011-09-29", "agency": "丙局"},
]
WHY = "reason: 系统故障, approver: 王主任, basis: 市政府会议纪要〔2011〕9号"


def waivers(tmp_path: Path, *entries: str) -> Path:
    path = tmp_path / "waivers.yaml"
    path.write_text("waivers:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries), "utf-8")
    return path


def checked(path: Path | None, *, large: bool = False, rules: str = RULE) -> Report:
    return check(LOG, rules=rules, as_of="2011-12-31", waivers=[path] if path else (), large=large)


@pytest.mark.parametrize("large", [False, True], ids=["case", "relational"])
def test_a_valid_waiver_excuses_the_breach_it_names(tmp_path: Path, large: bool) -> None:
    report = checked(waivers(tmp_path, f"rule: {RULE}, case: 甲, {WHY}, until: 2011-12-31"), large=large)
    assert report.summary == {"met": 1, "breached": 1, "pending": 0, "excused": 1, "undecided": 0}
    first = next(finding for finding in report.findings if finding.case == "甲")
    assert (first.verdict, first.breach, first.late_by) == ("excused", None, None)
    assert first.because[-2:] == (
        "原结论：违反（逾期完成4个工作日）",
        "豁免：系统故障（批准：王主任；依据：市政府会议纪要〔2011〕9号；有效至2011-12-31）",
    )
    assert report.head.notes["waivers"] == {"used": 1, "expired": [], "unused": [], "refused": []}
    assert report.counts[RULE, "甲局", "excused"] == 1


def test_both_evaluators_waive_alike(tmp_path: Path) -> None:
    path = waivers(tmp_path, f"rule: {RULE}, case: 甲, {WHY}, until: 2012-12-31")
    one, other = checked(path), checked(path, large=True)
    assert one.to_json() == other.to_json()
    for verdicts in ({"breached"}, {"excused"}, {"met", "excused"}, {"breached", "excused"}, {"met"}):
        assert list(one.records(verdicts)) == list(other.records(verdicts))
        assert {record["verdict"] for record in one.records(verdicts)} <= verdicts


def test_by_fingerprint_and_by_agency(tmp_path: Path) -> None:
    print_ = next(finding.fingerprint for finding in checked(None).findings if finding.case == "乙")
    path = waivers(
        tmp_path,
        f"finding: {print_}, {WHY}, until: 2012-01-01",
        f"rule: {RULE}, agency: 甲局, {WHY}, until: 2012-01-01",
    )
    assert checked(path).summary["breached"] == 0


def test_an_expired_waiver_fails_again_and_is_named(tmp_path: Path) -> None:
    path = waivers(
        tmp_path,
        f"rule: {RULE}, case: 甲, {WHY}, until: 2011-12-30",
        f"rule: {RULE}, case: 无此事项, {WHY}, until: 2012-12-30",
    )
    report = checked(path)
    assert report.summary["breached"] == 2
    notes = report.head.notes["waivers"]
    assert [name.split("yaml:")[1] for name in notes["expired"]] == [f"2 {RULE}  甲（至2011-12-30）"]
    assert [name.split("yaml:")[1] for name in notes["unused"]] == [f"3 {RULE}  无此事项（至2012-12-30）"]
    text = "\n".join(render(report))
    assert "已过期" in text
    assert "没有对上任何违反" in text


def test_a_rule_may_be_marked_unwaivable(tmp_path: Path) -> None:
    from zwgk._data import data_folder

    pack = tmp_path / "luzhou-2011"
    pack.mkdir()
    shipped = data_folder("rules") / "luzhou-2011"
    (pack / "_source.yaml").write_text((shipped / "_source.yaml").read_text("utf-8").split("clauses:")[0], "utf-8")
    rule = (shipped / "document-publication.yaml").read_text("utf-8")
    (pack / "document-publication.yaml").write_text(
        rule.replace("severity: error", "severity: error\nwaivable: false"), "utf-8"
    )
    report = checked(waivers(tmp_path, f"rule: {RULE}, case: 甲, {WHY}, until: 2012-12-31"), rules=f"{pack}")
    assert report.summary["breached"] == 2
    assert len(report.head.notes["waivers"]["refused"]) == 1


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (f"rule: {RULE}, case: 甲, reason: 无, approver: 王, until: 2012-01-01", "basis"),
        (f"rule: {RULE}, case: 甲, {WHY}, until: 2012-13-01", "2012-13-01"),
        (f"rule: {RULE}, {WHY}, until: 2012-01-01", "case"),
        (f"case: 甲, {WHY}, until: 2012-01-01", "rule"),
        (f"finding: abc, case: 甲, rule: {RULE}, {WHY}, until: 2012-01-01", "finding"),
        (f"rule: {RULE}, case: 甲, {WHY}, untill: 2012-01-01", "until"),
    ],
)
def test_a_wrong_entry_is_told_with_its_line(tmp_path: Path, entry: str, said: str) -> None:
    with pytest.raises(WaiverError) as error:
        checked(waivers(tmp_path, entry))
    assert said in str(error.value)
    assert all(complaint.line == 2 for complaint in error.value.complaints)


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(WaiverError) as error:
        checked(waivers(tmp_path, f"case: 甲, {WHY}, until: 2012-01-01", f"rule: {RULE}, case: 甲, {WHY}"))
    assert [complaint.line for complaint in error.value.complaints] == [2, 3]
