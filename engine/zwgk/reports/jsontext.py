"""JSON (``zwgk.report/1``) and JSON lines: the public contract § 4, one finding a line."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from zwgk.model import Amount, Breach, Due, Evidence, Finding, Moment, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zwgk.model import Rule
    from zwgk.report import Head

SCHEMA = "zwgk.report/1"
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dumps(value: object) -> str:
    """Compact JSON; Chinese stays readable."""
    return _ENCODER.encode(value)


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
        "due": due_record(finding.due),
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


def due_record(due: Due | None) -> dict[str, Any] | None:
    """A due date as the contract writes it."""
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


def document(head: Head, summary: Mapping[str, int], chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The whole report: its head, then one finding a line."""
    fields = {
        "schema": SCHEMA,
        "as_of": head.as_of,
        "engine": head.engine,
        "rules": {"packs": [pack.id for pack in head.packs], "digest": head.rules_digest},
        "calendar": dict(head.calendar),
        "inputs": [file._asdict() for file in head.inputs],
        "summary": dict(summary),
        "problems": [problem._asdict() for problem in head.problems],
        "unmatched_events": dict(head.unmatched_events),
        "idle_rules": list(head.idle_rules),
        "notes": dict(head.notes),
    }
    yield dumps(fields)[:-1].encode() + b',"findings":['
    separator = b"\n"
    for chunk in chunks:
        # No JSON string holds a raw line end, so every line end here parts two findings.
        yield separator + chunk[:-1].replace(b"\n", b",\n")
        separator = b",\n"
    yield b"\n]}\n"


# --- back from JSON ---------------------------------------------------------------------------------------


def finding_of(record: Mapping[str, Any], rules: Mapping[str, Rule]) -> Finding:
    """The finding that :func:`finding_record` wrote; ``due_soon`` is not written and reads as False."""
    late_by, remaining = record["late_by"], record["remaining"]
    return Finding(
        rule=rules[record["rule"]],
        case=record["case"],
        agency=record["agency"],
        region=record["region"],
        period=record["period"],
        member=record["member"],
        verdict=Verdict(record["verdict"]),
        breach=Breach(record["breach"]) if record["breach"] else None,
        trigger=_evidence_of(record["trigger"]),
        due=_due_of(record["due"]),
        performed=_evidence_of(record["performed"]),
        late_by=Amount(late_by["count"], late_by["unit"]) if late_by else None,
        remaining=Amount(remaining["count"], remaining["unit"]) if remaining else None,
        due_soon=False,
        because=tuple(record["because"]),
        fingerprint=record["fingerprint"],
    )


def _evidence_of(record: Mapping[str, Any] | None) -> Evidence | None:
    if record is None:
        return None
    time = dt.datetime.fromisoformat(record["time"])
    second = None if len(record["time"]) == 10 else time.hour * 3600 + time.minute * 60 + time.second
    return Evidence(record["event"], Moment(time.toordinal(), second), record["row"], record.get("file", 1) - 1)


def _due_of(record: Mapping[str, Any] | None) -> Due | None:
    if record is None:
        return None
    at, earliest, latest = (_day_of(record[name]) for name in ("at", "earliest", "latest"))
    unrolled = record.get("unrolled")
    return Due(at, earliest, latest, record["final"], dt.date.fromisoformat(unrolled) if unrolled else None)


def _day_of(text: str | None) -> dt.date | dt.datetime | None:
    if text is None:
        return None
    return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)
