"""The working-day calendar against the notices: days, counts, layers, knowledge as of a day, and arguments."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from witness_calendar import nth_workday_after, workdays_between

from zwgk.calendar import Calendar, DayInfo
from zwgk.errors import CalendarRangeError, UsageError

HERE = Path(__file__).parent
GROUND_TRUTH = HERE.parents[1] / "shared" / "calendar" / "ground_truth.csv"

CALENDAR = Calendar()


def day(text: str) -> int:
    return dt.date.fromisoformat(text).toordinal()


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def as_row(info: DayInfo) -> tuple[str, str, str, str, str]:
    return info.date.isoformat(), str(int(info.is_workday)), info.kind, info.name, info.notice


# --- what each day is ---------------------------------------------------------------------------------------


def test_tricky_days_are_what_the_notices_say() -> None:
    with (HERE / "data" / "calendar_days.csv").open(encoding="utf-8", newline="") as file:
        expected = [tuple(row) for row in list(csv.reader(file))[1:]]

    assert len(expected) == 127
    assert expected == [as_row(CALENDAR.day(date(row[0]))) for row in expected]


@pytest.mark.skipif(not GROUND_TRUTH.exists(), reason="the reference calendar is not beside the checkout")
def test_every_day_is_what_the_notices_say() -> None:
    with GROUND_TRUTH.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = [(r["date"], r["is_workday"], r["kind"], r["name"], r["notice_number"]) for r in rows]

    assert len(expected) == 8401
    assert expected == [as_row(CALENDAR.day(date(row[0]))) for row in expected]


def test_last_days_of_the_last_year_are_not_settled() -> None:
    assert date("2026-12-28") == CALENDAR.horizon
    assert date("2026-12-31") == CALENDAR.last
    assert CALENDAR.day(date("2026-12-28")).settled
    assert not CALENDAR.day(date("2026-12-29")).settled


@pytest.mark.parametrize(("outside", "side"), [("2003-12-31", "早于"), ("2027-01-01", "晚于")])
def test_day_outside_says_which_side_was_crossed(outside: str, side: str) -> None:
    with pytest.raises(CalendarRangeError, match=side):
        CALENDAR.day(date(outside))
    with pytest.raises(CalendarRangeError, match=side):
        CALENDAR.is_workday(date(outside))


# --- due dates: the worked vectors --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("2024-09-27", 20, "2024-10-30"),
        ("2018-09-28", 15, "2018-10-24"),
        ("2025-01-20", 7, "2025-02-05"),
        ("2025-09-30", 3, "2025-10-11"),
        ("2024-04-30", 3, "2024-05-08"),
        ("2024-09-12", 20, "2024-10-16"),
        ("2019-04-15", 20, "2019-05-14"),
        ("2020-01-20", 7, "2020-02-06"),
        ("2024-12-31", 20, "2025-02-05"),
        ("2025-02-05", 20, "2025-03-04"),
        ("2026-02-10", 20, "2026-03-16"),
        ("2024-06-03", 20, "2024-07-02"),
        ("2024-06-03", 30, "2024-07-16"),
        ("2005-12-30", 1, "2005-12-31"),
        ("2026-11-21", 20, "2026-12-18"),
    ],
)
def test_workdays(start: str, count: int, expected: str) -> None:
    due = CALENDAR.due(date(start), count, "workdays")

    assert (date(expected), date(expected), date(expected), True) == (due.at, due.earliest, due.latest, due.final)
    assert due.unrolled is None


@pytest.mark.parametrize(
    ("start", "count", "unit", "strict", "rolled"),
    [
        ("2025-09-30", 3, "days", "2025-10-03", "2025-10-09"),
        ("2024-04-30", 3, "days", "2024-05-03", "2024-05-06"),
        ("2024-09-12", 20, "days", "2024-10-02", "2024-10-08"),
        ("2024-01-31", 1, "months", "2024-02-29", None),
        ("2023-08-31", 1, "months", "2023-09-30", "2023-10-07"),
        ("2024-09-01", 1, "months", "2024-10-01", "2024-10-08"),
        ("2024-11-30", 3, "months", "2025-02-28", None),
        ("2024-03-01", 3, "days", "2024-03-04", None),
    ],
)
def test_days_and_months_roll_to_the_next_working_day(
    start: str, count: int, unit: str, strict: str, rolled: str | None
) -> None:
    due = CALENDAR.due(date(start), count, unit)
    unmoved = CALENDAR.due(date(start), count, unit, roll="none")

    assert (date(rolled or strict), date(strict) if rolled else None) == (due.at, due.unrolled)
    assert (date(strict), None) == (unmoved.at, unmoved.unrolled)


def test_period_that_does_not_roll_ends_on_a_sunday() -> None:
    assert date("2024-03-31") == CALENDAR.due(date("2024-03-01"), 30, "days", roll="none").at


def test_hours_run_on_through_rest_days() -> None:
    shanghai = dt.timezone(dt.timedelta(hours=8))
    due = CALENDAR.due(dt.datetime(2024, 9, 30, 18, 30), 24, "hours")
    abroad = CALENDAR.due(dt.datetime(2024, 9, 30, 10, 30, tzinfo=dt.UTC), 24, "hours")
    bare = CALENDAR.due(date("2024-09-30"), 24, "hours")

    assert dt.datetime(2024, 10, 1, 18, 30, tzinfo=shanghai) == due.at == abroad.at
    assert (bare.at, bare.final) == (None, False)
    assert dt.datetime(2024, 10, 1, tzinfo=shanghai) == bare.earliest
    assert dt.datetime(2024, 10, 1, 23, 59, 59, tzinfo=shanghai) == bare.latest


def test_instant_abroad_counts_from_its_day_in_shanghai() -> None:
    late = dt.datetime(2024, 9, 26, 20, 0, tzinfo=dt.UTC)

    assert date("2024-10-30") == CALENDAR.due(late, 20, "workdays").at


def test_same_day_is_that_day_even_at_rest() -> None:
    assert date("2024-10-01") == CALENDAR.due(date("2024-10-01"), 0, "same-day").at


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((date("2024-01-02"), 3, "weeks"), "workdays / days / hours / months / same-day"),
        ((date("2024-01-02"), 3, ["days"]), "没有"),
        ((date("2024-01-02"), -1, "days"), "负数"),
        ((date("2024-01-02"), True, "days"), "整数"),
        ((date("2024-01-02"), 1.5, "days"), "整数"),
        (("2024-01-02", 1, "days"), "datetime.date"),
        ((date("2024-01-02"), 1, "same-day"), "same-day"),
        ((date("2024-01-02"), 10**9, "days"), "太大"),
        ((date("2024-01-02"), 10**9, "workdays"), "太大"),
    ],
)
def test_wrong_arguments_are_told_in_words(arguments: tuple[object, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        CALENDAR.due(*arguments)  # type: ignore[arg-type]


def test_wrong_roll_is_told_in_words() -> None:
    with pytest.raises(UsageError, match="next-workday"):
        CALENDAR.due(date("2024-01-02"), 1, "days", roll="next")


@pytest.mark.parametrize("region", ["54", "CN", 540100, "54010a", "5401000"])
def test_wrong_region_is_told_in_words(region: object) -> None:
    with pytest.raises(UsageError, match="六位"):
        Calendar(region)  # type: ignore[arg-type]


# --- the tables ---------------------------------------------------------------------------------------------


def test_tables_are_inverse_of_each_other() -> None:
    calendar = CALENDAR

    assert day("2004-01-01") == calendar.base
    assert len(calendar.numbers) == len(calendar.is_rest) == day("2026-12-28") - day("2004-01-01") + 1
    assert (calendar.numbers[0], calendar.numbers[1]) == (0, 1)
    assert day("2004-01-02") == calendar.workdays[1]
    assert calendar.numbers[-1] == len(calendar.workdays) - 1
    assert all(calendar.numbers[d - calendar.base] == k for k, d in enumerate(calendar.workdays[1:], 1))
    assert all(not calendar.is_rest[d - calendar.base] for d in calendar.workdays[1:])


@given(
    start=st.dates(dt.date(2004, 1, 1), dt.date(2026, 8, 31)).map(dt.date.toordinal),
    n=st.integers(1, 60),
)
@settings(max_examples=400, deadline=None)
def test_due_day_is_found_by_walking_too(start: int, n: int) -> None:
    assert nth_workday_after(start, n) == CALENDAR.due_day(start, n)


@given(
    a=st.dates(dt.date(2004, 1, 1), dt.date(2026, 12, 28)).map(dt.date.toordinal),
    length=st.integers(0, 90),
)
@settings(max_examples=200, deadline=None)
def test_workdays_between_are_found_by_walking_too(a: int, length: int) -> None:
    b = min(a + length, day("2026-12-28"))

    assert workdays_between(a, b) == CALENDAR.workdays_between(a, b)


def test_nothing_is_counted_beyond_what_is_settled() -> None:
    assert CALENDAR.due_day(day("2003-12-31"), 1) is None
    assert CALENDAR.due_day(day("2026-12-29"), 1) is None
    assert CALENDAR.due_day(day("2026-12-28"), 1) is None
    assert day("2026-12-28") == CALENDAR.due_day(day("2026-12-27"), 1)
    assert day("2024-10-01") == CALENDAR.due_day(day("2024-10-01"), 0)
    assert CALENDAR.workdays_between(day("2026-12-28"), day("2026-12-29")) is None
    assert CALENDAR.workdays_between(day("2003-12-31"), day("2004-01-02")) is None
    assert CALENDAR.workdays_between(day("2024-01-05"), day("2024-01-02")) == 0


def test_digest_tells_tables_apart() -> None:
    assert CALENDAR.digest.startswith("sha256:")
    assert CALENDAR.digest == Calendar().digest
    assert CALENDAR.digest == Calendar(known_on=date("2026-01-01")).digest
    assert CALENDAR.digest != Calendar("540100").digest
    assert CALENDAR.digest != Calendar(known_on=date("2020-01-20")).digest


def test_calendar_needs_no_lunar_library_for_settled_dates() -> None:
    import subprocess
    import sys

    code = (
        "import datetime as dt, sys; from zwgk.calendar import Calendar\n"
        "Calendar().due(dt.date(2024, 9, 27), 20, 'workdays')\n"
        "print(sorted({m.partition('.')[0] for m in sys.modules} & {'tyme4py', 'pendulum', 'duckdb', 'durable'}))"
    )

    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


# --- knowledge as of a day ----------------------------------------------------------------------------------


def test_spring_festival_2020_as_known_before_and_after_its_extension() -> None:
    before = Calendar(known_on=date("2020-01-20"))
    after = Calendar(known_on=date("2020-01-27"))

    assert day("2020-02-12") == before.due_day(day("2020-01-10"), 20)
    assert day("2020-02-14") == after.due_day(day("2020-01-10"), 20) == CALENDAR.due_day(day("2020-01-10"), 20)
    assert day("2020-02-04") == before.due_day(day("2020-01-20"), 7)
    assert before.is_workday(date("2020-01-31"))
    assert before.day(date("2020-02-01")).kind == "makeup_workday"
    assert after.day(date("2020-02-01")).notice == "国办发明电〔2020〕1号"


def test_may_day_2019_as_known_before_and_after_its_change() -> None:
    before, after = Calendar(known_on=date("2019-03-21")), Calendar(known_on=date("2019-03-22"))

    assert [before.is_workday(date(text)) for text in ("2019-04-30", "2019-05-01", "2019-05-02", "2019-05-03")] == [
        True,
        False,
        True,
        True,
    ]
    assert not before.is_workday(date("2019-04-28"))
    assert after.is_workday(date("2019-04-28"))
    assert not after.is_workday(date("2019-05-02"))
    assert before.day(date("2019-05-01")).notice == "国办发明电〔2018〕15号"
    assert after.day(date("2019-05-01")).notice == "国办发明电〔2019〕3号"


def test_victory_day_2015_as_known_before_and_after_its_notice() -> None:
    before, after = Calendar(known_on=date("2015-05-12")), Calendar(known_on=date("2015-05-13"))

    assert before.is_workday(date("2015-09-03"))
    assert not before.is_workday(date("2015-09-06"))
    assert not after.is_workday(date("2015-09-03"))
    assert after.is_workday(date("2015-09-06"))


@pytest.mark.parametrize(
    ("known_on", "horizon"),
    [
        ("2019-11-20", "2019-12-28"),
        ("2019-11-21", "2020-12-28"),
        ("2003-12-18", "2004-12-28"),
        ("2030-01-01", "2026-12-28"),
    ],
)
def test_horizon_moves_back_with_knowledge(known_on: str, horizon: str) -> None:
    assert date(horizon) == Calendar(known_on=date(known_on)).horizon


def test_before_the_first_notice_nothing_was_known() -> None:
    with pytest.raises(UsageError, match="2003-12-18"):
        Calendar(known_on=date("2003-12-17"))
    with pytest.raises(UsageError, match="known_on"):
        Calendar(known_on="2020-01-20")  # type: ignore[arg-type]


# --- regions ------------------------------------------------------------------------------------------------


def test_lhasa_rests_for_the_tibetan_new_year() -> None:
    lhasa = Calendar("540100")

    assert lhasa.id == "CN-540100"
    assert lhasa.overlay_years == (2023, 2025)
    assert all(lhasa.is_workday(date(f"2023-02-{d}")) for d in (18, 19, 27))
    assert not any(lhasa.is_workday(date(f"2023-02-{d}")) for d in range(20, 27))
    assert lhasa.day(date("2023-02-20")).name == "藏历新年"
    assert day("2023-03-02") == lhasa.due_day(day("2023-02-15"), 8)
    assert day("2023-02-27") == CALENDAR.due_day(day("2023-02-15"), 8)


def test_district_follows_its_prefecture() -> None:
    assert Calendar("540102").id == "CN-540100"
    assert Calendar("540102").digest == Calendar("540100").digest
    assert (Calendar("110000").id, Calendar("540000").id, Calendar("").id) == ("CN", "CN", "CN")


def test_prefecture_overrides_a_national_make_up_day() -> None:
    liangshan = Calendar("513400")

    assert CALENDAR.is_workday(date("2011-10-08"))
    assert not liangshan.is_workday(date("2011-10-08"))
    assert liangshan.is_workday(date("2011-10-09"))
    assert liangshan.day(date("2011-10-08")).notice == "凉府办发〔2010〕31号"
    assert liangshan.is_workday(date("2011-07-31"))
    assert not liangshan.is_workday(date("2018-10-08"))


def test_notice_for_some_citizens_changes_no_working_day() -> None:
    xinjiang = Calendar("650000", reported=True)

    assert xinjiang.is_workday(date("2005-01-21"))
    assert not xinjiang.is_workday(date("2022-07-11"))


def test_second_hand_arrangements_wait_to_be_asked_for() -> None:
    lhasa = Calendar("540100")

    assert lhasa.is_workday(date("2026-02-24"))
    assert not Calendar("540100", reported=True).is_workday(date("2026-02-24"))
    assert {2009, 2026} == {notice.year for notice in lhasa.unapplied}


def test_regional_notice_is_unknown_before_it_is_issued() -> None:
    assert Calendar("540100", known_on=date("2023-02-13")).is_workday(date("2023-02-20"))
    assert not Calendar("540100", known_on=date("2023-02-14")).is_workday(date("2023-02-20"))


# --- why ----------------------------------------------------------------------------------------------------


def test_walk_counts_and_skips_day_by_day() -> None:
    steps = CALENDAR.walk(date("2024-09-27"), 3, "workdays")

    assert [
        ("09-28", None, "周六"),
        ("09-29", 1, "周日，国庆节补班（国办发明电〔2023〕7号）"),
        ("09-30", 2, "周一"),
        *((f"10-0{d}", None, "国庆节放假（国办发明电〔2023〕7号）") for d in range(1, 8)),
        ("10-08", 3, "周二"),
    ] == [(f"{step.day.date:%m-%d}", step.number, step.why) for step in steps]
    assert [step.is_due for step in steps] == [False] * 10 + [True]


def test_walk_of_natural_days_shows_the_roll() -> None:
    steps = CALENDAR.walk(date("2024-09-28"), 4, "days")

    assert [step.number for step in steps] == [1, 2, 3, 4, None, None, None, None, None, None]
    assert "顺延" in steps[3].why
    assert (date("2024-10-08"), True) == (steps[-1].day.date, steps[-1].is_due)
    assert [date("2024-10-02")] == [
        s.day.date for s in CALENDAR.walk(date("2024-09-28"), 4, "days", roll="none") if s.is_due
    ]


def test_walk_stops_at_the_horizon() -> None:
    steps = CALENDAR.walk(date("2026-12-24"), 20, "workdays")

    assert date("2026-12-28") == steps[-1].day.date
    assert not any(step.is_due for step in steps)
    assert CALENDAR.walk(date("2026-12-24"), 3, "hours") == []
    with pytest.raises(CalendarRangeError):
        CALENDAR.walk(date("2027-01-01"), 3, "workdays")


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("2019-09-24", "2019-10-15", "期间国庆节10月1日至7日放假、9月29日、10月12日补班（国办发明电〔2018〕15号）"),
        ("2024-03-04", "2024-03-20", ""),
        ("2024-03-04", "2024-03-04", ""),
        ("2019-10-03", "2019-10-11", "期间国庆节10月4日至7日放假（国办发明电〔2018〕15号）"),
        (
            "2020-01-10",
            "2020-02-14",
            "期间春节1月24日至30日放假、1月19日补班（国办发明电〔2019〕16号）；春节1月31日至2月2日放假（国办发明电〔2020〕1号）",
        ),
        (
            "2022-12-20",
            "2023-01-10",
            "期间元旦12月31日至2023年1月2日放假（国办发明电〔2022〕16号）",
        ),
        ("2026-12-28", "2027-02-10", ""),
    ],
)
def test_proof_names_festivals_and_notices(a: str, b: str, expected: str) -> None:
    assert expected == CALENDAR.proof(day(a), day(b))
    assert expected == CALENDAR.proof(day(a), day(b))
