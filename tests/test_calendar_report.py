"""A year's working days and a due date worked out, as text, CSV and JSON."""

from __future__ import annotations

import datetime as dt
import json
from textwrap import dedent

import pytest

from zwgk.calendar import Calendar
from zwgk.calendar_report import render_calendar, render_deadline
from zwgk.errors import CalendarRangeError, UsageError

CALENDAR = Calendar()


def test_csv_has_every_day_of_the_year() -> None:
    lines = render_calendar(CALENDAR, 2024, form="csv").splitlines()

    assert len(lines) == 367
    assert lines[0] == "date,is_workday,kind,name,notice"
    assert lines[1] == "2024-01-01,0,holiday,元旦,国办发明电〔2023〕7号"
    assert lines[2] == "2024-01-02,1,weekday,,"
    assert "2024-09-29,1,makeup_workday,国庆节,国办发明电〔2023〕7号" in lines
    assert "2024-01-06,0,weekend,," in lines


def test_json_says_what_is_not_settled() -> None:
    report = json.loads(render_calendar(CALENDAR, 2026, form="json"))

    assert report["calendar"] == {"id": "CN", "horizon": "2026-12-28", "digest": CALENDAR.digest}
    assert len(report["days"]) == 365
    assert [d["date"] for d in report["days"] if not d["settled"]] == ["2026-12-29", "2026-12-30", "2026-12-31"]
    assert report["days"][0]["notice"] == "国办发明电〔2025〕7号"
    assert report["days"][4]["name"] is None


def test_text_lists_months_and_arrangements() -> None:
    text = render_calendar(CALENDAR, 2026)

    assert "2026 年工作日历（CN）" in text
    assert "02-15 周日 至 02-23 周一，9 天  放假  春节" in text
    assert "2027 年的通知仍可能调整" in text
    assert "2027 年的通知" not in render_calendar(CALENDAR, 2024)


def test_text_for_a_region_says_what_is_known_of_it() -> None:
    text = render_calendar(Calendar("540100"), 2023)

    assert "藏历新年" in text
    assert "2023、2025" in text
    assert "没有采用：2009、2026年" in text


@pytest.mark.parametrize("year", [2003, 2027])
def test_year_outside_is_told_in_words(year: int) -> None:
    with pytest.raises(CalendarRangeError, match="2004 年至 2026 年"):
        render_calendar(CALENDAR, year)


def test_unknown_form_is_told_in_words() -> None:
    with pytest.raises(UsageError, match="text / csv / json"):
        render_calendar(CALENDAR, 2024, form="xml")
    with pytest.raises(UsageError, match="text / json"):
        render_deadline(CALENDAR, dt.date(2024, 9, 27), 3, "workdays", form="csv")


def test_deadline_day_by_day() -> None:
    expected = """\
        起算  2024-09-27（周五）
        期限  3 个工作日
        到期  2024-10-08（周二） 24时

        逐日（2024-09-27 当日不计入）
             2024-09-28  周六
          1  2024-09-29  周日，国庆节补班（国办发明电〔2023〕7号）
          2  2024-09-30  周一
             2024-10-01  国庆节放假（国办发明电〔2023〕7号）
             2024-10-02  国庆节放假（国办发明电〔2023〕7号）
             2024-10-03  国庆节放假（国办发明电〔2023〕7号）
             2024-10-04  国庆节放假（国办发明电〔2023〕7号）
             2024-10-05  国庆节放假（国办发明电〔2023〕7号）
             2024-10-06  国庆节放假（国办发明电〔2023〕7号）
             2024-10-07  国庆节放假（国办发明电〔2023〕7号）
          3  2024-10-08  周二  ← 到期
        """

    assert dedent(expected) == render_deadline(CALENDAR, dt.date(2024, 9, 27), 3, "workdays")


def test_deadline_that_rolls_says_both_days() -> None:
    text = render_deadline(CALENDAR, dt.date(2024, 9, 12), 20, "days")

    assert "到期  2024-10-08（周二） 24时" in text
    assert "严格计算为 2024-10-02（周三），期末遇休息日顺延" in text


def test_deadline_beyond_the_horizon_is_a_range() -> None:
    text = render_deadline(CALENDAR, dt.date(2026, 12, 20), 20, "workdays")

    assert "到期  2027-01-18（周一） 至 2027-01-19（周二） 之间" in text
    assert "只算定到 2026-12-28" in text
    assert "（2026-12-28 之后的日子不再列出）" in text
    assert "不早于" in render_deadline(CALENDAR, dt.date(2026, 12, 20), 300, "workdays")


def test_hours_ask_for_the_time_of_day() -> None:
    assert "请补充时刻" in render_deadline(CALENDAR, dt.date(2024, 9, 30), 24, "hours")
    assert "到期  2024-10-01 18:30:00" in render_deadline(CALENDAR, dt.datetime(2024, 9, 30, 18, 30), 24, "hours")


def test_deadline_json() -> None:
    report = json.loads(render_deadline(CALENDAR, dt.date(2024, 9, 12), 20, "days", form="json"))

    assert (report["at"], report["earliest"], report["latest"]) == ("2024-10-08", "2024-10-08", "2024-10-08")
    assert (report["final"], report["unrolled"], report["unit"]) == (True, "2024-10-02", "days")
    assert len(report["walk"]) == 26
    assert report["walk"][-1] == {
        "date": "2024-10-08", "counted": False, "number": None, "kind": "weekday", "name": None, "notice": None,
        "why": "周二，顺延到这一天", "due": True,
    }  # fmt: skip
