"""Typed scenarios of the law, told to every evaluator; and that no row, vector or theme is left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache

import pytest
from conformance_cases import Scenario, complaints, scenarios
from conformance_evaluators import EVALUATORS, prepared

from zwgk.model import Verdict
from zwgk.rules import shipped_packs

LEAST = 150
LEAST_REQUESTS = 40
THEMES = {
    "workdays", "natural-days", "hours", "same-day", "minimum-period", "cadence", "fixed-date", "coverage", "order",
    "content", "threshold", "selection", "requests", "disorder", "horizon", "founding", "vectors", "pitfalls", "unread",
}  # fmt: skip
VECTORS = "ABCDEFGHIJKL"
TRAPS = {"1", "2", "3", "4", "5", "6", "7", "8", "10", "11", "12", "15"}
ROWS = {"T": 13, "L": 7, "J": 14, "G": 11, "F": 8}
WITNESS_LACKS = {
    "bounds": "the witness knows no bounds beyond the settled days",
    "known-on": "the witness knows only the final notices",
    "regional-calendar": "the witness knows only the nation's days",
}


@pytest.mark.parametrize("evaluator", EVALUATORS)
@pytest.mark.parametrize("scenario", scenarios(), ids=[scenario.id for scenario in scenarios()])
def test_scenario(scenario: Scenario, evaluator: str) -> None:
    if evaluator == "witness" and scenario.needs:
        pytest.skip(WITNESS_LACKS[scenario.needs])
    told = complaints(scenario, EVALUATORS[evaluator](scenario))
    assert not told, "\n".join([f"{scenario.name}（{scenario.why}）", *told])


# --- the suite itself -------------------------------------------------------------------------------------


def test_there_are_enough_scenarios_on_every_theme() -> None:
    by_theme = Counter(scenario.theme for scenario in scenarios())
    assert set(by_theme) == THEMES
    assert len(scenarios()) >= LEAST
    assert by_theme["requests"] >= LEAST_REQUESTS


def test_names_are_unique_and_every_scenario_says_why() -> None:
    names = Counter(scenario.name for scenario in scenarios())
    assert [name for name, number in names.items() if number > 1] == []
    assert [scenario.name for scenario in scenarios() if len(scenario.why) < 3] == []


def test_every_rule_that_a_scenario_is_about_runs() -> None:
    for scenario in scenarios():
        running = {rule.id for rule in prepared(scenario).ruleset.rules}
        packs = {rule.split("/")[0] for rule in running}
        assert scenario.only, scenario.name
        assert set(scenario.only) <= running | packs, scenario.name
        assert all(scenario.concerns(said["rule"] or "") for said in scenario.expect), scenario.name


def test_every_shipped_rule_and_every_verdict_occurs() -> None:
    """A rule that no scenario expects anything of would be untested here."""
    expected = {said["rule"] for scenario in scenarios() for said in scenario.expect}
    rules = {rule.id for rule in shipped_packs().rules}
    assert rules - expected == set()
    assert {said["verdict"] for scenario in scenarios() for said in scenario.expect} == {one.value for one in Verdict}


def test_every_vector_is_there_kept_and_broken() -> None:
    verdicts = defaultdict(set)
    for scenario in scenarios():
        for said in scenario.expect:
            verdicts[scenario.marks.get("vector")].add(said["verdict"])
    for vector in VECTORS:
        assert {"met", "breached"} <= verdicts[vector], vector


def test_every_trap_is_there() -> None:
    assert {scenario.marks["trap"] for scenario in scenarios() if "trap" in scenario.marks} == TRAPS


# --- the founding documents -------------------------------------------------------------------------------


@cache
def clauses() -> dict[str, list[str]]:
    """The rows of the clause table of the five documents: row → rules (``pack/id``); none where it is declared."""
    rules = {rule.id for rule in shipped_packs().rules}
    rows = {}
    for pack in shipped_packs().packs:
        for row, ids in pack.clauses.items():
            if row[0] in ROWS and row[1:].isdigit():
                full = [name if "/" in name else f"{pack.id}/{name}" for name in ids.split()]
                rows[row] = [name for name in full if name in rules]
    return rows


def test_the_clause_table_has_every_row() -> None:
    assert set(clauses()) == {f"{letter}{number}" for letter, last in ROWS.items() for number in range(1, last + 1)}


@pytest.mark.parametrize("row", sorted(clauses()))
def test_a_founding_row_is_shown_in_time_and_violated(row: str) -> None:
    shown = [scenario for scenario in scenarios() if scenario.marks.get("row") == row]
    if not clauses()[row]:
        declared = [scenario for scenario in shown if scenario.marks["shows"] == "declared"]
        assert declared or {scenario.marks["shows"] for scenario in shown} == {"met", "violated"}
        assert {said["verdict"] for scenario in declared for said in scenario.expect} <= {"pending"}
        return
    for rule in clauses()[row]:
        met = {said["verdict"] for said in _expected_of(rule, shown, "met")}
        violated = {said["verdict"] for said in _expected_of(rule, shown, "violated")}
        assert met == {"met"}, rule
        assert "breached" in violated, rule


def _expected_of(rule: str, shown: list[Scenario], shows: str) -> list[dict[str, str | None]]:
    wanted = [scenario for scenario in shown if scenario.marks["shows"] == shows]
    return [said for scenario in wanted for said in scenario.expect if said["rule"] == rule]
