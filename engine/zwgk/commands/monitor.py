"""``zwgk-check monitor``: events as JSON lines in, verdict changes as JSON lines out."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from zwgk.commands.chinese import Command, Region, Whole
from zwgk.errors import ZwgkError
from zwgk.i18n import N_, _
from zwgk.vocabulary import column_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zwgk.monitor import Change, Monitor

MOST_CHARACTERS = 1 << 20
"""A line longer than this is not read as an event."""


@click.command(
    "monitor",
    cls=Command,
    short_help=N_("逐条接收事件，随时报告结论的变化。"),
    help=N_(
        "从标准输入逐行读事件（JSON，一行一条），把结论的变化逐行写到标准输出。\n\n"
        '时钟随事件的时间前进；写一行 {"advance": "2024-10-31"} 可让时钟走到该日终了。读不懂的行写到标准错误，不影响其余各行，最后退出码为2。'
    ),
)
@click.option("--rules", multiple=True, metavar="PACK|PATH", help=N_("规则包名、规则编号或路径，可多次给出。"))
@click.option("--region", type=Region(), help=N_("行政区划代码。"))
@click.option("--due-soon", type=Whole(), default=2, show_default=True, help=N_("剩余几个工作日以内算“将到期”。"))
def monitor_command(*, rules: tuple[str, ...], region: str | None, due_soon: int) -> int:
    """Take events one at a time."""
    from zwgk.monitor import Monitor

    monitor = Monitor(rules=list(rules) or None, region=region, due_soon=due_soon)
    bad = 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            changes = _take(monitor, line)
        except (ZwgkError, ValueError) as error:
            bad += 1
            click.echo(_("第{number}行：{error}").format(number=number, error=error), err=True)
            continue
        for change in changes:
            click.echo(json.dumps(change._asdict(), ensure_ascii=False, separators=(",", ":")))
    return 2 if bad else 0


def _take(monitor: Monitor, data: bytes) -> Iterable[Change]:
    try:
        line = data.decode("utf-8-sig")
    except UnicodeError:
        raise ValueError(_("不是 UTF-8 文字；请把输入转成 UTF-8")) from None
    if len(line) > MOST_CHARACTERS:
        raise ValueError(
            _("一行超过{MOST_CHARACTERS}个字符，应为一条事件的 JSON").format(MOST_CHARACTERS=MOST_CHARACTERS)
        )
    try:
        record: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError(
            _('不是 JSON；应为一条事件，如 {"case":"甲","event":"文件印发","time":"2024-01-02"}')
        ) from None
    if not isinstance(record, dict):
        raise ValueError(_("应为一个 JSON 对象（列名: 值）"))  # noqa: TRY004 - told like any other bad line
    if "advance" in record and "event" not in map(column_name, record):
        if len(record) > 1:
            raise ValueError(_('advance 须单独成行，如 {"advance":"2024-10-31"}；请把事件写在另一行'))
        return monitor.advance(str(record["advance"]))
    return monitor.post(record)
