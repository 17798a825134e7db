"""Click in the language of the context: help, argument types that name what they expect, errors with the nearest word."""

from __future__ import annotations

from copy import copy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from zwgk.i18n import LANGUAGES, N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


if TYPE_CHECKING:
    _Text = click.ParamType[str]
    _Number = click.ParamType[int]
    _Anything = click.ParamType[Any]
else:
    # Generic only from click 8.2 on.
    _Text = _Number = _Anything = click.ParamType


class Command(click.Command):
    """A command whose help is in the language of the context, and which takes ``--lang``.

    Help texts are marked with ``N_`` where they stand and translated here. The language itself is found before click
    reads the arguments (:func:`zwgk.i18n.asked_for`): the option only refuses a word that is none.
    """

    def __init__(self, *args: Any, **attributes: Any) -> None:
        """As click's, with ``--lang`` as the last option."""
        super().__init__(*args, **attributes)
        text = N_("语言：zh 中文，en 英文。默认 zh，或环境变量 ZWGK_LANG 所写的。")
        self.params.append(
            click.Option(["--lang"], type=OneOf(LANGUAGES), expose_value=False, is_eager=True, help=text)
        )

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        del ctx
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(_(self.help))

    def get_short_help_str(self, limit: int = 45) -> str:
        """What the command does in a few words."""
        return _(self.short_help) if self.short_help else super().get_short_help_str(limit)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_("用法："))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of options."""
        options = [_spoken(param) for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = [
            (name, text.replace("[default: ", _("[默认：")))
            for option in options
            if (record := option.get_help_record(ctx)) is not None
            for name, text in [record]
        ]
        if records:
            with formatter.section(_("选项")):
                formatter.write_dl(records)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option ``--help``."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = N_("显示本说明并退出。")
        return option


def _spoken(option: click.Option) -> click.Option:
    """The option with its help in the language of the context."""
    spoken = copy(option)
    spoken.help = option.help and _(option.help)
    return spoken


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, in the order in which they were added."""
        del ctx
        commands = [(name, command) for name, command in self.commands.items() if not command.hidden]
        with formatter.section(_("命令")):
            formatter.write_dl([(name, command.get_short_help_str(limit=80)) for name, command in commands])

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands in the order in which they were added."""
        del ctx
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; a mistyped one is told with the nearest."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            from zwgk.vocabulary import nearest

            near = nearest(args[0], self.commands)
            hint = _("，是不是“{near}”？").format(near=near) if near else _("。")
            raise click.UsageError(
                _("没有命令“{value}”{hint}可用的命令：{commands}").format(
                    value=args[0], hint=hint, commands=_("、").join(self.commands)
                ),
                ctx,
            )
        return super().resolve_command(ctx, args)


class OneOf(_Text):
    """One of a few words."""

    name = "word"

    def __init__(self, words: Sequence[str], *, also: Mapping[str, str] = MappingProxyType({})) -> None:
        """``words`` are the words accepted; ``also`` other words for them."""
        self.words = tuple(words)
        self.also = also

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """The words, as help shows them."""
        del param, ctx
        return "[" + "|".join(self.words) + "]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Accept a word, or say which are accepted."""
        value = self.also.get(value, value)
        if value in self.words:
            return str(value)
        from zwgk.vocabulary import nearest

        near = nearest(str(value), self.words)
        hint = _("（是不是 {near}？）").format(near=near) if near else ""
        self.fail(
            _("填的是“{value}”，应为 {words} 之一{hint}").format(
                value=value, words=_("、").join(self.words), hint=hint
            ),
            param,
            ctx,
        )
        return None


class Whole(_Number):
    """A whole number not below 0."""

    name = "n"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Accept digits, or say what is expected."""
        if isinstance(value, int):
            return value
        text = str(value)
        if not (text.isascii() and text.isdigit() and len(text) < 7):
            self.fail(_("填的是“{value}”，应为不小于0的整数").format(value=value), param, ctx)
        return int(text)


class Region(_Text):
    """An administrative division code of six digits."""

    name = "adcode"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Accept six digits, or say what is expected."""
        text = str(value)
        if not (len(text) == 6 and text.isascii() and text.isdigit()):
            self.fail(_("填的是“{value}”，应为6位行政区划代码，如 510504").format(value=value), param, ctx)
        return text


class Day(_Anything):
    """A day as offices write it."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Accept every form of a date that a log may hold."""
        import datetime as dt

        from zwgk.dates import DateError, read_as_of

        if isinstance(value, dt.date):
            return value
        try:
            moment = read_as_of(str(value))
        except DateError as error:
            self.fail(
                _("填的是“{found}”，应为{expected}").format(found=error.found, expected=error.expected), param, ctx
            )
        day = dt.date.fromordinal(moment.day)
        if moment.second is None:
            return day
        return dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=moment.second)


def explain_usage_error(error: click.UsageError) -> str:
    """A usage error of click in the language of the context, with what to do."""
    text = _said(error)
    path = error.ctx.command_path if error.ctx else "zwgk-check"
    return _("{text}\n用法见：{path} --help").format(text=text, path=path)


def _said(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        near = (
            _("，是不是 {join}？").format(join=_("、").join(sorted(error.possibilities))) if error.possibilities else ""
        )
        return _("没有选项 {option_name}{near}").format(option_name=error.option_name, near=near)
    if isinstance(error, click.MissingParameter):
        name = error.param.make_metavar(error.ctx) if error.param and error.ctx else ""
        return _("缺少参数 {name}").format(name=name)
    if isinstance(error, click.BadOptionUsage):
        return _("选项 {option_name} 后面缺少内容，或多写了内容").format(option_name=error.option_name)
    if isinstance(error, click.BadParameter):
        name = error.param.opts[-1] if error.param else ""
        return f"{name} {error.message}"
    if error.message.startswith("Got unexpected extra argument"):
        return _("多余的参数：{rstrip}").format(rstrip=error.message.partition("(")[2].rstrip(")"))
    return error.message
