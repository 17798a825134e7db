"""A rule, or a pack's clauses, as a page that a jurist can read."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from zwgk.i18n import N_, _, n_
from zwgk.model import FixedDate, Kind, Roll, Unit
from zwgk.phrases import wanted
from zwgk.reports.text import pad, wide
from zwgk.vocabulary import column_label, event_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zwgk.model import Condition, Pack, Requirement, Rule, TimeLimit

KIND_LABELS = {
    Kind.DEADLINE: N_("期限"),
    Kind.MINIMUM_PERIOD: N_("最短期间"),
    Kind.CADENCE: N_("定期次数"),
    Kind.FIXED_DATE: N_("固定日期"),
    Kind.ORDER: N_("先后次序"),
    Kind.CONTENT: N_("内容要素"),
    Kind.COVERAGE: N_("逐项覆盖"),
    Kind.THRESHOLD: N_("数值标准"),
}
SEVERITY_LABELS = {"error": N_("硬性规定"), "warning": N_("要求较软"), "info": N_("提示")}
_POLICIES = {
    ("stop_first_day", "counts"): N_("发出征求意见当日计入期限"),
    ("stop_first_day", "excluded"): N_("发出征求意见当日不计入期限"),
    ("stop_last_day", "excluded"): N_("收到意见当日不计入期限"),
    ("stop_last_day", "counts"): N_("收到意见当日计入期限"),
    ("extension_length", "most"): N_("日志未载延长天数的，按上限计"),
    ("late_void", "voids"): N_("迟发的补正告知仍使原期限作废（迟发另按补正告知的期限核查）"),
}
_PERIODS = {"month": N_("月"), "quarter": N_("季度"), "year": N_("年")}
_NO_END = dt.date.max.toordinal()


def page(rule: Rule, pack: Pack) -> Iterator[str]:
    """A rule in lines: what, from where, for whom, how counted, with the author's explanation and cases."""
    yield f"{rule.id}  {rule.title}"
    yield ""
    yield (
        _("  出处    {instrument} {number}")
        .format(instrument=rule.source.instrument, number=rule.source.number)
        .rstrip()
    )
    clause = _("          {clause}：“{phrase}”")
    yield clause.format(clause=rule.source.clause, phrase=rule.source.phrase)
    yield _("  地区    {region}").format(region=pack.region or _("全国"))
    yield _("  适用    触发日在{rule}").format(rule=_span(rule))
    yield _("  类别    {value}（{kind}），{severity}").format(
        value=_(KIND_LABELS[rule.kind]), kind=rule.kind, severity=_(SEVERITY_LABELS.get(rule.severity, rule.severity))
    )
    room = clause.index("{") - 2
    for label, text in _duty(rule):
        yield f"  {pad(label, max(room, wide(label) + 1))}{text}"
    if rule.overrides:
        yield _("  优先于  {overrides}").format(overrides=_("、").join(rule.overrides))
    if rule.explain:
        yield ""
        yield from (f"  {line}" for line in rule.explain.strip().splitlines())


def _span(rule: Rule) -> str:
    first = dt.date.fromordinal(rule.in_force_from)
    if rule.in_force_to >= _NO_END:
        return _("{first}及以后").format(first=first)
    return _("{first}至{in_force_to}").format(first=first, in_force_to=dt.date.fromordinal(rule.in_force_to))


def _duty(rule: Rule) -> Iterator[tuple[str, str]]:
    """What raises the duty, what discharges it, and by when."""
    if rule.trigger:
        yield _("触发"), _event(rule.trigger) + _conditions(rule.where)
    elif rule.where:
        yield _("对象"), _conditions(rule.where).strip(_("（）"))
    if rule.provided:
        anew = _("，每次触发以前都要重新有") if rule.provided_anew else ""
        yield _("前提"), _("此前已有{provided}").format(provided=_event(rule.provided)) + anew
    if rule.performance:
        no_number = _("，没有规定天数") if rule.kind is Kind.ORDER else ""
        yield _("履行"), _event(rule.performance) + _conditions(rule.performance_where) + no_number
    if rule.owed_by and rule.trigger:
        yield _("由谁"), _("{who}，不是登记触发事件的机关").format(who=rule.owed_by[0])
    if rule.limit:
        yield _("期限"), _limit(rule.limit, least=rule.kind is Kind.MINIMUM_PERIOD)
    if rule.excuse:
        yield _("免责"), _("“{attribute}”已填写").format(attribute=column_label(rule.excuse.attribute))
    yield from _standard(rule)
    yield from _clock(rule)


def _standard(rule: Rule) -> Iterator[tuple[str, str]]:
    """What the kinds without a running period want."""
    if rule.per:
        yield (
            _("频次"),
            _("每{per}至少{at_least}次").format(per=_(_PERIODS.get(rule.per, rule.per)), at_least=rule.at_least),
        )
    if rule.by:
        yield _("期限"), _by(rule.by)
    if rule.preceded_by:
        yield _("在先"), _event(rule.preceded_by)
    if rule.members:
        yield (
            _("成员"),
            _("{column_label}：{members}（{n_members}项）").format(
                column_label=column_label(rule.member or ""),
                members=_("、").join(rule.members),
                n_members=len(rule.members),
            ),
        )
    for requirement in rule.requires:
        yield _("要素"), _requirement(requirement)
    if rule.attribute:
        wanted = (
            _("等于{equals:g}").format(equals=rule.equals)
            if rule.minimum is None
            else _("不低于{minimum:g}").format(minimum=rule.minimum)
        )
        yield _("标准"), _("{column}{wanted}").format(column=column_label(rule.attribute), wanted=wanted)


