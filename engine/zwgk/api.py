"""The library: :func:`check`, from a log and rules to a report (contract § 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk._version import __version__
from zwgk.calendars import Calendars
from zwgk.dates import DateError, read_as_of
from zwgk.errors import UsageError
from zwgk.evaluation import Options, evaluate
from zwgk.report import FAIL_LEVELS, Head, HeldFindings, Report
from zwgk.rules import RuleSet, default_rules, find_packs, load_packs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zwgk.evaluation import Evaluation, Progress
    from zwgk.events.mapping import Columns
    from zwgk.model import Log, Moment

Events = str | Path | Iterable[str | Path] | Iterable[Mapping[str, Any]] | Any


def check(
    events: Events,
    *,
    as_of: str | dt.date | dt.datetime,
    rules: str | Path | Sequence[str | Path] | None = None,
    region: str | None = None,
    encoding: str | None = None,
    columns: Columns = None,
    agencies: Sequence[str] = (),
    due_soon: int = 2,
    known_on: str | dt.date | None = None,
    holidays: Sequence[str | Path] = (),
    fail_on: str = "breach",
    skip_bad_rows: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Check event logs against rules as of a moment.

    Args:
        events: a path or several, a list of mappings, or a polars / pandas / pyarrow table (one event a row;
            columns as in the contract § 2).
        as_of: the moment on which to judge; a date means the end of that day. Asia/Shanghai unless it has an offset.
        rules: packs by name, rules by ``pack/id``, or paths; None: every national pack, and the local packs whose
            region an event (or ``region``) lies in.
        region: adcode for events that give none.
        encoding: of the files; found by itself where None.
        columns: header → column name, for headers the engine does not know; or a mapping file's path or contents, which
            also say which date columns of a ledger are which events (:mod:`zwgk.events.mapping`).
        agencies: who owes agency-wide duties, where the rule names nobody; () : the agencies in the log.
        due_soon: working days before the due date from which a pending finding is due soon.
        known_on: judge by the calendar as published on that day.
        holidays: files of further holiday notices, e.g. a new year's.
        fail_on: ``breach``, ``due-soon``, ``undecided`` or ``never``: what makes :attr:`Report.exit_code` 1.
        skip_bad_rows: do not let bad rows make it 2.
        progress: called now and then with the share done, 0 to 1.

    Raises:
        UsageError: an argument that cannot be meant.
        InputError: a log that cannot be read at all.
        RuleError: rule files that cannot be used.
        HolidayError: holiday files that cannot be used.
    """
    _require(fail_on in FAIL_LEVELS, f"fail_on 为“{fail_on}”，应为{'、'.join(FAIL_LEVELS)}之一")
    log, ruleset, options, calendars = prepare(
        events,
        as_of=as_of,
        rules=rules,
        region=region,
        encoding=encoding,
        columns=columns,
        agencies=agencies,
        due_soon=due_soon,
        known_on=known_on,
        holidays=holidays,
    )
    evaluation = evaluate(log, ruleset.rules, options, calendars, progress=progress)
    head = _head(log, ruleset, options, calendars, evaluation)
    found = HeldFindings(evaluation.findings)
    return Report(head, found, ruleset.rules, fail_on=fail_on, skip_bad_rows=skip_bad_rows, calendars=calendars)


class Prepared(NamedTuple):
    """Everything an evaluation takes."""

    log: Log
    ruleset: RuleSet
    options: Options
    calendars: Calendars


