"""The library: :func:`check`, from a log and rules to a report (contract § 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk._version import __version__
from zwgk.agencylists import agency_list, require_known
from zwgk.calendars import Calendars
from zwgk.dates import DateError, read_as_of
from zwgk.errors import InputError, UsageError
from zwgk.evaluation import Options, evaluate
from zwgk.i18n import LANGUAGES, _, current, speaking
from zwgk.report import FAIL_LEVELS, Head, HeldFindings, Report
from zwgk.reports.jsontext import evidence_record
from zwgk.rules import RuleSet, default_rules, find_packs, load_packs

if TYPE_CHECKING:
    from zwgk.agencylists import Agencies, AgencyList
    from zwgk.evaluation import Evaluation, Progress
    from zwgk.events.mapping import Columns
    from zwgk.model import InputFile, Log, Moment, Problem, Rule
    from zwgk.relational import LargeEvaluation
    from zwgk.report import Findings
    from zwgk.unread import UnreadRow
    from zwgk.waivers import Settled, Waiver

Events = str | Path | Iterable[str | Path] | Iterable[Mapping[str, Any]] | Any


def check(
    events: Events,
    *,
    as_of: str | dt.date | dt.datetime,
    rules: str | Path | Sequence[str | Path] | None = None,
    region: str | None = None,
    encoding: str | None = None,
    columns: Columns = None,
    agencies: Agencies = (),
    due_soon: int = 2,
    known_on: str | dt.date | None = None,
    holidays: Sequence[str | Path] = (),
    waivers: str | Path | Sequence[str | Path] = (),
    fail_on: str = "breach",
    skip_bad_rows: bool = False,
    progress: Progress | None = None,
    large: bool | None = None,
    lang: str | None = None,
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
        agencies: who owes agency-wide duties, where the rule names nobody: a list for all rules; or rule id, pack id or ""
            (all) → list; or a file's path (:mod:`zwgk.agencylists`). For a rule without any: the agencies in the log.
        due_soon: working days before the due date from which a pending finding is due soon.
        known_on: judge by the calendar as published on that day.
        holidays: files of further holiday notices, e.g. a new year's.
        waivers: files of waivers (:mod:`zwgk.waivers`).
        fail_on: ``breach``, ``due-soon``, ``undecided`` or ``never``: what makes :attr:`Report.exit_code` 1.
        skip_bad_rows: do not let bad rows make it 2.
        progress: called now and then with the share done, 0 to 1.
        large: whether to use the evaluator for large logs; None: by the size of the files. The report is the same.
        lang: ``zh`` or ``en``: the language of the reasons and messages; None: that of the context, which is Chinese.

    Raises:
        UsageError: an argument that cannot be meant.
        InputError: a log or a list that cannot be read at all.
        RuleError: rule files that cannot be used.
        HolidayError: holiday files that cannot be used.
        WaiverError: waiver files that cannot be used.
    """
    _require(
        lang is None or lang in LANGUAGES,
        _("lang 为“{lang}”，应为 {languages} 之一").format(lang=lang, languages=_("、").join(LANGUAGES)),
    )
    with speaking(lang or current()):
        _require(
            fail_on in FAIL_LEVELS,
            _("fail_on 为“{fail_on}”，应为{FAIL_LEVELS}之一").format(
                fail_on=fail_on, FAIL_LEVELS=_("、").join(FAIL_LEVELS)
            ),
        )
        granted = _waivers(waivers)
        calendars = Calendars(known_on=_day(known_on), holidays=holidays)
        asked = _Asked(
            _as_of(as_of), _region(region), tuple(_specs(rules)), agency_list(agencies), _soon(due_soon), calendars
        )
        paths = _paths(events)
        if (paths is not None and are_large(paths)) if large is None else large:
            judged = _judged_large(paths or events, asked, encoding=encoding, columns=columns, progress=progress)
        else:
            judged = _judged(paths or events, asked, encoding=encoding, columns=columns, progress=progress)
        found, ruleset = judged.found, judged.ruleset
        notes: dict[str, Any] = {}
        settled: Settled | None = None
        if granted:
            from zwgk.waivers import apply

            found, settled = apply(found, granted, ruleset.rules, dt.date.fromordinal(asked.as_of.day))
            notes = settled.notes()
        return Report(
            _head(judged, asked, notes),
            found,
            ruleset.rules,
            fail_on=fail_on,
            skip_bad_rows=skip_bad_rows,
            calendars=calendars,
            waived=settled,
        )


