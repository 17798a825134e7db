"""Lines as templates: one finding of each shape is written by the report's own code, with tokens where findings differ."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from zwgk import phrases
from zwgk.decide import Outcome
from zwgk.findings import fingerprint_text
from zwgk.model import Amount, Event, Moment, Unit
from zwgk.reports.jsontext import dumps, finding_record
from zwgk.sentences import cited, performed_sentence, short_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zwgk.findings import Judge
    from zwgk.model import Breach, Finding, Rule, Verdict

SLOTS = (
    "case", "agency", "region", "iso", "line", "due", "p_iso", "p_line", "count",
    "text", "place", "sentence", "p_text", "p_place", "count", "print",
)  # fmt: skip
"""What differs from finding to finding, in the order in which a line has it (``relations.sql``, part lines)."""
_WHOLE = ("case", "agency", "region", "line", "p_line", "due", "count", "sentence")
"""Slots whose value brings its own quotes, if it needs any, where it stands alone."""
_TOKEN = re.compile(r'"\ue000(\w+)\ue001"|\ue000(\w+)\ue001')


def token(name: str) -> str:
    """The text that holds a slot's place."""
    return f"\ue000{name}\ue001"


class _Time(NamedTuple):
    """A time that is written as a token."""

    written: str
    said: str

    def iso(self) -> str:
        return token(self.written)

    def text(self) -> str:
        return token(self.said)


class Template(NamedTuple):
    """A finding that needs nothing but its event: how it ends, and the sentences after the first."""

    verdict: Verdict
    breach: Breach | None
    because: tuple[str, ...]

    @classmethod
    def of_alone(cls, finding: Finding) -> Template:
        """The template of a finding of the case evaluator."""
        return cls(finding.verdict, finding.breach, finding.because[1:])


def stand_in(name: str, prefix: str = "") -> Event:
    """An event of that name whose every other property is a token."""
    time = cast("Moment", _Time(f"{prefix}iso", f"{prefix}text"))
    line = cast("int", token(f"{prefix}line"))
    return Event(token("case"), name, time, token("agency"), token("region"), line, 0, {})


def deadline(
    rule: Rule, outcome: Outcome, judge: Judge, *, done: bool, unit: str | None, missing: Sequence[str]
) -> Finding:
    """A deadline's finding with tokens; ``unit`` is None where a clock waits, so that nothing can be counted."""
    name = rule.performance or ""
    trigger, performed = stand_in(rule.trigger or ""), stand_in(name, "p_") if done else None
    count = None
    if unit and outcome.verdict in ("breached", "pending"):
        count = Amount(cast("int", token("count")), unit)
    hours = rule.limit is not None and rule.limit.unit is Unit.HOURS
    said = performed_sentence(outcome.reason, name, performed, count, judge, hours=hours)
    because = [phrases.happened(*cited(trigger)), token("sentence"), said]
    found = judge.finding(rule, outcome, because, trigger=trigger, performed=performed, count=count, missing=missing)
    # Whose it is the relations know, also where the rule names another than the agency of the event.
    return found._replace(agency=token("agency"))


def period(rule: Rule, outcome: Outcome, judge: Judge, *, done: bool, unit: str, missing: Sequence[str]) -> Finding:
    """A minimum period's finding with tokens."""
    name = rule.performance or ""
    trigger, performed = stand_in(rule.trigger or ""), stand_in(name, "p_") if done else None
    counted = outcome.reason == "short" or outcome.verdict == "pending"
    count = Amount(cast("int", token("count")), unit) if counted else None
    because = [phrases.happened(*cited(trigger)), token("sentence")]
    if performed is None:
        because.append(phrases.still_open(judge.as_of_text, name))
    else:
        rest = phrases.short(str(count.number), unit) if count else phrases.amounts_to(outcome.reason)
        because.append(phrases.done(*cited(performed), rest))
    because += short_sentences(outcome, rule, judge.columns)
    return judge.finding(rule, outcome, because, trigger=trigger, performed=performed, count=count, missing=missing)


def order(rule: Rule, outcome: Outcome, judge: Judge, *, done: bool, missing: Sequence[str]) -> Finding:
    """A finding about what comes first, with tokens."""
    name = rule.preceded_by or rule.performance or ""
    trigger, performed = stand_in(rule.trigger or ""), stand_in(name, "p_") if done else None
    rest = phrases.amounts_to(outcome.reason)
    because = [phrases.happened(*cited(trigger))]
    if performed is None:
        because += [phrases.not_seen(judge.as_of_text, name), rest]
    else:
        because.append(phrases.done(*cited(performed), rest))
    return judge.finding(rule, outcome, because, trigger=trigger, performed=performed, missing=missing)


def alone(rule: Rule, template: Template, judge: Judge) -> Finding:
    """The finding of an event by itself, with tokens."""
    trigger = stand_in(rule.trigger or "")
    outcome = Outcome(template.verdict.value, template.breach and template.breach.value, "")
    return judge.finding(rule, outcome, [phrases.happened(*cited(trigger)), *template.because], trigger=trigger)


class Parts(NamedTuple):
    """A line cut at its slots: what stands before each and after the last; and whether its count is given, and said."""

    texts: list[str]
    count_given: bool
    count_said: bool


def parts_of(finding: Finding, *, due: bool) -> Parts:
    """The constant parts of the line of a finding with tokens."""
    record: dict[str, Any] = finding_record(finding)
    if due:
        record["due"] = token("due")
    record["because"] = [_placed(sentence) for sentence in record["because"]]
    record["fingerprint"] = token("print")
    text = dumps(record) + "\n"
    texts = [""] * (len(SLOTS) + 1)
    used = []
    end = slot = 0
    for match in _TOKEN.finditer(text):
        name = match[1] or match[2]
        slot = SLOTS.index(name, slot)
        quoted = match[1] is not None and name not in _WHOLE
        texts[slot] = text[end : match.start() + quoted]
        end = match.end() - quoted
        used.append(slot)
        slot += 1
    texts[-1] = text[end:]
    return Parts(texts, count_given=SLOTS.index("count") in used, count_said=len(SLOTS) - 2 in used)


def _placed(sentence: str) -> str:
    """A sentence with a token for each place where it has that of a row of the first file, as a stand-in is one."""
    for prefix in ("", "p_"):
        sentence = sentence.replace(phrases.place_of(token(f"{prefix}line"), 0), token(f"{prefix}place"))
    return sentence


def place_texts(source: int) -> tuple[str, str]:
    """What sentences say around the number of a row of a file, as JSON: before it, and after it."""
    before, after = dumps(phrases.place_of(token("line"), source))[1:-1].split(token("line"))
    return before, after


def print_texts(rule: Rule) -> tuple[str, str]:
    """What a fingerprint is made of, around the case: before it, and between it and the trigger's time."""
    before, after = fingerprint_text(rule.id, token("case"), None, None, None, "").split(token("case"))
    return before, after
