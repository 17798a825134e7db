"""The relational evaluator: large logs, judged as relations; the report is that of the case evaluator, to the byte.

Regular matters (each event at most once in its case) are joined, measured and written by DuckDB. Everything that takes
a decision asks, once for each distinct question, the code that judges single cases: which duties an event raises
(:mod:`zwgk.columnar.patterns`), when a limit ends (:mod:`zwgk.columnar.dues`), what the signs amount to and how a
finding is written (:mod:`zwgk.columnar.templates`). All other cases are judged by that code itself
(:mod:`zwgk.columnar.irregular`).
"""

from __future__ import annotations

import gc
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from zwgk.columnar import dues, irregular, load, patterns, templates
from zwgk.columnar.irregular import VERDICTS
from zwgk.columnar.patterns import ALONE, FOLLOWED, IN_DAYS, IN_HOURS, PERIOD, PRECEDED
from zwgk.columnar.store import Store
from zwgk.evaluation import MOST_LATER, idle, make_judge, unmatched
from zwgk.events.rows import read_region
from zwgk.model import SECONDS_A_DAY, Evidence, Log, Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from zwgk.columnar.irregular import Judged
    from zwgk.columnar.load import Loaded
    from zwgk.columnar.patterns import Duty, Patterns, Terms
    from zwgk.decide import Decider, Outcome
    from zwgk.evaluation import Options
    from zwgk.findings import Judge
    from zwgk.measure import WorkCalendar
    from zwgk.model import Finding, InputFile, Problem, Rule
    from zwgk.unread import UnreadRow

_HOUR = 3600
_BATCH = 2048
"""Rows of one batch of lines: what the store works on at a time, so that a batch is in order in itself."""
_ROWS_AT_ONCE = 122_880
"""Lines held at once: as many as the store keeps together."""
_DONE = ("none", "in_time", "after", "between", "contradicts")
_CLOSED = ("no", "enough", "short", "between", "contradicts")
_PRECEDED = ("absent", "kept", "broken", "unclear")
_FOLLOWED = ("open", "kept", "broken")
_REACHED = ("ahead", "reached", "between")
_EXCUSE = ("blank", "given", "unknown")


