"""The shipped examples: the report is the one on file, and says exactly what was put into the log by hand."""

from __future__ import annotations

import csv
import importlib.util
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typed_examples
from typed_examples import AS_OF, MET, NOT_MET
from witness import judge

from zwgk import check
from zwgk.casetests import run_cases
from zwgk.events import read_log
from zwgk.model import Moment
from zwgk.rules import find_packs, load_packs, shipped_packs

if TYPE_CHECKING:
    from types import ModuleType

    from zwgk.report import Report

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


regenerate = _load(EXAMPLES / "regenerate.py")


@pytest.fixture(scope="module")
def report() -> Report:
    return regenerate.run(AS_OF)


def test_the_report_says_what_was_typed_by_hand_and_nothing_else(report: Report) -> None:
    assert regenerate.differences(report, NOT_MET, MET) == []


def test_the_report_is_the_one_on_file(report: Report) -> None:
    assert regenerate.settled(report) == (EXAMPLES / "expected.json").read_bytes(), (
        "if the change is meant: python examples/regenerate.py"
    )


def test_what_else_the_report_says(report: Report) -> None:
    assert report.problems == ()
    assert report.exit_code == 1
    assert dict(report.head.unmatched_events) == {
        "incident-occurred": 1,
        "incident-statement-published": 1,
        "新闻发布会招开": 1,
    }
    assert report.head.idle_rules == ()
    assert report.head.notes["duplicates"] == 1
    assert report.head.notes["after_as_of"] == 1
    assert report.due_soon == 2


def test_the_witness_finds_the_same(report: Report) -> None:
    """The tests' own reading of the law, a day at a time."""
    log = read_log([EXAMPLES / "events.csv"])
    as_of = Moment(date.fromisoformat(AS_OF).toordinal(), 86_399)

    seen = judge(list(log.events), list(shipped_packs().rules), as_of=as_of, columns=set(log.columns))

    theirs = [
        (one.rule, one.case, one.agency, one.period, one.member, one.verdict, one.breach, one.due and one.due[:3])
        for one in seen
    ]
    ours = []
    for record in report.records():
        due = record["due"]
        bounds = due and (due["at"], due["earliest"], due["latest"])
        keys = ("rule", "case", "agency", "period", "member", "verdict", "breach")
        ours.append((*(record[key] for key in keys), bounds))
    assert sorted(map(repr, theirs)) == sorted(map(repr, ours))
    assert sum(one.verdict == "met" for one in seen) == MET


def test_the_list_for_readers_names_the_same_matters() -> None:
    labels = {
        "逾期完成": "late",
        "逾期未办": "overdue",
        "期间过短": "short",
        "缺项": "missing",
        "未达标": "below",
        "次序颠倒": "out-of-order",
    }
    listed = []
    verdict = ""
    titles = {"违反": "breached", "不能断定": "undecided", "有正当理由": "excused", "待办": "pending"}
    for line in (EXAMPLES / "breaches.md").read_text("utf-8").splitlines():
        if match := re.match(r"## (\w+)（(\d+)项）", line):
            verdict = titles[match[1]]
            assert int(match[2]) == sum(row[0] == verdict for row in NOT_MET)
        elif line.startswith("| ") and "`" in line:
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            breach = labels[cells[2]] if verdict == "breached" else None
            due = cells[-2].replace("—", "")
            listed.append((verdict, cells[0], cells[1].strip("`"), breach, due))
            assert cells[-1], line
    assert sorted(map(repr, listed)) == sorted(repr(row[:5]) for row in NOT_MET)


def test_regenerating_refuses_a_report_that_differs_from_the_typed_list(
    report: Report, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = (*NOT_MET[1:], (*NOT_MET[0][:4], "2011-06-01", NOT_MET[0][5]))
    target = tmp_path / "expected.json"
    monkeypatch.setattr(regenerate, "EXPECTED", target)
    monkeypatch.setattr(regenerate, "run", lambda _: report)
    monkeypatch.setattr(typed_examples, "NOT_MET", wrong)

    assert regenerate.main() == 1
    assert not target.exists()
    said = capsys.readouterr().out
    assert "only in the report" in said
    assert "only in the typed list" in said


def test_regenerating_writes_the_file_where_all_agrees(
    report: Report, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "expected.json"
    monkeypatch.setattr(regenerate, "EXPECTED", target)
    monkeypatch.setattr(regenerate, "run", lambda _: report)

    assert regenerate.main() == 0
    assert target.read_bytes() == (EXAMPLES / "expected.json").read_bytes()


def test_the_log_opens_in_a_spreadsheet() -> None:
    for name in ("events.csv", "bad-rows.csv", "our-office.csv"):
        content = (EXAMPLES / name).read_bytes()
        assert content.startswith(b"\xef\xbb\xbf"), name
        assert content.count(b"\n") == content.count(b"\r\n"), name


def test_the_example_is_of_the_size_and_the_variety_it_claims() -> None:
    with (EXAMPLES / "events.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 351
    forms = {re.sub(r"[0-9０-９〇一二三四五六七八九十]+", "#", row["时间"]) for row in rows}
    assert {"#-#-#", "#/#/#", "#.#.#", "#", "#年#月#日", "#-#-# #:#", "#-#-#T#:#:#Z", "#年#月#日#时#分"} <= forms
    assert {row["行政区划代码"] for row in rows} == {
        "510500",
        "510502",
        "510503",
        "510504",
        "620503",
        "520100",
        "350102",
        "420800",
    }


def test_bad_rows_are_all_told_and_the_good_ones_judged() -> None:
    found = check(EXAMPLES / "bad-rows.csv", as_of=AS_OF)
    assert sorted((problem.row, problem.column) for problem in found.problems if problem.column) == [
        (3, "time"),
        (4, "time"),
        (5, "time"),
        (6, "time"),
        (7, "event"),
        (8, "case"),
        (9, "time"),
        (10, "region"),
        (11, "time"),
    ]
    assert [problem.row for problem in found.problems if not problem.column] == [12]
    assert found.exit_code == 2
    assert {finding.case for finding in found.findings} == {"筑高新市监罚〔2026〕71号", "筑高新市监许〔2026〕30号"}


def test_the_library_example_runs() -> None:
    done = subprocess.run([sys.executable, "-X", "utf8", str(EXAMPLES / "library.py")], capture_output=True, check=True)
    said = done.stdout.decode().splitlines()
    assert said[0] == "317 findings, 48 breaches, exit code 1"
    assert said[1:3] == [
        "enforcement-disclosure-2018/licence-penalty-decision late due 2019-10-09",
        "guiyang-hitech-2019/licence-penalty-decision late due 2019-10-09",
    ]
    assert said[-2:] == ["zwgk.report/1 2026-12-28", "2024-10-30"]


def test_the_rules_of_an_office_hold_their_own_cases() -> None:
    ruleset = load_packs(find_packs([str(EXAMPLES / "rules")]), cases=True)
    results = list(run_cases(ruleset.rules))
    assert len(results) == 7
    assert all(result.passed for result in results)


def test_the_rules_of_an_office_on_its_log() -> None:
    found = check(EXAMPLES / "our-office.csv", rules=[EXAMPLES / "rules"], as_of="2026-05-31")
    assert [(one.rule.id, one.case, str(one.breach)) for one in found.breaches] == [
        ("our-office/secrecy-review", "局发〔2026〕8号", "missing"),
        ("our-office/send-to-website", "局发〔2026〕7号", "late"),
    ]
