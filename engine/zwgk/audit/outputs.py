"""What a run writes: its receipt, the reports of the configuration, and the list of what changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from zwgk.audit.receipt import receipt_name, receipt_text
from zwgk.errors import ComplaintsError, InputError, UsageError
from zwgk.files import refusal
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from zwgk.audit.changes import Change
    from zwgk.audit.config import Config, Output
    from zwgk.audit.outcome import Outcome
    from zwgk.report import Report

SCHEMA = "zwgk.audit/1"
LISTS = ("text", "json")
"""The forms of the list of changes."""


def check_outputs(config: Config) -> None:
    """Refuse, before any work is done, outputs that could not be written.

    Raises:
        ComplaintsError: a form that is not known or cannot hold what is asked for; all are told.
    """
    from zwgk.errors import Complaint

    complaints = []
    for number, output in enumerate(config.outputs, start=1):
        try:
            form_of(output)
        except UsageError as error:
            text = _("第{number}个 [[output]]（{path}）：{what}")
            complaints.append(Complaint(config.path, 0, text.format(number=number, path=output.path, what=error)))
    if complaints:
        raise ComplaintsError(complaints)


def form_of(output: Output) -> str:
    """The name of an output's form.

    Raises:
        UsageError: it is not known, or cannot be written.
    """
    from zwgk.reports.registry import NAMES, form_for, require

    name = output.format or form_for(output.path)
    if name is None:
        raise UsageError(_('从扩展名看不出格式；请写明 format，如 format = "json"'))
    allowed = LISTS if output.content == "changes" else NAMES
    if name not in allowed:
        text = _("内容为“{content}”时，格式应为 {allowed} 之一，填的是“{name}”")
        raise UsageError(text.format(content=output.content, allowed=_("、").join(allowed), name=name))
    if output.content != "changes":
        require(name, output.path)
    return name


def needs_report(config: Config) -> bool:
    """Whether an output asks for more than the list of what changed, so that everything must be evaluated."""
    return any(output.content != "changes" for output in config.outputs)


def shows_trends(config: Config) -> bool:
    """Whether an output shows the trends of past runs."""
    return any(output.content != "changes" and form_of(output) == "html" for output in config.outputs)


def deliver(config: Config, outcome: Outcome, receipts: Sequence[tuple[int, str, Mapping[str, Any]]]) -> list[str]:
    """Write everything; returns the paths written. ``receipts``: (run, as of, receipt) of the runs to be written.

    Raises:
        InputError: a folder cannot be made.
        OSError: the disk says no.
    """
    from zwgk.files import write_whole
    from zwgk.reports.registry import Settings, write

    written = []
    for run, as_of, receipt in receipts:
        path = _ready(str(Path(config.receipts) / receipt_name(run, as_of)))
        write_whole(path, [receipt_text(receipt).encode()])
        written.append(path)
    for output in config.outputs:
        path = _ready(path_of(output, as_of=outcome.as_of, run=outcome.run))
        name = form_of(output)
        if output.content == "changes":
            write_whole(path, changes_blocks(outcome, name))
        else:
            report = _part(outcome, output.content)
            write(report, name, Settings(everything=output.content == "all", path=path, history=outcome.history))
        written.append(path)
    return written


def path_of(output: Output, *, as_of: str, run: int) -> str:
    """Where an output of a run goes."""
    return output.path.replace("{date}", as_of[:10]).replace("{run}", str(run))


def refuse_overwriting_inputs(config: Config, logs: Iterable[str], *, as_of: str, run: int) -> None:
    """Refuse, before any work is done, outputs that are files which the run reads, or its state.

    Raises:
        InputError: one is.
    """
    from zwgk.files import refuse_overwriting

    read = [*logs, config.path, config.state, *config.packs, *config.holidays, *config.waivers]
    read += [query.query_file for query in config.queries] + [query.path for query in config.queries]
    outputs = (path_of(output, as_of=as_of, run=run) for output in config.outputs)
    refuse_overwriting(outputs, [path for path in (*read, config.agencies) if path])


def _ready(path: str) -> str:
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = _("输出 {path}：建不了文件夹（{reason}）；请检查路径和权限")
        raise InputError(text.format(path=path, reason=refusal(error))) from None
    return path


def _part(outcome: Outcome, content: str) -> Report:
    """The report with all findings, or only with those that are open or new."""
    if outcome.report is None:
        raise AssertionError(content)
    if content == "all":
        return outcome.report
    if content == "new":
        wanted: Collection[str] = {one.item.fingerprint for one in outcome.changes if one.kind in ("new", "reopened")}
    else:
        wanted = outcome.open_now
    return _only(outcome.report, wanted)


def _only(report: Report, wanted: Collection[str]) -> Report:
    from zwgk.report import HeldFindings, Report
    from zwgk.reports.jsontext import finding_of

    rules = {rule.id: rule for rule in report.rules}
    records = (one for one in report.records() if one["fingerprint"] in wanted)
    found = HeldFindings([finding_of(record, rules) for record in records])
    return Report(
        report.head,
        found,
        report.rules,
        fail_on=report.fail_on,
        skip_bad_rows=report.skip_bad_rows,
        calendars=report.calendars,
        waived=report.waived,
    )


# --- the list of changes ----------------------------------------------------------------------------------


def changes_blocks(outcome: Outcome, name: str) -> Iterator[bytes]:
    """What changed, as text or JSON, in blocks of bytes."""
    if name == "text":
        from zwgk.audit.told import told

        return (f"{line}\n".encode("utf-8", "replace") for line in told(outcome))
    return _json_blocks(outcome)


def _json_blocks(outcome: Outcome) -> Iterator[bytes]:
    from zwgk.reports.jsontext import dumps

    head = {
        "schema": SCHEMA,
        "run": outcome.run,
        "as_of": outcome.as_of,
        "previous": outcome.previous,
        "mode": outcome.mode,
        "totals": dict(outcome.totals),
        "notices": list(outcome.notices),
        "problems": [problem._asdict() for problem in outcome.problems],
    }
    yield dumps(head)[:-1].encode() + b',"changes":['
    separator = b"\n"
    for change in outcome.changes:
        yield separator + dumps(change_record(change, outcome.titles)).encode()
        separator = b",\n"
    yield b"\n]}\n"


def change_record(change: Change, titles: Mapping[str, str]) -> dict[str, Any]:
    """A change as the JSON list writes it."""
    item = change.item
    return {
        "run": change.run,
        "kind": change.kind,
        "cause": change.cause,
        "by": change.by,
        "was": change.was or None,
        "title": titles.get(item.rule),
        **item._asdict(),
    }
