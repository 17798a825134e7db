"""``zwgk-check init``: a configuration to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import click

from zwgk.commands.chinese import Command
from zwgk.i18n import N_, _

if TYPE_CHECKING:
    from pathlib import Path


EXAMPLE_NAME = N_("日志/示例.csv")
EXAMPLE = N_("""\
事项编号,事件,时间,机关
示例〔2024〕1号,收到申请,2024-09-23,示例市财政局
示例〔2024〕1号,答复,2024-10-15,示例市财政局
示例〔2024〕2号,收到申请,2024-09-24,示例市民政局
示例〔2024〕2号,答复,2024-12-02,示例市民政局
示例〔2024〕3号,收到申请,2024-10-08,示例市教育局
示例〔2024〕4号,收到申请,2024-12-30,示例市水务局
""")


@click.command(
    "init",
    cls=Command,
    short_help=N_("生成夜间核查的配置文件，或日志的列对照。"),
    help=N_(
        "在 PATH（默认 zwgk.toml）写一份带说明的配置；已有的文件不覆盖。加 --example 的，另写一份可以试用的示例日志。\n\n"
        "PATH 是已有的事件日志（或用 --columns 给出）时，改为根据它生成列对照（YAML）。"
    ),
)
@click.argument("path", default="zwgk.toml", metavar="[PATH]")
@click.option("--columns", metavar="EVENTS", help=N_("根据这个事件日志或台账，生成 --columns 用的列对照。"))
@click.option("-o", "--output", metavar="PATH", help=N_("列对照写到哪个文件；不给则输出到屏幕。"))
@click.option("--encoding", help=N_("日志的编码；默认自动识别。"))
@click.option("--example", is_flag=True, help=N_("在配置旁边的 日志/示例.csv 写一份示例日志，写好就可以试一次核查。"))
@click.option("--schema", is_flag=True, help=N_("不写文件，输出配置的 JSON Schema（供编辑器使用）。"))
def init_command(
    path: str, *, columns: str | None, output: str | None, encoding: str | None, example: bool, schema: bool
) -> None:
    """Write a configuration to begin with."""
    import json
    from pathlib import Path

    target = Path(path)
    if columns is None and (target.is_file() and target.suffix.lower() != ".toml"):
        columns = path
    if columns is not None and not schema:
        _write_mapping(columns, output, encoding)
        return

    from zwgk.audit.config import STARTER, config_schema

    if schema:
        click.echo(json.dumps(config_schema(), ensure_ascii=False, indent=2))
        return
    if target.is_dir():
        target /= "zwgk.toml"
    log = target.parent / _(EXAMPLE_NAME)
    if example and log.exists():
        # Before anything is written, so that a second try finds nothing half done.
        _refuse(log)
    _write_new(target, _(STARTER))
    if not example:
        click.echo(_("已写好 {path}。请改好其中的日志路径，再运行 zwgk-check audit").format(path=target))
        return
    log.parent.mkdir(exist_ok=True)
    _write_new(log, _(EXAMPLE))
    message = _("已写好 {path} 和 {log}。试一次：{command}。换成自己的日志时，删去示例日志和 {state} 文件夹")
    command = f"zwgk-check audit --config {target} --as-of 2024-12-31"
    click.echo(message.format(path=target, log=log, command=command, state=target.parent / ".zwgk"))


def _write_mapping(events: str, output: str | None, encoding: str | None) -> None:
    from pathlib import Path

    from zwgk.commands.init_mapping import propose

    text = propose(events, encoding=encoding)
    if output is None:
        click.echo(text, nl=False)
        return
    _write_new(Path(output), text)
    message = _("已写好 {path}。请核对其中各列，再运行 zwgk-check {events} --columns {path}")
    click.echo(message.format(path=output, events=events))


def _refuse(target: Path) -> NoReturn:
    from zwgk.errors import UsageError

    message = _("{path} 已经有了，没有覆盖；请另写一个文件名，或先移走它")
    raise UsageError(message.format(path=target)) from None


def _write_new(target: Path, text: str) -> None:
    try:
        with target.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        _refuse(target)
