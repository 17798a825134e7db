"""Decisions over distinct patterns: which rules an event raises, and what the measured signs amount to.

A *decision table* is a list of rows: a conclusion and a condition in conjunctive form (every clause must hold; a
clause holds if one of its ``field = value`` atoms does). Two deciders read the same tables: durable_rules, and a plain
one for platforms where that package cannot be built. Arithmetic happens elsewhere: a pattern holds only small words, so
a log of a million events asks a few dozen distinct questions, and each is asked once.

This is the only module that knows durable_rules. What the package may be trusted with, and what not, shaped the tables:
single facts, constants, equality, ``$and`` / ``$or``, at most :data:`MOST_ROWS` rows that can match one fact.
"""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_ROWS = 60
"""durable_rules has a hard limit of 64 rules that match one fact at once."""

Atom = tuple[str, str]
Clause = tuple[Atom, ...]
Pattern = tuple[tuple[str, str], ...]


class Row(NamedTuple):
    """One row of a decision table."""

    conclusion: str
    clauses: tuple[Clause, ...]


Table = int
"""A table as a decider knows it: equal tables have one number."""


class Decider(Protocol):
    """Answers a pattern with the conclusions of a table that was made known."""

    name: str

    def learn(self, rows: Sequence[Row]) -> Table:
        """Make a table known, if it is not."""

    def decide(self, table: Table, pattern: Pattern) -> tuple[str, ...]:
        """The distinct conclusions whose conditions the pattern meets, sorted."""


class PlainDecider:
    """The tables read by a loop. May be used from several threads."""

    name = "plain"

    def __init__(self) -> None:
        """Start with no table and nothing remembered."""
        self._numbers: dict[tuple[Row, ...], Table] = {}
        self._tables: list[tuple[Row, ...]] = []
        self._memo: dict[tuple[Table, Pattern], tuple[str, ...]] = {}
        self._lock = threading.Lock()

    def learn(self, rows: Sequence[Row]) -> Table:
        """Make a table known, if it is not."""
        content = tuple(rows)
        with self._lock:
            if content not in self._numbers:
                self._numbers[content] = len(self._tables)
                self._tables.append(content)
            return self._numbers[content]

    def decide(self, table: Table, pattern: Pattern) -> tuple[str, ...]:
        """The distinct conclusions whose conditions the pattern meets, sorted."""
        key = (table, pattern)
        known = self._memo.get(key)
        if known is None:
            facts = set(pattern)
            known = self._memo[key] = tuple(
                sorted(
                    {
                        row.conclusion
                        for row in self._tables[table]
                        if all(any(atom in facts for atom in clause) for clause in row.clauses)
                    }
                )
            )
        return known


class DurableDecider:
    """The tables compiled to durable_rules rule sets; each pattern is one fact in a state of its own.

    The package never gives back what a rule set takes: a decider is to be kept and used again (:func:`make_decider`).
    May be used from several threads.
    """

    name = "durable_rules"

    def __init__(self) -> None:
        """Load the package.

        Raises:
            ImportError: it is not installed, or was built for another interpreter.
        """
        from durable.engine import Host

        class QuietHost(Host):  # type: ignore[misc]
            """Without the two timer threads that the package starts and never stops."""

            def _run(self) -> None:
                pass

        self._host = QuietHost()
        self._numbers: dict[tuple[Row, ...], Table] = {}
        self._parts: dict[Table, list[str]] = {}
        self._tried = 0
        self._memo: dict[tuple[Table, Pattern], tuple[str, ...]] = {}
        self._fired: list[str] = []
        self._asked = 0
        self._lock = threading.Lock()

    @property
    def rule_sets(self) -> int:
        """How many rule sets the package holds for this decider."""
        return len(self._host._ruleset_list)  # noqa: SLF001 - the package has no other way to tell

    def learn(self, rows: Sequence[Row]) -> Table:
        """Compile a table that is not known yet, in parts small enough for the package."""
        content = tuple(rows)
        with self._lock:
            known = self._numbers.get(content)
            if known is not None:
                return known
            # A rule set cannot be replaced: an attempt that was broken off leaves its names behind.
            self._tried += 1
            pieces = [content[i : i + MOST_ROWS] for i in range(0, len(content), MOST_ROWS)] or [content]
            self._parts[self._tried] = [f"t{self._tried}.{i}" for i in range(len(pieces))]
            for name, piece in zip(self._parts[self._tried], pieces, strict=True):
                self._host.set_rulesets({name: self._compiled(piece)})
            self._numbers[content] = self._tried
            return self._tried

    def _compiled(self, rows: Sequence[Row]) -> dict[str, Any]:
        compiled: dict[str, Any] = {
            f"r{i}": {"all": [{"m": _condition(row.clauses)}], "run": self._action(row.conclusion)}
            for i, row in enumerate(rows)
        }
        # A fact that meets no condition is an error to the package; so every pattern meets this one.
        compiled["_asked"] = {"all": [{"m": {"asked": "yes"}}], "run": self._action("_asked")}
        # A last fact that must fire: the package can cut a batch off without a word.
        compiled["_done"] = {"all": [{"m": {"done": "yes"}}], "run": self._action("_done")}
        return compiled

    def _action(self, conclusion: str) -> Any:
        def run(_context: object) -> None:
            self._fired.append(conclusion)

        return run

    def decide(self, table: Table, pattern: Pattern) -> tuple[str, ...]:
        """The distinct conclusions whose conditions the pattern meets, sorted."""
        key = (table, pattern)
        known = self._memo.get(key)
        if known is None:
            with self._lock:
                known = self._memo.get(key)
                if known is None:
                    known = self._memo[key] = self._ask(table, pattern)
        return known

    def _ask(self, table: Table, pattern: Pattern) -> tuple[str, ...]:
        conclusions: set[str] = set()
        for part in self._parts[table]:
            self._asked += 1
            state = str(self._asked)
            self._fired.clear()
            fact = dict(pattern, id="pattern", sid=state, asked="yes")
            self._host.assert_facts(part, [fact, {"id": "done", "sid": state, "done": "yes"}])
            error = (self._host.get_state(part, state) or {}).get("exception")
            if error:
                raise RuntimeError(f"durable_rules: {error}")
            if not {"_asked", "_done"} <= set(self._fired):
                raise RuntimeError(f"durable_rules did not finish table {part} on {pattern}")
            conclusions.update(self._fired)
            self._host.delete_state(part, state)
        return tuple(sorted(conclusions - {"_asked", "_done"}))


