"""Runs the worked cases inside rule files: what the engine says against what the author typed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.calendars import Calendars
from zwgk.dates import read_as_of, read_moment
from zwgk.decide import make_decider
from zwgk.evaluation import Options, evaluate
from zwgk.model import Event, Log
from zwgk.vocabulary import CORE_COLUMNS, column_name, event_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zwgk.decide import Decider
    from zwgk.model import Finding, Rule

CASE, AGENCY = "甲", "某机关"
_NOTHING = "none"


class CaseResult(NamedTuple):
    """One worked case: whether it came out as typed, and both sides where it did not."""

    rule: str
    path: str
    name: str
    passed: bool
    expected: tuple[str, ...]
    actual: tuple[str, ...]


def run_cases(rules: Sequence[Rule]) -> Iterator[CaseResult]:
    """Run every case of these rules, each among the rules of its own pack (precedence counts)."""
    packs: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        packs[rule.pack].append(rule)
    calendars, decider = Calendars(), make_decider()
    for rule in rules:
        for case in rule.cases:
            yield _run(rule, case, packs[rule.pack], calendars, decider)


def case_log(case: Mapping[str, Any]) -> Log:
    """The log that a case states: case and agency may be left out."""
    events = []
    columns = set(CORE_COLUMNS)
    for row, cells in enumerate(case["events"], 2):
        named = {column_name(name): str(value) for name, value in cells.items()}
        columns |= named.keys()
        events.append(
            Event(
                case=named.get("case", CASE),
                event=event_name(named["event"]),
                time=read_moment(named["time"]),
                agency=named.get("agency", AGENCY),
                region=named.get("region", ""),
                row=row,
                source=0,
                attributes={name: value for name, value in named.items() if name not in CORE_COLUMNS and value},
            )
        )
    return Log(tuple(events), frozenset(columns))


def _run(
    rule: Rule, case: Mapping[str, Any], rules: Sequence[Rule], calendars: Calendars, decider: Decider
) -> CaseResult:
    options = Options(as_of=read_as_of(case["as_of"]), named_packs=frozenset({rule.pack}))
    evaluation = evaluate(case_log(case), rules, options, calendars, decider=decider)
    found = [finding for finding in evaluation.findings if finding.rule.id == rule.id]
    expect = case["expect"]
    wanted = [] if expect == _NOTHING else [expect] if isinstance(expect, dict) else list(expect)
    keys = sorted({key for one in wanted for key in one} | {"verdict", "breach"})
    said = sorted(_line({**dict.fromkeys(keys), **{key: str(value) for key, value in one.items()}}) for one in wanted)
    actual = sorted(_line({key: _actual(finding, key) for key in keys}) for finding in found)
    return CaseResult(rule.id, rule.path, str(case["name"]), said == actual, tuple(said), tuple(actual))


def _line(values: Mapping[str, str | None]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in values.items() if value is not None)


def _actual(finding: Finding, key: str) -> str | None:
    if key in ("due", "earliest", "latest"):
        day = getattr(finding.due, "at" if key == "due" else key) if finding.due else None
        return None if day is None else day.isoformat()
    if key == "late_by":
        return f"{finding.late_by.number} {finding.late_by.unit}" if finding.late_by else None
    value = getattr(finding, key)
    return None if value is None else str(value)
