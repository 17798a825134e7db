"""GitHub workflow commands: an annotation for each breach, at the file and row of its event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zwgk.i18n import _
from zwgk.reports.places import told
from zwgk.reports.words import file_of, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zwgk.report import Report
    from zwgk.reports.registry import Settings
    from zwgk.reports.words import Words

_SHOWN = {"breached", "undecided"}


def blocks(report: Report, settings: Settings) -> Iterator[bytes]:
    """The commands, a line each, and a closing line with the counts."""
    return (f"{line}\n".encode("utf-8", "replace") for line in lines(report, everything=settings.everything))


def lines(report: Report, *, everything: bool) -> Iterator[str]:
    """Errors and warnings for breaches, notices for the rest; ``everything``: also what is met, pending or excused."""
    said, soon = words(), report.soon
    files = [file.path for file in report.head.inputs]
    for problem in report.problems:
        found = _("“{found}”，应为{expected}").format(found=problem.found, expected=problem.expected)
        title = (
            _("读不懂的行")
            if problem.column is None
            else _("读不懂的行：{column}").format(column=said.column(problem.column))
        )
        yield command("error", problem.path, problem.row, title, found)
    for record in told(report, None if everything else _SHOWN | ({"pending"} if soon else set())):
        if everything or record["verdict"] != "pending" or record["fingerprint"] in soon:
            yield _finding(record, said, files)
    counts = (f"{said.verdicts[key]} {number}" for key, number in report.summary.items())
    yield " ".join(counts)


def _finding(record: Mapping[str, Any], said: Words, files: Sequence[str]) -> str:
    level = "notice"
    if record["verdict"] == "breached":
        level = "error" if record["severity"] == "error" else "warning"
    event = record["trigger"] or record["performed"]
    path, row = (file_of(event, files), event["row"]) if event else (files[0] if files else None, None)
    return command(level, path, row, record["title"], f"{said.sentence(record)} <{record['rule']}>")


def command(level: str, path: str | None, row: int | None, title: str, message: str) -> str:
    """One workflow command; nothing in the texts can end it or begin another."""
    properties = {"file": path, "line": row, "title": title}
    given = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value)
    return f"::{level} {given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
