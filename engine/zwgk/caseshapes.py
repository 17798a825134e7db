"""The shape of the worked cases inside a rule file: checked here, run by ``rules test``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zwgk.dates import DateError, read_as_of, read_moment
from zwgk.errors import UsageError
from zwgk.i18n import N_, _
from zwgk.model import Breach, Unit, Verdict
from zwgk.ruleshapes import EVENT, amount
from zwgk.scalars import shown
from zwgk.shapes import (
    TEXT,
    Key,
    Shape,
    choice,
    found,
    is_refused,
    listing,
    read_record,
    record,
)
from zwgk.vocabulary import column_name
from zwgk.yamlio import Node, Scalar, Series, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from zwgk.model import Moment
    from zwgk.shapes import Keys, Sheet

FEWEST_CASES = 3


def _read_cell(sheet: Sheet, node: Node, where: str) -> str | None:
    """A cell as a log would hold it: any single value, as written."""
    if is_refused(node):
        return None
    if isinstance(node, Scalar):
        return node.text
    sheet.complain(
        node.line,
        _("“{where}”应为一个单元格的内容，读到{node}；几个值请写在一起，用“;”隔开").format(
            where=where, node=found(node)
        ),
    )
    return None


def _moment(reader: Callable[[str], Moment]) -> Shape:
    def read(sheet: Sheet, node: Node, where: str) -> str | None:
        text = _read_cell(sheet, node, where)
        if text is None:
            return None
        try:
            reader(text)
        except (DateError, UsageError) as error:
            sheet.complain(
                node.line,
                _("“{where}”应为日期或时刻，读到“{text}”：{error}；请写成 2019-09-24 的样子").format(
                    where=where, text=shown(text), error=error
                ),
            )
            return None
        return text

    return Shape(read, _CELL_SCHEMA)


_CELL_SCHEMA = {"type": ["string", "number"]}
CELL = Shape(_read_cell, _CELL_SCHEMA)
TIME = _moment(read_moment)
AS_OF = _moment(read_as_of)
LATE_BY = amount(Unit.WORKDAYS, Unit.DAYS, Unit.HOURS)

_EVENT_KEYS: Keys = {
    "event": Key(EVENT, N_("事件"), required=True),
    "time": Key(TIME, N_("时间"), required=True),
}


def _read_event_row(sheet: Sheet, node: Node, where: str) -> dict[str, str] | None:
    before = len(sheet.complaints)
    columns = {}
    if isinstance(node, Table):
        columns = {name: Key(CELL, _("属性")) for name in node.entries if name not in _EVENT_KEYS}
    read = read_record(sheet, node, where, {**_EVENT_KEYS, **columns})
    if read is None or len(sheet.complaints) > before or None in read.values():
        return None
    return {column_name(name): value for name, value in read.items()}


_EVENT_ROW = Shape(
    _read_event_row,
    {
        "type": "object",
        "properties": {name: {**key.shape.schema, "description": key.about} for name, key in _EVENT_KEYS.items()},
        "required": list(_EVENT_KEYS),
        "additionalProperties": CELL.schema,
    },
)


def _read_late_by(sheet: Sheet, node: Node, where: str) -> str | None:
    limit = LATE_BY.read(sheet, node, where)
    return None if limit is None else f"{limit.number} {limit.unit}"


EXPECT_KEYS: Keys = {
    "verdict": Key(choice(*Verdict), N_("结论"), required=True),
    "breach": Key(choice(*Breach), N_("违反的方式")),
    "due": Key(TIME, N_("到期日")),
    "earliest": Key(TIME, N_("最早到期日")),
    "latest": Key(TIME, N_("最晚到期日")),
    "late_by": Key(Shape(_read_late_by, LATE_BY.schema), N_("迟了多少，如 5 workdays")),
    "period": Key(CELL, N_("周期，如 2016-Q3")),
    "member": Key(CELL, N_("哪一项")),
    "agency": Key(CELL, N_("哪个机关")),
}
_EXPECTED = record(EXPECT_KEYS)


def _read_expectation(sheet: Sheet, node: Node, where: str) -> dict[str, str] | None:
    read: dict[str, str] | None = _EXPECTED.read(sheet, node, where)
    if read is None:
        return None
    if (read["verdict"] == Verdict.BREACHED) != ("breach" in read):
        sheet.complain(node.line, _("“{where}”结论是 breached 时才写、也必须写 breach；请改正").format(where=where))
        return None
    return read


_ONE_EXPECTED = Shape(_read_expectation, _EXPECTED.schema)
_EXPECTED_LIST = listing(_ONE_EXPECTED)


def _read_expect(sheet: Sheet, node: Node, where: str) -> Any:
    if isinstance(node, Series):
        return _EXPECTED_LIST.read(sheet, node, where)
    if isinstance(node, Scalar) and node.text == "none":
        return "none"
    if isinstance(node, Scalar) and not node.refused:
        sheet.complain(
            node.line,
            _("“{where}”应为“键: 值”、它们的列表，或 none（没有义务），读到{node}；请改正").format(
                where=where, node=found(node)
            ),
        )
        return None
    return _ONE_EXPECTED.read(sheet, node, where)


_EXPECT = Shape(_read_expect, {"anyOf": [{"const": "none"}, _EXPECTED.schema, _EXPECTED_LIST.schema]})

_CASE = record(
    {
        "name": Key(TEXT, N_("这个算例说明什么"), required=True),
        "as_of": Key(AS_OF, N_("截至"), required=True),
        "events": Key(listing(_EVENT_ROW, at_least=0, expected=N_("事件的列表")), N_("事件"), required=True),
        "expect": Key(_EXPECT, N_("预期结果；没有义务写 none"), required=True),
    }
)


def _read_case(sheet: Sheet, node: Node, where: str) -> dict[str, Any] | None:
    """The case as written, with the ``line`` where it stands."""
    read: dict[str, Any] | None = _CASE.read(sheet, node, where)
    return None if read is None else {**read, "line": node.line}


CASES = listing(Shape(_read_case, _CASE.schema), at_least=FEWEST_CASES, expected=N_("算例的列表"))
