"""The records that the engine passes around: plain, frozen, without behaviour beyond reading themselves.

Days are proleptic ordinals (``datetime.date.toordinal``) inside, and :class:`datetime.date` at the public edge (:class:`Due`).
Times of day are whole seconds in Asia/Shanghai.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zwgk.unread import UnreadRow

SECONDS_A_DAY = 86_400
SHANGHAI_OFFSET = "+08:00"
_EMPTY: Mapping[str, str] = MappingProxyType({})


class Kind(StrEnum):
    """The eight kinds of duty (the ``kind`` of a rule file)."""

    DEADLINE = "deadline"
    MINIMUM_PERIOD = "minimum-period"
    CADENCE = "cadence"
    FIXED_DATE = "fixed-date"
    ORDER = "order"
    CONTENT = "content"
    COVERAGE = "coverage"
    THRESHOLD = "threshold"


class Unit(StrEnum):
    """What a time limit is counted in."""

    WORKDAYS = "workdays"
    DAYS = "days"
    HOURS = "hours"
    MONTHS = "months"
    SAME_DAY = "same-day"


class Roll(StrEnum):
    """What happens to a limit in natural days or months that ends on a rest day."""

    NEXT_WORKDAY = "next-workday"
    NONE = "none"


class Verdict(StrEnum):
    """The answer to one obligation."""

    MET = "met"
    BREACHED = "breached"
    PENDING = "pending"
    EXCUSED = "excused"
    UNDECIDED = "undecided"


class Breach(StrEnum):
    """In what way an obligation was breached."""

    LATE = "late"
    OVERDUE = "overdue"
    SHORT = "short"
    MISSING = "missing"
    BELOW = "below"
    OUT_OF_ORDER = "out-of-order"


class Moment(NamedTuple):
    """A time as the log gives it: a day, and the second of that day where the log says it.

    ``second`` is None for a bare date, which means "some time that day".
    """

    day: int
    second: int | None = None

    @property
    def earliest(self) -> int:
        """The first second this can mean, counted from day 0."""
        return self.day * SECONDS_A_DAY + (self.second or 0)

    @property
    def latest(self) -> int:
        """The last second this can mean, counted from day 0."""
        return self.day * SECONDS_A_DAY + (SECONDS_A_DAY - 1 if self.second is None else self.second)

    def text(self) -> str:
        """As sentences say it: ``2019-09-24``, ``2019-09-24 09:30:00``."""
        return _day_text(self.day) + ("" if self.second is None else f" {_time_text(self.second)}")

    def iso(self) -> str:
        """ISO 8601: a date stays a date, an instant carries its offset."""
        return _day_text(self.day) + ("" if self.second is None else f"T{_time_text(self.second)}{SHANGHAI_OFFSET}")


@lru_cache(maxsize=1 << 14)
def _day_text(day: int) -> str:
    return dt.date.fromordinal(day).isoformat()


def _time_text(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


class Event(NamedTuple):
    """One row of the log, normalised (:mod:`zwgk.events`).

    ``event`` is the English name (Chinese names are translated at the door, unknown names kept). Empty text means the log
    leaves it blank. ``attributes`` holds the non-blank cells of all other columns. ``row`` is the number a spreadsheet
    shows (header = 1); ``source`` indexes ``Log.inputs``.
    """

    case: str
    event: str
    time: Moment
    agency: str
    region: str
    row: int
    source: int
    attributes: Mapping[str, str]


class Problem(NamedTuple):
    """Something in the input that could not be read: where, what was found, what was expected."""

    path: str
    row: int | None
    column: str | None
    found: str
    expected: str


class InputFile(NamedTuple):
    """One file that was read: ``rows`` counts data rows (header and empty rows excluded)."""

    path: str
    rows: int
    encoding: str
    digest: str


class Log(NamedTuple):
    """Events in file order, with what could not be read and where it all came from.

    ``columns`` are all column names seen in any input, in English where known: a condition on a column outside it cannot
    be answered. ``unread`` are the rows behind ``problems`` of which something is legible.
    """

    events: tuple[Event, ...]
    columns: frozenset[str]
    inputs: tuple[InputFile, ...] = ()
    problems: tuple[Problem, ...] = ()
    unread: tuple[UnreadRow, ...] = ()


# --- rules ---


class Source(NamedTuple):
    """Where a rule comes from."""

    instrument: str
    number: str
    clause: str
    phrase: str


class Unchecked(NamedTuple):
    """A clause that no rule judges, and why."""

    clause: str
    phrase: str
    reason: str
    id: str = ""


class Pack(NamedTuple):
    """An instrument: the folder of rules that come from one document (``_source.yaml``)."""

    id: str
    title: str
    number: str
    issuer: str
    region: str
    """Adcode; empty for the nation."""
    issued: dt.date
    in_force_from: dt.date
    in_force_to: dt.date | None
    agency_scope: tuple[str, ...] = ()
    """Where the pack is chosen by region alone, it binds only agencies whose name contains one of these."""
    unchecked: tuple[Unchecked, ...] = ()
    clauses: Mapping[str, str] = _EMPTY
    """Row of the clause table → ids (rules, ``pack/id``, or unchecked) with a space between; see ``rules coverage``."""
    about: str = ""
    path: str = ""
    """The ``_source.yaml`` it was read from."""


class Condition(NamedTuple):
    """One condition on an attribute: its values must meet ``allowed`` and none may be in ``refused``.

    ``default`` is the value read where the cell is blank or the column absent; None leaves it unknown.
    """

    attribute: str
    allowed: frozenset[str] | None = None
    refused: frozenset[str] | None = None
    default: str | None = None


class TimeLimit(NamedTuple):
    """``number`` units from the trigger; ``same-day`` has count 0."""

    number: int
    unit: Unit
    roll: Roll = Roll.NONE


class Requirement(NamedTuple):
    """What a ``content`` duty wants of an attribute: non-blank, and whatever else is set."""

    attribute: str
    allowed: frozenset[str] | None = None
    includes: tuple[str, ...] = ()
    distinct: int = 1
    when: tuple[Condition, ...] = ()


class Excuse(NamedTuple):
    """A stated reason that excuses a short period: ``attribute`` on one of the ``events`` (minimum-period)."""

    attribute: str
    events: tuple[str, ...]


class FixedDate(NamedTuple):
    """A date to be kept: in one year (``strict``/``lenient`` are ordinals) or every year.

    ``strict`` and ``lenient`` are equal where the text is plain, and 0 for a yearly date, which has ``month`` and ``day``.
    ``reported_year`` is -1 where the duty concerns the year before (annual reports).
    """

    strict: int = 0
    lenient: int = 0
    month: int = 0
    day: int = 0
    reported_year: int = 0


class Stop(NamedTuple):
    """A pair of events between which the clock does not run; after ``cap`` workdays (None: never) a stop ends of itself."""

    begins: str
    ends: str
    basis: str
    cap: int | None


class Clock(NamedTuple):
    """The legal clock of a request (deadline): what restarts, stops and extends it."""

    voided_by: str | None = None
    restarted_by: str | None = None
    stops: tuple[Stop, ...] = ()
    extended_by: str | None = None
    extension: int = 0
    policies: Mapping[str, str] = _EMPTY


class Rule(NamedTuple):
    """One duty: one YAML file. Fields beyond the first block are used by the kinds named beside them.

    ``in_force_from`` / ``in_force_to`` are ordinals of the first and last trigger day (a far one where no end is stated).
    """

    id: str
    pack: str
    title: str
    explain: str
    source: Source
    kind: Kind
    severity: str
    region: str
    agency_scope: tuple[str, ...]
    in_force_from: int
    in_force_to: int
    overrides: tuple[str, ...] = ()

    trigger: str | None = None
    """deadline, minimum-period (opening), order (later of ``preceded_by``, earlier of ``followed_by``), content, threshold."""
    where: tuple[Condition, ...] = ()
    """Conditions on the trigger (for cadence, fixed-date and coverage: on the agency's events)."""
    performance: str | None = None
    """deadline, minimum-period (closing), cadence, fixed-date, coverage, order (``followed_by``)."""
    performance_where: tuple[Condition, ...] = ()
    limit: TimeLimit | None = None
    """deadline (``within``), minimum-period (``at_least``)."""
    provided: str | None = None
    """deadline, order: the duty arises only if this event stands in the case on or before the trigger."""
    provided_finding: tuple[str, str] | None = None
    """order: (rule id, verdict) of a finding in the case that the trigger event performed."""
    excuse: Excuse | None = None
    clock: Clock | None = None
    only_if_performed: bool = False
    """deadline: an act that nobody need do, but in time if it is done; without it there is no finding."""
    provided_anew: bool = False
    """deadline: ``provided`` must have come anew since the last trigger that raised the duty."""
    waivable: bool = True
    preceded_by: str | None = None
    """order."""
    match_by: str | None = None
    """order: link events by this attribute where it is filled in, not by the case."""
    per: str | None = None
    """cadence: ``month``, ``quarter`` or ``year``, ``at_least`` so many times in each."""
    at_least: int = 1
    by: FixedDate | None = None
    """fixed-date, coverage."""
    owed_by: tuple[str, ...] = ()
    """cadence, fixed-date: agencies by name; empty: the agencies list given, or those seen in the log. deadline: the one
    that owes it, where that is not the agency of the trigger."""
    members: tuple[str, ...] = ()
    member: str | None = None
    """coverage: each of the ``members`` is named by the attribute ``member``."""
    over: str = "event"
    """content: what is looked at together: ``event``, ``day`` (of the case) or ``case``."""
    requires: tuple[Requirement, ...] = ()
    """content."""
    attribute: str | None = None
    """threshold."""
    minimum: float | None = None
    equals: float | None = None

    cases: tuple[Mapping[str, Any], ...] = ()
    """The typed cases, run by ``rules test``."""
    path: str = ""
    line: int = 0


# --- results ---


class Due(NamedTuple):
    """A due date with what is known of it.

    Inside the calendar's horizon ``at``, ``earliest`` and ``latest`` are equal and ``final`` is True. Beyond it, or where the
    log leaves the start open, ``at`` is None and the other two bound it; None is "no bound known". A date runs to 24:00.
    ``unrolled`` is the strict day where a rest day moved the due date.
    """

    at: dt.date | dt.datetime | None
    earliest: dt.date | dt.datetime | None
    latest: dt.date | dt.datetime | None
    final: bool
    unrolled: dt.date | None = None


class Evidence(NamedTuple):
    """An event as a finding cites it."""

    event: str
    time: Moment
    row: int
    source: int


class Amount(NamedTuple):
    """A number of a unit (``workdays``, ``days``, ``hours``)."""

    number: int
    unit: str


class Finding(NamedTuple):
    """One obligation judged. JSON shape: the public contract."""

    rule: Rule
    case: str | None
    agency: str | None
    region: str | None
    period: str | None
    member: str | None
    verdict: Verdict
    breach: Breach | None
    trigger: Evidence | None
    due: Due | None
    performed: Evidence | None
    late_by: Amount | None
    remaining: Amount | None
    due_soon: bool
    because: tuple[str, ...]
    fingerprint: str