def _condition(clauses: Sequence[Clause]) -> dict[str, Any]:
    made = [
        {clause[0][0]: clause[0][1]} if len(clause) == 1 else {"$or": [{name: value} for name, value in clause]}
        for clause in clauses
    ]
    return made[0] if len(made) == 1 else {"$and": made}


def make_decider() -> Decider:
    """durable_rules where it can be loaded, the plain decider elsewhere; both conclude the same, by test.

    The same decider throughout a process. What it holds depends on nothing but the tables it was asked about, so that
    nobody can tell whether somebody else used it before.
    """
    return _decider_of(os.getpid())


@cache
def _decider_of(_process: int) -> Decider:
    """One for each process: another thread may have been using that of the process from which this one was forked."""
    try:
        return DurableDecider()
    except ImportError:
        return PlainDecider()


# --- verdicts ---------------------------------------------------------------------------------------------


class Outcome(NamedTuple):
    """What a pattern of signs amounts to; ``reason`` names the sentence that says why."""

    verdict: str
    breach: str | None
    reason: str


def _row(verdict: str, breach: str, reason: str, **signs: str) -> Row:
    """``signs``: field = the words that fit, separated by spaces."""
    clauses = tuple(tuple((name, word) for word in words.split()) for name, words in signs.items())
    return Row(f"{verdict}/{breach}/{reason}", clauses)


SIGNS = {
    "due": ("applies", "performed", "due"),
    "period": ("applies", "closed", "due", "excuse"),
    "order": ("applies", "order"),
    "content": ("applies", "content"),
    "number": ("applies", "number"),
}
"""The signs that are measured for each kind of question, in the order in which they are given."""

