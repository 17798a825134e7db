"""The HTML report in a browser: it opens in silence, finds what is asked of it, and can be used by everybody."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import Browser, find_browser
from page_hands import DESK, PHONE, choose, column, search, status

from zwgk import check
from zwgk.reports.html import render

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parents[1] / "examples"
PROGRAM = find_browser()

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium: install it, or name it in ZWGK_CHROMIUM")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser(PROGRAM or "") as opened:
        yield opened


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_bytes(b"".join(render(check(EXAMPLES / "events.csv", as_of="2026-11-20"))))
    return path


@pytest.fixture
def page(browser: Browser, example: Path) -> Browser:
    """The example, opened anew."""
    browser.size(*DESK)
    browser.scheme("light")
    browser.show(example)
    return browser


def open_first(page: Browser) -> str:
    """Open the first finding of the table and give its panel's text."""
    page.ask("document.querySelector('.toggle').click()")
    return page.ask("document.querySelector('tr.detail').innerText")


# --- opening ----------------------------------------------------------------------------------------------


def test_it_opens_in_silence_and_asks_nobody_for_anything(page: Browser, example: Path) -> None:
    assert page.log == []
    # The browser draws the arrow of a date field from a picture of its own.
    assert {url for url in page.requests if not url.startswith("data:image/svg+xml")} == {example.resolve().as_uri()}


def test_the_headline_is_a_filter(page: Browser) -> None:
    assert status(page) == "共317项"
    page.ask("document.querySelector('.tile.undecided button').click()")
    assert status(page) == "符合条件14项（共317项）"
    assert set(column(page, "state")) == {"不能断定"}
    assert page.ask("document.querySelector('.tile.undecided button').getAttribute('aria-pressed')") == "true"
    page.ask("document.querySelector('.tile.undecided button').click()")
    assert status(page) == "共317项"


def test_breaches_come_first(page: Browser) -> None:
    order = column(page, "state")
    assert len(order) == 50
    assert order[48:] == ["不能断定", "不能断定"]
    assert "按时" not in order


# --- search, filters, order -------------------------------------------------------------------------------


def test_a_case_is_found(page: Browser) -> None:
    search(page, "2018〕77号")
    assert column(page, "case") == ["筑自规依〔2018〕77号"]
    assert column(page, "due") == ["2018-10-31"]


def test_every_word_must_be_found_and_width_and_case_do_not_matter(page: Browser) -> None:
    search(page, "ＯＧＩ-regulation-2019/REPLY ２０２１〕６号")
    assert column(page, "case") == ["筑自规依〔2021〕6号"]
    search(page, "筑自规依 天水市")
    assert status(page) == "没有符合条件的结果。请放宽或清除筛选。"
    page.ask("document.getElementById('reset').click()")
    assert status(page) == "共317项"


def test_filters_hold_together(page: Browser) -> None:
    choose(page, "f-verdict", "违反")
    choose(page, "f-agency", "贵阳市自然资源和规划局")
    assert status(page) == "符合条件5项（共317项）"
    assert set(column(page, "agency")) == {"贵阳市自然资源和规划局"}
    choose(page, "f-rule", "自收到申请之日起15个工作日内答复")
    assert column(page, "case") == ["筑自规依〔2018〕77号"]
    assert "机关：贵阳市自然资源和规划局" in page.ask("document.getElementById('conditions').textContent")


def test_a_period_of_time_holds_both_its_ends(page: Browser) -> None:
    def between(first: str, last: str) -> None:
        page.ask(
            f"for (const [id, day] of [['f-from', '{first}'], ['f-to', '{last}']]) {{"
            " const field = document.getElementById(id); field.value = day; field.dispatchEvent(new Event('change')); }"
        )

    search(page, "筑自规依〔2018〕77号")
    between("2018-10-31", "2018-10-31")
    assert len(column(page, "case")) == 1
    between("2018-11-01", "2018-12-31")
    assert column(page, "case") == []
    choose(page, "f-basis", "办结日")
    assert len(column(page, "case")) == 1
    between("2018-11-03", "2018-12-31")
    assert column(page, "case") == []
    choose(page, "f-basis", "触发日")
    between("", "2018-09-17")
    assert len(column(page, "case")) == 1


