"""The table of clauses in the documentation says what the rule packs say: every rule, every clause not judged, word by word."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zwgk.rules import shipped_packs

if TYPE_CHECKING:
    from zwgk.model import Rule, Unchecked

PAGE = Path(__file__).parent.parent / "docs" / "clauses.md"


def cells() -> list[list[str]]:
    """The rows of all tables, cut at their bars."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ") and "---" not in line]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@pytest.mark.parametrize("rule", shipped_packs().rules, ids=lambda rule: rule.id)
def test_every_rule_is_in_the_table_with_its_clause_and_phrase(rule: Rule) -> None:
    name, pack = rule.id.partition("/")[2], rule.id.partition("/")[0]
    source = rule.source
    rows = [row for row in cells() if row[1] == source.clause and row[2] == source.phrase]
    assert any(row[3].startswith((f"`{name}`（", f"`{pack}/{name}`（")) for row in rows), rows


@pytest.mark.parametrize(
    "one", [one for pack in shipped_packs().packs for one in pack.unchecked], ids=lambda one: f"{one.id} {one.clause}"
)
def test_every_clause_that_is_not_judged_is_in_the_table_with_its_reason(one: Unchecked) -> None:
    rows = [row for row in cells() if row[1] == one.clause and row[2] == one.phrase]
    assert [row[3] for row in rows] == [f"不核查：{one.reason}"]
