"""The ledger (台账): a row a finding, the columns that offices keep, for CSV and workbooks alike."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.i18n import _
from zwgk.reports.words import file_of, light

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zwgk.reports.words import Words

TEXT, WHEN, PLACE, AMOUNT = "text", "when", "place", "amount"
# What a spreadsheet would take for the beginning of a formula, also behind blanks and in its full-width and small forms.
_RUNS = re.compile(r"[\s\x00-\x1f\u200b\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫−]|[\t\r\n\x00]")


class Column(NamedTuple):
    """A column: its header, what its cells are, and its width in characters.

    Cells of ``text`` are text; of ``when`` ISO times; of ``place`` a row number, or ``file:row`` where several files were read;
    of ``amount`` mappings of ``count`` and ``unit``. None is an empty cell.
    """

    header: str
    cells: str
    width: int


def columns() -> tuple[Column, ...]:
    """The columns in the order of :func:`cells`, in the language of this context."""
    return (
        Column(_("灯色"), TEXT, 5),
        Column(_("结论"), TEXT, 10),
        Column(_("违反类型"), TEXT, 10),
        Column(_("事项编号"), TEXT, 26),
        Column(_("机关"), TEXT, 22),
        Column(_("规则"), TEXT, 46),
        Column(_("周期"), TEXT, 9),
        Column(_("成员"), TEXT, 10),
        Column(_("触发时间"), WHEN, 14),
        Column(_("到期日"), WHEN, 14),
        Column(_("履行时间"), WHEN, 14),
        Column(_("逾期"), AMOUNT, 12),
        Column(_("剩余"), AMOUNT, 12),
        Column(_("触发事件"), TEXT, 16),
        Column(_("触发行"), PLACE, 9),
        Column(_("履行事件"), TEXT, 16),
        Column(_("履行行"), PLACE, 9),
        Column(_("最早到期"), WHEN, 19),
        Column(_("最晚到期"), WHEN, 19),
        Column(_("理由"), TEXT, 60),
        Column(_("依据"), TEXT, 34),
        Column(_("文号"), TEXT, 22),
        Column(_("条款"), TEXT, 18),
        Column(_("用语"), TEXT, 40),
        Column(_("规则编号"), TEXT, 44),
        Column(_("区划"), TEXT, 9),
        Column(_("指纹"), TEXT, 19),
    )


PRINTED = 13
"""The first columns go on paper; all together would be too small to read."""
LIGHT_COLUMNS = 3
"""The first columns carry the colour of the traffic light."""


def cells(record: Mapping[str, Any], words: Words, soon: frozenset[str], files: Sequence[str]) -> tuple[Any, ...]:
    """A finding as the cells of its row; ``files`` are the paths that were read, in order."""
    trigger, performed, due, source = record["trigger"], record["performed"], record["due"], record["source"]
    return (
        words.lights[light(record, soon)],
        words.verdicts[record["verdict"]],
        words.breaches[record["breach"]] if record["breach"] else None,
        record["case"],
        record["agency"],
        record["title"],
        record["period"],
        record["member"],
        trigger and trigger["time"],
        due and due["at"],
        performed and performed["time"],
        record["late_by"],
        record["remaining"],
        words.event(trigger["event"]) if trigger else None,
        trigger and _place(trigger, files),
        words.event(performed["event"]) if performed else None,
        performed and _place(performed, files),
        due and due["earliest"],
        due and due["latest"],
        _("；").join(record["because"]),
        source["instrument"],
        source["number"],
        source["clause"],
        source["phrase"],
        record["rule"],
        record["region"],
        record["fingerprint"],
    )


def _place(evidence: Mapping[str, Any], files: Sequence[str]) -> int | str:
    row: int = evidence["row"]
    return row if len(files) < 2 else f"{file_of(evidence, files)}:{row}"


@lru_cache(maxsize=1 << 14)
def runs(text: str) -> bool:
    """Whether a spreadsheet might run ``text`` as a formula when it is opened or typed again."""
    return _RUNS.match(text) is not None