def prepare(
    events: Events,
    *,
    as_of: str | dt.date | dt.datetime,
    rules: str | Path | Sequence[str | Path] | None = None,
    region: str | None = None,
    encoding: str | None = None,
    columns: Columns = None,
    agencies: Sequence[str] = (),
    due_soon: int = 2,
    known_on: str | dt.date | None = None,
    holidays: Sequence[str | Path] = (),
) -> Prepared:
    """Read what :func:`check` takes, ready to be evaluated; arguments and errors as there."""
    moment = _as_of(as_of)
    _require(due_soon >= 0, f"due_soon 为{due_soon}，应为不小于0的整数")
    default_region = _region(region)
    log = _log(events, encoding=encoding, columns=columns)
    named = _specs(rules)
    seen = {event.region for event in log.events if event.region} | ({default_region} if default_region else set())
    ruleset = load_packs(find_packs(named)) if named else default_rules(seen)
    calendars = Calendars(known_on=_day(known_on), holidays=holidays)
    options = Options(
        as_of=moment,
        default_region=default_region,
        named_packs=frozenset(pack.id for pack in ruleset.packs) if named else frozenset(),
        agencies=tuple(agencies),
        due_soon=due_soon,
    )
    return Prepared(log, ruleset, options, calendars)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise UsageError(message)


def _as_of(value: str | dt.date | dt.datetime) -> Moment:
    try:
        return read_as_of(value)
    except DateError as error:
        raise UsageError(f"截至时刻 as_of 为“{error.found}”，应为{error.expected}") from None


def _day(value: str | dt.date | None) -> dt.date | None:
    if value is None or isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromordinal(read_as_of(value).day)
    except DateError as error:
        raise UsageError(f"known_on 为“{error.found}”，应为{error.expected}") from None


def _region(region: str | None) -> str:
    if not region:
        return ""
    _require(
        len(region) == 6 and region.isascii() and region.isdigit(), f"行政区划代码为“{region}”，应为6位数字，如510504"
    )
    return region


def _specs(rules: str | Path | Sequence[str | Path] | None) -> list[str]:
    if rules is None:
        return []
    return [str(rules)] if isinstance(rules, str | Path) else [str(one) for one in rules]


def _log(events: Events, *, encoding: str | None, columns: Columns) -> Log:
    from zwgk.events import log_from_records, read_log

    if isinstance(events, str | Path):
        return read_log([events], encoding=encoding, columns=columns)
    rows = _table_rows(events)
    if rows is None and isinstance(events, Iterable):
        rows = list(events)
    if rows is None:
        raise UsageError(f"事件为{type(events).__name__}，应为路径、字典的列表，或 polars / pandas / pyarrow 表")
    if rows and all(isinstance(one, str | Path) for one in rows):
        return read_log(rows, encoding=encoding, columns=columns)
    return log_from_records(rows, columns=columns)


def _table_rows(table: Any) -> list[Any] | None:
    """The rows of a polars, pandas or pyarrow table as mappings; None if it is none of them."""
    if hasattr(table, "to_pylist") and hasattr(table, "column_names"):
        return list(table.to_pylist())
    if hasattr(table, "to_dicts"):
        return list(table.to_dicts())
    if hasattr(table, "to_dict") and hasattr(table, "columns"):
        return list(table.to_dict(orient="records"))
    return None


def _head(log: Log, ruleset: RuleSet, options: Options, calendars: Calendars, evaluation: Evaluation) -> Head:
    calendar = calendars(options.default_region)
    return Head(
        as_of=options.moment.iso(),
        engine=__version__,
        packs=ruleset.packs,
        rules_digest=ruleset.digest,
        calendar={"id": calendar.id, "horizon": calendar.horizon.isoformat(), "digest": calendar.digest},
        inputs=log.inputs,
        problems=(*log.problems, *evaluation.problems),
        unmatched_events=evaluation.unmatched_events,
        idle_rules=evaluation.idle_rules,
        notes={
            "duplicates": evaluation.duplicates,
            "after_as_of": evaluation.after_as_of,
            "decider": evaluation.decider,
            "obligors": {rule: {"by": by, "count": count} for rule, (by, count) in evaluation.obligors.items()},
            "unchecked": {pack.id: len(pack.unchecked) for pack in ruleset.packs if pack.unchecked},
        },
    )
