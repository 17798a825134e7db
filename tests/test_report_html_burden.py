"""The HTML report under burden, in a browser: harm in every field of a log, and fifty thousand findings."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import Browser, find_browser
from html_pages import HARM, harmful
from page_hands import DESK, choose, column, search, status

from zwgk import check
from zwgk.report import Report
from zwgk.reports.html import render

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

EXAMPLES = Path(__file__).parents[1] / "examples"
PROGRAM = find_browser()
MANY = 50_000
SLACK = float(os.environ.get("ZWGK_TEST_SLACK", "3"))
"""How much slower than a quiet machine the tests may run."""

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium: install it, or name it in ZWGK_CHROMIUM")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser(PROGRAM or "") as opened:
        opened.size(*DESK)
        yield opened


def test_no_text_of_a_log_runs(browser: Browser, tmp_path: Path) -> None:
    rows = [{**row, "region": ""} for row in harmful()]
    path = tmp_path / "<img src=x onerror=harm=1>'&quot;.html"
    report = check(rows, as_of="2023-01-31", rules=["luzhou-2011", "jingmen-2022", "fuzhou-gulou-2020"])
    path.write_bytes(b"".join(render(report)))
    browser.show(path)
    choose(browser, "p-size", "200")
    browser.ask("document.querySelectorAll('.toggle').forEach(one => one.click())")
    for harm in HARM:
        search(browser, harm)
        assert "项" in status(browser)
        assert len(column(browser, "case")) > 0
    browser.ask("document.getElementById('reset').click()")
    for kind in ("agency", "rule", "month", "verdict"):
        browser.ask(f"document.querySelectorAll('[data-{kind}]').forEach(one => one.click())")
    browser.ask("location.hash = '#finding-\"><img src=x onerror=harm=1>'")
    assert browser.ask("typeof window.harm") == "undefined"
    assert browser.ask("document.querySelectorAll('img, iframe, object, embed, form[action]').length") == 0
    assert browser.ask("document.querySelectorAll('script').length") == 2
    assert browser.log == []


class Many:
    """Fifty thousand findings, made without being judged."""

    def __init__(self, like: dict[str, Any]) -> None:
        self.like = like
        verdicts = Counter("breached" if number % 5 == 0 else "met" for number in range(MANY))
        self.counts = {(like["rule"], "", verdict): number for verdict, number in verdicts.items()}

    def chunks(self, verdicts: Collection[str] | None = None) -> Iterator[bytes]:
        for number in range(MANY):
            late = number % 5 == 0
            record = {
                **self.like,
                "case": f"某府发〔{2015 + number % 11}〕{number}号",
                "agency": f"第{number % 300}局",
                "verdict": "breached" if late else "met",
                "breach": "late" if late else None,
                "late_by": {"count": number % 9 + 1, "unit": "workdays"} if late else None,
                "trigger": {**self.like["trigger"], "row": number * 2 + 2},
                "performed": {**self.like["performed"], "row": number * 2 + 3},
                "because": [sentence.replace("第", f"第{number}") for sentence in self.like["because"]],
                "fingerprint": f"{number:016x}",
            }
            if verdicts is None or record["verdict"] in verdicts:
                yield (json.dumps(record, ensure_ascii=False) + "\n").encode()

    def soon(self) -> frozenset[str]:
        return frozenset()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    small = check(EXAMPLES / "events.csv", as_of="2026-11-20", rules=["luzhou-2011"])
    like = next(one for one in small.records({"breached"}) if one["breach"] == "late" and one["trigger"])
    path = tmp_path_factory.mktemp("large") / "large.html"
    with path.open("wb") as file:
        file.writelines(render(Report(small.head, Many(like), small.rules)))
    return path


def test_fifty_thousand_findings_stay_small_and_quick(browser: Browser, large: Path) -> None:
    assert large.stat().st_size < 20e6
    assert browser.show(large) < 3 * SLACK
    assert status(browser) == "共50,000项"
    timed = "(() => { const began = performance.now(); %s; document.body.offsetHeight; return performance.now() - began; })()"
    for action in (
        "document.querySelector('[data-sort=due]').click()",
        "document.querySelector('[data-sort=case]').click()",
        "document.getElementById('p-last').click()",
        "document.querySelector('.toggle').click()",
        "document.querySelector('.tile.breached button').click()",
    ):
        assert browser.ask(timed % action) < 500 * SLACK, action
    assert status(browser) == "符合条件10,000项（共50,000项）"
    search(browser, "〕49995号")
    browser.wait("document.querySelectorAll('#rows > tr').length === 1")
    assert browser.log == []
