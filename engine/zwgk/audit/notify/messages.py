"""The messages of one run: by route, agency by agency, cut to what each platform takes. Nothing in here sends anything."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.audit.told import by_label, cause_label, item_label, kind_label
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from zwgk.audit.changes import Change
    from zwgk.audit.items import Item
    from zwgk.audit.notify.settings import Notify, Route

SCHEMA = "zwgk.notify/1"
ORDER = ("new", "reopened", "due-soon", "closed", "cleared", "waived")
"""Kinds of news, the most pressing first."""
MOST_BYTES: Mapping[str, int] = {"wecom": 2_048, "dingtalk": 18_000, "feishu": 18_000, "mail": 400_000}
"""Bytes of one message's text. 企业微信 takes 2,048; 钉钉 and 飞书 take requests of 20,000, of which the envelope needs some."""
MOST_CHARACTERS = 120
"""Of a name or a number in a message."""
MOST_RECORDS = 500
"""Changes in one JSON message."""


class News(NamedTuple):
    """One thing to tell of: what became of a finding; ``kind`` is that of the change, or ``due-soon``."""

    kind: str
    cause: str | None
    by: str | None
    item: Item


class Night(NamedTuple):
    """What a run has to tell, and what stands over all its messages."""

    run: int
    as_of: str
    news: tuple[News, ...]
    titles: Mapping[str, str]


class Message(NamedTuple):
    """A message to one address or hook (``mail:…``, ``hook:…``). ``key`` is the same for the same message of the same run."""

    key: str
    run: int
    channel: str
    subject: str
    body: str


def news_of(changes: Iterable[Change], soon: Iterable[Item], what: Sequence[str]) -> tuple[News, ...]:
    """What there is to tell: the changes, and what has come to be due soon."""
    found = [News(one.kind, one.cause, one.by, one.item) for one in changes if one.kind in what]
    if "due-soon" in what:
        found += [News("due-soon", None, None, item) for item in soon]
    return tuple(
        sorted(found, key=lambda one: (ORDER.index(one.kind), one.item.rule, one.item.case or "", one.item.fingerprint))
    )


def messages(night: Night, settings: Notify) -> tuple[list[Message], int]:
    """The messages of a run, and how many of its news no route takes."""
    by_route: defaultdict[int, list[News]] = defaultdict(list)
    untold = 0
    for one in night.news:
        routes = _routes(settings, one.item.agency or "")
        untold += not routes
        for number in routes:
            by_route[number].append(one)
    found: list[Message] = []
    for number, route in enumerate(settings.routes):
        for batch in _batches(by_route[number], route):
            found.extend(_batch(night, batch, settings, number))
    return found, untold


def _routes(settings: Notify, agency: str) -> list[int]:
    named = [number for number, route in enumerate(settings.routes) if route.takes(agency)]
    return named or [number for number, route in enumerate(settings.routes) if not route.agencies]


def _batches(news: Sequence[News], route: Route) -> Iterator[Sequence[News]]:
    if not news:
        return
    if not route.apart:
        yield news
        return
    for agency in sorted({one.item.agency or "" for one in news}):
        yield [one for one in news if (one.item.agency or "") == agency]


def _batch(night: Night, news: Sequence[News], settings: Notify, number: int) -> Iterator[Message]:
    route = settings.routes[number]
    kinds: dict[str, list[str]] = {}
    for address in route.mail:
        kinds.setdefault("mail", []).append(f"mail:{address}")
    for name in route.hooks:
        kinds.setdefault(settings.hooks[name].type, []).append(f"hook:{name}")
    for kind, channels in kinds.items():
        subject, bodies = _json_bodies(night, news, settings) if kind == "json" else _texts(night, news, settings, kind)
        for part, body in enumerate(bodies, 1):
            marked = (
                subject
                if len(bodies) == 1
                else _("{subject}（{part}/{n_bodies}）").format(subject=subject, part=part, n_bodies=len(bodies))
            )
            for channel in channels:
                digest = hashlib.sha256(f"{night.run}\x1f{number}\x1f{channel}\x1f{part}\x1f{body}".encode())
                yield Message(digest.hexdigest()[:32], night.run, channel, marked, body)


# --- for people -------------------------------------------------------------------------------------------


def _texts(night: Night, news: Sequence[News], settings: Notify, kind: str) -> tuple[str, list[str]]:
    """The subject, and the text in as many parts as the platform needs, each with the heading."""
    agencies = sorted({one.item.agency or "" for one in news})
    whom = agency_label(agencies[0]) if len(agencies) == 1 else _("{count}个机关").format(count=len(agencies))
    subject = _("{title}：{whom} {counts}").format(title=plain(_(settings.title)), whom=whom, counts=_counts(news))
    when = night.as_of[:19].replace("T", " ")
    heading = _("{subject}\n第{run}次核查，截至{when}").format(subject=subject, run=night.run, when=when)
    paragraphs = list(_paragraphs(news, agencies, night.titles, settings.most))
    return subject, _split(heading, paragraphs, MOST_BYTES[kind], _raw if kind in ("wecom", "mail") else _escaped)


