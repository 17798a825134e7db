"""The conformance scenarios told to each evaluator, and its findings brought into a form that compares."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

from conformance_cases import SAID, Said, Scenario, Verdicts, scenarios
from witness import judge

from zwgk.api import Prepared, prepare
from zwgk.evaluation import evaluate
from zwgk.relational import evaluate_large
from zwgk.report import HeldFindings
from zwgk.reports.jsontext import finding_line
from zwgk.vocabulary import column_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from witness_reading import WEvidence, WFinding

    from zwgk.model import Rule

_BETWEEN = "⟂"
"""Stands between a scenario's id and its own case where scenarios are judged together."""


def prepared(scenario: Scenario) -> Prepared:
    """The log, the rules, the options and the calendars of a scenario."""
    return _prepared((scenario.id,))


@cache
def _prepared(ids: tuple[str, ...]) -> Prepared:
    """Several scenarios that differ in their events only, each in cases of its own."""
    together = [one for one in scenarios() if one.id in ids]
    first = together[0]
    return prepare(
        [row for one in together for row in (one.events if len(together) == 1 else _in_own_cases(one))],
        as_of=first.as_of,
        rules=list(first.rules) or None,
        region=first.region,
        agencies={rule: [agency for of, agency in first.agencies if of == rule] for rule, _ in first.agencies},
        known_on=first.known_on,
    )


def _in_own_cases(scenario: Scenario) -> list[dict[str, str]]:
    return [
        {
            (name := column_name(header)): f"{scenario.id}{_BETWEEN}{cell.strip()}" if name == "case" else cell
            for header, cell in row.items()
        }
        for row in scenario.events
    ]


# --- the evaluators ---------------------------------------------------------------------------------------


def by_cases(scenario: Scenario) -> Verdicts:
    """What the case evaluator says."""
    log, ruleset, options, calendars = prepared(scenario)
    found = evaluate(log, ruleset.rules, options, calendars)
    lines = [finding_line(finding) for finding in found.findings]
    findings = _engine_said(lines, HeldFindings(found.findings).soon())
    problems = {*log.problems, *found.problems}
    return Verdicts(findings, _asides(found.duplicates, found.after_as_of, problems))


def by_relations(scenario: Scenario) -> Verdicts:
    """What the relational evaluator says; scenarios that cannot meet each other are judged in one run.

    A run costs the same for one case as for a hundred.
    """
    company = _companies()[scenario.id]
    verdicts = _related(company)
    if len(company) == 1:
        return verdicts
    own = f"{scenario.id}{_BETWEEN}"
    mine = [said for said in verdicts.findings if (said["case"] or "").startswith(own)]
    return Verdicts([{**said, "case": (said["case"] or "").removeprefix(own)} for said in mine], {})


@cache
def _related(company: tuple[str, ...]) -> Verdicts:
    log, ruleset, options, calendars = _prepared(company)
    with evaluate_large(log, ruleset.rules, options, calendars) as found:
        lines = b"".join(found.chunks()).decode().splitlines()
        problems = {*log.problems, *found.problems}
        return Verdicts(_engine_said(lines, found.soon()), _asides(found.duplicates, found.after_as_of, problems))


@cache
def _companies() -> dict[str, tuple[str, ...]]:
    """Scenario id → the ids of the scenarios that are judged with it, itself among them."""
    groups: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    for one in scenarios():
        rules = prepared(one).ruleset.rules
        columns = {column_name(header) for row in one.events for header in row}
        # Whether the log has a column at all decides between "unknown" and "blank".
        told = frozenset(columns & {name for rule in rules for name in _attributes(rule)})
        key = (one.rules, one.as_of, one.region, one.agencies, one.known_on, told)
        groups[key if _bound_to_cases(one, rules) else (one.id,)].append(one.id)
    return {member: tuple(ids) for ids in groups.values() for member in ids}


def _bound_to_cases(scenario: Scenario, rules: Sequence[Rule]) -> bool:
    """Whether nothing that the scenario is about can be touched by the events of other cases."""
    alone = any(rule.trigger is None or rule.match_by for rule in rules if scenario.concerns(rule.id))
    cases = [cell.strip() for row in scenario.events for header, cell in row.items() if column_name(header) == "case"]
    return not alone and not scenario.asides and all(cases)


def _attributes(rule: Rule) -> Iterable[str]:
    """Every attribute that a rule reads."""
    conditions = [*rule.where, *rule.performance_where, *(one for want in rule.requires for one in want.when)]
    named = (rule.attribute, rule.member, rule.match_by, rule.excuse.attribute if rule.excuse else None)
    return [*(one.attribute for one in conditions), *(want.attribute for want in rule.requires), *filter(None, named)]


def by_witness(scenario: Scenario) -> Verdicts:
    """What the witness says; it counts no rows."""
    log, ruleset, options, _ = prepared(scenario)
    found = judge(
        list(log.events),
        ruleset.rules,
        unread=log.unread,
        as_of=options.as_of,
        columns=set(log.columns),
        default_region=options.default_region or None,
        named_packs=set(options.named_packs),
        due_soon=options.due_soon,
        agencies=scenario.agencies,
    )
    return Verdicts([_witness_said(finding) for finding in found], {})


EVALUATORS: dict[str, Callable[[Scenario], Verdicts]] = {
    "case": by_cases,
    "relational": by_relations,
    "witness": by_witness,
}


# --- in a form that compares ------------------------------------------------------------------------------


def _asides(duplicates: int, after_as_of: int, problems: Collection[object]) -> dict[str, int]:
    return {"duplicates": duplicates, "after_as_of": after_as_of, "problems": len(problems)}


def _engine_said(lines: Sequence[str], soon: Collection[str]) -> list[Said]:
    records: Iterable[dict[str, Any]] = map(json.loads, lines)
    return [record_said(record, soon=record["fingerprint"] in soon) for record in records]


def record_said(record: dict[str, Any], *, soon: bool | None = None) -> Said:
    """A finding of the JSON report."""
    due = record["due"] or {}
    return {
        **{key: record[key] for key in SAID[:8]},
        "trigger": _time(record["trigger"]),
        "due": due.get("at"),
        "earliest": due.get("earliest"),
        "latest": due.get("latest"),
        "final": _flag(due.get("final")),
        "unrolled": due.get("unrolled"),
        "performed": _time(record["performed"]),
        "late_by": _amount(record["late_by"]),
        "remaining": _amount(record["remaining"]),
        "due_soon": _flag(soon),
    }


def _witness_said(finding: WFinding) -> Said:
    due = finding.due
    return {
        **{key: getattr(finding, key) for key in SAID[:8]},
        "trigger": _witnessed(finding.trigger),
        "due": due.at if due else None,
        "earliest": due.earliest if due else None,
        "latest": due.latest if due else None,
        "final": _flag(due.final if due else None),
        "unrolled": due.unrolled if due else None,
        "performed": _witnessed(finding.performed),
        "late_by": " ".join(map(str, finding.late_by)) if finding.late_by else None,
        "remaining": " ".join(map(str, finding.remaining)) if finding.remaining else None,
        "due_soon": _flag(finding.due_soon),
    }


def _time(evidence: dict[str, Any] | None) -> str | None:
    return None if evidence is None else str(evidence["time"])


def _witnessed(evidence: WEvidence | None) -> str | None:
    return None if evidence is None else evidence.time


def _amount(amount: dict[str, Any] | None) -> str | None:
    return None if amount is None else f"{amount['count']} {amount['unit']}"


def _flag(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()
