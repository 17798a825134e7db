"""Write ``examples/expected.json`` anew, once the report agrees with the list typed by hand.

Run ``python examples/regenerate.py`` in a checkout after a change of rules or of ``events.csv``. Where the
report and ``tests/typed_examples.py`` differ, the differences are printed and nothing is written.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zwgk import Report

HERE = Path(__file__).resolve().parent
LOG = HERE / "events.csv"
EXPECTED = HERE / "expected.json"

Row = tuple[str, str, str, str | None, str, str]


def run(as_of: str) -> Report:
    """The report on the example log."""
    from zwgk import check

    return check(LOG, as_of=as_of)


def settled(report: Report) -> bytes:
    """The JSON report without what depends on where it ran: the path of the log."""
    return report.to_json().replace(json.dumps(str(LOG)), json.dumps(LOG.name), 1).encode()


def row_of(finding: dict[str, Any]) -> Row:
    """A finding of the JSON report as a row of the typed list."""
    matter = finding["case"] or " ".join(filter(None, (finding["agency"], finding["period"], finding["member"])))
    due = finding["due"] or {}
    first, last = _short(due.get("earliest")), _short(due.get("latest"))
    span = finding["late_by"] or finding["remaining"]
    return (
        finding["verdict"],
        matter,
        finding["rule"],
        finding["breach"],
        first if first == last else f"{first}～{last}",
        f"{span['count']} {span['unit']}" if span else "",
    )


def _short(time: str | None) -> str:
    if time is None:
        return ""
    day, _, clock = time[:19].partition("T")
    return f"{day} {clock.removesuffix(':00')}" if clock else day


def differences(report: Report, typed: tuple[Row, ...], met: int) -> list[str]:
    """What the report says and the typed list does not, and the other way round; empty where they agree."""
    found = [row_of(record) for record in report.records() if record["verdict"] != "met"]
    unlisted = list(found)
    missing = []
    for row in typed:
        if row in unlisted:
            unlisted.remove(row)
        else:
            missing.append(row)
    told = [f"only in the report: {row}" for row in unlisted] + [f"only in the typed list: {row}" for row in missing]
    if report.summary["met"] != met:
        told.append(f"met: {report.summary['met']} in the report, {met} in the typed list")
    if report.problems:
        told.append(f"rows that cannot be read: {len(report.problems)}")
    return told


def main() -> int:
    """Compare, then write; exit 1 and write nothing where report and list differ."""
    sys.path.insert(0, str(HERE.parent / "tests"))
    from typed_examples import AS_OF, MET, NOT_MET

    report = run(AS_OF)
    told = differences(report, NOT_MET, MET)
    if told:
        print("\n".join(told))
        print("Nothing written: settle the differences first (breaches.md and tests/typed_examples.py).")
        return 1
    EXPECTED.write_bytes(settled(report))
    print(f"{EXPECTED.name}: {len(NOT_MET)} findings that are not met, {MET} met")
    return 0


if __name__ == "__main__":
    sys.exit(main())
