"""``zwgk.toml``: read strictly, every complaint at once; its JSON Schema; a starter to begin with."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.audit.database import Query
from zwgk.audit.joint import joint_schema, misfits, source_name
from zwgk.audit.keys import ARRAYS, TABLES, Key
from zwgk.audit.notify.settings import Notify, notify_of
from zwgk.errors import Complaint, ComplaintsError, InputError
from zwgk.files import refusal
from zwgk.i18n import N_, _
from zwgk.vocabulary import nearest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from zwgk.agencylists import Agencies

MOST_BYTES = 1 << 20
DEFAULT = "zwgk.toml"


class Output(NamedTuple):
    """A report to be written: ``content`` is ``changes``, ``new``, ``open`` or ``all``."""

    path: str
    content: str
    format: str


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration; paths are absolute or relative to the current folder, ready for use.

    ``digest`` is that of the file's bytes. ``columns`` maps headers to column names, or says
    what the mapping file says that the configuration names (:mod:`zwgk.events.mapping`).
    """

    path: str
    digest: str
    state: str
    receipts: str
    fail_on: str
    fail_for: str
    skip_bad_rows: bool
    mode: str
    packs: tuple[str, ...]
    region: str
    agencies: str
    due_soon: int
    known_on: dt.date | None
    holidays: tuple[str, ...]
    encoding: str
    columns: Mapping[str, Any]
    files: tuple[str, ...]
    outputs: tuple[Output, ...]
    agencies_given: Agencies = ()
    """The list of agencies itself, where it does not come from a file."""
    queries: tuple[Query, ...] = ()
    """Queries on databases, after the files."""
    waivers: tuple[str, ...] = ()
    notify: Notify | None = None
    """Whom to tell; None: nobody."""
    file_lines: tuple[int, ...] = ()
    """For each of the ``files`` the line that names it."""


def load_config(path: str) -> Config:
    """Read a configuration.

    Raises:
        InputError: the file cannot be read.
        ComplaintsError: it is not TOML, or keys or values in it are wrong; all are told.
    """
    data = _bytes(path)
    try:
        text = data.decode("utf-8-sig")
        tables = _flat(tomllib.loads(text))
    except UnicodeDecodeError:
        raise InputError(_("{path}：不是 UTF-8 文字；请另存为 UTF-8").format(path=path)) from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        message = _("不是正确的 TOML（{error}）；请核对引号、括号和等号").format(error=error)
        raise ComplaintsError([Complaint(path, int(line[1]) if line else 0, message)]) from None
    complaints = list(_complaints(path, text, tables))
    if complaints:
        raise ComplaintsError(complaints)
    return _config(path, data, tables, _lines(text))


def _flat(tables: dict[str, Any]) -> dict[str, Any]:
    """The tables with those inside others beside them (``notify.mail``)."""
    found = dict(tables)
    for name in (*TABLES, *ARRAYS):
        outer, dot, inner = name.partition(".")
        if dot and isinstance(found.get(outer), dict) and inner in found[outer]:
            found[name] = found[outer][inner]
            found[outer] = {key: value for key, value in found[outer].items() if key != inner}
    return found


def _bytes(path: str) -> bytes:
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        hint = _("{path}：找不到配置文件；请用 --config 指明，或运行 zwgk-check init 生成一份").format(path=path)
        raise InputError(hint) from None
    except OSError as error:
        raise InputError(
            _("{path}：不能读取（{reason}）；请检查路径和权限").format(path=path, reason=refusal(error))
        ) from None
    if len(data) > MOST_BYTES:
        raise InputError(_("{path}：大于{most}字节，不像配置文件").format(path=path, most=MOST_BYTES))
    return data


# --- complaints -------------------------------------------------------------------------------------------


