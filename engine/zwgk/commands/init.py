"""``zwgk-check init``: a configuration to begin with."""

from __future__ import annotations

import click

from zwgk.commands.chinese import Command
from zwgk.i18n import _


@click.command("init", cls=Command, short_help="生成夜间核查的配置文件。")
@click.argument("path", default="zwgk.toml", metavar="[PATH]")
@click.option("--schema", is_flag=True, help="不写文件，输出配置的 JSON Schema（供编辑器使用）。")
def init_command(path: str, *, schema: bool) -> None:
    """在 PATH（默认 zwgk.toml）写一份带说明的配置；已有的文件不覆盖。"""
    import json
    from pathlib import Path

    from zwgk.audit.config import STARTER, config_schema
    from zwgk.errors import UsageError

    if schema:
        click.echo(json.dumps(config_schema(), ensure_ascii=False, indent=2))
        return
    target = Path(path)
    if target.is_dir():
        target /= "zwgk.toml"
    try:
        with target.open("x", encoding="utf-8") as stream:
            stream.write(STARTER)
    except FileExistsError:
        text = _("{path} 已经有了，没有覆盖；请另写一个文件名，或先移走它")
        raise UsageError(text.format(path=target)) from None
    click.echo(_("已写好 {path}。请改好其中的日志路径，再运行 zwgk-check audit").format(path=target))
