"""Findings as the state keeps them: what tells one from another, and when its verdict may change by time alone."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.model import SECONDS_A_DAY, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zwgk.measure import WorkCalendar
    from zwgk.model import Moment, Rule

TRACKED = (Verdict.BREACHED.value, Verdict.PENDING.value, Verdict.UNDECIDED.value)
"""The verdicts that the state keeps; of the others it keeps only what was once a breach."""
GONE = "gone"
"""Stands for the verdict of an obligation that is no longer there."""


class Item(NamedTuple):
    """A finding, flat; times as the report writes them."""

    fingerprint: str
    rule: str
    case: str | None
    agency: str | None
    region: str | None
    period: str | None
    member: str | None
    verdict: str
    breach: str | None
    trigger_event: str | None
    trigger_time: str | None
    due_earliest: str | None
    due_latest: str | None
    performed_event: str | None
    performed_time: str | None
    soon: bool
    waived: str | None = None
    """The breach that a waiver excuses; the verdict is then ``excused``."""

    @property
    def is_breach(self) -> bool:
        """Whether the verdict is ``breached``."""
        return self.verdict == Verdict.BREACHED

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done about it: breached, and not merely done too late."""
        return self.is_breach and self.breach != "late"

    @property
    def is_tracked(self) -> bool:
        """Whether the state keeps it though it never was a breach."""
        return self.verdict in TRACKED or self.waived is not None

    @property
    def evidence(self) -> tuple[str | None, ...]:
        """The events that it rests on."""
        return self.trigger_event, self.trigger_time, self.performed_event, self.performed_time


def item_of(record: Mapping[str, Any], soon: frozenset[str] = frozenset(), *, waived: str | None = None) -> Item:
    """The item of a record of the JSON report; ``soon`` are the fingerprints of what is due soon, ``waived`` the breach excused."""
    trigger, due, performed = record["trigger"] or {}, record["due"] or {}, record["performed"] or {}
    return Item(
        record["fingerprint"],
        record["rule"],
        record["case"],
        record["agency"],
        record["region"],
        record["period"],
        record["member"],
        record["verdict"],
        record["breach"],
        trigger.get("event"),
        trigger.get("time"),
        due.get("earliest"),
        due.get("latest"),
        performed.get("event"),
        performed.get("time"),
        record["fingerprint"] in soon,
        waived,
    )


def group_of(item: Item, rule: Rule) -> int:
    """The number of the group of events that a finding is judged in.

    That is its case; for a finding without case the equal events; for one among links the equal triggers; for a duty of
    agencies the whole rule. Equal groups have equal numbers; unequal ones nearly always not.
    """
    if rule.match_by:
        return link_key(rule.id, item.case or "", item.trigger_time or "")
    if item.trigger_event is None:
        return owed_group(rule.id)
    return group_number(item.case or f"\0{item.trigger_event}\0{item.trigger_time}")


def owed_group(rule: str) -> int:
    """The group of all findings of a duty of agencies."""
    return group_number(f"\3{rule}")


def link_key(rule: str, case: str, time: str) -> int:
    """The group of a finding among links: the findings of the rule that its fingerprint can be confused with."""
    return group_number(f"\2{rule}\0{case}\0{time}")


def group_number(key: str) -> int:
    """A signed number of 64 bits for a case, the same everywhere."""
    return int.from_bytes(
        hashlib.md5(key.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()[8:], "little", signed=True
    )


# --- time alone -------------------------------------------------------------------------------------------

EVERY_RUN = 0
"""A moment that has always passed."""


def wakes(item: Item, rule: Rule, as_of: Moment, calendar: WorkCalendar, *, due_soon: int) -> int | None:
    """The second from which the verdict, or whether it is due soon, may be another without any new event; None: never.

    Never too late: it may name a moment at which nothing changes after all.
    """
    if item.verdict not in (Verdict.PENDING, Verdict.UNDECIDED):
        return None
    ends = [_first_second(text) for text in (item.due_earliest, item.due_latest) if text]
    if rule.clock is not None and item.due_earliest != item.due_latest:
        # A stop that is still open moves the bounds from day to day.
        return EVERY_RUN
    if not ends:
        return None
    edges = [edge for first in ends for edge in (first, first - first % SECONDS_A_DAY + SECONDS_A_DAY, first + 1)]
    if item.verdict == Verdict.PENDING and not item.soon:
        edges.append(_soon_from(min(ends), as_of, calendar, due_soon) * SECONDS_A_DAY)
    return min((edge for edge in edges if edge > as_of.latest), default=None)


def _first_second(text: str) -> int:
    moment = dt.datetime.fromisoformat(text)
    return moment.toordinal() * SECONDS_A_DAY + moment.hour * 3600 + moment.minute * 60 + moment.second


def _soon_from(due: int, as_of: Moment, calendar: WorkCalendar, due_soon: int) -> int:
    """The first day, not before as-of, on which the due day is at most ``due_soon`` working days away."""
    last = due // SECONDS_A_DAY
    day = last
    while day > as_of.day:
        left = calendar.workdays_between(day - 1, last)
        if (last - day + 1 if left is None else left) > due_soon:
            break
        day -= 1
    return day
