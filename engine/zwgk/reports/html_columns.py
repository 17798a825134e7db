"""The findings as columns over dictionaries, so that one page can carry 50,000 of them and open at once.

Column values are whole numbers: indices into a dictionary (-1: null), days since 1970-01-01, or counts. A sentence of
``because`` is kept as its wording with the dates and numbers taken out, which few findings do not share; these stand in
one flat list. ``report.js`` puts everything together again.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from array import array
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

EPOCH = dt.date(1970, 1, 1).toordinal()
STATES = ("breached", "undecided", "due_soon", "pending", "excused", "met")
"""What a row is painted as, in the order in which an auditor reads them."""
UNITS = ("workdays", "days", "hours")
BREACHES = ("late", "overdue", "short", "missing", "below", "out-of-order")

_ARGUMENT = re.compile(r"((?<![0-9])(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|0|[1-9][0-9]{0,8})(?![0-9]))")
_DATE_LENGTH = 10
_UNSAFE = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
_FROM_RECORD = ("case", "agency", "region", "period", "member")


def safe_json(value: object) -> str:
    """Compact JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE)


class Words:
    """Texts (or tuples of numbers), each kept once, in the order in which they came."""

    def __init__(self) -> None:
        """Begin empty."""
        self._at: dict[Any, int] = {}

    def __call__(self, word: Any) -> int:
        """The index of a word; -1 for None."""
        return -1 if word is None else self._at.setdefault(word, len(self._at))

    def __iter__(self) -> Iterator[Any]:
        """The words by index."""
        return iter(self._at)


