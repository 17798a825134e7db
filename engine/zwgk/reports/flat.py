"""A finding as one flat row, for tables of every kind."""

from __future__ import annotations

from typing import Any

COLUMNS = (
    "rule",
    "title",
    "severity",
    "case",
    "agency",
    "region",
    "period",
    "member",
    "verdict",
    "breach",
    "trigger_event",
    "trigger_time",
    "trigger_row",
    "trigger_file",
    "due_at",
    "due_earliest",
    "due_latest",
    "due_final",
    "performed_event",
    "performed_time",
    "performed_row",
    "performed_file",
    "late_by_count",
    "late_by_unit",
    "remaining_count",
    "remaining_unit",
    "because",
    "source_instrument",
    "source_number",
    "source_clause",
    "source_phrase",
    "fingerprint",
)


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """A record of the JSON report with its nested fields flattened; the reasons are joined by line ends.

    The files of events are counted from 1; the JSON report leaves the first one out.
    """
    row: dict[str, Any] = {}
    for name in COLUMNS:
        if name in record and not isinstance(record[name], dict):
            row[name] = record[name]
            continue
        for outer in ("trigger", "due", "performed", "late_by", "remaining", "source"):
            if name.startswith(outer + "_"):
                row[name] = (record[outer] or {}).get(name.removeprefix(outer + "_"))
    for outer in ("trigger", "performed"):
        if record[outer]:
            row[f"{outer}_file"] = record[outer].get("file", 1)
    row["because"] = "\n".join(record["because"])
    return row
