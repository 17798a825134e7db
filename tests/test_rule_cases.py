"""Every worked case inside the shipped rule files comes out as its author typed it."""

from __future__ import annotations

from functools import cache

import pytest

from zwgk.casetests import CaseResult, run_cases
from zwgk.decide import PlainDecider
from zwgk.rules import pack_names, shipped_packs


@cache
def results(pack: str) -> tuple[CaseResult, ...]:
    return tuple(run_cases(shipped_packs([pack], cases=True).rules))


@pytest.mark.parametrize("pack", pack_names())
def test_every_case_of_the_pack_comes_out_as_typed(pack: str) -> None:
    wrong = [f"{one.rule} {one.name}: {one.expected} != {one.actual}" for one in results(pack) if not one.passed]
    assert wrong == []


@pytest.mark.parametrize("pack", pack_names())
def test_every_rule_has_at_least_three_cases(pack: str) -> None:
    rules = [rule.id for rule in shipped_packs([pack]).rules]
    counts = {rule: sum(one.rule == rule for one in results(pack)) for rule in rules}
    assert {rule: count for rule, count in counts.items() if count < 3} == {}


@pytest.mark.parametrize("pack", pack_names())
def test_the_plain_decider_agrees(pack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zwgk.casetests.make_decider", PlainDecider)
    assert tuple(run_cases(shipped_packs([pack], cases=True).rules)) == results(pack)
