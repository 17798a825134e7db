"""The report on the screen: traffic lights, what is wrong and by how much, and a summary by rule and by agency."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from zwgk.phrases import UNIT_LABELS
from zwgk.vocabulary import event_label, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zwgk.report import Report

    Paint = Callable[[str, str], str]

MOST_SHOWN = 200
"""Findings of one verdict that are printed unless all are asked for."""
MOST_AGENCIES = 20

VERDICT_LABELS = {"met": "按时", "breached": "违反", "pending": "待办", "excused": "免责", "undecided": "不能断定"}
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
    if report.due_soon:
        shown.add("pending")
    sections: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    cut: Counter[str] = Counter()
    soon = report.soon
    for record in report.records(shown):
        verdict = record["verdict"]
        if verdict == "pending" and not everything and record["fingerprint"] not in soon:
            continue
        if everything or len(sections[verdict]) < MOST_SHOWN:
            sections[verdict].append(record)
        else:
            cut[verdict] += 1
    for verdict in _SECTIONS:
        yield from _section(verdict, sections[verdict], cut[verdict], soon, paint)
    yield from _by_rule(report)
    yield from _by_agency(report)
    yield from _besides(report)
    yield ""
    yield _closing(report, paint)


def _heading(report: Report) -> Iterator[str]:
    head = report.head
    yield f"政务公开时限核查  截至{head.as_of[:19].replace('T', ' ')}"
    for label, lines in (
        ("日志", [f"{file.path}（{file.rows}行，{file.encoding}）" for file in head.inputs]),
        ("规则", [f"{pack.id}  {pack.title}" for pack in head.packs] or ["没有适用的规则"]),
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


def problem_text(problem: Any) -> str:
    """One bad row: where, what was found, what was expected."""
    place = f"{problem.path}" + (f" 第{problem.row}行" if problem.row else "")
    column = f"“{problem.column}”列" if problem.column else ""
    return (
        f"{place}{column}：填的是“{problem.found}”，应为{problem.expected}"
        if problem.found
        else f"{place}{column}：未填，应为{problem.expected}"
    )


def _section(
    verdict: str, records: Sequence[dict[str, Any]], cut: int, soon: frozenset[str], paint: Paint
) -> Iterator[str]:
    if not records:
        return
    yield ""
    yield f"【{VERDICT_LABELS[verdict]}】{len(records) + cut}项"
    for record in records:
        yield from _finding(record, soon, paint)
    if cut:
        yield f"  …另有{cut}项未列出；加 --all 全部列出，或用 --format json 输出。"


def light(record: dict[str, Any], soon: frozenset[str]) -> tuple[str, str]:
    """The traffic light of a finding: its word and its colour."""
    if record["verdict"] == "pending":
        return ("黄", "yellow") if record["fingerprint"] in soon else ("白", "white")
    return LIGHTS[record["verdict"]]


def _finding(record: dict[str, Any], soon: frozenset[str], paint: Paint) -> Iterator[str]:
    word, colour = light(record, soon)
    what = BREACH_LABELS.get(record["breach"] or "", VERDICT_LABELS[record["verdict"]])
    count = record["late_by"] or record["remaining"]
    if count:
        unit = UNIT_LABELS[count["unit"]]
        before = "" if record["late_by"] else "还有"
        what = f"{what} {before}{count['count']}{unit}"
    matter = "  ".join(filter(None, (record["case"], record["agency"], record["period"], record["member"])))
    yield f"  {paint(f'[{word}] {what}', colour)}  {matter}"
    yield f"       {record['title']}  <{record['rule']}>"
    yield f"       {_dates(record)}"
    if record["verdict"] in ("undecided", "excused") or record["breach"] in ("missing", "below", "out-of-order"):
        yield f"       {'；'.join(record['because'][1:])}"


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
    source = record["source"]
    parts.append(f"依据 {source['number'] or record['rule'].partition('/')[0]} {source['clause']}")
    return " → ".join(parts[:-1]) + ("；" if len(parts) > 1 else "") + parts[-1]


def _place(evidence: dict[str, Any]) -> str:
    """The row of an event, and which file where it is not the first."""
    return f"第{evidence['row']}行" if "file" not in evidence else f"第{evidence['file']}个文件第{evidence['row']}行"


def _when(time: str | None) -> str:
    return "" if time is None else time[:19].replace("T", " ")


_TABLE = ("breached", "due-soon", "pending", "met", "excused", "undecided")
_TABLE_LABELS = ("违反", "将到期", "待办", "按时", "免责", "不能断定")


def _by_rule(report: Report) -> Iterator[str]:
    table = _tally((rule, verdict, number) for (rule, _, verdict), number in report.counts.items())
    titles = {rule.id: rule.title for rule in report.rules}
    if table:
        yield ""
        yield "按规则："
        rows = [(f"{titles.get(rule, rule)} <{rule}>", table[rule]) for rule in sorted(table)]
        yield from _lines("规则", rows)


def _by_agency(report: Report) -> Iterator[str]:
    table = _tally((agency, verdict, number) for (_, agency, verdict), number in report.counts.items())
    if not table:
        return
    yield ""
    yield "按机关："
    ranked = sorted(table, key=lambda agency: (-table[agency]["breached"], -sum(table[agency].values()), agency))
    yield from _lines("机关", [(agency or "（未填机关）", table[agency]) for agency in ranked[:MOST_AGENCIES]])
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
    if head.unmatched_events:
        known = {name for rule in report.rules for name in (rule.trigger, rule.performance) if name}
        for name, number in head.unmatched_events.items():
            near = nearest(name, known)
            hint = f"，是否应为“{event_label(near)}”（{near}）？" if near else ""
            label = event_label(name)
            shown = name if label == name else f"{label}（{name}）"
            lines.append(f"事件“{shown}”{number}条，没有规则用到{hint}")
    if head.idle_rules:
        lines.append(f"有{len(head.idle_rules)}条规则在日志中没有触发事件：{_some(head.idle_rules)}")
    notes = head.notes
    if notes.get("duplicates"):
        lines.append(f"完全相同的重复行{notes['duplicates']}行，各只计一次")
    if notes.get("after_as_of"):
        lines.append(f"晚于截至时刻的事件{notes['after_as_of']}条，未参与核查")
    if notes.get("unchecked"):
        total = sum(notes["unchecked"].values())
        lines.append(f"文件中另有{total}条要求没有可核查的期限或标准，本工具不作判断（见 zwgk-check rules coverage）")
    if lines:
        yield ""
        yield "另外："
        yield from (f"  · {line}" for line in lines)


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
