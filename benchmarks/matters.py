"""One made-up matter at a time: what happens in it, on which days, mostly in time."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

FACTS = Path(__file__).resolve().parents[1] / "tests" / "data" / "days.txt"
STANDARD = ("case", "event", "time", "agency", "region")
ATTRIBUTES = (
    "decision_type", "document_type", "disclosure_class", "reason", "revocation", "public_interest", "channel",
    "form", "contents", "weight", "share", "field", "matter", "account", "responsible", "time_limit",
)  # fmt: skip
NEW_REGULATION = dt.date(2019, 5, 15).toordinal()
BREACHED = 0.05
NEVER_DONE = 0.0125


class Draft(NamedTuple):
    """A row to be: ``minute`` of the day or -1 for a bare date; ``cells`` the attributes as they will stand."""

    day: int
    minute: int
    event: str
    cells: str


class Workdays:
    """Working days by number, from the list of settled days."""

    def __init__(self) -> None:
        """Read the list once."""
        self.days: list[int] = []
        self.passed: list[int] = []
        self.first = 0
        for line in FACTS.read_text(encoding="utf-8").splitlines():
            if line.startswith("#"):
                continue
            year, signs = line.split()
            day = dt.date(int(year), 1, 1).toordinal()
            self.first = self.first or day
            for offset, sign in enumerate(signs):
                if sign == "1":
                    self.days.append(day + offset)
                self.passed.append(len(self.days))

    def after(self, day: int, n: int) -> int:
        """The n-th working day after ``day``, or the last that is known."""
        known = self.passed[min(day - self.first, len(self.passed) - 1)]
        return self.days[min(known + n, len(self.days)) - 1]

    def between(self, a: int, b: int) -> int:
        """Working days in (a, b]."""
        last = len(self.passed) - 1
        return self.passed[min(b - self.first, last)] - self.passed[min(a - self.first, last)]


def plain_cells(given: str) -> str:
    """``name=value`` pairs, separated by spaces, as the attribute cells of a row."""
    named = dict(pair.split("=", 1) for pair in given.split())
    return "," + ",".join(named.get(name, "") for name in ATTRIBUTES)


cells = cache(plain_cells)
BLANK = cells("")


class World(NamedTuple):
    """Chance and the calendar, as every maker of matters needs them."""

    rng: random.Random
    work: Workdays

    def draft(self, day: int, event: str, given: str = "") -> Draft:
        """A row on a day; one in eight says at what time."""
        minute = -1
        if self.rng.random() < 0.125:
            minute = 480 + int(self.rng.random() * 600)
        return Draft(day, minute, event, cells(given) if given else BLANK)

    def in_time(self, begun: int, due: int) -> int | None:
        """A day of performance: mostly by the due day and near it, sometimes late, rarely never."""
        chance = self.rng.random()
        if chance < NEVER_DONE:
            return None
        if chance < BREACHED:
            return due + 1 + int(self.rng.random() * 15)
        return due - int((due - begun + 1) * self.rng.random() ** 2)

    def pick(self, among: tuple[str, ...]) -> str:
        """One of a few, the first ones more often."""
        return among[int(len(among) * self.rng.random() ** 1.5)]

    def performed(self, begun: int, due: int, event: str, given: str = "") -> list[Draft]:
        """The performance, if there is one."""
        day = self.in_time(begun, due)
        return [] if day is None else [self.draft(day, event, given)]


# --- matters with a limit ---------------------------------------------------------------------------------


def document(world: World, day: int) -> list[Draft]:
    """A document: issued, published, explained the same day."""
    kind = world.pick(("规范性文件", "通知", "责任分解", "表彰决定", "领导工作分工"))
    given = f"document_type={kind} disclosure_class=主动公开"
    found = [world.draft(day, "document-issued", given)]
    published = world.in_time(day, world.work.after(day, 3))
    if published is None:
        return found
    found.append(world.draft(published, "document-published", f"document_type={kind}"))
    if kind in ("规范性文件", "通知"):
        late = world.rng.random() < BREACHED
        form = world.pick(("图解；文字", "图解；视频", "文字"))
        found.append(world.draft(published + late, "interpretation-published", f"form={form}"))
    return found


def meeting(world: World, day: int) -> list[Draft]:
    """A meeting that ended at a stated minute, its summary within a day."""
    minute = 600 + int(world.rng.random() * 480)
    public = world.pick(("是", "是", "否"))
    found = [Draft(day, minute, "meeting-ended", cells(f"public_interest={public}"))]
    chance = world.rng.random()
    if chance < NEVER_DONE:
        return found
    delay = 1441 + int(world.rng.random() * 4000) if chance < BREACHED else int(1441 * world.rng.random())
    days, minute = divmod(minute + delay, 1440)
    found.append(Draft(day + days, minute, "meeting-summary-published", BLANK))
    return found


def decision(world: World, day: int) -> list[Draft]:
    """An enforcement decision: published, now and then revoked and taken down."""
    kind = world.pick(("行政处罚", "行政许可", "行政检查", "行政强制", "行政征收"))
    limit = 7 if kind in ("行政处罚", "行政许可") else 20
    found = [world.draft(day, "decision-made", f"decision_type={kind}")]
    channel = "门户网站；信用网站" if world.rng.random() > BREACHED else "门户网站"
    given = f"decision_type={kind} channel={channel}"
    published = world.in_time(day, world.work.after(day, limit))
    if published is None:
        return found
    found.append(world.draft(published, "decision-published", given))
    if world.rng.random() < 0.03:
        revoked = published + int(world.rng.random() * 200)
        how = world.pick(("撤销", "变更", "确认违法", "要求重新作出", "确认无效"))
        found.append(world.draft(revoked, "decision-revoked", f"decision_type={kind} revocation={how}"))
        due = world.work.after(revoked, 3)
        found += world.performed(revoked, due, "decision-withdrawn", f"decision_type={kind}")
        found += world.performed(revoked, due, "withdrawal-reason-published", f"decision_type={kind} reason=撤销原决定")
    return found


def information(world: World, day: int) -> list[Draft]:
    """Information formed and published within twenty working days."""
    found = [world.draft(day, "information-formed")]
    return found + world.performed(day, world.work.after(day, 20), "information-published", "channel=门户网站")


def budget(world: World, day: int) -> list[Draft]:
    """A budget or final accounts, approved and published within twenty days."""
    what = world.pick(("budget", "final-accounts"))
    found = [world.draft(day, f"{what}-approved")]
    return found + world.performed(day, day + 20, f"{what}-published")


def comment(world: World, day: int) -> list[Draft]:
    """Thirty days of public comment; some shorter, with a reason or without."""
    chance = world.rng.random()
    if chance < BREACHED:
        lasted, given = 7 + int(world.rng.random() * 23), ""
    elif chance < 0.15:
        lasted, given = 7 + int(world.rng.random() * 23), "reason=上级要求限期完成"
    else:
        lasted, given = 30 + int(world.rng.random() * 10), ""
    return [world.draft(day, "comment-opened", given), world.draft(day + lasted, "comment-closed", given)]


def plain_request(world: World, day: int) -> list[Draft]:
    """A request that nothing interrupts."""
    due = world.work.after(day, 20 if day >= NEW_REGULATION else 15)
    return [world.draft(day, "request-received"), *world.performed(day, due, "reply-sent")]


# --- matters with more to them ----------------------------------------------------------------------------


def draft_decision(world: World, day: int) -> list[Draft]:
    """A major decision: draft and explanation, comment, adoption of opinions, the decision."""
    channels = world.pick(("门户网站；政务新媒体", "门户网站；政务新媒体", "门户网站"))
    contents = world.pick(("背景；依据；决策过程；决策草案", "背景；依据；决策过程；决策草案", "背景；决策草案"))
    matter = world.pick(("民生", "价格"))
    found = [world.draft(day, "draft-published", f"channel={channels} contents={contents}")]
    found += world.performed(day, day, "explanation-published")
    found += comment(world, day)
    closed = found[-1].day
    found += world.performed(closed, closed + 40, "adoption-published")
    if matter == "价格":
        found.append(world.draft(closed + 3, "hearing-held"))
    adopted = closed + 30 if world.rng.random() > BREACHED else max(day - 2, 1)
    found.append(world.draft(adopted, "decision-adopted", f"public_interest=是 matter={matter}"))
    return found


def request(world: World, day: int) -> list[Draft]:
    """A request for information; three in ten are corrected, consulted on or extended."""
    if world.rng.random() >= 0.3:
        return plain_request(world, day)
    found = [world.draft(day, "request-received")]
    limit = granted = 20 if day >= NEW_REGULATION else 15
    start = day
    kind = world.rng.random()
    if kind < 0.4:
        notified = world.work.after(day, 1 + int(world.rng.random() * 7))
        start = notified + 1 + int(world.rng.random() * 20)
        found += [world.draft(notified, "correction-notified"), world.draft(start, "correction-received")]
    elif kind < 0.8:
        asked = world.work.after(day, 2 + int(world.rng.random() * 8))
        answered = world.work.after(asked, 1 + int(world.rng.random() * 16))
        begins, ends = world.pick(
            ("third-party-consulted third-party-answered", "agency-consulted agency-answered")
        ).split()
        found += [world.draft(asked, begins), world.draft(answered, ends)]
        limit += world.work.between(asked, answered)
    if kind > 0.7:
        found.append(world.draft(world.work.after(start, limit - 1), "extension-notified"))
        limit += granted
    return found + world.performed(start, world.work.after(start, limit), "reply-sent")


def account(world: World, day: int) -> list[Draft]:
    """A new-media account, filed before it is opened."""
    given = f"account=政务号{int(world.rng.random() * 1e7)}"
    filed = day + 3 if world.rng.random() < BREACHED else day - 3
    found = [Draft(day, -1, "account-opened", plain_cells(given))]
    return [*found, Draft(filed, -1, "account-filed", found[0].cells)]


def statement(world: World, day: int) -> list[Draft]:
    """One row that is judged by what it carries: a share, a weight, a task, an inspection result."""
    good = world.rng.random() > BREACHED
    event, full, short = world.pick(STATEMENTS).split("|")
    return [world.draft(day, event, full if good else short)]


STATEMENTS = (
    "inspection-result-published|channel=国家企业信用信息公示系统(贵州)；信用中国(贵阳)|channel=信用中国(贵阳)",
    "task-listed|responsible=某科 time_limit=年底前|responsible=某科",
    "catalogue-item-listed|contents=名称；内容；依据；时限；主体；方式；渠道；公开对象|contents=名称；内容",
    "assessment-weight-set|weight=4%|weight=3%",
    "one-visit-share-reported|share=72%|share=55%",
    "benefit-share-reported|share=100%|share=98%",
)

# How often each kind of matter comes up (of a thousand), and the letter of its document number.
MATTERS: dict[str, tuple[tuple[Callable[[World, int], list[Draft]], str, int], ...]] = {
    "deadlines": (
        (decision, "罚", 520), (document, "发", 150), (information, "信", 120), (plain_request, "申", 80),
        (meeting, "会", 60), (comment, "征", 40), (budget, "预", 30),
    ),
    "all": (
        (decision, "罚", 480), (document, "发", 150), (information, "信", 100), (request, "申", 100),
        (meeting, "会", 60), (draft_decision, "策", 40), (budget, "预", 30), (statement, "报", 30), (account, "号", 10),
    ),
}  # fmt: skip