class Columns:
    """Takes findings (as the JSON report writes them) one at a time, in report order."""

    def __init__(self, soon: frozenset[str]) -> None:
        """``soon``: the fingerprints of what is due soon."""
        self.size = 0
        self.rules: dict[str, dict[str, Any]] = {}
        self.words = {name: Words() for name in (*_FROM_RECORD, "event")}
        self.months: Counter[tuple[int, int, str]] = Counter()
        """(year, month of the due date, breach) → breaches; without a due date (0, 0, breach)."""
        self.first_day, self.last_day = 10**7, 0
        """The first and last ordinal that any finding names."""
        self._rule_at, self._sentences, self._patterns = Words(), Words(), Words()
        self._soon = soon
        self._numbers: dict[str, array[int]] = {
            name: array("q")
            for name in ("rule", *_FROM_RECORD, "state", "breach", "te", "tr", "pe", "pr", "amount", "unit", "because")
        }
        self._times: dict[str, list[str]] = {name: [] for name in ("tt", "pt", "de", "dl")}
        self._arguments: array[int] = array("q")
        self._fingerprints: list[str] = []
        self._time_texts: dict[str, str] = {}
        self._sparse: dict[str, dict[int, Any]] = {name: {} for name in ("tf", "pf", "unrolled", "waiting", "walk")}

    def count(self, record: Mapping[str, Any]) -> None:
        """Count a breach under the month of its due date."""
        if record["verdict"] == "breached":
            when = (record["due"] or {}).get("latest") or "0000-00"
            self.months[int(when[:4]), int(when[5:7]), record["breach"]] += 1

    def add(self, record: Mapping[str, Any], walk: object = None) -> None:
        """Take one finding; ``walk`` is what is peculiar to the counting of its due date (JSON), if anything."""
        number = self._numbers
        if record["rule"] not in self.rules:
            self.rules[record["rule"]] = {name: record[name] for name in ("title", "severity", "source")}
        number["rule"].append(self._rule_at(record["rule"]))
        for name in _FROM_RECORD:
            number[name].append(self.words[name](record[name]))
        soon = record["verdict"] == "pending" and record["fingerprint"] in self._soon
        number["state"].append(STATES.index("due_soon" if soon else record["verdict"]))
        number["breach"].append(BREACHES.index(record["breach"]) if record["breach"] else -1)
        amount = record["late_by"] or record["remaining"]
        number["amount"].append(amount["count"] if amount else -1)
        number["unit"].append(UNITS.index(amount["unit"]) if amount else -1)
        self._evidence("t", record["trigger"])
        self._evidence("p", record["performed"])
        self._due(record)
        number["because"].append(self._patterns(tuple(self._sentence(text) for text in record["because"])))
        self._fingerprints.append(record["fingerprint"])
        if walk is not None:
            self._sparse["walk"][self.size] = walk
        self.size += 1

    def _evidence(self, letter: str, evidence: Mapping[str, Any] | None) -> None:
        if evidence is None:
            event, row, time = -1, -1, None
        else:
            event, row, time = self.words["event"](evidence["event"]), evidence["row"], evidence["time"]
            if "file" in evidence:
                self._sparse[letter + "f"][self.size] = evidence["file"] - 1
        self._numbers[letter + "e"].append(event)
        self._numbers[letter + "r"].append(row)
        self._times[letter + "t"].append(self._time(time))

    def _due(self, record: Mapping[str, Any]) -> None:
        due = record["due"]
        earliest, latest = (due["earliest"], due["latest"]) if due else (None, None)
        self._times["de"].append(self._time(earliest))
        self._times["dl"].append(self._time(latest))
        if due and earliest is None and latest is None:
            self._sparse["waiting"][self.size] = 1
        if due and "unrolled" in due:
            self._sparse["unrolled"][self.size] = days(due["unrolled"])

    def _time(self, text: str | None) -> str:
        """A day as its number, an instant as its text."""
        if text is None:
            return "null"
        known = self._time_texts.get(text)
        if known is None:
            ordinal = dt.date.fromisoformat(text[:_DATE_LENGTH]).toordinal()
            self.first_day, self.last_day = min(self.first_day, ordinal), max(self.last_day, ordinal)
            known = str(ordinal - EPOCH) if len(text) == _DATE_LENGTH else f'"{text}"'
            self._time_texts[text] = known
        return known

    def _sentence(self, text: str) -> int:
        """The index of the wording of a sentence: kinds of its arguments, then the literal parts between them."""
        pieces = _ARGUMENT.split(text)
        found = pieces[1::2]
        kinds = "".join(["d" if len(one) == _DATE_LENGTH else "n" for one in found])
        try:
            arguments = [days(one) if len(one) == _DATE_LENGTH else int(one) for one in found]
        except ValueError:
            # Somebody's text looks like a date and is none (2019-13-45): the sentence is kept as it stands.
            return self._sentences(("", text))
        self._arguments.extend(arguments)
        return self._sentences((kinds, *pieces[::2]))

    # --- out ----------------------------------------------------------------------------------------------

    def members(self, event_label: Callable[[str], str]) -> Iterator[str]:
        """The members of the page's JSON object that hold the findings, as text."""
        dictionaries: dict[str, Iterable[Any]] = {name: list(words) for name, words in self.words.items()}
        dictionaries["event"] = [[name, event_label(name)] for name in self.words["event"]]
        dictionaries["sentence"] = [list(sentence) for sentence in self._sentences]
        dictionaries["because"] = [list(pattern) for pattern in self._patterns]
        yield f'"size":{self.size}'
        yield f'"dictionaries":{safe_json(dictionaries)}'
        for name, numbers in self._numbers.items():
            yield f'"{name}":[{",".join(map(str, numbers))}]'
        for name, times in self._times.items():
            yield f'"{name}":[{",".join(times)}]'
        yield f'"arguments":[{",".join(map(str, self._arguments))}]'
        yield f'"fingerprint":{safe_json(self._fingerprints)}'
        yield f'"sparse":{safe_json(self._sparse)}'


@lru_cache(1 << 14)
def days(text: str) -> int:
    """An ISO date as days since 1970-01-01."""
    return dt.date.fromisoformat(text).toordinal() - EPOCH
