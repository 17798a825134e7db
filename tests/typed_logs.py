"""Small logs and rules written by hand, for tests that type what they expect."""

from __future__ import annotations

import datetime as dt
from typing import Any

from witness import WFinding, judge

from zwgk.model import Event, Kind, Moment, Roll, Rule, Source, TimeLimit, Unit


def day(text: str) -> int:
    return dt.date.fromisoformat(text).toordinal()


def moment(text: str) -> Moment:
    date, _, clock = text.partition(" ")
    if not clock:
        return Moment(day(date))
    hours, minutes = clock.split(":")
    return Moment(day(date), int(hours) * 3600 + int(minutes) * 60)


def events(*rows: str, agency: str = "某机关", region: str = "") -> list[Event]:
    """``event @ time @ name=value …`` in one case; ``case=`` empties or changes it."""
    made = []
    for number, row in enumerate(rows, start=2):
        name, time, *cells = (part.strip() for part in row.split("@"))
        attributes = dict(cell.split("=", 1) for cell in cells)
        case = attributes.pop("case", "甲")
        made.append(
            Event(
                case,
                name,
                moment(time),
                attributes.pop("agency", agency),
                attributes.pop("region", region),
                number,
                0,
                attributes,
            )
        )
    return made


def duty(kind: Kind, name: str = "duty", **more: Any) -> Rule:
    rule = Rule(
        id=f"pack/{name}",
        pack="pack",
        title="",
        explain="",
        source=Source("", "", "", ""),
        kind=kind,
        severity="error",
        region="",
        agency_scope=(),
        in_force_from=day("2008-01-01"),
        in_force_to=day("9999-12-31"),
    )
    return rule._replace(**more)


COLUMNS = {"decision_type", "reason", "channel", "form", "weight", "field", "account", "secret"}


def judged(log: list[Event], *rules: Rule, as_of: str = "2025-12-31", **more: Any) -> list[WFinding]:
    return judge(log, rules, as_of=moment(as_of), **{"columns": COLUMNS, **more})


def within(number: int, unit: Unit, roll: Roll = Roll.NONE, **more: Any) -> Rule:
    limit = TimeLimit(number, unit, roll)
    return duty(Kind.DEADLINE, trigger="begun", performance="done", limit=limit, **more)