def test_columns_sort_both_ways_and_say_so(page: Browser) -> None:
    heads = "[...document.querySelectorAll('#heads th')].map(head => head.getAttribute('aria-sort'))"
    assert page.ask(heads) == ["ascending", "none", "none", "none", "none", "none"]
    choose(page, "f-agency", "贵阳市自然资源和规划局")
    page.ask("document.querySelector('[data-sort=performed]').click()")
    assert page.ask(heads)[5] == "ascending"
    rising = column(page, "performed")
    done = [time for time in rising if time]
    assert done == sorted(done)
    assert rising == done + [""] * (len(rising) - len(done))
    page.ask("document.querySelector('[data-sort=performed]').click()")
    assert page.ask(heads)[5] == "descending"
    assert column(page, "performed") == done[::-1] + [""] * (len(rising) - len(done))


def test_pages_turn(page: Browser) -> None:
    first = column(page, "case")
    page.ask("document.getElementById('p-next').click()")
    assert page.ask("document.getElementById('p-where').textContent") == "第2页，共7页"
    assert column(page, "case") != first
    page.ask("document.getElementById('p-last').click()")
    assert len(column(page, "case")) == 317 - 6 * 50
    assert page.ask("document.getElementById('p-next').disabled")
    choose(page, "p-size", "200")
    assert page.ask("document.getElementById('p-where').textContent") == "第2页，共2页"


