"""Letters (督办单): a draft for each agency that has something to answer for, in Markdown and as a Word document.

Neutral in tone; numbers, signatures and the date by which to report are left blank; the date is as-of.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.i18n import N_, _
from zwgk.model import Kind
from zwgk.phrases import period_name
from zwgk.reports.markdown import plain
from zwgk.reports.places import told
from zwgk.reports.tallies import unnamed
from zwgk.reports.words import when, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zwgk.report import Report
    from zwgk.reports.registry import Settings
    from zwgk.reports.words import Words

BLANK = N_("＿＿＿＿＿＿")
_OVERDUE_WIDTHS = (1.0, 4.0, 3.4, 3.0, 2.4, 3.8)
_OTHER_WIDTHS = (1.0, 3.6, 3.5, 3.0, 3.0, 3.5)
"""An A4 page less its margins holds 17.6 cm."""
_TIME = re.compile(
    r"(?P<quoted>“[^”]*”)|(?<![\d-])(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?: (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d))?(?![\d-])"
)
_NAME_BYTES = 150
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\s]+')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class Table(NamedTuple):
    """A section of a letter: its heading, the heads of its table, the widths of the columns in centimetres, and the rows."""

    heading: str
    heads: tuple[str, ...]
    widths: tuple[float, ...]
    rows: list[tuple[str, ...]]


class Letter(NamedTuple):
    """A draft: everything that is printed, top to bottom."""

    agency: str
    title: str
    lead: tuple[str, ...]
    tables: tuple[Table, ...]
    requests_heading: str
    requests: tuple[str, ...]
    signatures: tuple[str, ...]
    footnote: str


def blocks(report: Report, settings: Settings) -> Iterator[bytes]:
    """All letters in one document: Word where the path says ``.docx``, Markdown otherwise."""
    drafts = letters(report)
    if (settings.path or "").lower().endswith(".docx"):
        from zwgk.reports.letterdocx import document

        yield from document(drafts, report.head.as_of)
        return
    number = 0
    for number, draft in enumerate(drafts, 1):
        if number > 1:
            yield b"\n---\n\n"
        yield markdown(draft)
    if not number:
        yield f"{nothing()}\n".encode()


def files(report: Report, settings: Settings) -> Iterator[tuple[str, Iterator[bytes]]]:
    """(file name, blocks) for each letter: a Markdown file and a Word document an agency."""
    del settings
    from zwgk.reports.letterdocx import document

    taken: set[str] = set()
    for draft in letters(report):
        name = file_name(_("督办单") + "-" + draft.agency, taken)
        yield f"{name}.md", iter((markdown(draft),))
        yield f"{name}.docx", document([draft], report.head.as_of)


def nothing() -> str:
    """What a document says that holds no letter."""
    return _("没有需要督办的事项。")


def file_name(text: str, taken: set[str]) -> str:
    """``text`` as the name of a file on any system, without suffix, unlike those ``taken`` (which it joins)."""
    name = _UNFIT.sub("_", text).encode("utf-8", "replace")[:_NAME_BYTES].decode("utf-8", "ignore").strip("._ ")
    if _DEVICE.match(name) or not name:
        name = f"_{name}"
    wanted, number = name, 1
    while name.casefold() in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name.casefold())
    return name


# --- the drafts -------------------------------------------------------------------------------------------


def letters(report: Report) -> Iterator[Letter]:
    """The drafts, one for each agency with a breach, by name; none for those that are no agency of the log."""
    said = words()
    others_owe = {rule.id for rule in report.rules if rule.kind is Kind.DEADLINE and rule.owed_by}
    overdue: dict[str, list[tuple[str, ...]]] = {}
    others: dict[str, list[tuple[str, ...]]] = {}
    for record in told(report, {"breached"}):
        if record["rule"] in others_owe:
            continue
        agency = record["agency"] or ""
        if record["breach"] == "overdue":
            overdue.setdefault(agency, []).append(_overdue(record, said))
        else:
            others.setdefault(agency, []).append(_other(record, said))
    day = dt.date.fromisoformat(report.head.as_of[:10])
    for agency in sorted(overdue.keys() | others.keys()):
        yield _letter(agency or unnamed(), overdue.get(agency, []), others.get(agency, []), day)


def _matter(record: dict[str, Any]) -> str:
    said = " ".join(filter(None, (record["case"], record["member"], record["title"])))
    return (
        _("{matter}（{period}）").format(matter=said, period=period_name(record["period"]))
        if record["period"]
        else said
    )


def _overdue(record: dict[str, Any], said: Words) -> tuple[str, ...]:
    trigger = _event(record["trigger"], said)
    return _matter(record), trigger, _due(record["due"]), said.amount(record["late_by"]), _basis(record)


def _other(record: dict[str, Any], said: Words) -> tuple[str, ...]:
    what = said.what(record)
    if record["breach"] in ("missing", "below", "out-of-order"):
        what = _("；").join((what, *map(in_words, record["because"][1:])))
    happened = " → ".join(filter(None, (_event(record["trigger"], said), _event(record["performed"], said))))
    return _matter(record), happened, _due(record["due"]), what, _basis(record)


def _event(evidence: dict[str, Any] | None, said: Words) -> str:
    return f"{said.event(evidence['event'])} {in_words(when(evidence['time']))}" if evidence else ""


def _due(due: dict[str, Any] | None) -> str:
    if not due:
        return ""
    at, earliest, latest = (in_words(when(due[name])) for name in ("at", "earliest", "latest"))
    if at or not (earliest or latest):
        return at
    if not latest:
        return _("不早于{earliest}").format(earliest=earliest)
    return _("{earliest}至{latest}").format(earliest=earliest or _("？"), latest=latest)


def in_words(text: str) -> str:
    """``text`` with its dates as letters write them: ``2019-09-24 09:30:00`` → ``2019年9月24日9时30分``.

    What stands in quotation marks is somebody else's and stays.
    """
    return _TIME.sub(_in_words, text)


def _in_words(found: re.Match[str]) -> str:
    if found["quoted"]:
        return found[0]
    year, month, day = map(int, found.group("year", "month", "day"))
    date = _date(year, month, day)
    if found["hour"] is None:
        return date
    hour, minute, second = map(int, found.group("hour", "minute", "second"))
    time = _("{date}{hour}时{minute:02}分") if not second else _("{date}{hour}时{minute:02}分{second:02}秒")
    return time.format(date=date, hour=hour, minute=minute, second=second)


def _date(year: int, month: int, day: int) -> str:
    return _("{year}年{month}月{day}日").format(year=year, month=month, day=day)


def _basis(record: dict[str, Any]) -> str:
    source = record["source"]
    act = _("（{number}）").format(number=source["number"]) if source["number"] else ""
    text = _("《{instrument}》{act}{clause}").format(instrument=source["instrument"], act=act, clause=source["clause"])
    return _("{source}：“{phrase}”").format(source=text, phrase=source["phrase"]) if source["phrase"] else text


def _letter(agency: str, overdue: list[tuple[str, ...]], others: list[tuple[str, ...]], day: dt.date) -> Letter:
    date = _date(day.year, day.month, day.day)
    heads = (_("序号"), _("事项"), _("经过"), _("到期日"))
    tables = []
    if overdue:
        tables.append(Table(_("逾期未办理事项"), (*heads, _("逾期"), _("依据")), _OVERDUE_WIDTHS, _numbered(overdue)))
    if others:
        heading = _("其他需核实、整改事项") if overdue else _("需核实、整改事项")
        tables.append(Table(heading, (*heads, _("情况"), _("依据")), _OTHER_WIDTHS, _numbered(others)))
    parts = []
    if overdue:
        parts.append(_("逾期未办理{count}项").format(count=len(overdue)))
    if others:
        more = _("其他需核实、整改{count}项") if overdue else _("需核实、整改{count}项")
        parts.append(more.format(count=len(others)))
    lead = (
        _("{agency}：").format(agency=agency),
        _("经对照有关文件规定的时限核查，截至{date}，你单位有以下事项：{parts}。请逐项核实，抓紧办理。").format(
            date=date, parts=_("，").join(parts)
        ),
    )
    return Letter(
        agency=agency,
        title=_("政务公开事项督办单（草稿）"),
        lead=(_("编号：") + _(BLANK), *lead),
        tables=tuple(tables),
        requests_heading=_("办理要求"),
        requests=(
            _("尚未办理的，请尽快办理，并于{blank}前书面反馈办理结果。").format(blank=_(BLANK)),
            _("已经办理而未登记的，请补充登记并附公开网址或其他证明材料。"),
            _("逾期办理或者内容不齐的，请说明原因和改进措施。"),
            _("对核查结果有异议的，请一并书面说明理由。"),
        ),
        signatures=(
            _("督办单位（盖章）：") + _(BLANK),
            _("签发人：") + _(BLANK) + _("　　") + _("承办人：") + _(BLANK) + _("　　") + _("联系电话：") + _(BLANK),
            date,
        ),
        footnote=_("本单依据核查结果自动拟出，仅为草稿，须经人工核实、签发后使用。"),
    )


def _numbered(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [(str(number), *row) for number, row in enumerate(rows, 1)]


# --- Markdown ---------------------------------------------------------------------------------------------


def markdown(letter: Letter) -> bytes:
    """The draft in Markdown; nothing in it is markup or HTML."""
    lines = [f"# {letter.title}", ""]
    for paragraph in letter.lead:
        lines += [plain(paragraph), ""]
    for number, table in enumerate(letter.tables, 1):
        lines += [f"## {ordinal(number)}{table.heading}", ""]
        lines += [_row(table.heads), "|" + " --- |" * len(table.heads)]
        lines += [*(_row(row) for row in table.rows), ""]
    lines += [f"## {ordinal(len(letter.tables) + 1)}{letter.requests_heading}", ""]
    lines += [f"{number}. {text}" for number, text in enumerate(letter.requests, 1)]
    for paragraph in (*letter.signatures, _("（{footnote}）").format(footnote=letter.footnote)):
        lines += ["", paragraph]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(plain(cell) for cell in cells) + " |"


def ordinal(number: int) -> str:
    """The number of a section, with its mark."""
    return _("{number}、").format(number=_("一二三四")[number - 1])
