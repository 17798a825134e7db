"""Hold the evaluators to the witness: random rules on random logs, every finding compared field by field.

``python benchmarks/differential.py --obligations 200000 --requests 200000 --seed 1 --evaluator case`` prints what differs,
with the smallest log that still shows it; the exit code is 1 if anything does.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from random_logs import Run, log_to_csv, random_run
from random_requests import random_requests
from witness import WDue, WEvidence, WFinding, judge
from witness_calendar import nth_workday_after, workdays_between

from zwgk.model import Due, Event, Evidence, Finding, Log, Rule

T = TypeVar("T")
Evaluator = Callable[[Run], list[WFinding]]


class PlainCalendar:
    """The working days of the witness behind the engine's interface, to leave the engine's calendar out of it."""

    id = "plain"

    def due_day(self, day: int, n: int) -> int | None:
        """The n-th working day after ``day``."""
        return nth_workday_after(day, n)

    def bounds(self, day: int, n: int) -> tuple[int | None, int | None]:
        """The same day twice: nothing is open."""
        due = nth_workday_after(day, n)
        return due, due

    def workdays_between(self, a: int, b: int) -> int | None:
        """Working days in (a, b]."""
        return workdays_between(a, b)

    def proof(self, a: int, b: int) -> str:
        """Nothing: reasons are not compared."""
        del a, b
        return ""


# --- evaluators -------------------------------------------------------------------------------------------


def by_witness(run: Run) -> list[WFinding]:
    return judge(
        run.events,
        run.rules,
        as_of=run.as_of,
        columns=run.columns,
        default_region=run.default_region,
        named_packs=run.named_packs,
        due_soon=run.due_soon,
        agencies=run.agencies,
    )


def by_cases(run: Run) -> list[WFinding]:
    """The case evaluator on the events as they are, counting with the days of the witness."""
    plain = PlainCalendar()
    return _evaluated(run, Log(tuple(run.events), frozenset(run.columns)), lambda _region: plain)


def by_files(run: Run) -> list[WFinding]:
    """The case evaluator on the same log written to files and read back, with the engine's own calendar."""
    from zwgk.calendars import Calendars
    from zwgk.events import read_log

    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for source in sorted({event.source for event in run.events}):
            paths.append(Path(folder) / f"{source}.csv")
            own = [event for event in run.events if event.source == source]
            paths[-1].write_text(log_to_csv(own, run.columns), encoding="utf-8")
        log = read_log(paths)
    if log.problems:
        raise AssertionError(log.problems[0])
    return _evaluated(run, log, Calendars())


def _evaluated(run: Run, log: Log, calendar_of: Callable[[str], Any]) -> list[WFinding]:
    from zwgk.evaluation import Options, evaluate

    options = Options(
        as_of=run.as_of,
        default_region=run.default_region or "",
        named_packs=frozenset(run.named_packs),
        agencies=run.agencies,
        due_soon=run.due_soon,
    )
    evaluation = evaluate(log, run.rules, options, calendar_of)
    return [plainly(finding) for finding in evaluation.findings]


EVALUATORS: dict[str, Evaluator] = {"case": by_cases, "files": by_files}


def plainly(finding: Finding) -> WFinding:
    """A finding of the engine in the plain form of the witness."""
    return WFinding(
        rule=finding.rule.id,
        case=finding.case,
        agency=finding.agency,
        region=finding.region,
        period=finding.period,
        member=finding.member,
        verdict=finding.verdict.value,
        breach=finding.breach.value if finding.breach else None,
        trigger=_evidence(finding.trigger),
        due=_due(finding.due),
        performed=_evidence(finding.performed),
        late_by=(finding.late_by.number, finding.late_by.unit) if finding.late_by else None,
        remaining=(finding.remaining.number, finding.remaining.unit) if finding.remaining else None,
        due_soon=finding.due_soon,
        fingerprint=finding.fingerprint,
    )


def _evidence(evidence: Evidence | None) -> WEvidence | None:
    return None if evidence is None else WEvidence(evidence.time.iso(), evidence.row, evidence.source)


def _due(due: Due | None) -> WDue | None:
    if due is None:
        return None
    return WDue(_text(due.at), _text(due.earliest), _text(due.latest), due.final, _text(due.unrolled))


def _text(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


# --- comparing --------------------------------------------------------------------------------------------


class Difference(NamedTuple):
    """Findings that only one of the two has; or, where both have the same, the first that stand in another order."""

    engine: list[WFinding]
    witness: list[WFinding]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.engine or self.witness)


def compare(run: Run, evaluator: Evaluator) -> tuple[int, Difference]:
    """The number of obligations, and what differs."""
    expected = by_witness(run)
    found = evaluator(run)
    engine, witness = Counter(found), Counter(expected)
    difference = Difference(sorted((engine - witness).elements(), key=repr), list((witness - engine).elements()))
    if not difference and found != expected:
        pairs = (pair for pair in zip(found, expected, strict=True) if pair[0] != pair[1])
        difference = Difference(*([one] for one in next(pairs)))
    return len(expected), difference


