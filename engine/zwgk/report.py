"""A report: what ran, what was found, and how it is told (contract § 3–5)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from zwgk.model import Verdict
from zwgk.reports.jsontext import LineWriter, document, finding_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import polars as pl

    from zwgk.calendars import Calendars
    from zwgk.model import Finding, InputFile, Pack, Problem, Rule
    from zwgk.unread import UnreadRow
    from zwgk.waivers import Settled

FAIL_LEVELS = ("breach", "due-soon", "undecided", "never")
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Head:
    """What a report says besides its findings, and what was legible of the rows behind its ``problems`` (``unread``).

    ``notes`` holds what the contract leaves free: duplicates left out, events after as-of, who was held to agency-wide
    duties, clauses that no rule judges. ``decider`` is the one that ran; it is not written, so that a report is the same
    wherever it is made.
    """

    as_of: str
    engine: str
    packs: tuple[Pack, ...]
    rules_digest: str
    calendar: Mapping[str, str]
    inputs: tuple[InputFile, ...]
    problems: tuple[Problem, ...]
    unmatched_events: Mapping[str, int]
    idle_rules: tuple[str, ...]
    notes: Mapping[str, Any] = field(default_factory=dict)
    decider: str = ""
    unread: tuple[UnreadRow, ...] = ()


class Findings(Protocol):
    """Findings in report order, wherever they are kept.

    ``counts``: (rule id, agency or "", verdict or ``due-soon``) → number.
    """

    counts: Mapping[tuple[str, str, str], int]

    def chunks(self, verdicts: Collection[str] | None = None) -> Iterator[bytes]:
        """JSON lines of the findings with these verdicts (None: all), in blocks of whole lines."""

    def soon(self) -> frozenset[str]:
        """The fingerprints of the findings that are due soon."""


class HeldFindings:
    """Findings held in memory."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """``findings`` are in report order."""
        self.findings = tuple(findings)
        counts: Counter[tuple[str, str, str]] = Counter()
        for finding in findings:
            counts[finding.rule.id, finding.agency or "", finding.verdict.value] += 1
            if finding.due_soon:
                counts[finding.rule.id, finding.agency or "", "due-soon"] += 1
        self.counts: Mapping[tuple[str, str, str], int] = counts

    def chunks(self, verdicts: Collection[str] | None = None) -> Iterator[bytes]:
        """JSON lines of the findings with these verdicts (None: all), in blocks of whole lines."""
        write = LineWriter().line
        lines: list[str] = []
        size = 0
        for finding in self.findings:
            if verdicts is None or finding.verdict in verdicts:
                lines.append(write(finding) + "\n")
                size += len(lines[-1])
                if size > _BLOCK:
                    yield "".join(lines).encode()
                    lines, size = [], 0
        if lines:
            yield "".join(lines).encode()

    def soon(self) -> frozenset[str]:
        """The fingerprints of the findings that are due soon."""
        return frozenset(finding.fingerprint for finding in self.findings if finding.due_soon)


class Report:
    """The outcome of a check. Immutable; everything on it is computed from the run's inputs alone."""

    def __init__(
        self,
        head: Head,
        found: Findings,
        rules: Sequence[Rule],
        *,
        fail_on: str = "breach",
        skip_bad_rows: bool = False,
        calendars: Calendars | None = None,
        waived: Settled | None = None,
    ) -> None:
        """``rules`` are those that ran; ``fail_on`` is one of :data:`FAIL_LEVELS`; ``calendars`` is what was counted with,
        ``waived`` what the waivers did to ``found``.
        """
        self.head = head
        self.rules = tuple(rules)
        self.fail_on = fail_on
        self.skip_bad_rows = skip_bad_rows
        self.calendars = calendars
        self.waived = waived
        self._found = found

    @cached_property
    def summary(self) -> dict[str, int]:
        """Verdict → number of findings; every verdict is named."""
        totals = dict.fromkeys((verdict.value for verdict in Verdict), 0)
        for (_, _, verdict), number in self._found.counts.items():
            if verdict in totals:
                totals[verdict] += number
        return totals

    @property
    def due_soon(self) -> int:
        """How many pending findings are due soon."""
        return sum(number for (_, _, verdict), number in self._found.counts.items() if verdict == "due-soon")

    @cached_property
    def soon(self) -> frozenset[str]:
        """The fingerprints of the findings that are due soon."""
        return self._found.soon() if self.due_soon else frozenset()

    @property
    def counts(self) -> Mapping[tuple[str, str, str], int]:
        """(rule id, agency or "", verdict or ``due-soon``) → number of findings."""
        return self._found.counts

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Rows that could not be read."""
        return self.head.problems

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, sorted by rule, case and trigger time."""
        if isinstance(self._found, HeldFindings):
            return self._found.findings
        rules = {rule.id: rule for rule in self.rules}
        return tuple(finding_of(record, rules) for record in self.records())

    @property
    def breaches(self) -> tuple[Finding, ...]:
        """The findings whose verdict is ``breached``."""
        return tuple(finding for finding in self.findings if finding.verdict is Verdict.BREACHED)

    @property
    def exit_code(self) -> int:
        """0 nothing at the fail level; 1 something at it; 2 rows could not be read."""
        if self.head.problems and not self.skip_bad_rows:
            return 2
        failing = {
            "breach": self.summary["breached"],
            "due-soon": self.summary["breached"] + self.due_soon,
            "undecided": self.summary["breached"] + self.summary["undecided"],
            "never": 0,
        }[self.fail_on]
        return 1 if failing else 0

    def records(self, verdicts: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
        """The findings as the dictionaries of the JSON report, one at a time."""
        for chunk in self._found.chunks(verdicts):
            for line in chunk.splitlines():
                yield json.loads(line)

    def jsonl_chunks(self) -> Iterator[bytes]:
        """JSON lines, one finding a line, in blocks of whole lines."""
        return self._found.chunks()

    def json_chunks(self) -> Iterator[bytes]:
        """The JSON report (``zwgk.report/1``) in blocks."""
        return document(self.head, self.summary, self._found.chunks())

    def to_json(self) -> str:
        """The JSON report (``zwgk.report/1``)."""
        return b"".join(self.json_chunks()).decode()

    def to_jsonl(self) -> str:
        """One finding a line."""
        return b"".join(self.jsonl_chunks()).decode()

    def to_polars(self) -> pl.DataFrame:
        """One row a finding, nested fields flattened with ``_``; needs the package polars.

        Raises:
            ImportError: polars is not installed.
        """
        import polars as pl

        from zwgk.reports.flat import COLUMNS, flat

        rows = [flat(record) for record in self.records()]
        return pl.DataFrame(
            rows, schema=dict.fromkeys(COLUMNS, pl.String) if not rows else None, infer_schema_length=None
        )
