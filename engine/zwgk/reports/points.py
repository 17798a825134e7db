"""Points of the assessment (考核): what each breach costs, from a small YAML file of the user's, else from the example beside this module."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk import yamlio
from zwgk.errors import Complaint, ComplaintsError
from zwgk.i18n import N_, _
from zwgk.model import Breach
from zwgk.shapes import Key, Shape, Sheet, by_name, found, is_refused, read_record, record
from zwgk.yamlio import Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zwgk.yamlio import Node

EXAMPLE = Path(__file__).with_name("points.yaml")
HOURS_A_DAY = 24


class PointsError(ComplaintsError):
    """A table of points that cannot be used."""


class Tariff(NamedTuple):
    """What one breach costs: ``each``, and ``per_day`` late or short, together at most ``most`` (None: no bound)."""

    each: Decimal
    per_day: Decimal
    most: Decimal | None

    def cost(self, days: int) -> Decimal:
        """The points for one breach that is so many days late."""
        points = self.each + self.per_day * days
        return points if self.most is None else min(points, self.most)


class Points(NamedTuple):
    """A table of points; ``path`` is None for the example."""

    path: str | None
    start: Decimal
    least: Decimal
    breaches: Mapping[str, Tariff]
    rules: Mapping[str, Tariff]

    def tariff(self, rule: str, breach: str) -> Tariff:
        """What a breach of a rule costs: as set for the rule, else for its pack, else for the kind of breach."""
        of_rule = self.rules.get(rule) or self.rules.get(rule.partition("/")[0])
        return of_rule or self.breaches.get(breach, _FREE)

    def score(self, deducted: Decimal) -> Decimal:
        """What is left of the starting points."""
        return max(self.start - deducted, self.least)


_FREE = Tariff(Decimal(0), Decimal(0), None)


def days_of(amount: Mapping[str, Any] | None) -> int:
    """How many days an amount late is, in its own kind of days; begun days of hours count whole."""
    if not amount:
        return 0
    count: int = amount["count"]
    return -(-count // HOURS_A_DAY) if amount["unit"] == "hours" else count


def _read_points(sheet: Sheet, node: Node, where: str) -> Decimal | None:
    if is_refused(node):
        return None
    number = isinstance(node, Scalar) and node.reads_as in {"integer", "decimal"}
    if isinstance(node, Scalar) and number and re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,4})?", node.text):
        return Decimal(node.text)
    message = _("“{where}”应为不小于0的分数，读到{found}；请直接写数字，如 0.5")
    sheet.complain(node.line, message.format(where=where, found=found(node)))
    return None


_POINTS = Shape(_read_points, {"type": "number", "minimum": 0})
_TARIFF_KEYS = {
    "each": Key(_POINTS, N_("每项扣分")),
    "per_day": Key(_POINTS, N_("每逾期一天另扣")),
    "most": Key(_POINTS, N_("一项最多扣")),
}
_TARIFF = record(_TARIFF_KEYS)
_KEYS = {
    "start": Key(_POINTS, N_("基础分"), required=True),
    "least": Key(_POINTS, N_("最低分")),
    "breaches": Key(
        record({breach.value: Key(_TARIFF, N_("扣分")) for breach in Breach}), N_("各类违反怎样扣分"), required=True
    ),
    "rules": Key(by_name(_TARIFF), N_("对某条规则或规则包另定")),
}


def read_points(path: str | Path | None = None) -> Points:
    """The table of points at ``path``; None: the example.

    Raises:
        PointsError: the file cannot be read, or says what cannot be meant; it carries every complaint.
    """
    given = EXAMPLE if path is None else Path(path)
    document = yamlio.load(given)
    sheet = Sheet(str(given))
    sheet.complaints.extend(document.complaints)
    values = read_record(sheet, document.root, "", _KEYS) if document.root else None
    if sheet.complaints or values is None:
        raise PointsError(sheet.complaints or [Complaint(str(given), 1, _("没有内容；请按示例填写"))])
    return Points(
        path=None if path is None else str(path),
        start=values["start"],
        least=values.get("least", Decimal(0)),
        breaches={name: _tariff(one) for name, one in values["breaches"].items()},
        rules={name: _tariff(one) for name, one in values.get("rules", {}).items()},
    )


def _tariff(values: Mapping[str, Decimal]) -> Tariff:
    return Tariff(values.get("each", Decimal(0)), values.get("per_day", Decimal(0)), values.get("most"))
