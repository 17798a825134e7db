"""Breaches that a row which cannot be read could overturn are left open (``docs/semantics.md`` § 10)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from zwgk import phrases
from zwgk.model import Kind, Verdict
from zwgk.selection import links_of, state_of_all, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zwgk.model import Clock, Finding, Rule
    from zwgk.selection import Link, Scope
    from zwgk.unread import UnreadRow


_MOST_NAMED = 3
"""Rows that a reason names; of more it gives the number."""


class Doubts:
    """The rows of a log that could not be read, by what they may be about.

    Every method gives findings back as they are but for breaches that do not hold under every reading of these rows.
    """

    def __init__(self, rows: Sequence[UnreadRow], rules: Iterable[Rule], scope: Scope) -> None:
        """``rules`` are those that run."""
        self._rows = rows
        self._rules = {rule.id: rule for rule in rules} if rows else {}
        self._scope = scope
        self._of_case: defaultdict[str, list[UnreadRow]] = defaultdict(list)
        for row in rows:
            if row.case:
                self._of_case[row.case].append(row)
        self._of_links: dict[str, Mapping[Link, Sequence[UnreadRow]]] = {}
        self._of_duties: dict[str, Mapping[str, Sequence[UnreadRow]]] = {}

    def of_cases(self, findings: Sequence[Finding]) -> Sequence[Finding]:
        """Findings of duties that arise and are discharged in one case."""
        if not self._of_case:
            return findings
        return [self._left_open(one, self._in_case(one)) if _is_breach(one) else one for one in findings]

    def of_link(self, link: Link, findings: Iterable[Finding]) -> Iterable[Finding]:
        """Findings of a duty among the events of one link (``match_by``)."""
        if not self._rows:
            return findings
        return [self._left_open(one, self._in_link(one, link)) if _is_breach(one) else one for one in findings]

    def of_agency(self, finding: Finding, *, done: int) -> Finding:
        """The finding of a duty of agencies; ``done`` events of the period perform it or may."""
        if not self._rows or not _is_breach(finding):
            return finding
        rule = finding.rule
        known = self._of_duties.get(rule.id)
        if known is None:
            known = self._of_duties[rule.id] = self._by_ower(rule)
        rows = known.get(finding.agency or "", ()) if finding.member is None else _of_member(known, finding.member)
        return self._left_open(finding, rows) if done + len(rows) >= rule.at_least else finding

    # --- which rows ---------------------------------------------------------------------------------------

    def _in_case(self, finding: Finding) -> list[UnreadRow]:
        rule = finding.rule
        rows = self._of_case.get(finding.case or "", ())
        return [row for row in rows if self._could_overturn(rule, row) or self._could_unseat(rule, row)]

    def _in_link(self, finding: Finding, link: Link) -> list[UnreadRow]:
        rule = finding.rule
        known = self._of_links.get(rule.id)
        if known is None:
            known = self._of_links[rule.id] = self._by_link(rule)
        rows = [row for row in known.get(link, ()) if self._could_overturn(rule, row)]
        rows += [row for row in self._of_case.get(finding.case or "", ()) if self._could_unseat(rule, row)]
        return sorted({id(row): row for row in rows}.values(), key=_place)

    def _by_link(self, rule: Rule) -> Mapping[Link, Sequence[UnreadRow]]:
        found: defaultdict[Link, list[UnreadRow]] = defaultdict(list)
        for row in self._rows:
            for link in links_of(row, rule.match_by or ""):
                found[link].append(row)
        return found

    def _by_ower(self, rule: Rule) -> Mapping[str, Sequence[UnreadRow]]:
        """The rows that may perform a duty of agencies, by agency, or by member (blank: whichever)."""
        found: defaultdict[str, list[UnreadRow]] = defaultdict(list)
        for row in self._rows:
            if not (_performs(rule, row) and self._looks_at(rule, row)):
                continue
            keys: Iterable[str] = (row.agency,) if row.agency else ()
            if rule.kind is Kind.COVERAGE:
                keys = _values(row, rule.member or "") or ("",)
            for key in keys:
                found[key].append(row)
        return found

    def _could_overturn(self, rule: Rule, row: UnreadRow) -> bool:
        """Whether a row of the case (or link) could be an event with which a breach of the rule would not stand."""
        may_be_trigger = _may_be(row, {rule.trigger}) and self._looks_at(rule, row)
        if rule.kind is Kind.DEADLINE:
            may_take_away = rule.provided_anew and may_be_trigger
            return _performs(rule, row) or _may_be(row, clock_names(rule.clock)) or may_take_away
        if rule.kind is Kind.MINIMUM_PERIOD:
            # It cannot lengthen the period; it can only excuse that it is short.
            excuse = rule.excuse
            if excuse is None or not (excuse.attribute in row.illegible or _values(row, excuse.attribute)):
                return False
            return _may_be(row, {rule.trigger, rule.performance} & {*excuse.events})
        if rule.kind is Kind.ORDER and rule.preceded_by:
            return _may_be(row, {rule.preceded_by})
        if rule.kind is Kind.ORDER:
            return _performs(rule, row) or may_be_trigger
        return rule.kind is Kind.CONTENT and rule.over != "event" and may_be_trigger

    def _could_unseat(self, rule: Rule, row: UnreadRow) -> bool:
        """Whether the finding that the duty hangs on could be another with a row of its case."""
        on = self._rules.get(rule.provided_finding[0]) if rule.provided_finding else None
        return on is not None and (_performs(on, row) or _may_be(row, clock_names(on.clock)))

    def _looks_at(self, rule: Rule, row: UnreadRow) -> bool:
        region = rule.region if "region" in row.illegible else row.region or self._scope.default_region
        return self._scope.looks_at(rule, region, row.agency)

    def _left_open(self, finding: Finding, rows: Sequence[UnreadRow]) -> Finding:
        if not rows:
            return finding
        named = dict.fromkeys(map(_told, rows[:_MOST_NAMED]))
        count = len({_place(row) for row in rows}) if len(rows) > _MOST_NAMED else None
        because = (*finding.because, phrases.overturned([*named], count))
        return finding._replace(verdict=Verdict.UNDECIDED, breach=None, late_by=None, because=because)


def clock_names(clock: Clock | None) -> frozenset[str]:
    """Every event that a clock names."""
    if clock is None:
        return frozenset()
    names = {clock.voided_by, clock.restarted_by, clock.extended_by}
    names.update(name for stop in clock.stops for name in (stop.begins, stop.ends))
    return frozenset(name for name in names if name)


def _is_breach(finding: Finding) -> bool:
    return finding.verdict is Verdict.BREACHED


def _told(row: UnreadRow) -> str:
    return phrases.unread_row(phrases.place_of(str(row.row), row.source), row.event, row.column, row.found)


def _place(row: UnreadRow) -> tuple[int, int]:
    return row.source, row.row


def _values(row: UnreadRow, attribute: str) -> frozenset[str]:
    return values_of(row.attributes.get(attribute, ""))


def _may_be(row: UnreadRow, names: Iterable[str | None]) -> bool:
    """Whether a row may be an event of one of these names: a blank one may be any (of none, none)."""
    names = frozenset(names)
    return bool(names) and (not row.event or row.event in names)


def _performs(rule: Rule, row: UnreadRow) -> bool:
    """Whether a row may be a performance: what is illegible may meet any condition."""
    if not _may_be(row, {rule.performance}):
        return False
    legible = [one for one in rule.performance_where if one.attribute not in row.illegible]
    return state_of_all(legible, row.attributes)[0] != "no"


def _of_member(known: Mapping[str, Sequence[UnreadRow]], member: str) -> list[UnreadRow]:
    return sorted([*known.get("", ()), *known.get(member, ())], key=_place)
