"""The conformance scenarios (``tests/conformance/*.yaml``): read strictly, and compared with what an evaluator said.

The format is described in ``tests/conformance/README.md``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from zwgk.vocabulary import column_name

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(__file__).parent / "conformance"
CASE, AGENCY = "甲", "某机关"
REQUIRED = frozenset({"name", "why", "as_of", "events", "expect"})
ASIDES = ("duplicates", "after_as_of", "problems")
MARKS = ("row", "shows", "vector", "trap")
KEYS = REQUIRED | {"rules", "only", "region", "agencies", "known_on", "needs", *ASIDES, *MARKS}
NEEDS = frozenset({"bounds", "known-on", "regional-calendar"})
"""What a scenario may ask of an evaluator beyond the nation's calendar as it stands."""
SAID = (
    "rule", "case", "agency", "region", "period", "member", "verdict", "breach", "trigger", "due", "earliest", "latest",
    "final", "unrolled", "performed", "late_by", "remaining", "due_soon",
)  # fmt: skip
"""What may be said of a finding, in a form that compares: text, or None."""

Said = dict[str, str | None]


class Scenario(NamedTuple):
    """One typed scenario.

    ``rules`` empty: chosen by region. ``agencies``: rule or pack ("": all), agency. ``only``: the rules or packs all of whose findings ``expect`` lists. ``asides``:
    how many rows are set aside. ``marks``: the row of the clause table, the vector or the trap that it stands for.
    """

    id: str
    name: str
    theme: str
    why: str
    as_of: str
    rules: tuple[str, ...]
    only: tuple[str, ...]
    region: str | None
    agencies: tuple[tuple[str, str], ...]
    known_on: str | None
    needs: str | None
    events: tuple[dict[str, str], ...]
    expect: tuple[Said, ...]
    asides: dict[str, int]
    marks: dict[str, str]

    def concerns(self, rule: str) -> bool:
        """Whether the scenario lists all findings of this rule."""
        return any(rule == name or rule.startswith(f"{name}/") for name in self.only)


class Verdicts(NamedTuple):
    """What an evaluator said: findings, and how many rows it set aside (where it tells)."""

    findings: list[Said]
    asides: dict[str, int]


@cache
def scenarios() -> tuple[Scenario, ...]:
    """All scenarios, by file and place in the file."""
    return tuple(one for path in sorted(FOLDER.glob("*.yaml")) for one in _read(path))


def complaints(scenario: Scenario, verdicts: Verdicts) -> list[str]:
    """What an evaluator said otherwise than typed: missing and extra findings, and wrong counts."""
    left = [said for said in verdicts.findings if scenario.concerns(said["rule"] or "")]
    missing: list[Said] = []
    # The most closely described first, so that a loose expectation does not take what a strict one means.
    for expected in sorted(scenario.expect, key=len, reverse=True):
        found = next((said for said in left if expected.items() <= said.items()), None)
        if found is None:
            missing.append(expected)
        else:
            left.remove(found)
    told = [f"missing: {expected}" for expected in missing]
    told += [f"extra: { {key: value for key, value in said.items() if value is not None} }" for said in left]
    for key, number in scenario.asides.items():
        if verdicts.asides.get(key, number) != number:
            told.append(f"{key}: {verdicts.asides[key]} instead of {number}")
    return told


# --- reading ----------------------------------------------------------------------------------------------


def _read(path: Path) -> Iterable[Scenario]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for number, data in enumerate(_plain(yaml.compose(path.read_text("utf-8"), Loader=loader), path.name), 1):
        yield _scenario(path.stem, number, data)


def _plain(node: yaml.Node | None, place: str) -> Any:
    """The node with every value as the text written in the file: a date stays as it looks."""
    if node is None:
        raise AssertionError(f"{place}: empty")
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, place) for child in node.value]
    table = {key.value: _plain(value, place) for key, value in node.value}
    if len(table) < len(node.value):
        raise AssertionError(f"{place}:{node.start_mark.line + 1}: a key stands twice")
    return table


def _scenario(theme: str, number: int, data: dict[str, Any]) -> Scenario:
    place = f"{theme}: {data.get('name')}"
    strange, missing = data.keys() - KEYS, REQUIRED - data.keys()
    if strange or missing or data.get("needs", "bounds") not in NEEDS:
        raise AssertionError(f"{place}: strange {sorted(strange)}, missing {sorted(missing)}")
    rules = tuple(data.get("rules", ()))
    only = tuple(data.get("only", rules))
    return Scenario(
        id=f"{theme}-{number:02}",
        name=data["name"],
        theme=theme,
        why=data["why"],
        as_of=data["as_of"],
        rules=rules,
        only=only,
        region=data.get("region"),
        agencies=tuple(_agencies(data.get("agencies", {}))),
        known_on=data.get("known_on"),
        needs=data.get("needs"),
        events=tuple(_event(cells) for cells in data["events"]),
        expect=tuple(one for said in data["expect"] for one in _expected(place, said, only)),
        asides={key: int(data[key]) for key in ASIDES if key in data},
        marks={key: data[key] for key in MARKS if key in data},
    )


def _agencies(data: list[str] | dict[str, list[str]]) -> Iterable[tuple[str, str]]:
    """The list of agencies as rows: the rule or pack for which each is listed ("": all), and the agency."""
    table = {"": data} if isinstance(data, list) else data
    return [(rule, agency) for rule, agencies in table.items() for agency in agencies]


def _event(cells: dict[str, str]) -> dict[str, str]:
    """A row of the log: case and agency may be left out."""
    named = {column_name(header) for header in cells}
    case = {} if "case" in named else {"case": CASE}
    agency = {} if "agency" in named else {"agency": AGENCY}
    return {**case, **cells, **agency}


def _expected(place: str, said: dict[str, Any], only: tuple[str, ...]) -> Iterable[Said]:
    """One expectation, or one for each value where a value is a list."""
    said = {"rule": only[0] if len(only) == 1 else "", **said}
    strange = said.keys() - set(SAID)
    if strange or "verdict" not in said or "/" not in said["rule"]:
        raise AssertionError(f"{place}: an expectation without rule or verdict, or with strange {sorted(strange)}")
    several = next((key for key, value in said.items() if isinstance(value, list)), None)
    if several is None:
        yield {"breach": None, **{key: None if value == "null" else value for key, value in said.items()}}
        return
    for value in said[several]:
        yield from _expected(place, {**said, several: value}, only)
