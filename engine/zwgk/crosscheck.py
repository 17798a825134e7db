"""What can only be seen across rule files: references, precedence, undeclared conflicts, names near known ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from zwgk.errors import Complaint
from zwgk.i18n import _
from zwgk.model import Kind, Roll, Unit, Verdict
from zwgk.shapes import did_you_mean
from zwgk.vocabulary import COLUMN_HEADERS, EVENT_LABELS, event_name, nearest
from zwgk.yamlio import Scalar, Table, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from zwgk.model import Condition, Rule, TimeLimit
    from zwgk.rulefile import RuleFile


class Loaded(NamedTuple):
    """A rule without complaints of its own, and the lines of its top-level keys."""

    rule: Rule
    lines: Mapping[str, int]

    def complaint(self, key: str, message: str) -> Complaint:
        """A complaint about one key of this rule's file."""
        return Complaint(self.rule.path, self.lines.get(key, self.rule.line), message)


Finder = Callable[[str], "Path | None"]
"""Gives the file of a rule ``pack/id``, loaded or not; None where there is no such rule."""


def cross_check(files: Sequence[RuleFile], find: Finder) -> list[Complaint]:
    """Complaints about rules as a set; files with complaints of their own are left out, but count as existing."""
    loaded = {file.rule.id: Loaded(file.rule, file.lines) for file in files if file.rule is not None}
    return [
        *_references(loaded, find),
        *_cycles(loaded),
        *_conflicts(loaded.values()),
    ]


# --- references -------------------------------------------------------------------------------------------


def _references(loaded: Mapping[str, Loaded], find: Finder) -> Iterator[Complaint]:
    for one in loaded.values():
        rule = one.rule
        for target in rule.overrides:
            if rule.trigger is None:
                yield one.complaint(
                    "overrides", _("{kind} 规则没有触发事件，不能写 overrides；请删去").format(kind=rule.kind)
                )
                continue
            path = find(target)
            if path is None:
                yield one.complaint("overrides", _no_such_rule("overrides", target, loaded))
                continue
            trigger = loaded[target].rule.trigger if target in loaded else event_name(_text_in(path, "trigger"))
            if trigger != rule.trigger:
                message = _(
                    "“overrides”的“{target}”触发事件是“{trigger}”，本规则是“{trigger2}”，不相同就谈不上优先；请改正"
                ).format(target=target, trigger=trigger, trigger2=rule.trigger)
                yield one.complaint("overrides", message)
        if rule.provided_finding is not None:
            message = _hangs_on(rule, *rule.provided_finding, loaded, find)
            if message:
                yield one.complaint("provided_finding", message)


def _hangs_on(rule: Rule, target: str, verdict: str, loaded: Mapping[str, Loaded], find: Finder) -> str:
    """Why a rule that hangs on findings of ``target`` with that verdict is never raised by one; empty: it may be."""
    path = find(target)
    if path is None:
        return _no_such_rule("provided_finding", target, loaded)
    kind = str(loaded[target].rule.kind) if target in loaded else _text_in(path, "kind")
    if kind not in ("", Kind.DEADLINE, Kind.MINIMUM_PERIOD):
        return _(
            "“provided_finding”的“{target}”是“{kind}”规则，应为期限（deadline）或最短期间（minimum-period）规则：只有这两种以事项里的一个事件为履行；请改正"
        ).format(target=target, kind=kind)
    done = loaded[target].rule.performance if target in loaded else event_name(_text_in(path, "performance"))
    if done and done != rule.trigger:
        return _(
            "“provided_finding”的“{target}”以“{performance}”为履行，本规则的触发事件却是“{trigger}”：须是同一个事件，义务才可能产生；请改正其中一处"
        ).format(target=target, performance=done, trigger=rule.trigger)
    if verdict == Verdict.PENDING or (verdict == Verdict.EXCUSED and kind == Kind.DEADLINE):
        return _(
            "“provided_finding”要求“{target}”的结论是“{verdict}”，义务却不可能产生：待办（pending）的还没有履行事件，期限规则没有正当理由（excused）一说；请改正 verdict"
        ).format(target=target, verdict=verdict)
    # A file without a kind or a performance has a complaint of its own.
    return ""


def _no_such_rule(key: str, target: str, loaded: Iterable[str]) -> str:
    return _("“{key}”写的规则“{target}”不存在；{did_you_mean}请检查包名和编号").format(
        key=key, target=target, did_you_mean=did_you_mean(target, loaded)
    )


def _text_in(path: Path, key: str) -> str:
    """The text under a key of a rule that is not loaded; empty where it has none."""
    root = load(path, without="cases").root
    node = root.entries.get(key) if isinstance(root, Table) else None
    return node.text if isinstance(node, Scalar) else ""


