"""A third reading of docs/semantics.md: slow, plain, and without a line in common with the engine.

It walks the calendar one day at a time over its own list of working days, looks at every event for every
question, and takes nothing from ``zwgk`` but the records of a rule and an event. Due dates past the list
of days are refused (:class:`witness_calendar.OutsideFactsError`), never bounded.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from witness_agencies import agency_findings
from witness_cases import case_findings
from witness_reading import Setting, WDue, WEvidence, WFinding, what_has_happened
from witness_unread import settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zwgk.model import Event, Moment, Rule
    from zwgk.unread import UnreadRow

__all__ = ["WDue", "WEvidence", "WFinding", "judge"]


def judge(
    events: list[Event],
    rules: Sequence[Rule],
    *,
    as_of: Moment,
    columns: set[str],
    default_region: str | None = None,
    named_packs: set[str] | None = None,
    due_soon: int = 2,
    agencies: Sequence[tuple[str, str]] = (),
    unread: Sequence[UnreadRow] = (),
) -> list[WFinding]:
    """Every finding of the rules on the events, in the order of the report."""
    setting = Setting(rules, as_of, columns, default_region, named_packs or set(), due_soon, agencies, unread)
    happened = what_has_happened(events, rules, as_of)
    found: list[WFinding] = []
    for rule in those_that_hang_on_others_last(rules):
        if rule.kind in ("cadence", "fixed-date", "coverage"):
            found += agency_findings(rule, happened, setting)
        else:
            found += case_findings(rule, happened, setting, found)
    return with_fingerprints(sorted(map(settled, found), key=in_report_order))


def those_that_hang_on_others_last(rules: Sequence[Rule]) -> list[Rule]:
    """A rule with ``provided_finding`` after the rules without."""
    return [rule for rule in rules if rule.provided_finding is None] + [
        rule for rule in rules if rule.provided_finding is not None
    ]


def with_fingerprints(found: list[WFinding]) -> list[WFinding]:
    """The findings, each named by what makes it the same obligation in another run."""
    named: list[WFinding] = []
    seen: dict[str, int] = {}
    for one in found:
        agency = one.agency if one.case is None else None
        time = one.trigger.time if one.trigger else None
        parts = (one.rule, one.case, agency, one.period, one.member, time)
        digest = hashlib.sha256("\x1f".join(part or "" for part in parts).encode()).hexdigest()[:16]
        seen[digest] = seen.get(digest, 0) + 1
        named.append(one._replace(fingerprint=digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"))
    return named


def in_report_order(finding: WFinding) -> tuple[str, str, str, str, str, str, int, int]:
    """Rule, case, trigger time, agency, period, member, file, row; null first.

    A bare date is a prefix of its instants, so that it comes before them.
    """
    return (
        finding.rule,
        finding.case or "",
        finding.trigger.time if finding.trigger else "",
        finding.agency or "",
        finding.period or "",
        finding.member or "",
        finding.trigger.source if finding.trigger else 0,
        finding.trigger.row if finding.trigger else 0,
    )
