"""``zwgk-check explain``: day by day why a date is what it is, or a rule with its source."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from zwgk.commands.check import SHANGHAI
from zwgk.commands.chinese import Command, Day, Region
from zwgk.errors import UsageError
from zwgk.i18n import N_, _


@click.command(
    "explain",
    cls=Command,
    short_help=N_("逐日说明一个事项的到期日，或说明一条规则。"),
    help=N_(
        "说明 CASE（文号、案号、申请编号，或机关名称）的每一个到期日：逐日列出计入或不计入及其原因。\n\n"
        "不给 --events 时，SUBJECT 是规则编号（如 luzhou-2011/document-publication），显示该规则的全文说明。"
    ),
)
@click.argument("subject", metavar="CASE|RULE")
@click.option("--events", multiple=True, metavar="FILE", help=N_("事件日志；说明一个事项时必须给出，可多次给出。"))
@click.option("--rule", metavar="ID", help=N_("只说明这一条规则。"))
@click.option("--as-of", type=Day(), metavar="WHEN", help=N_("截至何时判断。默认现在（北京时间）。"))
@click.option("--rules", multiple=True, metavar="PACK|PATH", help=N_("规则包名、规则编号或路径，可多次给出。"))
@click.option(
    "--agencies", metavar="PATH", help=N_("机关名单（每行一个，或机关、规则两列的表）：按机关核查的规则以此为准。")
)
@click.option("--region", type=Region(), help=N_("行政区划代码。"))
@click.option("--encoding", help=N_("日志编码。默认自动识别。"))
@click.option("--known-on", type=Day(), metavar="DATE", help=N_("按该日已公布的放假安排计算。"))
@click.option("--holidays", multiple=True, metavar="PATH", help=N_("补充的放假安排文件，可多次给出。"))
def explain_command(subject: str, **options: Any) -> None:
    """Explain a matter or a rule."""
    if not options["events"]:
        _explain_rule(subject)
        return
    from zwgk.api import prepare
    from zwgk.explain import explain_case

    prepared = prepare(
        list(options["events"]),
        as_of=options["as_of"] or dt.datetime.now(SHANGHAI),
        rules=list(options["rules"]) or None,
        region=options["region"],
        encoding=options["encoding"],
        known_on=options["known_on"],
        holidays=list(options["holidays"]),
        agencies=options["agencies"] or (),
    )
    try:
        for line in explain_case(prepared, subject, rule=options["rule"]):
            click.echo(line)
    except LookupError as error:
        raise UsageError(str(error.args[0])) from None


def _explain_rule(subject: str) -> None:
    from zwgk.rulepage import page
    from zwgk.rules import find_packs, load_packs

    if "/" not in subject:
        raise UsageError(
            _(
                "“{subject}”不是规则编号（如 luzhou-2011/document-publication）；要说明一个事项，请加 --events 日志文件"
            ).format(subject=subject)
        )
    ruleset = load_packs(find_packs([subject]))
    for rule in ruleset.rules:
        for line in page(rule, next(pack for pack in ruleset.packs if pack.id == rule.pack)):
            click.echo(line)
