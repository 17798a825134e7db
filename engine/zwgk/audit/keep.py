"""From a night's evaluation to the state: compare, keep, and say what changed; all of it in one transaction."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.audit.changes import KINDS, Change, Setting, advance, cause_of, closing_event, kind_of, tally, vanished
from zwgk.audit.items import TRACKED
from zwgk.audit.standing import standings
from zwgk.audit.state import RunRow
from zwgk.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zwgk.audit.items import Item
    from zwgk.audit.night import Night
    from zwgk.audit.state import Kept, State

_SIZE = 1 << 256


class Comparison(NamedTuple):
    """What a night changes: the rows to keep and to forget, what is told, and how many are newly soon or undecided."""

    changes: tuple[Change, ...]
    keep: tuple[Kept, ...]
    forget: tuple[str, ...]
    fresh: Mapping[str, int]
    verdicts: int
    """What the digest of all verdicts grows by."""


def compare(night: Night, known: Mapping[str, Kept], last: RunRow | None, state: State) -> Comparison:
    """Compare a night with what is known of the same groups (all of them, if it was evaluated whole)."""
    run = last.run + 1 if last else 1
    before = state.meta("setting")
    law = night.setting.differing(Setting(*before)) if before else ()
    touched = _Touched(night, state, same_inputs=[*night.inputs] == state.inputs())
    changes: list[Change] = []
    keep: list[Kept] = []
    forget: list[str] = []
    grown = 0
    gone = {name: vanished(kept) for name, kept in known.items() if name not in night.items}
    for name, item in (*night.items.items(), *gone.items()):
        kept = known.get(name)
        group = night.groups.get(name, kept.group if kept else None)
        kind = kind_of(kept, item)
        if kind:
            cause = cause_of(kept, item, touched=touched(group), law=law, first=last is None)
            if kind == "waived" or cause == "waivers":
                by = night.said.get(name)
            else:
                by = closing_event(item) if kind != "new" else None
            was = kept.item.breach or kept.item.verdict if kept else ""
            changes.append(Change(run, kind, cause, by, was, item))
        after = advance(kept, item, kind, run, group=group, wakes=night.wakes.get(name))
        if after.first_seen is None and not item.is_tracked:
            if kept is not None:
                forget.append(name)
        elif after != kept:
            keep.append(after)
        grown += _weight(item) - (_weight(kept.item) if kept else 0)
    order = sorted(changes, key=lambda one: (one.item.rule, one.item.case or "", one.item.fingerprint))
    return Comparison(tuple(order), tuple(keep), tuple(forget), tally(night.items, known), grown % _SIZE)


def _weight(item: Item) -> int:
    """What a finding adds to the digest of all verdicts, whatever the order."""
    if item.verdict not in TRACKED:
        return 0
    text = f"{item.fingerprint}\t{item.verdict}\t{item.breach}\t{item.soon}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def verdicts_digest(items: Iterable[Item]) -> str:
    """The digest of the verdicts of these findings (those met or excused add nothing), whatever their order."""
    return digest_text(sum(_weight(item) for item in items) % _SIZE)


def digest_text(number: int) -> str:
    """A digest as the receipt shows it."""
    return f"sum256:{number:064x}"


class _Touched:
    """Whether the events of a group changed; None where that is not known."""

    def __init__(self, night: Night, state: State, *, same_inputs: bool) -> None:
        self._none = same_inputs
        self._groups = night.touched
        self._untold = night.untold
        self._now = night.contents
        self._before: Mapping[int, int] = {}
        if night.contents is not None and not same_inputs:
            self._before = state.pairs("groups")

    def __call__(self, group: int | None) -> bool | None:
        if self._none:
            return False
        if group is None or group in self._untold:
            return None
        if self._groups is not None:
            return group in self._groups
        if self._now is None or not self._before:
            return None
        if group not in self._now and group not in self._before:
            return None
        return self._now.get(group) != self._before.get(group)


# --- keeping ----------------------------------------------------------------------------------------------


def write(
    state: State,
    night: Night,
    found: Comparison,
    *,
    run: int,
    receipt_of: Callable[[Mapping[str, Any], str], Mapping[str, Any]],
) -> RunRow:
    """Keep a run; to be called inside a transaction. ``receipt_of`` makes the receipt of its totals and verdicts' digest."""
    state.put_findings(found.keep)
    state.drop_findings(found.forget)
    state.put_rows(
        "changes",
        ((run, one.item.fingerprint, one.kind, one.cause, one.by, one.was, *stored(one.item)) for one in found.changes),
    )
    _put_table(state, "counts", night.counts)
    _put_table(state, "paces", night.paces)
    if night.contents is not None:
        _put_table(state, "groups", {(group,): content for group, content in night.contents.items()})
    elif night.scope is None:
        state.clear("groups")
    open_now = state.open_by_agency()
    opened = [one.item.agency or "" for one in found.changes if one.kind in ("new", "reopened")]
    closed = [one.item.agency or "" for one in found.changes if one.kind == "closed"]
    rows = standings(night.counts, night.paces, open_now=open_now, opened=opened, closed=closed)
    state.put_rows("standings", ((run, *one) for one in rows))
    state.put_inputs(night.inputs)
    state.put_meta("setting", list(night.setting))
    verdicts = (int(state.meta("verdicts") or "0", 16) + found.verdicts) % _SIZE
    state.put_meta("verdicts", f"{verdicts:x}")
    totals = _totals(night, found, sum(open_now.values()), state.count("waived IS NOT NULL"))
    receipt = receipt_of(totals, digest_text(verdicts))
    row = RunRow(run, night.as_of.iso(), night.as_of.latest, night.mode, totals, receipt, delivered=False)
    state.put_run(row)
    return row


def _put_table(state: State, table: str, now: Mapping[Any, int]) -> None:
    """Make a table hold these numbers, touching only the rows that differ."""
    before = state.pairs(table)
    if table == "groups":
        before = {(key,): value for key, value in before.items()}
    gone: Sequence[Any] = [key for key in before if not now.get(key)]
    state.drop_rows(table, gone)
    state.put_rows(table, ((*key, number) for key, number in now.items() if number and before.get(key) != number))


def stored(item: Item) -> tuple[str, str | None]:
    """The verdict and the breach of a change as they are kept: what is waived with the breach that it would be."""
    return item.verdict, item.breach or item.waived


def restored(item: Item, verdict: str, breach: str | None) -> Item:
    """An item as it was when a change was kept (:func:`stored`)."""
    if verdict == Verdict.EXCUSED:
        return item._replace(verdict=verdict, breach=None, waived=breach)
    return item._replace(verdict=verdict, breach=breach, waived=None)


def _totals(night: Night, found: Comparison, open_now: int, waived: int) -> dict[str, Any]:
    """The numbers of a run, for its report and for the trends."""
    verdicts: Counter[str] = Counter()
    for (_rule, _agency, verdict), number in night.counts.items():
        verdicts[verdict] += number
    kinds = Counter(one.kind for one in found.changes)
    return {
        "events": sum(one.rows for one in night.inputs),
        "open": open_now,
        "under-waiver": waived,
        **{name: verdicts[name] for name in ("met", "breached", "pending", "excused", "undecided", "due-soon")},
        **{name: kinds[name] for name in KINDS},
        "newly-due-soon": found.fresh["due-soon"],
        "newly-undecided": found.fresh["undecided"],
    }
