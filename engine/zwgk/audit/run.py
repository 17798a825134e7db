"""One run of the audit: lock, read, evaluate, compare, keep, write. Up to the moment of keeping nothing is changed."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.audit import keep
from zwgk.audit.changes import Change
from zwgk.audit.database import SqlSource
from zwgk.audit.history import history_of
from zwgk.audit.lock import held
from zwgk.audit.night import SMALL, evaluate_all
from zwgk.audit.outcome import Outcome, exit_code
from zwgk.audit.outputs import check_outputs, deliver, needs_report, refuse_overwriting_inputs, shows_trends
from zwgk.audit.receipt import receipt_of
from zwgk.audit.sources import FileSource, refuse_moving, refuse_removed, refuse_torn, stamps
from zwgk.audit.state import OPEN, opened
from zwgk.audit.tell import silent
from zwgk.audit.waived import granted, refuse_changed, with_waivers
from zwgk.errors import ComplaintsError, InputError, UsageError, WaiverError
from zwgk.files import refusal
from zwgk.i18n import _
from zwgk.model import SECONDS_A_DAY, Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zwgk.audit.config import Config
    from zwgk.audit.lock import Left
    from zwgk.audit.night import Night
    from zwgk.audit.sources import Source, Stamp
    from zwgk.audit.state import RunRow, State
    from zwgk.audit.tell import Tell
    from zwgk.audit.waived import Granted
    from zwgk.errors import Complaint

MOST_RUNS = 366
"""Runs whose trends a report shows."""
LONG_GAP = 31
"""Days without a run after which the next one says so."""


class UndeliveredError(InputError):
    """The run is kept, but a report could not be written; the next run writes it."""


def run_audit(
    config: Config,
    *,
    as_of: Moment,
    accept_removed: bool = False,
    accept_earlier: bool = False,
    full: bool = False,
    progress: Callable[[float], None] | None = None,
    send: bool = True,
    tell: Tell = silent,
) -> Outcome:
    """Make one run.

    Args:
        config: what to audit, and where to keep what is found.
        as_of: the moment on which to judge; a bare day means its last second.
        accept_removed: events may have been taken away since the last run.
        accept_earlier: ``as_of`` may lie before the last run's.
        full: evaluate everything, whatever the configuration says.
        progress: called now and then with the share done, 0 to 1.
        send: send notifications, if the configuration has any; else they wait in the state.
        tell: takes what happens as it happens.

    Raises:
        ZwgkError: nothing was changed; the text says why.
        UndeliveredError: the run is kept, but its reports could not all be written.
    """
    given = checked(config)
    moment = Moment(as_of.day, SECONDS_A_DAY - 1 if as_of.second is None else as_of.second)
    with (
        held(f"{config.state}.lock", as_of=moment.iso()) as left,
        opened(config.state) as state,
        tempfile.TemporaryDirectory(prefix="zwgk-") as scratch,
    ):
        last = state.last_run()
        notices = _notices(left, last, moment, accept_earlier=accept_earlier)
        tell("info", "run-started", as_of=moment.iso(), config=config.path, previous=last.run if last else None)
        paths = _paths(
            [FileSource(config.files, config.path, config.file_lines), *map(SqlSource, config.queries)], Path(scratch)
        )
        before = stamps(paths)
        refuse_torn(list(before))
        refuse_overwriting_inputs(config, before, as_of=moment.iso(), run=last.run + 1 if last else 1)
        job = _Job(config, state, paths, before, moment, last, accept_removed, given)
        row, night = _made(job, whole=full or accept_removed or needs_report(config), progress=progress)
        outcome = _outcome(config, state, night, row, last, [*notices, *night.notices])
        tell("info", "run-kept", run=row.run, mode=row.mode, **row.totals)
        return _told_on(config, state, outcome, send=send, tell=tell)


class _Job(NamedTuple):
    """What a run has to go by."""

    config: Config
    state: State
    paths: list[str]
    stamps: Mapping[str, Stamp]
    as_of: Moment
    last: RunRow | None
    accept_removed: bool
    granted: Granted


def checked(config: Config) -> Granted:
    """The waivers; what a configuration asks for that cannot be had is refused before any work is done.

    Raises:
        ComplaintsError: with every complaint about outputs and files of waivers.
    """
    complaints: list[Complaint] = []
    given = None
    try:
        given = granted(config.waivers)
    except WaiverError as error:
        complaints += error.complaints
    try:
        check_outputs(config)
    except ComplaintsError as error:
        complaints += error.complaints
    if complaints or given is None:
        raise ComplaintsError(complaints)
    return given


def _made(job: _Job, *, whole: bool, progress: Callable[[float], None] | None) -> tuple[RunRow, Night]:
    """Evaluate what can have changed where that is enough, else everything; and keep what comes of it."""
    if job.last is not None and not whole and job.config.mode != "full" and job.state.meta("index"):
        from zwgk.audit.incremental import evaluate_changes
        from zwgk.audit.plain import UnindexedError

        try:
            with job.state.transaction():
                night = evaluate_changes(job.config, job.state, job.paths, job.as_of, job.last)
                night = with_waivers(night, job.state, job.granted)
                return _keep(job, night), night
        except UnindexedError as error:
            reason = str(error)
        return _all(job, progress, notice=_("这次全量核查：{reason}").format(reason=reason))
    return _all(job, progress)


def _all(job: _Job, progress: Callable[[float], None] | None, *, notice: str = "") -> tuple[RunRow, Night]:
    """Evaluate everything and keep it; ``notice`` says why."""
    with job.state.transaction():
        known = frozenset(one.item.fingerprint for one in job.state.findings("first_seen IS NOT NULL"))
        night = evaluate_all(job.config, job.paths, job.as_of, known, progress=progress)
        row = _keep(job, night)
        reason = _index(job, night)
    notices = [*night.notices, notice] if notice else [*night.notices]
    if reason and not notice.endswith(reason):
        notices.append(_("下次也要全量核查：{reason}").format(reason=reason))
    return row, replace(night, notices=tuple(notices))


def _index(job: _Job, night: Night) -> str:
    """Lay down where the lines stand, for logs large enough to be read by the line; returns why that cannot be, if so."""
    mode, large = job.config.mode, sum(stamp.size for stamp in job.stamps.values()) > SMALL
    job.state.put_meta("index", None)
    if mode == "incremental" or (mode == "auto" and large and not needs_report(job.config)):
        from zwgk.audit.plain import UnindexedError
        from zwgk.audit.rowindex import build

        # Without the lines the next run evaluates everything again, which is always right.
        try:
            build(job.state, job.config, night, {path: stamp.size for path, stamp in job.stamps.items()})
        except UnindexedError as error:
            return str(error)
    return ""


def _paths(sources: Sequence[Source], scratch: Path) -> list[str]:
    return list(dict.fromkeys(path for source in sources for path in source.paths(scratch)))


def _notices(left: Left | None, last: RunRow | None, as_of: Moment, *, accept_earlier: bool) -> list[str]:
    """What there is to say before anything is done.

    Raises:
        UsageError: the moment lies before the last run's.
    """
    notices = []
    if left is not None:
        kept = last is not None and last.as_of == left.as_of
        text = (
            _("上一次运行（进程{pid}，截至{as_of}）中途停止；截至那一刻的结果已完整存在状态中")
            if kept
            else _("上一次运行（进程{pid}，截至{as_of}）中途停止，没有留下任何改动；本次从它之前的状态接着核查")
        )
        notices.append(text.format(pid=left.pid, as_of=left.as_of))
    if last is None:
        return notices
    if as_of.latest < last.as_of_second:
        if not accept_earlier:
            text = _(
                "截至{now}，早于上次核查的{before}：时钟可能被拨回，所以没有核查，状态没有改动。"
                "请核对系统时间；确实要退回去看，加 --accept-earlier"
            )
            raise UsageError(text.format(now=as_of.text(), before=last.as_of[:19].replace("T", " ")))
        notices.append(_("截至的时刻早于上次核查；期限在两者之间届满的事项会重新变为待办"))
    days = (as_of.latest - last.as_of_second) // SECONDS_A_DAY
    if days > LONG_GAP:
        notices.append(_("距上次核查已有{days}天；如果不是停跑了这么久，请核对系统时间").format(days=days))
    return notices


def _keep(job: _Job, night: Night) -> RunRow:
    """Compare and keep; to be called inside a transaction."""
    refuse_moving(job.stamps)
    refuse_changed(job.granted)
    if not job.accept_removed:
        refuse_removed(job.state.inputs(), {one.path: one.rows for one in night.inputs})
    run = job.last.run + 1 if job.last else 1
    sizes = {path: stamp.size for path, stamp in job.stamps.items()}

    def receipt(totals: Mapping[str, Any], verdicts: str) -> Mapping[str, Any]:
        previous = job.last.receipt if job.last else None
        return receipt_of(
            job.config,
            night,
            waivers=job.granted.files,
            run=run,
            sizes=sizes,
            totals=totals,
            verdicts=verdicts,
            report=night.digest,
            previous=previous,
        )

    if night.scope is None:
        known = {one.item.fingerprint: one for one in job.state.findings()}
    else:
        rows = (*job.state.findings_of(night.scope), *job.state.findings_named(night.apart))
        known = {one.item.fingerprint: one for one in rows}
    found = keep.compare(night, known, job.last, job.state)
    row = keep.write(job.state, night, found, run=run, receipt_of=receipt)
    if job.config.notify is not None:
        from zwgk.audit.notify.outbox import enqueue

        # With the run itself: neither is there without the other.
        fresh = [
            item for name, item in night.items.items() if item.soon and not (name in known and known[name].item.soon)
        ]
        enqueue(job.state, job.config.notify, row, found.changes, fresh, night.titles)
    return row


def _told_on(config: Config, state: State, outcome: Outcome, *, send: bool, tell: Tell) -> Outcome:
    """Write the reports and send the notifications; neither failing keeps the other back.

    Raises:
        UndeliveredError: a report could not be written.
    """
    failure = None
    try:
        _deliver(config, state, outcome)
        tell("info", "reports-written", run=outcome.run)
    except UndeliveredError as error:
        failure = error
    notices: list[str] = []
    if config.notify is not None:
        from zwgk.audit.notify.sending import notify

        notices = notify(config.notify, state, send=send, tell=tell)
    if failure is not None:
        raise UndeliveredError("\n".join([str(failure), *notices])) from failure
    return replace(outcome, notices=(*outcome.notices, *notices))


def _outcome(
    config: Config, state: State, night: Night, row: RunRow, last: RunRow | None, notices: list[str]
) -> Outcome:
    """What the run came to, with the changes of earlier runs whose reports were never written."""
    owed = [one for one in state.runs("WHERE delivered = 0 ORDER BY run") if one.run != row.run]
    if owed:
        text = _("第{runs}次核查的报告当时没有写出，现在一并补写")
        notices = [*notices, text.format(runs=_("、").join(str(one.run) for one in owed))]
    changes = tuple(_changes(state, [*(one.run for one in owed), row.run]))
    problems = bool(night.problems) and not config.skip_bad_rows
    wanted = any(output.content == "open" for output in config.outputs)
    return Outcome(
        run=row.run,
        as_of=row.as_of,
        previous=last.as_of if last else None,
        mode=row.mode,
        changes=changes,
        totals=row.totals,
        notices=tuple(notices),
        problems=night.problems,
        open_now=frozenset(one.item.fingerprint for one in state.findings(OPEN)) if wanted else frozenset(),
        titles=night.titles,
        report=night.report,
        exit_code=exit_code(config.fail_on, config.fail_for, row.totals, changes, problems=problems),
        history=history_of(state, last=MOST_RUNS, each=True) if shows_trends(config) else None,
    )


def _changes(state: State, runs: Sequence[int]) -> list[Change]:
    """The changes of runs as the state keeps them; what has come to nothing since is told as it was then."""
    rows = state.changes(runs)
    wanted = {row[-1] for row in rows}
    items = {one.item.fingerprint: one.item for one in state.findings_named(wanted)}
    found = []
    for run, kind, cause, by, was, verdict, breach, fingerprint in rows:
        found.append(Change(run, kind, cause, by, was, keep.restored(items[fingerprint], verdict, breach)))
    return sorted(found, key=lambda one: (one.run, one.item.rule, one.item.case or "", one.item.fingerprint))


def _deliver(config: Config, state: State, outcome: Outcome) -> None:
    owed = [(one.run, one.as_of, one.receipt) for one in state.runs("WHERE delivered = 0 ORDER BY run")]
    try:
        deliver(config, outcome, owed)
    except (OSError, InputError) as error:
        reason = refusal(error) if isinstance(error, OSError) else str(error)
        place = (
            _("{filename}：").format(filename=error.filename) if isinstance(error, OSError) and error.filename else ""
        )
        text = _("{place}报告写不出来（{reason}）。核查结果已存入状态，不会丢失；排除故障后再运行一次，会补写报告")
        raise UndeliveredError(text.format(place=place, reason=reason)) from error
    state.mark_delivered(outcome.run)
