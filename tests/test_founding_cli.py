"""Each row of the five founding documents through the real command line: a log in time and a log that breaches it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from conformance_cases import Scenario, Verdicts, complaints, scenarios
from conformance_evaluators import record_said

from zwgk.cli import main

if TYPE_CHECKING:
    from pathlib import Path

CHECKED = [
    *(f"T{number}" for number in range(1, 10)),
    *(f"L{number}" for number in range(1, 7)),
    *(f"J{number}" for number in range(1, 12)),
    *(f"G{number}" for number in range(1, 10)),
    *(f"F{number}" for number in range(1, 8)),
]
PACKS = {
    "T": "tianshui-maiji-2016",
    "L": "luzhou-2011",
    "J": "jingmen-2022",
    "G": "guiyang-hitech-2019",
    "F": "fuzhou-gulou-2020",
}
IN_TIME, VIOLATED = 0, 1


def shown(row: str, shows: str) -> Scenario:
    """The first scenario of a row of the clause table that shows this."""
    return next(one for one in scenarios() if one.marks.get("row") == row and one.marks["shows"] == shows)


def write_log(scenario: Scenario, folder: Path) -> Path:
    path = folder / "台账.csv"
    columns = list(dict.fromkeys(header for row in scenario.events for header in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(scenario.events)
    return path


def arguments(scenario: Scenario, log: Path) -> list[str]:
    pack = PACKS[scenario.marks["row"][0]]
    assert scenario.rules == (pack,)
    return [str(log), "--rules", pack, "--as-of", scenario.as_of, "--format", "json"]


def run(scenario: Scenario, folder: Path) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON report, written to a file by the command in this process."""
    report = folder / "report.json"
    with pytest.raises(SystemExit) as stop:
        main(["check", *arguments(scenario, write_log(scenario, folder)), "-o", str(report)])
    assert isinstance(stop.value.code, int)
    return stop.value.code, json.loads(report.read_text("utf-8"))


def said_otherwise(scenario: Scenario, report: dict[str, Any]) -> list[str]:
    return complaints(scenario, Verdicts([record_said(record) for record in report["findings"]], {}))


@pytest.mark.parametrize("row", CHECKED)
def test_a_log_in_time_leaves_with_0(row: str, tmp_path: Path) -> None:
    scenario = shown(row, "met")
    code, report = run(scenario, tmp_path)
    assert said_otherwise(scenario, report) == []
    assert report["summary"]["breached"] == 0
    assert report["summary"]["met"] >= 1
    assert code == IN_TIME


@pytest.mark.parametrize("row", CHECKED)
def test_a_log_that_breaches_leaves_with_1(row: str, tmp_path: Path) -> None:
    scenario = shown(row, "violated")
    code, report = run(scenario, tmp_path)
    assert said_otherwise(scenario, report) == []
    assert report["summary"]["breached"] >= 1
    assert code == VIOLATED


@pytest.mark.parametrize("row", CHECKED)
def test_a_breach_cites_its_clause_and_its_rows(row: str, tmp_path: Path) -> None:
    """What a reader needs to follow a finding: the instrument, the clause, its words, and a row of the log."""
    scenario = shown(row, "violated")
    _, report = run(scenario, tmp_path)
    breaches = [one for one in report["findings"] if one["verdict"] == "breached" and scenario.concerns(one["rule"])]
    assert breaches
    for finding in breaches:
        assert all(finding["source"][key] for key in ("instrument", "clause", "phrase"))
        assert all(sentence.strip() for sentence in finding["because"])
        assert finding["because"]
        for cited in filter(None, (finding["trigger"], finding["performed"])):
            row_in_file = scenario.events[cited["row"] - 2]
            assert row_in_file["event"] == cited["event"]


@pytest.mark.parametrize("row", ["T5", "L2", "J1", "G2", "F7"])
@pytest.mark.parametrize(("shows", "code"), [("met", IN_TIME), ("violated", VIOLATED)])
def test_the_command_in_a_process_of_its_own(row: str, shows: str, code: int, tmp_path: Path) -> None:
    """One row of each document; ``check`` is the default command, and the report goes to standard output."""
    scenario = shown(row, shows)
    done = subprocess.run(
        [sys.executable, "-m", "zwgk", *arguments(scenario, write_log(scenario, tmp_path))],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert done.returncode == code, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert said_otherwise(scenario, json.loads(done.stdout)) == []
