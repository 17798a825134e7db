"""The witness on rows that cannot be read (semantics 10): which breaches they leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from witness_reading import NO, UNKNOWN, Setting, WFinding, holds, looks_at, refers_to, values

from zwgk.model import Event, Moment

if TYPE_CHECKING:
    from witness_triggers import Link, Obligation

    from zwgk.model import Rule
    from zwgk.unread import UnreadRow


def settled(finding: WFinding) -> WFinding:
    """The finding as the report has it: a breach in doubt is none."""
    if finding.in_doubt and finding.verdict == "breached":
        finding = finding._replace(verdict="undecided", breach=None, late_by=None)
    return finding._replace(in_doubt=False)


def doubted(rule: Rule, one: Obligation, setting: Setting) -> bool:
    """Whether some row could overturn a breach of a duty that a trigger raised."""
    case = one.trigger.case
    for row in setting.unread:
        in_case = row.case != "" and row.case == case
        together = in_case if rule.match_by is None else one.link is not None and one.link in links_of(rule, row)
        if together and bears_on(rule, row, setting):
            return True
        if in_case and rule.provided_finding is not None:
            for other in setting.rules:
                if refers_to(rule.provided_finding[0], rule, other) and moves(other, row):
                    return True
    return False


def bears_on(rule: Rule, row: UnreadRow, setting: Setting) -> bool:
    """Whether a row among the events of an obligation could make another verdict of a breach."""
    if rule.kind == "deadline":
        return moves(rule, row) or (rule.provided_anew and is_trigger(rule, row, setting))
    if rule.kind == "minimum-period":
        if rule.excuse is None or not any(could_be(row, name) for name in rule.excuse.events):
            return False
        if not any(could_be(row, name) for name in (rule.trigger, rule.performance) if name in rule.excuse.events):
            return False
        return hidden(row, rule.excuse.attribute) or row.attributes.get(rule.excuse.attribute, "").strip() != ""
    if rule.kind == "order":
        if rule.preceded_by is not None:
            return could_be(row, rule.preceded_by)
        return could_perform(rule, row) or is_trigger(rule, row, setting)
    if rule.kind == "content":
        return rule.over in ("day", "case") and is_trigger(rule, row, setting)
    return False


def moves(rule: Rule, row: UnreadRow) -> bool:
    """Whether a row could be a performance of the rule, or something that its clock looks at."""
    if could_perform(rule, row):
        return True
    if rule.clock is None:
        return False
    names = [rule.clock.voided_by, rule.clock.restarted_by, rule.clock.extended_by]
    for stop in rule.clock.stops:
        names += [stop.begins, stop.ends]
    return any(could_be(row, name) for name in names)


def could_be(row: UnreadRow, name: str | None) -> bool:
    return name is not None and row.event in ("", name)


def hidden(row: UnreadRow, column: str) -> bool:
    return column in row.illegible


def could_perform(rule: Rule, row: UnreadRow) -> bool:
    if not could_be(row, rule.performance):
        return False
    states = [
        UNKNOWN if hidden(row, one.attribute) else holds(one, values(row.attributes.get(one.attribute, "")))
        for one in rule.performance_where
    ]
    return NO not in states


def is_trigger(rule: Rule, row: UnreadRow, setting: Setting) -> bool:
    return could_be(row, rule.trigger) and could_be_looked_at(rule, row, setting)


def could_be_looked_at(rule: Rule, row: UnreadRow, setting: Setting) -> bool:
    region = rule.region if hidden(row, "region") else row.region
    return looks_at(rule, Event(row.case, row.event, Moment(1), row.agency, region, row.row, 0, {}), setting)


def links_of(rule: Rule, row: UnreadRow) -> list[Link]:
    assert rule.match_by is not None
    named = values(row.attributes.get(rule.match_by, ""))
    if named:
        return [("attribute", value) for value in named]
    return [("case", row.case)] if row.case else []


# --- duties of agencies -----------------------------------------------------------------------------------


def could_be_done_by(
    rule: Rule, agency: str | None, member: str | None, events: int, wanted: int, setting: Setting
) -> bool:
    """Whether so many events and the rows that cannot be read could together be as many performances as wanted."""
    rows = 0
    for row in setting.unread:
        if not could_perform(rule, row) or not could_be_looked_at(rule, row, setting):
            continue
        if agency is not None and row.agency != agency:
            continue
        if member is not None:
            named = values(row.attributes.get(rule.member or "", ""))
            if named and member not in named:
                continue
        rows += 1
    return rows > 0 and events + rows >= wanted
