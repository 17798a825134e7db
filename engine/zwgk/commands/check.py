"""``zwgk-check check``: evaluate, print, exit 0 / 1 / 2."""

from __future__ import annotations

import datetime as dt
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from zwgk.commands.chinese import Command, Day, OneOf, Region, Whole
from zwgk.i18n import N_, _, current
from zwgk.reports import registry
from zwgk.reports.registry import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zwgk.report import Report
    from zwgk.reports.points import Points

FAIL_ON = ("breach", "due-soon", "undecided", "never")
SHANGHAI = dt.timezone(dt.timedelta(hours=8))


class Output(NamedTuple):
    """One form of the report and where it goes; no path: the screen."""

    format: str
    path: str | None


class Bar:
    """A bar on the error stream that appears only when a run takes long enough to wonder about."""

    WAIT = 1.0
    WIDTH = 30

    def __init__(self, *, shown: bool) -> None:
        """``shown``: whether there is a terminal to show it on."""
        self._shown = shown
        self._started = time.monotonic()
        self._drawn = False

    def __call__(self, share: float) -> None:
        """Draw the share done, 0 to 1."""
        if self._shown and time.monotonic() - self._started > self.WAIT:
            filled = round(share * self.WIDTH)
            click.echo(
                _("\r核查中 [{value}{value2}] {share:4.0%}").format(
                    value="#" * filled, value2="." * (self.WIDTH - filled), share=share
                ),
                nl=False,
                err=True,
            )
            self._drawn = True

    def clear(self) -> None:
        """Take the bar away."""
        if self._drawn:
            click.echo("\r\033[K", nl=False, err=True)


@click.command(
    "check",
    cls=Command,
    short_help=N_("核查事件日志（默认命令）。"),
    help=N_(
        "核查一个或多个事件日志或台账（CSV、TSV、XLSX、XLS、JSON、Parquet，也可以是 .gz；- 为标准输入）。\n\n"
        "可以给文件夹或通配符（读其中所有日志），也可以用“文件.xlsx#工作表”只读一张工作表。\n\n"
        "退出码：0 没有达到 --fail-on 的事项；1 有；2 未能完成（用法、文件、规则或某些行有误）。"
    ),
)
@click.argument("events", nargs=-1, required=True, metavar="EVENTS...")
@click.option(
    "--as-of", type=Day(), metavar="WHEN", help=N_("截至何时判断：日期（当日终了）或时刻。默认现在（北京时间）。")
)
@click.option(
    "--rules",
    multiple=True,
    metavar="PACK|PATH",
    help=N_("规则包名、规则编号或路径，可多次给出。默认：全部全国规则，加上所在地区的规则。"),
)
@click.option("--region", type=Region(), help=N_("行政区划代码：日志没有写地区的事件按此地区。"))
@click.option(
    "--format",
    "formats",
    type=OneOf(registry.NAMES),
    multiple=True,
    help=N_("输出格式，可多次给出，与 --output 依次配对。默认 text。"),
)
@click.option("-o", "--output", "outputs", multiple=True, metavar="PATH", help=N_("输出文件；不给则输出到屏幕。"))
@click.option(
    "--points", metavar="FILE", help=N_("考核扣分标准（YAML），用于 xlsx 的“考核”表。默认用随附的示例分值，非法定。")
)
@click.option(
    "--columns",
    metavar="FILE",
    help=N_("列对照（YAML）：各列的含义、台账的日期列是什么事件；可用 zwgk-check init --columns 生成。"),
)
@click.option("--show-reading", is_flag=True, help=N_("只说明每一列是怎样读的，各举三例，不核查。"))
@click.option("--encoding", help=N_("日志编码，如 utf-8、gb18030。默认自动识别。"))
@click.option("--due-soon", type=Whole(), default=2, show_default=True, help=N_("剩余几个工作日以内算“将到期”。"))
@click.option(
    "--fail-on", type=OneOf(FAIL_ON), default="breach", show_default=True, help=N_("出现什么情况时退出码为1。")
)
@click.option("--known-on", type=Day(), metavar="DATE", help=N_("按该日已公布的放假安排计算。"))
@click.option(
    "--holidays", multiple=True, metavar="PATH", help=N_("补充的放假安排文件（与随附的同一格式），可多次给出。")
)
@click.option(
    "--agencies", metavar="PATH", help=N_("机关名单（每行一个，或机关、规则两列的表）：按机关核查的规则以此为准。")
)
@click.option(
    "--waivers",
    multiple=True,
    metavar="FILE",
    help=N_("豁免清单（YAML）：哪些违反经谁批准、依据什么、到哪天为止不追究。"),
)
@click.option("--skip-bad-rows", is_flag=True, help=N_("有读不懂的行时，退出码仍按其余各行的结果。"))
@click.option("--all", "everything", is_flag=True, help=N_("也列出按时和待办的事项。"))
@click.option("-q", "--quiet", is_flag=True, help=N_("不输出到屏幕，只给退出码和文件。"))
@click.option("-v", "--verbose", is_flag=True, help=N_("多说一些：耗时、所用判定引擎。"))
@click.option("--no-progress", is_flag=True, help=N_("不显示进度条。"))
def check_command(events: tuple[str, ...], **options: Any) -> int:
    """Check event logs and print or write the report."""
    from zwgk.api import check

    if options["show_reading"]:
        from zwgk.commands.reading import show_reading

        return show_reading(events, columns=options["columns"], encoding=options["encoding"])
    outputs = pair_outputs(options["formats"], options["outputs"])
    _keep_inputs(outputs, events, options)
    told = Settings(everything=options["everything"], points=_points(options["points"], outputs))
    started = dt.datetime.now(SHANGHAI)
    progress = Bar(shown=sys.stderr.isatty() and not options["no_progress"] and not options["quiet"])
    report = check(
        list(events),
        progress=progress,
        as_of=options["as_of"] or started,
        rules=list(options["rules"]) or None,
        region=options["region"],
        encoding=options["encoding"],
        columns=options["columns"],
        due_soon=options["due_soon"],
        fail_on=options["fail_on"],
        known_on=options["known_on"],
        holidays=list(options["holidays"]),
        agencies=options["agencies"] or (),
        waivers=list(options["waivers"]),
        skip_bad_rows=options["skip_bad_rows"],
    )
    progress.clear()
    for output in outputs:
        if output.path is not None:
            registry.write(report, output.format, told._replace(path=output.path))
        elif not options["quiet"]:
            _print(report, output.format, told)
    if report.problems:
        _tell_problems(report, outputs, quiet=options["quiet"])
    if not options["quiet"]:
        _tell_written(report, outputs)
    if options["verbose"]:
        _tell_effort(report, started)
    return report.exit_code


