"""The HTML report: one file that carries its own style, script and data, and asks the network for nothing.

The words and figures that come from a run stand in it as text only: in the static parts through ``html.escape``, in the
data as JSON that the script puts into text nodes. The content security policy lets nothing run but the page's own script,
by its digest.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zwgk import i18n
from zwgk.dates import read_as_of
from zwgk.reports import html_parts as parts
from zwgk.reports.html_calendar import clocked_walk, day_tables, rule_record
from zwgk.reports.html_columns import Columns, days, safe_json
from zwgk.reports.html_labels import labels as all_labels
from zwgk.reports.html_trends import trends
from zwgk.reports.places import file_names, named
from zwgk.reports.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zwgk.audit.history import History
    from zwgk.calendars import Calendars
    from zwgk.report import Report
    from zwgk.reports.registry import Settings

MOST_ROWS = 200_000
"""Findings that one page carries; past it whole verdicts are left out, beginning with what is met, and the page says so."""
SCRIPTS = ("data.js", "filter.js", "calendar.js", "detail.js", "chart.js", "page.js")
_ORDER = ("breached", "undecided", "pending", "excused", "met")
_SLOT = re.compile(r"\{\{(\w+)\}\}")
_LANGUAGES = {"zh": "zh-CN", "en": "en"}


def blocks(report: Report, settings: Settings) -> Iterator[bytes]:
    """The report as one HTML file, in blocks of bytes."""
    return render(report, settings.history)


def render(report: Report, history: History | None = None) -> Iterator[bytes]:
    """The report as one HTML file, in blocks of bytes. The same report and history give the same bytes."""
    labels = all_labels()
    calendars = _calendars(report)
    columns, kept = _collect(report, calendars)
    # The slot is the last on the page: a text from the log that looks like it stands before it.
    before, _, after = _page(report, columns, kept, labels, history).rpartition("{{data}}")
    yield before.encode(errors="replace")
    separator = "{"
    for member in _members(report, columns, labels, calendars):
        yield (separator + member).encode(errors="replace")
        separator = ",\n"
    yield ("}" + after).encode(errors="replace")


def _calendars(report: Report) -> Calendars | None:
    """The calendars that the run counted with, or equal ones; None where they cannot be had."""
    from zwgk.calendars import Calendars

    calendars = report.calendars or Calendars()
    own = report.head.calendar
    region = own["id"].removeprefix("CN").removeprefix("-")
    return calendars if calendars(region).digest == own["digest"] else None


def _collect(report: Report, calendars: Calendars | None) -> tuple[Columns, tuple[str, ...]]:
    """The findings as columns, and the verdicts of which the page carries all it can."""
    kept: list[str] = []
    room = MOST_ROWS
    for verdict in _ORDER:
        room -= report.summary[verdict]
        if room >= 0 or not kept:
            kept.append(verdict)
    columns = Columns(report.soon)
    clocks = {rule.id: rule for rule in report.rules if rule.clock is not None}
    as_of = read_as_of(report.head.as_of)
    files = file_names(report.head.inputs)
    for record in report.records(kept):
        columns.count(record)
        if columns.size >= MOST_ROWS:
            continue
        rule = clocks.get(record["rule"])
        walk = clocked_walk(record, rule, calendars(record["region"] or ""), as_of) if rule and calendars else None
        columns.add({**record, "because": named(record["because"], files)}, walk)
    return columns, tuple(kept)


# --- the data ---------------------------------------------------------------------------------------------


def _members(report: Report, columns: Columns, labels: Mapping[str, str], calendars: Calendars | None) -> Iterator[str]:
    """The members of the JSON object that the script reads, as text."""
    rules = {rule.id: rule for rule in report.rules}
    as_of = report.head.as_of[:10]
    first, last = min(columns.first_day, _ordinal(as_of)), max(columns.last_day, _ordinal(as_of))
    tables: list[dict[str, Any]] = []
    places: list[int] = []
    if calendars is not None:
        regions = (region or "" for region in columns.words["region"])
        # A month more on both sides: the picture shows whole months.
        tables, places = day_tables(regions, calendars, first - 31, last + 31)
    yield f'"schema":"zwgk.page/1","language":{safe_json(_LANGUAGES.get(i18n.current(), "zh-CN"))}'
    yield f'"asOf":{days(as_of)},"asOfText":{safe_json(_when(report))}'
    yield f'"total":{sum(report.summary.values())}'
    yield f'"labels":{safe_json(labels)}'
    yield f'"rules":{safe_json([rule_record(one, told, rules.get(one)) for one, told in columns.rules.items()])}'
    yield f'"packs":{safe_json({pack.id: pack.title for pack in report.head.packs})}'
    yield f'"files":{safe_json([file.path for file in report.head.inputs])}'
    yield f'"months":{safe_json([[*key, number] for key, number in sorted(columns.months.items())])}'
    yield f'"calendars":{safe_json(tables)},"calendarOf":{safe_json(places)}'
    yield from columns.members(words().event)


def _ordinal(day: str) -> int:
    import datetime as dt

    return dt.date.fromisoformat(day).toordinal()


def _when(report: Report) -> str:
    """As-of as people write it: the day alone where its end is meant."""
    day, _, clock = report.head.as_of[:19].partition("T")
    return day if clock in ("", "23:59:59") else f"{day} {clock}"


# --- the frame --------------------------------------------------------------------------------------------


def _page(
    report: Report, columns: Columns, kept: tuple[str, ...], labels: Mapping[str, str], history: History | None
) -> str:
    """The page with a slot for the data."""
    style, script = asset("report.css"), _script()
    open_breaches = sum(number for (_, _, kind), number in columns.months.items() if kind == "overdue")
    filled = {
        "language": _LANGUAGES.get(i18n.current(), "zh-CN"),
        "policy": policy(style, script),
        "style": style,
        "script": script,
        "data": "{{data}}",
        "as_of": parts.esc(labels["as_of"].format(when=_when(report))),
        "lead": parts.lead(report, open_breaches, labels),
        "tiles": "".join(parts.tiles(report, labels)),
        "months": "".join(parts.months_table(columns.months, labels)),
        "agencies": "".join(parts.by_agency(report, labels)),
        "rules": "".join(parts.by_rule(report, labels)),
        "trends": "".join(trends(history)),
        "problems": "".join(parts.problems(report.problems, labels)),
        "unmatched": "".join(parts.unmatched(report, labels)),
        "idle": "".join(parts.idle(report, labels)),
        "notes": "".join(parts.notes(report, labels)),
        "run": "".join(parts.run(report, labels)),
        "left_out": _left_out(report, columns, kept, labels),
    }
    own = {f"t_{key}": parts.esc(text) for key, text in labels.items()}
    return _SLOT.sub(lambda slot: (filled | own)[slot[1]], asset("report.html"))


def _left_out(report: Report, columns: Columns, kept: tuple[str, ...], labels: Mapping[str, str]) -> str:
    total = sum(report.summary.values())
    if columns.size == total:
        return ""
    absent = labels["comma"].join(labels[one] for one in _ORDER if one not in kept and report.summary[one])
    names = absent or labels[kept[-1]]
    text = labels["left_out"].format(kept=f"{columns.size:,}", total=f"{total:,}", verdicts=names)
    return f'<p class="note">{parts.esc(text)}</p>'


def policy(style: str, script: str) -> str:
    """The content security policy: nothing from anywhere, and of what stands in the page only this style and script."""
    return f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def asset(name: str) -> str:
    """A file of ``assets/`` as text, with plain line ends."""
    return (Path(__file__).parent / "assets" / name).read_text("utf-8")


def _script() -> str:
    body = "\n".join(asset(name) for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{body}\n}})();'
