"""Holiday files: the shipped ones agree with the quick table and with each other; wrong ones are refused with file and line."""

from __future__ import annotations

import datetime as dt
import importlib.util
import subprocess
import sys
from hashlib import sha256
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from zwgk import calendar as calendar_module
from zwgk import holidays, layers
from zwgk.calendar import Calendar
from zwgk.errors import HolidayError

if TYPE_CHECKING:
    from pathlib import Path

NEXT_YEAR = """
    year: 2027
    statements:
      - title: 国务院办公厅关于2027年部分节假日安排的通知
        number: 国办发明电〔2026〕9号
        issued: 2026-11-20
        issued_basis: 测试用的假想通知
        festivals:
          - name: 元旦
            rest: [2026-12-30/2027-01-01]
            work: [2027-01-02, 2027-01-03]
          - name: 春节
            rest: [2027-02-05/2027-02-12]
            work: [2027-01-31, 2027-02-20]
"""


def day(text: str) -> int:
    return dt.date.fromisoformat(text).toordinal()


def written(folder: Path, text: str, name: str = "own.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")
    return path


# --- the shipped files --------------------------------------------------------------------------------------


def test_quick_table_is_what_the_notices_say() -> None:
    """When a notice is added: put the digest that this prints, the year and the corrections into holidays/_calendar.yaml."""
    notices = layers.in_order(holidays.load(layers.national_files(), region=""))
    rulings = layers.rulings(notices)
    settings = layers.settings()
    first, year = settings.first, max(notice.year for notice in notices)
    horizon = dt.date(year, *settings.settled_to).toordinal()
    table = bytearray((dt.date.fromordinal(d).weekday() >= 5) for d in range(first, horizon + 1))
    for ruled, ruling in rulings.items():
        if first <= ruled <= horizon:
            table[ruled - first] = not ruling.working

    assert year == settings.quick_last_year
    assert sha256(table).hexdigest() == settings.digest
    assert bytes(table) == Calendar().is_rest


def test_quick_table_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise AssertionError

    monkeypatch.setattr(layers, "national_files", refuse)

    assert Calendar().due_day(day("2024-09-27"), 20) == day("2024-10-30")


def test_wrong_quick_table_yields_to_the_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if another release of chinese_calendar were wrong on a day."""
    right = Calendar()
    quick = calendar_module._quick_table

    def wrong(end: int) -> bytearray:
        table = quick(end)
        table[5000] ^= 1
        return table

    monkeypatch.setattr(calendar_module, "_quick_table", wrong)
    other = Calendar()

    assert other.digest == right.digest
    assert other.day(dt.date(2020, 2, 1)) == right.day(dt.date(2020, 2, 1))


def test_chinese_calendar_is_wrong_on_one_day_only() -> None:
    assert layers.settings().corrections == (day("2005-12-31"),)


def test_shipped_notices_are_consistent() -> None:
    notices = layers.in_order(holidays.load([layers.shipped()]))

    layers.require_consistent(notices)

    assert len([n for n in notices if not n.region]) == 26
    assert {n.year for n in notices if not n.region} == set(range(2004, 2027))
    assert all(n.issued and n.number for n in notices if not n.region)
    assert {(n.region, n.year) for n in notices if n.region and n.confidence == "settled" and n.scope == "all"} == {
        ("540100", 2023), ("540100", 2025), ("513400", 2011), ("513400", 2018), ("450000", 2024),
    }  # fmt: skip


@pytest.mark.skipif(importlib.util.find_spec("yamllint") is None, reason="yamllint is not installed")
def test_shipped_files_are_lint_free() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "yamllint", "-s", str(layers.shipped())], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "")


# --- a user's own files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_folder", [False, True])
def test_new_year_is_loaded_from_a_file(tmp_path: Path, *, as_folder: bool) -> None:
    path = written(tmp_path, NEXT_YEAR)
    calendar = Calendar(holidays=[tmp_path if as_folder else path])

    assert calendar.horizon == dt.date(2027, 12, 28)
    assert calendar.due(dt.date(2026, 12, 20), 20, "workdays").at == dt.date(2027, 1, 18)
    assert calendar.day(dt.date(2026, 12, 31)).notice == "国办发明电〔2026〕9号"
    assert not calendar.is_workday(dt.date(2026, 12, 31))
    assert calendar.due_day(day("2024-09-27"), 20) == day("2024-10-30")
    assert Calendar(holidays=str(path)).digest == calendar.digest != Calendar().digest


def test_own_notice_is_unknown_before_it_is_issued(tmp_path: Path) -> None:
    path = written(tmp_path, NEXT_YEAR)

    assert Calendar(holidays=[path], known_on=dt.date(2026, 11, 19)).horizon == dt.date(2026, 12, 28)
    assert Calendar(holidays=[path], known_on=dt.date(2026, 11, 20)).horizon == dt.date(2027, 12, 28)


def test_own_regional_notice_applies_in_its_region_only(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        year: 2024
        region: "510500"
        statements:
          - title: 某市关于节日放假的通知
            issued: 2024-03-01
            issued_basis: 测试用的假想通知
            festivals:
              - {name: 某节, rest: [2024-03-18], work: [2024-03-23]}
        """,
    )

    assert Calendar(holidays=[path]).is_workday(dt.date(2024, 3, 18))
    assert Calendar("510504", holidays=[path]).id == "CN-510500"
    assert not Calendar("510504", holidays=[path]).is_workday(dt.date(2024, 3, 18))
    assert Calendar("510504", holidays=[path]).is_workday(dt.date(2024, 3, 23))


