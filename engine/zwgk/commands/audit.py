"""``zwgk-check audit``: the nightly run, and the trends it leaves."""

from __future__ import annotations

import datetime as dt
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from zwgk.audit.tell import silent
from zwgk.commands.chinese import Command, Day, Group, OneOf, Whole
from zwgk.i18n import N_, _

if TYPE_CHECKING:
    from zwgk.audit.config import Config
    from zwgk.audit.outcome import Outcome
    from zwgk.audit.tell import Tell
    from zwgk.model import Moment

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


@click.group(
    "audit",
    cls=Group,
    invoke_without_command=True,
    short_help=N_("夜间核查：记住上次，说出新增、未了结和了结。"),
    help=N_(
        "按 zwgk.toml 核查一次，与上次的结果比较，存入状态数据库，写出报告和回执。\n\n"
        "退出码：0 没有达到 fail_on 的（新增）事项；1 有；2 未能完成，状态没有改动（或有读不懂的行）。"
    ),
)
@click.option("--config", default="zwgk.toml", show_default=True, metavar="PATH", help=N_("配置文件。"))
@click.option(
    "--as-of", type=Day(), metavar="WHEN", help=N_("截至何时判断：日期（当日终了）或时刻。默认现在（北京时间）。")
)
@click.option("--fail-on-new", "fail_for", flag_value="new", help=N_("只有新出现的才使退出码为 1（默认，或按配置）。"))
@click.option("--fail-on-open", "fail_for", flag_value="open", help=N_("有未了结的就使退出码为 1。"))
@click.option("--full", is_flag=True, help=N_("全量核查，不管配置里的 mode。"))
@click.option("--accept-removed", is_flag=True, help=N_("日志比上次少了文件或行，是有意的。"))
@click.option("--accept-earlier", is_flag=True, help=N_("截至的时刻早于上次核查，是有意的。"))
@click.option(
    "--format", "form", type=OneOf(("text", "json")), default="text", show_default=True, help=N_("屏幕上的格式。")
)
@click.option("--dry-run-notify", is_flag=True, help=N_("不发通知，只显示要发的；留到下次不带此选项时发出。"))
@click.option(
    "--log-format",
    type=OneOf(("text", "json")),
    default="text",
    show_default=True,
    help=N_("标准错误上的日志：json 为每行一个对象，供程序读取。"),
)
@click.option("-q", "--quiet", is_flag=True, help=N_("不输出到屏幕，只给退出码和文件。"))
@click.pass_context
def audit_group(ctx: click.Context, /, **options: Any) -> int | None:
    """Make the nightly run."""
    if ctx.invoked_subcommand is not None:
        return None
    if options["log_format"] == "text":
        return _audit(options, silent)
    from zwgk.audit.tell import json_lines

    def now() -> str:
        return dt.datetime.now(SHANGHAI).isoformat("T", "seconds")

    tell = json_lines(lambda line: click.echo(line, err=True), now)
    try:
        code = _audit(options, tell)
    except Exception as error:
        if os.environ.get("ZWGK_DEBUG"):
            raise
        tell("error", _event_of(error), message=str(error), kind=type(error).__name__, exit_code=2)
        return 2
    tell("info", "run-ended", exit_code=code)
    return code


def _event_of(error: Exception) -> str:
    from zwgk.audit.run import UndeliveredError
    from zwgk.errors import ZwgkError

    if isinstance(error, UndeliveredError):
        return "reports-failed"
    return "run-failed" if isinstance(error, ZwgkError | OSError) else "internal-error"


def _audit(options: dict[str, Any], tell: Tell) -> int:
    """Make the run and show it."""
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
        send=not options["dry_run_notify"],
        tell=tell,
    )
    for notice in outcome.notices:
        tell("warning", "notice", message=notice)
    for problem in outcome.problems:
        tell("warning", "bad-row", **problem._asdict())
    if not options["quiet"]:
        _show(outcome, options["form"])
    if options["dry_run_notify"]:
        _show_waiting(config, to_stderr=options["form"] == "json")
    return outcome.exit_code


def _show(outcome: Outcome, form: str) -> None:
    if form == "json":
        from zwgk.audit.outputs import changes_blocks

        sys.stdout.flush()
        for block in changes_blocks(outcome, "json"):
            sys.stdout.buffer.write(block)
        sys.stdout.buffer.flush()
        return
    from zwgk.audit.told import told

    for line in told(outcome, paint=lambda text, colour: click.style(text, fg=colour)):
        click.echo(line)


def _show_waiting(config: Config, *, to_stderr: bool) -> None:
    """The notifications that wait to be sent, as they would be sent."""
    from zwgk.audit.notify.outbox import waiting
    from zwgk.audit.state import opened

    with opened(config.state, create=False) as state:
        messages = [one.message for one in waiting(state)]
    click.echo("", err=to_stderr)
    click.echo(_("通知{count}条，没有发出：").format(count=len(messages)), err=to_stderr)
    for one in messages:
        kind, _colon, name = one.channel.partition(":")
        hook = config.notify.hooks.get(name) if config.notify and kind == "hook" else None
        where = name if hook is None else _("{name}（{type}）").format(name=name, type=hook.type)
        click.echo(f"\n──── {where}  {one.subject}", err=to_stderr)
        click.echo(one.body, err=to_stderr)


def _moment(value: dt.date | None) -> Moment:
    """The moment on which to judge: what was given, or now."""
    from zwgk.dates import read_as_of

    return read_as_of(dt.datetime.now(SHANGHAI).replace(microsecond=0) if value is None else value)


@audit_group.command(
    "history",
    cls=Command,
    short_help=N_("历次核查的走势和各机关的排名。"),
    help=N_("未了结的违反随时间的变化、按时率、从触发到公开的天数（中位数），以及各机关的排名。"),
)
@click.option("--config", default="zwgk.toml", show_default=True, metavar="PATH", help=N_("配置文件。"))
@click.option("--agency", metavar="NAME", help=N_("只看这个机关的走势。"))
@click.option("--last", type=Whole(), metavar="N", help=N_("只看最近几次；0 为全部。"))
@click.option(
    "--format", "form", type=OneOf(("text", "json")), default="text", show_default=True, help=N_("输出格式。")
)
def history_command(*, config: str, agency: str | None, last: int | None, form: str) -> None:
    """Show the trends of past runs."""
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
        hint = _("是不是“{near}”？").format(near=near) if near else _("不带 --agency 可看到所有机关的名称")
        raise UsageError(_("状态里没有机关“{agency}”；{hint}").format(agency=agency, hint=hint))
    if form == "json":
        click.echo(json.dumps(history_record(history), ensure_ascii=False, indent=1))
        return
    for line in told(history):
        click.echo(line)
