"""Reading a page of the HTML report back: its elements, and its findings as the JSON report writes them."""

from __future__ import annotations

import datetime as dt
import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.reports.html import render

if TYPE_CHECKING:
    from zwgk.report import Report

STATES = ("breached", "undecided", "pending", "pending", "excused", "met")
BREACHES = ("late", "overdue", "short", "missing", "below", "out-of-order")
UNITS = ("workdays", "days", "hours")

HARM = (
    "<script>window.harm=1</script>",
    '"><img src=x onerror="window.harm=1">',
    "'><svg onload=window.harm=1>",
    "javascript:window.harm=1",
    "</script><script>window.harm=1</script>",
    "</title></style></textarea><script>window.harm=1</script>",
    "<!--<script>",
    "]]>{{data}}{{script}}${window.harm=1}",
    "甲\u2028window.harm=1\u2029//",
    "\u202e<b onmouseover=window.harm=1>",
    "__proto__",
    "constructor",
)


def harmful() -> list[dict[str, str]]:
    """Every field of a log with every text that means harm."""
    rows = []
    for number, harm in enumerate(HARM):
        common = {"agency": harm, "region": "510504", "备注": harm, harm: harm}
        case = f"{harm}{number}号"
        rows.append({"case": case, "event": "document-issued", "time": "2011-09-28", **common, "document_type": harm})
        rows.append({"case": case, "event": harm, "time": "2011-09-29", **common})
        rows.append({"case": case, "event": "adoption-published", "time": harm, **common})
        rows.append({"case": case, "event": "account-opened", "time": "2022-09-28", **common, "account": harm})
        share = {"share": harm, "weight": harm, "field": harm, "channel": harm, "form": harm}
        rows.append({"case": "", "event": "benefit-share-reported", "time": "2022-09-29", **common, **share})
        rows.append({"case": "", "event": "catalogue-compiled", "time": "2020-10-20", **common, **share})
    return rows


class Element(NamedTuple):
    """One element with the text directly in it."""

    tag: str
    attributes: dict[str, str | None]
    text: list[str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), [])
        self.elements.append(element)
        if tag not in ("meta", "input", "br", "rect"):
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text.append(data)


class Page:
    """A page: its bytes, its elements and its data."""

    def __init__(self, report: Report | bytes) -> None:
        self.raw = report if isinstance(report, bytes) else b"".join(render(report))
        self.text = self.raw.decode()
        reader = _Reader()
        reader.feed(self.text)
        self.elements = reader.elements
        self.data: dict[str, Any] = json.loads(self.content("script", type="application/json"))

    def find(self, tag: str, **attributes: str) -> list[Element]:
        """The elements with this tag and these attributes (``class_`` for class)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            one
            for one in self.elements
            if one.tag == tag and all(one.attributes.get(name) == value for name, value in wanted.items())
        ]

    def content(self, tag: str, **attributes: str) -> str:
        """The text of the one element that fits."""
        (element,) = self.find(tag, **attributes)
        return "".join(element.text)

    def visible(self) -> str:
        """All text outside scripts and styles."""
        return " ".join("".join(one.text) for one in self.elements if one.tag not in ("script", "style"))

    # --- findings ---

    def findings(self) -> list[dict[str, Any]]:
        """The findings that the page carries, put together again without a look at the code that took them apart."""
        data = self.data
        arguments = iter(data["arguments"])
        return [self._finding(i, arguments) for i in range(data["size"])]

    def _finding(self, i: int, arguments: Any) -> dict[str, Any]:
        data = self.data
        rule = data["rules"][data["rule"][i]]
        verdict = STATES[data["state"][i]]
        amount = None
        if data["amount"][i] >= 0:
            amount = {"count": data["amount"][i], "unit": UNITS[data["unit"][i]]}
        return {
            "rule": rule["id"],
            "title": rule["title"],
            "severity": rule["severity"],
            **{name: self._word(name, i) for name in ("case", "agency", "region", "period", "member")},
            "verdict": verdict,
            "breach": BREACHES[data["breach"][i]] if data["breach"][i] >= 0 else None,
            "trigger": self._evidence("t", i),
            "due": self._due(i),
            "performed": self._evidence("p", i),
            "late_by": amount if verdict == "breached" else None,
            "remaining": amount if verdict == "pending" else None,
            "because": self._because(i, arguments),
            "source": rule["source"],
            "fingerprint": data["fingerprint"][i],
        }

    def _word(self, name: str, i: int) -> str | None:
        at = self.data[name][i]
        return self.data["dictionaries"][name][at] if at >= 0 else None

    def _evidence(self, letter: str, i: int) -> dict[str, Any] | None:
        data = self.data
        at = data[letter + "e"][i]
        if at < 0:
            return None
        time = _time(data[letter + "t"][i])
        record = {"event": data["dictionaries"]["event"][at][0], "time": time, "row": data[letter + "r"][i]}
        file = data["sparse"][letter + "f"].get(str(i))
        return record if file is None else record | {"file": file + 1}

    def _due(self, i: int) -> dict[str, Any] | None:
        earliest, latest = _time(self.data["de"][i]), _time(self.data["dl"][i])
        if earliest is None and latest is None and str(i) not in self.data["sparse"]["waiting"]:
            return None
        final = earliest is not None and earliest == latest
        record = {"at": earliest if final else None, "earliest": earliest, "latest": latest, "final": final}
        unrolled = self.data["sparse"]["unrolled"].get(str(i))
        return record if unrolled is None else record | {"unrolled": _time(unrolled)}

    def _because(self, i: int, arguments: Any) -> list[str]:
        words = self.data["dictionaries"]
        sentences = []
        for at in words["because"][self.data["because"][i]]:
            kinds, *parts = words["sentence"][at]
            text = parts[0]
            for kind, part in zip(kinds, parts[1:], strict=True):
                argument = next(arguments)
                text += (_time(argument) or "" if kind == "d" else str(argument)) + part
            sentences.append(text)
        return sentences

    # --- days ---

    def day_kind(self, day: str, table: int = 0) -> str:
        """The letter of a day in a day table of the page."""
        days = self.data["calendars"][table]
        return days["kinds"][_number(day) - days["first"]]

    def day_name(self, day: str, table: int = 0) -> tuple[str, str] | None:
        """The name and the notice of a day in a day table of the page."""
        days = self.data["calendars"][table]
        offset = _number(day) - days["first"]
        return next(
            ((name, notice) for begins, size, name, notice in days["named"] if begins <= offset < begins + size), None
        )

    def walk_of(self, case: str, rule: str) -> dict[str, Any] | None:
        """What the page knows of the clock of a finding; its days as ISO dates."""
        for i, finding in enumerate(self.findings()):
            if finding["case"] == case and finding["rule"] == rule:
                walk = self.data["sparse"]["walk"].get(str(i))
                if walk is None:
                    return None
                stops = [(_time(first), _time(last), basis) for first, last, basis in walk["stops"]]
                return {"start": _time(walk["start"]), "n": walk["n"], "stops": stops}
        raise LookupError(case)


def _time(value: int | str | None) -> str | None:
    if not isinstance(value, int):
        return value
    return (dt.date(1970, 1, 1) + dt.timedelta(value)).isoformat()


def _number(day: str) -> int:
    return (dt.date.fromisoformat(day) - dt.date(1970, 1, 1)).days