def test_amendment_takes_back_a_holiday(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        year: 2026
        statements:
          - title: 调整通知
            issued: 2026-04-20
            issued_basis: 测试用的假想通知
            festivals:
              - {name: 劳动节, work: [2026-05-04]}
        """,
    )
    day_off = Calendar(holidays=[path]).day(dt.date(2026, 5, 4))

    assert (day_off.is_workday, day_off.kind, day_off.notice) == (True, "weekday", "《调整通知》")


STATEMENT = """
    year: 2027
    statements:
      - title: 通知
        issued: 2026-11-20
        issued_basis: 假想
        festivals:
          - {festival}
"""


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (NEXT_YEAR.replace("year: 2027", "year: 27"), 2, "四位年份"),
        (NEXT_YEAR.replace("name: 元旦", "nmae: 元旦"), 9, "name"),
        (NEXT_YEAR.replace("issued_basis", "issued_base"), 7, "issued_basis"),
        (NEXT_YEAR + "    year: 2027\n", 15, "重复"),
        (NEXT_YEAR.replace("        issued: 2026-11-20\n", ""), 4, "issued"),
        (NEXT_YEAR.replace("issued: 2026-11-20", "issued: 2020-11-20"), 4, "2020-11-20"),
        (NEXT_YEAR.replace("[2027-01-31,", "[2027-02-30,"), 14, "2027-02-30"),
        (NEXT_YEAR.replace("2027-01-31,", "2026-01-31,"), 12, "2026-01-31"),
        (NEXT_YEAR.replace("2027-01-31,", "2027-02-10,"), 12, "一天只能写一次"),
        (NEXT_YEAR.replace("2027-01-31,", "2027-01-29,"), 12, "本来就是工作日"),
        (NEXT_YEAR.replace("2027-02-05/2027-02-12", "2027-02-12/2027-02-05"), 13, "先早后晚"),
        (NEXT_YEAR.replace("2027-02-05/2027-02-12", "2027-02-05/2027-12-12"), 13, "31"),
        (NEXT_YEAR.replace("2027-02-05/2027-02-12", "2月5日"), 13, "2027-01-01/2027-01-03"),
        (NEXT_YEAR.replace("year: 2027", "year: 2027\n    region: 540100"), 3, "加引号"),
        (STATEMENT.replace("{festival}", "{name: 元旦}"), 8, "rest"),
        (STATEMENT.replace("{festival}", "{name: 元旦, rest: []}"), 8, "至少"),
        (STATEMENT.replace("{festival}", "{name: 元旦, rest: [2027-01-01], work: [yes]}"), 8, "yes"),
        (STATEMENT.replace("{festival}", "{name: 元旦, rest: [2027-01-01]}").replace("2027\n", "2028\n", 1), 8, "2028"),
        ("[" * 30, 1, "嵌套"),
        ("", 1, "空"),
    ],
)
def test_wrong_files_are_refused_with_file_and_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(HolidayError) as caught:
        Calendar(holidays=[path])

    assert [(str(path), line)] == [(c.path, c.line) for c in caught.value.complaints if said in c.message][:1], str(
        caught.value
    )


def test_every_complaint_is_told_at_once(tmp_path: Path) -> None:
    one = written(tmp_path, NEXT_YEAR.replace("name: 元旦", "title: 元旦").replace("2027-01-31,", "2027-02-31,"))
    missing = tmp_path / "none.yaml"
    empty = tmp_path / "empty"
    empty.mkdir()

    with pytest.raises(HolidayError) as caught:
        Calendar(holidays=[one, missing, empty])

    assert {str(one), str(missing), str(empty)} == {c.path for c in caught.value.complaints}
    assert len(caught.value.complaints) >= 4


def test_year_left_out_between_is_refused(tmp_path: Path) -> None:
    text = NEXT_YEAR.replace("2027", "2028").replace("2026", "2027")
    path = written(
        tmp_path, text.replace("2028-01-02, 2028-01-03", "2028-01-02").replace("2028-01-31, ", "2028-01-30, ")
    )

    with pytest.raises(HolidayError, match="2027 年"):
        Calendar(holidays=[path])


def test_contradiction_of_one_date_is_refused(tmp_path: Path) -> None:
    other = NEXT_YEAR.replace("〔2026〕9号", "〔2026〕10号").replace("2027-01-02, 2027-01-03", "2027-01-02")
    paths = [
        written(tmp_path, NEXT_YEAR, "a.yaml"),
        written(tmp_path, other.replace("rest: [2027-02-05/2027-02-12]", "rest: [2027-01-03, 2027-02-05]"), "b.yaml"),
    ]

    with pytest.raises(HolidayError, match="同日发布"):
        Calendar(holidays=paths)


def test_same_notice_twice_changes_nothing(tmp_path: Path) -> None:
    once = Calendar(holidays=[written(tmp_path, NEXT_YEAR, "a.yaml")])
    twice = Calendar(holidays=[tmp_path / "a.yaml", written(tmp_path, NEXT_YEAR, "b.yaml")])

    assert once.digest == twice.digest


def test_file_for_another_region_is_refused_in_a_region_folder(tmp_path: Path) -> None:
    path = written(tmp_path, NEXT_YEAR)

    with pytest.raises(HolidayError, match="540100"):
        holidays.load([path], region="540100")