def _complaints(path: str, text: str, tables: Mapping[str, Any]) -> Iterator[Complaint]:
    lines = _lines(text)
    for name, value in tables.items():
        known = (*TABLES, *ARRAYS)
        where = lines.get((name, -1, ""), lines.get((name, 0, ""), lines.get(("", -1, name), 0)))
        if name not in known:
            outer = tuple(one for one in known if "." not in one)
            yield Complaint(path, where, _unknown(name, outer, _("表（[…]）")))
        elif name in TABLES and not isinstance(value, dict):
            yield Complaint(path, where, _("“{name}”应为一个表：[{name}]；请改正").format(name=name))
        elif name in ARRAYS and not (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
            yield Complaint(path, where, _("“{name}”可以有多个，应写作 [[{name}]]；请改正").format(name=name))
        elif name in TABLES:
            yield from _table_complaints(path, lines, (name, -1), value, TABLES[name])
        else:
            for number, table in enumerate(value):
                yield from _table_complaints(path, lines, (name, number), table, ARRAYS[name])
    for one in misfits(tables):
        header = lines.get((one.table, one.number, ""), 0)
        yield Complaint(path, lines.get((one.table, one.number, one.key), header), one.message)
    if not tables.get("source"):
        yield Complaint(path, 0, _('没有 [[source]]；请写明事件日志在哪里，如 files = ["日志/*.csv"]'))


def _table_complaints(
    path: str,
    lines: Mapping[tuple[str, int, str], int],
    place: tuple[str, int],
    table: Mapping[str, Any],
    keys: Mapping[str, Key],
) -> Iterator[Complaint]:
    header = lines.get((*place, ""), 0)
    for name, value in table.items():
        line = lines.get((*place, name), header)
        key = keys.get(name)
        if key is None:
            inner = (one.partition(".")[2] for one in (*TABLES, *ARRAYS) if one.startswith(f"{place[0]}."))
            yield Complaint(path, line, _unknown(f"{place[0]}.{name}", (*keys, *inner), _("键")))
        elif expected := key.expected(value):
            where = f"{place[0]}.{name}"
            message = _("{where}：填的是“{found}”，应为{expected}；请改正")
            yield Complaint(path, line, message.format(where=where, found=_shown(value), expected=expected))
    for name, key in keys.items():
        if key.required and name not in table:
            yield Complaint(
                path,
                header,
                _("[[{table}]] 缺少“{name}”：{about}").format(table=place[0], name=name, about=_(key.about)),
            )


def _unknown(name: str, known: Mapping[str, Any] | tuple[str, ...], what: str) -> str:
    near = nearest(name.rpartition(".")[2], known)
    hint = _("是不是“{near}”？").format(near=near) if near else ""
    return _("不认识的{what}“{name}”；{hint}可以写的有：{known}").format(
        what=what, name=name, hint=hint, known=_("、").join(known)
    )


def _shown(value: Any) -> str:
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:60] + "…"


_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")
_KEY = re.compile(r"\s*[\"']?([^\s\"'=#\[\]]+)[\"']?\s*=")


def _lines(text: str) -> dict[tuple[str, int, str], int]:
    """(table, its number or -1, key or "") → line, as well as lines alone can tell."""
    found: dict[tuple[str, int, str], int] = {}
    table, number = "", -1
    counts: dict[str, int] = {}
    for line, content in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(content):
            table, number = header[2], -1
            if header[1] == "[[":
                number = counts[table] = counts.get(table, -1) + 1
            found.setdefault((table, number, ""), line)
        elif key := _KEY.match(content):
            found.setdefault((table, number, key[1]), line)
    return found


# --- values -----------------------------------------------------------------------------------------------


def _config(path: str, data: bytes, tables: Mapping[str, Any], lines: Mapping[tuple[str, int, str], int]) -> Config:
    folder = Path(path).parent

    def value(table: str, name: str) -> Any:
        return tables.get(table, {}).get(name, TABLES[table][name].default)

    def under(name: str) -> str:
        return str(folder / name) if name else ""

    def pack(name: str) -> str:
        # A bare name is a shipped pack; what looks like a path lies beside the configuration.
        return under(name) if name.startswith(".") or name.endswith((".yaml", "/")) else name

    outputs = tables.get("output", [])
    return Config(
        path=path,
        digest=f"sha256:{hashlib.sha256(data).hexdigest()}",
        state=under(value("audit", "state")),
        receipts=under(value("audit", "receipts")),
        fail_on=value("audit", "fail_on"),
        fail_for=value("audit", "fail_for"),
        skip_bad_rows=value("audit", "skip_bad_rows"),
        mode=value("audit", "mode"),
        packs=tuple(pack(name) for name in value("rules", "packs")),
        region=value("rules", "region"),
        agencies=under(value("rules", "agencies")),
        due_soon=value("rules", "due_soon"),
        known_on=value("rules", "known_on") or None,
        holidays=tuple(under(name) for name in value("rules", "holidays")),
        encoding=value("log", "encoding"),
        columns=_columns(value("log", "columns"), under),
        files=tuple(under(name) for source in tables["source"] for name in source.get("files", ())),
        outputs=tuple(
            Output(under(one["path"]), one.get("content", "changes"), one.get("format", "")) for one in outputs
        ),
        queries=tuple(
            _query(
                source_name(number, source),
                source,
                under,
                state=value("audit", "state"),
                encoding=value("log", "encoding"),
            )
            for number, source in enumerate(tables["source"])
            if source.get("type", "files") != "files"
        ),
        waivers=tuple(under(name) for name in value("audit", "waivers")),
        notify=notify_of(tables),
        file_lines=tuple(
            lines.get(("source", number, "files"), 0)
            for number, source in enumerate(tables["source"])
            for _name in source.get("files", ())
        ),
    )


