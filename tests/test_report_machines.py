"""SARIF, JUnit, GitHub annotations, iCalendar and Markdown: held to their schemas or to parsers of others."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from icalendar import Calendar
from jsonschema import Draft202012Validator
from junitparser import JUnitXml
from lxml import etree
from markdown_it import MarkdownIt
from report_logs import FILE, HARM, LOG, RULE, grey_and_blue, harmful, small

from zwgk import check
from zwgk.i18n import speaking
from zwgk.reports import registry, sarif
from zwgk.reports.github import command
from zwgk.reports.ical import escaped, folded
from zwgk.reports.markdown import plain
from zwgk.reports.registry import Settings

if TYPE_CHECKING:
    from zwgk.report import Report

SCHEMAS = Path(__file__).parent / "data" / "schemas"


def encoded(report: Report, form: str, *, everything: bool = False) -> bytes:
    return b"".join(registry.encoded(report, form, Settings(everything=everything)))


def bad_rows(folder: Path) -> Report:
    path = folder / "events.csv"
    path.write_text(LOG + "泸府发〔2011〕9号,文件印发,2011-09-31,市民政局\n", "utf-8")
    return check(str(path), rules=[RULE], as_of="2011-10-14")


@pytest.mark.parametrize("form", ["csv", "xlsx", "markdown", "sarif", "junit", "github", "ics", "letter", "text"])
def test_the_same_input_gives_the_same_bytes(tmp_path: Path, form: str) -> None:
    assert encoded(small(tmp_path), form) == encoded(small(tmp_path), form) != b""


# --- SARIF ------------------------------------------------------------------------------------------------


def sarif_run(report: Report, *, everything: bool = False) -> dict[str, Any]:
    """The run of a log that the official schema accepts."""
    document = json.loads(encoded(report, "sarif", everything=everything))
    schema = json.loads((SCHEMAS / "sarif-2.1.0.schema.json").read_text("utf-8"))
    errors = [error.message for error in Draft202012Validator(schema).iter_errors(document)]
    assert errors == []
    (run,) = document["runs"]
    return dict(run)


def test_sarif_points_at_the_rows(tmp_path: Path) -> None:
    run = sarif_run(small(tmp_path))
    late, overdue, soon = run["results"]
    assert (late["ruleId"], late["kind"], late["level"]) == (RULE, "fail", "error")
    assert run["tool"]["driver"]["rules"][late["ruleIndex"]]["id"] == RULE
    place = late["locations"][0]["physicalLocation"]
    assert unquote(place["artifactLocation"]["uri"]) == f"file://{tmp_path}/events.csv"
    assert place["region"] == {"startLine": 2}
    assert late["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    assert late["message"]["text"].startswith("逾期完成 4个工作日；泸府发〔2011〕5号 市政府办；")
    assert re.fullmatch("[0-9a-f]{16}", late["partialFingerprints"]["zwgkFinding/v1"])
    assert (overdue["kind"], overdue["locations"][0]["physicalLocation"]["region"]) == ("fail", {"startLine": 6})
    assert (soon["kind"], soon["level"]) == ("informational", "none")
    assert "helpUri" not in json.dumps(run)


def test_sarif_tells_everything_where_asked(tmp_path: Path) -> None:
    kinds = [result["kind"] for result in sarif_run(small(tmp_path), everything=True)["results"]]
    assert kinds == ["fail", "pass", "fail", "informational"]


def test_sarif_knows_undecided_and_excused(tmp_path: Path) -> None:
    undecided, excused = sarif_run(grey_and_blue(tmp_path))["results"]
    assert (undecided["kind"], undecided["level"]) == ("open", "none")
    assert excused["kind"] == "fail"
    assert [one["status"] for one in excused["suppressions"]] == ["accepted"]


def test_sarif_tells_bad_rows(tmp_path: Path) -> None:
    (invocation,) = sarif_run(bad_rows(tmp_path))["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    (told,) = invocation["toolExecutionNotifications"]
    assert told["locations"][0]["physicalLocation"]["region"] == {"startLine": 8}
    assert "2011-09-31" in told["message"]["text"]


def test_sarif_of_harm_is_valid(tmp_path: Path) -> None:
    run = sarif_run(harmful(tmp_path))
    assert len(run["results"]) == len(HARM)
    assert unquote(run["artifacts"][0]["location"]["uri"]) == f"file://{tmp_path}/{FILE}"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b.csv", "a%20b.csv"),
        ("a:b.csv", "a%3Ab.csv"),
        ("book.xlsx#表", "book.xlsx%23%E8%A1%A8"),
        ("/data/x.csv", "file:///data/x.csv"),
        ("C:\\数据\\x.csv", "file:///C:/%E6%95%B0%E6%8D%AE/x.csv"),
    ],
)
def test_paths_as_uris(path: str, uri: str) -> None:
    assert sarif.uri(path) == uri


# --- JUnit ------------------------------------------------------------------------------------------------


def junit(report: Report) -> JUnitXml:
    """The document as another's parser reads it, after the schema has accepted it."""
    data = encoded(report, "junit")
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "junit-10.xsd")))
    schema.assertValid(etree.fromstring(data))
    return JUnitXml.fromstring(data)


