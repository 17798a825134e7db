"""What a run came to, for whoever tells it on: the screen, reports, notifications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zwgk.audit.changes import Change
    from zwgk.audit.history import History
    from zwgk.model import Problem
    from zwgk.report import Report


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that is kept.

    Attributes:
        previous: the moment that the run before judged; None for the first run.
        changes: those of this run, and of earlier ones whose reports were never written.
        totals: ``events``, ``open``, findings by verdict, changes by kind, ``newly-due-soon``, ``newly-undecided``.
        notices: what happened besides, in sentences.
        problems: rows that could not be read.
        open_now: the fingerprints of what is open; empty unless an output asks for them.
        titles: rule → title.
        report: the whole report, where it was made.
        history: the trends up to this run; None unless an output shows them.
    """

    run: int
    as_of: str
    previous: str | None
    mode: str
    changes: tuple[Change, ...]
    totals: Mapping[str, Any]
    notices: tuple[str, ...]
    problems: tuple[Problem, ...]
    open_now: frozenset[str]
    titles: Mapping[str, str]
    report: Report | None
    exit_code: int
    history: History | None = None


def exit_code(
    fail_on: str, fail_for: str, totals: Mapping[str, Any], changes: tuple[Change, ...], *, problems: bool
) -> int:
    """0 nothing at the fail level; 1 something at it; 2 rows could not be read."""
    if problems:
        return 2
    if fail_on == "never":
        return 0
    if fail_for == "open":
        counted = totals["open"]
        level = {"due-soon": totals["due-soon"], "undecided": totals["undecided"]}.get(fail_on, 0)
    else:
        counted = sum(one.kind in ("new", "reopened") for one in changes)
        level = totals.get(f"newly-{fail_on}", 0)
    return 1 if counted or level else 0
