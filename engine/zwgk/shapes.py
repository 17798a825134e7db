"""The shapes that values in a rule file can have: how each is read, and its JSON Schema.

A shape is a pair of a reader and a schema, so that what the loader accepts and what editors are told cannot drift apart.
A reader takes the sheet (where complaints go), the node and the place of the value in words; it gives the value, or None
after complaining.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.errors import Complaint
from zwgk.i18n import N_, _
from zwgk.scalars import READS_AS, shown
from zwgk.vocabulary import clean, nearest
from zwgk.yamlio import Node, Scalar, Series, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Sheet:
    """One file being read, and the complaints about it."""

    __slots__ = ("complaints", "path")

    def __init__(self, path: str) -> None:
        """``path`` as the user wrote it."""
        self.path = path
        self.complaints: list[Complaint] = []

    def complain(self, line: int, message: str) -> None:
        """Keep one complaint."""
        self.complaints.append(Complaint(self.path, line, message))


Reader = Callable[[Sheet, Node, str], Any]
JsonSchema = dict[str, Any]


class Shape(NamedTuple):
    """How a value is read, and the schema that says the same."""

    read: Reader
    schema: JsonSchema


class Key(NamedTuple):
    """A key of a table: the shape of its value, whether it must stand there, and what it is in a few words."""

    shape: Shape
    about: str
    required: bool = False


Keys = Mapping[str, Key]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question naming the nearest known word, or nothing."""
    near = nearest(word, known)
    return _("是不是“{near}”？").format(near=near) if near else ""


# --- scalars ----------------------------------------------------------------------------------------------


def found(node: Node) -> str:
    """What stands there, in words."""
    if isinstance(node, Series):
        return _("列表")
    if isinstance(node, Table):
        return _("映射（键: 值）")
    return _("“{text}”").format(text=shown(node.text)) if node.text else _("空白")


def is_refused(node: Node) -> bool:
    """Whether the file already carries a complaint about this value."""
    return isinstance(node, Scalar) and node.refused


def read_text(sheet: Sheet, node: Node, where: str, *, blank: bool = False) -> str | None:
    """Text without white space around it; unquoted numbers, dates and truth values are refused."""
    if is_refused(node):
        return None
    if not isinstance(node, Scalar):
        sheet.complain(
            node.line, _("“{where}”应为一段文字，读到{node}；请改成“键: 文字”").format(where=where, node=found(node))
        )
        return None
    if node.reads_as != "text":
        kind = _(READS_AS[node.reads_as])
        sheet.complain(
            node.line,
            _('“{where}”应为文字，“{text}”会被 YAML 读成{kind}；请加引号:"{text}"').format(
                where=where, text=shown(node.text), kind=kind
            ),
        )
        return None
    text = clean(node.text)
    if not text and not blank:
        sheet.complain(node.line, _("“{where}”应为文字，这里是空白；请填写").format(where=where))
        return None
    return text


def _read_blank_text(sheet: Sheet, node: Node, where: str) -> str | None:
    return read_text(sheet, node, where, blank=True)


TEXT = Shape(read_text, {"type": "string", "pattern": r"\S"})
BLANK_TEXT = Shape(_read_blank_text, {"type": "string"})


def pattern(expression: str, expected: str) -> Shape:
    """Text that matches ``expression`` as a whole; ``expected`` says it in words."""
    compiled = re.compile(expression)

    def read(sheet: Sheet, node: Node, where: str) -> str | None:
        text = read_text(sheet, node, where)
        if text is None or compiled.fullmatch(text):
            return text
        sheet.complain(
            node.line,
            _("“{where}”应为{expected}，读到“{text}”；请改正").format(
                where=where, expected=_(expected), text=shown(text)
            ),
        )
        return None

    return Shape(read, {"type": "string", "pattern": f"^(?:{expression})$"})


KEBAB = r"[a-z0-9]+(?:-[a-z0-9]+)*"
ID = pattern(KEBAB, N_("小写英文、数字和连字符组成的编号（如 reply-in-time）"))
RULE_REF = pattern(f"{KEBAB}(?:/{KEBAB})?", N_("规则编号（同一包内写“编号”，别的包写“包/编号”）"))