def test_junit_fails_what_is_breached(tmp_path: Path) -> None:
    (suite,) = junit(small(tmp_path))
    assert suite.name == f"政府文件印发后3个工作日内公开 ({RULE})"
    assert (suite.tests, suite.failures, suite.skipped, suite.errors) == (4, 2, 0, 0)
    late, met, overdue, pending = suite
    assert late.classname == RULE
    assert late.name.startswith("泸府发〔2011〕5号 市政府办 [")
    assert (late.result[0].type, late.result[0].message) == ("late", "逾期完成 4个工作日")
    assert f"{tmp_path / 'events.csv'}:2" in late.result[0].text
    assert (met.is_passed, pending.is_passed) == (True, True)
    assert overdue.result[0].type == "overdue"


def test_junit_skips_what_is_excused_or_undecided(tmp_path: Path) -> None:
    document = junit(grey_and_blue(tmp_path))
    cases = [case for suite in document for case in suite]
    assert [(case.is_skipped, case.result[0].type) for case in cases] == [(True, "undecided"), (True, "excused")]
    assert sum(suite.skipped for suite in document) == 2


def test_junit_has_bad_rows_as_errors(tmp_path: Path) -> None:
    document = junit(bad_rows(tmp_path))
    assert (document.tests, document.errors) == (5, 1)
    suite = next(iter(document))
    (case,) = suite
    assert case.is_error
    assert "2011-09-31" in case.result[0].message


def test_junit_of_harm_is_valid(tmp_path: Path) -> None:
    (suite,) = [suite for suite in junit(harmful(tmp_path)) if RULE in suite.name]
    names = {case.name.rpartition(" [")[0] for case in suite}
    assert names == {f"{text} {text}" for text in HARM}


# --- GitHub -----------------------------------------------------------------------------------------------


def test_github_annotates_the_rows(tmp_path: Path) -> None:
    late, overdue, soon, closing = encoded(small(tmp_path), "github").decode().splitlines()
    path = str(tmp_path / "events.csv")
    assert late.startswith(f"::error file={path},line=2,title=")
    assert "::逾期完成 4个工作日；泸府发〔2011〕5号 市政府办；" in late
    assert overdue.startswith(f"::error file={path},line=6,title=")
    assert soon.startswith(f"::notice file={path},line=7,title=")
    assert closing == "按时 1 违反 2 待办 1 有正当理由 0 不能断定 0"


def test_github_of_harm_is_one_command_a_finding(tmp_path: Path) -> None:
    report = harmful(tmp_path)
    lines = encoded(report, "github").decode().split("\n")
    shape = re.compile(r"::(error|warning|notice) file=[^,\r]*(,line=\d+)?,title=[^,:\r]*::[^\r]*")
    assert [line for line in lines[:-2] if not shape.fullmatch(line)] == []
    assert len(lines) - 2 == len(HARM) + len(report.problems)
    file = lines[-3].split("file=")[1].split(",line=")[0]
    assert file == f"{tmp_path}/=1+1%2C%250A;a&b'#{{x}}.csv"


def test_nothing_ends_a_command() -> None:
    line = command("error", "a:b,c%\n.csv", 3, "d:e,f\r", "g:h,i%\r\n::error::j")
    assert line == "::error file=a%3Ab%2Cc%25%0A.csv,line=3,title=d%3Ae%2Cf%0D::g:h,i%25%0D%0A::error::j"


# --- iCalendar --------------------------------------------------------------------------------------------


def events(report: Report) -> list[Any]:
    data = encoded(report, "ics")
    assert data.endswith(b"\r\n")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    calendar = Calendar.from_ical(data)
    assert calendar["VERSION"] == "2.0"
    found = calendar.walk("VEVENT")
    assert [event.errors for event in found if event.errors] == []
    return list(found)


def test_ics_has_what_is_pending(tmp_path: Path) -> None:
    (event,) = events(small(tmp_path))
    assert event.decoded("DTSTART") == dt.date(2011, 10, 17)
    assert event.decoded("DTEND") == dt.date(2011, 10, 18)
    # As-of is 2011-10-14 24:00 in Shanghai, less a second.
    assert event.decoded("DTSTAMP") == dt.datetime(2011, 10, 14, 15, 59, 59, tzinfo=dt.UTC)
    assert re.fullmatch("[0-9a-f]{16}@zwgk-check", event["UID"])
    assert event["SUMMARY"].startswith("到期：泸府发〔2011〕8号 市民政局 ")
    assert "到期：2011-10-17" in event["DESCRIPTION"].split("\n")
    alarms = event.walk("VALARM")
    assert [alarm.decoded("TRIGGER") for alarm in alarms] == [dt.timedelta(days=-2, hours=-15), dt.timedelta(hours=9)]


