"""One rule file into one :class:`~zwgk.model.Rule`, with what can be checked without looking at other files."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.i18n import _
from zwgk.model import Kind, Roll, Rule, Source, TimeLimit, Unit
from zwgk.rulekeys import COMMON, EXACTLY_ONE_OF, KINDS, keys_of
from zwgk.shapes import Key, Shape, Sheet, did_you_mean, read_record, require_one_of
from zwgk.yamlio import Scalar, Table, load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zwgk.errors import Complaint
    from zwgk.model import Pack
    from zwgk.shapes import Keys

NO_END = dt.date.max.toordinal()


class RuleFile(NamedTuple):
    """A rule file as read: ``rule`` is None where there are complaints; ``lines`` gives the line of each top-level key."""

    path: Path
    rule: Rule | None
    lines: Mapping[str, int]
    data: bytes
    complaints: tuple[Complaint, ...]


def read_rule_file(path: Path, pack: Pack | None, *, cases: bool) -> RuleFile:
    """Read one rule of ``pack`` (None: a pack that is broken); without ``cases`` they are neither parsed nor checked."""
    document = load(path, without=None if cases else "cases")
    if document.root is None:
        return RuleFile(path, None, {}, document.data, document.complaints)
    sheet = Sheet(str(path))
    lines = document.root.lines if isinstance(document.root, Table) else {}
    kind, keys = _kind_and_keys(document.root)
    values = read_record(sheet, document.root, "", keys if cases else {**keys, "cases": _LEFT_UNREAD})
    if values is not None:
        if kind is not None:
            _check(sheet, kind, values, lines)
        if values.get("id") and values["id"] != path.stem:
            message = _("“id”是“{id}”，文件名是“{name}”，两者须相同；请改其中一个").format(
                id=values["id"], name=path.name
            )
            sheet.complain(lines["id"], message)
    complaints = (*document.complaints, *sheet.complaints)
    if complaints or values is None or kind is None or pack is None:
        return RuleFile(path, None, lines, document.data, complaints)
    values["path"], values["line"] = str(path), document.root.line
    return RuleFile(path, _rule(kind, values, pack), lines, document.data, ())


_LEFT_UNREAD = Key(Shape(lambda _sheet, _node, _where: (), {}), "")


def _kind_and_keys(root: Any) -> tuple[Kind | None, Keys]:
    """The kind, and the keys to read by; for an unknown kind any kind's keys, none of which is required."""
    node = root.entries.get("kind") if isinstance(root, Table) else None
    if isinstance(node, Scalar) and node.text.strip() in list(Kind):
        kind = Kind(node.text.strip())
        return kind, keys_of(kind)
    anything = {name: key._replace(required=False) for keys in KINDS.values() for name, key in keys.items()}
    # "at_least" has two shapes; without the kind there is no telling which is meant.
    anything["at_least"] = _LEFT_UNREAD
    return None, {**anything, **COMMON}


def _check(sheet: Sheet, kind: Kind, values: Mapping[str, Any], lines: Mapping[str, int]) -> None:
    """Complain about keys that do not go together."""
    start = min(lines.values(), default=1)
    if kind in EXACTLY_ONE_OF:
        require_one_of(sheet, start, values, EXACTLY_ONE_OF[kind], "")
    span = values.get("in_force")
    if span and "to" in span and span["to"] < span["from"]:
        sheet.complain(lines["in_force"], _("“in_force”的 to 早于 from；请对调"))
    if kind is Kind.DEADLINE:
        _check_deadline(sheet, values, lines)
    excuse, ends = values.get("excuse"), [values[name] for name in ("trigger", "performance") if values.get(name)]
    if excuse and len(ends) == 2:
        for event in sorted(set(excuse.events) - set(ends)):
            hint = _("{did_you_mean}可以写：{ends}").format(
                did_you_mean=did_you_mean(event, ends), ends=_("、").join(ends)
            )
            sheet.complain(
                lines["excuse"],
                _("“excuse.events”里的“{event}”不是本规则的触发或履行事件；{hint}").format(event=event, hint=hint),
            )
    for name in ("performance", "preceded_by", "followed_by"):
        if values.get(name) is not None and values.get(name) == values.get("trigger"):
            sheet.complain(
                lines[name],
                _("“{name}”和“trigger”是同一个事件“{value}”，义务总是同时履行；请改其中一个").format(
                    name=name, value=values[name]
                ),
            )


def _check_deadline(sheet: Sheet, values: Mapping[str, Any], lines: Mapping[str, int]) -> None:
    if "provided_anew" in values and "provided" not in values:
        sheet.complain(lines["provided_anew"], _("写了 provided_anew，却没有写 provided；请补上 provided 或删去这一行"))
    limit: TimeLimit | None = values.get("within")
    if limit is None:
        return
    rolls = limit.unit in {Unit.DAYS, Unit.MONTHS}
    if rolls and "roll" not in values:
        sheet.complain(
            lines["within"],
            _(
                "期限按 {unit} 计算，须写明最后一日是休息日时怎么办；请加上 roll: {NEXT_WORKDAY}（顺延）或 roll: {NONE}（不顺延）"
            ).format(unit=limit.unit, NEXT_WORKDAY=Roll.NEXT_WORKDAY, NONE=Roll.NONE),
        )
    if not rolls and "roll" in values:
        sheet.complain(
            lines["roll"], _("期限按 {unit} 计算，不存在顺延，不能写 roll；请删去这一行").format(unit=limit.unit)
        )
    if "clock" in values and limit.unit is not Unit.WORKDAYS:
        sheet.complain(
            lines["clock"],
            _("clock 只用于按 workdays 计算的期限，这里按 {unit} 计算；请改期限或删去 clock").format(unit=limit.unit),
        )


# --- assembling -------------------------------------------------------------------------------------------


def full_id(reference: str, pack: str) -> str:
    """``reply`` in the pack ``p`` is ``p/reply``; ``q/reply`` stays."""
    return reference if "/" in reference else f"{pack}/{reference}"


def _rule(kind: Kind, values: dict[str, Any], pack: Pack) -> Rule:
    values = dict(values)
    source = values.pop("source")
    span = values.pop("in_force", None) or {"from": pack.in_force_from, "to": pack.in_force_to}
    last = span.get("to")
    overrides = tuple(full_id(reference, pack.id) for reference in values.pop("overrides", ()))
    finding = values.pop("provided_finding", None)
    return Rule(
        **{
            **_limits(kind, values),
            "id": full_id(values["id"], pack.id),
            "kind": kind,
            "cases": values.get("cases", ()),
        },
        pack=pack.id,
        source=Source(pack.title, pack.number, source["clause"], source["phrase"]),
        region=pack.region,
        agency_scope=pack.agency_scope,
        in_force_from=span["from"].toordinal(),
        in_force_to=NO_END if last is None else last.toordinal(),
        overrides=overrides,
        provided_finding=(full_id(finding["rule"], pack.id), finding["verdict"]) if finding else None,
    )


def _limits(kind: Kind, values: dict[str, Any]) -> dict[str, Any]:
    """The values by the names of the record, where those differ from the names of the file."""
    if kind is Kind.DEADLINE:
        roll = values.pop("roll", Roll.NONE)
        values["limit"] = values.pop("within")._replace(roll=Roll(roll))
        if "owed_by" in values:
            values["owed_by"] = (values["owed_by"],)
    elif kind is Kind.MINIMUM_PERIOD:
        values["limit"] = values.pop("at_least")
    elif kind is Kind.ORDER and "followed_by" in values:
        values["performance"] = values.pop("followed_by")
    return values