def choice(*values: str) -> Shape:
    """One of a few words."""

    def read(sheet: Sheet, node: Node, where: str) -> str | None:
        text = read_text(sheet, node, where)
        if text is None or text in values:
            return text
        known = " / ".join(values)
        sheet.complain(
            node.line,
            _("“{where}”没有“{text}”这个值；{did_you_mean}可以写：{known}").format(
                where=where, text=shown(text), did_you_mean=did_you_mean(text, values), known=known
            ),
        )
        return None

    return Shape(read, {"type": "string", "enum": list(values)})


def day_of(text: str) -> dt.date | None:
    """The day that ``2019-09-24`` names; None for any other way of writing or a day that is not in the calendar."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _read_date(sheet: Sheet, node: Node, where: str) -> dt.date | None:
    if is_refused(node):
        return None
    day = day_of(node.text) if isinstance(node, Scalar) else None
    if day is None:
        sheet.complain(
            node.line,
            _("“{where}”应为日期，读到{node}；请写成“2019-09-24”的样子").format(where=where, node=found(node)),
        )
    return day


DATE = Shape(_read_date, {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})


def _read_month_day(sheet: Sheet, node: Node, where: str) -> tuple[int, int] | None:
    text = read_text(sheet, node, where)
    if text is None:
        return None
    # Every year must have the day, so the year tried is a common one.
    day = day_of(f"2001-{text}")
    if day is None:
        sheet.complain(
            node.line,
            _("“{where}”应为每年都有的月-日，读到“{text}”；请写成“01-31”的样子").format(where=where, text=shown(text)),
        )
        return None
    return day.month, day.day


MONTH_DAY = Shape(_read_month_day, {"type": "string", "pattern": "^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"})


def _read_whole(sheet: Sheet, node: Node, where: str) -> int | None:
    if is_refused(node):
        return None
    if isinstance(node, Scalar) and node.reads_as == "integer" and re.fullmatch("[1-9][0-9]{0,3}", node.text):
        return int(node.text)
    sheet.complain(
        node.line,
        _("“{where}”应为 1 到 9999 的整数，读到{node}；请直接写数字，不加单位和引号").format(
            where=where, node=found(node)
        ),
    )
    return None


WHOLE = Shape(_read_whole, {"type": "integer", "minimum": 1, "maximum": 9999})


def _read_number(sheet: Sheet, node: Node, where: str) -> float | None:
    if is_refused(node):
        return None
    if isinstance(node, Scalar) and node.reads_as in {"integer", "decimal"} and len(node.text) <= 15:
        return float(node.text)
    message = _("“{where}”应为数字，读到{node}；请直接写数字（百分数只写数，如 4），不加引号")
    sheet.complain(node.line, message.format(where=where, node=found(node)))
    return None


NUMBER = Shape(_read_number, {"type": "number"})


def _read_truth(sheet: Sheet, node: Node, where: str) -> bool | None:
    if is_refused(node):
        return None
    if isinstance(node, Scalar) and node.reads_as == "boolean":
        return node.text == "true"
    sheet.complain(
        node.line, _("“{where}”应为 true 或 false，读到{node}；请改正").format(where=where, node=found(node))
    )
    return None


TRUTH = Shape(_read_truth, {"type": "boolean"})


# --- lists and tables -------------------------------------------------------------------------------------


def several(shape: Shape) -> Shape:
    """A list without repetitions; a single value stands for a list of one."""

    def read(sheet: Sheet, node: Node, where: str) -> tuple[Any, ...] | None:
        nodes = node.nodes if isinstance(node, Series) else (node,)
        if not nodes:
            sheet.complain(
                node.line, _("“{where}”是空列表，至少要有一项；请填写，用不到就删去这个键").format(where=where)
            )
            return None
        values: list[Any] = []
        for child in nodes:
            value = shape.read(sheet, child, where)
            if value is not None and value in values:
                sheet.complain(
                    child.line, _("“{where}”里{child}重复；请删去一处").format(where=where, child=found(child))
                )
            values.append(value)
        return None if None in values else tuple(values)

    return Shape(
        read, {"anyOf": [shape.schema, {"type": "array", "minItems": 1, "uniqueItems": True, "items": shape.schema}]}
    )


def listing(shape: Shape, *, at_least: int = 1, expected: str = N_("列表")) -> Shape:
    """A list of at least so many values, each read by ``shape``."""

    def read(sheet: Sheet, node: Node, where: str) -> tuple[Any, ...] | None:
        if is_refused(node):
            return None
        if not isinstance(node, Series):
            message = _("“{where}”应为{expected}，读到{node}；请每项一行，以“- ”开头")
            sheet.complain(node.line, message.format(where=where, expected=_(expected), node=found(node)))
            return None
        if len(node.nodes) < at_least:
            sheet.complain(
                node.line,
                _("“{where}”至少要有 {at_least} 项，读到 {n_nodes} 项；请补上").format(
                    where=where, at_least=at_least, n_nodes=len(node.nodes)
                ),
            )
            return None
        values = [shape.read(sheet, child, f"{where}[{i}]") for i, child in enumerate(node.nodes, 1)]
        return None if None in values else tuple(values)

    return Shape(read, {"type": "array", "minItems": at_least, "items": shape.schema})


def read_record(sheet: Sheet, node: Node, where: str, keys: Keys) -> dict[str, Any] | None:
    """The values of a table by key: absent keys are absent, unreadable ones None; None where it is no table.

    Unknown keys, and required keys that are missing, are complained about.
    """
    if is_refused(node):
        return None
    place = _("“{where}”").format(where=where) if where else _("这个文件")
    if not isinstance(node, Table):
        sheet.complain(
            node.line,
            _("{place}应为“键: 值”，读到{node}；可用的键：{keys}").format(
                place=place, node=found(node), keys=_names(keys)
            ),
        )
        return None
    unknown = [name for name in node.lines if name not in keys]
    for name in unknown:
        hint = did_you_mean(name, keys)
        sheet.complain(
            node.lines[name],
            _("{place}没有“{name}”这个键；{hint}可用的键：{keys}").format(
                place=place, name=shown(name), hint=hint, keys=_names(keys)
            ),
        )
    # A key that was only mistyped is not missing as well.
    missing = [name for name, key in keys.items() if key.required and name not in node.lines]
    for name in set(missing) - {nearest(name, keys) for name in unknown}:
        sheet.complain(
            node.line,
            _("{place}缺少“{name}”（{about}）；请补上").format(place=place, name=name, about=_(keys[name].about)),
        )
    dot = f"{where}." if where else ""
    return {
        name: keys[name].shape.read(sheet, child, dot + name) for name, child in node.entries.items() if name in keys
    }


def record(keys: Keys, *, exactly_one_of: Collection[str] = ()) -> Shape:
    """A table with these keys; gives a ``dict``, or None where anything in it was complained about."""

    def read(sheet: Sheet, node: Node, where: str) -> dict[str, Any] | None:
        before = len(sheet.complaints)
        values = read_record(sheet, node, where, keys)
        if values is not None and exactly_one_of:
            require_one_of(sheet, node.line, values, exactly_one_of, where)
        return (
            values if values is not None and len(sheet.complaints) == before and None not in values.values() else None
        )

    return Shape(read, record_schema(keys, exactly_one_of=exactly_one_of))


def by_name(shape: Shape) -> Shape:
    """A table whose keys are free and whose values all have one shape."""

    def read(sheet: Sheet, node: Node, where: str) -> dict[str, Any] | None:
        if is_refused(node):
            return None
        if not isinstance(node, Table):
            sheet.complain(
                node.line, _("“{where}”应为“键: 值”，读到{node}；请改正").format(where=where, node=found(node))
            )
            return None
        values = {name: shape.read(sheet, child, f"{where}.{name}") for name, child in node.entries.items()}
        return None if None in values.values() else values

    return Shape(read, {"type": "object", "additionalProperties": shape.schema})


def require_one_of(sheet: Sheet, line: int, values: Mapping[str, Any], names: Collection[str], where: str) -> None:
    """Complain unless exactly one of the keys stands there."""
    present = [name for name in names if name in values]
    if len(present) != 1:
        place = _("“{where}”").format(where=where) if where else _("这条规则")
        state = _("同时写了{present}").format(present=_("、").join(present)) if present else _("一个也没有写")
        sheet.complain(
            line,
            _("{place}须在 {names} 中恰好写一个，现在{state}；请改正").format(
                place=place, names=" / ".join(names), state=state
            ),
        )


def record_schema(keys: Keys, *, exactly_one_of: Collection[str] = ()) -> JsonSchema:
    """The schema of a table with these keys and no others."""
    schema: JsonSchema = {
        "type": "object",
        "properties": {name: {**key.shape.schema, "description": key.about} for name, key in keys.items()},
        "required": [name for name, key in keys.items() if key.required],
        "additionalProperties": False,
    }
    if exactly_one_of:
        schema["oneOf"] = [{"required": [name]} for name in exactly_one_of]
    return schema


def _names(keys: Keys) -> str:
    return _("、").join(keys)
