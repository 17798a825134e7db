"""Everything that can be said of rule files without running them: complaints, and advice.

Complaints stop a pack from being used. Advice (its message begins with 建议) does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zwgk._data import data_folder
from zwgk.crosscheck import near_misses
from zwgk.errors import Complaint
from zwgk.i18n import N_, _
from zwgk.model import Verdict
from zwgk.rules import read_packs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from zwgk.model import Pack, Rule
    from zwgk.packfile import PackFile
    from zwgk.rulefile import RuleFile
    from zwgk.rules import Reading

ADVICE = N_("建议:")


def lint(paths: Iterable[Path]) -> list[Complaint]:
    """Complaints and advice about pack folders, folders of packs and rule files, in file and line order."""
    reading = read_packs(paths, cases=True)
    return sorted([*reading.complaints, *_advice(reading)])


def is_advice(complaint: Complaint) -> bool:
    """Whether this is advice, which does not stop a pack from being used."""
    return complaint.message.startswith(_(ADVICE))


def _advice(reading: Reading) -> Iterator[Complaint]:
    packs = {source.pack.id: source for source in reading.packs if source.pack is not None}
    shipped = data_folder("rules").resolve()
    for file in reading.rules:
        if file.rule is None:
            continue
        # What ships must use the words of the manual; a user's own rules may use any.
        strict = shipped in file.path.resolve().parents
        for one in near_misses(file.rule, file.lines):
            yield one if strict else one._replace(message=_(ADVICE) + one.message)
        source = packs[file.rule.pack]
        if source.pack is not None:
            yield from _about_rule(file, file.rule, source.pack)
    for source in packs.values():
        if source.pack is not None:
            yield from _about_pack(source, source.pack)


def _about_rule(file: RuleFile, rule: Rule, pack: Pack) -> Iterator[Complaint]:
    def advise(key: str, message: str) -> Complaint:
        return Complaint(rule.path, file.lines.get(key, rule.line), _(ADVICE) + message)

    short = rule.id.partition("/")[2]
    if pack.clauses and not any({short, rule.id} & set(ids.split()) for ids in pack.clauses.values()):
        yield advise(
            "id", _("“_source.yaml”的 clauses 没有一行指向“{short}”；请补上，覆盖表才会列出它").format(short=short)
        )
    if rule.in_force_from < pack.in_force_from.toordinal():
        yield advise(
            "in_force",
            _("规则的施行期早于文件的施行期（{in_force_from}）；请核对起始日期").format(
                in_force_from=pack.in_force_from
            ),
        )
    if not {Verdict.BREACHED, Verdict.UNDECIDED} & set(_verdicts(rule)):
        yield advise("cases", _("算例里没有一个不合格的结果；请补一个违反(breached)或无法判定(undecided)的算例"))


def _verdicts(rule: Rule) -> Iterator[str]:
    for case in rule.cases:
        expect = case["expect"]
        listed: Iterable[Mapping[str, str]] = (
            () if expect == "none" else [expect] if isinstance(expect, dict) else expect
        )
        yield from (expected["verdict"] for expected in listed)


def _about_pack(source: PackFile, pack: Pack) -> Iterator[Complaint]:
    named = {reference for ids in pack.clauses.values() for reference in ids.split()}
    left_out = [item.id for item in pack.unchecked if item.id not in named]
    if pack.clauses and left_out:
        message = _("clauses 没有一行指向未核查的条款 {left_out}；请补上，覆盖表才会列出它们").format(
            left_out=_("、").join(left_out)
        )
        yield Complaint(str(source.path), source.lines.get("clauses", 1), _(ADVICE) + message)
