"""``zwgk-check verify`` and ``zwgk-check diff``: a run made again from its receipt, and two runs beside each other."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from zwgk.commands.chinese import Command, Day, OneOf, Region
from zwgk.errors import UsageError
from zwgk.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
_MEANS = {"as-of": "as_of", "rules": "rules", "known-on": "known_on", "waivers": "waivers"}
_LISTS = ("rules", "waivers")


@click.command(
    "verify",
    cls=Command,
    short_help=N_("按回执重做一次核查，逐字节比较。"),
    help=N_("按回执重做当时的核查并比较；不同的地方逐一说明。\n\n退出码：0 与当时相同；1 不同；2 未能复核。"),
)
@click.argument("receipt", metavar="RECEIPT")
@click.option(
    "--format", "form", type=OneOf(("text", "json")), default="text", show_default=True, help=N_("输出格式。")
)
def verify_command(receipt: str, *, form: str) -> int:
    """Make a run again from its receipt."""
    import json

    from zwgk.audit.receipt import read_receipt
    from zwgk.audit.verify import verify

    found = verify(read_receipt(receipt))
    if form == "json":
        record = {
            "same": not found.differences,
            "compared": found.compared,
            "differences": [one._asdict() for one in found.differences],
            "notes": found.notes,
        }
        click.echo(json.dumps(record, ensure_ascii=False, indent=1))
        return 1 if found.differences else 0
    for note in found.notes:
        click.echo(_("注意：{note}").format(note=note))
    for one in found.differences:
        click.echo(one.message)
    if not found.differences:
        names = {"report": _("报告逐字节"), "verdicts": _("全部结论")}
        what = _("、").join(names[name] for name in found.compared)
        click.echo(_("与回执相同（比较了{what}）。").format(what=what))
    return 1 if found.differences else 0


@click.command(
    "diff",
    cls=Command,
    short_help=N_("比较两套规则、两个时刻或两份报告：哪些结论变了。"),
    help=N_(
        "比较 A 与 B：哪些结论、哪些到期日不同。\n\n"
        "A、B 各为：一份 JSON 报告；一个时刻（2024-12-31 或 as-of=2024-12-31）；一套规则（规则包名、路径，或\nrules=甲,乙）；某日所知的放假安排（known-on=2020-01-20）；豁免清单（waivers=甲.yaml,乙.yaml，\n不要豁免写 waivers=）。退出码：0 没有结论不同；1 有；2 未能比较。"
    ),
)
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--events", multiple=True, metavar="FILE", help=N_("事件日志，可多次给出；A、B 都是报告时不用。"))
@click.option("--as-of", type=Day(), metavar="WHEN", help=N_("两边共同的截至时刻。默认现在（北京时间）。"))
@click.option("--rules", multiple=True, metavar="PACK|PATH", help=N_("两边共同的规则，可多次给出。"))
@click.option("--region", type=Region(), help=N_("没有写地区的事件算哪个地区的。"))
@click.option("--known-on", type=Day(), metavar="DATE", help=N_("两边共同的放假安排：按该日已公布的。"))
@click.option("--waivers", multiple=True, metavar="FILE", help=N_("两边共同的豁免清单，可多次给出。"))
@click.option(
    "--format", "form", type=OneOf(("text", "json")), default="text", show_default=True, help=N_("输出格式。")
)
def diff_command(a: str, b: str, *, events: tuple[str, ...], form: str, **options: Any) -> int:
    """Compare two runs."""
    import json

    from zwgk.audit.differ import diff_record, flips, told

    common = {
        "as_of": options["as_of"] or dt.datetime.now(SHANGHAI),
        "rules": list(options["rules"]) or None,
        "region": options["region"],
        "known_on": options["known_on"],
        "waivers": list(options["waivers"]),
    }
    sides = [_side(one, events, common) for one in (a, b)]
    found = flips(*sides)
    if form == "json":
        click.echo(json.dumps(diff_record(found, a, b), ensure_ascii=False, indent=1))
    else:
        for line in told(found, a, b):
            click.echo(line)
    return 1 if any(one.kind != "due" for one in found) else 0


def _side(word: str, events: tuple[str, ...], common: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """The records of one side."""
    from pathlib import Path

    if word.endswith((".json", ".jsonl", ".ndjson")) and Path(word).is_file():
        from zwgk.audit.differ import read_report

        return read_report(word)
    if not events:
        text = _("“{word}”不是 JSON 报告文件；比较时刻、规则或放假安排时，请用 --events 给出事件日志")
        raise UsageError(text.format(word=word))
    from zwgk.api import check

    return check(list(events), **{**common, **_meaning(word)}).records()


def _meaning(word: str) -> dict[str, Any]:
    """What a side sets: ``as_of``, ``rules``, ``known_on`` or ``waivers``."""
    from zwgk.dates import DateError, read_as_of

    name, equals, value = word.partition("=")
    if equals and name in _MEANS:
        key = _MEANS[name]
        if key == "waivers" and not value:
            return {key: []}
        return {key: value.replace("，", ",").split(",") if key in _LISTS else value}
    try:
        read_as_of(word)
    except DateError:
        return {"rules": [word]}
    return {"as_of": word}
