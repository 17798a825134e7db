"""The witness on the calendar, on deadlines and on selection, held to vectors typed from the law."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typed_logs import day, events, judged, within
from witness_calendar import (
    OutsideFactsError,
    last_day_of_month,
    months_after,
    nth_workday_after,
    workday,
    workday_on_or_after,
    workdays_between,
)

from zwgk.model import Condition, Roll, Unit

# --- the calendar -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begun", "number", "due"),
    [
        ("2024-09-27", 20, "2024-10-30"),
        ("2018-09-28", 15, "2018-10-24"),
        ("2025-01-20", 7, "2025-02-05"),
        ("2025-09-30", 3, "2025-10-11"),
        ("2024-04-30", 3, "2024-05-08"),
        ("2019-04-15", 20, "2019-05-14"),
        ("2020-01-20", 7, "2020-02-06"),
        ("2024-12-31", 20, "2025-02-05"),
        ("2024-12-31", 40, "2025-03-04"),
        ("2026-02-10", 20, "2026-03-16"),
        ("2024-06-03", 20, "2024-07-02"),
        ("2024-06-03", 30, "2024-07-16"),
        ("2024-09-12", 20, "2024-10-16"),
    ],
)
def test_working_days_of_the_typed_vectors(begun: str, number: int, due: str) -> None:
    assert nth_workday_after(day(begun), number) == day(due)
    assert workdays_between(day(begun), day(due)) == number


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("2005-12-31", True),
        ("2015-09-03", False),
        ("2019-05-02", False),
        ("2019-05-05", True),
        ("2020-01-31", False),
        ("2020-02-03", True),
        ("2024-09-29", True),
        ("2024-02-09", True),
        ("2025-01-26", True),
        ("2026-02-14", True),
    ],
)
def test_days_that_notices_settle(text: str, works: bool) -> None:
    assert workday(day(text)) is works


def test_every_day_is_the_settled_one() -> None:
    truth = Path(__file__).resolve().parents[2] / "shared" / "calendar" / "ground_truth.csv"
    if not truth.is_file():
        pytest.skip("the settled calendar lies beside the checkout only where the project is made")
    with truth.open(encoding="utf-8-sig", newline="") as lines:
        wrong = [
            row["date"] for row in csv.DictReader(lines) if workday(day(row["date"])) != (row["is_workday"] == "1")
        ]
    assert wrong == []


def test_natural_days_roll_and_months_end_with_the_month() -> None:
    assert workday_on_or_after(day("2024-10-02")) == day("2024-10-08")
    assert workday_on_or_after(day("2025-10-03")) == day("2025-10-09")
    assert months_after(day("2024-01-31"), 1) == day("2024-02-29")
    assert months_after(day("2023-11-30"), 3) == day("2024-02-29")
    assert last_day_of_month(2024, 2) == day("2024-02-29")


def test_beyond_the_facts_it_refuses() -> None:
    with pytest.raises(OutsideFactsError):
        nth_workday_after(day("2026-12-20"), 20)


# --- deadline ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "verdict", "late_by"),
    [
        ("2019-10-09", "met", None),
        ("2019-10-10", "breached", (1, "workdays")),
        ("2019-10-15", "breached", (5, "workdays")),
    ],
)
def test_seven_working_days_over_a_national_day(done: str, verdict: str, late_by: tuple[int, str] | None) -> None:
    log = events("begun @ 2019-09-24", f"done @ {done}")
    (found,) = judged(log, within(7, Unit.WORKDAYS))
    assert found.due is not None
    assert (found.due.at, found.due.final, found.due.unrolled) == ("2019-10-09", True, None)
    assert (found.verdict, found.late_by) == (verdict, late_by)
    assert found.performed == (done, 3, 0)


def test_late_on_the_rest_day_after_the_due_day_counts_natural_days() -> None:
    log = events("begun @ 2024-04-09", "done @ 2024-04-13")
    (found,) = judged(log, within(3, Unit.WORKDAYS))
    assert found.due is not None
    assert (found.due.at, found.late_by) == ("2024-04-12", (1, "days"))


def test_twenty_natural_days_roll_and_keep_the_strict_day() -> None:
    rolled = within(20, Unit.DAYS, Roll.NEXT_WORKDAY)
    (found,) = judged(events("begun @ 2024-09-12", "done @ 2024-10-08"), rolled)
    assert found.due == ("2024-10-08", "2024-10-08", "2024-10-08", True, "2024-10-02")
    assert found.verdict == "met"
    (strict,) = judged(events("begun @ 2024-09-12", "done @ 2024-10-08"), within(20, Unit.DAYS))
    assert (strict.breach, strict.late_by) == ("late", (6, "days"))


@pytest.mark.parametrize(
    ("as_of", "verdict", "count", "soon"),
    [
        ("2024-10-28", "pending", (2, "workdays"), True),
        ("2024-10-25", "pending", (3, "workdays"), False),
        ("2024-10-30", "pending", (0, "workdays"), True),
        ("2024-10-31", "breached", (1, "workdays"), False),
    ],
)
def test_what_is_left_and_what_is_over(as_of: str, verdict: str, count: tuple[int, str], soon: bool) -> None:
    (found,) = judged(events("begun @ 2024-09-27"), within(20, Unit.WORKDAYS), as_of=as_of)
    assert (found.verdict, found.remaining or found.late_by, found.due_soon) == (verdict, count, soon)


@pytest.mark.parametrize(
    ("begun", "done", "verdict", "late_by"),
    [
        ("2011-05-04 10:00", "2011-05-05 10:00", "met", None),
        ("2011-05-04 10:00", "2011-05-05 10:01", "breached", (1, "hours")),
        ("2011-05-04 10:00", "2011-05-05", "undecided", None),
        ("2011-05-04", "2011-05-05", "undecided", None),
        ("2011-05-04", "2011-05-04", "met", None),
        ("2011-05-04", "2011-05-06", "breached", (1, "hours")),
    ],
)
def test_twenty_four_hours(begun: str, done: str, verdict: str, late_by: tuple[int, str] | None) -> None:
    (found,) = judged(events(f"begun @ {begun}", f"done @ {done}"), within(24, Unit.HOURS))
    assert (found.verdict, found.late_by) == (verdict, late_by)


def test_hours_show_their_bounds() -> None:
    (found,) = judged(events("begun @ 2011-05-04"), within(24, Unit.HOURS), as_of="2011-05-05 12:00")
    assert found.due == (None, "2011-05-05T00:00:00+08:00", "2011-05-05T23:59:59+08:00", False, None)
    assert found.verdict == "undecided"


def test_same_day() -> None:
    rule = within(0, Unit.SAME_DAY)
    (same,) = judged(events("begun @ 2022-07-15 09:00", "done @ 2022-07-15 23:00"), rule)
    (next_day,) = judged(events("begun @ 2022-07-15 09:00", "done @ 2022-07-16"), rule)
    assert (same.verdict, next_day.breach, next_day.late_by) == ("met", "late", (1, "days"))


def test_dates_that_contradict_each_other() -> None:
    (found,) = judged(events("begun @ 2024-03-05", "done @ 2024-03-01"), within(3, Unit.WORKDAYS))
    assert (found.verdict, found.breach) == ("undecided", None)
    both = events("begun @ 2024-03-01", "done @ 2024-03-01", "begun @ 2024-03-05")
    first, second = judged(both, within(3, Unit.WORKDAYS))
    assert (first.verdict, second.breach) == ("met", "overdue")
    twice = events("begun @ 2024-03-05 10:00", "begun @ 2024-03-05 10:00 @ reason=另一行", "done @ 2024-03-05 09:00")
    (one,) = judged(twice, within(24, Unit.HOURS))
    assert (one.verdict, one.performed) == ("undecided", ("2024-03-05T09:00:00+08:00", 4, 0))


def test_provided_and_only_if_performed() -> None:
    withdrawn = within(3, Unit.WORKDAYS, provided="published")
    assert judged(events("begun @ 2024-03-05"), withdrawn) == []
    assert judged(events("published @ 2024-03-06", "begun @ 2024-03-05"), withdrawn) == []
    assert len(judged(events("published @ 2024-03-05", "begun @ 2024-03-05"), withdrawn)) == 1
    assert judged(events("begun @ 2024-03-05"), within(3, Unit.WORKDAYS, only_if_performed=True)) == []


# --- selection --------------------------------------------------------------------------------------------

GENERAL = within(20, Unit.WORKDAYS, name="general")
SPECIAL = within(
    7,
    Unit.WORKDAYS,
    name="special",
    where=(Condition("decision_type", allowed=frozenset({"行政许可", "行政处罚"})),),
    overrides=("pack/general",),
)


@pytest.mark.parametrize(
    ("cell", "rules", "verdicts"),
    [
        ("@ decision_type=行政处罚", ["pack/special"], ["breached"]),
        ("@ decision_type=行政检查；行政处罚", ["pack/special"], ["breached"]),
        ("@ decision_type=行政检查", ["pack/general"], ["breached"]),
        ("", ["pack/general", "pack/special"], ["undecided", "undecided"]),
    ],
)
def test_the_special_rule_displaces_the_general_one(cell: str, rules: list[str], verdicts: list[str]) -> None:
    found = judged(events(f"begun @ 2024-03-05 {cell}"), GENERAL, SPECIAL)
    assert ([one.rule for one in found], [one.verdict for one in found]) == (rules, verdicts)


def test_an_unknown_condition_leaves_what_is_met_met() -> None:
    (found,) = judged(events("begun @ 2024-03-05", "done @ 2024-03-06"), SPECIAL)
    assert found.verdict == "met"


def test_in_force_includes_both_ends() -> None:
    rule = within(3, Unit.WORKDAYS, in_force_from=day("2024-03-05"), in_force_to=day("2024-03-06"))
    log = events("begun @ 2024-03-04", "begun @ 2024-03-05", "begun @ 2024-03-06", "begun @ 2024-03-07")
    assert [one.trigger.time for one in judged(log, rule) if one.trigger] == ["2024-03-05", "2024-03-06"]


def test_duplicates_equal_times_and_what_comes_after() -> None:
    rule = within(3, Unit.WORKDAYS)
    log = events("begun @ 2024-03-05", "begun @ 2024-03-05", "begun @ 2024-03-05 @ reason=另一行", "done @ 2024-03-12")
    (found,) = judged(log, rule, as_of="2024-03-11")
    assert (found.trigger, found.verdict, found.late_by) == (("2024-03-05", 2, 0), "breached", (1, "workdays"))
    assert judged(events("begun @ 2024-03-05 10:00"), rule, as_of="2024-03-05 09:59") == []
    assert len(judged(events("begun @ 2024-03-05"), rule, as_of="2024-03-05 09:59")) == 1


def test_who_looks_at_an_event() -> None:
    local = within(3, Unit.WORKDAYS, region="520100", agency_scope=("高新",))
    inside = events("begun @ 2024-03-05", region="520115", agency="高新区某局")
    elsewhere = events("begun @ 2024-03-05", region="520115", agency="某局")
    nowhere = events("begun @ 2024-03-05", agency="某局")
    outside = events("begun @ 2024-03-05", region="510504", agency="高新区某局")
    assert [len(judged(log, local)) for log in (inside, elsewhere, nowhere, outside)] == [1, 0, 0, 0]
    assert [len(judged(log, local, named_packs={"pack"})) for log in (inside, elsewhere, nowhere, outside)] == [
        1,
        1,
        1,
        0,
    ]
    assert len(judged(nowhere, local._replace(agency_scope=()), default_region="520115")) == 1


def test_a_case_bound_event_without_a_case_is_left_out() -> None:
    assert judged(events("begun @ 2024-03-05 @ case="), within(3, Unit.WORKDAYS)) == []
