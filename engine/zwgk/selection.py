"""Which duties an event raises: conditions, in-force spans, regions, precedence (``docs/semantics.md`` § 1, 2)."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from zwgk.decide import Candidate, facts_of, selection_table
from zwgk.regions import region_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zwgk.decide import Decider, Table
    from zwgk.model import Condition, Event, Rule
    from zwgk.unread import UnreadRow

_SEPARATORS = re.compile(r"[;；、|｜]")


class Selected(NamedTuple):
    """A rule that an event raises; ``missing`` names the attributes that would settle whether it does."""

    rule: Rule
    missing: tuple[str, ...]


def values_of(cell: str) -> frozenset[str]:
    """The values in one cell, in normal width, without blanks."""
    text = unicodedata.normalize("NFKC", cell)
    return frozenset(part.strip() for part in _SEPARATORS.split(text) if part.strip())


Link = tuple[str, str]
"""What events are linked by: ``attribute`` and a value of it, or ``case`` and the case."""


def links_of(one: Event | UnreadRow, attribute: str) -> list[Link]:
    """The links that an event, or a row that could not be read, stands in: of each of its values, else of its case."""
    values = values_of(one.attributes.get(attribute, ""))
    if values:
        return [("attribute", value) for value in values]
    return [("case", one.case)] if one.case else []


def state_of(condition: Condition, attributes: Mapping[str, str]) -> str:
    """``yes``, ``no`` or ``unknown``: what a condition says of an event's attributes."""
    values = values_of(attributes.get(condition.attribute, ""))
    if not values:
        if condition.default is None:
            return "unknown"
        values = values_of(condition.default)
    if condition.allowed is not None and not values & condition.allowed:
        return "no"
    if condition.refused is not None and values & condition.refused:
        return "no"
    return "yes"


def state_of_all(conditions: Iterable[Condition], attributes: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The state of all conditions together, and the attributes that leave it unknown."""
    states = [(state_of(condition, attributes), condition.attribute) for condition in conditions]
    if not states:
        return "yes", ()
    if any(state == "no" for state, _ in states):
        return "no", ()
    missing = tuple(dict.fromkeys(name for state, name in states if state == "unknown"))
    return ("unknown" if missing else "yes"), missing


class Scope:
    """Which packs look at which events, for one run."""

    def __init__(self, *, named_packs: frozenset[str], default_region: str) -> None:
        """``named_packs`` were asked for by name; ``default_region`` is the region of events that give none."""
        self.named_packs = named_packs
        self.default_region = default_region

    def region(self, event: Event) -> str:
        """The region an event counts for; empty if unknown."""
        return event.region or self.default_region

    def looks_at(self, rule: Rule, region: str, agency: str) -> bool:
        """Whether a rule's pack looks at an event of this region and agency."""
        if not rule.region:
            return True
        named = rule.pack in self.named_packs
        if not region:
            return named
        if not region.startswith(region_prefix(rule.region)):
            return False
        return named or not rule.agency_scope or any(word in agency for word in rule.agency_scope)


class _Trigger(NamedTuple):
    """The rules on one trigger event, prepared for asking."""

    rules: tuple[Rule, ...]
    candidates: tuple[Candidate, ...]
    conditions: tuple[Condition, ...]
    attributes: tuple[str, ...]
    scoped: bool
    edges: tuple[int, ...]


class Selector:
    """Answers, for each event, which rules it raises; equal patterns are decided once."""

    def __init__(self, rules: Sequence[Rule], scope: Scope, decider: Decider) -> None:
        """Prepare the rules that have a trigger; the others are not this class's business."""
        self.scope = scope
        self._decider = decider
        grouped: defaultdict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            if rule.trigger is not None:
                grouped[rule.trigger].append(rule)
        self._triggers = {name: _prepare(sorted(some, key=_by_id)) for name, some in grouped.items()}
        self._tables: dict[str, Table] = {}
        self._memo: dict[tuple[object, ...], tuple[Selected, ...]] = {}

    def attributes(self, event: str) -> tuple[str, ...]:
        """The attributes that conditions on this trigger event read."""
        trigger = self._triggers.get(event)
        return trigger.attributes if trigger else ()

    def edges(self, event: str) -> tuple[int, ...]:
        """The days on which the set of rules in force for this trigger event changes, ascending."""
        trigger = self._triggers.get(event)
        return trigger.edges if trigger else ()

    def scoped(self, event: str) -> bool:
        """Whether the agency's name can matter to the selection of this trigger event."""
        trigger = self._triggers.get(event)
        return trigger is not None and trigger.scoped

    def select(self, event: Event) -> tuple[Selected, ...]:
        """The rules that an event raises, by id."""
        trigger = self._triggers.get(event.event)
        if trigger is None:
            return ()
        cells = event.attributes
        key = (
            event.event,
            event.region,
            event.agency if trigger.scoped else None,
            bisect_right(trigger.edges, event.time.day),
            *[cells.get(name) for name in trigger.attributes],
        )
        known = self._memo.get(key)
        if known is None:
            known = self._memo[key] = self._ask(trigger, event)
        return known

    def _ask(self, trigger: _Trigger, event: Event) -> tuple[Selected, ...]:
        table = self._tables.get(event.event)
        if table is None:
            table = self._tables[event.event] = self._decider.learn(selection_table(trigger.candidates))
        region, day = self.scope.region(event), event.time.day
        states = [state_of(condition, event.attributes) for condition in trigger.conditions]
        facts = {f"c{j}": state for j, state in enumerate(states)}
        present = [
            rule.in_force_from <= day <= rule.in_force_to and self.scope.looks_at(rule, region, event.agency)
            for rule in trigger.rules
        ]
        facts.update((f"r{i}", "in" if here else "out") for i, here in enumerate(present))
        selected = []
        for conclusion in self._decider.decide(table, facts_of(facts)):
            number, state = conclusion.split(":")
            i = int(number)
            missing: tuple[str, ...] = ()
            if state == "unknown":
                concerned = (i, *(s for s in trigger.candidates[i].overridden_by if present[s]))
                conditions = [j for k in concerned for j in trigger.candidates[k].conditions]
                names = (trigger.conditions[j].attribute for j in conditions if states[j] == "unknown")
                missing = tuple(dict.fromkeys(names))
            selected.append(Selected(trigger.rules[i], missing))
        return tuple(sorted(selected, key=lambda one: one.rule.id))


def _by_id(rule: Rule) -> str:
    return rule.id


def _prepare(rules: list[Rule]) -> _Trigger:
    conditions = tuple(dict.fromkeys(condition for rule in rules for condition in rule.where))
    number = {condition: j for j, condition in enumerate(conditions)}
    over: defaultdict[str, list[int]] = defaultdict(list)
    for i, rule in enumerate(rules):
        for displaced in rule.overrides:
            over[displaced].append(i)
    return _Trigger(
        rules=tuple(rules),
        candidates=tuple(
            Candidate(tuple(number[condition] for condition in rule.where), tuple(over[rule.id])) for rule in rules
        ),
        conditions=conditions,
        attributes=tuple(dict.fromkeys(condition.attribute for condition in conditions)),
        scoped=any(rule.agency_scope for rule in rules),
        edges=tuple(sorted({edge for rule in rules for edge in (rule.in_force_from, rule.in_force_to + 1)})),
    )