def _event(name: str) -> str:
    return _("{name}（{name2}）").format(name=event_label(name), name2=name)


def _limit(limit: TimeLimit, *, least: bool) -> str:
    if limit.unit is Unit.SAME_DAY:
        return _("当日（同步）")
    rolled = _("，期末为休息日的顺延") if limit.roll is Roll.NEXT_WORKDAY else ""
    said = {
        Unit.WORKDAYS: n_("{count}个工作日", limit.number),
        Unit.DAYS: n_("{count}日（自然日）", limit.number),
        Unit.HOURS: n_("{count}小时", limit.number),
        Unit.MONTHS: n_("{count}个月", limit.number),
    }
    amount = said[limit.unit].format(count=limit.number)
    return (_("不少于{amount}") if least else _("{amount}内")).format(amount=amount) + rolled


def _by(by: FixedDate) -> str:
    if by.month:
        about = _("（上一年度）") if by.reported_year else ""
        return _("每年{month}月{day}日前（含当日）{about}").format(month=by.month, day=by.day, about=about)
    strict, lenient = dt.date.fromordinal(by.strict), dt.date.fromordinal(by.lenient)
    return (
        _("{strict}前（含当日）").format(strict=strict)
        if strict == lenient
        else _("严格解释{strict}，宽松解释{lenient}").format(strict=strict, lenient=lenient)
    )


def _conditions(conditions: Sequence[Condition]) -> str:
    return _("（{conditions}）").format(conditions=wanted(conditions)) if conditions else ""


def _listed(values: Iterable[str]) -> str:
    return _("、").join(sorted(values))


def _requirement(requirement: Requirement) -> str:
    name = column_label(requirement.attribute)
    text = _("{name}须填写").format(name=name)
    if requirement.allowed is not None:
        text = _("{name}须为{allowed}之一").format(name=name, allowed=_listed(requirement.allowed))
    elif requirement.includes:
        text = _("{name}须包括{includes}").format(name=name, includes=_("、").join(requirement.includes))
    elif requirement.distinct > 1:
        text = _("{name}不少于{distinct}种").format(name=name, distinct=requirement.distinct)
    return text + _conditions(requirement.when)


def _clock(rule: Rule) -> Iterator[tuple[str, str]]:
    clock = rule.clock
    if clock is None:
        return
    if clock.voided_by and clock.restarted_by:
        yield (
            _("重新起算"),
            _("{voided_by}后原期限作废，自{restarted_by}重新起算").format(
                voided_by=_event(clock.voided_by), restarted_by=_event(clock.restarted_by)
            ),
        )
    for stop in clock.stops:
        cap = "" if stop.cap is None else _("，至多{cap}个工作日").format(cap=stop.cap)
        yield (
            _("中止"),
            _("{begins}至{ends}不计入期限（{basis}）{cap}").format(
                begins=_event(stop.begins), ends=_event(stop.ends), basis=stop.basis, cap=cap
            ),
        )
    if clock.extended_by:
        yield (
            _("延长"),
            _("{extended_by}，至多{extension}个工作日，一次").format(
                extended_by=_event(clock.extended_by), extension=clock.extension
            ),
        )
    for name, value in clock.policies.items():
        yield _("口径"), _(_POLICIES.get((name, value), f"{name}: {value}"))


def coverage(pack: Pack, rules: Sequence[Rule]) -> Iterator[str]:
    """The clause table of a pack: clause, phrase, and the rule that checks it or the reason that none does."""
    known = {rule.id: rule for rule in rules}
    unchecked = {one.id: one for one in pack.unchecked if one.id}
    yield _("{id}  {title}（{number}）").format(id=pack.id, title=pack.title, number=pack.number or _("无文号"))
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
                rows.append((row, one.clause, one.phrase, _("不核查：{reason}").format(reason=one.reason)))
                done.add(name)
            else:
                rows.append((row, "", "", _("见 {name}").format(name=name)))
    rows.extend(("", rule.source.clause, rule.source.phrase, rule.id) for rule in rules if rule.id not in done)
    rows.extend(
        ("", one.clause, one.phrase, _("不核查：{reason}").format(reason=one.reason))
        for one in pack.unchecked
        if one.id not in done
    )
    widths = [max((min(wide(row[i]), 44) for row in rows), default=0) for i in range(3)]
    for cells in rows:
        yield (
            "  "
            + "  ".join(pad(cell, max(width, wide(cell))) for cell, width in zip(cells, widths, strict=False))
            + f"  {cells[3]}"
        )
    judged = sum(1 for row in rows if not row[3].startswith(_("不核查")))
    yield _("  共{n_rows}条：有规则核查{judged}条，不核查{n_rows2}条。").format(
        n_rows=len(rows), judged=judged, n_rows2=len(rows) - judged
    )
    yield ""
