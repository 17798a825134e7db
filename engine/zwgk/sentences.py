"""Sentences of ``because`` from records: :mod:`zwgk.phrases` filled with what an evaluator has measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zwgk import phrases
from zwgk.i18n import _
from zwgk.model import Moment

if TYPE_CHECKING:
    from zwgk.decide import Outcome
    from zwgk.findings import Judge
    from zwgk.measure import Reckoned
    from zwgk.model import Amount, Event, Rule, TimeLimit


def due_sentence(limit: TimeLimit, due: Reckoned, why: str) -> str:
    """How the due date came about, or between which bounds it lies and why."""
    if due.latest is None or not due.final:
        return phrases.bounded(due.earliest and due.earliest.text(), due.latest and due.latest.text(), why)
    moved = "" if due.unrolled is None else phrases.rolled(Moment(due.unrolled).text())
    return phrases.limit(
        limit, due.latest.text(), _("{moved}；{proof}").format(moved=moved, proof=due.proof) if due.proof else moved
    )


def performed_sentence(
    reason: str, name: str, event: Event | None, count: Amount | None, judge: Judge, *, hours: bool = False
) -> str:
    """What was done or not, and what that amounts to; ``hours``: of a limit in hours, to which the time of day matters."""
    number, unit = (str(count.number), count.unit) if count else ("", "days")
    if event is None:
        if reason == "overdue" and count:
            return phrases.overdue(judge.as_of_text, name, number, unit)
        if reason == "pending" and count:
            return phrases.pending(judge.as_of_text, name, number, unit)
        return phrases.not_seen(judge.as_of_text, name)
    if hours and reason == "between":
        reason = "between_hours"
    rest = phrases.late(number, unit) if reason == "late" and count else phrases.amounts_to(reason)
    return phrases.done(*cited(event), rest)


def least_sentence(limit: TimeLimit, due: Reckoned) -> str:
    """The first day on which a period may lawfully end, or between which bounds it lies and why."""
    if due.latest is None or not due.final:
        return phrases.bounded(
            due.earliest and due.earliest.text(), due.latest and due.latest.text(), phrases.BEYOND_HORIZON
        )
    return phrases.at_least(limit, due.latest.text())


def short_sentences(outcome: Outcome, rule: Rule, columns: frozenset[str]) -> list[str]:
    """What is to be said of the excuse of a period that is too short: none where it is given, or asked for."""
    if rule.excuse is None:
        return []
    if outcome.reason == "excuse_unknown":
        return [phrases.lacking((rule.excuse.attribute,), columns)]
    return [phrases.unexcused(rule.excuse.attribute, rule.excuse.events)] if outcome.reason == "short" else []


def not_counted(event: Event, rule: Rule) -> str:
    """Why an event does not perform the rule: what its conditions want and what it has."""
    cells = [event.attributes.get(condition.attribute, "") for condition in rule.performance_where]
    return phrases.not_counted(
        phrases.happened(*cited(event)), rule.performance_where, _("、").join(cell for cell in cells if cell)
    )


def cited(event: Event) -> tuple[str, str, str]:
    """An event as sentences cite it: name, time, place."""
    return event.event, event.time.text(), phrases.place_of(str(event.row), event.source)