def _columns(given: str | Mapping[str, str] | None, under: Callable[[str], str]) -> Mapping[str, Any]:
    """The mapping of columns as it is or, of a file, as it says now."""
    if not isinstance(given, str):
        return dict(given or {})
    from zwgk.events.mapping import load_mapping

    return load_mapping(under(given)).record()


def _query(name: str, source: Mapping[str, Any], under: Callable[[str], str], *, state: str, encoding: str) -> Query:
    snapshot = Path(state).parent / "sources" / f"{name}.csv"
    return Query(
        name=name,
        type=source["type"],
        query=source.get("query", ""),
        query_file=under(source.get("query_file", "")),
        dsn_env=source.get("dsn_env", ""),
        path=under(source.get("path", "")),
        timeout=source.get("timeout", ARRAYS["source"]["timeout"].default),
        snapshot=under(str(snapshot)),
        encoding=encoding or "utf-8",
    )


# --- for editors and beginners ----------------------------------------------------------------------------


def config_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of ``zwgk.toml``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": _("zwgk-check 夜间核查配置（zwgk.toml）"),
        "type": "object",
        "properties": {name: _named_schema(name) for name in (*TABLES, *ARRAYS) if "." not in name},
        "required": ["source"],
        "additionalProperties": False,
    }


def _named_schema(name: str) -> dict[str, Any]:
    if name in ARRAYS:
        schema = {**_table_schema(ARRAYS[name]), **joint_schema(name)}
        return {"type": "array", "minItems": 1, "items": schema}
    schema = _table_schema(TABLES[name])
    inner = [one for one in (*TABLES, *ARRAYS) if one.startswith(f"{name}.")]
    schema["properties"] |= {one.partition(".")[2]: _named_schema(one) for one in inner}
    return schema | joint_schema(name)


def _table_schema(keys: Mapping[str, Key]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {**key.schema, "description": _(key.about)} for name, key in keys.items()},
        "required": [name for name, key in keys.items() if key.required],
        "additionalProperties": False,
    }


STARTER = N_("""\
# zwgk-check 的夜间核查配置：zwgk-check audit 每次运行都读它。
# 路径都相对于本文件所在的文件夹。写错的键会被指出，不会被忽略。
# 事件在数据库里、要发通知（邮件、企业微信、钉钉、飞书）的，写法见 docs/nightly.zh.md 和 examples/audit/zwgk.toml。

[audit]
state = ".zwgk/audit.db"        # 状态数据库：记住发现过什么
receipts = ".zwgk/receipts"     # 每次运行的回执（可用 zwgk-check verify 复核）
fail_on = "breach"              # 从哪一级起退出码为 1：breach、due-soon、undecided、never
fail_for = "new"                # new：只看新出现的；open：看所有未了结的
# mode = "auto"                 # auto、full（全量）、incremental（只重算可能变化的）
# skip_bad_rows = false
# waivers = ["豁免.yaml"]       # 豁免清单，写法见 docs/manual.zh.md；有效期内的不算未了结

[rules]
# packs = ["luzhou-2011"]       # 规则包；不写则按地区自动选
# region = "510504"             # 没有写地区的事件算哪个地区的
# agencies = "机关名单.txt"
due_soon = 2                    # 到期前几个工作日算将到期

# [log]
# encoding = "gb18030"
# columns = { "办结日" = "time" }   # 或列对照文件："列对照.yaml"

[[source]]
files = ["日志/*.csv"]

[[output]]
path = "报告/{date}-变化.json"
content = "changes"             # changes、new、open、all
""")
