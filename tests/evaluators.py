"""The evaluators that are held to each other, and what each says of one random run in a form that compares.

A *contest* has two sides. The witness is held against the case evaluator finding by finding; the relational evaluator
against the case evaluator byte by byte.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from random_logs import log_to_csv
from witness import judge
from witness_calendar import nth_workday_after, workdays_between
from witness_notes import WNotes, notes
from witness_reading import WDue, WEvidence, WFinding

from zwgk.decide import PlainDecider, make_decider
from zwgk.evaluation import Evaluation, Options, evaluate
from zwgk.model import Log
from zwgk.reports.jsontext import finding_line

if TYPE_CHECKING:
    import datetime as dt

    from random_logs import Run

    from zwgk.decide import Decider
    from zwgk.model import Due, Evidence, Finding, Problem

Side = Callable[["Run"], list[Any]]


class Contest(NamedTuple):
    """Two sides that must say the same of every run: findings in report order, then what the report says besides."""

    expected: Side
    found: Side


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


def plain_calendar(_region: str) -> PlainCalendar:
    return PlainCalendar()


# --- what each evaluator says -----------------------------------------------------------------------------


def by_witness(run: Run) -> list[Any]:
    """The findings and the notes of the witness."""
    findings = judge(
        run.events,
        run.rules,
        as_of=run.as_of,
        columns=run.columns,
        default_region=run.default_region,
        named_packs=run.named_packs,
        due_soon=run.due_soon,
        agencies=run.agencies,
        unread=run.unread,
    )
    return [*findings, notes(run.events, run.rules, as_of=run.as_of)]


def by_cases(run: Run) -> list[Any]:
    """The case evaluator on the events as they are, counting with the days of the witness."""
    return _plain(evaluation_of(run, make_decider()))


def by_files(run: Run) -> list[Any]:
    """The case evaluator on the same log written to files and read back, with the engine's calendar, by the plain decider."""
    from zwgk.calendars import Calendars
    from zwgk.events import read_log

    with tempfile.TemporaryDirectory() as folder:
        log = read_log(files_of(run, Path(folder)))
    if log.unread != run.unread or len(log.problems) != len(run.unread):
        raise AssertionError(log.problems)
    return _plain(evaluate(log, run.rules, options_of(run), Calendars(), decider=PlainDecider()))


def lines_by_cases(run: Run) -> list[Any]:
    """The JSON lines of the case evaluator, with the engine's own calendar and reasons."""
    from zwgk.calendars import Calendars
    from zwgk.events import read_log

    with tempfile.TemporaryDirectory() as folder:
        log = read_log(files_of(run, Path(folder)))
        found = evaluate(log, run.rules, options_of(run), Calendars())
    aside = repr(_aside(found, (*log.problems, *found.problems)))
    return [*(finding_line(finding) for finding in found.findings), aside]


def lines_by_relations(run: Run) -> list[Any]:
    """The JSON lines of the relational evaluator, with the engine's own calendar and reasons."""
    from zwgk.calendars import Calendars
    from zwgk.relational import evaluate_large

    with (
        tempfile.TemporaryDirectory() as folder,
        evaluate_large(files_of(run, Path(folder)), run.rules, options_of(run), Calendars()) as found,
    ):
        return [*b"".join(found.chunks()).decode().splitlines(), repr(_aside(found, found.problems))]


CONTESTS = {
    "case": Contest(by_witness, by_cases),
    "files": Contest(by_witness, by_files),
    "relational": Contest(lines_by_cases, lines_by_relations),
}


def options_of(run: Run) -> Options:
    by_rule: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for rule, agency in run.agencies:
        by_rule[rule] += (agency,)
    return Options(
        as_of=run.as_of,
        default_region=run.default_region or "",
        named_packs=frozenset(run.named_packs),
        agencies=by_rule.pop("", ()),
        agencies_by_rule=by_rule,
        due_soon=run.due_soon,
    )


def evaluation_of(run: Run, decider: Decider | None = None) -> Evaluation:
    """What the case evaluator makes of a run, counting with the days of the witness; by the plain decider unless given."""
    log = Log(tuple(run.events), frozenset(run.columns), unread=run.unread)
    return evaluate(log, run.rules, options_of(run), plain_calendar, decider=decider or PlainDecider())


def files_of(run: Run, folder: Path) -> list[str | Path]:
    """The files of a run, written into a folder."""
    paths: list[str | Path] = []
    for source in sorted({row.source for row in (*run.events, *run.unread)}):
        path = folder / f"{source}.csv"
        own = [event for event in run.events if event.source == source]
        unread = [row for row in run.unread if row.source == source]
        path.write_text(log_to_csv(own, run.columns, unread), encoding="utf-8")
        paths.append(path)
    return paths


def _aside(found: Any, problems: Sequence[Problem]) -> tuple[object, ...]:
    told = [(Path(problem.path).name, *problem[1:]) for problem in problems]
    return (
        found.duplicates, found.after_as_of, found.later, told, found.unmatched_events, found.idle_rules,
        sorted(found.obligors.items()),
    )  # fmt: skip


# --- the engine's records in the plain form of the witness ------------------------------------------------


def rule_of(said: Any) -> str:
    """The rule that one line or finding is about; empty for the notes."""
    if isinstance(said, WFinding):
        return said.rule
    return str(json.loads(said)["rule"]) if isinstance(said, str) and said.startswith("{") else ""


def _plain(found: Evaluation) -> list[Any]:
    said = WNotes(
        duplicates=found.duplicates,
        after_as_of=found.after_as_of,
        later=[(one.event, WEvidence(one.time.iso(), one.row, one.source)) for one in found.later],
        caseless=sorted(problem.row or 0 for problem in found.problems),
        unmatched=found.unmatched_events,
        idle=list(found.idle_rules),
    )
    return [*(plainly(finding) for finding in found.findings), said]


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
