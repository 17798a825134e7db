"""The sentences of ``because``: from the events and the source to the verdict.

Every argument is text that is already formatted, so that the relational evaluator can make templates of the same
sentences and fill them a million times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zwgk.i18n import N_, _, n_
from zwgk.model import TimeLimit, Unit
from zwgk.vocabulary import column_label, event_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zwgk.model import Condition


def amount(count: int, unit: str) -> str:
    """A count with its unit: ``5个工作日``."""
    if unit == "workdays":
        return n_("{count}个工作日", count).format(count=count)
    if unit == "hours":
        return n_("{count}小时", count).format(count=count)
    return n_("{count}天", count).format(count=count)


OTHER_FILE = N_("第{file}个文件第{row}行")
"""A place in a file that is not the first of the log; ``file`` counts from 1, each sheet of a workbook as a file."""


def place_of(row: str, source: int) -> str:
    """Where an event stands in the log: its row, and in which file (``source``, from 0) where that is not the first."""
    return _(OTHER_FILE).format(file=source + 1, row=row) if source else _("第{row}行").format(row=row)


def happened(event: str, time: str, place: str) -> str:
    """An event as evidence; where it stands as :func:`place_of` says it."""
    return _("{event}：{time}（{place}）").format(event=event_label(event), time=time, place=place)


def limit(within: TimeLimit, due: str, proof: str) -> str:
    """How the due date follows from the limit; ``proof`` is empty or begins with its own separator."""
    number = within.number
    if within.unit is Unit.WORKDAYS:
        text = n_("自次日起算{number}个工作日，{due}到期{proof}", number)
        return text.format(number=number, due=due, proof=proof)
    if within.unit is Unit.HOURS:
        return n_("自该时刻起算{number}小时，{due}到期", number).format(number=number, due=due)
    if within.unit is Unit.MONTHS:
        text = n_("自次日起算{number}个月，{due}到期{proof}", number)
        return text.format(number=number, due=due, proof=proof)
    if within.unit is Unit.SAME_DAY:
        return _("应当同步，即当日（{due}）完成").format(due=due)
    text = n_("自次日起算{number}日（自然日），{due}到期{proof}", number)
    return text.format(number=number, due=due, proof=proof)


def rolled(strict: str) -> str:
    """A due date moved off a rest day."""
    return _("，期末{strict}为休息日，顺延").format(strict=strict)


def bounded(earliest: str | None, latest: str | None, why: str) -> str:
    """A due date known only between bounds."""
    why = _(why)
    if earliest is None and latest is None:
        return _("到期日不能确定：{why}").format(why=why)
    if latest is None:
        return _("到期日不早于{earliest}：{why}").format(earliest=earliest, why=why)
    return _("到期日在{earliest}与{latest}之间：{why}").format(earliest=earliest, latest=latest, why=why)


BEYOND_HORIZON = N_("超出工作日历已公布的范围")
NO_TIME_OF_DAY = N_("记录只有日期没有时刻，请补充时刻")
TWO_READINGS = N_("文件用语有两种读法")

AMOUNTS_TO = {
    "in_time": N_("未超过期限"),
    "between": N_("在最早与最晚到期日之间，不能断定是否逾期"),
    "between_hours": N_("是否超过期限取决于时刻，不能断定；只有日期的，请补充时刻"),
    "contradiction": N_("却早于触发事件，日期相互矛盾，请核对"),
    "long_enough": N_("期间符合最短要求"),
    "excused": N_("期间短于最短要求，但已说明理由"),
    "excuse_unknown": N_("期间短于最短要求，是否说明理由无从得知"),
    "in_order": N_("先后顺序符合要求"),
    "out_of_order": N_("先后顺序颠倒"),
    "no_predecessor": N_("应当在先的事项没有记录"),
    "same_day": N_("两者同日而缺时刻，不能断定先后"),
    "no_number": N_("文件没有规定天数，不能断定是否逾期"),
}
"""What an outcome amounts to, by its reason (:mod:`zwgk.decide`), where no count belongs in the sentence."""


def amounts_to(reason: str) -> str:
    """What an outcome amounts to; empty where a count says it."""
    return _(AMOUNTS_TO[reason]) if reason in AMOUNTS_TO else ""


def complete() -> str:
    """Nothing that is required is missing."""
    return _("要素齐全")


def at_least(minimum: TimeLimit, due: str) -> str:
    """The first day on which a period may lawfully end."""
    if minimum.unit is Unit.WORKDAYS:
        return n_("期间应当不少于{number}个工作日，最早可于{due}截止", minimum.number).format(
            number=minimum.number, due=due
        )
    return n_("期间应当不少于{number}日，最早可于{due}截止", minimum.number).format(number=minimum.number, due=due)


def done(event: str, time: str, place: str, rest: str) -> str:
    """What was done, and what that amounts to."""
    said = happened(event, time, place)
    return _("{happened}，{rest}").format(happened=said, rest=_(rest)) if rest else said


# The count may be a place in a template: so a sentence suits every number.
_LATE = {"workdays": N_("逾期{count}个工作日"), "days": N_("逾期{count}天"), "hours": N_("逾期{count}小时")}
_OVERDUE = {
    "workdays": N_("截至{as_of}未见“{event}”，已逾期{count}个工作日"),
    "days": N_("截至{as_of}未见“{event}”，已逾期{count}天"),
    "hours": N_("截至{as_of}未见“{event}”，已逾期{count}小时"),
}
_PENDING = {
    "workdays": N_("截至{as_of}未见“{event}”，距到期还有{count}个工作日"),
    "days": N_("截至{as_of}未见“{event}”，距到期还有{count}天"),
    "hours": N_("截至{as_of}未见“{event}”，距到期还有{count}小时"),
}
_SHORT = {
    "workdays": N_("比最短要求少{count}个工作日"),
    "days": N_("比最短要求少{count}天"),
    "hours": N_("比最短要求少{count}小时"),
}


def late(count: str, unit: str) -> str:
    """Done too late."""
    return _(_LATE[unit]).format(count=count)


def overdue(as_of: str, event: str, count: str, unit: str) -> str:
    """Not done, and the due date has passed."""
    return _(_OVERDUE[unit]).format(as_of=as_of, event=event_label(event), count=count)


def pending(as_of: str, event: str, count: str, unit: str) -> str:
    """Not done, and there is still time."""
    return _(_PENDING[unit]).format(as_of=as_of, event=event_label(event), count=count)


def not_seen(as_of: str, event: str) -> str:
    """Not done, without a count."""
    return _("截至{as_of}未见“{event}”").format(as_of=as_of, event=event_label(event))


def short(count: str, unit: str) -> str:
    """A period that is too short."""
    return _(_SHORT[unit]).format(count=count)


def unexcused(attribute: str, events: Sequence[str]) -> str:
    """A period that is too short, and no reason stands where one would excuse it."""
    return _("{events}没有填写“{attribute}”，不能列为有正当理由").format(
        events=_("、").join(_("“{event}”").format(event=event_label(event)) for event in events),
        attribute=column_label(attribute),
    )


def lacking(attributes: tuple[str, ...], columns: frozenset[str]) -> str:
    """Which attributes are missing, and whether the whole column is."""
    parts = [
        _("{name}（{name2}）未填").format(name=column_label(name), name2=name)
        if name in columns
        else _("日志没有“{name}”（{name2}）列").format(name=column_label(name), name2=name)
        for name in attributes
    ]
    return _("、").join(parts)


def condition_unknown(attributes: tuple[str, ...], columns: frozenset[str]) -> str:
    """Whether the rule applies is not settled by the log."""
    return _("不能断定本条是否适用：{lacking}").format(lacking=lacking(attributes, columns))


def still_open(as_of: str, event: str) -> str:
    """A period that has not been closed."""
    return _("截至{as_of}尚未“{event}”").format(as_of=as_of, event=event_label(event))


def of_period(event: str, period: str, count: str) -> str:
    """What a recurring duty wants of a period."""
    return _("{period}应当至少{count}次“{event}”").format(
        period=period_name(period), count=count, event=event_label(event)
    )


def period_name(period: str) -> str:
    """A period of a report in words: ``2016-Q3`` is ``2016年第3季度``."""
    year, _dash, part = period.partition("-")
    if part.startswith("Q"):
        return _("{year}年第{quarter}季度").format(year=year, quarter=part[1:])
    if part:
        return _("{year}年{month}月").format(year=year, month=int(part))
    return _("{year}年").format(year=year)


def by_date(event: str, due: str) -> str:
    """What a fixed date wants."""
    return _("应当在{due}前（含当日）完成“{event}”").format(due=due, event=event_label(event))


def overturned(rows: Sequence[str], count: int | None) -> str:
    """Why a breach is left open: rows that could not be read (each as :func:`unread_row` says it), of so many if of more."""
    named = _("；").join(rows)
    if count is not None:
        named = _("{rows}；等共{count}行").format(rows=named, count=count)
    return _("以上只依据读得懂的行，但{rows}；改正以后可能不构成违反，所以不能断定，请改正后再核查").format(rows=named)


def unread_row(place: str, event: str, column: str | None, found: str) -> str:
    """A row that could not be read; ``event`` is empty where it may be any."""
    what = _("“{found}”").format(found=found) if found else _("未填")
    where = _("{column}：{what}").format(column=column_label(column), what=what) if column else what
    if not event:
        return _("{place}读不懂（{where}），看不出是什么事件").format(place=place, where=where)
    return _("{place}“{event}”读不懂（{where}）").format(place=place, event=event_label(event), where=where)


def log_begins_later() -> str:
    """The due date lies before the log's first event."""
    return _("注意：到期日早于日志的第一个事件，如此前已办，请补充记录")


