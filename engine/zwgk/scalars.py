"""What YAML 1.1 makes of an unquoted value, and whether that is what a person sees.

The answer is PyYAML's own (its resolvers), so that the check and the reader can never disagree.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Literal

import yaml

from zwgk.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

ReadsAs = Literal["text", "integer", "decimal", "boolean", "date", "time"]

READS_AS: Mapping[str, str] = {
    "text": N_("文字"),
    "integer": N_("整数"),
    "decimal": N_("小数"),
    "boolean": N_("真/假"),
    "date": N_("日期"),
    "time": N_("日期时间"),
}

_TAGS: Mapping[str, ReadsAs] = {
    "tag:yaml.org,2002:str": "text",
    "tag:yaml.org,2002:int": "integer",
    "tag:yaml.org,2002:float": "decimal",
    "tag:yaml.org,2002:bool": "boolean",
    "tag:yaml.org,2002:timestamp": "date",
}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_ALMOST_NUMBER = re.compile(r"[-+]?(?:0[0-9]+|0o[0-7]+|[0-9][0-9_]*\.?[0-9_]*[eE][-+]?[0-9]+)")
_CLOCK = re.compile(r"^(\d+):(\d+):(\d+)")


def resolve(text: str) -> tuple[ReadsAs, str]:
    """What YAML reads the unquoted ``text`` as, and the objection where that is not what a person sees (else empty)."""
    tag = _tag(text)
    if tag == "tag:yaml.org,2002:str":
        return "text", _number_objection(text, _("文字")) if _ALMOST_NUMBER.fullmatch(text) else ""
    if tag == "tag:yaml.org,2002:null":
        found = (
            _("“{text}”会被 YAML 读成空值").format(text=text) if text else _("这里没有值（冒号须是半角，后面空一格）")
        )
        return "text", _('{found}；请填写，用不到就删去这个键，要写空白文字请写 ""').format(found=found)
    reads_as = _TAGS.get(tag)
    if reads_as is None:
        return "text", _("“{text}”是 YAML 的特殊记号；要写文字请加引号").format(text=shown(text))
    if reads_as in {"integer", "decimal"}:
        return reads_as, "" if _NUMBER.fullmatch(text) else _number_objection(text, _number_read(text))
    if reads_as == "boolean":
        return reads_as, "" if text in {"true", "false"} else _(
            '“{text}”会被 YAML 读成真/假；要写文字请加引号:"{text}"'
        ).format(text=text)
    return _timestamp(text)


def _tag(text: str) -> str:
    for tag, pattern in yaml.SafeLoader.yaml_implicit_resolvers.get(text[:1], ()):
        if pattern.match(text):
            return str(tag)
    return "tag:yaml.org,2002:str"


def _number_objection(text: str, found: str) -> str:
    text = shown(text)
    return _(
        '“{text}”会被 YAML 读成{found}，与看上去不同；要写文字请加引号:"{text}"，要写数字请写成普通的十进制数'
    ).format(text=text, found=found)


def _number_read(text: str) -> str:
    """What number YAML makes of ``text``, where that can be said shortly."""
    if len(text) > 24:
        return _("数字")
    try:
        return _("数字 {text}").format(text=yaml.safe_load(text))
    except (yaml.YAMLError, ValueError):
        return _("数字")


def _timestamp(text: str) -> tuple[ReadsAs, str]:
    """A date, or a date with a time of day, as PyYAML's pattern has already matched it."""
    date, *rest = re.split(r"[Tt \t]+", text, maxsplit=1)
    reads_as: ReadsAs = "time" if rest else "date"
    try:
        year, month, day = date.split("-")
        dt.date(int(year), int(month), int(day))
    except ValueError:
        return reads_as, _("“{text}”不是真实存在的日期；请按“2019-09-24”的样子改正").format(text=text)
    try:
        if rest:
            hour, minute, second = _CLOCK.findall(rest[0])[0]
            dt.time(int(hour), int(minute), int(second))
    except ValueError:
        return reads_as, _("“{text}”不是真实存在的时刻；请按“2019-09-24 09:30:00”的样子改正").format(text=text)
    return reads_as, ""


def shown(text: str) -> str:
    """The text on one line, short enough for a message."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
