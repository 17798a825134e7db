"""Decisions over distinct patterns: which rules an event raises, and what the measured signs amount to.

A *decision table* is a list of rows: a conclusion and a condition in conjunctive form (every clause must hold; a
clause holds if one of its ``field = value`` atoms does). Two deciders read the same tables: durable_rules, and a plain
one for platforms where that package cannot be built. Arithmetic happens elsewhere: a pattern holds only small words, so
a log of a million events asks a few dozen distinct questions, and each is asked once.

This is the only module that knows durable_rules. What the package may be trusted with, and what not, shaped the tables:
single facts, constants, equality, ``$and`` / ``$or``, at most :data:`MOST_ROWS` rows that can match one fact.
"""

from __future__ import annotations

import threading
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


class Decider(Protocol):
    """Answers a pattern with the conclusions of a table that was made known under a name."""

    name: str

    def learn(self, table: str, rows: Sequence[Row]) -> None:
        """Make a table known."""

    def decide(self, table: str, pattern: Pattern) -> tuple[str, ...]:
        """The distinct conclusions whose conditions the pattern meets, sorted."""


class PlainDecider:
    """The tables read by a loop."""

    name = "plain"

    def __init__(self) -> None:
        """Start with no table and nothing remembered."""
        self._tables: dict[str, tuple[Row, ...]] = {}
        self._memo: dict[tuple[str, Pattern], tuple[str, ...]] = {}

    def learn(self, table: str, rows: Sequence[Row]) -> None:
        """Make a table known, in place of another of that name."""
        if self._tables.get(table) != tuple(rows):
            self._tables[table] = tuple(rows)
            _forget(self._memo, table)

    def decide(self, table: str, pattern: Pattern) -> tuple[str, ...]:
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


def _forget(memo: dict[tuple[str, Pattern], tuple[str, ...]], table: str) -> None:
    for key in [key for key in memo if key[0] == table]:
        del memo[key]


class DurableDecider:
    """The tables compiled to durable_rules rule sets; each pattern is one fact in a state of its own."""

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
        self._tables: dict[str, tuple[Row, ...]] = {}
        self._learned = 0
        self._parts: dict[str, list[str]] = {}
        self._memo: dict[tuple[str, Pattern], tuple[str, ...]] = {}
        self._fired: list[str] = []
        self._asked = 0
        self._lock = threading.Lock()

    def learn(self, table: str, rows: Sequence[Row]) -> None:
        """Compile a table, in parts small enough for the package, in place of another of that name."""
        with self._lock:
            if self._tables.get(table) == tuple(rows):
                return
            self._tables[table] = tuple(rows)
            _forget(self._memo, table)
            # A rule set cannot be replaced: a new table of an old name gets names of its own.
            self._learned += 1
            parts = [rows[i : i + MOST_ROWS] for i in range(0, len(rows), MOST_ROWS)] or [rows]
            self._parts[table] = [f"{table}#{self._learned}.{i}" for i in range(len(parts))]
            for name, part in zip(self._parts[table], parts, strict=True):
                compiled: dict[str, Any] = {
                    f"r{i}": {"all": [{"m": _condition(row.clauses)}], "run": self._action(row.conclusion)}
                    for i, row in enumerate(part)
                }
                # A fact that meets no condition is an error to the package; so every pattern meets this one.
                compiled["_asked"] = {"all": [{"m": {"asked": "yes"}}], "run": self._action("_asked")}
                # A last fact that must fire: the package can cut a batch off without a word.
                compiled["_done"] = {"all": [{"m": {"done": "yes"}}], "run": self._action("_done")}
                self._host.set_rulesets({name: compiled})

    def _action(self, conclusion: str) -> Any:
        def run(_context: object) -> None:
            self._fired.append(conclusion)

        return run

    def decide(self, table: str, pattern: Pattern) -> tuple[str, ...]:
        """The distinct conclusions whose conditions the pattern meets, sorted."""
        key = (table, pattern)
        known = self._memo.get(key)
        if known is None:
            with self._lock:
                known = self._memo[key] = self._ask(table, pattern)
        return known

    def _ask(self, table: str, pattern: Pattern) -> tuple[str, ...]:
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
    """durable_rules where it can be loaded, the plain decider elsewhere; both conclude the same, by test."""
    try:
        return DurableDecider()
    except ImportError:
        return PlainDecider()


# --- verdicts ---------------------------------------------------------------------------------------------

VERDICTS = "verdict"


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


def judge(decider: Decider, pattern: Pattern) -> Outcome:
    """The one outcome of a pattern of signs.

    Raises:
        RuntimeError: the table has no answer or two, a defect of the table.
    """
    conclusions = decider.decide(VERDICTS, pattern)
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
