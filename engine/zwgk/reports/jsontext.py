"""JSON (``zwgk.report/1``) and JSON lines: the public contract § 4, one finding a line."""

from __future__ import annotations

import datetime as dt
import json
from json.encoder import encode_basestring as quoted
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


class LineWriter:
    """Writes what :func:`finding_line` writes, quicker: what many lines share is written once."""

    def __init__(self) -> None:
        """Start with nothing written."""
        self._rules: dict[str, tuple[str, str]] = {}
        self._dues: dict[Due | None, str] = {}

    def line(self, finding: Finding) -> str:
        """One finding as a JSON object on one line, without the line end. Rules are told apart by their ids."""
        around = self._rules.get(finding.rule.id)
        if around is None:
            around = self._rules[finding.rule.id] = _around(finding.rule)
        due = self._dues.get(finding.due)
        if due is None:
            due = self._dues[finding.due] = due_text(finding.due)
        return (
            f'{around[0]}"case":{_text(finding.case)},"agency":{_text(finding.agency)},"region":{_text(finding.region)},'
            f'"period":{_text(finding.period)},"member":{_text(finding.member)},"verdict":{quoted(finding.verdict)},'
            f'"breach":{_text(finding.breach)},"trigger":{_evidence_text(finding.trigger)},"due":{due},'
            f'"performed":{_evidence_text(finding.performed)},"late_by":{_amount_text(finding.late_by)},'
            f'"remaining":{_amount_text(finding.remaining)},"because":[{",".join(map(quoted, finding.because))}],'
            f'{around[1]}"fingerprint":{quoted(finding.fingerprint)}}}'
        )


def _around(rule: Rule) -> tuple[str, str]:
    """What a line says of its rule: at its beginning, and before its fingerprint."""
    source = dumps({"source": rule.source._asdict()})
    return dumps({"rule": rule.id, "title": rule.title, "severity": rule.severity})[:-1] + ",", source[1:-1] + ","


def _text(text: str | None) -> str:
    return "null" if text is None else quoted(text)


def _evidence_text(evidence: Evidence | None) -> str:
    if evidence is None:
        return "null"
    file = f',"file":{evidence.source + 1}' if evidence.source else ""
    return f'{{"event":{quoted(evidence.event)},"time":"{evidence.time.iso()}","row":{evidence.row}{file}}}'


def _amount_text(amount: Amount | None) -> str:
    return "null" if amount is None else f'{{"count":{amount.number},"unit":{quoted(amount.unit)}}}'


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
        "trigger": evidence_record(finding.trigger),
        "due": due_record(finding.due),
        "performed": evidence_record(finding.performed),
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


def evidence_record(evidence: Evidence | None) -> dict[str, Any] | None:
    """An event as the JSON report cites it."""
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


def due_text(due: Due | None) -> str:
    """:func:`due_record` as JSON."""
    if due is None:
        return "null"
    earliest, latest = _day_text(due.earliest), _day_text(due.latest)
    at = latest if due.at == due.latest else _day_text(due.at)
    unrolled = f',"unrolled":"{due.unrolled.isoformat()}"' if due.unrolled else ""
    final = "true" if due.final else "false"
    return f'{{"at":{at},"earliest":{earliest},"latest":{latest},"final":{final}{unrolled}}}'


def _day_text(day: dt.date | dt.datetime | None) -> str:
    return "null" if day is None else f'"{day.isoformat()}"'


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
