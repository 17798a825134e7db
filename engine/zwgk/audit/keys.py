"""The keys of ``zwgk.toml``: what each may hold, read and told to editors from one table."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.i18n import _
from zwgk.report import FAIL_LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FAIL_FOR = ("new", "open")
MODES = ("auto", "full", "incremental")
CONTENTS = ("changes", "new", "open", "all")


class Key(NamedTuple):
    """A key: how its value is checked (what was expected, or None where it is right), its JSON Schema, and what it is."""

    expected: Callable[[Any], str | None]
    schema: Mapping[str, Any]
    about: str
    default: Any = None
    required: bool = False


def _text(*, blank: bool = True) -> Callable[[Any], str | None]:
    def expected(value: Any) -> str | None:
        right = isinstance(value, str) and (blank or bool(value.strip()))
        return None if right else _('一段文字，如 "文字"') if blank else _('一段不为空的文字，如 "文字"')

    return expected


def _one_of(words: tuple[str, ...]) -> Callable[[Any], str | None]:
    def expected(value: Any) -> str | None:
        return None if value in words else _("{words}之一").format(words="、".join(f'"{word}"' for word in words))

    return expected


def _truth(value: Any) -> str | None:
    return None if isinstance(value, bool) else _("true 或 false")


def _whole(value: Any) -> str | None:
    right = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 366
    return None if right else _("0 到 366 的整数")


def _texts(value: Any) -> str | None:
    right = isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)
    return None if right else _('文字的列表，如 ["a", "b"]')


def _some_texts(value: Any) -> str | None:
    return _('至少有一项的列表，如 ["日志/*.csv"]') if value == [] else _texts(value)


def _text_table(value: Any) -> str | None:
    right = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    return None if right else _('表头到列名的对照，如 { "办结日" = "time" }')


def _day(value: Any) -> str | None:
    right = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    return None if right or value == "" else _("日期，如 2020-01-20（不加引号）")


def _region(value: Any) -> str | None:
    right = isinstance(value, str) and (not value or re.fullmatch(r"[0-9]{6}", value))
    return None if right else _('6位行政区划代码，如 "510504"')


_TEXT: Mapping[str, Any] = {"type": "string"}
_NAME: Mapping[str, Any] = {"type": "string", "pattern": r"\S"}
_TEXTS: Mapping[str, Any] = {"type": "array", "items": _NAME}

AUDIT: Mapping[str, Key] = {
    "state": Key(_text(blank=False), _NAME, "状态数据库的路径。", ".zwgk/audit.db"),
    "receipts": Key(_text(blank=False), _NAME, "每次运行的回执放在哪个文件夹。", ".zwgk/receipts"),
    "fail_on": Key(_one_of(FAIL_LEVELS), {"enum": list(FAIL_LEVELS)}, "从哪一级起退出码为 1。", "breach"),
    "fail_for": Key(_one_of(FAIL_FOR), {"enum": list(FAIL_FOR)}, "退出码只看新出现的，还是看所有未了结的。", "new"),
    "skip_bad_rows": Key(_truth, {"type": "boolean"}, "有读不懂的行时，退出码仍按其余各行的结果。", default=False),
    "mode": Key(_one_of(MODES), {"enum": list(MODES)}, "全量核查，还是只重算可能变化的事项；auto 按日志大小。", "auto"),
}
RULES: Mapping[str, Key] = {
    "packs": Key(_texts, _TEXTS, "规则包、规则或路径；空：按地区自动选。", ()),
    "region": Key(_region, {"type": "string", "pattern": "^([0-9]{6})?$"}, "没有写地区的事件算哪个地区的。", ""),
    "agencies": Key(_text(), _TEXT, "机关名单文件（每行一个）。", ""),
    "due_soon": Key(_whole, {"type": "integer", "minimum": 0, "maximum": 366}, "到期前几个工作日算将到期。", 2),
    "known_on": Key(_day, {"type": "string"}, "按该日已公布的放假安排计算。", ""),
    "holidays": Key(_texts, _TEXTS, "补充的放假安排文件。", ()),
}
LOG: Mapping[str, Key] = {
    "encoding": Key(_text(), _TEXT, "日志的编码；空：自动识别。", ""),
    "columns": Key(
        _text_table, {"type": "object", "additionalProperties": _TEXT}, "表头 → 列名，用于程序不认识的表头。"
    ),
}
SOURCE: Mapping[str, Key] = {
    "files": Key(_some_texts, {**_TEXTS, "minItems": 1}, "事件日志：文件或通配，如 日志/*.csv。", required=True),
}
OUTPUT: Mapping[str, Key] = {
    "path": Key(_text(blank=False), _NAME, "写到哪里；{date} 换成截至日，{run} 换成第几次运行。", required=True),
    "content": Key(_one_of(CONTENTS), {"enum": list(CONTENTS)}, "变化、新增、未了结，还是全部。", "changes"),
    "format": Key(_text(), _TEXT, "格式；空：按扩展名。", ""),
}

TABLES: Mapping[str, Mapping[str, Key]] = {"audit": AUDIT, "rules": RULES, "log": LOG}
"""Tables that stand once."""
ARRAYS: Mapping[str, Mapping[str, Key]] = {"source": SOURCE, "output": OUTPUT}
"""Tables that may stand many times (``[[source]]``)."""
