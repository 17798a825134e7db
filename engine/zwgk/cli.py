"""The command line ``zwgk-check``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from zwgk._version import __version__
from zwgk.commands.audit import audit_group
from zwgk.commands.calendar import calendar_command, deadline_command
from zwgk.commands.check import check_command
from zwgk.commands.chinese import Group, explain_usage_error
from zwgk.commands.explain import explain_command
from zwgk.commands.init import init_command
from zwgk.commands.monitor import monitor_command
from zwgk.commands.rules import rules_group
from zwgk.commands.verify import diff_command, verify_command
from zwgk.errors import ComplaintsError, ZwgkError
from zwgk.files import refusal
from zwgk.i18n import N_, _, asked_for, speaking

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Main(Group):
    """``check`` is the command where none is named."""

    def main(self, args: Sequence[str] | None = None, *others: Any, **settings: Any) -> Any:
        """Run in the language that the arguments or the environment ask for."""
        with speaking(asked_for(sys.argv[1:] if args is None else args, os.environ)):
            return super().main(args, *others, **settings)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``check`` in front of arguments that begin with a file or one of its options."""
        language = _leading_language(args)
        if language and args[len(language) :][:1] not in ([], ["--help"], ["--version"]):
            # Every command takes the language itself: so it may as well stand before the command.
            command, *rest = args[len(language) :]
            if command in self.commands:
                return super().parse_args(ctx, [command, *language, *rest])
            self._refuse_mistyped(ctx, command)
            return super().parse_args(ctx, ["check", *args])
        if args and args[0] not in self.commands and not language and args[0] not in ("--help", "--version"):
            self._refuse_mistyped(ctx, args[0])
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def _refuse_mistyped(self, ctx: click.Context, word: str) -> None:
        """A bare word that is no file but nearly a command is a mistyped command."""
        from pathlib import Path

        from zwgk.vocabulary import nearest

        if word.isascii() and word.isalpha() and not Path(word).exists():
            near = nearest(word, self.commands)
            if near:
                raise click.UsageError(
                    _("没有命令也没有文件“{word}”，是不是命令“{near}”？").format(word=word, near=near), ctx
                )


def _leading_language(args: Sequence[str]) -> list[str]:
    """``--lang en`` or ``--lang=en`` at the head of the arguments."""
    head = list(args[:1])
    if head == ["--lang"]:
        return list(args[:2])
    return head if head and head[0].startswith("--lang=") else []


@click.group(
    cls=_Main,
    name="zwgk-check",
    context_settings={"max_content_width": 100},
    help=N_(
        "政务公开时限核查：把事件日志与法定时限对照，列出每一项违反及其到期日的来历。\n\n"
        "最常用：zwgk-check events.csv（等同于 zwgk-check check events.csv）。"
    ),
)
@click.version_option(__version__, message="zwgk-check %(version)s", help=N_("显示版本并退出。"))
def cli() -> None:
    """The command line; its help is given to its decorator."""


cli.add_command(check_command)
cli.add_command(audit_group)
cli.add_command(init_command)
cli.add_command(verify_command)
cli.add_command(diff_command)
cli.add_command(monitor_command)
cli.add_command(explain_command)
cli.add_command(rules_group)
cli.add_command(deadline_command)
cli.add_command(calendar_command)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code; an error is a sentence, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    with speaking(asked_for(sys.argv[1:] if arguments is None else arguments, os.environ)):
        return _run_spoken(arguments)


def _run_spoken(arguments: list[str] | None) -> int:
    try:
        code = cli.main(args=arguments, prog_name="zwgk-check", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except BrokenPipeError:
        # The reader of our output has left; Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (click.Abort, KeyboardInterrupt):
        click.echo(_("已中断。"), err=True)
        return 130
    except Exception as error:
        if os.environ.get("ZWGK_DEBUG"):
            raise
        click.echo(_told(error), err=True)
        return 2
    return code if isinstance(code, int) else 0


def _told(error: Exception) -> str:
    """An error as a user reads it."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        # A command without anything behind it: its help, which is no error to whoever wanted to look.
        return error.message
    if isinstance(error, click.UsageError):
        return _("错误：{error}").format(error=explain_usage_error(error))
    if isinstance(error, ComplaintsError):
        lines = "\n".join(f"  {complaint}" for complaint in error.complaints)
        return _("错误：有{n_complaints}处须改正：\n{lines}").format(n_complaints=len(error.complaints), lines=lines)
    if isinstance(error, ZwgkError):
        return _("错误：{error}").format(error=error)
    if isinstance(error, OSError):
        place = _("：{filename}").format(filename=error.filename) if error.filename else ""
        return _("错误：读写失败{place}（{reason}）。请检查路径、权限和磁盘空间。").format(
            place=place, reason=refusal(error)
        )
    what = f"{type(error).__name__}: {error}"
    return _(
        "内部错误：{what}\n这是程序的缺陷。请把这一行和所用的命令告诉维护者；设 ZWGK_DEBUG=1 再运行可得详情。"
    ).format(what=what)
