"""The clock of requests, held to due days reckoned by hand on the calendar of June to August 2024.

Working days then: June 3–7, 11–14 (the 10th is the Dragon Boat holiday), 17–21, 24–28, July and August Monday to Friday.
A request of June 3 with 20 working days is due on July 2. Each vector binds the witness and the case evaluator alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from evaluators import by_cases
from random_logs import Run
from typed_logs import COLUMNS, events, judged, moment, within

from zwgk.model import Clock, Rule, Stop, Unit

if TYPE_CHECKING:
    from witness_reading import WFinding

STOPS = (Stop("asked", "answered", "", 15), Stop("asked-other", "other-answered", "", 15))
OF_2019 = Clock("voided", "restarted", STOPS, "extended", 20)
OF_2007 = Clock(None, None, (Stop("asked", "answered", "", None),), "extended", 15)


def request(clock: Clock = OF_2019, number: int = 20, **more: Any) -> Rule:
    return within(number, Unit.WORKDAYS, clock=clock, **more)


def policies(**named: str) -> Clock:
    return Clock("voided", "restarted", STOPS, "extended", 20, named)


def found_in(rows: list[str], rule: Rule | None = None, as_of: str = "2024-12-31") -> WFinding:
    """What both readers find in one request."""
    log, rule = events(*rows), rule or request()
    (found,) = judged(log, rule, as_of=as_of)
    (engine, _) = by_cases(Run([rule], log, COLUMNS, moment(as_of), None, set(), 2, ()))
    assert engine == found
    return found


def due_of(*rows: str, rule: Rule | None = None, as_of: str = "2024-12-31") -> str | None:
    due = found_in(["begun @ 2024-06-03", *rows], rule, as_of).due
    assert due is not None
    assert due.at == due.earliest == due.latest
    return due.at


# --- stops ------------------------------------------------------------------------------------------------

ASKED = ("asked @ 2024-06-11", "answered @ 2024-06-25")


def test_without_a_stop() -> None:
    assert due_of() == "2024-07-02"


def test_ten_working_days_at_a_third_party() -> None:
    assert due_of(*ASKED) == "2024-07-16"


@pytest.mark.parametrize(
    ("first", "last", "due"),
    [
        ("counts", "excluded", "2024-07-16"),
        ("excluded", "excluded", "2024-07-17"),
        ("counts", "counts", "2024-07-15"),
        ("excluded", "counts", "2024-07-16"),
    ],
)
def test_whether_the_ends_of_a_stop_count(first: str, last: str, due: str) -> None:
    clock = policies(stop_first_day=first, stop_last_day=last)
    assert due_of(*ASKED, rule=request(clock)) == due


@pytest.mark.parametrize(
    ("rows", "due"),
    [
        (("asked-other @ 2024-06-19", "other-answered @ 2024-06-27"), "2024-07-18"),
        (("asked-other @ 2024-06-13", "other-answered @ 2024-06-20"), "2024-07-16"),
        (("asked-other @ 2024-06-11", "other-answered @ 2024-06-25"), "2024-07-16"),
        (("asked-other @ 2024-06-25", "other-answered @ 2024-06-27"), "2024-07-18"),
        (("asked-other @ 2024-07-16", "other-answered @ 2024-07-18"), "2024-07-16"),
        (("asked-other @ 2024-07-15", "other-answered @ 2024-07-18"), "2024-07-19"),
    ],
    ids=["overlap", "nested", "equal", "touching", "begun on the due day", "begun the day before"],
)
def test_two_stops(rows: tuple[str, ...], due: str) -> None:
    assert due_of(*ASKED, *rows) == due


def test_a_stop_that_begins_on_the_due_day_where_its_first_day_is_out() -> None:
    rows = ("asked @ 2024-07-02", "answered @ 2024-07-04")
    assert due_of(*rows) == "2024-07-02"
    assert due_of(*rows, rule=request(policies(stop_first_day="excluded"))) == "2024-07-05"


@pytest.mark.parametrize(
    ("rows", "due"),
    [
        (("asked @ 2024-06-11",), "2024-07-23"),
        (("asked @ 2024-06-11", "answered @ 2024-07-10"), "2024-07-23"),
        (("asked @ 2024-06-11", "answered @ 2024-07-02"), "2024-07-23"),
        (("asked @ 2024-06-11", "answered @ 2024-07-01"), "2024-07-22"),
    ],
    ids=["no answer", "answered late", "answered on the last day", "answered the day before"],
)
def test_fifteen_working_days_at_most(rows: tuple[str, ...], due: str) -> None:
    assert due_of(*rows) == due


def test_a_cap_ends_a_stop_with_its_own_day_whether_or_not_days_of_answers_count() -> None:
    counts = request(policies(stop_last_day="counts"))
    assert due_of("asked @ 2024-06-11", rule=counts) == "2024-07-23"
    assert due_of("asked @ 2024-06-11", "answered @ 2024-07-03", rule=counts) == "2024-07-23"
    assert due_of("asked @ 2024-06-11", "answered @ 2024-07-02", rule=counts) == "2024-07-22"


def test_answers_answer_in_turn() -> None:
    rows = ("asked @ 2024-06-11", "asked @ 2024-06-13", "answered @ 2024-06-14", "answered @ 2024-06-20")
    assert due_of(*rows) == "2024-07-11"
    assert due_of("asked @ 2024-06-11", "answered @ 2024-06-05") == "2024-07-23"


def test_a_stop_of_no_day_and_a_stop_that_began_before_the_request() -> None:
    assert due_of("asked @ 2024-06-11", "answered @ 2024-06-11") == "2024-07-02"
    same_day = ("asked @ 2024-07-02", "answered @ 2024-07-02")
    assert due_of(*same_day, rule=request(policies(stop_last_day="counts"))) == "2024-07-02"
    assert due_of("asked @ 2024-05-31", "answered @ 2024-06-06") == "2024-07-05"


# --- open stops -------------------------------------------------------------------------------------------


def test_a_stop_still_open_leaves_two_due_days() -> None:
    found = found_in(["begun @ 2024-06-03", "asked @ 2024-06-11"], as_of="2024-06-25")
    assert found.due == (None, "2024-07-16", "2024-07-23", False, None)
    assert (found.verdict, found.remaining) == ("pending", (15, "workdays"))


def test_a_stop_still_open_without_a_cap_has_no_last_due_day() -> None:
    found = found_in(["begun @ 2024-06-03", "asked @ 2024-06-11"], request(OF_2007), as_of="2024-06-25")
    assert found.due == (None, "2024-07-16", None, False, None)
    assert (found.verdict, found.remaining) == ("pending", (15, "workdays"))


def test_an_answer_may_still_come_today() -> None:
    counts = request(policies(stop_last_day="counts"))
    found = found_in(["begun @ 2024-06-03", "asked @ 2024-06-11"], counts, as_of="2024-06-25")
    assert found.due == (None, "2024-07-15", "2024-07-23", False, None)


def test_one_bound_when_the_cap_has_passed() -> None:
    found = found_in(["begun @ 2024-06-03", "asked @ 2024-06-11"], as_of="2024-07-02")
    assert found.due == ("2024-07-23", "2024-07-23", "2024-07-23", True, None)


# --- extension --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "due"),
    [
        (("extended @ 2024-07-02",), "2024-07-30"),
        (("extended @ 2024-06-03",), "2024-07-30"),
        (("extended @ 2024-07-03",), "2024-07-02"),
        (("extended @ 2024-06-02",), "2024-07-02"),
        (("extended @ 2024-07-02", "extended @ 2024-07-05"), "2024-07-30"),
        (("extended @ 2024-06-02", "extended @ 2024-07-02"), "2024-07-30"),
        ((*ASKED, "extended @ 2024-07-16"), "2024-08-13"),
        ((*ASKED, "extended @ 2024-07-17"), "2024-07-16"),
        (("extended @ 2024-07-02", "asked @ 2024-07-10", "answered @ 2024-07-12"), "2024-08-01"),
    ],
    ids=[
        "on the due day", "on the first day", "late", "before the request", "twice", "early, then in time",
        "within a stopped period", "after a stopped period", "stopped while extended",
    ],
)  # fmt: skip
def test_an_extension_in_time_and_out_of_it(rows: tuple[str, ...], due: str) -> None:
    assert due_of(*rows) == due


# --- void and restart -------------------------------------------------------------------------------------

CORRECTED = ("voided @ 2024-06-07", "restarted @ 2024-06-20")


@pytest.mark.parametrize(
    ("rows", "due"),
    [
        (CORRECTED, "2024-07-18"),
        (("restarted @ 2024-06-06", *CORRECTED), "2024-07-18"),
        ((*CORRECTED, "restarted @ 2024-06-27"), "2024-07-18"),
        ((*CORRECTED, "voided @ 2024-06-24", "restarted @ 2024-07-01"), "2024-07-18"),
        (("voided @ 2024-07-02", "restarted @ 2024-07-08"), "2024-08-05"),
        (("voided @ 2024-07-03", "restarted @ 2024-07-08"), "2024-07-02"),
        (("voided @ 2024-05-31", "restarted @ 2024-06-20"), "2024-07-02"),
        (("restarted @ 2024-06-20",), "2024-07-02"),
        (("voided @ 2024-06-07", "restarted @ 2024-06-07"), "2024-07-08"),
        (("extended @ 2024-06-14", "voided @ 2024-06-17", "restarted @ 2024-06-20"), "2024-07-18"),
        ((*CORRECTED, "extended @ 2024-06-20"), "2024-08-15"),
        ((*CORRECTED, "extended @ 2024-07-18"), "2024-08-15"),
        ((*CORRECTED, "extended @ 2024-07-19"), "2024-07-18"),
        (("extended @ 2024-07-01", "voided @ 2024-07-15", "restarted @ 2024-07-18"), "2024-08-15"),
        (("asked @ 2024-06-17", "voided @ 2024-06-18", "restarted @ 2024-06-20", "answered @ 2024-06-25"), "2024-07-23"),
        ((*ASKED, "voided @ 2024-07-16", "restarted @ 2024-07-18"), "2024-08-15"),
    ],
    ids=[
        "corrected", "a restart before the notice", "two restarts", "a second notice", "noticed on the due day",
        "noticed too late", "noticed before the request", "a restart alone", "all on one day", "an extension that lapsed",
        "extended on the new first day", "extended on the new due day", "extended too late", "noticed while extended",
        "a stop over the restart", "noticed on a stopped period's due day",
    ],
)  # fmt: skip
def test_a_correction_begins_the_period_anew(rows: tuple[str, ...], due: str) -> None:
    assert due_of(*rows) == due


def test_waiting_for_the_correction() -> None:
    found = found_in(["begun @ 2024-06-03", "voided @ 2024-06-07"])
    assert (found.verdict, found.remaining, found.due_soon) == ("pending", None, False)
    assert found.due == (None, None, None, False, None)
    done = found_in(["begun @ 2024-06-03", "voided @ 2024-06-07", "done @ 2024-11-29"])
    assert (done.verdict, done.due) == ("met", (None, None, None, False, None))


def test_a_period_that_an_open_stop_keeps_alive_can_still_be_voided() -> None:
    rows = ["begun @ 2024-06-03", "asked @ 2024-06-11", "voided @ 2024-07-22"]
    clock = Clock("voided", "restarted", OF_2007.stops, None, 0)
    assert found_in(rows, request(clock)).due == (None, None, None, False, None)
    (asked, answered) = ASKED
    rows = ["begun @ 2024-06-03", asked, answered, "voided @ 2024-07-22"]
    assert found_in(rows, request(clock)).breach == "overdue"


# --- verdicts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "verdict", "late_by"),
    [
        ("2024-07-16", "met", None),
        ("2024-07-17", "breached", (1, "workdays")),
        ("2024-07-30", "breached", (10, "workdays")),
        ("2024-06-20", "met", None),
        ("2024-06-02", "undecided", None),
    ],
)
def test_replies_to_a_stopped_request(done: str, verdict: str, late_by: tuple[int, str] | None) -> None:
    found = found_in(["begun @ 2024-06-03", *ASKED, f"done @ {done}"])
    assert (found.verdict, found.late_by) == (verdict, late_by)


def test_late_on_a_rest_day_and_late_in_stopped_days() -> None:
    rows = ["begun @ 2024-06-03", "asked @ 2024-05-31", "answered @ 2024-06-06"]
    assert found_in([*rows, "done @ 2024-07-06"]).late_by == (1, "days")
    after = ["asked-other @ 2024-07-08", "other-answered @ 2024-07-12"]
    assert found_in([*rows, *after, "done @ 2024-07-12"]).late_by == (5, "workdays")
    assert found_in(rows, as_of="2024-07-12").late_by == (5, "workdays")


def test_a_reply_between_notice_and_restart() -> None:
    assert found_in(["begun @ 2024-06-03", *CORRECTED, "done @ 2024-06-12"]).verdict == "met"


# --- the regulation of 2007 -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "due"),
    [
        ((), "2018-10-24"),
        (("asked @ 2018-10-08", "answered @ 2018-10-12"), "2018-10-30"),
        (("asked-other @ 2018-10-08", "other-answered @ 2018-10-12"), "2018-10-24"),
        (("voided @ 2018-10-08", "restarted @ 2018-10-12"), "2018-10-24"),
        (("extended @ 2018-10-24",), "2018-11-14"),
    ],
    ids=["plain", "a third party", "another agency", "a correction", "extended"],
)
def test_fifteen_working_days_over_the_national_day_of_2018(rows: tuple[str, ...], due: str) -> None:
    found = found_in(["begun @ 2018-09-28", *rows], request(OF_2007, 15))
    assert found.due is not None
    assert found.due.at == due