class LargeEvaluation:
    """What was found; the findings stay in the store until they are asked for.

    Attributes:
        inputs, columns: the files as read, and the names of their columns.
        problems, unread: what could not be read, then events without the case they need; what is legible of those rows.
        unmatched_events, idle_rules, duplicates, after_as_of, later, obligors, decider: as in
            :class:`~zwgk.evaluation.Evaluation`.
        rules: the rules that ran.
        counts: (rule id, agency or "", verdict or ``due-soon``) → number of findings.
    """

    inputs: tuple[InputFile, ...]
    columns: frozenset[str]
    problems: tuple[Problem, ...]
    unread: tuple[UnreadRow, ...]
    unmatched_events: dict[str, int]
    idle_rules: tuple[str, ...]
    duplicates: int
    after_as_of: int
    later: tuple[Evidence, ...]
    obligors: dict[str, tuple[str, int]]
    decider: str
    rules: tuple[Rule, ...]
    counts: Mapping[tuple[str, str, str], int]

    def __init__(self, store: Store) -> None:
        """An evaluation that is being made."""
        self._store = store
        self._soon: frozenset[str] = frozenset()
        # Whoever forgets the evaluation has closed it.
        self._clear = weakref.finalize(self, store.close)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the store away."""
        self.close()

    def close(self) -> None:
        """Clear the store away."""
        self._clear()

    def chunks(self, verdicts: Collection[str] | None = None) -> Iterator[bytes]:
        """JSON lines of the findings with these verdicts (None: all), in report order, in blocks of whole lines."""
        wanted = list(VERDICTS if verdicts is None else verdicts)
        yield from _lines(self._store, wanted)

    def soon(self) -> frozenset[str]:
        """The fingerprints of the findings that are due soon."""
        return self._soon | {text for (text,) in self._store.rows("soon")}


def evaluate_large(
    log: Sequence[str | Path] | Log,
    rules: Sequence[Rule] | Callable[[frozenset[str]], Sequence[Rule]],
    options: Options,
    calendar_of: Callable[[str], WorkCalendar],
    *,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    decider: Decider | None = None,
    memory_limit: str | None = None,
    temp_dir: str | None = None,
) -> LargeEvaluation:
    """Judge a log by rules.

    Args:
        log: files, or a log that has been read.
        rules: the rules, or a function that chooses them by the regions that the log names.
        options: how the log is judged.
        calendar_of: the working-day calendar of a region (adcode, "" for the nation).
        encoding: of the files; found for each by itself where None.
        columns: header → column name, for headers that are not known.
        decider: decides patterns; the usual one where None.
        memory_limit: as DuckDB writes it (``2GB``); past it, the store spills to ``temp_dir``.
        temp_dir: where the store may spill; the system's folder for temporary files where None.

    Raises:
        InputError: a file that cannot be read as a log at all.
    """
    store = Store(memory_limit=memory_limit, temp_dir=temp_dir)
    try:
        with _uncollected():
            if isinstance(log, Log):
                loaded = load.load_log(store, log)
            else:
                loaded = load.load(store, log, encoding=encoding, columns=columns)
            store.shut_out()
            chosen = tuple(rules(_regions(store)) if callable(rules) else rules)
            judge = make_judge(chosen, options, calendar_of, loaded.columns, decider=decider)
            return _evaluate(store, loaded, chosen, options, judge)
    except BaseException:
        store.close()
        raise


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles: events and findings make none, and it would walk over all of them again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _regions(store: Store) -> frozenset[str]:
    """The regions that the log names."""
    texts = store.ask("SELECT DISTINCT region FROM raw WHERE region IS NOT NULL")
    return frozenset(code for (text,) in texts if (code := read_region(text)))


def _evaluate(store: Store, loaded: Loaded, rules: Sequence[Rule], options: Options, judge: Judge) -> LargeEvaluation:
    as_of = judge.as_of.day * SECONDS_A_DAY + (judge.as_of.second or 0)
    store.set("as_of", as_of)
    terms = patterns.terms_of(rules, judge)
    found = patterns.settle(store, loaded, rules, judge, terms)
    store.run("events")
    inputs, problems, unread = load.bad_rows(store, loaded)
    total = store.ask("SELECT count(*) FROM events")[0][0]
    later = _later(store, found)
    store.run("past")
    names = patterns.occurrences(store, found)
    copies = patterns.drop_copies(store)
    store.run("irregular")
    if unread:
        store.put("unread", {"matter": ("text", list({row.case for row in unread if row.case}))})
        store.run("doubtful")
    store.run("interrupted")
    places = {rule_id: place for place, rule_id in enumerate(sorted({rule.id for rule in rules}))}
    judged = irregular.judge_irregular(
        store,
        loaded,
        found,
        terms,
        rules=rules,
        options=options,
        judge=judge.doubting(unread, rules) if unread else judge,
        places=places,
        paths=[file.path for file in inputs],
    )
    store.drop("raw", "repeated", "copies")
    _relate(store, found, terms, judge)
    shapes = _put_shapes(store, found, judge, places)
    _put_sources(store, loaded, len(inputs))
    store.run("findings")
    store.drop("measured", "written")
    result = LargeEvaluation(store)
    result.inputs, result.columns, result.rules, result.unread = inputs, loaded.columns, tuple(rules), unread
    result.problems = (*problems, *judged.problems)
    result.unmatched_events, result.idle_rules = unmatched(names, rules), idle(names, rules)
    result.duplicates, result.after_as_of = copies + judged.duplicates, total - names.total()
    result.later = later
    result.obligors, result.decider = judged.obligors, judge.decider.name
    result.counts = _counts(store, found, shapes, judged)
    result._soon = frozenset(judged.soon)  # noqa: SLF001
    return result


def _later(store: Store, found: Patterns) -> tuple[Evidence, ...]:
    store.set("most_later", MOST_LATER)
    return tuple(
        Evidence(found.names[event], Moment(day, second), line, source)
        for event, day, second, line, source in store.rows("later")
    )


def _relate(store: Store, found: Patterns, terms: Terms, judge: Judge) -> None:
    """From events to ``measured``: obligations with their performance and signs."""
    tracks, numbers = dues.tracks_of(found.duties)
    store.run("obligations")
    calendars, since = dues.put_days(store, tracks, judge)
    _put_duties(store, found, numbers, calendars, terms, judge)
    dues.put_dues(store, tracks, judge, since, duties=found.duties, names=found.names)
    store.run("measured")
    store.connection.execute("DROP VIEW past")
    store.drop("obligations", "events", "irregular", "interrupted")


def _put_duties(
    store: Store,
    found: Patterns,
    tracks: Sequence[int | None],
    calendars: Mapping[str, int],
    terms: Terms,
    judge: Judge,
) -> None:
    """``duties``: one row a duty, with what measuring asks of it."""
    rows = []
    for number, (duty, track) in enumerate(zip(found.duties, tracks, strict=True), start=1):
        rule, excuse = duty.rule, duty.rule.excuse
        needs = rule.preceded_by if duty.form == PRECEDED else None if duty.form == ALONE else rule.performance
        hours = rule.limit.number * _HOUR if duty.form == IN_HOURS and rule.limit else None
        rows.append(
            (
                number,
                duty.form,
                terms.numbers.get(needs or "", -1) if needs else None,
                terms.numbers.get(rule.provided, -1) if rule.provided and duty.form not in (PERIOD, ALONE) else None,
                hours,
                track,
                calendars.get(duty.calendar),
                rule.only_if_performed and duty.form in (IN_DAYS, IN_HOURS),
                1 << terms.excuses.index(excuse.attribute) if excuse else None,
                0 if excuse is None or excuse.attribute in judge.columns else 2,
                excuse is not None and rule.trigger in excuse.events,
                excuse is not None and rule.performance in excuse.events,
                dues.soon_until(duty, judge) if hours is not None else None,
                found.agencies.index(rule.owed_by[0]) if rule.owed_by else None,
            )
        )
    names = {
        "duty": "small", "form": "small", "needs": "small", "provided": "small", "seconds": "int", "track": "small",
        "calendar": "small", "optional": "flag", "excused_by": "int", "lacking": "small", "on_trigger": "flag",
        "on_performance": "flag", "soon_until": "small", "owner": "small",
    }  # fmt: skip
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    store.put("duties", {name: (kind, column) for (name, kind), column in zip(names.items(), columns, strict=True)})


def _put_sources(store: Store, loaded: Loaded, files: int) -> None:
    """``sources``: one row a file: what follows a row number of it in JSON, and what stands around it in sentences."""
    count = max(files, 1)
    if loaded.held is not None:
        count = max([count, *(event.source + 1 for event in loaded.held)])
    suffixes = ["" if number == 0 else f',"file":{number + 1}' for number in range(count)]
    before, after = zip(*map(templates.place_texts, range(count)), strict=True)
    columns = {"source": ("small", range(count)), "suffix": ("text", suffixes)}
    store.put("sources", {**columns, "before": ("text", before), "after": ("text", after)})


# --- shapes -----------------------------------------------------------------------------------------------


def _put_shapes(store: Store, found: Patterns, judge: Judge, places: Mapping[str, int]) -> list[tuple[str, str]]:
    """``shapes``: one row a duty with signs that it shows, and its line cut into parts.

    Returns the rule id and the verdict of each shape. The first shapes are those of lines that the case evaluator
    wrote: one a verdict.
    """
    shapes = [("", verdict) for verdict in VERDICTS]
    width = len(templates.SLOTS) + 1
    rows: list[tuple[Any, ...]] = [
        (number, None, None, None, verdict, False, False, None, None, *[None] * width)
        for number, verdict in enumerate(VERDICTS)
    ]
    for number, code in store.rows("signs"):
        duty = found.duties[number - 1]
        finding = _written(duty, code, judge)
        parts = templates.parts_of(finding, due=duty.form in (IN_DAYS, IN_HOURS, PERIOD))
        prints = templates.print_texts(duty.rule)
        flags = (parts.count_given, parts.count_said)
        rows.append(
            (len(rows), number, code, places[duty.rule.id], finding.verdict.value, *flags, *prints, *parts.texts)
        )
        shapes.append((duty.rule.id, finding.verdict.value))
    names = {
        "shape": "small", "duty": "small", "signs": "int", "place": "small", "verdict": "text", "count_given": "flag",
        "count_said": "flag", "print_before": "text", "print_between": "text",
        **{f"p{i}": "text" for i in range(width)},
    }  # fmt: skip
    columns = zip(*rows, strict=True)
    store.put("shapes", {name: (kind, column) for (name, kind), column in zip(names.items(), columns, strict=True)})
    return shapes


def _written(duty: Duty, code: int, judge: Judge) -> Finding:
    """The finding of a shape, with tokens."""
    applies = "unknown" if duty.missing else "yes"
    done, now, excuse = code % 8, code // 8 % 4, code // 32 % 4
    unit = dues.UNITS[code // 128]
    rule, missing = duty.rule, duty.missing
    outcome: Outcome
    if duty.form == PERIOD:
        outcome = judge.outcome("period", applies, _CLOSED[done], _REACHED[now], _EXCUSE[excuse])
        return templates.period(rule, outcome, judge, done=done > 0, unit=unit, missing=missing)
    if duty.form in (PRECEDED, FOLLOWED):
        outcome = judge.outcome("order", applies, (_PRECEDED if duty.form == PRECEDED else _FOLLOWED)[done])
        return templates.order(rule, outcome, judge, done=done > 0, missing=missing)
    if duty.alone is not None:
        return templates.alone(rule, duty.alone, judge)
    outcome = judge.outcome("due", applies, _DONE[done], dues.NOW[now])
    counted = None if dues.NOW[now] == "waiting" else unit
    return templates.deadline(rule, outcome, judge, done=done > 0, unit=counted, missing=missing)


# --- findings ---------------------------------------------------------------------------------------------


def _counts(
    store: Store, found: Patterns, shapes: Sequence[tuple[str, str]], judged: Judged
) -> Mapping[tuple[str, str, str], int]:
    counts = judged.counts
    for shape, agency, number, soon in store.rows("counts"):
        rule_id, verdict = shapes[shape]
        counts[rule_id, found.agencies[agency], verdict] += number
        if soon:
            counts[rule_id, found.agencies[agency], "due-soon"] += soon
    return counts


def _lines(store: Store, verdicts: Sequence[str]) -> Iterator[bytes]:
    """The lines in order, straight from the buffers of the store."""
    total = store.ask("SELECT count(*) FROM findings")[0][0]
    for start in range(0, total, _ROWS_AT_ONCE):
        values = {"start": start, "end": start + _ROWS_AT_ONCE, "verdicts": list(verdicts)}
        # The threads of the store hand their batches over as they finish: so each span is put in order here.
        with store.joins_as_written():
            batches = sorted(store.batches(store.query("lines"), values, _BATCH), key=_first_place)
        places = [place for some, _ in batches for place in some]
        if places != sorted(places):
            batches = list(store.batches(f"{store.query('lines')} ORDER BY place", values, _BATCH))
        for _, data in batches:
            yield bytes(data)


def _first_place(batch: tuple[list[int], memoryview]) -> int:
    return batch[0][0]
