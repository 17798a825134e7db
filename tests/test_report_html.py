"""The HTML report as a file: complete, the same every time, and harmless whatever stands in the log."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from html_pages import HARM, Page, harmful
from hypothesis import given, settings
from hypothesis import strategies as st

from zwgk import check
from zwgk.cli import main
from zwgk.reports import html
from zwgk.reports.html_columns import Columns

if TYPE_CHECKING:
    from zwgk.report import Report

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module")
def example() -> Report:
    return check(EXAMPLES / "events.csv", as_of="2026-11-20")


@pytest.fixture(scope="module")
def page(example: Report) -> Page:
    return Page(example)


def event(case: str, name: str, time: str, **cells: str) -> dict[str, str]:
    return {"case": case, "event": name, "time": time, "agency": "市政府办", **cells}


def judged(*events: dict[str, str], as_of: str, **options: Any) -> Page:
    return Page(check(list(events), as_of=as_of, **options))


# --- complete ---------------------------------------------------------------------------------------------


def test_the_page_carries_every_finding_whole(example: Report, page: Page) -> None:
    assert page.findings() == list(example.records())


def test_the_headline_counts_are_those_of_the_report(example: Report, page: Page) -> None:
    numbers = ["".join(one.text) for one in page.find("span", class_="tile-number")]
    assert numbers == [str(example.summary[name]) for name in ("breached", "undecided", "pending", "excused", "met")]


def test_the_same_report_gives_the_same_bytes(example: Report, page: Page) -> None:
    again = check(EXAMPLES / "events.csv", as_of="2026-11-20")
    assert b"".join(html.render(again)) == page.raw
    assert b"".join(html.render(example)) == page.raw


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.text(max_size=30),
                st.from_regex(r"\A[0-9年月日/. \-]{0,24}\Z"),
                st.dates().map(lambda day: f"到期{day}（第{day.day}行）"),
            ),
            max_size=4,
        ),
        max_size=5,
    )
)
def test_any_sentence_is_put_together_again_as_it_was(becauses: list[list[str]]) -> None:
    columns = Columns(frozenset())
    for because in becauses:
        columns.add(_record(because))
    page = Page.__new__(Page)
    page.data = html_data(columns)
    assert [finding["because"] for finding in page.findings()] == becauses


def _record(because: list[str]) -> dict[str, Any]:
    empty = ("case", "agency", "region", "period", "member", "breach", "trigger", "due", "performed", "late_by")
    source = {"instrument": "甲", "number": "", "clause": "", "phrase": ""}
    fixed = {"rule": "甲/一", "title": "一", "severity": "error", "verdict": "met", "remaining": None}
    return {**dict.fromkeys(empty), **fixed, "because": because, "source": source, "fingerprint": "0"}


def html_data(columns: Columns) -> dict[str, Any]:
    import json

    data: dict[str, Any] = json.loads("{" + ",".join(columns.members(str)) + "}")
    data["rules"] = [{"id": one, **told} for one, told in columns.rules.items()]
    return data


# --- the proof of a due date ------------------------------------------------------------------------------


def test_days_are_what_the_notices_say(page: Page) -> None:
    # 国办发明电〔2023〕7号: 2024 National Day 1 to 7 October, 29 September and 12 October worked.
    for day in range(1, 8):
        assert page.day_kind(f"2024-10-{day:02d}") == "h"
    assert page.day_name("2024-10-07") == ("国庆节", "国办发明电〔2023〕7号")
    assert [page.day_kind(day) for day in ("2024-09-29", "2024-10-12")] == ["m", "m"]
    assert [page.day_kind(day) for day in ("2024-09-28", "2024-10-08", "2024-10-13")] == ["-", ".", "-"]
    assert page.day_name("2024-10-08") is None


def test_a_stop_is_told_with_the_days_it_takes_out(page: Page) -> None:
    # Consulted on 19 September: that day counts; answered on 12 October: that day does not. 15 working days remain the limit.
    stop = ("2018-09-20", "2018-10-12", "第二十四条第三款")
    expected = {"start": "2018-09-17", "n": 15, "stops": [stop]}
    assert page.walk_of("筑自规依〔2018〕77号", "ogi-regulation-2007/reply") == expected


def test_a_corrected_request_is_counted_from_the_correction(page: Page) -> None:
    expected = {"start": "2021-03-22", "n": 20, "stops": []}
    assert page.walk_of("筑自规依〔2021〕6号", "ogi-regulation-2019/reply") == expected


def test_an_extension_makes_the_count_longer(page: Page) -> None:
    expected = {"start": "2022-04-06", "n": 40, "stops": []}
    assert page.walk_of("筑自规依〔2022〕11号", "ogi-regulation-2019/reply") == expected


def test_a_plain_count_needs_nothing_more(page: Page) -> None:
    assert page.walk_of("筑自规依〔2020〕18号", "ogi-regulation-2019/reply") is None


def test_the_calendar_is_the_one_that_was_counted_with() -> None:
    # Known on 1 October 2023, before the notice for 2024: nothing is known of its National Day.
    events = [event("甲1号", "document-issued", "2023-09-27")]
    page = judged(*events, as_of="2024-10-10", rules=["luzhou-2011"], known_on="2023-10-01")
    assert page.day_kind("2023-10-03") == "h"
    table = page.data["calendars"][0]
    assert table["first"] + len(table["kinds"]) <= (dt.date(2024, 1, 1) - dt.date(1970, 1, 1)).days


def test_another_calendar_is_not_passed_off_as_the_one_counted_with(example: Report) -> None:
    from dataclasses import replace

    from zwgk.report import Report

    head = replace(example.head, calendar={**example.head.calendar, "digest": "sha256:other"})
    page = Page(Report(head, example._found, example.rules))
    assert page.data["calendars"] == []
    assert page.data["sparse"]["walk"] == {}


# --- besides ----------------------------------------------------------------------------------------------


def test_breaches_are_counted_by_the_month_of_their_due_date() -> None:
    # 3 working days from 28 September 2011: 29, 30 September, then 8 October (worked).
    page = judged(
        event("甲1号", "document-issued", "2011-09-28"),
        event("甲1号", "document-published", "2011-10-12"),
        event("甲2号", "document-issued", "2011-09-28"),
        event("甲3号", "document-issued", "2011-12-05"),
        as_of="2011-12-31",
        rules=["luzhou-2011/document-publication"],
    )
    assert page.data["months"] == [[2011, 10, "late", 1], [2011, 10, "overdue", 1], [2011, 12, "overdue", 1]]
    assert "".join(page.find("button", data_month="2011-10")[0].text) == "2"
    assert "".join(page.find("button", data_month="2011-12")[0].text) == "1"
    assert page.content("p", class_="lead") == "共核查3项，违反3项（占100.0%），其中2项至今未办。"


def test_what_could_not_be_read_or_used_is_shown() -> None:
    page = judged(
        event("甲1号", "document-issued", "2011-09-31"),
        event("甲2号", "文件公布", "2011-09-30"),
        as_of="2011-12-31",
        rules=["luzhou-2011/document-publication"],
    )
    seen = page.visible()
    assert "有1处读不懂" in seen
    assert "2011-09-31" in seen
    assert "文件公布" in seen
    assert "文件公开" in seen  # the nearest name that the rule uses
    assert "没有可核查的事项" in seen
    assert "政府文件印发后3个工作日内公开" in seen  # the idle rule


def test_the_run_can_be_told_from_its_digests(example: Report, page: Page) -> None:
    seen = page.visible()
    for digest in (example.head.rules_digest, example.head.calendar["digest"], example.head.inputs[0].digest):
        assert digest in seen


def test_past_its_size_a_page_leaves_out_whole_verdicts_and_says_so(
    example: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, "MOST_ROWS", 70)
    page = Page(example)
    kept = example.summary["breached"] + example.summary["undecided"] + example.summary["pending"]
    assert kept <= 70 < sum(example.summary.values())
    assert {finding["verdict"] for finding in page.findings()} >= {"breached", "undecided", "pending"}
    assert "met" not in {finding["verdict"] for finding in page.findings()}
    assert "未收：有正当理由，按时" in page.visible()
    monkeypatch.setattr(html, "MOST_ROWS", 10)
    page = Page(example)
    assert page.data["size"] == 10
    assert sum(number for *_, number in page.data["months"]) == example.summary["breached"]
    assert "下表只收10项（共317项）" in page.visible()


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    out = tmp_path / "报告.html"
    arguments = [str(EXAMPLES / "events.csv"), "--as-of", "2026-11-20", "-o", str(out), "-q"]
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 1
    assert out.read_bytes().startswith(b"<!DOCTYPE html>")


# --- harmless ---------------------------------------------------------------------------------------------


def test_text_from_a_log_is_never_markup() -> None:
    packs = ["luzhou-2011", "jingmen-2022", "fuzhou-gulou-2020"]
    rows = [{**row, "region": ""} for row in harmful()]
    report = check(rows, as_of="2023-01-31", rules=packs)
    page = Page(report)
    assert len(page.findings()) > 3 * len(HARM)
    assert page.findings() == list(report.records())
    assert [one.attributes.get("type") for one in page.find("script")] == ["application/json", None]
    assert not page.find("img")
    assert all(not one.attributes.get("onload") for one in page.find("svg"))
    allowed = {
        "type",
        "id",
        "class",
        "lang",
        "charset",
        "content",
        "name",
        "http-equiv",
        "href",
        "role",
        "scope",
        "for",
    }
    allowed |= {"title", "placeholder", "autocomplete", "spellcheck", "min", "max", "value", "selected", "tabindex"}
    allowed |= {"width", "height", "focusable"}
    for element in page.elements:
        for name, value in element.attributes.items():
            assert name in allowed or name.startswith(("aria-", "data-")), (element.tag, name)
            assert name != "href" or value == "#findings"
    assert page.text.count("<script") == 2
    for harm in HARM:
        assert harm in page.data["dictionaries"]["agency"]


def test_a_policy_lets_only_the_pages_own_script_and_style_run(page: Page) -> None:
    (policy,) = page.find("meta", http_equiv="Content-Security-Policy")
    rules = dict(part.strip().split(" ", 1) for part in (policy.attributes["content"] or "").split(";"))
    digests = {tag: hashlib.sha256(_between(page.text, tag).encode()).digest() for tag in ("script", "style")}
    assert rules == {
        "default-src": "'none'",
        "script-src": f"'sha256-{base64.b64encode(digests['script']).decode()}'",
        "style-src": f"'sha256-{base64.b64encode(digests['style']).decode()}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def _between(text: str, tag: str) -> str:
    (found,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    return found


def test_the_page_asks_the_network_for_nothing(page: Page) -> None:
    outside = _between(page.text, "script") + _between(page.text, "style")
    assert set(re.findall(r"https?://[^\"'\s)]+", outside)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in outside
    assert "url(" not in outside
    for name in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch("):
        assert name not in outside


def test_a_name_that_is_no_unicode_is_told_with_a_mark(example: Report) -> None:
    from dataclasses import replace

    from zwgk.report import Report

    files = tuple(file._replace(path="日志\udcff.csv") for file in example.head.inputs)
    page = Page(Report(replace(example.head, inputs=files), example._found, example.rules))
    assert "日志?.csv" in page.visible()
