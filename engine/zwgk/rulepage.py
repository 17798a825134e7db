"""A rule, or a pack's clauses, as a page that a jurist can read."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from zwgk.model import FixedDate, Kind, Roll, Unit
from zwgk.phrases import wanted
from zwgk.reports.text import pad, wide
from zwgk.vocabulary import column_label, event_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zwgk.model import Condition, Pack, Requirement, Rule, TimeLimit

KIND_LABELS = {
    Kind.DEADLINE: "期限",
    Kind.MINIMUM_PERIOD: "最短期间",
    Kind.CADENCE: "定期次数",
    Kind.FIXED_DATE: "固定日期",
    Kind.ORDER: "先后次序",
    Kind.CONTENT: "内容要素",
    Kind.COVERAGE: "逐项覆盖",
    Kind.THRESHOLD: "数值标准",
}
SEVERITY_LABELS = {"error": "硬性规定", "warning": "要求较软", "info": "提示"}
_POLICIES = {
    ("stop_first_day", "counts"): "发出征求意见当日计入期限",
    ("stop_first_day", "excluded"): "发出征求意见当日不计入期限",
    ("stop_last_day", "excluded"): "收到意见当日不计入期限",
    ("stop_last_day", "counts"): "收到意见当日计入期限",
    ("extension_length", "most"): "日志未载延长天数的，按上限计",
    ("late_void", "voids"): "迟发的补正告知仍使原期限作废（迟发另按补正告知的期限核查）",
}
_UNITS = {Unit.WORKDAYS: "个工作日", Unit.DAYS: "日（自然日）", Unit.HOURS: "小时", Unit.MONTHS: "个月"}
_PERIODS = {"month": "月", "quarter": "季度", "year": "年"}
_NO_END = dt.date.max.toordinal()


def page(rule: Rule, pack: Pack) -> Iterator[str]:
    """A rule in lines: what, from where, for whom, how counted, with the author's explanation and cases."""
    yield f"{rule.id}  {rule.title}"
    yield ""
    yield f"  出处    {rule.source.instrument} {rule.source.number}".rstrip()
    yield f"          {rule.source.clause}：“{rule.source.phrase}”"
    yield f"  地区    {pack.region or '全国'}"
    yield f"  适用    触发日在{_span(rule)}"
    yield f"  类别    {KIND_LABELS[rule.kind]}（{rule.kind}），{SEVERITY_LABELS.get(rule.severity, rule.severity)}"
    for label, text in _duty(rule):
        yield f"  {pad(label, 10)}{text}"
    if rule.overrides:
        yield f"  优先于  {'、'.join(rule.overrides)}"
    if rule.explain:
        yield ""
        yield from (f"  {line}" for line in rule.explain.strip().splitlines())


def _span(rule: Rule) -> str:
    first = dt.date.fromordinal(rule.in_force_from)
    if rule.in_force_to >= _NO_END:
        return f"{first}及以后"
    return f"{first}至{dt.date.fromordinal(rule.in_force_to)}"


def _duty(rule: Rule) -> Iterator[tuple[str, str]]:
    """What raises the duty, what discharges it, and by when."""
    if rule.trigger:
        yield "触发", _event(rule.trigger) + _conditions(rule.where)
    elif rule.where:
        yield "对象", _conditions(rule.where).strip("（）")
    if rule.provided:
        yield "前提", f"此前已有{_event(rule.provided)}"
    if rule.performance:
        no_number = "，没有规定天数" if rule.kind is Kind.ORDER else ""
        yield "履行", _event(rule.performance) + _conditions(rule.performance_where) + no_number
    if rule.limit:
        yield "期限", _limit(rule.limit, least=rule.kind is Kind.MINIMUM_PERIOD)
    if rule.excuse:
        yield "免责", f"“{column_label(rule.excuse.attribute)}”已填写"
    yield from _standard(rule)
    yield from _clock(rule)


def _standard(rule: Rule) -> Iterator[tuple[str, str]]:
    """What the kinds without a running period want."""
    if rule.per:
        yield "频次", f"每{_PERIODS.get(rule.per, rule.per)}至少{rule.at_least}次"
    if rule.by:
        yield "期限", _by(rule.by)
    if rule.preceded_by:
        yield "在先", _event(rule.preceded_by)
    if rule.members:
        yield "成员", f"{column_label(rule.member or '')}：{'、'.join(rule.members)}（{len(rule.members)}项）"
    for requirement in rule.requires:
        yield "要素", _requirement(requirement)
    if rule.attribute:
        wanted = f"等于{rule.equals:g}" if rule.minimum is None else f"不低于{rule.minimum:g}"
        yield "标准", f"{column_label(rule.attribute)}{wanted}"


