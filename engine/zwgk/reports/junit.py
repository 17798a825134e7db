"""JUnit XML: a test suite a rule, a test case a finding, so that any build server shows breaches as failures."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from zwgk.i18n import _
from zwgk.reports.places import told
from zwgk.reports.tallies import by_rule, total
from zwgk.reports.words import cited, file_of, matter, words

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Mapping, Sequence

    from zwgk.model import Problem
    from zwgk.report import Report
    from zwgk.reports.registry import Settings
    from zwgk.reports.words import Words

_INPUT = "zwgk-check/input"
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def blocks(report: Report, settings: Settings) -> Iterator[bytes]:
    """The document in blocks of bytes: what is breached has failed, what is excused or undecided is skipped, bad rows are errors."""
    del settings
    said = words()
    files = [file.path for file in report.head.inputs]
    counts = {rule: (title, numbers) for rule, title, numbers in by_rule(report)}
    stamp = report.head.as_of[:19]
    tests, failures = sum(report.summary.values()) + len(report.problems), report.summary["breached"]
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="zwgk-check" tests="{tests}" failures="{failures}" errors="{len(report.problems)}">\n'.encode()
    if report.problems:
        yield "".join(_problems(report.problems, stamp)).encode()
    for rule, records in groupby(told(report), key=lambda record: record["rule"]):
        title, numbers = counts[rule]
        yield _suite(rule, title, numbers, stamp).encode()
        for record in records:
            yield _case(record, said, files).encode()
        yield b"</testsuite>\n"
    yield b"</testsuites>\n"


def _suite(rule: str, title: str, numbers: Counter[str], stamp: str) -> str:
    skipped = numbers["excused"] + numbers["undecided"]
    return (
        f'<testsuite name={_quoted(f"{title} ({rule})")} tests="{total(numbers)}" failures="{numbers["breached"]}" errors="0"'
        f' skipped="{skipped}" timestamp="{stamp}">\n'
    )


def _case(record: Mapping[str, Any], said: Words, files: Sequence[str]) -> str:
    name = f"{matter(record) or record['title']} [{record['fingerprint']}]"
    opening = f"<testcase classname={_quoted(record['rule'])} name={_quoted(name)}"
    verdict = record["verdict"]
    if verdict in ("met", "pending"):
        return f"{opening}/>\n"
    tag = "failure" if verdict == "breached" else "skipped"
    kind = record["breach"] or verdict
    text = "\n".join((*_places(record, said, files), cited(record["source"]), *record["because"]))
    return f"{opening}><{tag} type={_quoted(kind)} message={_quoted(said.what(record))}>{escape(_clean(text))}</{tag}></testcase>\n"


def _places(record: Mapping[str, Any], said: Words, files: Sequence[str]) -> Iterator[str]:
    for event in (record["trigger"], record["performed"]):
        if event:
            yield f"{file_of(event, files)}:{event['row']}: {said.evidence(event)}"


def _problems(problems: Sequence[Problem], stamp: str) -> Iterator[str]:
    number = len(problems)
    yield f'<testsuite name="{_INPUT}" tests="{number}" failures="0" errors="{number}" skipped="0" timestamp="{stamp}">\n'
    for problem in problems:
        place = ":".join(str(part) for part in (problem.path, problem.row, problem.column) if part)
        text = _("填的是“{found}”，应为{expected}").format(found=problem.found, expected=problem.expected)
        yield f'<testcase classname="{_INPUT}" name={_quoted(place)}><error type="bad-row" message={_quoted(text)}/></testcase>\n'
    yield "</testsuite>\n"


def _quoted(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    """``text`` without the characters that XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)