def _cycles(loaded: Mapping[str, Loaded]) -> Iterator[Complaint]:
    """One complaint for each way back that a walk along ``overrides`` finds."""
    active: dict[str, bool] = {}
    for start in loaded:
        if start in active:
            continue
        active[start] = True
        trail = [(start, iter(loaded[start].rule.overrides))]
        while trail:
            name, targets = trail[-1]
            target = next(targets, None)
            if target is None:
                active[name] = False
                trail.pop()
            elif active.get(target):
                names = [name for name, _ in trail]
                circle = " → ".join([*names[names.index(target) :], target])
                yield loaded[name].complaint(
                    "overrides", _("“overrides”绕成一圈：{circle}；请删去其中一处").format(circle=circle)
                )
            elif target in loaded and target not in active:
                active[target] = True
                trail.append((target, iter(loaded[target].rule.overrides)))


# --- undeclared conflicts ---------------------------------------------------------------------------------


def _conflicts(loaded: Iterable[Loaded]) -> Iterator[Complaint]:
    """Two deadlines of one pack for one thing, neither of which says that it prevails."""
    alike: defaultdict[object, list[Loaded]] = defaultdict(list)
    for one in loaded:
        rule = one.rule
        if rule.kind is Kind.DEADLINE:
            alike[rule.pack, rule.trigger, rule.performance, rule.performance_where].append(one)
    for group in alike.values():
        for one, other in combinations(group, 2):
            if _clash(one.rule, other.rule):
                place = f"{other.rule.path}:{other.lines['within']}"
                message = _(
                    "与“{id}”({place})冲突：同一触发、同一履行，期限却是“{limit}”和“{limit2}”，条件又可能同时成立；请在应当优先的一条里写 overrides，或把条件写得互不相容"
                ).format(
                    id=other.rule.id, place=place, limit=in_words(one.rule.limit), limit2=in_words(other.rule.limit)
                )
                yield one.complaint("within", message)


def _clash(one: Rule, other: Rule) -> bool:
    return (
        one.limit != other.limit
        and one.in_force_from <= other.in_force_to
        and other.in_force_from <= one.in_force_to
        and one.id not in other.overrides
        and other.id not in one.overrides
        and not any(_apart(a, b) for a in one.where for b in other.where if a.attribute == b.attribute)
    )


def _apart(one: Condition, other: Condition) -> bool:
    """Whether two conditions on one attribute cannot both hold of one value.

    A cell with several values, one for each, raises both duties; that is two values, not a conflict.
    """
    if one.allowed is not None and other.allowed is not None and not one.allowed & other.allowed:
        return True
    return any(
        a.allowed is not None and b.refused is not None and a.allowed <= b.refused
        for a, b in ((one, other), (other, one))
    )


def in_words(limit: TimeLimit | None) -> str:
    """The limit as a rule file writes it."""
    if limit is None or limit.unit is Unit.SAME_DAY:
        return str(Unit.SAME_DAY)
    rolled = ",roll: next-workday" if limit.roll is Roll.NEXT_WORKDAY else ""
    return f"{limit.number} {limit.unit}{rolled}"


# --- names ------------------------------------------------------------------------------------------------

_NEAR = 0.85


def near_misses(rule: Rule, lines: Mapping[str, int]) -> Iterator[Complaint]:
    """Names of events and columns that are not known but very like a known one."""
    from difflib import SequenceMatcher

    for key, name, known in (*_events(rule), *_attributes(rule)):
        if name in known:
            continue
        near = nearest(name, known)
        if near is not None and SequenceMatcher(None, name, near).ratio() >= _NEAR:
            what = _("事件") if known is EVENT_LABELS else _("列")
            message = _(
                "“{key}”写的{what}“{name}”不在词表里，却与“{near}”极像；写错了请改成“{near}”，有意为之请换一个差别大些的名字"
            ).format(key=key, what=what, name=name, near=near)
            yield Complaint(rule.path, lines.get(key, rule.line), message)


def _events(rule: Rule) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    followed = "followed_by" if rule.kind is Kind.ORDER else "performance"
    named = {"trigger": [rule.trigger], followed: [rule.performance], "provided": [rule.provided]}
    named["preceded_by"] = [rule.preceded_by]
    if rule.clock is not None:
        stops = [event for stop in rule.clock.stops for event in (stop.begins, stop.ends)]
        named["clock"] = [rule.clock.voided_by, rule.clock.restarted_by, rule.clock.extended_by, *stops]
    for key, names in named.items():
        yield from ((key, name, EVENT_LABELS) for name in dict.fromkeys(names) if name is not None)


def _attributes(rule: Rule) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    wanted = [condition for requirement in rule.requires for condition in requirement.when]
    named = {
        "where": [condition.attribute for condition in rule.where],
        "performance_where": [condition.attribute for condition in rule.performance_where],
        "requires": [*(requirement.attribute for requirement in rule.requires), *(one.attribute for one in wanted)],
        "excuse": [rule.excuse.attribute] if rule.excuse else [],
        "match_by": [rule.match_by] if rule.match_by else [],
        "member": [rule.member] if rule.member else [],
        "attribute": [rule.attribute] if rule.attribute else [],
    }
    for key, names in named.items():
        yield from ((key, name, COLUMN_HEADERS) for name in dict.fromkeys(names))
