"""The engine as a library: check a log, read the findings, reckon a due date. Run: ``python examples/library.py``."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from zwgk import Calendar, check

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Print what a program would do with a report."""
    report = check(HERE / "events.csv", as_of="2026-11-21")
    print(f"{len(report.findings)} findings, {len(report.breaches)} breaches, exit code {report.exit_code}")

    for finding in report.breaches:
        if finding.case == "筑高新市监罚〔2019〕1号":
            print(finding.rule.id, finding.breach, "due", finding.due and finding.due.at)

    # Rows may come from anywhere: a list of mappings, a polars, pandas or pyarrow table.
    rows = [
        {"文号": "泸市民发〔2011〕66号", "事件": "文件印发", "时间": "2011-09-29"},
        {"文号": "泸市民发〔2011〕66号", "事件": "文件公开", "时间": "2011-10-10"},
    ]
    small = check(rows, rules=["luzhou-2011/document-publication"], as_of="2011-12-31")
    print(small.findings[0].verdict, "; ".join(small.findings[0].because))

    told = json.loads(report.to_json())
    print(told["schema"], told["calendar"]["horizon"])

    print(Calendar().due(date(2024, 9, 27), 20, "workdays").at)


if __name__ == "__main__":
    main()
