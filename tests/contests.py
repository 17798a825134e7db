"""Hold two evaluators to each other on one run: what differs, the smallest run that shows it, and both as text."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from evaluators import rule_of
from random_logs import log_to_csv
from witness_reading import WDue, WEvidence, WFinding

from zwgk.model import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evaluators import Contest
    from random_logs import Run

    from zwgk.model import Rule
    from zwgk.unread import UnreadRow

T = TypeVar("T")


class Difference(NamedTuple):
    """What only one of the two says; or, where both say the same, the first that stand in another order."""

    found: list[Any]
    expected: list[Any]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.found or self.expected)


class Outcome(NamedTuple):
    """How many obligations and cases were judged, and what differs."""

    obligations: int
    cases: int
    difference: Difference


def compare(run: Run, contest: Contest) -> Outcome:
    expected, found = contest.expected(run), contest.found(run)
    difference = Difference([], [])
    if found != expected:
        missing = list(expected)
        surplus = [one for one in found if not _taken(missing, one)]
        difference = Difference(surplus, missing)
        if not difference:
            pairs = (pair for pair in zip(found, expected, strict=True) if pair[0] != pair[1])
            difference = Difference(*([one] for one in next(pairs)))
    cases = {event.case for event in run.events if event.case}
    return Outcome(len(expected) - 1, len(cases) if len(expected) > 1 else 0, difference)


def _taken(left: list[Any], one: object) -> bool:
    """Whether ``one`` is left, and is now taken away."""
    if one in left:
        left.remove(one)
        return True
    return False


# --- the smallest run -------------------------------------------------------------------------------------


def smallest(run: Run, contest: Contest) -> Run:
    """The run without the rules and events that the difference does not need."""
    difference = compare(run, contest).difference
    wanted = min(rule_of(one) for side in difference for one in side)

    def differs(smaller: Run) -> bool:
        try:
            difference = compare(smaller, contest).difference
        except Exception:  # noqa: BLE001  a smaller log that fails otherwise shows something else
            return False
        return any(rule_of(one) == wanted for side in difference for one in side)

    rows = _fewer([*run.events, *run.unread], lambda kept: differs(with_rows(run, kept)))
    run = with_rows(run, rows)
    return run._replace(rules=_fewer(run.rules, lambda kept: differs(run._replace(rules=kept))))


def with_rows(run: Run, rows: Sequence[Event | UnreadRow]) -> Run:
    """The run with no other rows than these, in files and rows that follow each other, as files of them have."""
    counted: Counter[int] = Counter()
    files = {source: place for place, source in enumerate(sorted({row.source for row in rows}))}
    numbered = []
    for row in sorted(rows, key=lambda row: (row.source, row.row)):
        counted[row.source] += 1
        numbered.append(row._replace(source=files[row.source], row=counted[row.source] + 1))
    events = [row for row in numbered if isinstance(row, Event)]
    return run._replace(events=events, unread=tuple(row for row in numbered if not isinstance(row, Event)))


def _fewer(items: list[T], enough: Callable[[list[T]], bool]) -> list[T]:
    """Drop ever smaller stretches of the items while what is left is still enough."""
    size = len(items) // 2 or 1
    while size:
        start = 0
        while start < len(items):
            kept = items[:start] + items[start + size :]
            if kept and enough(kept):
                items = kept
            else:
                start += size
        size //= 2
    return items


# --- printing ---------------------------------------------------------------------------------------------


def report(run: Run, contest: Contest, seed: int) -> str:
    """A difference as text: what each side says, the settings, the rules and the log as a file."""
    small = smallest(run, contest)
    difference = compare(small, contest).difference
    lines = [
        f"--- run {seed}: as of {small.as_of.iso()}, region {small.default_region}, named {sorted(small.named_packs)}"
    ]
    lines.append(f"    due soon {small.due_soon}, agencies {list(small.agencies)}")
    lines += [f"found   : {_shown(one)}" for one in difference.found]
    lines += [f"expected: {_shown(one)}" for one in difference.expected]
    lines += [_rule_text(rule) for rule in small.rules]
    rows = [*small.events, *small.unread]
    used = {name for row in rows for name in row.attributes}
    absent = sorted(used_by(small.rules) - small.columns)
    lines.append(f"columns absent from the log: {absent}" if absent else "")
    for source in sorted({row.source for row in rows}):
        own = [event for event in small.events if event.source == source]
        lines.append(log_to_csv(own, used, [row for row in small.unread if row.source == source]))
    return "\n".join(lines)


def used_by(rules: list[Rule]) -> set[str]:
    """The columns that the rules read."""
    names = {condition.attribute for rule in rules for condition in (*rule.where, *rule.performance_where)}
    names |= {one.attribute for rule in rules for wanted in rule.requires for one in (wanted, *wanted.when)}
    names |= {rule.excuse.attribute for rule in rules if rule.excuse}
    return names | {name for rule in rules for name in (rule.attribute, rule.member, rule.match_by) if name}


def _shown(said: Any) -> str:
    if not isinstance(said, WFinding):
        return str(said)
    parts = zip(said._fields, said, strict=True)
    return " ".join(f"{name}={_plain(value)}" for name, value in parts if value not in (None, False))


def _plain(value: object) -> str:
    if isinstance(value, WEvidence):
        return f"{value.time}(row {value.row}{f' of file {value.source + 1}' if value.source else ''})"
    if isinstance(value, WDue):
        return value.at or f"{value.earliest}..{value.latest}"
    return str(value)


def _rule_text(rule: Rule) -> str:
    skipped = {"title", "explain", "source", "severity", "path", "line", "cases"}
    parts = []
    for name in rule._fields:
        value = getattr(rule, name)
        if name in skipped or value in (None, (), "", False):
            continue
        if name.startswith("in_force"):
            value = dt.date.fromordinal(value)
        parts.append(f"{name}={value}")
    return "rule    : " + " ".join(parts)
