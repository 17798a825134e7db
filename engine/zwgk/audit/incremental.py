"""One night's evaluation of what can have changed: the same findings as a whole one gives, at a fraction of its cost.

Judged again are: the groups of events (a case, or equal events without case) with a new line, or with an event that lay after
as-of and no longer does; those whose verdict may be another as of now (:func:`zwgk.audit.items.wakes`); of duties among linked
events whatever shares a link with a new line; of the duties of agencies those with a new performance, with somebody new who may
owe, with a finding that may be another as of now, and in a new month all. A finding depends on nothing else: on the events of
its group, on as-of, and on rules, calendar, options, engine and the log's columns, any change of which has everything
evaluated again. So has a log that changed otherwise than by growing: its earlier bytes must have the digest they had.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zwgk._version import __version__
from zwgk.audit.affected import Affected, Before
from zwgk.audit.items import group_number, group_of, item_of, owed_group, wakes
from zwgk.audit.lines import Lines, Mark, joined, mark_of, mark_record
from zwgk.audit.night import Night, agencies, setting_of
from zwgk.audit.plain import UnindexedError, plain_header
from zwgk.audit.proof import Proof
from zwgk.audit.rowindex import caseless_group, needs_of, tie_keys, unread_tie_keys
from zwgk.audit.standing import pace_of_finding
from zwgk.audit.state import KnownInput
from zwgk.calendars import Calendars
from zwgk.evaluation import (
    Options,
    agency_wide_findings,
    by_case,
    first_days_of,
    in_order,
    linked_findings,
    make_judge,
    seen_in,
    set_aside_caseless,
)
from zwgk.i18n import _
from zwgk.model import SECONDS_A_DAY, Moment, Problem
from zwgk.reports.jsontext import finding_record
from zwgk.timeline import evaluate_alone, evaluate_case
from zwgk.unread import unread_of, unread_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zwgk.audit.changes import Setting
    from zwgk.audit.config import Config
    from zwgk.audit.items import Item
    from zwgk.audit.lines import Reading
    from zwgk.audit.standing import Counts, Paces
    from zwgk.audit.state import RunRow, State
    from zwgk.findings import Judge
    from zwgk.model import Event, Finding, Rule
    from zwgk.rules import RuleSet
    from zwgk.unread import UnreadRow

_MOST_NEW = 64 << 20
"""Bytes of new lines beyond which a whole evaluation is simpler."""


def evaluate_changes(config: Config, state: State, paths: Sequence[str], as_of: Moment, last: RunRow) -> Night:
    """Evaluate what can have changed since ``last``, and lay down where new lines stand.

    To be called inside the transaction that keeps the night, and undone with it.

    Raises:
        UnindexedError: that is not provably enough; the text says why.
    """
    facts = state.meta("index")
    if not facts or not {"first_days", "unread"} <= facts.keys():
        raise UnindexedError(_("还没有逐行的索引"))
    marks = [mark_of(record) for record in facts["marks"]]
    _require(as_of.latest >= last.as_of_second, _("截至的时刻早于上次"))
    _require(list(paths[: len(marks)]) == [mark.path for mark in marks], _("日志文件的次序变了或少了文件"))
    proof = Proof(marks)
    marks += [_new_mark(path, config, facts) for path in paths[len(marks) :]]
    sizes = [Path(mark.path).stat().st_size for mark in marks]
    _require(all(size >= mark.size for size, mark in zip(sizes, marks, strict=True)), _("日志变短了"))
    _require(sum(sizes) - sum(mark.size for mark in marks) <= _MOST_NEW, _("新增的内容太多"))
    lines = Lines(marks)
    fresh = joined([lines.tail(place, size) for place, size in enumerate(sizes)])
    ruleset = _rules(config, facts, fresh.events)
    setting = setting_of(config, ruleset.digest, __version__)
    _require(list(setting) == state.meta("setting"), _changed(setting, state))
    before = Before(last.as_of_second, tuple(mark.lines for mark in marks))
    night = _Night(config, state, lines, ruleset=ruleset, facts=facts, as_of=as_of, before=before)
    try:
        found = night.evaluate(fresh, setting)
    except UnindexedError:
        raise
    except Exception:
        # Of a file that did not only grow, lines that were laid down may say anything: then that is what is wrong.
        proof.digests(marks, sizes)
        raise
    digests = proof.digests(marks, sizes)
    done = [mark._replace(digest=digest) for mark, digest in zip(lines.marks, digests, strict=True)]
    problems = [list(problem) for problem in found.problems]
    unread = [*facts["unread"], *map(unread_record, fresh.unread)]
    kept = {**facts, "marks": [mark_record(mark) for mark in done], "problems": problems, "unread": unread}
    state.put_meta("index", kept)
    inputs = tuple(KnownInput(mark.path, mark.rows, mark.digest) for mark in done)
    return replace(found, inputs=inputs)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise UnindexedError(message)


def _changed(setting: Setting, state: State) -> str:
    """A sentence naming what is different from the last run."""
    from zwgk.audit.told import cause_label

    names = setting.differing(type(setting)(*state.meta("setting")))
    return cause_label("+".join(names)) if names else ""


def _new_mark(path: str, config: Config, facts: Mapping[str, Any]) -> Mark:
    """The mark of a file that is new: nothing of it has been read but its header."""
    header = plain_header(path, encoding=config.encoding, columns=config.columns)
    _require(header.columns <= set(facts["columns"]), _("新文件有新的列"))
    with Path(path).open("rb") as stream:
        first = stream.readline()
    return Mark(path, len(first), "", 1, 0, header, 2 if first.endswith(b"\r\n") else 1)


def _rules(config: Config, facts: Mapping[str, Any], events: Iterable[Event]) -> RuleSet:
    from zwgk.rules import default_rules, find_packs, load_packs

    if config.packs:
        return load_packs(find_packs(config.packs))
    regions = set(facts["regions"])
    _require({event.region for event in events if event.region} <= regions, _("日志里出现了新的地区"))
    return default_rules(regions | ({config.region} if config.region else set()))


# --- the evaluation ---------------------------------------------------------------------------------------


class _Night:
    """One night: which groups are judged again, and what comes of it."""

    def __init__(
        self,
        config: Config,
        state: State,
        lines: Lines,
        *,
        ruleset: RuleSet,
        facts: dict[str, Any],
        as_of: Moment,
        before: Before,
    ) -> None:
        self.config = config
        self.state = state
        self.lines = lines
        self.ruleset = ruleset
        self.facts = facts
        self.as_of = as_of
        self.before = before
        self.needs = needs_of(ruleset.rules, config)
        self.affected = Affected(state, lines, self.needs, as_of=as_of, before=before)
        self.calendars = Calendars(known_on=config.known_on, holidays=config.holidays)
        self.rules = {rule.id: rule for rule in ruleset.rules}

    def evaluate(self, fresh: Reading, setting: Setting) -> Night:
        """The night's findings; new lines are laid down first, so that they are found like all others."""
        visible = self.affected.lay_down(fresh)
        touched = {_group(event) for event in visible} | {group_number(row.case) for row in fresh.unread if row.case}
        woken = self.state.waking(self.as_of.latest)
        unread = [unread_of(record) for record in self.facts["unread"]]
        now, options = self._judge(self.as_of, [*unread, *fresh.unread])
        then, _options = self._judge(Moment(*divmod(self.before.second, SECONDS_A_DAY)), unread)
        cases = self.affected.of_groups(touched | woken)
        keys = {key for event in visible for key in tie_keys(event, self.needs)}
        links, tied = self.affected.linked(keys | unread_tie_keys(fresh.unread, self.needs))
        found = in_order([*_judged(cases.now, now), *linked_findings(links.now, self.ruleset.rules, (), now)])
        gone = in_order([*_judged(cases.then, then), *linked_findings(links.then, self.ruleset.rules, (), then)])
        concerned = self._concerned(visible, {row.event for row in fresh.unread}, woken)
        wide = in_order(self._wide(concerned, now, options))
        every = (*found, *wide)
        soon = frozenset(one.fingerprint for one in every if one.due_soon)
        items = {one.fingerprint: item_of(finding_record(one), soon) for one in every}
        counts, paces = self._counts(found, gone, wide, frozenset(rule.id for rule in concerned))
        owed = {owed_group(rule.id) for rule in concerned}
        return Night(
            mode="incremental",
            as_of=self.as_of,
            setting=setting,
            items=items,
            groups={name: group_of(one, self.rules[one.rule]) for name, one in items.items()},
            wakes={name: self._wakes(one) for name, one in items.items()},
            counts=counts,
            paces=paces,
            inputs=(),
            problems=self._problems(fresh, visible),
            horizon=self.calendars(self.config.region).horizon.isoformat(),
            packs=tuple(pack.id for pack in self.ruleset.packs),
            titles={rule.id: rule.title for rule in self.ruleset.rules},
            rules=tuple(self.ruleset.rules),
            scope=frozenset(touched | (woken - self._owed()) | tied | owed),
            touched=frozenset(touched | tied),
            untold=frozenset(owed),
        )

    def _owed(self) -> set[int]:
        return {owed_group(rule.id) for rule in self.needs.wide}

    def _judge(self, as_of: Moment, unread: Sequence[UnreadRow]) -> tuple[Judge, Options]:
        listed = agencies(self.config)
        options = Options(
            as_of=as_of,
            default_region=self.config.region,
            named_packs=frozenset(pack.id for pack in self.ruleset.packs) if self.config.packs else frozenset(),
            agencies=listed.everywhere,
            agencies_by_rule=listed.by_rule,
            due_soon=self.config.due_soon,
        )
        columns = frozenset(self.facts["columns"])
        judge = make_judge(self.ruleset.rules, options, self.calendars, columns, unread=unread)
        return judge, options

    def _wakes(self, item: Item) -> int | None:
        calendar = self.calendars(item.region or "")
        return wakes(item, self.rules[item.rule], self.as_of, calendar, due_soon=self.config.due_soon)

    def _problems(self, fresh: Reading, visible: Sequence[Event]) -> tuple[Problem, ...]:
        known = [Problem(*one) for one in self.facts["problems"]]
        paths = [mark.path for mark in self.lines.marks]
        caseless = set_aside_caseless(visible, self.ruleset.rules, paths)[1]
        # In the order in which a whole run's report has them.
        found = dict.fromkeys([*known, *fresh.problems, *caseless])
        return tuple(sorted(found, key=lambda one: (one.path, one.row or 0)))

    # --- duties of agencies -------------------------------------------------------------------------------

    def _concerned(self, visible: Sequence[Event], unread: set[str], woken: set[int]) -> list[Rule]:
        """The duties of agencies that may have come out differently since the last run; ``unread`` are names of events."""
        known = self.facts["first_days"]
        kept = self.affected.kept(visible)
        first_days = first_days_of([*known.items(), *((event.agency, event.time.day) for event in kept)])
        then = dt.date.fromordinal(self.before.second // SECONDS_A_DAY)
        now = dt.date.fromordinal(self.as_of.day)
        # A new month may be a new period of any of them; a first day shifts what was due before the log told of an agency.
        every = first_days != known or self.affected.shows_more or (then.year, then.month) != (now.year, now.month)
        self.facts["first_days"] = first_days
        names = {event.event for event in visible} | unread
        every = every or "" in unread
        return [rule for rule in self.needs.wide if every or rule.performance in names or owed_group(rule.id) in woken]

    def _wide(self, rules: Sequence[Rule], judge: Judge, options: Options) -> list[Finding]:
        if not rules:
            return []
        events = self.affected.performances({rule.performance for rule in rules})
        alike = {(event.source, event.row): event for event in (*events, *self.affected.kept(self.affected.shown))}
        witnesses = seen_in([alike[place] for place in sorted(alike)])
        seen = witnesses._replace(first_days=self.facts["first_days"])
        return agency_wide_findings(events, rules, options, judge, seen=seen)[0]

    # --- numbers ------------------------------------------------------------------------------------------

    def _counts(
        self,
        found: Sequence[Finding],
        gone: Sequence[Finding],
        wide: Sequence[Finding],
        of_agencies: frozenset[str],
    ) -> tuple[Counts, Paces]:
        """The numbers over all findings: those of the last run, without what these groups had then, with what they have."""
        counts: Counts = Counter(self.state.pairs("counts"))
        paces: Paces = Counter(self.state.pairs("paces"))
        for key in [key for key in counts if key[0] in of_agencies]:
            del counts[key]
        for one in (*found, *wide):
            _count(one, counts, paces, 1)
        for one in gone:
            _count(one, counts, paces, -1)
        return counts, paces


def _count(one: Finding, counts: Counts, paces: Paces, by: int) -> None:
    agency = one.agency or ""
    counts[one.rule.id, agency, one.verdict.value] += by
    if one.due_soon:
        counts[one.rule.id, agency, "due-soon"] += by
    pace = pace_of_finding(one)
    if pace is not None:
        paces[pace] += by


def _group(event: Event) -> int:
    return group_number(event.case) if event.case else caseless_group(event)


def _judged(events: Iterable[Event], judge: Judge) -> Sequence[Finding]:
    """The findings of cases, and of events without case."""
    found: list[Finding] = []
    for group in by_case(events):
        found.extend(evaluate_case(group, judge) if group[0].case else evaluate_alone(group[0], judge))
    return judge.doubts.of_cases(found)
