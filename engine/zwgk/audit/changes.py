"""What changed about a finding since the last run, and why. Nothing in here reads or writes anything.

A finding is *open* while it is a breach that something can still be done about; one that was done too late (``late``) is a
breach that is closed. Kinds of change: ``new`` never a breach before; ``reopened`` a breach again; ``closed`` was open and is
not; ``cleared`` was done too late and is now no breach at all (the log, the law or the calendar was put right); ``waived`` would be a
breach, and a waiver has come to excuse it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zwgk.audit.items import GONE
from zwgk.audit.state import Kept
from zwgk.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zwgk.audit.items import Item

KINDS = ("new", "reopened", "closed", "cleared", "waived")


class Change(NamedTuple):
    """One change: ``was`` and ``item`` are the finding before and after (``verdict`` ``gone`` where it is no more).

    ``cause`` is ``first`` (the first run), ``waivers``, ``events``, ``time``, or what of ``rules``, ``calendar``, ``options`` and
    ``engine`` changed since (more than one with ``+`` between). ``by`` is the event that closed it, if an event did; of what is
    waived, or is a breach again after it was, what the waiver says.
    """

    run: int
    kind: str
    cause: str
    by: str | None
    was: str
    item: Item


class Setting(NamedTuple):
    """What a run stands on besides the events: a digest each."""

    rules: str
    calendar: str
    options: str
    engine: str

    def differing(self, other: Setting) -> tuple[str, ...]:
        """The names of what is different."""
        return tuple(name for name, a, b in zip(self._fields, self, other, strict=True) if a != b)


def kind_of(kept: Kept | None, item: Item) -> str | None:
    """The kind of change from what was kept to what is now; None if none of note."""
    was = kept.item if kept else None
    once = kept is not None and kept.first_seen is not None
    if item.waived and not (was and was.waived):
        return "waived"
    if item.is_breach and not (was and was.is_breach):
        return "reopened" if once else "new"
    if was and was.is_breach and not item.is_breach:
        return "closed" if was.is_open else "cleared"
    if was and was.is_open and not item.is_open:
        return "closed"
    if was and was.is_breach and item.is_open and not was.is_open:
        return "reopened"
    return None


def cause_of(kept: Kept | None, item: Item, *, touched: bool | None, law: tuple[str, ...], first: bool) -> str:
    """Why it changed.

    Args:
        kept: what was kept.
        item: what is now.
        touched: whether the events of its group changed; None if that is not known.
        law: what of the :class:`Setting` changed.
        first: whether this is the first run.
    """
    if first:
        return "first"
    was = kept.item if kept else None
    if was and bool(was.waived) != bool(item.waived) and (was.breach or was.waived) and (item.breach or item.waived):
        return "waivers"
    if touched:
        return "events"
    same_evidence = was is None or was.evidence == item.evidence
    if not law:
        return "time" if same_evidence and (touched is False or _waited(was)) else "events"
    if touched is None and not same_evidence:
        return "events"
    if _waited(was) and was and (was.due_earliest, was.due_latest) == (item.due_earliest, item.due_latest):
        return "time"
    return "+".join(law)


def _waited(was: Item | None) -> bool:
    return was is None or was.verdict in (Verdict.PENDING, Verdict.UNDECIDED)


def advance(kept: Kept | None, item: Item, kind: str | None, run: int, *, group: int | None, wakes: int | None) -> Kept:
    """What is to be kept now."""
    if kept is None:
        kept = Kept(item, group, wakes, None, None, None, None, 0)
    after = kept._replace(item=item, wakes=wakes, group=kept.group if group is None else group)
    if kind in ("new", "reopened"):
        after = after._replace(
            first_seen=run if kept.first_seen is None else kept.first_seen,
            opened=run,
            closed=None if item.is_open else run,
            closed_by=None if item.is_open else closing_event(item),
            times=kept.times + 1,
        )
    elif kind in ("closed", "cleared"):
        after = after._replace(closed=run, closed_by=closing_event(item))
    elif kind == "waived" and kept.opened is not None:
        after = after._replace(closed=run, closed_by=None)
    return after


def closing_event(item: Item) -> str | None:
    """The event that closed a finding, with its time; None where no event did."""
    if item.performed_event is None:
        return None
    return f"{item.performed_event} {item.performed_time}"


def vanished(kept: Kept) -> Item:
    """The item of a finding whose obligation is no longer there."""
    return kept.item._replace(
        verdict=GONE, breach=None, performed_event=None, performed_time=None, soon=False, waived=None
    )


def tally(items: Mapping[str, Item], known: Mapping[str, Kept]) -> dict[str, int]:
    """How many are due soon or undecided now that were not before."""
    fresh = {"due-soon": 0, "undecided": 0}
    for fingerprint, item in items.items():
        was = known[fingerprint].item if fingerprint in known else None
        if item.soon and not (was and was.soon):
            fresh["due-soon"] += 1
        if item.verdict == Verdict.UNDECIDED and not (was and was.verdict == Verdict.UNDECIDED):
            fresh["undecided"] += 1
    return fresh
