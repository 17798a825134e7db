"""Waivers: breaches accepted on purpose, by whom, on what basis, until when.

A waiver names a finding by its fingerprint, or a rule with a case, an agency, a period or a member. While it is valid the
finding is ``excused``; afterwards it is a breach again, and the waiver is named as expired.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.errors import WaiverError
from zwgk.i18n import _
from zwgk.model import Verdict
from zwgk.phrases import amount
from zwgk.report import HeldFindings
from zwgk.reports.jsontext import dumps, finding_record
from zwgk.reports.text import BREACH_LABELS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from zwgk.model import Rule
    from zwgk.report import Findings
    from zwgk.shapes import Keys

_BREACHED, _EXCUSED = Verdict.BREACHED.value, Verdict.EXCUSED.value
_TARGETS = ("rule", "case", "agency", "period", "member")


class Waiver(NamedTuple):
    """One waiver. ``target`` holds the fields of a finding that must be equal; ``until`` is its last day."""

    target: tuple[tuple[str, str], ...]
    reason: str
    approver: str
    basis: str
    until: dt.date
    path: str
    line: int

    def covers(self, record: Mapping[str, Any]) -> bool:
        """Whether it names this finding (a record of the JSON report)."""
        return all(record[name] == value for name, value in self.target)

    def words(self) -> str:
        """Why, by whom and until when, in one sentence."""
        granted = _("豁免：{reason}（批准：{approver}；依据：{basis}；有效至{until}）")
        return granted.format(reason=self.reason, approver=self.approver, basis=self.basis, until=self.until)

    def named(self) -> str:
        """As the report names it."""
        what = "  ".join(value for name, value in self.target)
        return _("{path}:{line} {what}（至{until}）").format(
            path=self.path, line=self.line, what=what, until=self.until
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """What waivers do to breaches.

    Attributes:
        covered: fingerprint → the waiver that excuses the breach.
        breaches: fingerprint → the breach that is excused.
        lapsed: fingerprint → the waiver that excused it until it expired.
        expired, unused, refused: the waivers of which that is so, in the order of the files.
    """

    covered: Mapping[str, Waiver]
    breaches: Mapping[str, str]
    lapsed: Mapping[str, Waiver]
    expired: tuple[str, ...]
    unused: tuple[str, ...]
    refused: tuple[str, ...]

    def notes(self) -> dict[str, Any]:
        """What the report says of the waivers."""
        return {
            "used": len(self.covered),
            "expired": list(self.expired),
            "unused": list(self.unused),
            "refused": list(self.refused),
        }


class Applied(NamedTuple):
    """The findings with the waivers in place, and what these did."""

    found: Findings
    settled: Settled


# --- reading ----------------------------------------------------------------------------------------------


def load_waivers(paths: Sequence[str | Path]) -> tuple[Waiver, ...]:
    """The waivers in YAML files.

    Raises:
        WaiverError: with every complaint about every file.
    """
    from zwgk.shapes import Sheet, listing, read_record
    from zwgk.yamlio import load

    waivers: list[Waiver] = []
    complaints = []
    for path in paths:
        document = load(Path(path))
        sheet = Sheet(str(path))
        sheet.complaints.extend(document.complaints)
        if document.root is not None:
            keys = {
                "waivers": _key(
                    listing(_entry(str(path)), at_least=0, expected=_("豁免的列表")), _("豁免的列表"), required=True
                )
            }
            values = read_record(sheet, document.root, "", keys)
            waivers.extend(one for one in (values or {}).get("waivers") or () if one is not None)
        complaints.extend(sheet.complaints)
    if complaints:
        raise WaiverError(complaints)
    return tuple(waivers)


def _key(shape: Any, about: str, *, required: bool = False) -> Any:
    from zwgk.shapes import Key

    return Key(shape, about, required=required)


def _entry(path: str) -> Any:
    from zwgk.shapes import DATE, TEXT, Shape, read_record

    keys: Keys = {
        "finding": _key(TEXT, _("核查结果的指纹")),
        "rule": _key(TEXT, _("规则编号（包/编号）")),
        "case": _key(TEXT, _("事项编号")),
        "agency": _key(TEXT, _("机关")),
        "period": _key(TEXT, _("周期")),
        "member": _key(TEXT, _("成员")),
        "reason": _key(TEXT, _("为什么豁免"), required=True),
        "approver": _key(TEXT, _("批准人"), required=True),
        "basis": _key(TEXT, _("依据"), required=True),
        "until": _key(DATE, _("有效期的最后一日"), required=True),
    }

    def read(sheet: Any, node: Any, where: str) -> Waiver | None:
        before = len(sheet.complaints)
        values = read_record(sheet, node, where, keys)
        if values is None or len(sheet.complaints) > before:
            return None
        target = tuple((name, values[name]) for name in _TARGETS if name in values)
        if ("finding" in values) == bool(target) or (target and ("rule" not in values or len(target) < 2)):
            message = _("“{where}”应写 finding，或者写 rule 加上 case、agency、period、member 中的一个或几个；请改正")
            sheet.complain(node.line, message.format(where=where))
            return None
        if "finding" in values:
            target = (("fingerprint", values["finding"]),)
        return Waiver(target, values["reason"], values["approver"], values["basis"], values["until"], path, node.line)

    return Shape(read, {"type": "object"})


# --- applying ---------------------------------------------------------------------------------------------


def apply(found: Findings, waivers: Sequence[Waiver], rules: Sequence[Rule], as_of: dt.date) -> Applied:
    """The findings with every valid waiver in place."""
    settled = settle(_breaches(found, waivers), waivers, rules, as_of)
    if not settled.covered:
        return Applied(found, settled)
    covered = settled.covered
    return Applied(_held(found, covered) if isinstance(found, HeldFindings) else _Waived(found, covered), settled)


def settle(
    breaches: Iterable[Mapping[str, Any]], waivers: Sequence[Waiver], rules: Sequence[Rule], as_of: dt.date
) -> Settled:
    """What the waivers do to these breaches (as the JSON report writes them); others are not looked at."""
    barred = frozenset(rule.id for rule in rules if not rule.waivable)
    fates: dict[Waiver, str] = {}
    covered: dict[str, Waiver] = {}
    lapsed: dict[str, Waiver] = {}
    excused: dict[str, str] = {}
    naming = _by_name(waivers)
    for record in breaches:
        for waiver in naming(record):
            if not waiver.covers(record):
                continue
            fate = "refused" if record["rule"] in barred else "expired" if as_of > waiver.until else "used"
            fates[waiver] = fate
            if fate == "used":
                covered.setdefault(record["fingerprint"], waiver)
                excused[record["fingerprint"]] = record["breach"]
            elif fate == "expired":
                lapsed.setdefault(record["fingerprint"], waiver)
    named = {
        fate: tuple(w.named() for w in waivers if fates.get(w, "unused") == fate)
        for fate in ("expired", "unused", "refused")
    }
    return Settled(covered, excused, lapsed, **named)


def _by_name(waivers: Sequence[Waiver]) -> Callable[[Mapping[str, Any]], Iterator[Waiver]]:
    """What finds the waivers that may cover a record, in the order of the files, without trying them all."""
    places: defaultdict[tuple[str | None, ...], list[int]] = defaultdict(list)
    for place, waiver in enumerate(waivers):
        target = dict(waiver.target)
        rule = target.get("rule", "")
        places[(rule, target["case"]) if "case" in target else (rule or target["fingerprint"],)].append(place)

    def naming(record: Mapping[str, Any]) -> Iterator[Waiver]:
        names = ((record["fingerprint"],), (record["rule"],), (record["rule"], record["case"]))
        return (waivers[place] for place in sorted(place for name in names for place in places.get(name, ())))

    return naming


def _breaches(found: Findings, waivers: Sequence[Waiver]) -> Iterator[dict[str, Any]]:
    """The breaches that some waiver may name; the others are passed over without being read."""
    needles = {
        dumps(dict(waiver.target).get("fingerprint") or dict(waiver.target)["rule"]).encode() for waiver in waivers
    }
    for chunk in found.chunks({_BREACHED}):
        if any(needle in chunk for needle in needles):
            yield from (json.loads(line) for line in chunk.splitlines() if any(needle in line for needle in needles))


def _sentences(record: Mapping[str, Any], waiver: Waiver) -> list[str]:
    label = BREACH_LABELS[record["breach"]]
    what = _(label)
    late = record["late_by"]
    if late:
        what = _("{what}{amount}").format(what=what, amount=amount(late["count"], late["unit"]))
    return [_("原结论：违反（{what}）").format(what=what), waiver.words()]


def _held(found: HeldFindings, covered: Mapping[str, Waiver]) -> HeldFindings:
    findings = []
    for finding in found.findings:
        waiver = covered.get(finding.fingerprint)
        if waiver is None:
            findings.append(finding)
            continue
        because = (*finding.because, *_sentences(finding_record(finding), waiver))
        findings.append(finding._replace(verdict=Verdict.EXCUSED, breach=None, late_by=None, because=because))
    return HeldFindings(findings)


class _Waived:
    """Findings kept elsewhere, with some lines put in the place of others."""

    def __init__(self, found: Findings, covered: Mapping[str, Waiver]) -> None:
        self._found = found
        self._lines: dict[bytes, bytes] = {}
        counts = Counter(found.counts)
        prints = {name.encode(): waiver for name, waiver in covered.items()}
        for chunk in found.chunks({_BREACHED}):
            if not any(name in chunk for name in prints):
                continue
            for line in chunk.splitlines(keepends=True):
                record = json.loads(line)
                waiver = covered.get(record["fingerprint"])
                if waiver is None:
                    continue
                because = [*record["because"], *_sentences(record, waiver)]
                changed = {**record, "verdict": _EXCUSED, "breach": None, "late_by": None, "because": because}
                self._lines[line] = dumps(changed).encode() + b"\n"
                key = (record["rule"], record["agency"] or "")
                counts[*key, _BREACHED] -= 1
                counts[*key, _EXCUSED] += 1
        self.counts: Mapping[tuple[str, str, str], int] = +counts

    def soon(self) -> frozenset[str]:
        """The fingerprints of the findings that are due soon."""
        return self._found.soon()

    def chunks(self, verdicts: Collection[str] | None = None) -> Iterator[bytes]:
        """JSON lines of the findings with these verdicts (None: all), in blocks of whole lines."""
        asked = None if verdicts is None else {*verdicts, *({_BREACHED} if _EXCUSED in verdicts else ())}
        for chunk in self._found.chunks(asked):
            lines = []
            for line in chunk.splitlines(keepends=True):
                waived = self._lines.get(line)
                if waived is not None:
                    lines.append(waived if verdicts is None or _EXCUSED in verdicts else b"")
                elif verdicts is None or _BREACHED in verdicts or b'"verdict":"breached"' not in line:
                    lines.append(line)
            if lines:
                yield b"".join(lines)
