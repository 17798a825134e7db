"""Growing logs for the audit's tests, and what changed from night to night as told by whole reports alone."""

from __future__ import annotations

import datetime as dt
import random
import statistics
from typing import TYPE_CHECKING, NamedTuple

from zwgk import check

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from zwgk.model import Finding
    from zwgk.report import Report

HEADER = "case,event,time,agency,region,decision_type,channel,account,reason,public_interest,disclosure_class\n"
AGENCIES = ("市场监督管理局", "生态环境局", "财政局", "政府办公室")
REGIONS = ("520115", "510504", "620503", "420800")
STATEMENTS = (
    ("progress-published", {}),
    ("weibo-opened", {}),
    ("inspection-result-published", {"channel": "国家企业信用信息公示系统(贵州)"}),
    ("inspection-result-published", {"channel": "别处"}),
    ("enforcement-statistics-published", {}),
    ("annual-report-published", {}),
    ("progress-published", {"channel": "门户网站"}),
)
STATEMENTS_IN = {
    "progress-published": "620503",
    "weibo-opened": "620503",
    "inspection-result-published": "520115",
    "enforcement-statistics-published": "420800",
    "annual-report-published": "",
}
"""Rows without a case, and the region of each."""
FIRST = dt.date(2024, 3, 1)
DOCUMENTS = """case,event,time,agency
甲,document-issued,2011-09-19,甲局
乙,document-issued,2011-09-19,乙局
乙,document-published,2011-09-23,乙局
丙,document-issued,2011-09-19,丙局
丙,document-published,2011-09-20,丙局
"""
"""Under a limit of 3 working days from Monday 2011-09-19, due on Thursday the 22nd: overdue, late, in time."""


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


class World:
    """Rows that come in night by night: matters begin, are done in time, late or never, and are written down late."""

    def __init__(self, seed: int, *, spoilt: float = 0) -> None:
        """``spoilt`` is the share of rows that cannot be read; most of them are written down again some nights later."""
        self.rng = random.Random(seed)
        self.spoilt = spoilt
        self.serial = 0
        self.later: list[tuple[int, str]] = []

    def night(self, number: int, matters: int = 12) -> list[str]:
        """The rows written down on this day, in no order of time."""
        for _ in range(matters):
            self._matter(number - self.rng.randrange(3))
        for place, (event, cells) in enumerate(STATEMENTS):
            if self.rng.random() < 0.1:
                when = number - self.rng.randrange(5)
                row = self._row("", event, when, f"{AGENCIES[place % 4]}{place // 4}", STATEMENTS_IN[event], **cells)
                self._say(when, row)
        now = [row for due, row in self.later if due <= number]
        self.later = [one for one in self.later if one[0] > number]
        self.rng.shuffle(now)
        return now

    def _row(self, case: str, event: str, when: int, agency: str, region: str, **cells: str) -> str:
        time = day(when).isoformat()
        if self.rng.random() < 0.2:
            time += f" {self.rng.randrange(8, 18):02d}:30"
        names = HEADER.strip().split(",")[5:]
        return ",".join((case, event, time, agency, region, *(cells.get(name, "") for name in names))) + "\n"

    def _matter(self, begun: int) -> None:
        self.serial += 1
        rng = self.rng
        place = rng.randrange(4)
        agency, region = AGENCIES[place], REGIONS[place]
        kind = rng.randrange(8)
        case = f"件〔2024〕{self.serial}号"
        due = begun + rng.randrange(1, 40)
        cells = {"decision_type": "行政处罚", "channel": "门户网站", "disclosure_class": "主动公开"}
        pairs = (
            ("decision-made", "decision-published"),
            ("document-issued", "document-published"),
            ("information-formed", "information-published"),
            ("request-received", "reply-sent"),
            ("budget-approved", "budget-published"),
            ("comment-opened", "comment-closed"),
            ("meeting-ended", "meeting-summary-published"),
            ("account-opened", "account-filed"),
        )
        first, second = pairs[kind]
        if kind == 7:
            cells["account"] = f"号{self.serial % 40}"
        self._say(begun, self._row(case, first, begun, agency, region, **cells))
        if kind == 3 and rng.random() < 0.5:
            self._clock(case, begun, agency, region)
        if kind == 3 and rng.random() < 0.5:
            # Consulted in time, written down when it was overdue already; never answered, and overdue again later.
            asked = self._row(case, "third-party-consulted", begun + 10, agency, region)
            self.later.append((begun + 36, asked))
            return
        if rng.random() < 0.15:
            return
        if kind in (0, 1, 2) and rng.random() < 0.2:
            # Published on the first day, as is found out only after a later publication was written down.
            self.later.append((due + 5, self._row(case, second, begun, agency, region, **cells)))
        self._say(due, self._row(case, second, due, agency, region, **cells))
        if kind == 0 and rng.random() < 0.3:
            self._say(due + 3, self._row(case, "decision-revoked", due + 3, agency, region, **cells))

    def _clock(self, case: str, begun: int, agency: str, region: str) -> None:
        what = self.rng.choice(
            ("third-party-consulted third-party-answered", "correction-notified correction-received")
        )
        begins, ends = what.split()
        asked = begun + self.rng.randrange(1, 6)
        self._say(asked, self._row(case, begins, asked, agency, region))
        if self.rng.random() < 0.7:
            answered = asked + self.rng.randrange(1, 20)
            self._say(answered, self._row(case, ends, answered, agency, region))

    def _damaged(self, row: str) -> str:
        case, event, time, agency, region, *rest = row.split(",")
        kind = self.rng.randrange(6)
        if kind == 0:
            event = ""
        elif kind == 1:
            region = "5105"
        else:
            time = self.rng.choice(("2024-13-01", "", "昨天"))
        return ",".join((case, event, time, agency, region, *rest))

    def _say(self, when: int, row: str) -> None:
        """Written down on the day itself, or up to two weeks late; now and then before the day, now and then twice."""
        late = self.rng.choice((0, 0, 0, 1, 2, 14)) - (2 if self.rng.random() < 0.05 else 0)
        if self.spoilt and self.rng.random() < self.spoilt:
            self.later.append((when + late, self._damaged(row)))
            late += self.rng.choice((1, 3, 10, 1000))
        self.later.append((when + late, row))
        if self.rng.random() < 0.03:
            self.later.append((when + late + 1, row))


