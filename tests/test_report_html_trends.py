"""The trends in the HTML report of the audit: the numbers of past runs, drawn without a script, harmless, for everybody."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from audit_logs import DOCUMENTS
from browser import Browser, find_browser
from html_pages import HARM, Page
from page_hands import DESK, PHONE
from test_audit_nights import configured
from test_report_html_browser import CONTROLS, FAINT

from zwgk import check
from zwgk.audit.history import History, Point
from zwgk.audit.run import run_audit
from zwgk.audit.standing import Standing
from zwgk.model import Moment
from zwgk.reports.html import render
from zwgk.reports.svg_lines import Drawing, Mark, lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OUTPUTS = """[[output]]
path = "{content}.html"
content = "{content}"
"""


def nights(folder: Path, days: Sequence[str], *, content: str = "all", rules: str = "") -> Page:
    """The page after nights over the log in a folder."""
    config = configured(folder, packs=("luzhou-2011",), more=OUTPUTS.format(content=content))
    if rules:
        text = (folder / "zwgk.toml").read_text("utf-8").replace("[rules]", f"[rules]\n{rules}")
        (folder / "zwgk.toml").write_text(text, "utf-8")
        from zwgk.audit.config import load_config

        config = load_config(config.path)
    for day in days:
        run_audit(config, as_of=Moment(dt.date.fromisoformat(day).toordinal()))
    return Page((folder / f"{content}.html").read_bytes())


def table(page: Page, name: str) -> list[list[str]]:
    """The cells of a table of the trends, row by row."""
    found = re.findall(rf'<table class="trend {name}">.*?</table>', page.text, re.DOTALL)
    rows = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for one in found for row in re.findall(r"<tr>(.*?)</tr>", one)
    ]
    return [[re.sub(r"<[^>]*>", "", cell) for cell in row] for row in rows]


# --- numbers ----------------------------------------------------------------------------------------------


def test_the_page_tells_the_runs_so_far(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(DOCUMENTS, "utf-8")
    nights(tmp_path, ["2011-09-22", "2011-09-26"])
    with (tmp_path / "log.csv").open("a", encoding="utf-8") as out:
        out.write("甲,document-published,2011-09-27,甲局\n")
    page = nights(tmp_path, ["2011-09-28"])
    assert "自2011-09-22至2011-09-28核查3次，未了结从0项变为0项，最多时1项。" in page.visible()
    # 丙 took one day. 乙 took four and was late; 甲 was open for a night, and took eight.
    assert table(page, "runs") == [
        ["截至", "未了结", "新增", "了结", "按时率", "公开天数"],
        ["2011-09-22", "0", "0", "0", "100.0%", "1天"],
        ["2011-09-26", "1", "2", "0", "33.3%", "2.5天"],
        ["2011-09-28", "0", "0", "1", "33.3%", "4天"],
    ]
    assert table(page, "agencies") == [
        ["名次", "机关", "走势", "未了结", "新增", "了结", "按时率", "公开天数"],
        ["1", "乙局", "", "0", "0", "0", "0.0%", "4天"],
        ["2", "甲局", "", "0", "0", "1", "0.0%", "8天"],
        ["3", "丙局", "", "0", "0", "0", "100.0%", "1天"],
    ]
    # Six days in all, the second run on the fourth: two thirds of the way. The scale ends at 1.
    (open_line, share_line, days_line, *_sparks) = [one.attributes["points"] for one in page.find("polyline")]
    assert open_line == "0.0,1000.0 666.7,0.0 1000.0,1000.0"
    assert share_line == "0.0,0.0 666.7,666.7 1000.0,666.7"
    # The scale of days ends at 4.
    assert days_line == "0.0,750.0 666.7,375.0 1000.0,0.0"
    assert {"3次核查，未了结从0项到0项，最多1项", "3次核查，未了结从0项到0项，最多0项"} == {
        one.attributes["aria-label"] for one in page.find("svg", class_="spark")
    }


def test_a_first_run_has_figures_but_no_line_yet(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(DOCUMENTS, "utf-8")
    page = nights(tmp_path, ["2011-09-26"], content="open")
    assert "第一次核查，未了结1项；从下一次起画出走势。" in page.visible()
    assert page.find("polyline") == []
    assert len(table(page, "runs")) == 2


def test_a_report_without_history_has_no_trends() -> None:
    report = check([{"case": "甲", "event": "文件印发", "time": "2011-09-28"}], as_of="2011-12-31", rules="luzhou-2011")
    assert "h-trends" not in Page(report).text
    assert b"".join(render(report)) == b"".join(render(report, History((), ())))


def test_many_runs_and_many_agencies_are_folded_away() -> None:
    day = dt.date(2024, 1, 1)
    course = tuple(
        Point(
            run,
            f"{day + dt.timedelta(run)}T23:59:59+08:00",
            Standing("*", 1, 1, run % 37, 9, 1, None if run < 9 else 3),
        )
        for run in range(366)
    )
    ranking = tuple(Standing(f"局{number}", 0, 0, 400 - number, 1, 1, 2.0) for number in range(400))
    courses = {one.agency: tuple(range(366)) for one in ranking}
    report = check([{"case": "甲", "event": "文件印发", "time": "2011-09-28"}], as_of="2011-12-31", rules="luzhou-2011")
    page = Page(b"".join(render(report, History(course, ranking, courses))))
    assert "更早的358次" in page.visible()
    assert "其余390个" in page.visible()
    assert "另有90个未列出" in page.visible()
    assert len(table(page, "agencies")) == 310 + 2
    # What was not known yet leaves a gap at the beginning: the line of the days begins at the tenth run.
    days = page.find("polyline")[2].attributes["points"] or ""
    assert len(days.split()) == 357
    assert len(page.find("circle", class_="dot")) == 3


def test_runs_on_one_day_and_turned_back_stand_one_by_one() -> None:
    marks = [Mark(f"2024-03-0{day}T10:00:00+08:00", float(day), str(day)) for day in (2, 1, 2)]
    drawn = lines(marks, Drawing("open", "题", "述", str))
    assert 'points="0.0,500.0 500.0,750.0 1000.0,500.0"' not in drawn  # the scale ends at 2
    assert 'points="0.0,0.0 500.0,500.0 1000.0,0.0"' in drawn


@pytest.mark.parametrize(
    ("most", "names"), [(0, "01"), (4, "01234"), (9, "0 5 10"), (80, "0 20 40 60 80"), (81, "0 50 100")]
)
def test_scales_end_on_round_numbers(most: int, names: str) -> None:
    marks = [Mark("2024-03-01", 0.0, ""), Mark("2024-03-02", float(most), "")]
    drawn = lines(marks, Drawing("open", "题", "述", lambda value: f"{value:g}"))
    scale = re.findall(r'<text x="34"[^>]*>(\d+)</text>', drawn)
    assert scale == (names.split() if " " in names else list(names))


# --- harmless, and complete for readers who do not see it ---------------------------------------------------


def harmful(folder: Path) -> Page:
    """A page whose agencies mean harm, after two nights."""
    quoted = (harm.replace('"', '""') for harm in HARM)
    rows = (f'{number},document-issued,2011-09-19,"{harm}"\n' for number, harm in enumerate(quoted))
    (folder / "log.csv").write_text("case,event,time,agency\n" + "".join(rows), "utf-8")
    return nights(folder, ["2011-09-22", "2011-09-26"])


def test_names_that_mean_harm_stay_text(tmp_path: Path) -> None:
    page = harmful(tmp_path)
    names = {"".join(one.text) for one in page.find("th", class_="name")}
    assert {harm for harm in HARM if "\u202e" not in harm} <= names
    assert page.find("img") == []
    assert len(page.find("script")) == 2
    assert not [
        one for one in page.elements if any(name.startswith("on") or name == "style" for name in one.attributes)
    ]


def test_drawings_have_titles_descriptions_and_ids_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(DOCUMENTS, "utf-8")
    page = nights(tmp_path, ["2011-09-22", "2011-09-26"])
    ids = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    drawings = [one for one in page.find("svg", role="img") if "aria-labelledby" in one.attributes]
    assert [page.content("title", id=one.attributes["aria-labelledby"] or "") for one in drawings] == [
        "未了结的违反",
        "按时率的变化",
        "公开天数的变化",
    ]
    about = [page.content("desc", id=one.attributes["aria-describedby"] or "") for one in drawings]
    assert about[1] == "折线图：按时办结的占已有结论的比例，最近一次为33.3%。各次的数字见上面的表。"
    assert "http" not in "".join(page.find("svg")[0].text)


# --- parts of the report ----------------------------------------------------------------------------------


@pytest.mark.parametrize("content", ["open", "new"])
def test_a_part_of_the_report_knows_the_rest_days_of_its_calendar(tmp_path: Path, content: str) -> None:
    # As known on 2020-01-20, 2020-01-31 was a working day; the extension (国办发明电〔2020〕1号) made it one of rest.
    (tmp_path / "log.csv").write_text("case,event,time,agency\n甲,document-issued,2020-01-22,办\n", "utf-8")
    page = nights(tmp_path, ["2020-02-04"], content=content, rules="known_on = 2020-01-20")
    assert [one["case"] for one in page.findings()] == ["甲"]
    assert page.day_kind("2020-01-31") == page.day_kind("2020-01-22")
    assert page.day_kind("2020-01-27") != page.day_kind("2020-01-22")


# --- in a browser -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = find_browser()
    if program is None:
        pytest.skip("no Chromium: install it, or name it in ZWGK_CHROMIUM")
    with Browser(program) as opened:
        yield opened


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trends")
    harmful(folder)
    return folder / "all.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_in_a_browser(browser: Browser, path: Path, scheme: str, size: tuple[int, int]) -> None:
    browser.scheme(scheme)
    browser.size(*size, phone=size == PHONE)
    browser.show(path)
    browser.ask("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert browser.log == []
    assert browser.ask("window.harm") is None
    assert browser.ask("document.documentElement.scrollWidth") <= size[0]
    assert browser.ask(FAINT) == []
    assert browser.ask(CONTROLS) == []
    # Every word of a drawing stands within its card.
    assert browser.ask(
        "[...document.querySelectorAll('.plot text')].filter(one => one.getClientRects().length).every(one => {"
        " const [a, b] = [one.getBoundingClientRect(), one.closest('.card').getBoundingClientRect()];"
        " return a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom; })"
    )
    axe = os.environ.get("ZWGK_AXE")
    if axe:
        browser.send("Runtime.evaluate", expression=Path(axe).read_text("utf-8"))
        assert browser.ask("axe.run().then(found => found.violations.map(one => [one.id, one.nodes[0].html]))") == []
