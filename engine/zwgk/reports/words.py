"""The words that reports share: verdicts, breaches, lights, amounts, times, and a finding in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk import phrases
from zwgk.i18n import MANY, _, n_
from zwgk.vocabulary import column_label, event_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RED, YELLOW, GREEN, BLUE, GREY, WHITE = "red", "yellow", "green", "blue", "grey", "white"
_LIGHTS = {"met": GREEN, "breached": RED, "excused": BLUE, "undecided": GREY}


class Words(NamedTuple):
    """Labels in the language of one report, by the identifiers of the JSON report; ``units`` hold ``{count}``."""

    verdicts: Mapping[str, str]
    breaches: Mapping[str, str]
    lights: Mapping[str, str]
    units: Mapping[str, str]

    def event(self, name: str) -> str:
        """The name of an event."""
        return event_label(name)

    def column(self, name: str) -> str:
        """The name of a column of the log."""
        return column_label(name)

    def amount(self, amount: Mapping[str, Any] | None) -> str:
        """``{"count": 5, "unit": "workdays"}`` → ``5个工作日``; empty for None."""
        return phrases.amount(amount["count"], amount["unit"]) if amount else ""

    def what(self, record: Mapping[str, Any]) -> str:
        """What was found, with how late or how much is left: ``逾期完成 5个工作日``."""
        said = self.breaches.get(record["breach"] or "", self.verdicts[record["verdict"]])
        if record["late_by"] and record["breach"] == "short":
            return f"{said} " + _("少{amount}").format(amount=self.amount(record["late_by"]))
        if record["late_by"]:
            return f"{said} {self.amount(record['late_by'])}"
        if record["remaining"]:
            return f"{said} " + _("还有{amount}").format(amount=self.amount(record["remaining"]))
        return said

    def due(self, due: Mapping[str, Any] | None) -> str:
        """A due date, or its bounds; empty where nothing is known."""
        if not due:
            return ""
        if due["at"]:
            return when(due["at"])
        if due["earliest"] or due["latest"]:
            return f"{when(due['earliest']) or '?'} ~ {when(due['latest']) or '?'}"
        return ""

    def evidence(self, evidence: Mapping[str, Any] | None) -> str:
        """An event with its time; empty for None."""
        return f"{self.event(evidence['event'])} {when(evidence['time'])}" if evidence else ""

    def sentence(self, record: Mapping[str, Any]) -> str:
        """The finding in one line: what, whose, which duty, why."""
        parts = (self.what(record), matter(record), record["title"], *record["because"])
        return _("；").join(parts)


def words() -> Words:
    """The labels in the language of this context."""
    return Words(
        verdicts={
            "met": _("按时"),
            "breached": _("违反"),
            "pending": _("待办"),
            "excused": _("有正当理由"),
            "undecided": _("不能断定"),
            "due-soon": _("将到期"),
        },
        breaches={
            "late": _("逾期完成"),
            "overdue": _("逾期未办"),
            "short": _("期间过短"),
            "missing": _("缺项"),
            "below": _("未达标"),
            "out-of-order": _("次序颠倒"),
        },
        lights={RED: _("红"), YELLOW: _("黄"), GREEN: _("绿"), BLUE: _("蓝"), GREY: _("灰"), WHITE: _("白")},
        units={
            "workdays": n_("{count}个工作日", MANY),
            "days": n_("{count}天", MANY),
            "hours": n_("{count}小时", MANY),
        },
    )


def light(record: Mapping[str, Any], soon: frozenset[str]) -> str:
    """The traffic light of a finding; ``soon`` are the fingerprints of what is due soon."""
    if record["verdict"] == "pending":
        return YELLOW if record["fingerprint"] in soon else WHITE
    return _LIGHTS[record["verdict"]]


def when(time: str | None) -> str:
    """An ISO time as people read it: ``2019-09-24``, ``2019-09-24 09:30:00``; empty for None."""
    return time[:19].replace("T", " ") if time else ""


def matter(record: Mapping[str, Any]) -> str:
    """Whose and what: case, agency, period, member, as far as known."""
    return " ".join(part for part in (record["case"], record["agency"], record["period"], record["member"]) if part)


def calendar_told(calendar: Mapping[str, str]) -> str:
    """By which calendar a report reckons: which, as known when, how far its notices reach."""
    if "known_on" in calendar:
        return _("{id}，按{known_on}已公布的放假通知，数据至{horizon}").format(**calendar)
    return _("{id}，数据至{horizon}").format(**calendar)


def file_of(evidence: Mapping[str, Any], files: Sequence[str]) -> str:
    """The path of the file that an event stands in, as it was given."""
    number: int = evidence.get("file", 1)
    return files[number - 1]


def cited(source: Mapping[str, str]) -> str:
    """Where a rule comes from: number (or title) and clause."""
    return f"{source['number'] or source['instrument']} {source['clause']}".strip()
