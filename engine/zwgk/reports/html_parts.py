"""The parts of the HTML report that are plain HTML: they can be read and printed without a script.

Every text that comes from a log, a rule or a file name goes through :func:`esc`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from html import escape
from typing import TYPE_CHECKING

from zwgk.reports.later import later, unnamed_later
from zwgk.reports.words import calendar_told, words
from zwgk.vocabulary import EVENT_LABELS, column_label, event_label, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zwgk.model import Pack, Problem
    from zwgk.report import Report

    Labels = Mapping[str, str]

TILES = ("breached", "undecided", "pending", "excused", "met")
SHOWN_AT_ONCE = 10
MOST_BARS = 300
MOST_PROBLEMS = 500


def esc(text: object) -> str:
    """Text as HTML, for elements and quoted attributes."""
    return escape(str(text), quote=True)


def lead(report: Report, open_breaches: int, labels: Labels) -> str:
    """The outcome in one sentence."""
    total, breached = sum(report.summary.values()), report.summary["breached"]
    if not total:
        return esc(labels["lead_empty"])
    if not breached:
        return esc(labels["lead_none"].format(total=_n(total)))
    share = f"{breached / total:.1%}"
    return esc(labels["lead"].format(total=_n(total), breached=_n(breached), share=share, open=_n(open_breaches)))


def tiles(report: Report, labels: Labels) -> Iterator[str]:
    """The headline counts; each is a button that filters the table."""
    total = sum(report.summary.values())
    for verdict in TILES:
        number = report.summary[verdict]
        share = _share(number, total)
        soon = ""
        if verdict == "pending" and report.due_soon:
            text = esc(labels["of_them_soon"].format(n=_n(report.due_soon)))
            soon = f'<button type="button" class="soon" data-verdict="due_soon">{text}</button>'
        yield (
            f'<li class="tile {verdict}"><button type="button" data-verdict="{verdict}">'
            f'<span class="tile-label"><span class="dot" aria-hidden="true"></span>{esc(labels[verdict])}</span> '
            f'<span class="tile-number">{_n(number)}</span> <span class="tile-share">{share}</span></button>{soon}</li>'
        )


# --- bars -------------------------------------------------------------------------------------------------


def by_agency(report: Report, labels: Labels) -> Iterator[str]:
    """Breaches by agency, most first."""
    rows = _ranked((agency, verdict, n) for (_, agency, verdict), n in report.counts.items())
    yield from _bars(rows, {"": labels["no_agency"]}, "agency", labels)


def by_rule(report: Report, labels: Labels) -> Iterator[str]:
    """Breaches by rule, most first."""
    rows = _ranked((rule, verdict, n) for (rule, _, verdict), n in report.counts.items())
    yield from _bars(rows, {rule.id: rule.title for rule in report.rules}, "rule", labels)


def _ranked(counts: Iterable[tuple[str, str, int]]) -> list[tuple[str, int, int]]:
    """(name, breaches, findings), most breaches first."""
    table: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, verdict, number in counts:
        if verdict != "due-soon":
            table[name]["all"] += number
            table[name]["breached"] += number if verdict == "breached" else 0
    rows = [(name, tally["breached"], tally["all"]) for name, tally in table.items()]
    return sorted(rows, key=lambda row: (-row[1], -row[2], row[0]))


def _bars(rows: Sequence[tuple[str, int, int]], names: Mapping[str, str], kind: str, labels: Labels) -> Iterator[str]:
    breaching = [row for row in rows if row[1]]
    if not breaching:
        yield f'<p class="quiet">{esc(labels["none_breached"])}</p>'
        return
    most = breaching[0][1]
    yield _bar_table(breaching[:SHOWN_AT_ONCE], names, kind, most, labels)
    rest = breaching[SHOWN_AT_ONCE:]
    if rest:
        yield f"<details><summary>{esc(labels['more_rows'].format(n=_n(len(rest))))}</summary>"
        yield _bar_table(rest[:MOST_BARS], names, kind, most, labels)
        if len(rest) > MOST_BARS:
            yield f'<p class="quiet">{esc(labels["cut_rows"].format(n=_n(len(rest) - MOST_BARS)))}</p>'
        yield "</details>"
    if len(rows) > len(breaching):
        yield f'<p class="quiet">{esc(labels["others_clean"].format(n=_n(len(rows) - len(breaching))))}</p>'


def _bar_table(
    rows: Sequence[tuple[str, int, int]], names: Mapping[str, str], kind: str, most: int, labels: Labels
) -> str:
    heads = f'<th scope="col">{esc(labels[kind])}</th><th scope="col" class="number">{esc(labels["breaches_of"])}</th>'
    lines = [f'<table class="bars"><thead><tr>{heads}</tr></thead><tbody>']
    for name, breached, total in rows:
        shown = names.get(name, name)
        hint = esc(labels["show_these"].format(name=shown))
        code = f' <span class="code">{esc(name)}</span>' if kind == "rule" else ""
        width = max(100 * breached / most, 0.5)
        lines.append(
            f'<tr><th scope="row"><button type="button" class="link" data-{kind}="{esc(name)}" title="{hint}">'
            f"{esc(shown)}</button>{code}"
            f'<svg class="bar" aria-hidden="true" focusable="false"><rect width="{width:.1f}%" height="100%"/></svg></th>'
            f'<td class="number"><strong>{_n(breached)}</strong> / {_n(total)}</td></tr>'
        )
    return "".join(lines) + "</tbody></table>"


# --- months -----------------------------------------------------------------------------------------------


def months_table(months: Mapping[tuple[int, int, str], int], labels: Labels) -> Iterator[str]:
    """Breaches by year and month of their due date: the table behind the chart."""
    table: Counter[tuple[int, int]] = Counter()
    for (year, month, _), number in months.items():
        if year:
            table[year, month] += number
    undated = sum(number for (year, _, _), number in months.items() if not year)
    if table:
        years = [year for year, _ in table]
        heads = "".join(f'<th scope="col">{month}</th>' for month in range(1, 13))
        yield f'<table class="months"><thead><tr><th scope="col">{esc(labels["year"])}</th>{heads}'
        yield f'<th scope="col">{esc(labels["total"])}</th></tr></thead><tbody>'
        for year in range(min(years), max(years) + 1):
            cells = "".join(_month_cell(year, month, table[year, month], labels) for month in range(1, 13))
            total = sum(table[year, month] for month in range(1, 13))
            yield f'<tr><th scope="row">{year}</th>{cells}<td class="total">{_n(total)}</td></tr>'
        yield "</tbody></table>"
    else:
        yield f'<p class="quiet">{esc(labels["none_dated"])}</p>'
    if undated:
        yield f'<p class="quiet">{esc(labels["no_due"].format(n=_n(undated)))}</p>'


def _month_cell(year: int, month: int, number: int, labels: Labels) -> str:
    if not number:
        return '<td class="none">·</td>'
    name = f"{year:04d}-{month:02d}"
    hint = esc(labels["show_month"].format(month=name, n=_n(number)))
    button = f'<button type="button" class="link" data-month="{name}" aria-label="{hint}">{_n(number)}</button>'
    return f"<td>{button}</td>"


# --- besides ----------------------------------------------------------------------------------------------


def problems(rows: Sequence[Problem], labels: Labels) -> Iterator[str]:
    """The rows that could not be read; nothing where there are none."""
    if not rows:
        return
    yield '<section class="card problems" aria-labelledby="h-problems">'
    yield f'<h2 id="h-problems">{esc(labels["problems"])}</h2>'
    yield f"<p>{esc(labels['problems_lead'].format(n=_n(len(rows))))}</p>"
    yield '<div class="scroll" tabindex="0" role="region" aria-labelledby="h-problems"><table class="plain"><thead><tr>'
    yield "".join(f'<th scope="col">{esc(labels[name])}</th>' for name in ("place", "column", "found_text", "expected"))
    yield "</tr></thead><tbody>"
    for problem in rows[:MOST_PROBLEMS]:
        place = esc(problem.path) + (" " + esc(labels["row_number"].format(row=problem.row)) if problem.row else "")
        found = f"<code>{esc(problem.found)}</code>" if problem.found else esc(labels["blank"])
        yield f"<tr><td>{place}</td><td>{esc(column_label(problem.column or ''))}</td><td>{found}</td><td>{esc(problem.expected)}</td></tr>"
    yield "</tbody></table></div>"
    if len(rows) > MOST_PROBLEMS:
        yield f'<p class="quiet">{esc(labels["problems_cut"].format(n=_n(len(rows) - MOST_PROBLEMS)))}</p>'
    yield "</section>"


def unmatched(report: Report, labels: Labels) -> Iterator[str]:
    """Events that no rule uses, each with the nearest name that one does."""
    events = report.head.unmatched_events
    if not events:
        return
    used = sorted({name for rule in report.rules for name in (rule.trigger, rule.performance) if name})
    # A log may have been written in either language: a mistyped name is held against both.
    known = {event_label(name): name for name in used} | {name: name for name in used}
    yield f"<h3>{esc(labels['unmatched'])}</h3><p>{esc(labels['unmatched_lead'])}</p>"
    yield '<table class="plain"><thead><tr>'
    yield "".join(f'<th scope="col">{esc(labels[name])}</th>' for name in ("event", "count", "nearest"))
    yield "</tr></thead><tbody>"
    for name, number in events.items():
        # A name of the vocabulary is not mistyped; it is of no concern to the rules that ran.
        near = None if name in EVENT_LABELS else nearest(name, known)
        hint = _event(known[near]) if near else ""
        yield f'<tr><td>{_event(name)}</td><td class="number">{_n(number)}</td><td>{hint}</td></tr>'
    yield "</tbody></table>"


def _event(name: str) -> str:
    label = words().event(name)
    return esc(name) if label == name else f'{esc(label)} <span class="code">{esc(name)}</span>'


def idle(report: Report, labels: Labels) -> Iterator[str]:
    """Rules whose trigger never occurs."""
    rules = report.head.idle_rules
    if not rules:
        return
    titles = {rule.id: rule.title for rule in report.rules}
    yield f"<h3>{esc(labels['idle'])}</h3><p>{esc(labels['idle_lead'].format(n=_n(len(rules))))}</p><ul>"
    yield "".join(f'<li>{esc(titles.get(one, one))} <span class="code">{esc(one)}</span></li>' for one in rules)
    yield "</ul>"


def notes(report: Report, labels: Labels) -> Iterator[str]:
    """Duplicates, events after as-of, clauses that no rule judges."""
    told = report.head.notes
    said = [esc(labels["duplicates"].format(n=_n(told["duplicates"])))] if told.get("duplicates") else []
    if told.get("after_as_of"):
        said.append("".join(_later(report, labels)))
    unchecked = sum((told.get("unchecked") or {}).values())
    if unchecked:
        said.append(esc(labels["unchecked"].format(n=_n(unchecked))))
    yield "<ul>" + "".join(f"<li>{one}</li>" for one in said or [esc(labels["no_notes"])]) + "</ul>"


def _later(report: Report, labels: Labels) -> Iterator[str]:
    head = report.head
    yield esc(labels["after_as_of"].format(n=_n(head.notes["after_as_of"]))) + "<ul>"
    for one in later(head):
        yield f"<li>{esc(labels['after_as_of_row'].format(**one._asdict()))}</li>"
    if unnamed_later(head):
        yield f"<li>{esc(labels['after_as_of_more'].format(n=_n(unnamed_later(head))))}</li>"
    yield "</ul>"


def run(report: Report, labels: Labels) -> Iterator[str]:
    """What ran on what: packs, files, digests."""
    head = report.head
    yield f"<h3>{esc(labels['packs'])}</h3><ul>"
    yield "".join(_pack(pack, labels) for pack in head.packs) or f"<li>{esc(labels['pack_none'])}</li>"
    yield "</ul>"
    if head.inputs:
        yield f"<h3>{esc(labels['inputs'])}</h3><ul>"
        for file in head.inputs:
            more = f"{labels['rows'].format(n=_n(file.rows))}{labels['comma']}{file.encoding}"
            name = labels["bracketed"].format(text=file.path, more=more)
            yield f'<li>{esc(name)} <span class="code">{esc(file.digest)}</span></li>'
        yield "</ul>"
    calendar = calendar_told(head.calendar)
    yield f"<h3>{esc(labels['digests'])}</h3><dl>"
    yield f'<dt>{esc(labels["rules_digest"])}</dt><dd><span class="code">{esc(head.rules_digest)}</span></dd>'
    yield f"<dt>{esc(labels['calendar_digest'])}</dt>"
    yield f'<dd>{esc(calendar)} <span class="code">{esc(head.calendar["digest"])}</span></dd>'
    yield f"<dt>{esc(labels['engine'])}</dt><dd>{esc(head.engine)}</dd></dl>"


def _pack(pack: Pack, labels: Labels) -> str:
    name = labels["bracketed"].format(text=pack.title, more=pack.number) if pack.number else pack.title
    if pack.in_force_to:
        span = labels["in_force_to"].format(start=pack.in_force_from, end=pack.in_force_to)
    else:
        span = labels["in_force"].format(start=pack.in_force_from)
    return f'<li>{esc(name + labels["comma"] + span)} <span class="code">{esc(pack.id)}</span></li>'


def _share(number: int, total: int) -> str:
    if not total:
        return "–"
    return "&lt;0.1%" if 0 < number < total / 1000 else f"{number / total:.1%}"


def _n(number: int) -> str:
    return f"{number:,}"
