"""The shapes that only rules have: names of events and columns, limits, conditions, dates to be kept, the clock."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from zwgk.i18n import N_, _
from zwgk.model import Clock, Condition, Excuse, FixedDate, Requirement, Stop, TimeLimit, Unit
from zwgk.scalars import shown
from zwgk.shapes import (
    DATE,
    MONTH_DAY,
    TEXT,
    WHOLE,
    Key,
    Shape,
    choice,
    found,
    is_refused,
    listing,
    read_record,
    read_text,
    record,
    record_schema,
    several,
)
from zwgk.vocabulary import CORE_COLUMNS, column_name, event_name, nearest
from zwgk.yamlio import Node, Scalar, Table

if TYPE_CHECKING:
    from collections.abc import Collection

    from zwgk.shapes import Keys, Sheet


# --- names ------------------------------------------------------------------------------------------------


def _read_event(sheet: Sheet, node: Node, where: str) -> str | None:
    """An event name; a known Chinese name becomes the English one, as in a log."""
    text = read_text(sheet, node, where)
    return None if text is None else event_name(text)


def _attribute(sheet: Sheet, line: int, text: str, where: str) -> str | None:
    name = column_name(text)
    if name in CORE_COLUMNS:
        sheet.complain(
            line,
            _("“{where}”写了“{text}”，它不是属性列，条件无从判断；请换成属性列，如 decision_type").format(
                where=where, text=shown(text)
            ),
        )
        return None
    return name


def _read_attribute(sheet: Sheet, node: Node, where: str) -> str | None:
    text = read_text(sheet, node, where)
    return None if text is None else _attribute(sheet, node.line, text, where)


EVENT = Shape(_read_event, TEXT.schema)
ATTRIBUTE = Shape(_read_attribute, TEXT.schema)

_SEPARATOR = re.compile("[;；、|｜]")


def _read_one_value(sheet: Sheet, node: Node, where: str) -> str | None:
    text = read_text(sheet, node, where)
    if text is not None and _SEPARATOR.search(text):
        sheet.complain(
            node.line,
            _("“{where}”的值“{text}”含有分隔符号，日志的单元格会在此处分成几个值，永远对不上；请拆成列表或改写").format(
                where=where, text=shown(text)
            ),
        )
        return None
    return text


def _read_value(sheet: Sheet, node: Node, where: str) -> str | None:
    """A value to compare cells with, in the normal width in which cells are compared."""
    text = _read_one_value(sheet, node, where)
    return None if text is None else unicodedata.normalize("NFKC", text)


_ONE_VALUE_SCHEMA = {"type": "string", "pattern": r"^[^;；、|｜]*[^;；、|｜\s][^;；、|｜]*$"}
VALUE = Shape(_read_value, _ONE_VALUE_SCHEMA)
VALUES = several(VALUE)
MEMBERS = several(Shape(_read_one_value, _ONE_VALUE_SCHEMA))


# --- limits -----------------------------------------------------------------------------------------------

_CHINESE_UNITS = {"个工作日": "workdays", "工作日": "workdays", "个月": "months", "月": "months", "小时": "hours"}
_CHINESE_UNITS |= {"天": "days", "日": "days", "自然日": "days", "个自然日": "days"}
_AMOUNT = re.compile(r"([1-9][0-9]{0,3}) ([a-z-]+)")
_LOOSE_AMOUNT = re.compile(r"([0-9]{1,4})[ \t]*([^\W\d]+)")


def amount(*units: Unit) -> Shape:
    """A number of units, as ``7 workdays``; ``same-day`` where that is among the units."""
    counted = [unit for unit in units if unit is not Unit.SAME_DAY]
    bare = Unit.SAME_DAY in units
    samples = [f"7 {unit}" for unit in counted] + ["same-day"] * bare

    def read(sheet: Sheet, node: Node, where: str) -> TimeLimit | None:
        if isinstance(node, Scalar) and node.reads_as in {"integer", "decimal"}:
            sheet.complain(
                node.line,
                _("“{where}”只有数字{node}，缺单位；请写成 {samples}").format(
                    where=where, node=found(node), samples=_("、").join(samples)
                ),
            )
            return None
        text = read_text(sheet, node, where)
        if text is None:
            return None
        if bare and text == Unit.SAME_DAY:
            return TimeLimit(0, Unit.SAME_DAY)
        match = _AMOUNT.fullmatch(text)
        if match and match[2] in counted:
            return TimeLimit(int(match[1]), Unit(match[2]))
        sheet.complain(
            node.line,
            _("“{where}”应写成 {samples}，读到“{text}”；{meant}请改正").format(
                where=where, samples=_("、").join(samples), text=shown(text), meant=_meant(text, units)
            ),
        )
        return None

    options = "|".join(counted)
    return Shape(
        read, {"type": "string", "pattern": f"^(?:[1-9][0-9]{{0,3}} (?:{options}){'|same-day' if bare else ''})$"}
    )


def _meant(text: str, units: Collection[Unit]) -> str:
    """A question with the amount that a near miss (``7 workday``, ``7个工作日``) was meant to be, or nothing."""
    match = _LOOSE_AMOUNT.fullmatch(text)
    if match is None:
        near = nearest(text, units) if Unit.SAME_DAY in units else None
        return _("是不是“{near}”？").format(near=near) if near == Unit.SAME_DAY else ""
    unit = _CHINESE_UNITS.get(match[2]) or nearest(match[2], [unit for unit in units if unit is not Unit.SAME_DAY])
    return _("是不是“{int} {unit}”？").format(int=int(match[1]), unit=unit) if unit in units else ""


WITHIN = amount(Unit.WORKDAYS, Unit.DAYS, Unit.HOURS, Unit.MONTHS, Unit.SAME_DAY)
MINIMUM = amount(Unit.DAYS, Unit.WORKDAYS)
_WORKDAYS = amount(Unit.WORKDAYS)


# --- conditions -------------------------------------------------------------------------------------------

_CONDITION_KEYS: Keys = {
    "in": Key(VALUES, N_("须是其中之一")),
    "not_in": Key(VALUES, N_("不得是其中任何一个")),
    "default": Key(VALUE, N_("没有登记时当作什么")),
}


def _read_conditions(sheet: Sheet, node: Node, where: str) -> tuple[Condition, ...] | None:
    if is_refused(node):
        return None
    if not isinstance(node, Table) or not node.entries:
        sheet.complain(
            node.line,
            _("“{where}”应为“列名: 值”，读到{node}；例：{{decision_type: [行政许可，行政处罚]}}").format(
                where=where, node=found(node)
            ),
        )
        return None
    conditions: list[Condition | None] = []
    for name, child in node.entries.items():
        attribute = _attribute(sheet, node.lines[name], name, where)
        condition = _condition(sheet, child, f"{where}.{name}", attribute or name)
        conditions.append(condition if attribute else None)
    whole = tuple(condition for condition in conditions if condition is not None)
    return whole if len(whole) == len(conditions) else None


def _condition(sheet: Sheet, node: Node, where: str, attribute: str) -> Condition | None:
    if not isinstance(node, Table):
        values = VALUES.read(sheet, node, where)
        return None if values is None else Condition(attribute, allowed=frozenset(values))
    before = len(sheet.complaints)
    read = read_record(sheet, node, where, _CONDITION_KEYS) or {}
    if len(sheet.complaints) > before or any(value is None for value in read.values()):
        return None
    if "in" not in read and "not_in" not in read:
        sheet.complain(node.line, _("“{where}”没有写 in 或 not_in，条件没有内容；请补上").format(where=where))
        return None
    allowed = frozenset(read["in"]) if "in" in read else None
    refused = frozenset(read["not_in"]) if "not_in" in read else None
    if allowed and refused and allowed <= refused:
        sheet.complain(node.line, _("“{where}”的 in 全在 not_in 之中，条件永远不成立；请删去一处").format(where=where))
        return None
    return Condition(attribute, allowed=allowed, refused=refused, default=read.get("default"))


CONDITIONS = Shape(
    _read_conditions,
    {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "anyOf": [
                VALUES.schema,
                {**record_schema(_CONDITION_KEYS), "anyOf": [{"required": ["in"]}, {"required": ["not_in"]}]},
            ]
        },
    },
)


# --- excuse, requirements ---------------------------------------------------------------------------------

_EXCUSE = record(
    {
        "attribute": Key(ATTRIBUTE, N_("写明理由的列"), required=True),
        "events": Key(several(EVENT), N_("理由写在哪个事件上"), required=True),
    }
)


def _read_excuse(sheet: Sheet, node: Node, where: str) -> Excuse | None:
    read = _EXCUSE.read(sheet, node, where)
    return None if read is None else Excuse(read["attribute"], read["events"])


EXCUSE = Shape(_read_excuse, _EXCUSE.schema)

_REQUIREMENT = record(
    {
        "attribute": Key(ATTRIBUTE, N_("须写明的列"), required=True),
        "in": Key(VALUES, N_("只能是其中的值")),
        "includes": Key(VALUES, N_("须全部包括的值")),
        "distinct": Key(WHOLE, N_("至少几种不同的值")),
        "when": Key(CONDITIONS, N_("在什么条件下才要求")),
    }
)


def _read_requirement(sheet: Sheet, node: Node, where: str) -> Requirement | None:
    read = _REQUIREMENT.read(sheet, node, where)
    if read is None:
        return None
    return Requirement(
        read["attribute"],
        allowed=frozenset(read["in"]) if "in" in read else None,
        includes=read.get("includes", ()),
        distinct=read.get("distinct", 1),
        when=read.get("when", ()),
    )


REQUIRES = listing(Shape(_read_requirement, _REQUIREMENT.schema), expected=N_("要求的列表"))


# --- dates to be kept -------------------------------------------------------------------------------------

_BY_KEYS: Keys = {
    "strict": Key(DATE, N_("从严读的最后一日")),
    "lenient": Key(DATE, N_("从宽读的最后一日")),
    "every_year": Key(MONTH_DAY, N_("每年的月-日，如 01-31")),
    "reported_year": Key(choice("previous"), N_("报告的是上一年度")),
}


def _read_by(sheet: Sheet, node: Node, where: str) -> FixedDate | None:
    if not isinstance(node, Table):
        day = DATE.read(sheet, node, where)
        return None if day is None else FixedDate(strict=day.toordinal(), lenient=day.toordinal())
    before = len(sheet.complaints)
    read = read_record(sheet, node, where, _BY_KEYS) or {}
    yearly = "every_year" in read or "reported_year" in read
    if len(sheet.complaints) == before:
        if yearly and ("every_year" not in read or "strict" in read or "lenient" in read):
            sheet.complain(
                node.line,
                _("“{where}”每年的日期只写 every_year(和 reported_year);请删去或补上其余的键").format(where=where),
            )
        elif not yearly and ("strict" not in read or "lenient" not in read):
            sheet.complain(
                node.line,
                _("“{where}”有两种读法时 strict 和 lenient 都要写；只有一种读法请直接写日期").format(where=where),
            )
        elif not yearly and read["strict"] and read["lenient"] and read["strict"] >= read["lenient"]:
            sheet.complain(
                node.line, _("“{where}”的 strict 应早于 lenient；请对调，或直接写一个日期").format(where=where)
            )
    if len(sheet.complaints) > before or None in read.values():
        return None
    if yearly:
        month, day_of_month = read["every_year"]
        return FixedDate(month=month, day=day_of_month, reported_year=-1 if "reported_year" in read else 0)
    return FixedDate(strict=read["strict"].toordinal(), lenient=read["lenient"].toordinal())


def _read_by_once(sheet: Sheet, node: Node, where: str) -> FixedDate | None:
    by: FixedDate | None = _read_by(sheet, node, where)
    if by is not None and by.month:
        sheet.complain(
            node.line,
            _("“{where}”须是一个具体日期，这种规则不能每年重复；请写成 2020-10-19 的样子").format(where=where),
        )
        return None
    return by


_TWO_READINGS = record_schema({name: _BY_KEYS[name]._replace(required=True) for name in ("strict", "lenient")})
_EVERY_YEAR = record_schema(
    {
        "every_year": _BY_KEYS["every_year"]._replace(required=True),
        "reported_year": _BY_KEYS["reported_year"],
    }
)
BY = Shape(_read_by, {"anyOf": [DATE.schema, _TWO_READINGS, _EVERY_YEAR]})
BY_ONCE = Shape(_read_by_once, {"anyOf": [DATE.schema, _TWO_READINGS]})


# --- the clock of a request -------------------------------------------------------------------------------

_STOP = record(
    {
        "begins": Key(EVENT, N_("从哪个事件起停"), required=True),
        "ends": Key(EVENT, N_("到哪个事件止"), required=True),
        "basis": Key(TEXT, N_("停的依据（条款）"), required=True),
        "cap": Key(_WORKDAYS, N_("至多停几个工作日；不写就停到答复为止")),
    }
)


def _read_stop(sheet: Sheet, node: Node, where: str) -> Stop | None:
    read = _STOP.read(sheet, node, where)
    if read is None:
        return None
    cap = read.get("cap")
    return Stop(read["begins"], read["ends"], read["basis"], cap.number if cap else None)


_POLICIES = record(
    {
        "stop_first_day": Key(choice("counts", "excluded"), N_("中止开始的那一天计入(counts)还是不计入期限")),
        "stop_last_day": Key(choice("excluded", "counts"), N_("中止结束的那一天计入(counts)还是不计入期限")),
        "extension_length": Key(choice("most"), N_("日志没有写延长多久时，按条文允许的最长计算")),
        "late_void": Key(choice("voids"), N_("告知补正得晚的，原期限仍作废")),
    }
)
_CLOCK = record(
    {
        "voided_by": Key(EVENT, N_("这个事件使原期限作废")),
        "restarted_by": Key(EVENT, N_("这个事件使期限重新起算")),
        "stops": Key(listing(Shape(_read_stop, _STOP.schema), expected=N_("中止的列表")), N_("不计入期限的时段")),
        "extended_by": Key(EVENT, N_("延长期限的事件")),
        "extension": Key(_WORKDAYS, N_("至多延长几个工作日")),
        "policies": Key(_POLICIES, N_("条文留白之处的取法")),
    }
)


def _read_clock(sheet: Sheet, node: Node, where: str) -> Clock | None:
    read: dict[str, Any] | None = _CLOCK.read(sheet, node, where)
    if read is None:
        return None
    if ("extended_by" in read) != ("extension" in read):
        sheet.complain(node.line, _("“{where}”的 extended_by 和 extension 须同时写；请补上另一个").format(where=where))
        return None
    extension = read.pop("extension", None)
    return Clock(
        **{**read, "stops": read.get("stops", ()), "policies": read.get("policies", {})},
        extension=extension.number if extension else 0,
    )


CLOCK = Shape(
    _read_clock, {**_CLOCK.schema, "dependentRequired": {"extended_by": ["extension"], "extension": ["extended_by"]}}
)