def _event(name: str) -> str:
    return f"{event_label(name)}（{name}）"


def _limit(limit: TimeLimit, *, least: bool) -> str:
    if limit.unit is Unit.SAME_DAY:
        return "当日（同步）"
    rolled = "，期末为休息日的顺延" if limit.roll is Roll.NEXT_WORKDAY else ""
    return f"{'不少于' if least else ''}{limit.number}{_UNITS[limit.unit]}{'' if least else '内'}{rolled}"


def _by(by: FixedDate) -> str:
    if by.month:
        about = "（上一年度）" if by.reported_year else ""
        return f"每年{by.month}月{by.day}日前（含当日）{about}"
    strict, lenient = dt.date.fromordinal(by.strict), dt.date.fromordinal(by.lenient)
    return f"{strict}前（含当日）" if strict == lenient else f"严格解释{strict}，宽松解释{lenient}"


def _conditions(conditions: Sequence[Condition]) -> str:
    return f"（{wanted(conditions)}）" if conditions else ""


def _listed(values: Iterable[str]) -> str:
    return "、".join(sorted(values))


def _requirement(requirement: Requirement) -> str:
    name = column_label(requirement.attribute)
    text = f"{name}须填写"
    if requirement.allowed is not None:
        text = f"{name}须为{_listed(requirement.allowed)}之一"
    elif requirement.includes:
        text = f"{name}须包括{'、'.join(requirement.includes)}"
    elif requirement.distinct > 1:
        text = f"{name}不少于{requirement.distinct}种"
    return text + _conditions(requirement.when)


def _clock(rule: Rule) -> Iterator[tuple[str, str]]:
    clock = rule.clock
    if clock is None:
        return
    if clock.voided_by and clock.restarted_by:
        yield "重新起算", f"{_event(clock.voided_by)}后原期限作废，自{_event(clock.restarted_by)}重新起算"
    for stop in clock.stops:
        cap = "" if stop.cap is None else f"，至多{stop.cap}个工作日"
        yield "中止", f"{_event(stop.begins)}至{_event(stop.ends)}不计入期限（{stop.basis}）{cap}"
    if clock.extended_by:
        yield "延长", f"{_event(clock.extended_by)}，至多{clock.extension}个工作日，一次"
    for name, value in clock.policies.items():
        yield "口径", _POLICIES.get((name, value), f"{name}: {value}")


def coverage(pack: Pack, rules: Sequence[Rule]) -> Iterator[str]:
    """The clause table of a pack: clause, phrase, and the rule that checks it or the reason that none does."""
    known = {rule.id: rule for rule in rules}
    unchecked = {one.id: one for one in pack.unchecked if one.id}
    yield f"{pack.id}  {pack.title}（{pack.number or '无文号'}）"
    rows: list[tuple[str, str, str, str]] = []
    done: set[str] = set()
    for row, text in pack.clauses.items():
        for name in text.split():
            rule = known.get(name) or known.get(f"{pack.id}/{name}")
            if rule is not None:
                rows.append((row, rule.source.clause, rule.source.phrase, rule.id))
                done.add(rule.id)
            elif name in unchecked:
                one = unchecked[name]
                rows.append((row, one.clause, one.phrase, f"不核查：{one.reason}"))
                done.add(name)
            else:
                rows.append((row, "", "", f"见 {name}"))
    rows.extend(("", rule.source.clause, rule.source.phrase, rule.id) for rule in rules if rule.id not in done)
    rows.extend(("", one.clause, one.phrase, f"不核查：{one.reason}") for one in pack.unchecked if one.id not in done)
    widths = [max((min(wide(row[i]), 44) for row in rows), default=0) for i in range(3)]
    for cells in rows:
        yield (
            "  "
            + "  ".join(pad(cell, max(width, wide(cell))) for cell, width in zip(cells, widths, strict=False))
            + f"  {cells[3]}"
        )
    judged = sum(1 for row in rows if not row[3].startswith("不核查"))
    yield f"  共{len(rows)}条：有规则核查{judged}条，不核查{len(rows) - judged}条。"
    yield ""
