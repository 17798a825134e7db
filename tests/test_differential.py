"""The evaluators held to the witness and to each other, on random rules and logs with fixed seeds.

A failure prints the smallest log that still shows it. ``benchmarks/differential.py`` runs the same at any length.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

import pytest
from contests import compare, report, smallest
from evaluators import CONTESTS, Contest, by_cases, by_witness
from random_logs import random_run
from random_requests import RECEIVED, random_requests
from random_rules import FAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from random_logs import Run

    from zwgk.model import Clock


def difference(contest: Contest, draw: Callable[..., Run], *, obligations: int, cases: int, seed: int) -> str:
    """Draw runs until so many obligations were judged; the first difference as text, "" if there is none."""
    judged = 0
    while judged < obligations:
        run = draw(random.Random(seed), cases=cases, files=2 if seed % 5 == 0 else 1)
        outcome = compare(run, contest)
        if outcome.difference:
            return report(run, contest, seed)
        judged += outcome.obligations
        seed += 1
    return ""


@pytest.mark.parametrize("seed", [100_000, 200_000, 300_000])
def test_the_case_evaluator_says_what_the_witness_says(seed: int) -> None:
    assert difference(CONTESTS["case"], random_run, obligations=2_000, cases=40, seed=seed) == ""


@pytest.mark.parametrize("seed", [400_000, 500_000])
def test_the_case_evaluator_reads_the_clock_of_requests_as_the_witness_does(seed: int) -> None:
    assert difference(CONTESTS["case"], random_requests, obligations=3_600, cases=40, seed=seed) == ""


def test_so_do_files_and_the_calendar_of_the_engine() -> None:
    assert difference(CONTESTS["files"], random_run, obligations=1_000, cases=40, seed=600_000) == ""
    assert difference(CONTESTS["files"], random_requests, obligations=800, cases=40, seed=700_000) == ""


def test_the_relational_evaluator_writes_what_the_case_evaluator_writes() -> None:
    assert difference(CONTESTS["relational"], random_run, obligations=3_000, cases=500, seed=800_000) == ""
    assert difference(CONTESTS["relational"], random_requests, obligations=1_000, cases=500, seed=900_000) == ""


def test_so_it_does_where_the_calendar_is_not_settled() -> None:
    def past_the_horizon(rng: random.Random, **how: int) -> Run:
        run = rng.choice((random_run, random_requests))(rng, **how)
        return shifted(run, rng.choice(("2004-01-20", "2026-12-01", "2026-12-28", "2027-01-10", "2028-05-04")))

    assert difference(CONTESTS["relational"], past_the_horizon, obligations=1_200, cases=300, seed=1_000_000) == ""


def shifted(run: Run, to: str) -> Run:
    """The run with every day moved by as much, so that it is judged as of another day."""
    as_of = dt.date.fromisoformat(to).toordinal()
    by = as_of - run.as_of.day
    rules = []
    for rule in run.rules:
        date = rule.by
        if date is not None and date.strict:
            date = date._replace(strict=date.strict + by, lenient=date.lenient + by)
        ends = rule.in_force_to if rule.in_force_to == FAR else rule.in_force_to + by
        rules.append(rule._replace(in_force_from=rule.in_force_from + by, in_force_to=ends, by=date))
    events = [event._replace(time=event.time._replace(day=event.time.day + by)) for event in run.events]
    return run._replace(rules=rules, events=events, as_of=run.as_of._replace(day=as_of))


# --- the instruments --------------------------------------------------------------------------------------


def twice_the_limit(run: Run) -> list[object]:
    """An evaluator with a defect: it grants requests a day more."""
    rules = [
        rule._replace(limit=rule.limit._replace(number=rule.limit.number + 1)) if rule.clock and rule.limit else rule
        for rule in run.rules
    ]
    return by_cases(run._replace(rules=rules))


def test_a_defect_is_found_and_cut_down_to_what_shows_it() -> None:
    run = random_requests(random.Random(5), cases=40)
    contest = Contest(by_witness, twice_the_limit)
    assert compare(run, contest).difference
    small = smallest(run, contest)
    assert (len(small.rules), [event.event for event in small.events]) == (1, [RECEIVED])
    text = report(run, contest, 5)
    assert text.count("\nfound   : ") == text.count("\nexpected: ") == text.count("\nrule    : ") == 1
    assert f"{small.events[0].case},{RECEIVED}" in text


def test_another_order_is_a_difference() -> None:
    run = random_requests(random.Random(5), cases=10)
    contest = Contest(by_cases, lambda run: [*reversed(by_cases(run)[:-1]), by_cases(run)[-1]])
    difference = compare(run, contest).difference
    assert (len(difference.found), len(difference.expected)) == (1, 1)


def test_random_requests_reach_what_a_clock_can_do() -> None:
    seen = set()
    for seed in range(16):
        run = random_requests(random.Random(seed), cases=20)
        clocks = {rule.id: rule.clock for rule in run.rules}
        for one in by_witness(run)[:-1]:
            clock = clocks[one.rule]
            if clock is None:
                continue
            seen.add(one.breach or one.verdict)
            seen.add("bounded" if one.due.earliest != one.due.latest else "settled")
            seen |= {"waiting"} if one.due.earliest is None else set()
            seen |= {"no last day"} if one.due.earliest and not one.due.latest else set()
            seen |= {what for what, plainer in without_a_part(clock).items() if differs_by(run, one, plainer)}
    assert seen >= {"met", "late", "overdue", "pending", "undecided", "bounded", "settled", "waiting", "no last day"}
    assert seen >= {"stopped", "capped", "extended", "restarted", "first day", "last day"}


def without_a_part(clock: Clock) -> dict[str, Clock]:
    """The clock without each of the things it can do."""
    others = {"excluded": "counts", "counts": "excluded"}
    first, last = clock.policies.get("stop_first_day", "counts"), clock.policies.get("stop_last_day", "excluded")
    return {
        "stopped": clock._replace(stops=()),
        "capped": clock._replace(stops=tuple(stop._replace(cap=None) for stop in clock.stops)),
        "extended": clock._replace(extended_by=None),
        "restarted": clock._replace(voided_by=None),
        "first day": clock._replace(policies={**clock.policies, "stop_first_day": others[first]}),
        "last day": clock._replace(policies={**clock.policies, "stop_last_day": others[last]}),
    }


def differs_by(run: Run, finding: object, plainer: Clock) -> bool:
    """Whether the finding would be another under another clock."""
    wanted = finding.rule  # type: ignore[attr-defined]
    rules = [rule._replace(clock=plainer) if rule.id == wanted else rule for rule in run.rules]
    case = [event for event in run.events if event.case == finding.case]  # type: ignore[attr-defined]
    return finding not in by_witness(run._replace(rules=rules, events=case))
