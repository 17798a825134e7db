"""Counts by agency and by rule, worst first, for every report that has such a table."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from zwgk.i18n import _

if TYPE_CHECKING:
    from zwgk.report import Report

BY = ("breached", "due-soon", "pending", "met", "excused", "undecided")
"""The columns of such a table: verdicts, and ``due-soon``, which is a part of ``pending``."""


def by_agency(report: Report) -> list[tuple[str, Counter[str]]]:
    """(agency, counts by verdict), most breaches first, then most findings, then by name."""
    table: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (_rule, agency, verdict), number in report.counts.items():
        table[agency][verdict] += number
    ranked = sorted(table.items(), key=lambda one: (-one[1]["breached"], -total(one[1]), one[0]))
    return [(agency or unnamed(), counts) for agency, counts in ranked]


def by_rule(report: Report) -> list[tuple[str, str, Counter[str]]]:
    """(rule id, title, counts by verdict), in the order of the ids."""
    table: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (rule, _agency, verdict), number in report.counts.items():
        table[rule][verdict] += number
    titles = {rule.id: rule.title for rule in report.rules}
    return [(rule, titles.get(rule, rule), table[rule]) for rule in sorted(table)]


def total(counts: Counter[str]) -> int:
    """The number of findings in such counts."""
    return counts.total() - counts["due-soon"]


def unnamed() -> str:
    """What stands where the log names no agency."""
    return _("（未填机关）")