def _waivers(paths: str | Path | Sequence[str | Path]) -> tuple[Waiver, ...]:
    if not paths:
        return ()
    from zwgk.waivers import load_waivers

    return load_waivers(_specs(paths))


class _Judged(NamedTuple):
    """The outcome of either evaluator."""

    found: Findings
    facts: Evaluation | LargeEvaluation
    inputs: tuple[InputFile, ...]
    problems: tuple[Problem, ...]
    unread: tuple[UnreadRow, ...]
    ruleset: RuleSet


def _judged(
    events: Events, asked: _Asked, *, encoding: str | None, columns: Columns, progress: Progress | None
) -> _Judged:
    log = _log(events, encoding=encoding, columns=columns)
    ruleset = asked.ruleset({event.region for event in log.events})
    facts = evaluate(log, ruleset.rules, asked.options(ruleset), asked.calendars, progress=progress)
    problems = (*log.problems, *facts.problems)
    return _Judged(HeldFindings(facts.findings), facts, log.inputs, problems, log.unread, ruleset)


class _Asked(NamedTuple):
    """What a caller asked for, read and checked."""

    as_of: Moment
    region: str
    rules: tuple[str, ...]
    agencies: AgencyList
    due_soon: int
    calendars: Calendars

    def ruleset(self, regions: Iterable[str]) -> RuleSet:
        """The rules asked for, or those of the nation and of the regions that the log names."""
        if self.rules:
            ruleset = load_packs(find_packs(self.rules))
        else:
            ruleset = default_rules({region for region in (*regions, self.region) if region})
        require_known(self.agencies, ruleset.rules)
        return ruleset

    def options(self, ruleset: RuleSet) -> Options:
        """How the log is judged."""
        return Options(
            as_of=self.as_of,
            default_region=self.region,
            named_packs=frozenset(pack.id for pack in ruleset.packs) if self.rules else frozenset(),
            agencies=self.agencies.everywhere,
            agencies_by_rule=self.agencies.by_rule,
            due_soon=self.due_soon,
        )


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
    agencies: Agencies = (),
    due_soon: int = 2,
    known_on: str | dt.date | None = None,
    holidays: Sequence[str | Path] = (),
) -> Prepared:
    """Read what :func:`check` takes, ready for the case evaluator; arguments and errors as there."""
    calendars = Calendars(known_on=_day(known_on), holidays=holidays)
    asked = _Asked(
        _as_of(as_of), _region(region), tuple(_specs(rules)), agency_list(agencies), _soon(due_soon), calendars
    )
    log = _log(_paths(events) or events, encoding=encoding, columns=columns)
    ruleset = asked.ruleset({event.region for event in log.events})
    return Prepared(log, ruleset, asked.options(ruleset), calendars)


# --- large logs -------------------------------------------------------------------------------------------

LARGE = 3_000_000
"""Bytes of log (some 25,000 rows) from which the evaluator for large logs is the quicker one."""
_PLAIN = frozenset({".csv", ".tsv", ".txt", ""})


def are_large(paths: Sequence[str | Path]) -> bool:
    """Whether the files are so large that the relational evaluator judges them faster, its start included."""
    from zwgk.events.sources import find_sources

    try:
        return sum(Path(source.path).stat().st_size for source in find_sources(paths)) >= LARGE
    except (OSError, ValueError, InputError):
        return False  # the reader has the message


def _judged_large(
    events: Events, asked: _Asked, *, encoding: str | None, columns: Columns, progress: Progress | None
) -> _Judged:
    from zwgk.relational import evaluate_large

    chosen: list[RuleSet] = [asked.ruleset(())] if asked.rules else []

    def choose(regions: Iterable[str]) -> Sequence[Rule]:
        if not chosen:
            chosen.append(asked.ruleset(regions))
        return chosen[0].rules

    headers = _plain_columns(columns)
    source: Sequence[str | Path] | Log | None = _plain_files(events) if headers is not None else None
    if source is None:
        source = _log(events, encoding=encoding, columns=columns)
    if progress:
        progress(0.0)
    options = asked.options(chosen[0] if chosen else RuleSet((), (), ""))
    facts = evaluate_large(source, choose, options, asked.calendars, encoding=encoding, columns=headers or None)
    if progress:
        progress(1.0)
    return _Judged(facts, facts, facts.inputs, facts.problems, facts.unread, chosen[0])