def _counts(news: Iterable[News]) -> str:
    numbers: dict[str, int] = dict.fromkeys(ORDER, 0)
    for one in news:
        numbers[one.kind] += 1
    return _("、").join(
        _("{kind}{number}").format(kind=news_label(kind), number=number) for kind, number in numbers.items() if number
    )


def news_label(kind: str) -> str:
    """The heading of a kind of news."""
    return _("将到期") if kind == "due-soon" else kind_label(kind)


def agency_label(agency: str) -> str:
    """An agency, or that the log names none."""
    return plain(agency) or _("（未写机关）")


def plain(text: str) -> str:
    """Text of a log as a message may hold it: one line, and no marks that platforms take for mentions or links."""
    shown = "".join(char if char.isprintable() else " " for char in text).replace("<", "＜").replace(">", "＞")
    return _shortened(" ".join(shown.split()))


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _paragraphs(news: Sequence[News], agencies: Sequence[str], titles: Mapping[str, str], most: int) -> Iterator[str]:
    """Agency by agency, kind by kind; of all, the ``most`` most pressing."""
    listed = news[:most]
    for agency in agencies:
        own = [one for one in news if (one.item.agency or "") == agency]
        yield _("\n■ {agency}：{counts}").format(agency=agency_label(agency), counts=_counts(own))
        for kind in ORDER:
            some = [one for one in listed if one.kind == kind and (one.item.agency or "") == agency]
            if some:
                yield _("【{kind}】").format(kind=news_label(kind))
            for one in some:
                yield _paragraph(one, titles)
    if len(news) > most:
        yield _("\n另有{count}项未列出，见核查报告。").format(count=len(news) - most)


def _paragraph(one: News, titles: Mapping[str, str]) -> str:
    item = one.item
    matter = " ".join(plain(part) for part in (item.case, item.period, item.member) if part)
    state = "" if one.kind == "due-soon" else item_label(item)
    details = []
    due = item.due_latest or item.due_earliest
    if due:
        details.append(_("到期 {due}").format(due=due[:19].replace("T", " ")))
    by = by_label(one.kind, one.cause, one.by)
    if by:
        details.append(plain(by))
    if one.cause and one.cause not in ("first", "time"):
        details.append(cause_label(one.cause))
    first = " ".join(part for part in (state, matter) if part)
    title = plain(titles.get(item.rule, item.rule))
    return "\n".join(part for part in (f"· {first}", f"  {title}", "  " + _("；").join(details)) if part.strip())


def _raw(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _escaped(text: str) -> int:
    """Bytes of the text inside a JSON request."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace"))


def _split(heading: str, paragraphs: Iterable[str], most: int, size: Callable[[str], int]) -> list[str]:
    """Parts of at most ``most`` bytes, cut between paragraphs; a single paragraph that is longer is cut short."""
    room = most - size(heading) - 64  # for the part's number and line ends
    parts: list[list[str]] = [[]]
    used = 0
    for paragraph in paragraphs:
        text = _cut(paragraph, room, size)
        if parts[-1] and used + size(text) + 1 > room:
            parts.append([])
            used = 0
        parts[-1].append(text)
        used += size(text) + 1
    first, line, rest = heading.partition("\n")
    marks = [
        _("（{number}/{n_parts}）").format(number=number, n_parts=len(parts)) if len(parts) > 1 else ""
        for number in range(1, len(parts) + 1)
    ]
    return ["\n".join([f"{first}{mark}{line}{rest}", *part]) for mark, part in zip(marks, parts, strict=True)]


def _cut(text: str, room: int, size: Callable[[str], int]) -> str:
    if size(text) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) + 8 <= room else (low, middle - 1)
    return text[:low] + "…"


# --- for machines -----------------------------------------------------------------------------------------


def _json_bodies(night: Night, news: Sequence[News], settings: Notify) -> tuple[str, list[str]]:
    """The subject, and as many JSON texts as it takes; nothing is left out of them."""
    parts = [news[start : start + MOST_RECORDS] for start in range(0, len(news), MOST_RECORDS)]
    head: dict[str, Any] = {"schema": SCHEMA, "title": settings.title, "run": night.run, "as_of": night.as_of}
    bodies = []
    for number, part in enumerate(parts, 1):
        agencies: dict[str, list[dict[str, Any]]] = {}
        for one in part:
            agencies.setdefault(one.item.agency or "", []).append(
                {
                    "kind": one.kind,
                    "cause": one.cause,
                    "by": one.by,
                    "title": night.titles.get(one.item.rule),
                    **one.item._asdict(),
                }
            )
        document = {
            **head,
            "part": number,
            "parts": len(parts),
            "agencies": [
                {"agency": agency or None, "changes": changes} for agency, changes in sorted(agencies.items())
            ],
        }
        bodies.append(json.dumps(document, ensure_ascii=False))
    return plain(_(settings.title)), bodies
