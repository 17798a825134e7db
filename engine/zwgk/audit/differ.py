"""Two reports beside each other: which verdicts flip, which findings appear or vanish, which due dates move."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.audit.items import item_of
from zwgk.errors import InputError
from zwgk.files import refusal
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zwgk.audit.items import Item

SCHEMA = "zwgk.diff/1"
KINDS = ("verdict", "due", "appeared", "vanished")


class Flip(NamedTuple):
    """A finding that is not the same on both sides; None where one side has none."""

    kind: str
    before: Item | None
    after: Item | None

    @property
    def item(self) -> Item:
        """What is now, or was."""
        item = self.after or self.before
        if item is None:
            raise AssertionError(self.kind)
        return item


def flips(a: Iterable[Mapping[str, Any]], b: Iterable[Mapping[str, Any]]) -> list[Flip]:
    """What differs between the records of two reports, by rule and case."""
    before = {one["fingerprint"]: item_of(one) for one in a}
    found = []
    for record in b:
        now = item_of(record)
        was = before.pop(now.fingerprint, None)
        if was is None:
            found.append(Flip("appeared", None, now))
        elif (was.verdict, was.breach) != (now.verdict, now.breach):
            found.append(Flip("verdict", was, now))
        elif (was.due_earliest, was.due_latest) != (now.due_earliest, now.due_latest):
            found.append(Flip("due", was, now))
    found.extend(Flip("vanished", was, None) for was in before.values())
    return sorted(found, key=lambda one: (one.item.rule, one.item.case or "", one.item.fingerprint))


def read_report(path: str) -> Iterator[dict[str, Any]]:
    """The records of a report file (JSON, or JSON lines).

    Raises:
        InputError: it cannot be read, or is no report.
    """
    try:
        with Path(path).open(encoding="utf-8") as stream:
            first = stream.readline()
            rest = stream.read() if not _is_record(first) else None
            if rest is None:
                yield json.loads(first)
                for line in stream:
                    yield json.loads(line)
                return
        yield from json.loads(first + rest)["findings"]
    except OSError as error:
        raise InputError(
            _("{path}：不能读取（{reason}）；请核对路径").format(path=path, reason=refusal(error))
        ) from None
    except (ValueError, KeyError, TypeError):
        text = _("{path}：不是本程序的 JSON 或 JSON Lines 报告；请用 --format json 输出报告再比较")
        raise InputError(text.format(path=path)) from None


def _is_record(line: str) -> bool:
    try:
        return "fingerprint" in json.loads(line)
    except ValueError:
        return False


def diff_record(found: Iterable[Flip], a: str, b: str) -> dict[str, Any]:
    """The differences as JSON."""
    found = list(found)
    counts = Counter(one.kind for one in found)
    return {
        "schema": SCHEMA,
        "a": a,
        "b": b,
        "counts": {kind: counts[kind] for kind in KINDS},
        "flips": [
            {
                "kind": one.kind,
                "fingerprint": one.item.fingerprint,
                "before": _side(one.before),
                "after": _side(one.after),
            }
            for one in found
        ],
    }


def _side(item: Item | None) -> dict[str, Any] | None:
    if item is None:
        return None
    record = item._asdict()
    del record["fingerprint"], record["soon"]
    return record


def told(found: Iterable[Flip], a: str, b: str) -> Iterator[str]:
    """The differences in lines without line ends."""
    from zwgk.audit.told import breach_label

    labels = {"verdict": _("结论不同"), "due": _("到期日不同"), "appeared": _("只在 B"), "vanished": _("只在 A")}
    found = list(found)
    yield f"A  {a}"
    yield f"B  {b}"
    for kind in KINDS:
        some = [one for one in found if one.kind == kind]
        if not some:
            continue
        yield ""
        yield _("【{kind}】{count}项").format(kind=labels[kind], count=len(some))
        for one in some:
            item = one.item
            matter = "  ".join(part for part in (item.case, item.agency, item.period, item.member) if part)
            sides = [
                "" if side is None else breach_label(side.breach, side.verdict) + _due(side)
                for side in (one.before, one.after)
            ]
            yield f"  {matter}  <{item.rule}>"
            yield "       " + " → ".join(side for side in sides if side)
    yield ""
    counts = Counter(one.kind for one in found)
    yield _("结论不同{verdict}项，到期日不同{due}项，只在 A {vanished}项，只在 B {appeared}项。").format(
        **{kind: counts[kind] for kind in KINDS}
    )


def _due(item: Item) -> str:
    if item.due_earliest is None and item.due_latest is None:
        return ""
    ends = dict.fromkeys(end[:16].replace("T", " ") if end else _("？") for end in (item.due_earliest, item.due_latest))
    return _("（到期 {due}）").format(due=_("～").join(ends))
