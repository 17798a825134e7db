"""JSON (``zwgk.report/1``) and JSON lines: the public contract § 4, one finding a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    from zwgk.model import Amount, Due, Evidence, Finding

SCHEMA = "zwgk.report/1"


def dumps(value: object) -> str:
    """Compact JSON; Chinese stays readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def finding_line(finding: Finding) -> str:
    """One finding as a JSON object on one line, without the line end."""
    return dumps(finding_record(finding))


def finding_record(finding: Finding) -> dict[str, Any]:
    """A finding as the contract writes it."""
    rule = finding.rule
    return {
        "rule": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "case": finding.case,
        "agency": finding.agency,
        "region": finding.region,
        "period": finding.period,
        "member": finding.member,
        "verdict": finding.verdict.value,
        "breach": finding.breach.value if finding.breach else None,
        "trigger": _evidence(finding.trigger),
        "due": _due(finding.due),
        "performed": _evidence(finding.performed),
        "late_by": _amount(finding.late_by),
        "remaining": _amount(finding.remaining),
        "because": list(finding.because),
        "source": {
            "instrument": rule.source.instrument,
            "number": rule.source.number,
            "clause": rule.source.clause,
            "phrase": rule.source.phrase,
        },
        "fingerprint": finding.fingerprint,
    }


def _evidence(evidence: Evidence | None) -> dict[str, Any] | None:
    if evidence is None:
        return None
    record: dict[str, Any] = {"event": evidence.event, "time": evidence.time.iso(), "row": evidence.row}
    if evidence.source:
        record["file"] = evidence.source + 1
    return record


def _due(due: Due | None) -> dict[str, Any] | None:
    if due is None:
        return None
    record: dict[str, Any] = {
        "at": _iso(due.at),
        "earliest": _iso(due.earliest),
        "latest": _iso(due.latest),
        "final": due.final,
    }
    if due.unrolled:
        record["unrolled"] = due.unrolled.isoformat()
    return record


def _iso(day: dt.date | dt.datetime | None) -> str | None:
    return None if day is None else day.isoformat()


def _amount(amount: Amount | None) -> dict[str, Any] | None:
    return None if amount is None else {"count": amount.number, "unit": amount.unit}
