"""Seeded requests under clocks of every make: what stops, voids, restarts and extends them, in every order.

Shape: ``random_requests`` draws clock rules, the events of so many requests and the settings of one evaluation. The same
seed gives the same run. Most days are drawn from those that matter: the trigger's, those of other events, due days and
ends of caps, the edges of holidays, each with its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from random_logs import STANDARD, Run, edge_day, spoilt
from random_rules import FAR, FIRST_DAY, LAST_DAY
from witness_calendar import nth_workday_after

from zwgk.model import Clock, Condition, Event, Kind, Moment, Rule, Source, Stop, TimeLimit, Unit

if TYPE_CHECKING:
    import random

RECEIVED, REPLIED = "request-received", "reply-sent"
VOIDED, RESTARTED, EXTENDED = "correction-notified", "correction-received", "extension-notified"
PAIRS = (("third-party-consulted", "third-party-answered"), ("agency-consulted", "agency-answered"))
CHANNELS = ("当面", "邮寄", "网络")
AGENCIES = ("甲局", "乙委", "")
SPAN = 130


def random_requests(rng: random.Random, *, cases: int, files: int = 1) -> Run:
    """Clock rules, so many requests and settings that go together."""
    as_of = Moment(edge_day(rng, FIRST_DAY + 300, LAST_DAY), rng.choice((None, None, rng.randrange(86400))))
    rules = [_rule(rng, number, as_of.day) for number in range(rng.choice((1, 1, 2, 3)))]
    if rng.random() < 0.4:
        rules.append(_notice_of_correction(rng, len(rules)))
    missing = rng.random() < 0.1
    drafts: list[Event] = []
    for number in range(cases):
        drafts += _request(rng, rng.choice(rules[:3]), f"申请〔{2008 + number % 19}〕{number}号", as_of.day)
    drafts += [draft for draft in drafts if rng.random() < 0.02]
    if rng.random() < 0.5:
        rng.shuffle(drafts)
    else:
        drafts.sort(key=lambda draft: draft.time.day)
    events = []
    for number, draft in enumerate(drafts):
        source, place = divmod(number, len(drafts) // files + 1)
        cells = {} if missing else draft.attributes
        events.append(draft._replace(source=source, row=place + 2, attributes=cells))
    columns = set(STANDARD) | (set() if missing else {"channel"})
    return spoilt(rng, Run(rules, events, columns, as_of, None, set(), rng.choice((0, 2, 5)), ()))


# --- rules ------------------------------------------------------------------------------------------------


def _rule(rng: random.Random, number: int, around: int) -> Rule:
    rule = Rule(
        id=f"national/request-{number}",
        pack="national",
        title="",
        explain="",
        source=Source("national", "", "", ""),
        kind=Kind.DEADLINE,
        severity="error",
        region="",
        agency_scope=(),
        in_force_from=FIRST_DAY,
        in_force_to=FAR,
        trigger=RECEIVED,
        performance=REPLIED,
    )
    make = rng.choice((_as_of_2019, _as_of_2019, _as_of_2007, _of_other_numbers, _of_other_numbers))
    rule = make(rng, rule)
    if rng.random() < 0.15:
        rule = rule._replace(in_force_from=around - 60)
    if rng.random() < 0.15:
        rule = rule._replace(in_force_to=around - rng.randint(0, 90))
    if rng.random() < 0.1:
        rule = rule._replace(where=(Condition("channel", allowed=frozenset(CHANNELS[:2])),))
    if rng.random() < 0.1:
        rule = rule._replace(performance_where=(Condition("channel", refused=frozenset(CHANNELS[:1])),))
    return rule._replace(only_if_performed=rng.random() < 0.05)


def _as_of_2019(rng: random.Random, rule: Rule) -> Rule:
    """Two consultations with a cap, one correction, one extension."""
    stops = tuple(Stop(begins, ends, "", 15) for begins, ends in PAIRS)
    clock = Clock(VOIDED, RESTARTED, stops, EXTENDED, 20, _policies(rng, 0.25))
    return rule._replace(limit=TimeLimit(20, Unit.WORKDAYS), clock=clock)


def _as_of_2007(rng: random.Random, rule: Rule) -> Rule:
    """One consultation without a cap, no correction."""
    clock = Clock(None, None, (Stop(*PAIRS[0], "", None),), EXTENDED, 15, _policies(rng, 0.25))
    return rule._replace(limit=TimeLimit(15, Unit.WORKDAYS), clock=clock)


def _of_other_numbers(rng: random.Random, rule: Rule) -> Rule:
    stops = tuple(Stop(begins, ends, "", rng.choice((None, 1, 2, 5, 10, 30))) for begins, ends in PAIRS)
    restarts = rng.random() < 0.7
    extends = rng.random() < 0.7
    clock = Clock(
        VOIDED if restarts else None,
        RESTARTED if restarts else None,
        stops[: rng.randint(0, 2)],
        EXTENDED if extends else None,
        rng.choice((1, 3, 10, 40)) if extends else 0,
        _policies(rng, 0.5),
    )
    return rule._replace(limit=TimeLimit(rng.choice((1, 2, 5, 7, 10, 30, 40)), Unit.WORKDAYS), clock=clock)


def _policies(rng: random.Random, chance: float) -> dict[str, str]:
    policies = {}
    if rng.random() < 0.5:
        policies = {"extension_length": "most", "late_void": "voids"}
    if rng.random() < 0.8:
        policies["stop_first_day"] = "excluded" if rng.random() < chance else "counts"
    if rng.random() < 0.8:
        policies["stop_last_day"] = "counts" if rng.random() < chance else "excluded"
    return policies


def _notice_of_correction(rng: random.Random, number: int) -> Rule:
    """A plain duty on the same trigger, as the law has beside the clock."""
    plain = _rule(rng, number, FAR)._replace(clock=None, performance=VOIDED, only_if_performed=rng.random() < 0.8)
    return plain._replace(limit=TimeLimit(7, Unit.WORKDAYS), performance_where=())


# --- requests ---------------------------------------------------------------------------------------------


class _Days:
    """The days that matter in one request, and more of them as it goes on."""

    def __init__(self, rng: random.Random, rule: Rule, begun: int, as_of: int) -> None:
        self.rng = rng
        self.begun = begun
        limit = rule.limit.number if rule.limit else 1
        extension = rule.clock.extension if rule.clock else 0
        self.known = [begun, nth_workday_after(begun, limit), nth_workday_after(begun, limit + extension), as_of]

    def pick(self) -> int:
        chance = self.rng.random()
        if chance < 0.5:
            day = self.rng.choice(self.known) + self.rng.choice((-1, 0, 0, 1))
        elif chance < 0.6:
            day = edge_day(self.rng, self.begun, min(self.begun + 60, LAST_DAY))
        else:
            day = self.begun + self.rng.choice((self.rng.randint(-4, 10), self.rng.randint(0, 70)))
        day = min(max(day, FIRST_DAY), LAST_DAY)
        self.known.append(day)
        return day

    def after(self, day: int, cap: int | None) -> int:
        """A day on or after another, often near the end of a cap."""
        if cap is not None and self.rng.random() < 0.3:
            later = nth_workday_after(day, cap) + self.rng.choice((-1, 0, 1, 10))
        else:
            later = day + self.rng.choice((0, 0, 1, 2, 5, 10, 30))
        later = min(later, LAST_DAY)
        self.known.append(later)
        return later


def _request(rng: random.Random, rule: Rule, case: str, as_of: int) -> list[Event]:
    begun = edge_day(rng, as_of - rng.choice((3, 20, 45, SPAN)), as_of)
    days = _Days(rng, rule, begun, as_of)
    found = [(RECEIVED, begun)]
    if rng.random() < 0.08:
        found.append((RECEIVED, rng.choice((begun, begun + 1, days.pick()))))
    if rng.random() < 0.6:
        for begins, ends in PAIRS:
            found += _consultations(days, begins, ends, rule)
    if rng.random() < 0.45:
        found += _some(days, EXTENDED, (1, 1, 1, 2))
    if rng.random() < 0.45:
        found += _corrections(days)
    if rng.random() < 0.7:
        found += _some(days, REPLIED, (1, 1, 1, 1, 2))
    if rng.random() < 0.05:
        found = [one for one in found if one[0] != RECEIVED]
    return [_event(rng, case, name, day) for name, day in found]


def _consultations(days: _Days, begins: str, ends: str, rule: Rule) -> list[tuple[str, int]]:
    rng = days.rng
    caps = [stop.cap for stop in rule.clock.stops if stop.begins == begins] if rule.clock else []
    cap = caps[0] if caps else 15
    found = []
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        day = days.pick()
        found.append((begins, day))
        if rng.random() < 0.7:
            found.append((ends, days.after(day, cap)))
    if rng.random() < 0.08:
        found.append((ends, days.pick()))
    return found


def _corrections(days: _Days) -> list[tuple[str, int]]:
    rng = days.rng
    notices = _some(days, VOIDED, (1, 1, 1, 2))
    answers = [(RESTARTED, days.after(day, None)) for _, day in notices if rng.random() < 0.7]
    if rng.random() < 0.1:
        answers.append((RESTARTED, days.pick()))
    return notices + answers


def _some(days: _Days, name: str, numbers: tuple[int, ...]) -> list[tuple[str, int]]:
    return [(name, days.pick()) for _ in range(days.rng.choice(numbers))]


def _event(rng: random.Random, case: str, name: str, day: int) -> Event:
    second = rng.choice((0, 9 * 3600, 86399, rng.randrange(86400))) if rng.random() < 0.25 else None
    cells = {"channel": rng.choice(CHANNELS)} if rng.random() < 0.6 else {}
    return Event(case, name, Moment(day, second), rng.choice(AGENCIES), "", 0, 0, cells)
