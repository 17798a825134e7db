"""How agencies stand: what is open, how much was done in time, how many days publishing takes."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.model import Kind
from zwgk.reports.jsontext import dumps, finding_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zwgk.model import Finding, Rule

ALL = "*"
"""Stands for all agencies together."""
Counts = Counter[tuple[str, str, str]]
Paces = Counter[tuple[str, int]]


class Standing(NamedTuple):
    """How an agency stood at the end of a run: breaches opened and closed by it, open after it, findings met and breached,
    and the median of the days from trigger to performance (None: nothing was performed yet).
    """

    agency: str
    opened: int
    closed: int
    open: int
    met: int
    breached: int
    days: float | None

    @property
    def in_time(self) -> float | None:
        """The share met of what is met or breached, 0 to 1."""
        settled = self.met + self.breached
        return self.met / settled if settled else None


def pace_of(record: Mapping[str, Any], rules: Mapping[str, Rule]) -> tuple[str, int] | None:
    """The agency and the days from trigger to performance of a deadline that was performed, in time or late, waived or not."""
    return pace_of_finding(finding_of(record, rules))


def pace_of_finding(one: Finding) -> tuple[str, int] | None:
    """:func:`pace_of` of a finding."""
    if one.trigger is None or one.performed is None or one.rule.kind is not Kind.DEADLINE:
        return None
    if not _is_done(one.verdict.value, one.breach and one.breach.value):
        return None
    return one.agency or "", one.performed.time.day - one.trigger.time.day


def _is_done(verdict: str, breach: str | None) -> bool:
    """Whether a deadline with trigger and performance was kept or missed by it.

    One that is excused was done too late, and a waiver excuses it: the days it took are the same.
    """
    return verdict in ("met", "excused") or breach == "late"


class Pacer:
    """Counts paces while the lines of a report pass by."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """``rules`` are those that ran."""
        self._rules = {rule.id: rule for rule in rules}
        self._deadlines = {dumps(rule.id).encode() for rule in self._rules.values() if rule.kind is Kind.DEADLINE}
        self._days: dict[bytes, int] = {}
        self._done: dict[tuple[bytes, bytes | None], bool] = {}
        self._found: Counter[tuple[Any, int]] = Counter()

    def passing(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same chunks of JSON lines, each counted."""
        for chunk in chunks:
            for line in chunk.splitlines():
                self._count(line)
            yield chunk

    def _count(self, line: bytes) -> None:
        match = _LINE.match(line)
        if match is None:
            # Written otherwise than expected: read it in full.
            pace = pace_of(json.loads(line), self._rules)
            if pace is not None:
                self._found[pace] += 1
            return
        rule, agency, verdict, breach, begun, done = match.groups()
        if rule in self._deadlines and begun and done and self._is_done(verdict, breach):
            self._found[agency, self._day(done) - self._day(begun)] += 1

    def _is_done(self, verdict: bytes, breach: bytes | None) -> bool:
        known = self._done.get((verdict, breach))
        if known is None:
            known = self._done[verdict, breach] = _is_done(verdict.decode(), breach.decode() if breach else None)
        return known

    def _day(self, text: bytes) -> int:
        day = self._days.get(text)
        if day is None:
            day = self._days[text] = dt.date.fromisoformat(text.decode()).toordinal()
        return day

    def paces(self) -> Paces:
        """(agency, days) → number of matters, of the lines that have passed."""
        return _named(self._found)


def _named(found: Mapping[tuple[Any, int], int]) -> Paces:
    """The same with agencies read from their JSON."""
    named: Paces = Counter()
    for (agency, days), number in found.items():
        named[agency if isinstance(agency, str) else json.loads(agency) or "", days] += number
    return named


_TEXT = rb'"(?:[^"\\]|\\.)*"'
_EVENT = rb'\{"event":' + _TEXT + rb',"time":"([0-9-]{10})[^"]*","row":\d+(?:,"file":\d+)?\}'
_LINE = re.compile(
    rb'\{"rule":(' + _TEXT + rb'),"title":' + _TEXT + rb',"severity":' + _TEXT
    + rb',"case":(?:null|' + _TEXT + rb'),"agency":(null|' + _TEXT + rb")"
    + rb',"region":(?:null|' + _TEXT + rb'),"period":(?:null|' + _TEXT + rb'),"member":(?:null|' + _TEXT + rb")"
    + rb',"verdict":"([a-z]+)","breach":(?:null|"([a-z-]+)"),"trigger":(?:null|' + _EVENT + rb")"
    + rb',"due":(?:null|\{[^{}]*\}),"performed":(?:null|' + _EVENT + rb"),"
)  # fmt: skip


def medians(paces: Mapping[tuple[str, int], int]) -> dict[str, float]:
    """Agency → median of its days; :data:`ALL` over all."""
    by_agency: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for (agency, days), number in paces.items():
        by_agency[agency][days] += number
        by_agency[ALL][days] += number
    return {agency: _median(days) for agency, days in by_agency.items() if days.total() > 0}


def _median(days: Counter[int]) -> float:
    total, passed = days.total(), 0
    lower: int | None = None
    for day in sorted(days):
        passed += days[day]
        if lower is None and passed * 2 >= total:
            lower = day
        if lower is not None and passed * 2 > total:
            return (lower + day) / 2
    raise AssertionError(days)


def standings(
    counts: Mapping[tuple[str, str, str], int],
    paces: Mapping[tuple[str, int], int],
    *,
    open_now: Mapping[str, int],
    opened: Iterable[str],
    closed: Iterable[str],
) -> Iterator[Standing]:
    """One for each agency, by name, then one for all.

    ``opened`` and ``closed`` are the agencies of the changes, one for each change.
    """
    verdicts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (_rule, agency, verdict), number in counts.items():
        verdicts[agency][verdict] += number
        verdicts[ALL][verdict] += number
    came, went, middle = Counter(opened), Counter(closed), medians(paces)
    for agency in (*sorted(name for name in verdicts if name != ALL), ALL):
        whole = agency == ALL
        tally = verdicts[agency]
        yield Standing(
            agency,
            came.total() if whole else came[agency],
            went.total() if whole else went[agency],
            sum(open_now.values()) if whole else open_now.get(agency, 0),
            tally["met"],
            tally["breached"],
            middle.get(agency),
        )