def agency_begins_later() -> str:
    """The due date lies before the first event of the agency in the log."""
    return _("注意：到期日早于该机关在日志中的第一个事件，如此前已办，请补充记录")


def owed_by_another(who: str) -> str:
    """A duty that is not the agency's whose event raised it."""
    return _("应由{who}履行，不计在登记机关名下").format(who=who)


def owed_by(how: str) -> str:
    """How it is known who owes an agency-wide duty."""
    return _("义务主体：{how}").format(how=_(how))


OWED_BY = {
    "rule": N_("规则列明的机关"),
    "list": N_("名单所列的机关"),
    "seen": N_("日志中出现的机关"),
    "performers": N_("日志中履行过本项义务的机关"),
    "members": N_("规则列明的成员"),
}


def _listed(values: list[str]) -> str:
    return _("、").join(values)


def blank(attribute: str) -> str:
    """A required attribute that is blank."""
    return _("{attribute}（{attribute2}）未填").format(attribute=column_label(attribute), attribute2=attribute)


def not_allowed(attribute: str, found: list[str], allowed: list[str]) -> str:
    """A value outside the permitted ones."""
    return _("{attribute}为“{found}”，应为{allowed}之一").format(
        attribute=column_label(attribute), found=_listed(found), allowed=_listed(allowed)
    )


