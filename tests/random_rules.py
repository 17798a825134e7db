"""Seeded rules that overlap on purpose: several duties on one event, of every kind and unit."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from zwgk.model import (
    Condition,
    Excuse,
    FixedDate,
    Kind,
    Requirement,
    Roll,
    Rule,
    Source,
    TimeLimit,
    Unit,
)

if TYPE_CHECKING:
    import random

FAR = dt.date(9999, 12, 31).toordinal()
FIRST_DAY = dt.date(2008, 1, 1).toordinal()
LAST_DAY = dt.date(2026, 5, 31).toordinal()


class PackShape(NamedTuple):
    id: str
    region: str
    agency_scope: tuple[str, ...] = ()


PACKS = (
    PackShape("national", ""),
    PackShape("national-second", ""),
    PackShape("city", "510500"),
    PackShape("county", "510504"),
    PackShape("zone", "520100", ("高新", "管委会")),
)
TRIGGERS = ("decision-made", "document-issued", "meeting-ended", "comment-opened", "draft-published", "自定环节")
PERFORMANCES = ("decision-published", "document-published", "comment-closed", "explanation-published")
EARLIER = ("hearing-held", "account-filed", "decision-published")
WIDE = ("progress-published", "report-heard", "catalogue-published")
VALUES = {
    "decision_type": ("行政许可", "行政处罚", "行政检查"),
    "secret": ("是", "否"),
    "channel": ("门户网站", "政务新媒体", "信用网站", "APP"),
    "form": ("图解", "问答", "视频"),
    "field": ("教育", "卫生", "住房"),
    "reason": ("情况紧急",),
    "account": ("微博甲", "微信乙"),
    "weight": ("4", "3.99", "４％", "4.0%", " 5 ％", "40", "很多", "-4", "4；5", "+4", "3.99999999999999999999"),
}
CONDITION_COLUMNS = ("decision_type", "secret", "channel")


# Deadlines are half of it: they have the most to get wrong.
KINDS = (*Kind, *((Kind.DEADLINE,) * 5), Kind.ORDER, Kind.MINIMUM_PERIOD)


def random_rules(rng: random.Random, *, kinds: tuple[Kind, ...] = KINDS) -> list[Rule]:
    """Four to fourteen rules of the given kinds over few events, so that they meet on the same event."""
    rules: list[Rule] = []
    # Few trigger names for many rules: most rules share their trigger with another.
    triggers = rng.sample(TRIGGERS, rng.choice((1, 1, 2, 3)))
    around = rng.randint(FIRST_DAY + 60, LAST_DAY - 60)
    for number in range(rng.randint(4, 14)):
        kind = rng.choice(kinds)
        rule = _MAKERS[kind](rng, _bare(rng, number, kind, around), triggers, around)
        rules.append(_hanging_on_another(rng, _overriding(rng, rule, rules), rules))
    return rules


def _bare(rng: random.Random, number: int, kind: Kind, around: int) -> Rule:
    pack = rng.choice(PACKS)
    begins, ends = FIRST_DAY, FAR
    if rng.random() < 0.35:
        begins = around + rng.randint(-120, 30)
    if rng.random() < 0.25:
        ends = max(begins, around) + rng.randint(0, 120)
    return Rule(
        id=f"{pack.id}/duty-{number:02}",
        pack=pack.id,
        title="",
        explain="",
        source=Source(pack.id, "", "", ""),
        kind=kind,
        severity=rng.choice(("error", "warning")),
        region=pack.region,
        agency_scope=pack.agency_scope,
        in_force_from=begins,
        in_force_to=ends,
    )


def _overriding(rng: random.Random, rule: Rule, earlier: list[Rule]) -> Rule:
    """Let the rule override some of the earlier rules on its trigger."""
    same = [other.id for other in earlier if other.trigger is not None and other.trigger == rule.trigger]
    return rule._replace(overrides=tuple(name for name in same if rng.random() < 0.3))


def _hanging_on_another(rng: random.Random, rule: Rule, earlier: list[Rule]) -> Rule:
    """Let an order duty hang on the finding of a rule that its trigger performs."""
    if rule.kind is not Kind.ORDER or rng.random() < 0.6:
        return rule
    limits = [other for other in earlier if other.kind in (Kind.DEADLINE, Kind.MINIMUM_PERIOD)]
    # An event cannot have to come before or after itself.
    limits = [other for other in limits if other.performance not in (rule.preceded_by, rule.performance)]
    if not limits:
        return rule
    other = rng.choice(limits)
    verdict = rng.choice(("excused", "met", "breached"))
    return rule._replace(trigger=other.performance, provided_finding=(other.id, verdict))


def _conditions(rng: random.Random, chance: float) -> tuple[Condition, ...]:
    return tuple(_condition(rng, name) for name in CONDITION_COLUMNS if rng.random() < chance)


def _condition(rng: random.Random, name: str) -> Condition:
    known = VALUES[name]
    some = frozenset(rng.sample(known, rng.randint(1, len(known) - 1)))
    default = rng.choice((None, None, rng.choice(known)))
    if rng.random() < 0.6:
        return Condition(name, allowed=some, default=default)
    return Condition(name, refused=some, default=default)


# --- one maker a kind -------------------------------------------------------------------------------------


def _deadline(rng: random.Random, rule: Rule, triggers: list[str], around: int) -> Rule:
    del around
    unit = rng.choice((Unit.WORKDAYS, Unit.WORKDAYS, Unit.DAYS, Unit.HOURS, Unit.MONTHS, Unit.SAME_DAY))
    number = {
        Unit.WORKDAYS: rng.choice((1, 2, 3, 5, 7, 10, 15, 20)),
        Unit.DAYS: rng.choice((1, 3, 15, 20, 30)),
        Unit.HOURS: rng.choice((1, 5, 24, 48)),
        Unit.MONTHS: rng.choice((1, 2, 3)),
        Unit.SAME_DAY: 0,
    }[unit]
    return rule._replace(
        trigger=rng.choice(triggers),
        where=_conditions(rng, 0.25),
        performance=rng.choice(PERFORMANCES[:3]),
        performance_where=(_condition(rng, "channel"),) if rng.random() < 0.12 else (),
        limit=TimeLimit(
            number, unit, rng.choice((Roll.NEXT_WORKDAY, Roll.NONE)) if unit in (Unit.DAYS, Unit.MONTHS) else Roll.NONE
        ),
        provided=rng.choice(EARLIER) if rng.random() < 0.2 else None,
        provided_anew=rng.random() < 0.5,
        only_if_performed=rng.random() < 0.1,
        owed_by=("乙委",) if rng.random() < 0.1 else (),
    )


def _minimum_period(rng: random.Random, rule: Rule, triggers: list[str], around: int) -> Rule:
    del around
    trigger = rng.choice(triggers)
    limit = rng.choice((TimeLimit(30, Unit.DAYS), TimeLimit(7, Unit.DAYS), TimeLimit(5, Unit.WORKDAYS)))
    excuse = rng.choice((None, ("comment-closed",), (trigger, "comment-closed"), (trigger,)))
    return rule._replace(
        trigger=trigger,
        where=_conditions(rng, 0.15),
        performance="comment-closed",
        limit=limit,
        excuse=None if excuse is None else Excuse("reason", excuse),
    )


def _order(rng: random.Random, rule: Rule, triggers: list[str], around: int) -> Rule:
    del around
    made = rule._replace(
        trigger=rng.choice(triggers),
        where=_conditions(rng, 0.2),
        match_by="account" if rng.random() < 0.25 else None,
        provided=rng.choice(EARLIER) if rng.random() < 0.15 else None,
    )
    if rng.random() < 0.5:
        return made._replace(preceded_by=rng.choice(EARLIER))
    return made._replace(performance=rng.choice(PERFORMANCES))


def _content(rng: random.Random, rule: Rule, triggers: list[str], around: int) -> Rule:
    del around
    requires = []
    for name in rng.sample(("channel", "form", "field", "reason"), rng.randint(1, 2)):
        known = VALUES[name]
        shape = rng.choice(("filled", "allowed", "includes", "distinct"))
        requires.append(
            Requirement(
                name,
                allowed=frozenset(rng.sample(known, max(1, len(known) - 1))) if shape == "allowed" else None,
                includes=tuple(rng.sample(known, min(2, len(known)))) if shape == "includes" else (),
                distinct=2 if shape == "distinct" else 1,
                when=_conditions(rng, 0.15),
            )
        )
    return rule._replace(
        trigger=rng.choice(triggers),
        where=_conditions(rng, 0.2),
        over=rng.choice(("event", "day", "case")),
        requires=tuple(requires),
    )


def _threshold(rng: random.Random, rule: Rule, triggers: list[str], around: int) -> Rule:
    del around
    exact = rng.random() < 0.3
    return rule._replace(
        trigger=rng.choice(triggers),
        where=_conditions(rng, 0.2),
        attribute="weight",
        minimum=None if exact else 4.0,
        equals=4.0 if exact else None,
    )


def _cadence(rng: random.Random, rule: Rule, triggers: list[str], around: int) -> Rule:
    del triggers, around
    return _agency_wide(rng, rule)._replace(
        per=rng.choice(("month", "quarter", "quarter", "year", "year")),
        at_least=rng.choice((1, 1, 2)),
    )


def _fixed_date(rng: random.Random, rule: Rule, triggers: list[str], around: int) -> Rule:
    del triggers
    return _agency_wide(rng, rule)._replace(by=_date(rng, rule, around))


def _coverage(rng: random.Random, rule: Rule, triggers: list[str], around: int) -> Rule:
    del triggers
    return _agency_wide(rng, rule)._replace(
        where=(),
        owed_by=(),
        performance_where=(_condition(rng, "channel"),) if rng.random() < 0.4 else (),
        member="field",
        members=VALUES["field"],
        by=_date(rng, rule, around),
    )


def _agency_wide(rng: random.Random, rule: Rule) -> Rule:
    return rule._replace(
        performance=rng.choice(WIDE),
        performance_where=(_condition(rng, "channel"),) if rng.random() < 0.15 else (),
        where=_conditions(rng, 0.1),
        owed_by=("甲局", "乙委") if rng.random() < 0.2 else (),
    )


def _date(rng: random.Random, rule: Rule, around: int) -> FixedDate:
    if rng.random() < 0.4:
        month, day = rng.choice(((1, 31), (3, 31), (6, 30), (12, 31)))
        return FixedDate(month=month, day=day)
    strict = min(max(rule.in_force_from, around + rng.randint(-100, 60)), rule.in_force_to)
    lenient = strict if rng.random() < 0.6 else min(strict + rng.choice((15, 30)), rule.in_force_to)
    return FixedDate(strict, lenient)


_MAKERS = {
    Kind.DEADLINE: _deadline,
    Kind.MINIMUM_PERIOD: _minimum_period,
    Kind.CADENCE: _cadence,
    Kind.FIXED_DATE: _fixed_date,
    Kind.ORDER: _order,
    Kind.CONTENT: _content,
    Kind.COVERAGE: _coverage,
    Kind.THRESHOLD: _threshold,
}
