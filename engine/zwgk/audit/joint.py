"""What keys of ``zwgk.toml`` must be to each other; each key by itself is checked before (:mod:`zwgk.audit.keys`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.audit.keys import ARRAYS
from zwgk.i18n import _
from zwgk.vocabulary import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Misfit(NamedTuple):
    """A key that does not fit the others: its table, the table's number (-1: stands once), the key, and what to say."""

    table: str
    number: int
    key: str
    message: str


def joint_schema(name: str) -> dict[str, Any]:
    """What the JSON Schema of a table says of its keys together."""
    return dict(_SCHEMAS.get(name, {}))


def _when(kind: Mapping[str, Any], then: Mapping[str, Any], *, named: bool = True) -> dict[str, Any]:
    return {"if": {"properties": {"type": kind}, "required": ["type"] if named else []}, "then": then}


def _one_of(*names: str) -> dict[str, Any]:
    return {"oneOf": [{"required": [name]} for name in names]}


def _without(*names: str) -> dict[str, Any]:
    return {"properties": dict.fromkeys(names, False)}


_FILES_ONLY = frozenset({"files"})
_SQL_ONLY = frozenset({"name", "query", "query_file", "dsn_env", "path", "timeout"})

_SCHEMAS: Mapping[str, Any] = {
    "source": {
        "allOf": [
            _when({"const": "files"}, {"required": ["files"], **_without(*sorted(_SQL_ONLY))}, named=False),
            _when(
                {"enum": ["postgresql", "mysql"]},
                {**_one_of("query", "query_file"), "required": ["dsn_env"], **_without("files", "path")},
            ),
            _when(
                {"const": "sqlite"},
                {"allOf": [_one_of("query", "query_file"), _one_of("path", "dsn_env")], **_without("files")},
            ),
        ]
    },
    "notify": {"required": ["route"]},
    "notify.mail": {"dependentRequired": {"user_env": ["password_env"], "password_env": ["user_env"]}},
    "notify.hook": _when({"enum": ["wecom", "json"]}, _without("secret_env")),
    "notify.route": {"anyOf": [{"required": ["mail"]}, {"required": ["hooks"]}]},
}


def misfits(tables: Mapping[str, Any]) -> Iterator[Misfit]:
    """Every misfit in flattened tables (``notify.mail`` beside ``notify``)."""
    sources = _rows(tables, "source")
    for number, source in enumerate(sources):
        yield from _source(number, source)
    yield from _twice("source", [source_name(number, one) for number, one in enumerate(sources)])
    if any(name == "notify" or name.startswith("notify.") for name in tables):
        yield from _notify(tables)


def source_name(number: int, source: Mapping[str, Any]) -> str:
    """The name of a source: its own, or its type and number; none for files."""
    kind = source.get("type", "files")
    return "" if kind == "files" else source.get("name") or f"{kind}-{number + 1}"


def _rows(tables: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    rows = tables.get(name, [])
    return [row if isinstance(row, dict) else {} for row in rows] if isinstance(rows, list) else []


def _source(number: int, source: Mapping[str, Any]) -> Iterator[Misfit]:
    kind = source.get("type", "files")
    misplaced = source.keys() & (_SQL_ONLY if kind == "files" else _FILES_ONLY)
    for key in sorted(misplaced):
        text = _("source.{key}：type 是 {kind} 的数据源没有这个键；请删去，或改 type")
        yield Misfit("source", number, key, text.format(key=key, kind=kind))
    if kind == "files":
        if "files" not in source:
            text = _("[[source]] 缺少“{name}”：{about}")
            yield Misfit("source", number, "", text.format(name="files", about=ARRAYS["source"]["files"].about))
        return
    if ("query" in source) == ("query_file" in source):
        text = _("[[source]] 的 query（查询语句）和 query_file（语句所在文件）应写且只写一个")
        yield Misfit("source", number, "", text)
    if kind == "sqlite":
        if ("path" in source) == ("dsn_env" in source):
            text = _("[[source]] 的 path（数据库文件）和 dsn_env（装有其路径的环境变量）应写且只写一个")
            yield Misfit("source", number, "", text)
        return
    if "path" in source:
        text = _("source.path：只用于 sqlite；{kind} 的连接放在环境变量里，用 dsn_env 指明")
        yield Misfit("source", number, "path", text.format(kind=kind))
    if "dsn_env" not in source:
        text = _("[[source]] 缺少“{name}”：{about}")
        yield Misfit("source", number, "", text.format(name="dsn_env", about=ARRAYS["source"]["dsn_env"].about))


def _twice(table: str, names: Sequence[str]) -> Iterator[Misfit]:
    for number, name in enumerate(names):
        if name and name in names[:number]:
            text = _("{table}.name：“{name}”用了两次；请取不同的名称")
            yield Misfit(table, number, "name", text.format(table=table, name=name))


def _notify(tables: Mapping[str, Any]) -> Iterator[Misfit]:
    hooks, routes = _rows(tables, "notify.hook"), _rows(tables, "notify.route")
    mail = tables.get("notify.mail")
    if not routes:
        yield Misfit("notify", -1, "", _("[notify] 没有 [[notify.route]]；请写明通知发给谁"))
    if isinstance(mail, dict) and ("user_env" in mail) != ("password_env" in mail):
        text = _("[notify.mail] 的 user_env 和 password_env 应都写（登录）或都不写（不登录）")
        yield Misfit("notify.mail", -1, "", text)
    names = [str(hook.get("name", "")) for hook in hooks]
    yield from _twice("notify.hook", names)
    for number, hook in enumerate(hooks):
        if "secret_env" in hook and hook.get("type") in ("wecom", "json"):
            text = _("notify.hook.secret_env：只用于钉钉（dingtalk）和飞书（feishu）；请删去")
            yield Misfit("notify.hook", number, "secret_env", text)
    for number, route in enumerate(routes):
        yield from _route(number, route, names, has_mail=isinstance(mail, dict))


def _route(number: int, route: Mapping[str, Any], names: Sequence[str], *, has_mail: bool) -> Iterator[Misfit]:
    if not route.get("mail") and not route.get("hooks"):
        text = _("[[notify.route]] 没有 mail，也没有 hooks；请写明发给谁")
        yield Misfit("notify.route", number, "", text)
    if route.get("mail") and not has_mail:
        text = _("notify.route.mail：没有 [notify.mail]；请写明用哪个 SMTP 服务器发信")
        yield Misfit("notify.route", number, "mail", text)
    hooks = route.get("hooks", [])
    for name in hooks if isinstance(hooks, list) else []:
        if name not in names:
            near = nearest(str(name), names)
            hint = _("是不是“{near}”？").format(near=near) if near else ""
            text = _("notify.route.hooks：没有名为“{name}”的 [[notify.hook]]；{hint}可以写的有：{known}")
            message = text.format(name=name, hint=hint, known=_("、").join(names) or "—")
            yield Misfit("notify.route", number, "hooks", message)