def without(attribute: str, absent: list[str]) -> str:
    """Required values that are absent."""
    return _("{attribute}缺少{absent}").format(attribute=column_label(attribute), absent=_listed(absent))


def too_few(attribute: str, found: list[str], wanted: int) -> str:
    """Fewer different values than required."""
    return _("{attribute}只有{found}，应不少于{wanted}种").format(
        attribute=column_label(attribute), found=_listed(found), wanted=wanted
    )


def number(attribute: str, found: str, minimum: float | None, equals: float | None) -> str:
    """A number and what it is held to."""
    wanted = (
        _("应等于{equals:g}").format(equals=equals)
        if minimum is None
        else _("不应低于{minimum:g}").format(minimum=minimum)
    )
    return _("{attribute}为{found}，{wanted}").format(attribute=column_label(attribute), found=found, wanted=wanted)


def no_number(attribute: str, found: str, columns: frozenset[str]) -> str:
    """A number that cannot be read."""
    if not found:
        return lacking((attribute,), columns)
    return _("{attribute}“{found}”不是数字").format(attribute=column_label(attribute), found=found)


def wanted(conditions: Sequence[Condition]) -> str:
    """What conditions want, in words."""
    parts = []
    for condition in conditions:
        name = column_label(condition.attribute)
        if condition.allowed is not None:
            parts.append(_("{name}为{listed}").format(name=name, listed=_listed(sorted(condition.allowed))))
        if condition.refused is not None:
            parts.append(_("{name}不为{listed}").format(name=name, listed=_listed(sorted(condition.refused))))
        if condition.default is not None:
            parts.append(_("未填视为{default}").format(default=condition.default))
    return _("，").join(parts)