def test_ics_of_harm_is_one_event_a_matter(tmp_path: Path) -> None:
    report = harmful(tmp_path, performed=False, as_of="2011-09-29")
    found = events(report)
    said = {event["SUMMARY"] for event in found}
    plain = {text.replace("\r\n", "\n") for text in HARM}
    assert {text for text in plain if not any(one.startswith(f"到期：{text} {text} ") for one in said)} == set()
    assert len(found) == len(HARM)


def test_ics_with_nothing_due_is_a_calendar_still(tmp_path: Path) -> None:
    assert events(small(tmp_path, as_of="2011-12-31")) == []


def test_lines_are_folded_between_characters() -> None:
    data = folded("SUMMARY:" + "长" * 60)
    lines = data.removesuffix(b"\r\n").split(b"\r\n ")
    assert "".join(line.decode() for line in lines) == "SUMMARY:" + "长" * 60
    assert [len(line) for line in lines] == [74, 72, 42]
    assert folded("a" * 75) == b"a" * 75 + b"\r\n"
    assert folded("a" * 76) == b"a" * 75 + b"\r\n a\r\n"


def test_text_values_are_escaped() -> None:
    assert escaped("a,b;c\\d\r\ne\x07") == "a\\,b\\;c\\\\d\\ne"


# --- Markdown ---------------------------------------------------------------------------------------------


def cells(text: str) -> list[list[str]]:
    """The rows of all tables as text, as another's parser reads them; anything but text in them is refused."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    rows: list[list[str]] = []
    inside = False
    for token in tokens:
        assert token.type != "html_block"
        if token.type == "tr_open":
            rows.append([])
        inside = inside or token.type == "tr_open"
        if token.type == "inline":
            kinds = {child.type for child in token.children or []}
            assert kinds <= {"text", "code_inline", "text_special"}, token.content
            if inside:
                rows[-1].append("".join(child.content for child in token.children or []))
        inside = inside and token.type != "tr_close"
    return rows


def test_markdown_says_what_was_found(tmp_path: Path) -> None:
    text = encoded(small(tmp_path), "markdown").decode()
    assert text.startswith("# 政务公开时限核查报告\n\n- 截至：2011-10-14 23:59:59\n")
    rows = cells(text)
    assert rows[:2] == [
        ["合计", "违反", "将到期", "待办", "按时", "有正当理由", "不能断定"],
        ["4", "2", "1", "1", "1", "0", "0"],
    ]
    assert ["市政府办", "1", "", "", "1", "", ""] in rows
    late = next(row for row in rows if row[1].startswith("泸府发〔2011〕5号"))
    assert late[:2] == ["1", "泸府发〔2011〕5号 市政府办"]
    assert late[3:7] == ["文件印发 2011-09-28", "2011-10-08", "文件公开 2011-10-12", "逾期完成 4个工作日"]
    assert "## 违反（2）" in text
    assert "## 将到期（1）" in text


def test_markdown_of_harm_is_text_only(tmp_path: Path) -> None:
    report = harmful(tmp_path)
    rows = cells(encoded(report, "markdown").decode())
    found = {row[1] for row in rows if len(row) == 8}
    plain = {" ".join(text.split()) for text in HARM}
    assert {text for text in plain if f"{text} {text}" not in {" ".join(one.split()) for one in found}} == set()
    assert len([row for row in rows if len(row) == 8]) == len(HARM) + 1


def test_plain_text_is_no_markup() -> None:
    assert plain("<b>&\n|a*_`#") == "&lt;b&gt;&amp; \\|a\\*\\_\\`\\#"


# --- language ---------------------------------------------------------------------------------------------


def test_labels_go_through_the_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Shouting:
        def gettext(self, message: str) -> str:
            return f"!{message}"

        def ngettext(self, message: str, _plural: str, _number: int) -> str:
            return f"!{message}"

    monkeypatch.setattr("zwgk.i18n._catalogue", lambda _language: Shouting())
    report = small(tmp_path)
    with speaking("en"):
        text = encoded(report, "markdown").decode()
        rows = encoded(report, "csv").decode("utf-8-sig").splitlines()
    assert text.startswith("# !政务公开时限核查报告")
    assert rows[0].startswith("!灯色,!结论,")
    assert "document issued" in rows[1]