class Grant(NamedTuple):
    """A waiver: the fields of a finding that must be equal, and its last day."""

    target: tuple[tuple[str, str], ...]
    until: dt.date

    def covers(self, finding: Finding, as_of: dt.date) -> bool:
        shown = {"finding": finding.fingerprint, "rule": finding.rule.id}
        shown |= {name: getattr(finding, name) for name in ("case", "agency", "period", "member")}
        return as_of <= self.until and all(shown[name] == value for name, value in self.target)


class Grants:
    """Waivers that come, are changed, run out and are taken back night by night."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.now: list[Grant] = []

    def night(self, findings: Sequence[Finding], as_of: dt.date) -> None:
        """Those in force from this night on, given what was found the night before."""
        rng = self.rng
        self.now = [one for one in self.now if rng.random() < 0.9]
        self.now = [
            one._replace(until=one.until + dt.timedelta(rng.randrange(-4, 5))) if rng.random() < 0.1 else one
            for one in self.now
        ]
        # What is still pending may be waived beforehand.
        likely = [one for one in findings if one.verdict in ("breached", "pending")]
        for _ in range(min(3, len(likely))):
            one = rng.choice(likely)
            fields = {"case": one.case, "agency": one.agency, "period": one.period, "member": one.member}
            names = [name for name, value in fields.items() if value]
            target: dict[str, str] = {"finding": one.fingerprint}
            if rng.random() < 0.7:
                some = rng.sample(names, rng.randint(1, len(names)))
                target = {"rule": one.rule.id} | {name: fields[name] for name in some}
            until = as_of + dt.timedelta(rng.randrange(-2, 9))
            self.now.append(Grant(tuple(target.items()), until))

    def write(self, path: Path) -> None:
        entries = [
            {**dict(one.target), "reason": "停机", "approver": "王主任", "basis": "纪要〔2024〕9号", "until": one.until}
            for one in self.now
        ]
        lines = ("{" + ", ".join(f"{name}: {_quoted(value)}" for name, value in one.items()) + "}" for one in entries)
        path.write_text(
            "waivers:" + "".join(f"\n  - {line}" for line in lines or ()) + ("\n" if entries else " []\n"), "utf-8"
        )


def _quoted(value: str | dt.date) -> str:
    return value.isoformat() if isinstance(value, dt.date) else f'"{value}"'


class Told(NamedTuple):
    """What a night brought, by fingerprint."""

    new: frozenset[str]
    reopened: frozenset[str]
    closed: frozenset[str]
    cleared: frozenset[str]
    waived: frozenset[str]
    open: frozenset[str]


class Witness:
    """Says night by night what is new, open and closed, from nothing but whole reports."""

    def __init__(self) -> None:
        self.breached: dict[str, str] = {}
        self.waived: dict[str, str] = {}
        self.ever: set[str] = set()
        self.agencies: dict[str, str] = {}
        self.report: Report

    def night(self, path: Path, as_of: dt.date, *, grants: Sequence[Grant] = (), **options: object) -> Told:
        report = check(path, as_of=as_of, **options)
        breaches = [one for one in report.findings if one.verdict == "breached"]
        waived = {
            one.fingerprint: str(one.breach) for one in breaches if any(grant.covers(one, as_of) for grant in grants)
        }
        now = {one.fingerprint: str(one.breach) for one in breaches if one.fingerprint not in waived}
        appeared = {name for name in now if name not in self.breached}
        undone = {name for name in now if self.breached.get(name) == "late" and now[name] != "late"}
        new = frozenset(appeared - self.ever)
        told = Told(
            new=new,
            reopened=frozenset(appeared - new | undone),
            closed=frozenset(
                name
                for name, breach in self.breached.items()
                if breach != "late" and now.get(name, "late") == "late" and name not in waived
            ),
            cleared=frozenset(
                name
                for name, breach in self.breached.items()
                if breach == "late" and name not in now and name not in waived
            ),
            waived=frozenset(waived.keys() - self.waived.keys()),
            open=frozenset(name for name, breach in now.items() if breach != "late"),
        )
        self.breached = now
        self.waived = waived
        self.ever |= set(now)
        self.agencies |= {one.fingerprint: one.agency or "" for one in report.findings}
        self.report = report
        return told

    def standing(self) -> dict[str, tuple[str, str | None, bool]]:
        """What is breached, pending or undecided: verdict, breach, whether it is due soon."""
        return {
            one.fingerprint: (str(one.verdict), one.breach and str(one.breach), one.due_soon)
            for one in self.report.findings
            if one.verdict in ("breached", "pending", "undecided") and one.fingerprint not in self.waived
        }

    def counts(self) -> dict[tuple[str, str, str], int]:
        """(rule, agency, verdict or ``due-soon``) → how many."""
        found: dict[tuple[str, str, str], int] = {}
        for one in self.report.findings:
            verdicts = ["excused" if one.fingerprint in self.waived else str(one.verdict)]
            for verdict in verdicts + ["due-soon"] * one.due_soon:
                key = (one.rule.id, one.agency or "", verdict)
                found[key] = found.get(key, 0) + 1
        return found

    def paces(self) -> dict[tuple[str, int], int]:
        """(agency, days) → how many deadlines were kept, or performed late, so many days after the trigger."""
        found: dict[tuple[str, int], int] = {}
        for one in self.report.findings:
            done = one.verdict == "met" or one.breach == "late"
            if one.rule.kind == "deadline" and done and one.trigger and one.performed:
                key = (one.agency or "", one.performed.time.day - one.trigger.time.day)
                found[key] = found.get(key, 0) + 1
        return found

    def waived_late(self) -> int:
        """How many deadlines were performed late and are waived."""
        found = (one for one in self.report.findings if one.fingerprint in self.waived)
        return sum(one.rule.kind == "deadline" and one.breach == "late" for one in found)

    def standings(self, told: Told) -> set[tuple[object, ...]]:
        """Agency ("*": all), opened, closed, open, met, breached and the median of the days, for whoever has findings."""
        paces = self.paces()
        return {
            self._standing(
                name, told, [days for (one, days), n in paces.items() if name in (one, "*") for _ in range(n)]
            )
            for name in {"*", *(one.agency or "" for one in self.report.findings)}
        }

    def _standing(self, name: str, told: Told, days: Sequence[int]) -> tuple[object, ...]:
        def count(names: Iterable[str]) -> int:
            return sum(name in ("*", self.agencies[one]) for one in names)

        def verdicts(verdict: str) -> int:
            found = (one.fingerprint for one in self.report.findings if one.verdict == verdict)
            return count(one for one in found if one not in self.waived)

        return (
            name,
            count(told.new | told.reopened),
            count(told.closed),
            count(told.open),
            verdicts("met"),
            verdicts("breached"),
            statistics.median(days) if days else None,
        )
