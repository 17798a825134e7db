"""Growing logs for the audit's tests, and what changed from night to night as told by whole reports alone."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, NamedTuple

from zwgk import check

if TYPE_CHECKING:
    from pathlib import Path

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


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


class World:
    """Rows that come in night by night: matters begin, are done in time, late or never, and are written down late."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
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

    def _say(self, when: int, row: str) -> None:
        """Written down on the day itself, or up to two weeks late; now and then before the day, now and then twice."""
        late = self.rng.choice((0, 0, 0, 1, 2, 14)) - (2 if self.rng.random() < 0.05 else 0)
        self.later.append((when + late, row))
        if self.rng.random() < 0.03:
            self.later.append((when + late + 1, row))


class Told(NamedTuple):
    """What a night brought, by fingerprint."""

    new: frozenset[str]
    reopened: frozenset[str]
    closed: frozenset[str]
    cleared: frozenset[str]
    open: frozenset[str]


class Witness:
    """Says night by night what is new, open and closed, from nothing but whole reports."""

    def __init__(self) -> None:
        self.breached: dict[str, str] = {}
        self.ever: set[str] = set()
        self.report: Report

    def night(self, path: Path, as_of: dt.date, **options: object) -> Told:
        report = check(path, as_of=as_of, **options)
        now = {one.fingerprint: str(one.breach) for one in report.findings if one.verdict == "breached"}
        appeared = {name for name in now if name not in self.breached}
        undone = {name for name in now if self.breached.get(name) == "late" and now[name] != "late"}
        new = frozenset(appeared - self.ever)
        told = Told(
            new=new,
            reopened=frozenset(appeared - new | undone),
            closed=frozenset(
                name for name, breach in self.breached.items() if breach != "late" and now.get(name, "late") == "late"
            ),
            cleared=frozenset(name for name, breach in self.breached.items() if breach == "late" and name not in now),
            open=frozenset(name for name, breach in now.items() if breach != "late"),
        )
        self.breached = now
        self.ever |= set(now)
        self.report = report
        return told

    def standing(self) -> dict[str, tuple[str, str | None, bool]]:
        """What is breached, pending or undecided: verdict, breach, whether it is due soon."""
        return {
            one.fingerprint: (str(one.verdict), one.breach and str(one.breach), one.due_soon)
            for one in self.report.findings
            if one.verdict in ("breached", "pending", "undecided")
        }

    def paces(self) -> dict[tuple[str, int], int]:
        """(agency, days) → how many deadlines were kept, or performed late, so many days after the trigger."""
        found: dict[tuple[str, int], int] = {}
        for one in self.report.findings:
            done = one.verdict == "met" or one.breach == "late"
            if one.rule.kind == "deadline" and done and one.trigger and one.performed:
                key = (one.agency or "", one.performed.time.day - one.trigger.time.day)
                found[key] = found.get(key, 0) + 1
        return found
