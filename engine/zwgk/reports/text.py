"""The report on the screen: traffic lights, what is wrong and by how much, and a summary by rule and by agency."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.phrases import UNIT_LABELS
from zwgk.vocabulary import EVENT_LABELS, column_label, event_label, event_name, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zwgk.model import Problem
    from zwgk.report import Report

    Paint = Callable[[str, str], str]

MOST_SHOWN = 200
"""Findings of one verdict that are printed unless all are asked for."""
MOST_AGENCIES = 20

VERDICT_LABELS = {
    "met": "按时",
    "breached": "违反",
    "pending": "待办",
    "excused": "有正当理由",
    "undecided": "不能断定",
}
BREACH_LABELS = {
    "late": "逾期完成",
    "overdue": "逾期未办",
    "short": "期间过短",
    "missing": "缺项",
    "below": "未达标",
    "out-of-order": "次序颠倒",
}
LIGHTS = {
    "met": ("绿", "green"),
    "breached": ("红", "red"),
    "excused": ("蓝", "blue"),
    "undecided": ("灰", "bright_black"),
}
_SECTIONS = ("breached", "undecided", "pending", "excused", "met")


def render(report: Report, *, everything: bool = False, paint: Paint | None = None) -> Iterator[str]:
    """The report in lines without line ends.

    ``everything``: also what is met and pending, without a limit on the number. ``paint(text, colour)`` colours text
    for a terminal.
    """
    paint = paint or (lambda text, _colour: text)
    yield from _heading(report)
    yield from _problems(report, paint)
    shown = set(_SECTIONS) if everything else {"breached", "undecided", "excused"}
    soon = report.soon
    if soon:
        shown.add("pending")
    sections: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    cut: Counter[str] = Counter()
    for record in report.records(shown):
        verdict = record["verdict"]
        if verdict == "pending" and not everything and record["fingerprint"] not in soon:
            continue
        if everything or len(sections[verdict]) < MOST_SHOWN:
            sections[verdict].append(record)
        else:
            cut[verdict] += 1
    clocked = frozenset(rule.id for rule in report.rules if rule.clock)
    for verdict in _SECTIONS:
        yield from _section(verdict, sections[verdict], cut[verdict], _Look(soon, clocked, paint))
    yield from _by_rule(report, everything=everything)
    yield from _by_agency(report)
    yield from _besides(report)
    yield ""
    yield _closing(report, paint)


class _Look(NamedTuple):
    """What the look of a finding depends on: what is due soon, which rules have a clock, how text is coloured."""

    soon: frozenset[str]
    clocked: frozenset[str]
    paint: Paint


_ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8，带BOM", "gb18030": "GB18030（GBK）", "utf-16": "UTF-16"}


def _heading(report: Report) -> Iterator[str]:
    head = report.head
    yield f"政务公开时限核查  截至{_when(head.as_of)}"
    for label, lines in (
        (
            "日志",
            [f"{file.path}（{file.rows}行，{_ENCODINGS.get(file.encoding, file.encoding)}）" for file in head.inputs],
        ),
        ("规则", [f"《{pack.title}》{pack.number}" for pack in head.packs] or ["没有适用的规则"]),
        ("日历", [f"{head.calendar['id']}，数据至{head.calendar['horizon']}"]),
    ):
        for number, line in enumerate(lines):
            yield f"{'　　' if number else label}  {line}"


def _problems(report: Report, paint: Paint) -> Iterator[str]:
    problems = report.problems
    if not problems:
        return
    yield ""
    yield paint(f"有{len(problems)}处读不懂，所在行未参与核查：", "red")
    for problem in problems:
        yield f"  {problem_text(problem)}"


def problem_text(problem: Problem) -> str:
    """One bad row: where, what was found, what was expected."""
    place = f"{problem.path}" + (f" 第{problem.row}行" if problem.row else "")
    column = f"“{column_label(problem.column)}”列" if problem.column else ""
    found = f"填的是“{problem.found}”" if problem.found else "未填"
    return f"{place}{column}：{found}，应为{problem.expected}"


def _section(verdict: str, records: Sequence[dict[str, Any]], cut: int, look: _Look) -> Iterator[str]:
    """The findings of one verdict, those of one matter together."""
    if not records:
        return
    matters: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        who = (
            (record["case"], record["agency"])
            if record["case"]
            else (record["agency"], record["period"], record["member"])
        )
        matters["  ".join(filter(None, who))].append(record)
    yield ""
    about = f"，涉及{len(matters)}个事项" if len(matters) < len(records) and not cut else ""
    yield f"【{VERDICT_LABELS[verdict]}】{len(records) + cut}项{about}"
    for matter, some in matters.items():
        yield f"  {matter or '（没有编号）'}"
        for record in some:
            yield from _finding(record, look)
    if cut:
        yield f"  …另有{cut}项未列出；加 --all 全部列出，或用 --format json 输出。"


def light(record: dict[str, Any], soon: frozenset[str]) -> tuple[str, str]:
    """The traffic light of a finding: its word and its colour."""
    if record["verdict"] == "pending":
        return ("黄", "yellow") if record["fingerprint"] in soon else ("白", "white")
    return LIGHTS[record["verdict"]]


def _finding(record: dict[str, Any], look: _Look) -> Iterator[str]:
    word, colour = light(record, look.soon)
    what = BREACH_LABELS.get(record["breach"] or "", VERDICT_LABELS[record["verdict"]])
    count = record["late_by"] or record["remaining"]
    if count:
        before = "" if record["late_by"] else "还有"
        what = f"{what} {before}{count['count']}{UNIT_LABELS[count['unit']]}"
    softer = "（要求较软）" if record["severity"] == "warning" else ""
    yield f"    {look.paint(f'[{word}] {what}', colour)}{softer}  {record['title']}"
    dates = _dates(record)
    if dates:
        yield f"         {dates}"
    if _wants_reasons(record, look):
        yield from (f"         · {sentence}" for sentence in record["because"][1:])
    source = record["source"]
    basis = source["number"] or f"《{source['instrument']}》"
    yield f"         依据 {basis} {source['clause']}  <{record['rule']}>"


def _wants_reasons(record: dict[str, Any], look: _Look) -> bool:
    """Whether the dates alone do not say why."""
    if record["verdict"] in ("undecided", "excused") or record["breach"] in ("missing", "below", "out-of-order"):
        return True
    no_date = record["due"] is None or record["due"]["at"] is None
    return record["rule"] in look.clocked or no_date or len(record["because"]) > _USUAL_REASONS


_USUAL_REASONS = 3
"""Trigger, due date, performance: more sentences than these say something out of the ordinary."""


def _dates(record: dict[str, Any]) -> str:
    parts = []
    due, trigger, performed = record["due"], record["trigger"], record["performed"]
    if trigger:
        parts.append(f"{event_label(trigger['event'])} {_when(trigger['time'])}（{_place(trigger)}）")
    if due and due["at"]:
        parts.append(f"到期 {_when(due['at'])}")
    elif due and (due["earliest"] or due["latest"]):
        parts.append(f"到期 {_when(due['earliest']) or '？'}～{_when(due['latest']) or '？'}")
    if performed:
        parts.append(f"{event_label(performed['event'])} {_when(performed['time'])}（{_place(performed)}）")
    return " → ".join(parts)


def _place(evidence: dict[str, Any]) -> str:
    """The row of an event, and which file where it is not the first."""
    return f"第{evidence['row']}行" if "file" not in evidence else f"第{evidence['file']}个文件第{evidence['row']}行"


def _when(time: str | None) -> str:
    return "" if time is None else time[:19].replace("T", " ").removesuffix(":00")


_TABLE = ("breached", "due-soon", "pending", "met", "excused", "undecided")
_TABLE_LABELS = ("违反", "将到期", "待办", "按时", "有理由", "不能断定")


def _by_rule(report: Report, *, everything: bool) -> Iterator[str]:
    table = _tally((rule, verdict, number) for (rule, _, verdict), number in report.counts.items())
    names = Counter(rule.title for rule in report.rules)
    titles = {
        rule.id: rule.title if names[rule.title] == 1 else f"{rule.title}（{rule.pack}）" for rule in report.rules
    }
    fine = [rule for rule, counts in table.items() if set(counts) <= {"met"}]
    shown = sorted(table if everything else set(table) - set(fine))
    if shown:
        yield ""
        yield "按规则："
        yield from _lines("规则", [(titles.get(rule, rule), table[rule]) for rule in shown])
    if fine and not everything:
        yield f"  另有{len(fine)}条规则所涉事项全部按时。" if shown else f"\n{len(fine)}条规则所涉事项全部按时。"


def _by_agency(report: Report) -> Iterator[str]:
    table = _tally((agency, verdict, number) for (_, agency, verdict), number in report.counts.items())
    if not table:
        return
    yield ""
    yield "按机关："
    ranked = sorted(table, key=lambda agency: (-table[agency]["breached"], -sum(table[agency].values()), agency))
    yield from _lines("机关", [(agency or "（未指明机关）", table[agency]) for agency in ranked[:MOST_AGENCIES]])
    if len(ranked) > MOST_AGENCIES:
        yield f"  …另有{len(ranked) - MOST_AGENCIES}个机关。"


def _tally(counts: Iterable[tuple[str, str, int]]) -> dict[str, Counter[str]]:
    table: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, verdict, number in counts:
        table[name][verdict] += number
    return table


def _lines(name: str, rows: Sequence[tuple[str, Counter[str]]]) -> Iterator[str]:
    width = max(wide(label) for label, _ in [(name, None), *rows])
    yield "  " + pad(name, width) + "".join(f"  {label:>{8 - len(label)}}" for label in _TABLE_LABELS)
    for label, counts in rows:
        yield "  " + pad(label, width) + "".join(f"  {counts[verdict] or '-':>8}" for verdict in _TABLE)


def _besides(report: Report) -> Iterator[str]:
    head, lines = report.head, []
    for name, number in head.unmatched_events.items():
        label = event_label(name)
        shown = name if label == name else f"{label}（{name}）"
        lines.append(f"事件“{shown}”{number}条，没有规则用到{_near_event(name)}")
    if head.idle_rules:
        lines.append(f"有{len(head.idle_rules)}条规则在日志中没有触发事件：{_some(head.idle_rules)}")
    notes = head.notes
    if notes.get("duplicates"):
        lines.append(f"完全相同的重复行{notes['duplicates']}行，各只计一次")
    if notes.get("after_as_of"):
        lines.append(f"晚于截至时刻的事件{notes['after_as_of']}条，未参与核查")
    waived = notes.get("waivers", {})
    for state, what in (
        ("expired", "已过期，所涉违反重新计入"),
        ("refused", "所涉规则不得豁免，未采用"),
        ("unused", "没有对上任何违反"),
    ):
        lines.extend(f"豁免{what}：{name}" for name in waived.get(state, ()))
    if notes.get("unchecked"):
        total = sum(notes["unchecked"].values())
        lines.append(f"文件中另有{total}条要求没有可核查的期限或标准，本工具不作判断（见 zwgk-check rules coverage）")
    if lines:
        yield ""
        yield "另外："
        yield from (f"  · {line}" for line in lines)


def _near_event(name: str) -> str:
    """The event that was probably meant, if the name is none that is known."""
    if name in EVENT_LABELS:
        return ""
    near = nearest(name, {*EVENT_LABELS, *EVENT_LABELS.values()})
    if near is None:
        return ""
    known = event_name(near)
    return f"，是否应为“{event_label(known)}”（{known}）？"


def _some(names: Sequence[str], most: int = 6) -> str:
    shown = "、".join(names[:most])
    return shown if len(names) <= most else f"{shown} 等"


def _closing(report: Report, paint: Paint) -> str:
    parts = [f"{label}{report.summary[verdict]}项" for verdict, label in VERDICT_LABELS.items()]
    if report.due_soon:
        parts.insert(3, f"其中将到期{report.due_soon}项")
    line = f"合计{sum(report.summary.values())}项：" + "，".join(parts) + "。"
    return paint(line, "red" if report.summary["breached"] else "green")


def wide(text: str) -> int:
    """The width of a text on a terminal, in columns."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def pad(text: str, width: int) -> str:
    """A text filled up with spaces to a width in columns."""
    return text + " " * (width - wide(text))
