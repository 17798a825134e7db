"""A run in words: what is new, what was closed and by what, what happened besides."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from zwgk.i18n import _
from zwgk.reports.text import problem_text
from zwgk.vocabulary import event_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zwgk.audit.changes import Change
    from zwgk.audit.items import Item
    from zwgk.audit.outcome import Outcome

    Paint = Callable[[str, str], str]

MOST_SHOWN = 200
"""Changes of one kind that are printed."""
_COLOURS = {"new": "red", "reopened": "red", "closed": "green", "cleared": "blue", "waived": "blue"}


def kind_label(kind: str) -> str:
    """The heading of a kind of change."""
    labels = {
        "new": _("新增"),
        "reopened": _("重新出现"),
        "closed": _("了结"),
        "cleared": _("撤销"),
        "waived": _("豁免"),
    }
    return labels[kind]


def item_label(item: Item) -> str:
    """What a finding is now, in a few words; of what is waived, what it would be."""
    label = breach_label(item.breach or item.waived, item.verdict)
    return _("已豁免（{breach}）").format(breach=label) if item.waived else label


def by_label(kind: str, cause: str | None, by: str | None) -> str | None:
    """What closed a finding: an event with its time, or the words of a waiver."""
    if by is None or kind == "waived" or cause == "waivers":
        return by
    name, _space, when = by.partition(" ")
    return f"{event_label(name)} {when[:19].replace('T', ' ')}"


def breach_label(breach: str | None, verdict: str) -> str:
    """A breach, or else a verdict, in a few words."""
    words = {
        "late": _("逾期完成"),
        "overdue": _("逾期未办"),
        "short": _("期间过短"),
        "missing": _("缺项"),
        "below": _("未达标"),
        "out-of-order": _("次序颠倒"),
        "met": _("按时"),
        "excused": _("免责"),
        "pending": _("待办"),
        "undecided": _("不能断定"),
        "gone": _("不再有此义务"),
    }
    return words.get(breach or verdict, breach or verdict)


def cause_label(cause: str) -> str:
    """Why something changed, in a few words."""
    words = {
        "first": _("首次核查"),
        "events": _("日志有新的或改动的事件"),
        "time": _("期限届满"),
        "waivers": _("豁免清单变了或豁免到期"),
        "rules": _("规则变了"),
        "calendar": _("放假安排变了"),
        "options": _("配置变了"),
        "engine": _("程序版本变了"),
    }
    return _("或").join(words.get(one, one) for one in cause.split("+"))


def told(outcome: Outcome, *, paint: Paint | None = None) -> Iterator[str]:
    """The run in lines without line ends; ``paint(text, colour)`` colours text for a terminal."""
    paint = paint or (lambda text, _colour: text)
    before = (
        _("，上次 {when}").format(when=outcome.previous[:19].replace("T", " ")) if outcome.previous else _("，首次")
    )
    yield _("夜间核查 第{run}次  截至{when}{before}").format(
        run=outcome.run, when=outcome.as_of[:19].replace("T", " "), before=before
    )
    for notice in outcome.notices:
        yield paint(_("注意：{notice}").format(notice=notice), "yellow")
    if outcome.problems:
        yield paint(_("有{count}处读不懂，所在行未参与核查：").format(count=len(outcome.problems)), "red")
        for problem in outcome.problems[:MOST_SHOWN]:
            yield f"  {problem_text(problem)}"
    kinds: defaultdict[str, list[Change]] = defaultdict(list)
    for change in outcome.changes:
        kinds[change.kind].append(change)
    for kind, colour in _COLOURS.items():
        if not kinds[kind]:
            continue
        yield ""
        yield paint(_("【{kind}】{count}项").format(kind=kind_label(kind), count=len(kinds[kind])), colour)
        for change in kinds[kind][:MOST_SHOWN]:
            yield from _change(change, outcome)
        if len(kinds[kind]) > MOST_SHOWN:
            yield _("  …另有{count}项未列出；在配置里加 [[output]] 可全部写出").format(
                count=len(kinds[kind]) - MOST_SHOWN
            )
    yield ""
    totals = outcome.totals
    yield _(
        "未了结{open}项，将到期{soon}项，不能断定{undecided}项；本次新增{new}、重新出现{again}、了结{closed}。"
    ).format(
        open=totals["open"],
        soon=totals["due-soon"],
        undecided=totals["undecided"],
        new=totals["new"],
        again=totals["reopened"],
        closed=totals["closed"],
    )
    if totals["under-waiver"]:
        yield _("另有{count}项违反在豁免期内，没有计入。").format(count=totals["under-waiver"])


def _change(change: Change, outcome: Outcome) -> Iterator[str]:
    item = change.item
    matter = "  ".join(part for part in (item.case, item.agency, item.period, item.member) if part)
    yield f"  {item_label(item)}  {matter}"
    yield f"       {outcome.titles.get(item.rule, item.rule)}  <{item.rule}>"
    parts = [cause_label(change.cause)]
    due = item.due_latest or item.due_earliest
    if due:
        parts.append(_("到期 {due}").format(due=due[:19].replace("T", " ")))
    by = by_label(change.kind, change.cause, change.by)
    if by:
        parts.append(by)
    if change.run != outcome.run:
        parts.append(_("第{run}次核查时发现，当时未能写出报告").format(run=change.run))
    yield "       " + _("；").join(parts)
