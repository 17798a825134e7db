"""SARIF 2.1.0: rules as rules, findings as results at the rows of their events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from zwgk.reports.jsontext import dumps
from zwgk.reports.places import told
from zwgk.reports.words import file_of, matter, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zwgk.model import Problem, Rule
    from zwgk.report import Report
    from zwgk.reports.registry import Settings
    from zwgk.reports.words import Words

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "zwgkFinding/v1"
_KINDS = {"met": "pass", "breached": "fail", "pending": "informational", "excused": "fail", "undecided": "open"}
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def blocks(report: Report, settings: Settings) -> Iterator[bytes]:
    """The log in blocks of bytes, a result a line: breached, undecided, excused and due soon (everything: all)."""
    said, soon = words(), report.soon
    files = [file.path for file in report.head.inputs]
    index = {rule.id: number for number, rule in enumerate(report.rules)}
    start = dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]})
    yield start.removesuffix("}]}").encode("utf-8", "replace") + b',"results":['
    separator = b"\n"
    shown = {"breached", "undecided", "excused"} | ({"pending"} if soon else set())
    for record in told(report, None if settings.everything else shown):
        if settings.everything or record["verdict"] != "pending" or record["fingerprint"] in soon:
            result = _result(record, index[record["rule"]], said, files)
            yield separator + dumps(result).encode("utf-8", "replace")
            separator = b",\n"
    yield b"\n]}]}\n"


def _run(report: Report) -> dict[str, Any]:
    head = report.head
    driver = {"name": "zwgk-check", "version": head.engine, "rules": [_rule(rule) for rule in report.rules]}
    invocation: dict[str, Any] = {"executionSuccessful": not report.problems, "exitCode": report.exit_code}
    if report.problems:
        invocation["toolExecutionNotifications"] = [_notification(problem) for problem in report.problems]
    artifacts = [
        {"location": {"uri": uri(file.path)}, "hashes": {"sha-256": file.digest.removeprefix("sha256:")}}
        for file in head.inputs
    ]
    return {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "artifacts": artifacts,
        "columnKind": "unicodeCodePoints",
        "properties": {
            "asOf": head.as_of,
            "packs": [pack.id for pack in head.packs],
            "rulesDigest": head.rules_digest,
            "calendar": dict(head.calendar),
            "summary": report.summary,
        },
    }


def _rule(rule: Rule) -> dict[str, Any]:
    source = rule.source
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.explain or rule.title},
        "defaultConfiguration": {"level": _level(rule.severity)},
        "properties": {
            "instrument": source.instrument,
            "number": source.number,
            "clause": source.clause,
            "phrase": source.phrase,
        },
    }


def _level(severity: str) -> str:
    return "error" if severity == "error" else "warning"


def _result(record: Mapping[str, Any], index: int, said: Words, files: Sequence[str]) -> dict[str, Any]:
    kind = _KINDS[record["verdict"]]
    result: dict[str, Any] = {
        "ruleId": record["rule"],
        "ruleIndex": index,
        "kind": kind,
        # Only what fails has a level; the standard wants "none" for every other kind.
        "level": _level(record["severity"]) if kind == "fail" else "none",
        "message": {"text": said.sentence(record)},
        "locations": [_location(record, files)],
        "partialFingerprints": {FINGERPRINT: record["fingerprint"]},
        "properties": {"verdict": record["verdict"], "breach": record["breach"], "due": record["due"]},
    }
    performed = record["performed"]
    if performed and record["trigger"]:
        message = {"text": said.evidence(performed)}
        result["relatedLocations"] = [
            {"id": 1, "message": message, **_place(file_of(performed, files), performed["row"])}
        ]
    if record["verdict"] == "excused":
        reason = record["because"][-1] if record["because"] else ""
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return result


def _location(record: Mapping[str, Any], files: Sequence[str]) -> dict[str, Any]:
    """Where the finding stands: its event's row, else the first file as a whole, and whose it is."""
    event = record["trigger"] or record["performed"]
    location: dict[str, Any] = {}
    if event:
        location = _place(file_of(event, files), event["row"])
    elif files:
        location = _place(files[0], None)
    whose = matter(record)
    if whose:
        location["logicalLocations"] = [{"name": whose}]
    return location


def _place(path: str, row: int | None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri(path)}}
    if row:
        physical["region"] = {"startLine": row}
    return {"physicalLocation": physical}


def _notification(problem: Problem) -> dict[str, Any]:
    text = " ".join(part for part in (problem.column, f"“{problem.found}”", problem.expected) if part)
    return {"level": "error", "message": {"text": text}, "locations": [_place(problem.path, problem.row)]}


def uri(path: str) -> str:
    """A path as a URI reference: relative paths stay relative, absolute ones become ``file:///…``."""
    if _DRIVE.match(path):
        path = "/" + path.replace("\\", "/")
        return "file://" + quote(path, safe="/:", errors="surrogateescape")
    text = quote(path, safe="/", errors="surrogateescape")
    # A first segment with a colon would read as a scheme; quote() has escaped it.
    return f"file://{text}" if text.startswith("/") else text