def test_the_distribution_leads_into_the_table(page: Browser) -> None:
    page.ask("document.querySelector('[data-agency=\"天水市麦积区建设局\"]').click()")
    assert status(page) == "符合条件4项（共317项）"
    page.ask("document.querySelector('[data-rule=\"luzhou-2011/document-publication\"]').click()")
    assert status(page) == "符合条件2项（共317项）"
    page.ask("document.querySelector('[data-agency=\"\"]').click()")
    assert set(column(page, "agency")) == {""}
    shown = page.ask("document.querySelector('[data-month=\"2016-12\"]').textContent")
    page.ask("document.querySelector('[data-month=\"2016-12\"]').click()")
    assert status(page) == f"符合条件{shown}项（共317项）"
    bars = page.ask("document.querySelectorAll('#chart .bin .target').length")
    assert bars > 5
    page.ask("document.querySelector('#chart .bin .target').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    assert set(column(page, "state")) <= {"逾期完成", "逾期未办", "期间过短"}


# --- one finding ------------------------------------------------------------------------------------------


def test_the_panel_tells_reasons_source_and_course(page: Browser) -> None:
    search(page, "2018〕77号")
    text = open_first(page)
    for part in (
        "收到申请 2018-09-17",
        "答复 2018-11-02",
        "2个工作日",
        "征求第三方意见：2018-09-19（第286行）至收到第三方意见：2018-10-12（第287行），不计入期限（第二十四条第三款）",
        "中华人民共和国政府信息公开条例（国务院令第492号） 第二十四条",
        "“应当自收到申请之日起15个工作日内予以答复”",
    ):
        assert part in text
    assert page.ask("document.querySelector('.toggle').getAttribute('aria-expanded')") == "true"
    page.ask("document.querySelector('.toggle').click()")
    assert page.ask("document.querySelector('tr.detail')") is None


def days_said(page: Browser) -> dict[str, str]:
    """Each day of the first picture as a screen reader says it."""
    found = page.ask(
        "[...document.querySelectorAll('.picture table')].flatMap(sheet => [...sheet.querySelectorAll('td:not(.blank)')]"
        ".map(day => [sheet.caption.textContent + day.querySelector('.date').textContent, day.title.split(' ')[1]]))"
    )
    return dict(found)


def test_the_calendar_counts_as_the_law_does(page: Browser) -> None:
    search(page, "2018〕77号")
    open_first(page)
    said = days_said(page)
    assert page.ask("document.querySelector('.picture').dataset.walk") == "sums"
    # 2018: Mid-Autumn 24 September, National Day 1 to 7 October; consulted 19 September, answered 12 October.
    assert said["2018年9月17"] == "周一，触发"
    assert said["2018年9月18"] == "周二，第1日"
    assert said["2018年9月19"] == "周三，第2日"
    assert said["2018年9月20"] == "周四，不计入期限（第二十四条第三款）"
    assert said["2018年10月1"] == "周一，国庆节放假，不计入期限（第二十四条第三款）"
    assert said["2018年10月12"] == "周五，不计入期限（第二十四条第三款）"
    assert said["2018年10月13"] == "周六"
    assert said["2018年10月15"] == "周一，第3日"
    assert said["2018年10月31"] == "周三，第15日，到期"
    assert said["2018年11月1"] == "周四，逾期"
    assert said["2018年11月2"] == "周五，逾期，办结"


def test_natural_days_count_holidays_and_roll_off_them(page: Browser) -> None:
    search(page, "2024年市级预算")
    open_first(page)
    said = days_said(page)
    # 20 days from 24 January 2024 end on 13 February, in the Spring Festival (10 to 17); 18 February (Sunday) is worked.
    assert said["2024年2月12"] == "周一，春节放假，第19日"
    assert said["2024年2月13"] == "周二，春节放假，第20日"
    assert said["2024年2月14"] == "周三，春节放假，期满日为休息日，顺延"
    assert said["2024年2月18"] == "周日，春节补班，期满日为休息日，顺延，到期"


def test_every_settled_count_adds_up(page: Browser) -> None:
    choose(page, "p-size", "200")
    for _ in range(2):
        page.ask("document.querySelectorAll('.toggle[aria-expanded=false]').forEach(one => one.click())")
        open_walks = page.ask(
            "[...document.querySelectorAll('tr.detail')].filter(row => row.querySelector('[data-walk=open]'))"
            ".map(row => row.previousElementSibling.querySelector('.c-due').innerText)"
        )
        # A count that is not settled has two due dates, or one that waits; every other must add up.
        assert all("～" in due or due == "待定" for due in open_walks)
        assert page.ask("document.querySelectorAll('[data-walk=sums]').length") > 20
        page.ask("document.getElementById('p-next').click()")
    assert page.log == []


def test_a_finding_has_an_address(page: Browser, example: Path) -> None:
    search(page, "2018〕77号")
    open_first(page)
    address = page.ask("document.querySelector('.fingerprint a').hash")
    page.send("Page.navigate", url="about:blank")
    page.show(example.resolve().as_uri() + address)
    assert page.ask("document.activeElement.textContent") == "筑自规依〔2018〕77号"
    assert "2个工作日" in page.ask("document.querySelector('tr.detail').innerText")


# --- for everybody ----------------------------------------------------------------------------------------


def test_the_keyboard_suffices(page: Browser, example: Path) -> None:
    page.ask("document.querySelector('.toggle').focus()")
    page.key("Enter", 13, "\r")
    assert page.ask("document.querySelectorAll('tr.detail').length") == 1
    page.key("Tab", 9)
    assert page.ask("document.activeElement.closest('tr.detail') !== null")
    page.show(example)
    page.key("Tab", 9)
    assert page.ask("document.activeElement.className") == "skip"
    page.key("Enter", 13, "\r")
    assert page.ask("location.hash") == "#findings"


CONTROLS = """[...document.querySelectorAll('button, select, input, a, summary')].filter(one => one.offsetParent)
.filter(one => !(one.getAttribute('aria-label') || one.labels?.length || one.textContent.trim()))
.map(one => one.outerHTML)"""

FAINT = """(() => {
const channels = text => (text.match(/[0-9.]+/g) || []).map(Number);
const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, k) => sum + v * [.2126, .7152, .0722][k], 0);
const ground = one => { for (; one; one = one.parentElement) {
  const found = channels(getComputedStyle(one).backgroundColor); if (found.length === 3 || found[3] === 1) return found; } };
const faint = [];
for (const one of document.querySelectorAll('body *')) {
  if (![...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
  if (!one.getClientRects().length || one.closest('.hidden, script, style, noscript, option, :disabled')) continue;
  const style = getComputedStyle(one);
  const back = ground(one.closest('svg') ? one.closest('.card') : one);
  const [a, b] = [luminance(channels(one.closest('svg') ? style.fill : style.color)), luminance(back)];
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) faint.push([one.textContent.slice(0, 20), one.className.baseVal ?? one.className, ratio]);
}
return faint; })()"""


def opened_wide(page: Browser) -> None:
    """Show everything that can be shown: panels of all kinds, details, all filters."""
    for text in ("2018〕77号", "2026〕78号", "county-directory", "2024年市级预算"):
        search(page, text)
        page.ask("document.querySelectorAll('.toggle[aria-expanded=false]').forEach(one => one.click())")
    page.ask("document.getElementById('reset').click()")
    page.ask("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.ask("document.getElementById('more').click()")
    for number in (0, 20, 48):
        page.ask(f"document.querySelectorAll('.toggle')[{number}].click()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_words_stand_out_and_everything_has_a_name(page: Browser, scheme: str, size: tuple[int, int]) -> None:
    page.scheme(scheme)
    page.size(*size, phone=size == PHONE)
    opened_wide(page)
    assert page.ask(FAINT) == []
    assert page.ask(CONTROLS) == []
    assert page.ask("document.querySelectorAll('main, header').length") == 2
    assert page.ask("[...document.querySelectorAll('table')].every(one => one.querySelector('th[scope]'))")
    levels = page.ask("[...document.querySelectorAll('h1, h2, h3, h4')].map(one => Number(one.tagName[1]))")
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_axe_finds_nothing_serious(page: Browser, scheme: str, size: tuple[int, int]) -> None:
    axe = os.environ.get("ZWGK_AXE")
    if not axe:
        pytest.skip("name the file axe.min.js of the npm package axe-core in ZWGK_AXE")
    page.scheme(scheme)
    page.size(*size, phone=size == PHONE)
    opened_wide(page)
    page.send("Runtime.evaluate", expression=Path(axe).read_text("utf-8"))
    assert page.ask("axe.run().then(found => found.violations.map(one => [one.id, one.nodes[0].html]))") == []


def test_it_fits_a_phone(page: Browser) -> None:
    page.size(*PHONE, phone=True)
    opened_wide(page)
    assert page.ask("document.documentElement.scrollWidth") == PHONE[0]
    assert page.ask("getComputedStyle(document.querySelector('#rows > tr')).display") == "block"
    assert page.ask("document.getElementById('sort-choice').offsetParent !== null")


def test_the_theme_can_be_chosen(page: Browser) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.ask(ground)
    page.scheme("dark")
    dark = page.ask(ground)
    assert light != dark
    choose(page, "theme", "浅色")
    assert page.ask(ground) == light
    page.scheme("light")
    choose(page, "theme", "深色")
    assert page.ask(ground) == dark
    choose(page, "theme", "跟随系统")
    assert page.ask(ground) == light


def test_print_lists_what_is_filtered(page: Browser) -> None:
    choose(page, "f-verdict", "按时")
    page.ask(
        "addEventListener('afterprint', () => { }); addEventListener('beforeprint', () => { window.printed ="
        " [document.querySelectorAll('#rows > tr').length, document.getElementById('conditions').textContent]; })"
    )
    assert page.pdf().startswith(b"%PDF")
    assert page.ask("window.printed") == [244, "筛选条件：结论：按时（244）"]
    assert len(column(page, "case")) == 50
