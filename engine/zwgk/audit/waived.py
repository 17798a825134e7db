"""Waivers at night: which files say them, and what they do to findings that the night itself did not judge again.

A waiver looks at nothing but a breach and the day. So after a night that judged only what can have changed, the waivers are held
to its findings and to the breaches that the state keeps of all others; the logs need not be read again for them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zwgk.audit.items import owed_group
from zwgk.errors import InputError
from zwgk.files import refusal
from zwgk.i18n import _
from zwgk.model import Verdict
from zwgk.waivers import load_waivers, settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zwgk.audit.items import Item
    from zwgk.audit.night import Night
    from zwgk.audit.standing import Counts
    from zwgk.audit.state import Kept, State
    from zwgk.waivers import Settled, Waiver

_MOST_NAMED = 6
_AT_ONCE = 500
_BREACHED, _EXCUSED = Verdict.BREACHED.value, Verdict.EXCUSED.value


class WaiverFile(NamedTuple):
    """A file of waivers as a run read it."""

    path: str
    size: int
    digest: str


class Granted(NamedTuple):
    """The waivers of a run, and the files that say them."""

    waivers: tuple[Waiver, ...]
    files: tuple[WaiverFile, ...]


def granted(paths: Sequence[str]) -> Granted:
    """Read files of waivers.

    Raises:
        WaiverError: with every complaint about every file.
    """
    # Stamped before they are read: what changes from here on is seen in the end.
    files = tuple(_stamped(path) for path in paths if Path(path).is_file())
    return Granted(load_waivers(paths), files)


def refuse_changed(before: Granted) -> None:
    """Refuse files of waivers that changed since ``before`` was read.

    Raises:
        InputError: some did; all are named.
    """
    moved = [one.path for one in before.files if _stamped(one.path) != one]
    if moved:
        text = _("{paths}：核查期间豁免清单变了；状态没有改动，请再运行一次")
        raise InputError(text.format(paths=_("、").join(moved)))


def _stamped(path: str) -> WaiverFile:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(_("{path}：读不到了（{reason}）；请核对").format(path=path, reason=refusal(error))) from None
    return WaiverFile(path, len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")


def notices(settled: Settled) -> Iterator[str]:
    """What there is to say of waivers that excuse nothing."""
    for names, text in (
        (settled.expired, _("{count}项豁免已过期，所涉违反重新计入：{names}")),
        (settled.refused, _("{count}项豁免所涉规则不得豁免，未采用：{names}")),
        (settled.unused, _("{count}项豁免没有对上任何违反：{names}")),
    ):
        if names:
            more = _("、…") if len(names) > _MOST_NAMED else ""
            yield text.format(count=len(names), names=_("、").join(names[:_MOST_NAMED]) + more)


def said(settled: Settled) -> dict[str, str]:
    """Fingerprint → what the waiver says that excuses the breach, or did until it expired."""
    lapsed = {name: _("{words}，已过期").format(words=one.words()) for name, one in settled.lapsed.items()}
    return lapsed | {name: one.words() for name, one in settled.covered.items()}


# --- nights that judged only what can have changed --------------------------------------------------------


def with_waivers(night: Night, state: State, given: Granted) -> Night:
    """The night with the waivers in place: over what it judged, and over what it left as it was."""
    then = list(state.findings("waived IS NOT NULL"))
    if not given.waivers and not then:
        return night
    scope = night.scope or frozenset()
    left = {one.item.fingerprint: one for one in _concerned(state, given.waivers, then) if one.group not in scope}
    breaches = [one for one in night.items.values() if one.is_breach]
    breaches += [_unwaived(one.item) for one in left.values()]
    settled = settle(
        (one._asdict() for one in breaches), given.waivers, night.rules, dt.date.fromordinal(night.as_of.day)
    )
    now = {one.fingerprint: _waived(one, settled.breaches.get(one.fingerprint)) for one in breaches}
    flipped = {name: now[name] for name, kept in left.items() if now[name] != kept.item}
    return replace(
        night,
        items={**night.items, **{name: now[name] for name in night.items if name in now}, **flipped},
        groups={**night.groups, **{name: left[name].group for name in flipped}},
        apart=frozenset(flipped),
        counts=_counts(night, then, [one for one in now.values() if one.waived]),
        said=said(settled),
        notices=(*night.notices, *notices(settled)),
    )


def _concerned(state: State, waivers: Sequence[Waiver], then: Iterable[Kept]) -> Iterator[Kept]:
    """What is kept that a waiver excuses, or may come to."""
    yield from then
    targets = [dict(waiver.target) for waiver in waivers]
    yield from state.findings_named({one["fingerprint"] for one in targets if "fingerprint" in one})
    rules = sorted({one["rule"] for one in targets if "rule" in one})
    for start in range(0, len(rules), _AT_ONCE):
        some = rules[start : start + _AT_ONCE]
        yield from state.findings(f"verdict = '{_BREACHED}' AND rule IN ({', '.join('?' * len(some))})", some)


def _unwaived(item: Item) -> Item:
    return item._replace(verdict=_BREACHED, breach=item.waived, waived=None) if item.waived else item


def _waived(item: Item, breach: str | None) -> Item:
    """A breach, or what it is under a waiver."""
    return item if breach is None else item._replace(verdict=_EXCUSED, breach=None, waived=breach)


def _counts(night: Night, then: Iterable[Kept], now: Iterable[Item]) -> Counts:
    """The numbers, of which the night's took every breach for one: those of the last run were of what it excused."""
    counts: Counts = Counter(night.counts)
    scope = night.scope or frozenset()
    for one in then:
        # Of duties of agencies that were judged again nothing of the last run's numbers is left.
        if one.group not in scope or one.group != owed_group(one.item.rule):
            _move(counts, one.item, 1)
    for item in now:
        _move(counts, item, -1)
    return counts


def _move(counts: Counts, item: Item, by: int) -> None:
    agency = item.agency or ""
    counts[item.rule, agency, _BREACHED] += by
    counts[item.rule, agency, _EXCUSED] -= by