def not_counted(happened_: str, conditions: Sequence[Condition], found: str) -> str:
    """An event of the right name that does not meet the conditions on it (``found``: its cells; empty if blank)."""
    what = _("填的是“{found}”").format(found=found) if found else _("未填")
    return _("{happened}，不能算数：要求{conditions}，{what}").format(
        happened=happened_, conditions=wanted(conditions), what=what
    )


def before_this(happened_: str) -> str:
    """An earlier performance that belongs to an earlier trigger."""
    return _("{happened}，早于本次触发，属于前一次，不能抵本次").format(happened=happened_)


# --- the clock of a request -------------------------------------------------------------------------------


def waiting() -> str:
    """The clock waits for a correction."""
    return _("尚未收到补正，答复期限自收到补正之日起重新计算")


def voided(event: str, time: str, place: str) -> str:
    """A notice that voids the running period."""
    return _("{happened}，原期限作废（一次性告知补正）").format(happened=happened(event, time, place))


def voids_nothing(event: str, time: str, place: str) -> str:
    """A second notice, or one after the due date."""
    return _("{happened}，再次告知或期满后告知，不使期限重新起算").format(happened=happened(event, time, place))


def restarted(event: str, time: str, place: str) -> str:
    """The clock begins anew."""
    return _("{happened}，期限自该日起重新计算").format(happened=happened(event, time, place))


def extended(event: str, time: str, place: str, days: str) -> str:
    """An extension in time."""
    return _("{happened}，期限延长{days}个工作日（日志未载延长天数，按上限计）").format(
        happened=happened(event, time, place), days=days
    )


def extension_late(event: str, time: str, place: str) -> str:
    """An extension notified after the due date."""
    return _("{happened}，晚于到期日告知，不能补救逾期").format(happened=happened(event, time, place))


def extension_again(event: str, time: str, place: str) -> str:
    """A second extension."""
    return _("{happened}，延长以一次为限，不再延长").format(happened=happened(event, time, place))


def _capped(days: str) -> str:
    return _("（满{days}个工作日视为期满，其后继续计算）").format(days=days) if days else ""


def stopped(begun: str, ended: str, basis: str, cap: str) -> str:
    """A stop that has ended (both as :func:`happened` says them); ``cap`` is empty unless it ended by itself."""
    return _("{begun}至{ended}，不计入期限（{basis}）{cap}").format(
        begun=begun, ended=ended, basis=basis, cap=_capped(cap)
    )


def stop_open(begun: str, basis: str, cap: str) -> str:
    """A stop that nothing in the log has ended."""
    return _("{begun}，尚未收到意见，不计入期限（{basis}）{cap}").format(begun=begun, basis=basis, cap=_capped(cap))


def stop_in_vain(begun: str) -> str:
    """A stop that begins when nothing of the period is left."""
    return _("{begun}，期限届满以前没有可以扣除的日子，到期日不变").format(begun=begun)


STILL_STOPPED = N_("期限仍在中止，最晚到期日取决于何时收到意见")