def pair_outputs(formats: Sequence[str], outputs: Sequence[str]) -> list[Output]:
    """Pair formats with paths in the order given; a path alone tells its format by its suffix.

    Raises:
        click.UsageError: a path without a format, two reports for the screen, or one path twice.
        UsageError: an output that cannot be written.
    """
    paired = []
    for number, path in enumerate(outputs):
        form = formats[number] if number < len(formats) else registry.form_for(path)
        if form is None:
            raise click.UsageError(
                _("--output {path} 不知道用什么格式，请用 --format 指明，或用扩展名 {SUFFIXES}").format(
                    path=path, SUFFIXES=_("、").join(registry.SUFFIXES)
                )
            )
        paired.append(Output(form, path))
    if len(set(outputs)) < len(outputs):
        raise click.UsageError(_("同一个 --output 路径给了两次；请各写一个文件"))
    rest = formats[len(outputs) :]
    if len(rest) > 1:
        raise click.UsageError(
            _("--format {rest} 都要输出到屏幕；请用 --output 分别给出文件").format(rest=_("、").join(rest))
        )
    if rest or not outputs:
        paired.append(Output(rest[0] if rest else "text", None))
    for output in paired:
        registry.require(output.format, output.path)
    return paired


def _keep_inputs(outputs: Sequence[Output], events: Sequence[str], options: dict[str, Any]) -> None:
    """Refuse a report that would overwrite the log, or another file that the run reads."""
    paths = [output.path for output in outputs if output.path is not None]
    if not paths:
        return
    from zwgk.events.sources import find_sources
    from zwgk.files import refuse_overwriting

    read = [source.path for source in find_sources(events)]
    read += [options[name] for name in ("columns", "agencies", "points") if options[name]]
    refuse_overwriting(paths, [*read, *options["rules"], *options["holidays"], *options["waivers"]])


def _points(path: str | None, outputs: Sequence[Output]) -> Points | None:
    if path is None:
        return None
    if all(output.format != "xlsx" for output in outputs):
        raise click.UsageError(_("--points 只用于 --format xlsx；请加上 --format xlsx -o 文件名.xlsx"))
    from zwgk.reports.points import read_points

    return read_points(path)


def _print(report: Report, form: str, told: Settings) -> None:
    if form != "text":
        sys.stdout.flush()
        for chunk in registry.encoded(report, form, told):
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return
    from zwgk.reports.text import render

    for line in render(report, everything=told.everything, paint=lambda text, colour: click.style(text, fg=colour)):
        click.echo(line)


def _tell_problems(report: Report, outputs: Sequence[Output], *, quiet: bool) -> None:
    """Bad rows are said on the error stream unless the screen shows the text report, which says them itself."""
    if not quiet and any(output.path is None and output.format == "text" for output in outputs):
        return
    from zwgk.reports.text import problem_text

    click.echo(_("有{n_problems}处读不懂，所在行未参与核查：").format(n_problems=len(report.problems)), err=True)
    for problem in report.problems:
        click.echo(f"  {problem_text(problem)}", err=True)


def _tell_written(report: Report, outputs: Sequence[Output]) -> None:
    """Where everything goes into files, the screen says which, and the outcome."""
    paths = [output.path for output in outputs if output.path is not None]
    if len(paths) == len(outputs):
        from zwgk.reports.text import closing

        click.echo(_("已写入 {paths}。{closing}").format(paths=_("、").join(paths), closing=closing(report)), err=True)


def _tell_effort(report: Report, started: dt.datetime) -> None:
    import pendulum

    seconds = (dt.datetime.now(SHANGHAI) - started).total_seconds()
    spoken = pendulum.duration(seconds=max(1, round(seconds))).in_words(locale=current())
    click.echo(_("用时{spoken}；判定引擎：{decider}").format(spoken=spoken, decider=report.head.decider), err=True)
