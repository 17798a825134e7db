"""The report on the screen: traffic lights, what is wrong and by how much, and a summary by rule and by agency."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.i18n import N_, _
from zwgk.phrases import amount
from zwgk.reports.places import file_names, place, told
from zwgk.reports.words import calendar_told
from zwgk.vocabulary import EVENT_LABELS, column_label, event_label, event_name, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zwgk.model import Problem
    from zwgk.report import Head, Report

    Paint = Callable[[str, str], str]

MOST_SHOWN = 200
"""Findings of one verdict that are printed unless all are asked for."""
MOST_AGENCIES = 20

VERDICT_LABELS = {
    "met": N_("按时"),
    "breached": N_("违反"),
    "pending": N_("待办"),
    "excused": N_("有正当理由"),
    "undecided": N_("不能断定"),
}
BREACH_LABELS = {
    "late": N_("逾期完成"),
    "overdue": N_("逾期未办"),
    "short": N_("期间过短"),
    "missing": N_("缺项"),
    "below": N_("未达标"),
    "out-of-order": N_("次序颠倒"),
}
LIGHTS = {
    "met": (N_("绿"), "green"),
    "breached": (N_("红"), "red"),
    "excused": (N_("蓝"), "blue"),
    "undecided": (N_("灰"), "bright_black"),
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
    for record in told(report, shown):
        verdict = record["verdict"]
        if verdict == "pending" and not everything and record["fingerprint"] not in soon:
            continue
        if everything or len(sections[verdict]) < MOST_SHOWN:
            sections[verdict].append(record)
        else:
            cut[verdict] += 1
    clocked = frozenset(rule.id for rule in report.rules if rule.clock)
    look = _Look(soon, clocked, file_names(report.head.inputs), paint)
    for verdict in _SECTIONS:
        yield from _section(verdict, sections[verdict], cut[verdict], look)
    yield from _by_rule(report, everything=everything)
    yield from _by_agency(report)
    yield from _besides(report)
    yield ""
    yield paint(closing(report), "red" if report.summary["breached"] else "green")


class _Look(NamedTuple):
    """What the look of a finding depends on: what is due soon, which rules have a clock, the files, how text is coloured."""

    soon: frozenset[str]
    clocked: frozenset[str]
    files: tuple[str, ...]
    paint: Paint


_ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": N_("UTF-8，带BOM"), "gb18030": N_("GB18030（GBK）"), "utf-16": "UTF-16"}


def _heading(report: Report) -> Iterator[str]:
    head = report.head
    yield _("政务公开时限核查  截至{as_of}").format(as_of=_when(head.as_of))
    files = [
        _("{path}（{rows}行，{encoding}）").format(
            path=file.path, rows=file.rows, encoding=_(_ENCODINGS.get(file.encoding, file.encoding))
        )
        for file in head.inputs
    ]
    packs = [_("《{title}》{number}").format(title=pack.title, number=pack.number).rstrip() for pack in head.packs]
    calendar = calendar_told(head.calendar)
    parts = ((_("日志"), files), (_("规则"), packs or [_("没有适用的规则")]), (_("日历"), [calendar]))
    room = max(wide(label) for label, _lines in parts)
    for label, lines in parts:
        for number, line in enumerate(lines):
            left = _("　　") if number else label
            yield f"{pad(left, room)}  {line}"


def _problems(report: Report, paint: Paint) -> Iterator[str]:
    problems = report.problems
    if not problems:
        return
    yield ""
    yield paint(_("有{n_problems}处读不懂，所在行未参与核查：").format(n_problems=len(problems)), "red")
    for problem in problems:
        yield f"  {problem_text(problem)}"


def problem_text(problem: Problem) -> str:
    """One bad row: where, what was found, what was expected."""
    place = f"{problem.path}" + (_(" 第{row}行").format(row=problem.row) if problem.row else "")
    column = _("“{column}”列").format(column=column_label(problem.column)) if problem.column else ""
    found = _("填的是“{found}”").format(found=problem.found) if problem.found else _("未填")
    return _("{place}{column}：{found}，应为{expected}").format(
        place=place, column=column, found=found, expected=problem.expected
    )


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
    about = (
        _("，涉及{n_matters}个事项").format(n_matters=len(matters)) if len(matters) < len(records) and not cut else ""
    )
    yield _("【{value}】{n_records}项{about}").format(
        value=_(VERDICT_LABELS[verdict]), n_records=len(records) + cut, about=about
    )
    for matter, some in matters.items():
        yield "  " + (matter or _("（没有编号）"))
        for record in some:
            yield from _finding(record, look)
    if cut:
        yield _("  …另有{cut}项未列出；加 --all 全部列出，或用 --format json 输出。").format(cut=cut)


def light(record: dict[str, Any], soon: frozenset[str]) -> tuple[str, str]:
    """The traffic light of a finding: its word and its colour."""
    if record["verdict"] == "pending":
        return (_("黄"), "yellow") if record["fingerprint"] in soon else (_("白"), "white")
    word, colour = LIGHTS[record["verdict"]]
    return _(word), colour


def _finding(record: dict[str, Any], look: _Look) -> Iterator[str]:
    word, colour = light(record, look.soon)
    what = _(BREACH_LABELS.get(record["breach"] or "", VERDICT_LABELS[record["verdict"]]))
    count = record["late_by"] or record["remaining"]
    if count:
        said = amount(count["count"], count["unit"])
        what = f"{what} {said}" if record["late_by"] else _("{what} 还有{amount}").format(what=what, amount=said)
    softer = _("（要求较软）") if record["severity"] == "warning" else ""
    yield f"    {look.paint(f'[{word}] {what}', colour)}{softer}  {record['title']}"
    dates = _dates(record, look.files)
    if dates:
        yield f"         {dates}"
    if _wants_reasons(record, look):
        yield from (f"         · {sentence}" for sentence in record["because"][1:])
    source = record["source"]
    basis = source["number"] or _("《{instrument}》").format(instrument=source["instrument"])
    yield _("         依据 {basis} {clause}  <{rule}>").format(
        basis=basis, clause=source["clause"], rule=record["rule"]
    )


def _wants_reasons(record: dict[str, Any], look: _Look) -> bool:
    """Whether the dates alone do not say why."""
    if record["verdict"] in ("undecided", "excused") or record["breach"] in ("missing", "below", "out-of-order"):
        return True
    no_date = record["due"] is None or record["due"]["at"] is None
    return record["rule"] in look.clocked or no_date or len(record["because"]) > _USUAL_REASONS


_USUAL_REASONS = 3
"""Trigger, due date, performance: more sentences than these say something out of the ordinary."""


def _dates(record: dict[str, Any], files: Sequence[str]) -> str:
    parts = []
    due, trigger, performed = record["due"], record["trigger"], record["performed"]
    if trigger:
        parts.append(
            _("{event_label} {when}（{trigger}）").format(
                event_label=event_label(trigger["event"]), when=_when(trigger["time"]), trigger=_place(trigger, files)
            )
        )
    if due and due["at"]:
        parts.append(_("到期 {when}").format(when=_when(due["at"])))
    elif due and (due["earliest"] or due["latest"]):
        parts.append(
            _("到期 {when}～{when2}").format(
                when=_when(due["earliest"]) or _("？"), when2=_when(due["latest"]) or _("？")
            )
        )
    if performed:
        parts.append(
            _("{event_label} {when}（{performed}）").format(
                event_label=event_label(performed["event"]),
                when=_when(performed["time"]),
                performed=_place(performed, files),
            )
        )
    return " → ".join(parts)


def _place(evidence: dict[str, Any], files: Sequence[str]) -> str:
    return place(evidence["row"], evidence.get("file", 1) - 1, files)


def _when(time: str | None) -> str:
    return "" if time is None else time[:19].replace("T", " ").removesuffix(":00")


_TABLE = ("breached", "due-soon", "pending", "met", "excused", "undecided")
_TABLE_LABELS = (N_("违反"), N_("将到期"), N_("待办"), N_("按时"), N_("有理由"), N_("不能断定"))


def _by_rule(report: Report, *, everything: bool) -> Iterator[str]:
    table = _tally((rule, verdict, number) for (rule, _, verdict), number in report.counts.items())
    names = Counter(rule.title for rule in report.rules)
    titles = {
        rule.id: rule.title
        if names[rule.title] == 1
        else _("{title}（{pack}）").format(title=rule.title, pack=rule.pack)
        for rule in report.rules
    }
    fine = [rule for rule, counts in table.items() if set(counts) <= {"met"}]
    shown = sorted(table if everything else set(table) - set(fine))
    if shown:
        yield ""
        yield _("按规则：")
        yield from _lines(_("规则"), [(titles.get(rule, rule), table[rule]) for rule in shown])
    if fine and not everything:
        yield (
            _("  另有{n_fine}条规则所涉事项全部按时。").format(n_fine=len(fine))
            if shown
            else _("\n{n_fine}条规则所涉事项全部按时。").format(n_fine=len(fine))
        )


def _by_agency(report: Report) -> Iterator[str]:
    table = _tally((agency, verdict, number) for (_, agency, verdict), number in report.counts.items())
    if not table:
        return
    yield ""
    yield _("按机关：")
    ranked = sorted(table, key=lambda agency: (-table[agency]["breached"], -sum(table[agency].values()), agency))
    yield from _lines(_("机关"), [(agency or _("（未指明机关）"), table[agency]) for agency in ranked[:MOST_AGENCIES]])
    if len(ranked) > MOST_AGENCIES:
        yield _("  …另有{n_ranked}个机关。").format(n_ranked=len(ranked) - MOST_AGENCIES)


def _tally(counts: Iterable[tuple[str, str, int]]) -> dict[str, Counter[str]]:
    table: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, verdict, number in counts:
        table[name][verdict] += number
    return table


def _lines(name: str, rows: Sequence[tuple[str, Counter[str]]]) -> Iterator[str]:
    width = max(wide(label) for label in (name, *(label for label, _counts in rows)))
    heads = [_(label) for label in _TABLE_LABELS]
    room = max(8, *map(wide, heads))
    yield "  " + pad(name, width) + "".join(f"  {' ' * (room - wide(head))}{head}" for head in heads)
    for label, counts in rows:
        yield "  " + pad(label, width) + "".join(f"  {counts[verdict] or '-':>{room}}" for verdict in _TABLE)


def _besides(report: Report) -> Iterator[str]:
    head, lines = report.head, []
    if head.inputs and not any(file.rows for file in head.inputs):
        lines.append(_("日志只有表头，没有一行事件；请核对是否导出成功"))
    for name, number in head.unmatched_events.items():
        label = event_label(name)
        shown = name if label == name else _("{label}（{name}）").format(label=label, name=name)
        lines.append(
            _("事件“{shown}”{number}条，没有规则用到{name}").format(shown=shown, number=number, name=near_event(name))
        )
    if head.idle_rules:
        lines.append(
            _("有{n_idle_rules}条规则在日志中没有触发事件：{idle_rules}").format(
                n_idle_rules=len(head.idle_rules), idle_rules=_some(head.idle_rules)
            )
        )
    notes = head.notes
    if notes.get("duplicates"):
        lines.append(_("完全相同的重复行{duplicates}行，各只计一次").format(duplicates=notes["duplicates"]))
    if notes.get("after_as_of"):
        lines.append("\n      ".join(_after_as_of(head)))
    waived = notes.get("waivers", {})
    for state, what in (
        ("expired", _("已过期，所涉违反重新计入")),
        ("refused", _("所涉规则不得豁免，未采用")),
        ("unused", _("没有对上任何违反")),
    ):
        lines.extend(_("豁免{what}：{name}").format(what=what, name=name) for name in waived.get(state, ()))
    if notes.get("unchecked"):
        total = sum(notes["unchecked"].values())
        lines.append(
            _("文件中另有{total}条要求没有可核查的期限或标准，本工具不作判断（见 zwgk-check rules coverage）").format(
                total=total
            )
        )
    if lines:
        yield ""
        yield _("另外：")
        yield from (f"  · {line}" for line in lines)


def _after_as_of(head: Head) -> Iterator[str]:
    from zwgk.reports.later import later, unnamed_later

    said = _("晚于截至时刻的事件{after_as_of}条，未参与核查；如系笔误请改正年份：")
    yield said.format(after_as_of=head.notes["after_as_of"])
    for one in later(head):
        yield _("{time}　{event}（{place}）").format(time=one.time, event=one.event, place=one.place)
    if unnamed_later(head):
        yield _("另有{count}条").format(count=unnamed_later(head))


def near_event(name: str) -> str:
    """The event that was probably meant, if the name is none that is known."""
    if name in EVENT_LABELS:
        return ""
    near = nearest(name, {*EVENT_LABELS, *EVENT_LABELS.values()})
    if near is None:
        return ""
    known = event_name(near)
    return _("，是否应为“{known}”（{known2}）？").format(known=event_label(known), known2=known)


def _some(names: Sequence[str], most: int = 6) -> str:
    shown = _("、").join(names[:most])
    return shown if len(names) <= most else _("{shown} 等").format(shown=shown)


def closing(report: Report) -> str:
    """How many findings of each verdict, in one line."""
    parts = [
        _("{label}{value}项").format(label=_(label), value=report.summary[verdict])
        for verdict, label in VERDICT_LABELS.items()
    ]
    if report.due_soon:
        parts.insert(3, _("其中将到期{due_soon}项").format(due_soon=report.due_soon))
    return _("合计{sum}项：").format(sum=sum(report.summary.values())) + _("，").join(parts) + _("。")


def wide(text: str) -> int:
    """The width of a text on a terminal, in columns."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def pad(text: str, width: int) -> str:
    """A text filled up with spaces to a width in columns."""
    return text + " " * (width - wide(text))
