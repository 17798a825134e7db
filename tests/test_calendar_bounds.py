"""Due dates that fall in a year not yet arranged: bounds that hold, as narrow as the law and the past allow."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zwgk import statutes
from zwgk.calendar import Calendar


def day(text: str) -> int:
    return dt.date.fromisoformat(text).toordinal()


def iso(number: int | None) -> str | None:
    return None if number is None else dt.date.fromordinal(number).isoformat()


CALENDAR = Calendar()


@pytest.mark.parametrize(
    ("start", "count", "earliest", "latest"),
    [
        ("2026-12-20", 20, "2027-01-18", "2027-01-19"),
        ("2026-12-31", 20, "2027-01-25", "2027-02-10"),
        ("2026-11-21", 20, "2026-12-18", "2026-12-18"),
    ],
)
def test_twenty_workdays_across_the_horizon(start: str, count: int, earliest: str, latest: str) -> None:
    found = CALENDAR.bounds(day(start), count)
    due = CALENDAR.due(dt.date.fromisoformat(start), count, "workdays")

    assert (earliest, latest) == (iso(found[0]), iso(found[1]))
    assert (earliest == latest) == due.final
    assert dt.date.fromisoformat(earliest) == due.earliest
    assert dt.date.fromisoformat(latest) == due.latest


def test_before_the_data_nothing_is_known() -> None:
    assert CALENDAR.bounds(day("2003-12-31"), 1) == (None, None)


def test_beyond_the_first_unpublished_year_only_the_lower_bound_is_known() -> None:
    earliest, latest = CALENDAR.bounds(day("2027-12-20"), 20)

    assert latest is None
    assert earliest is not None
    assert day("2027-12-20") < earliest <= day("2028-01-14")
    assert CALENDAR.bounds(day("2029-05-01"), 5) == (day("2029-05-06"), None)


def test_day_beyond_the_horizon_is_itself_without_counting() -> None:
    assert CALENDAR.bounds(day("2027-03-01"), 0) == (day("2027-03-01"), day("2027-03-01"))


def test_natural_days_that_end_in_an_unpublished_year_are_bounded_too() -> None:
    due = CALENDAR.due(dt.date(2026, 12, 31), 1, "days")

    assert not due.final
    assert due.unrolled == dt.date(2027, 1, 1)
    assert due.earliest is not None
    assert due.latest is not None
    assert dt.date(2027, 1, 1) <= due.earliest <= dt.date(2027, 1, 4) <= due.latest


def test_region_with_holidays_of_its_own_has_no_latest() -> None:
    earliest, latest = Calendar("540100").bounds(day("2026-12-31"), 20)
    national, _ = CALENDAR.bounds(day("2026-12-31"), 20)

    assert latest is None
    assert earliest is not None
    assert national is not None
    assert earliest <= national


@pytest.mark.parametrize("year", range(2014, 2027))
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_bounds_held_at_every_year_end(year: int, data: st.DataObject) -> None:
    """Known on Dec 28 without the next year's notice; what became of it is in the calendar of today."""
    issued = {
        2014: "2013-12-10", 2015: "2014-12-15", 2016: "2015-12-09", 2017: "2016-11-30", 2018: "2017-11-29",
        2019: "2018-12-03", 2020: "2019-11-20", 2021: "2020-11-24", 2022: "2021-10-24", 2023: "2022-12-07",
        2024: "2023-10-24", 2025: "2024-11-11", 2026: "2025-11-03",
    }  # fmt: skip
    then = Calendar(known_on=dt.date.fromisoformat(issued[year]))
    start = data.draw(st.integers(day(f"{year - 1}-12-01"), day(f"{year - 1}-12-31")))

    assert then.horizon == dt.date(year - 1, 12, 28)

    earliest, latest = then.bounds(start, 20)
    due = CALENDAR.due_day(start, 20)

    assert due is not None
    assert earliest is not None
    assert latest is not None
    assert earliest <= due <= latest


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (
            2027,
            [
                ("元旦", "2027-01-01", "2027-01-01"),
                ("春节", "2027-02-05", "2027-02-08"),
                ("清明节", "2027-04-05", "2027-04-05"),
                ("劳动节", "2027-05-01", "2027-05-02"),
                ("端午节", "2027-06-09", "2027-06-09"),
                ("中秋节", "2027-09-15", "2027-09-15"),
                ("国庆节", "2027-10-01", "2027-10-03"),
            ],
        ),
        (
            2020,
            [
                ("元旦", "2020-01-01", "2020-01-01"),
                ("春节", "2020-01-25", "2020-01-27"),
                ("清明节", "2020-04-04", "2020-04-04"),
                ("劳动节", "2020-05-01", "2020-05-01"),
                ("端午节", "2020-06-25", "2020-06-25"),
                ("中秋节", "2020-10-01", "2020-10-01"),
                ("国庆节", "2020-10-01", "2020-10-03"),
            ],
        ),
        (
            2007,
            [
                ("元旦", "2007-01-01", "2007-01-01"),
                ("春节", "2007-02-18", "2007-02-20"),
                ("劳动节", "2007-05-01", "2007-05-03"),
                ("国庆节", "2007-10-01", "2007-10-03"),
            ],
        ),
    ],
)
def test_statutory_festivals(year: int, expected: list[tuple[str, str, str]]) -> None:
    assert sorted(expected) == sorted((f.name, iso(f.first), iso(f.last)) for f in statutes.festivals(year))


def test_law_counts_from_when_it_was_issued() -> None:
    before = {f.name: f.days for f in statutes.festivals(2025, known=day("2024-11-09"))}
    after = {f.name: f.days for f in statutes.festivals(2025, known=day("2024-11-10"))}

    assert (before["春节"], before["劳动节"]) == (3, 1)
    assert (after["春节"], after["劳动节"]) == (4, 2)