def _plain_columns(columns: Columns) -> Mapping[str, str] | None:
    """A mapping that says no more than header → column (empty: nothing); None if it says more."""
    if columns is None:
        return {}
    if isinstance(columns, Mapping) and all(isinstance(name, str) for name in columns.values()):
        return columns
    return None


def _plain_files(events: Events) -> list[str | Path] | None:
    """The paths of text files, which the relational evaluator reads itself; None if they are anything else."""
    from zwgk.events.sources import find_sources

    files = [Path(source.path) for source in find_sources(_paths(events) or ()) if not source.sheet]
    return list(files) if files and all(file.suffix.lower() in _PLAIN and file.is_file() for file in files) else None


# --- arguments --------------------------------------------------------------------------------------------


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise UsageError(message)


def _as_of(value: str | dt.date | dt.datetime) -> Moment:
    try:
        return read_as_of(value)
    except DateError as error:
        raise UsageError(
            _("截至时刻 as_of 为“{found}”，应为{expected}").format(found=error.found, expected=error.expected)
        ) from None


def _day(value: str | dt.date | None) -> dt.date | None:
    if value is None or isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromordinal(read_as_of(value).day)
    except DateError as error:
        raise UsageError(
            _("known_on 为“{found}”，应为{expected}").format(found=error.found, expected=error.expected)
        ) from None


def _region(region: str | None) -> str:
    if not region:
        return ""
    _require(
        len(region) == 6 and region.isascii() and region.isdigit(),
        _("行政区划代码为“{region}”，应为6位数字，如510504").format(region=region),
    )
    return region


def _soon(days: int) -> int:
    _require(days >= 0, _("due_soon 为{days}，应为不小于0的整数").format(days=days))
    return days


def _specs(rules: str | Path | Sequence[str | Path] | None) -> list[str]:
    if rules is None:
        return []
    return [str(rules)] if isinstance(rules, str | Path) else [str(one) for one in rules]


def _paths(events: Events) -> list[str | Path] | None:
    """The paths, if that is what the events are."""
    if isinstance(events, str | Path):
        return [events]
    if isinstance(events, Sequence) and events and all(isinstance(one, str | Path) for one in events):
        return list(events)
    return None


def _log(events: Events, *, encoding: str | None, columns: Columns) -> Log:
    from zwgk.events import log_from_records, read_log

    rows = _table_rows(events)
    if rows is None and isinstance(events, Iterable):
        rows = list(events)
    if rows is None:
        raise UsageError(
            _("事件为{__name__}，应为路径、字典的列表，或 polars / pandas / pyarrow 表").format(
                __name__=type(events).__name__
            )
        )
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


def _head(judged: _Judged, asked: _Asked, waivers: Mapping[str, Any]) -> Head:
    ruleset, facts = judged.ruleset, judged.facts
    calendar, known_on = asked.calendars(asked.region), asked.calendars.known_on
    return Head(
        as_of=asked.options(ruleset).moment.iso(),
        engine=__version__,
        packs=ruleset.packs,
        rules_digest=ruleset.digest,
        calendar={
            "id": calendar.id,
            "horizon": calendar.horizon.isoformat(),
            "digest": calendar.digest,
            **({"known_on": known_on.isoformat()} if known_on else {}),
        },
        inputs=judged.inputs,
        problems=tuple(sorted(judged.problems, key=lambda one: (str(one.path), one.row or 0))),
        unread=judged.unread,
        unmatched_events=facts.unmatched_events,
        idle_rules=facts.idle_rules,
        notes={
            "duplicates": facts.duplicates,
            "after_as_of": facts.after_as_of,
            **({"after_as_of_rows": [evidence_record(one) for one in facts.later]} if facts.later else {}),
            "obligors": {rule: {"by": by, "count": count} for rule, (by, count) in facts.obligors.items()},
            "unchecked": {pack.id: len(pack.unchecked) for pack in ruleset.packs if pack.unchecked},
            **({"waivers": dict(waivers)} if waivers else {}),
        },
        decider=facts.decider,
    )
