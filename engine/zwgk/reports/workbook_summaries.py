"""The sheets of the workbook beside the ledger: by agency, by rule, the assessment, and what the run rests on."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.i18n import _
from zwgk.model import Breach
from zwgk.reports.later import later, unnamed_later
from zwgk.reports.ledger import runs
from zwgk.reports.points import days_of, read_points
from zwgk.reports.sheetxml import fitting
from zwgk.reports.tallies import BY, by_agency, by_rule, total, unnamed
from zwgk.reports.text import near_event, wide
from zwgk.reports.words import calendar_told, when

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zwgk.report import Report
    from zwgk.reports.points import Points
    from zwgk.reports.registry import Settings
    from zwgk.reports.words import Words

MOST_ROWS = 1_000_000
ROW_HEIGHT = 18
_MOST_LINES = 20


HEAD = {
    "bold": True,
    "bg_color": "#D9E1F2",
    "border": 1,
    "border_color": "#BFBFBF",
    "text_wrap": True,
    "align": "center",
    "valign": "vcenter",
}
_CELL = {"border": 1, "border_color": "#D9D9D9", "valign": "vcenter"}


class Pen:
    """Writes cells that are never formulas or links, in the few styles that these sheets have."""

    def __init__(self, book: Any) -> None:
        """``book`` is a workbook of XlsxWriter."""
        self.book = book
        self.head = book.add_format(HEAD)
        self.plain = book.add_format(_CELL)
        self.quoted = book.add_format({**_CELL, "quote_prefix": True})
        self.wrapped = book.add_format({**_CELL, "text_wrap": True, "quote_prefix": True})
        # Nothing is easier to overlook than a column of noughts.
        self.count = book.add_format({**_CELL, "num_format": '#,##0;-#,##0;"–"', "align": "center"})
        self.share = book.add_format({**_CELL, "num_format": "0.0%", "align": "center"})
        self.points = book.add_format({**_CELL, "num_format": "0.0###", "align": "center"})
        self.total = book.add_format({**_CELL, "bold": True, "top": 2, "num_format": "#,##0", "align": "center"})
        self.total_share = book.add_format({**_CELL, "bold": True, "top": 2, "num_format": "0.0%", "align": "center"})
        self.title = book.add_format({"italic": True, "font_color": "#7F6000", "valign": "vcenter"})
        self.red = book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
        self.yellow = book.add_format({"bg_color": "#FFEB9C", "font_color": "#7F6000"})

    def sheet(self, name: str, heads: Sequence[tuple[str, int]], *, at: int = 0) -> Any:
        """A sheet with a frozen header in row ``at``; ``heads`` are (header, width)."""
        sheet = self.book.add_worksheet(name)
        for column, (head, width) in enumerate(heads):
            sheet.set_column(column, column, width)
            sheet.write_string(at, column, head, self.head)
        sheet.set_default_row(ROW_HEIGHT)
        sheet.set_row(at, 28)
        sheet.freeze_panes(at + 1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(at)
        sheet.set_footer("&C&P / &N")
        return sheet

    def row(self, sheet: Any, row: int, values: Sequence[Any], style: Any = None) -> None:
        """One row: text as text, numbers as numbers, None left empty."""
        for column, value in enumerate(values):
            if value is None:
                sheet.write_blank(row, column, None, style or self.plain)
            elif isinstance(value, str):
                text = fitting(value.encode("utf-8", "replace").decode())
                sheet.write_string(row, column, text, style or (self.quoted if runs(text) else self.plain))
            elif isinstance(value, Decimal):
                sheet.write_number(row, column, float(value), self.points)
            elif isinstance(value, float):
                sheet.write_number(row, column, value, self.total_share if style is self.total else self.share)
            else:
                sheet.write_number(row, column, value, style or self.count)


def add_summaries(book: Any, report: Report, settings: Settings, said: Words) -> None:
    """Add the sheets to a workbook of XlsxWriter."""
    pen = Pen(book)
    points = settings.points or read_points()
    _by_agency(pen, report, said)
    _by_rule(pen, report, said)
    costs = _costs(report, points)
    _assessment(pen, report, points, costs, said)
    _costs_sheet(pen, report, costs, said)
    _about(pen, report, points, said)


# --- by agency, by rule -----------------------------------------------------------------------------------


def _by_agency(pen: Pen, report: Report, said: Words) -> None:
    sheet = pen.sheet(_("按机关"), [(_("机关"), 34), *_count_heads(said)])
    table = by_agency(report)[:MOST_ROWS]
    for number, (agency, counts) in enumerate(table, 1):
        pen.row(sheet, number, [agency, *_counts(counts)])
    _finish(pen, sheet, 1, len(table), report)


def _by_rule(pen: Pen, report: Report, said: Words) -> None:
    sheet = pen.sheet(_("按规则"), [(_("规则编号"), 46), (_("规则"), 58), *_count_heads(said)])
    table = by_rule(report)
    for number, (rule, title, counts) in enumerate(table, 1):
        pen.row(sheet, number, [rule, title, *_counts(counts)])
    _finish(pen, sheet, 2, len(table), report)


def _count_heads(said: Words) -> list[tuple[str, int]]:
    return [(_("合计"), 10), *((said.verdicts[key], 10) for key in BY), (_("违反率"), 10)]


def _counts(counts: Counter[str]) -> list[Any]:
    decided = counts["breached"] + counts["met"] + counts["excused"]
    return [total(counts), *(counts[key] for key in BY), counts["breached"] / decided if decided else None]


def _finish(pen: Pen, sheet: Any, labels: int, count: int, report: Report) -> None:
    """Filters over the rows, colours where something is wrong, and the totals below, outside the filter."""
    last = labels + len(BY) + 1
    sheet.autofilter(0, 0, max(count, 1), last)
    breached, soon = labels + 1, labels + 2
    for column, style in ((breached, pen.red), (soon, pen.yellow)):
        sheet.conditional_format(
            1, column, max(count, 1), column, {"type": "cell", "criteria": ">", "value": 0, "format": style}
        )
    summary = Counter({**report.summary, "due-soon": report.due_soon})
    pen.row(sheet, count + 1, [_("合计"), *[None] * (labels - 1), *_counts(summary)], pen.total)


# --- the assessment ---------------------------------------------------------------------------------------


class Cost(NamedTuple):
    """What the breaches of one kind of one rule cost an agency: how many, how many days in all, how many points."""

    number: int
    days: int
    points: Decimal


Costs = dict[tuple[str, str, str], Cost]
"""(agency or "", rule id, breach) → what they cost."""


def _costs(report: Report, points: Points) -> Costs:
    costs: defaultdict[tuple[str, str, str], Cost] = defaultdict(lambda: Cost(0, 0, Decimal(0)))
    for record in report.records({"breached"}):
        key = (record["agency"] or "", record["rule"], record["breach"])
        days = days_of(record["late_by"])
        old = costs[key]
        cost = points.tariff(record["rule"], record["breach"]).cost(days)
        costs[key] = Cost(old.number + 1, old.days + days, old.points + cost)
    return dict(costs)


def _assessment(pen: Pen, report: Report, points: Points, costs: Costs, said: Words) -> None:
    kinds = [breach.value for breach in Breach]
    heads = [(_("名次"), 8), (_("机关"), 34), (_("违反"), 10), *((said.breaches[kind], 11) for kind in kinds)]
    sheet = pen.sheet(_("考核"), [*heads, (_("扣分"), 10), (_("得分"), 10)], at=1)
    if points.path is None:
        note = _("扣分标准：随附的示例分值，不出自任何法律或文件；请用 --points 文件 换成本单位的标准（见“说明”）。")
    else:
        note = _("扣分标准：{path}（见“说明”）。").format(path=points.path)
    pen.row(sheet, 0, [note], pen.title)
    lost: defaultdict[str, Decimal] = defaultdict(Decimal)
    numbers: defaultdict[tuple[str, str], int] = defaultdict(int)
    for (agency, _rule, breach), cost in costs.items():
        lost[agency] += cost.points
        numbers[agency, breach] += cost.number
    agencies = sorted({agency for _rule, agency, _verdict in report.counts}, key=lambda one: (lost[one], one))
    place = 0
    for number, agency in enumerate(agencies[:MOST_ROWS], 1):
        # Equal points share a place; the next one counts on from the number of those before it.
        if number == 1 or lost[agency] != lost[agencies[number - 2]]:
            place = number
        each = [numbers[agency, kind] for kind in kinds]
        row = [place, agency or unnamed(), sum(each), *each, lost[agency], points.score(lost[agency])]
        pen.row(sheet, number + 1, row)
    sheet.autofilter(1, 0, max(len(agencies), 1) + 1, len(heads) + 1)


def _costs_sheet(pen: Pen, report: Report, costs: Costs, said: Words) -> None:
    heads = [
        (_("机关"), 34),
        (_("规则编号"), 46),
        (_("规则"), 58),
        (_("违反类型"), 12),
        (_("项数"), 9),
        (_("天数"), 9),
        (_("扣分"), 10),
    ]
    sheet = pen.sheet(_("考核明细"), heads)
    titles = {rule.id: rule.title for rule in report.rules}
    ranked = sorted(costs.items(), key=lambda one: (-one[1].points, one[0]))[:MOST_ROWS]
    for number, ((agency, rule, breach), cost) in enumerate(ranked, 1):
        row = [agency or unnamed(), rule, titles.get(rule, rule), said.breaches[breach], *cost]
        pen.row(sheet, number, row)
    sheet.autofilter(0, 0, max(len(ranked), 1), len(heads) - 1)


# --- what the run rests on --------------------------------------------------------------------------------


_ABOUT_WIDTHS = (22, 66, 76)


def _about(pen: Pen, report: Report, points: Points, said: Words) -> None:
    heads = zip((_("项目"), _("内容"), _("备注")), _ABOUT_WIDTHS, strict=True)
    sheet = pen.sheet(_("说明"), list(heads))
    for number, row in enumerate(islice(_about_rows(report, points, said), MOST_ROWS), 1):
        # Not every program fits the height of a row to wrapped text when it opens a file.
        lines = max(-(-wide(text) // width) for text, width in zip(row, _ABOUT_WIDTHS, strict=True))
        if lines > 1:
            sheet.set_row(number, ROW_HEIGHT * min(lines, _MOST_LINES))
        pen.row(sheet, number, row, pen.wrapped)


def _about_rows(report: Report, points: Points, said: Words) -> Iterator[tuple[str, str, str]]:
    """(what, content, note) for everything that the figures rest on."""
    head = report.head
    yield _("截至"), when(head.as_of), ""
    yield _("引擎"), f"zwgk-check {head.engine}", ""
    for pack in head.packs:
        yield _("规则"), f"{pack.title} {pack.number}".strip(), pack.id
    yield _("规则摘要"), _("全部规则内容的摘要"), head.rules_digest
    yield _("日历"), calendar_told(head.calendar), head.calendar["digest"]
    for file in head.inputs:
        size = _("{rows}行，{encoding}").format(rows=file.rows, encoding=file.encoding)
        yield _("日志"), f"{file.path} ({size})", file.digest
    yield _("违反率"), _("违反 ÷（违反＋按时＋有正当理由）"), ""
    yield from _tariff_rows(report, points, said)
    for name, number in head.unmatched_events.items():
        yield _("没有规则用到的事件"), said.event(name), _("{count}条").format(count=number) + near_event(name)
    titles = {rule.id: rule.title for rule in report.rules}
    for rule_id in head.idle_rules:
        yield _("没有触发的规则"), rule_id, titles.get(rule_id, "")
    if head.notes.get("duplicates"):
        yield _("重复行"), _("完全相同的{count}行，各只计一次").format(count=head.notes["duplicates"]), ""
    if head.notes.get("after_as_of"):
        count = _("{count}条事件，未参与核查").format(count=head.notes["after_as_of"])
        yield _("截至以后"), count, _("如系笔误请改正年份")
        yield from ((_("截至以后"), f"{one.event} {one.time}", one.place) for one in later(head))
        if unnamed_later(head):
            yield _("截至以后"), _("另有{count}条").format(count=unnamed_later(head)), ""
    for problem in report.problems:
        place = _("{path} 第{row}行").format(path=problem.path, row=problem.row) if problem.row else problem.path
        said_there = _("填的是“{found}”").format(found=problem.found) if problem.found else _("未填")
        asked = _("{found}，应为{expected}").format(found=said_there, expected=problem.expected)
        yield _("读不懂的行"), " ".join(filter(None, (place, said.column(problem.column or "")))), asked


def _tariff_rows(report: Report, points: Points, said: Words) -> Iterator[tuple[str, str, str]]:
    source = _("示例，非法定") if points.path is None else points.path
    yield _("扣分标准"), _("基础分{start}，最低{least}").format(start=points.start, least=points.least), source
    ran = {rule.id for rule in report.rules} | {rule.pack for rule in report.rules}
    named = [(said.breaches[key], tariff, "") for key, tariff in points.breaches.items()]
    named += [(key, tariff, "" if key in ran else _("本次没有用到这条规则")) for key, tariff in points.rules.items()]
    for name, tariff, note in named:
        most = _("，一项最多{most}").format(most=tariff.most) if tariff.most is not None else ""
        cost = _("每项{each}，每天另{per_day}").format(each=tariff.each, per_day=tariff.per_day)
        yield _("扣分标准"), _("{name}：{cost}{most}").format(name=name, cost=cost, most=most), note
