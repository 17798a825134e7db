"""Markdown: a report to paste into a document; tables of GitHub's flavour, nothing in them is markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from zwgk.i18n import _
from zwgk.reports.places import told
from zwgk.reports.tallies import BY, by_agency, by_rule
from zwgk.reports.words import calendar_told, cited, matter, when, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zwgk.report import Report
    from zwgk.reports.registry import Settings
    from zwgk.reports.words import Words

MOST_SHOWN = 200
"""Findings of one verdict that are listed unless all are asked for."""
_MARKUP = re.compile(r"[\\`*_{}\[\]#|~$]")
"""Brackets make links and pictures; without them round ones and ``!`` mean nothing."""
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def blocks(report: Report, settings: Settings) -> Iterator[bytes]:
    """The report in blocks of bytes, a line each."""
    return (f"{line}\n".encode("utf-8", "replace") for line in lines(report, everything=settings.everything))


def lines(report: Report, *, everything: bool) -> Iterator[str]:
    """The report in lines; ``everything``: also what is met and pending, without a limit on the number."""
    said = words()
    yield from _heading(report, said)
    yield from _problems(report, said)
    yield from _tally(_("按机关"), _("机关"), by_agency(report), said)
    yield from _tally(_("按规则"), _("规则"), [(title, counts) for _id, title, counts in by_rule(report)], said)
    for verdict in ("breached", "undecided", "pending", "excused", *(["met"] if everything else [])):
        yield from _section(report, verdict, said, everything=everything)
    yield ""
    yield _("规则摘要 {rules}；日历摘要 {calendar}；引擎 {engine}").format(
        rules=code(report.head.rules_digest), calendar=code(report.head.calendar["digest"]), engine=report.head.engine
    )


def _heading(report: Report, said: Words) -> Iterator[str]:
    head = report.head
    yield "# " + _("政务公开时限核查报告")
    yield ""
    yield "- " + _("截至：{time}").format(time=when(head.as_of))
    for pack in head.packs:
        yield (
            "- " + _("规则：{title}").format(title=plain(f"{pack.title} {pack.number}".rstrip())) + f" {code(pack.id)}"
        )
    for file in head.inputs:
        yield "- " + _("日志：{path}，{rows}行，{encoding}").format(
            path=plain(file.path), rows=file.rows, encoding=plain(file.encoding)
        )
    yield "- " + _("日历：{calendar}").format(calendar=calendar_told(head.calendar))
    yield ""
    counts = {**report.summary, "due-soon": report.due_soon}
    yield from _table(
        [_("合计"), *(said.verdicts[key] for key in BY)], [[sum(report.summary.values()), *(counts[key] for key in BY)]]
    )


def _problems(report: Report, said: Words) -> Iterator[str]:
    if not report.problems:
        return
    yield ""
    yield "## " + _("读不懂的行（未参与核查）：{count}处").format(count=len(report.problems))
    yield ""
    rows = [
        [one.path, one.row or "", said.column(one.column or ""), one.found, one.expected]
        for one in report.problems[:MOST_SHOWN]
    ]
    yield from _table([_("文件"), _("行"), _("列"), _("填的是"), _("应为")], rows)
    if len(report.problems) > MOST_SHOWN:
        yield from _cut(len(report.problems) - MOST_SHOWN)


def _tally(title: str, name: str, rows: Sequence[tuple[str, Any]], said: Words) -> Iterator[str]:
    if rows:
        yield ""
        yield f"## {title}"
        yield ""
        heads = [name, *(said.verdicts[key] for key in BY)]
        yield from _table(heads, [[label, *(counts[key] or "" for key in BY)] for label, counts in rows])


def _section(report: Report, verdict: str, said: Words, *, everything: bool) -> Iterator[str]:
    soon_only = verdict == "pending" and not everything
    total = report.due_soon if soon_only else report.summary[verdict]
    if not total:
        return
    soon = report.soon
    yield ""
    yield _("## {value}（{total}）").format(value=said.verdicts["due-soon" if soon_only else verdict], total=total)
    yield ""
    heads = [_("序号"), _("事项"), _("规则"), _("触发"), _("到期日"), _("履行"), _("情况"), _("依据")]
    yield from _table(heads, [])
    shown = 0
    for record in told(report, {verdict}):
        if soon_only and record["fingerprint"] not in soon:
            continue
        shown += 1
        yield _row(_cells(shown, record, said))
        if shown == MOST_SHOWN and not everything:
            break
    if shown < total:
        yield from _cut(total - shown)


def _cells(number: int, record: dict[str, Any], said: Words) -> list[Any]:
    what = said.what(record)
    if record["verdict"] in ("undecided", "excused") or record["breach"] in ("missing", "below", "out-of-order"):
        what = _("；").join((what, *record["because"][1:]))
    return [
        number,
        matter(record),
        record["title"],
        said.evidence(record["trigger"]),
        said.due(record["due"]),
        said.evidence(record["performed"]),
        what,
        cited(record["source"]),
    ]


def _cut(number: int) -> Iterator[str]:
    yield ""
    yield _("另有{count}项未列出；加 --all 全部列出。").format(count=number)


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    yield _row(heads)
    yield "|" + " --- |" * len(heads)
    yield from (_row(row) for row in rows)


def _row(row: Sequence[Any]) -> str:
    return "| " + " | ".join(plain(str(cell)) for cell in row) + " |"


def plain(text: str) -> str:
    """``text`` as Markdown shows it unchanged, on one line: nothing in it is markup, HTML or the end of a cell."""
    text = _BREAKS.sub(" ", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(r"\\\g<0>", text)


def code(text: str) -> str:
    """An identifier of our own in code style."""
    return f"`{text}`"
