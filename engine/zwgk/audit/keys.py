"""The keys of ``zwgk.toml``: what each may hold, read and told to editors from one table."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.i18n import N_, _
from zwgk.report import FAIL_LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FAIL_FOR = ("new", "open")
MODES = ("auto", "full", "incremental")
NEWS = ("new", "reopened", "closed", "cleared", "waived", "due-soon")
SECURITIES = ("ssl", "starttls", "none")
HOOKS = ("wecom", "dingtalk", "feishu", "json")
SOURCE_TYPES = ("files", "postgresql", "mysql", "sqlite")
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
        return None if value in words else _("{words}之一").format(words=_("、").join(f'"{word}"' for word in words))

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


def _some_agencies(value: Any) -> str | None:
    return _('至少有一项的列表，如 ["市财政局"]；其余机关都走的路由不写 agencies') if value == [] else _texts(value)


def _columns(value: Any) -> str | None:
    right = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    right = right or (isinstance(value, str) and bool(value.strip()))
    return None if right else _('表头到列名的对照，如 { "办结日" = "time" }，或列对照文件的路径，如 "列对照.yaml"')


def _day(value: Any) -> str | None:
    right = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    return None if right or value == "" else _("日期，如 2020-01-20（不加引号）")


def _region(value: Any) -> str | None:
    right = isinstance(value, str) and (not value or re.fullmatch(r"[0-9]{6}", value))
    return None if right else _('6位行政区划代码，如 "510504"')


def _source_name(value: Any) -> str | None:
    right = isinstance(value, str) and re.fullmatch(_SOURCE_NAME, value)
    return None if right else _('不含空格、点和 / \\ : 等符号的名称，如 "办件系统"')


def _variable(value: Any) -> str | None:
    right = isinstance(value, str) and re.fullmatch(_VARIABLE, value)
    return None if right else _("环境变量的名称（字母、数字和 _），不是它的内容")


def _between(least: int, most: int) -> Callable[[Any], str | None]:
    def expected(value: Any) -> str | None:
        right = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return None if right else _("{least} 到 {most} 的整数").format(least=least, most=most)

    return expected


def _words(words: tuple[str, ...]) -> Callable[[Any], str | None]:
    def expected(value: Any) -> str | None:
        right = isinstance(value, list) and value and all(one in words for one in value)
        return None if right else _("由{words}组成的列表").format(words=_("、").join(f'"{word}"' for word in words))

    return expected


def _addresses(value: Any) -> str | None:
    right = isinstance(value, list) and value and all(_address(one) is None for one in value)
    return None if right else _('邮箱地址的列表，如 ["a@example.gov.cn"]')


def _address(value: Any) -> str | None:
    right = isinstance(value, str) and re.fullmatch(_ADDRESS, value)
    return None if right else _('邮箱地址，如 "a@example.gov.cn"')


def _range(least: int, most: int) -> Mapping[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


_SOURCE_NAME = r"""[^\s/\\:*?"'<>|.]{1,60}"""
_ADDRESS = r"[^@\s<>,;]+@[^@\s<>,;]+"
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
_VARIABLES: Mapping[str, Any] = {"type": "string", "pattern": f"^{_VARIABLE}$"}
_SOURCE_NAMES: Mapping[str, Any] = {"type": "string", "pattern": f"^{_SOURCE_NAME}$"}
_TEXT: Mapping[str, Any] = {"type": "string"}
_NAME: Mapping[str, Any] = {"type": "string", "pattern": r"\S"}
_TEXTS: Mapping[str, Any] = {"type": "array", "items": _NAME}

AUDIT: Mapping[str, Key] = {
    "state": Key(_text(blank=False), _NAME, N_("状态数据库的路径。"), ".zwgk/audit.db"),
    "receipts": Key(_text(blank=False), _NAME, N_("每次运行的回执放在哪个文件夹。"), ".zwgk/receipts"),
    "fail_on": Key(_one_of(FAIL_LEVELS), {"enum": list(FAIL_LEVELS)}, N_("从哪一级起退出码为 1。"), "breach"),
    "fail_for": Key(_one_of(FAIL_FOR), {"enum": list(FAIL_FOR)}, N_("退出码只看新出现的，还是看所有未了结的。"), "new"),
    "skip_bad_rows": Key(_truth, {"type": "boolean"}, N_("有读不懂的行时，退出码仍按其余各行的结果。"), default=False),
    "mode": Key(
        _one_of(MODES), {"enum": list(MODES)}, N_("全量核查，还是只重算可能变化的事项；auto 按日志大小。"), "auto"
    ),
    "waivers": Key(_texts, _TEXTS, N_("豁免清单文件：有效期内的豁免所写明的违反不算未了结，过期后重新计入。"), ()),
}
RULES: Mapping[str, Key] = {
    "packs": Key(_texts, _TEXTS, N_("规则包、规则或路径；空：按地区自动选。"), ()),
    "region": Key(_region, {"type": "string", "pattern": "^([0-9]{6})?$"}, N_("没有写地区的事件算哪个地区的。"), ""),
    "agencies": Key(_text(), _TEXT, N_("机关名单文件（每行一个，或机关、规则两列的表）。"), ""),
    "due_soon": Key(_whole, {"type": "integer", "minimum": 0, "maximum": 366}, N_("到期前几个工作日算将到期。"), 2),
    "known_on": Key(_day, {"type": "string"}, N_("按该日已公布的放假安排计算。"), ""),
    "holidays": Key(_texts, _TEXTS, N_("补充的放假安排文件。"), ()),
}
LOG: Mapping[str, Key] = {
    "encoding": Key(_text(), _TEXT, N_("日志的编码；空：自动识别。"), ""),
    "columns": Key(
        _columns,
        {"anyOf": [{"type": "object", "additionalProperties": _TEXT}, _NAME]},
        N_("表头 → 列名，用于程序不认识的表头；或列对照文件（台账的日期列、工作表等写在那里）。"),
    ),
}
SOURCE: Mapping[str, Key] = {
    "type": Key(_one_of(SOURCE_TYPES), {"enum": list(SOURCE_TYPES)}, N_("files：文件；其余：数据库查询。"), "files"),
    "files": Key(_some_texts, {**_TEXTS, "minItems": 1}, N_("事件日志：文件或通配，如 日志/*.csv。")),
    "name": Key(_source_name, _SOURCE_NAMES, N_("数据源的名称（数据库）；空：类型和序号。"), ""),
    "query": Key(_text(blank=False), _NAME, N_("一条 SELECT 查询；结果的列名就是表头。"), ""),
    "query_file": Key(_text(blank=False), _NAME, N_("查询语句所在的文件（UTF-8）。"), ""),
    "dsn_env": Key(_variable, _VARIABLES, N_("装有连接（DSN）的环境变量的名称；连接本身不写在配置里。"), ""),
    "path": Key(_text(blank=False), _NAME, N_("SQLite 数据库文件。"), ""),
    "timeout": Key(_between(1, 86_400), _range(1, 86_400), N_("等数据库的秒数。"), 600),
}
OUTPUT: Mapping[str, Key] = {
    "path": Key(_text(blank=False), _NAME, N_("写到哪里；{date} 换成截至日，{run} 换成第几次运行。"), required=True),
    "content": Key(_one_of(CONTENTS), {"enum": list(CONTENTS)}, N_("变化、新增、未了结，还是全部。"), "changes"),
    "format": Key(_text(), _TEXT, N_("格式；空：按扩展名。"), ""),
}

NOTIFY: Mapping[str, Key] = {
    "what": Key(
        _words(NEWS),
        {"type": "array", "minItems": 1, "items": {"enum": list(NEWS)}},
        N_("通知哪些变化：新增、重新出现、了结、撤销、豁免、将到期。"),
        ("new", "reopened", "closed", "due-soon"),
    ),
    "title": Key(
        _text(blank=False), _NAME, N_("消息的标题；钉钉机器人设了关键词的，应含关键词。"), N_("政务公开时限核查")
    ),
    "most": Key(_between(1, 10_000), _range(1, 10_000), N_("一个路由一次最多列几项，其余只说数目。"), 100),
    "attempts": Key(_between(1, 10), _range(1, 10), N_("发不出时一共试几次。"), 3),
    "timeout": Key(_between(1, 300), _range(1, 300), N_("每次等几秒。"), 20),
    "keep_days": Key(_between(1, 366), _range(1, 366), N_("没发出的消息留几天，每次核查再试。"), 14),
}
MAIL: Mapping[str, Key] = {
    "host": Key(_text(blank=False), _NAME, N_("SMTP 服务器。"), required=True),
    "port": Key(_between(1, 65_535), _range(1, 65_535), N_("端口；不写：ssl 465、starttls 587、none 25。"), 0),
    "security": Key(
        _one_of(SECURITIES), {"enum": list(SECURITIES)}, N_("怎样加密；none 只用于本机或内网。"), "starttls"
    ),
    "from": Key(_address, {"type": "string", "pattern": f"^{_ADDRESS}$"}, N_("发件人地址。"), required=True),
    "user_env": Key(_variable, _VARIABLES, N_("装有用户名的环境变量的名称；不写：不登录。"), ""),
    "password_env": Key(_variable, _VARIABLES, N_("装有口令的环境变量的名称。"), ""),
}
HOOK: Mapping[str, Key] = {
    "name": Key(_source_name, _SOURCE_NAMES, N_("名称，路由里用。"), required=True),
    "type": Key(_one_of(HOOKS), {"enum": list(HOOKS)}, N_("企业微信、钉钉、飞书，或通用 JSON。"), required=True),
    "url_env": Key(
        _variable, _VARIABLES, N_("装有地址的环境变量的名称（地址里有密钥，不写在配置里）。"), required=True
    ),
    "secret_env": Key(_variable, _VARIABLES, N_("装有加签密钥的环境变量的名称（钉钉、飞书）。"), ""),
}
ROUTE: Mapping[str, Key] = {
    "agencies": Key(
        _some_agencies, {**_TEXTS, "minItems": 1}, N_("哪些机关的事项走这里，可用 *；不写：其余的都走这里。")
    ),
    "mail": Key(_addresses, {**_TEXTS, "minItems": 1}, N_("收件人地址，各收一封。"), ()),
    "hooks": Key(_texts, _TEXTS, N_("发到哪些 [[notify.hook]]，写名称。"), ()),
    "apart": Key(_truth, {"type": "boolean"}, N_("每个机关单独一条消息。"), default=False),
}

TABLES: Mapping[str, Mapping[str, Key]] = {
    "audit": AUDIT,
    "rules": RULES,
    "log": LOG,
    "notify": NOTIFY,
    "notify.mail": MAIL,
}
"""Tables that stand once."""
ARRAYS: Mapping[str, Mapping[str, Key]] = {
    "source": SOURCE,
    "output": OUTPUT,
    "notify.hook": HOOK,
    "notify.route": ROUTE,
}
"""Tables that may stand many times (``[[source]]``)."""