def smallest(run: Run, evaluator: Evaluator) -> Run:
    """The run without the rules and events that the difference does not need."""
    rule_ids = {finding.rule for side in compare(run, evaluator)[1] for finding in side}
    wanted = next(iter(sorted(rule_ids)))

    def differs(smaller: Run) -> bool:
        try:
            difference = compare(smaller, evaluator)[1]
        except Exception:  # noqa: BLE001  a smaller log that fails otherwise shows something else
            return False
        return any(finding.rule == wanted for side in difference for finding in side)

    run = run._replace(events=_fewer(run.events, lambda kept: differs(run._replace(events=renumbered(kept)))))
    run = run._replace(events=renumbered(run.events))
    return run._replace(rules=_fewer(run.rules, lambda kept: differs(run._replace(rules=kept))))


def renumbered(events: list[Event]) -> list[Event]:
    """The events in files and rows that follow each other, as files of them have."""
    rows: Counter[int] = Counter()
    files = {source: place for place, source in enumerate(sorted({event.source for event in events}))}
    numbered = []
    for event in events:
        rows[event.source] += 1
        numbered.append(event._replace(source=files[event.source], row=rows[event.source] + 1))
    return numbered


def _fewer(items: list[T], enough: Callable[[list[T]], bool]) -> list[T]:
    """Drop ever smaller stretches of the items while what is left is still enough."""
    size = len(items) // 2 or 1
    while size:
        start = 0
        while start < len(items):
            kept = items[:start] + items[start + size :]
            if enough(kept):
                items = kept
            else:
                start += size
        size //= 2
    return items


# --- printing ---------------------------------------------------------------------------------------------


def report(run: Run, evaluator: Evaluator, seed: int) -> str:
    """A difference as text: what each side says, the settings, the rules and the log as a file."""
    small = smallest(run, evaluator)
    difference = compare(small, evaluator)[1]
    lines = [
        f"--- run {seed}: as of {small.as_of.iso()}, region {small.default_region}, named {sorted(small.named_packs)}"
    ]
    lines.append(f"    due soon {small.due_soon}, agencies {list(small.agencies)}")
    lines += [f"engine : {_shown(finding)}" for finding in difference.engine]
    lines += [f"witness: {_shown(finding)}" for finding in difference.witness]
    lines += [_rule_text(rule) for rule in small.rules]
    used = {name for event in small.events for name in event.attributes}
    absent = sorted({"reason", "channel", "weight"} - small.columns)
    lines.append(f"columns absent from the log: {absent}" if absent else "")
    for source in sorted({event.source for event in small.events}):
        lines.append(log_to_csv([event for event in small.events if event.source == source], used))
    return "\n".join(lines)


def _shown(finding: WFinding) -> str:
    parts = zip(finding._fields, finding, strict=True)
    return " ".join(f"{name}={_plain(value)}" for name, value in parts if value not in (None, False))


def _plain(value: object) -> str:
    if isinstance(value, WEvidence):
        return f"{value.time}(row {value.row})"
    if isinstance(value, WDue):
        return value.at or f"{value.earliest}..{value.latest}"
    return str(value)


def _rule_text(rule: Rule) -> str:
    skipped = {"title", "explain", "source", "severity", "path", "line", "cases"}
    parts = []
    for field in fields(rule):
        value = getattr(rule, field.name)
        if field.name in skipped or value in (None, (), "", False):
            continue
        if field.name.startswith("in_force"):
            value = dt.date.fromordinal(value)
        parts.append(f"{field.name}={value}")
    return "rule   : " + " ".join(parts)


def main() -> int:
    """Run and print; 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--obligations", type=int, default=200_000, help="obligations of every kind but requests")
    parser.add_argument("--requests", type=int, default=0, help="obligations with the clock of requests")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=60, help="cases in one log")
    parser.add_argument("--evaluator", choices=[*EVALUATORS, "both"], default="case", help="both: every one")
    parser.add_argument("--show", type=int, default=5, help="differences printed in full")
    arguments = parser.parse_args()
    chosen = list(EVALUATORS) if arguments.evaluator == "both" else [arguments.evaluator]
    wanted = {"obligations": (random_run, arguments.obligations), "requests": (random_requests, arguments.requests)}
    wrong = sum(
        run_all(name, what, draw, number, arguments)
        for name in chosen
        for what, (draw, number) in wanted.items()
        if number
    )
    return 1 if wrong else 0


def run_all(name: str, what: str, draw: Callable[..., Run], wanted: int, arguments: argparse.Namespace) -> int:
    """Compare run after run until enough obligations were judged; the number of differing runs."""
    evaluator = EVALUATORS[name]
    judged = runs = wrong = 0
    seed = arguments.seed * 1_000_003
    started = time.perf_counter()
    while judged < wanted:
        run = draw(random.Random(seed), cases=arguments.cases, files=2 if seed % 5 == 0 else 1)
        count, difference = compare(run, evaluator)
        judged += count
        runs += 1
        if difference:
            wrong += 1
            if wrong <= arguments.show:
                print(report(run, evaluator, seed))
        seed += 1
    seconds = time.perf_counter() - started
    print(f"{name}: {judged} {what} in {runs} logs, {wrong} logs differ, {seconds:.1f} s")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
