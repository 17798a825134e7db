"""``zwgk-check rules``: list, show, lint and test the rule packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zwgk.commands.chinese import Command, Group, OneOf
from zwgk.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zwgk.rules import RuleSet


@click.group(
    "rules",
    cls=Group,
    short_help=N_("查看、检查、试算规则。"),
    help=N_("规则包：列出、查看一条、检查 YAML、试算规则里的例子。"),
)
def rules_group() -> None:
    """List, show, lint and test the rules."""


@rules_group.command(
    "list", cls=Command, short_help=N_("列出规则包和规则。"), help=N_("列出随附的规则（或所给规则包的规则）。")
)
@click.argument("packs", nargs=-1, metavar="[PACK|PATH]...")
def list_command(packs: tuple[str, ...]) -> None:
    """List the rules."""
    ruleset = _load(packs)
    for pack in ruleset.packs:
        where = _("，行政区划 {region}").format(region=pack.region) if pack.region else _("，全国")
        click.echo(
            _("{id}  {title}（{number}{where}）").format(
                id=pack.id, title=pack.title, number=pack.number or _("无文号"), where=where
            )
        )
        for rule in ruleset.rules:
            if rule.pack == pack.id:
                click.echo(f"  {rule.id}  {rule.title}")
    click.echo(
        _("共{n_packs}个规则包，{n_rules}条规则。").format(n_packs=len(ruleset.packs), n_rules=len(ruleset.rules))
    )


@rules_group.command(
    "show",
    cls=Command,
    short_help=N_("查看一条规则。"),
    help=N_("查看一条规则（如 luzhou-2011/document-publication）：出处、说明、怎样计算、试算例子。"),
)
@click.argument("rule")
def show_command(rule: str) -> None:
    """Show a rule."""
    from pathlib import Path

    from zwgk.rulepage import page

    if "/" not in rule and not Path(rule).exists():
        raise click.UsageError(
            _("“{rule}”应为规则编号，如 luzhou-2011/document-publication；全部编号见 zwgk-check rules list").format(
                rule=rule
            )
        )
    ruleset = _load((rule,))
    for found in ruleset.rules:
        pack = next(pack for pack in ruleset.packs if pack.id == found.pack)
        for line in page(found, pack):
            click.echo(line)


@rules_group.command(
    "lint",
    cls=Command,
    short_help=N_("检查规则文件。"),
    help=N_("检查规则文件或文件夹，列出全部问题和建议（文件:行: 说明）。有须改正的问题时退出码为1。"),
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
def lint_command(paths: tuple[str, ...]) -> int:
    """Check rule files; 1 where something is wrong."""
    from zwgk.lint import is_advice, lint
    from zwgk.rules import find_packs

    said = lint(find_packs(paths))
    for complaint in said:
        click.echo(str(complaint))
    advice = sum(is_advice(complaint) for complaint in said)
    wrong = len(said) - advice
    click.echo(
        _("须改正{wrong}处，建议{advice}处。").format(wrong=wrong, advice=advice) if said else _("没有发现问题。")
    )
    return 1 if wrong else 0


@rules_group.command(
    "test",
    cls=Command,
    short_help=N_("试算规则里的例子。"),
    help=N_("试算规则文件里的例子，逐一与作者写明的结论对照。有不符时退出码为1。"),
)
@click.argument("packs", nargs=-1, metavar="[PACK|PATH]...")
@click.option("-v", "--verbose", is_flag=True, help=N_("也列出通过的例子。"))
def test_command(packs: tuple[str, ...], *, verbose: bool) -> int:
    """Run the cases of rules; 1 where one differs."""
    from zwgk.casetests import run_cases

    ruleset = _load(packs, cases=True)
    failed = total = 0
    for result in run_cases(ruleset.rules):
        total += 1
        failed += not result.passed
        if result.passed and not verbose:
            continue
        word = _("通过") if result.passed else _("不符")
        click.echo(f"{word}  {result.rule}  {result.name}")
        if not result.passed:
            for line in result.expected or (_("没有义务（none）"),):
                click.echo(click.style(_("      应为  {line}").format(line=line), fg="green"))
            for line in result.actual or (_("没有义务（none）"),):
                click.echo(click.style(_("      算得  {line}").format(line=line), fg="red"))
    click.echo(
        _("{n_rules}条规则，{total}个例子，{failed}个不符。").format(
            n_rules=len(ruleset.rules), total=total, failed=failed
        )
    )
    return 1 if failed else 0


@rules_group.command(
    "schema",
    cls=Command,
    short_help=N_("输出规则文件的 JSON Schema。"),
    help=N_("输出规则文件（rule）或 _source.yaml（source）的 JSON Schema，供编辑器补全和检查。"),
)
@click.argument("which", type=OneOf(("rule", "source")), default="rule", required=False)
def schema_command(which: str) -> None:
    """Print a JSON Schema."""
    import json

    from zwgk import schema

    made = schema.rule_schema() if which == "rule" else schema.source_schema()
    click.echo(json.dumps(made, ensure_ascii=False, indent=2))


@rules_group.command(
    "coverage",
    cls=Command,
    short_help=N_("逐条列出文件要求与规则的对应。"),
    help=N_("逐条列出：文件的哪一条、原文用语、由哪条规则核查，或为什么不核查。"),
)
@click.argument("packs", nargs=-1, metavar="[PACK|PATH]...")
def coverage_command(packs: tuple[str, ...]) -> None:
    """Show which clause is checked by which rule."""
    from zwgk.rulepage import coverage

    ruleset = _load(packs)
    for pack in ruleset.packs:
        for line in coverage(pack, [rule for rule in ruleset.rules if rule.pack == pack.id]):
            click.echo(line)


def _load(packs: Sequence[str], *, cases: bool = False) -> RuleSet:
    from zwgk.rules import find_packs, load_packs, shipped_packs

    return load_packs(find_packs(packs), cases=cases) if packs else shipped_packs(cases=cases)