VERDICT_TABLE: tuple[Row, ...] = (
    # something to be done by a day: deadline, cadence, fixed-date, coverage
    _row("met", "", "in_time", kind="due", performed="in_time"),
    _row("breached", "late", "late", kind="due", applies="yes", performed="after"),
    _row("undecided", "", "between", kind="due", applies="yes", performed="between"),
    _row("undecided", "", "contradiction", kind="due", applies="yes", performed="contradicts"),
    _row("pending", "", "pending", kind="due", applies="yes", performed="none", due="ahead"),
    _row("breached", "overdue", "overdue", kind="due", applies="yes", performed="none", due="passed"),
    _row("undecided", "", "between_open", kind="due", applies="yes", performed="none", due="between"),
    _row("pending", "", "waiting", kind="due", applies="yes", performed="none", due="waiting"),
    _row("undecided", "", "condition", kind="due", applies="unknown", performed="after between contradicts none"),
    # a period that must last: minimum-period
    _row("met", "", "long_enough", kind="period", closed="enough"),
    _row("met", "", "still_open", kind="period", closed="no", due="reached"),
    _row("pending", "", "running", kind="period", applies="yes", closed="no", due="ahead"),
    _row("undecided", "", "between_open", kind="period", applies="yes", closed="no", due="between"),
    _row("excused", "", "excused", kind="period", closed="short", excuse="given"),
    _row("breached", "short", "short", kind="period", applies="yes", closed="short", excuse="blank"),
    _row("undecided", "", "excuse_unknown", kind="period", applies="yes", closed="short", excuse="unknown"),
    _row("undecided", "", "between", kind="period", applies="yes", closed="between"),
    _row("undecided", "", "contradiction", kind="period", applies="yes", closed="contradicts"),
    _row("undecided", "", "condition", kind="period", applies="unknown", closed="contradicts between"),
    _row("undecided", "", "condition", kind="period", applies="unknown", closed="no", due="ahead between"),
    _row("undecided", "", "condition", kind="period", applies="unknown", closed="short", excuse="blank unknown"),
    # one thing before another: order
    _row("met", "", "in_order", kind="order", order="kept"),
    _row("breached", "out-of-order", "out_of_order", kind="order", applies="yes", order="broken"),
    _row("breached", "missing", "no_predecessor", kind="order", applies="yes", order="absent"),
    _row("undecided", "", "same_day", kind="order", applies="yes", order="unclear"),
    _row("undecided", "", "no_number", kind="order", applies="yes", order="open"),
    _row("undecided", "", "condition", kind="order", applies="unknown", order="broken absent unclear open"),
    # what a record must hold: content
    _row("met", "", "complete", kind="content", content="complete"),
    _row("breached", "missing", "incomplete", kind="content", applies="yes", content="incomplete"),
    _row("undecided", "", "content_unknown", kind="content", applies="yes", content="unknown"),
    _row("undecided", "", "condition", kind="content", applies="unknown", content="incomplete unknown"),
    # a number: threshold
    _row("met", "", "reached", kind="number", number="reached"),
    _row("breached", "below", "below", kind="number", applies="yes", number="below"),
    _row("undecided", "", "number_unknown", kind="number", applies="yes", number="unknown"),
    _row("undecided", "", "condition", kind="number", applies="unknown", number="below unknown"),
)


def judge(decider: Decider, verdicts: Table, pattern: Pattern) -> Outcome:
    """The one outcome of a pattern of signs; ``verdicts`` is :data:`VERDICT_TABLE` as the decider knows it.

    Raises:
        RuntimeError: the table has no answer or two, a defect of the table.
    """
    conclusions = decider.decide(verdicts, pattern)
    if len(conclusions) != 1:
        raise RuntimeError(f"{len(conclusions)} outcomes for {pattern}: {conclusions}")
    verdict, breach, reason = conclusions[0].split("/")
    return Outcome(verdict, breach or None, reason)


# --- selection --------------------------------------------------------------------------------------------


class Candidate(NamedTuple):
    """A rule as selection sees it: its conditions by number, and the candidates that override it."""

    conditions: tuple[int, ...]
    overridden_by: tuple[int, ...]


def selection_table(candidates: Sequence[Candidate]) -> tuple[Row, ...]:
    """The table that says which of the rules on one trigger event apply.

    Fields: ``r<i>`` = ``in`` / ``out`` (candidate i is in force and looks at the event), ``c<j>`` = ``yes`` / ``no`` /
    ``unknown`` (condition j). Conclusions: ``<i>:yes``, ``<i>:unknown``.
    """
    rows: list[Row] = []
    for i, candidate in enumerate(candidates):
        holds = _holds(i, candidate)
        over = [(s, candidates[s]) for s in candidate.overridden_by]
        none_surely = tuple(_fails(s, other, "no") for s, other in over)
        none_known = tuple(_fails(s, other, "no", "unknown") for s, other in over)
        rows.append(Row(f"{i}:yes", holds + none_surely))
        if candidate.conditions:
            rows.append(Row(f"{i}:unknown", _may_hold(i, candidate) + none_known))
        rows.extend(
            Row(f"{i}:unknown", holds + none_known + _may_hold(s, other)) for s, other in over if other.conditions
        )
    return tuple(rows)


def _holds(i: int, candidate: Candidate) -> tuple[Clause, ...]:
    return ((((f"r{i}", "in")),), *(((f"c{j}", "yes"),) for j in candidate.conditions))


def _may_hold(i: int, candidate: Candidate) -> tuple[Clause, ...]:
    return (
        ((f"r{i}", "in"),),
        *(((f"c{j}", "yes"), (f"c{j}", "unknown")) for j in candidate.conditions),
        tuple((f"c{j}", "unknown") for j in candidate.conditions),
    )


def _fails(i: int, candidate: Candidate, *words: str) -> Clause:
    return ((f"r{i}", "out"), *((f"c{j}", word) for j in candidate.conditions for word in words))


def signs(**words: str) -> Pattern:
    """A pattern from its fields, in a fixed order."""
    return tuple(sorted(words.items()))


def facts_of(mapping: Mapping[str, str]) -> Pattern:
    """A pattern from a mapping, in a fixed order."""
    return tuple(sorted(mapping.items()))
