"""``zwgk-check audit``: the nightly run, and the trends it leaves."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

import click

from zwgk.commands.chinese import Command, Day, Group, OneOf, Whole
from zwgk.i18n import _

if TYPE_CHECKING:
    from zwgk.model import Moment

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


@click.group("audit", cls=Group, invoke_without_command=True, short_help="夜间核查：记住上次，说出新增、未了结和了结。")
@click.option("--config", default="zwgk.toml", show_default=True, metavar="PATH", help="配置文件。")
@click.option(
    "--as-of", type=Day(), metavar="WHEN", help="截至何时判断：日期（当日终了）或时刻。默认现在（北京时间）。"
)
@click.option("--fail-on-new", "fail_for", flag_value="new", help="只有新出现的才使退出码为 1（默认，或按配置）。")
@click.option("--fail-on-open", "fail_for", flag_value="open", help="有未了结的就使退出码为 1。")
@click.option("--full", is_flag=True, help="全量核查，不管配置里的 mode。")
@click.option("--accept-removed", is_flag=True, help="日志比上次少了文件或行，是有意的。")
@click.option("--accept-earlier", is_flag=True, help="截至的时刻早于上次核查，是有意的。")
@click.option(
    "--format", "form", type=OneOf(("text", "json")), default="text", show_default=True, help="屏幕上的格式。"
)
@click.option("-q", "--quiet", is_flag=True, help="不输出到屏幕，只给退出码和文件。")
@click.pass_context
def audit_group(ctx: click.Context, /, **options: Any) -> int | None:
    """按 zwgk.toml 核查一次，与上次的结果比较，存入状态数据库，写出报告和回执。

    退出码：0 没有达到 fail_on 的（新增）事项；1 有；2 未能完成，状态没有改动（或有读不懂的行）。
    """
    if ctx.invoked_subcommand is not None:
        return None
    from dataclasses import replace

    from zwgk.audit.config import load_config
    from zwgk.audit.run import run_audit

    config = load_config(options["config"])
    if options["fail_for"]:
        config = replace(config, fail_for=options["fail_for"])
    outcome = run_audit(
        config,
        as_of=_moment(options["as_of"]),
        accept_removed=options["accept_removed"],
        accept_earlier=options["accept_earlier"],
        full=options["full"],
    )
    if not options["quiet"]:
        if options["form"] == "json":
            from zwgk.audit.outputs import changes_blocks

            sys.stdout.flush()
            for block in changes_blocks(outcome, "json"):
                sys.stdout.buffer.write(block)
            sys.stdout.buffer.flush()
        else:
            from zwgk.audit.told import told

            for line in told(outcome, paint=lambda text, colour: click.style(text, fg=colour)):
                click.echo(line)
    return outcome.exit_code


def _moment(value: dt.date | None) -> Moment:
    """The moment on which to judge: what was given, or now."""
    from zwgk.dates import read_as_of

    return read_as_of(dt.datetime.now(SHANGHAI).replace(microsecond=0) if value is None else value)


@audit_group.command("history", cls=Command, short_help="历次核查的走势和各机关的排名。")
@click.option("--config", default="zwgk.toml", show_default=True, metavar="PATH", help="配置文件。")
@click.option("--agency", metavar="NAME", help="只看这个机关的走势。")
@click.option("--last", type=Whole(), metavar="N", help="只看最近几次；0 为全部。")
@click.option("--format", "form", type=OneOf(("text", "json")), default="text", show_default=True, help="输出格式。")
def history_command(*, config: str, agency: str | None, last: int | None, form: str) -> None:
    """未了结的违反随时间的变化、按时率、从触发到公开的天数（中位数），以及各机关的排名。"""
    import json

    from zwgk.audit.config import load_config
    from zwgk.audit.history import history_of, history_record, told
    from zwgk.audit.state import opened
    from zwgk.errors import UsageError
    from zwgk.vocabulary import nearest

    with opened(load_config(config).state, create=False) as state:
        history = history_of(state, agency=agency, last=last or None)
    names = [one.agency for one in history.ranking]
    if agency and agency not in names:
        near = nearest(agency, names)
        hint = _("是不是“{near}”？").format(near=near) if near else ""
        raise UsageError(_("状态里没有机关“{agency}”；{hint}").format(agency=agency, hint=hint))
    if form == "json":
        click.echo(json.dumps(history_record(history), ensure_ascii=False, indent=1))
        return
    for line in told(history):
        click.echo(line)
