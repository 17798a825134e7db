"""What must hold of every log, whatever stands in it: properties of the case evaluator on random runs."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from evaluators import evaluation_of, plainly
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_logs import Run, random_run
from random_requests import PAIRS, random_requests

from zwgk.model import SECONDS_A_DAY, Event, Moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DataObject, SearchStrategy
    from witness_reading import WFinding

same_every_time = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
SEEDS = st.integers(0, 2**32 - 1)


def _matters(seed: int, cases: int) -> Run:
    return random_run(random.Random(seed), cases=cases)


def _requests(seed: int, cases: int) -> Run:
    return random_requests(random.Random(seed), cases=cases)


requests: SearchStrategy[Run] = st.builds(_requests, SEEDS, st.integers(1, 6))
runs: SearchStrategy[Run] = st.one_of(st.builds(_matters, SEEDS, st.integers(1, 8)), requests)


def judged(run: Run) -> list[WFinding]:
    return [plainly(finding) for finding in evaluation_of(run).findings]


def appended(run: Run, events: Sequence[Event]) -> Run:
    """The run with more events in rows at the end of its file."""
    last = max(event.row for event in run.events)
    more = [event._replace(source=0, row=last + place) for place, event in enumerate(events, start=1)]
    return run._replace(events=[*run.events, *more])


def some_of(data: DataObject, events: Sequence[Event]) -> list[Event]:
    return data.draw(st.lists(st.sampled_from(events), min_size=1, max_size=4))


def obligation(one: WFinding) -> tuple[object, ...]:
    """What names an obligation: a case's also by the row of its trigger."""
    who = one.agency if one.case is None else None
    return one.rule, one.case, one.trigger, who, one.period, one.member


# --- what changes nothing ---------------------------------------------------------------------------------


@same_every_time
@given(runs, st.data())
def test_what_has_not_happened_yet_changes_nothing(run: Run, data: DataObject) -> None:
    days = st.integers(1, 200)
    later = [
        one._replace(time=Moment(run.as_of.day + data.draw(days), one.time.second)) for one in some_of(data, run.events)
    ]
    if run.as_of.second is not None and run.as_of.second < SECONDS_A_DAY - 1:
        later.append(run.events[0]._replace(time=Moment(run.as_of.day, run.as_of.second + 1)))
    before, after = evaluation_of(run), evaluation_of(appended(run, later))
    assert after == replace(before, after_as_of=before.after_as_of + len(later), later=after.later)
    assert after.later[: len(before.later)] == before.later


@same_every_time
@given(runs, st.data())
def test_equal_rows_count_once(run: Run, data: DataObject) -> None:
    past = [event for event in run.events if event.case and event.time.earliest <= run.as_of.latest]
    assume(past)
    again = some_of(data, past)
    before, after = evaluation_of(run), evaluation_of(appended(run, again))
    assert after.findings == before.findings
    assert (after.duplicates, after.after_as_of) == (before.duplicates + len(again), before.after_as_of)


@same_every_time
@given(runs, st.randoms(use_true_random=False))
def test_the_order_of_rows_of_different_times_changes_nothing(run: Run, order: random.Random) -> None:
    places = list(range(len(run.events)))
    order.shuffle(places)
    # Events of one time keep their order among the places that they fall on.
    by_time: dict[Moment, list[int]] = {}
    for place in places:
        by_time.setdefault(run.events[place].time, []).append(place)
    turns = {time: iter(sorted(some)) for time, some in by_time.items()}
    moved = [run.events[next(turns[run.events[place].time])] for place in places]
    rows = {row: event.row for row, event in enumerate(moved, start=2)}
    renumbered = [event._replace(row=row) for row, event in enumerate(moved, start=2)]
    found = [
        one._replace(
            trigger=one.trigger and one.trigger._replace(row=rows[one.trigger.row]),
            performed=one.performed and one.performed._replace(row=rows[one.performed.row]),
        )
        for one in judged(run._replace(events=renumbered))
    ]
    assert {_unnumbered(one) for one in found} == {_unnumbered(one) for one in judged(run)}
    assert len(found) == len(judged(run))


def _unnumbered(one: WFinding) -> WFinding:
    """Without the number that tells findings of one fingerprint apart."""
    return one._replace(fingerprint=one.fingerprint.partition("-")[0])


@same_every_time
@given(runs)
def test_a_day_means_its_last_second(run: Run) -> None:
    day = run._replace(as_of=Moment(run.as_of.day))
    assert evaluation_of(day) == evaluation_of(run._replace(as_of=Moment(run.as_of.day, SECONDS_A_DAY - 1)))


# --- what time and more events can do ---------------------------------------------------------------------


@same_every_time
@given(runs, st.integers(1, 120))
def test_a_breach_never_becomes_pending(run: Run, days: int) -> None:
    broken = {obligation(one) for one in judged(run) if one.verdict == "breached"}
    later = {obligation(one): one.verdict for one in judged(run._replace(as_of=Moment(run.as_of.day + days)))}
    assert "pending" not in {later.get(one) for one in broken}


@same_every_time
@given(runs, st.data())
def test_what_is_done_in_time_stays_done(run: Run, data: DataObject) -> None:
    rules = {rule.id: rule for rule in run.rules}
    rows = {(event.source, event.row): event for event in run.events}
    done = [
        (one, rows[one.performed.source, one.performed.row])
        for one in judged(run)
        if one.verdict == "met" and one.performed
    ]
    done = [(one, event) for one, event in done if event.event == rules[one.rule].performance]
    assume(done)
    met, event = data.draw(st.sampled_from(done))
    again = event._replace(time=Moment(event.time.day + data.draw(st.integers(1, 60))))
    (still,) = [one for one in judged(appended(run, [again])) if obligation(one) == obligation(met)][:1]
    assert (still.verdict, still.performed) == ("met", met.performed)


def _bounds(one: WFinding) -> tuple[str, str]:
    """The due bounds; no bound is later than any day."""
    assert one.due is not None
    return one.due.earliest or "9999", one.due.latest or "9999"


@settings(same_every_time, max_examples=100)
@given(requests, st.data())
def test_a_stop_never_makes_a_request_due_earlier(run: Run, data: DataObject) -> None:
    # Where the day of an answer counts, an answer taken by another question may give one day back.
    rules = [rule._replace(clock=rule.clock and rule.clock._replace(policies={})) for rule in run.rules]
    run = run._replace(rules=rules)
    received = data.draw(st.sampled_from(run.events))
    begins, ends = data.draw(st.sampled_from(PAIRS))
    begun = received.time.day + data.draw(st.integers(-10, 60))
    pair = [received._replace(event=begins, time=Moment(begun))]
    if data.draw(st.booleans()):
        pair.append(received._replace(event=ends, time=Moment(begun + data.draw(st.integers(0, 40)))))
    clocked = {rule.id for rule in run.rules if rule.clock}
    before = {obligation(one): _bounds(one) for one in judged(run) if one.rule in clocked}
    assume(before)
    after = {obligation(one): _bounds(one) for one in judged(appended(run, pair)) if one.rule in clocked}
    assert before.keys() == after.keys()
    assert all(after[name] >= bounds and after[name][1] >= bounds[1] for name, bounds in before.items())


@pytest.mark.parametrize("seed", range(3))
def test_a_run_is_judged_alike_each_time(seed: int) -> None:
    run = _matters(seed, 20)
    assert evaluation_of(run) == evaluation_of(run)
