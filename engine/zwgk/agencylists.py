"""Who owes agency-wide duties, as the user lists it: one list for all rules, or for which rule or pack each agency is listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from zwgk.errors import Complaint, InputError, UsageError
from zwgk.i18n import _
from zwgk.model import Kind
from zwgk.vocabulary import clean, column_name, half_width, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zwgk.model import Rule

Agencies = str | Path | Sequence[str] | Mapping[str, Sequence[str]]
"""What a caller may give: a file, a list for all rules, or rule id, pack id or "" (all) → agencies."""

_RULE_HEADERS = frozenset({"规则", "规则编号", "规则包", "rule", "rules", "pack"})
_DELIMITERS = "\t,，;；"
_BETWEEN = str.maketrans(dict.fromkeys("、|", ";"))
_NOBODY: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_NOWHERE: Mapping[str, Complaint] = MappingProxyType({})


class AgencyList(NamedTuple):
    """The agencies listed: ``everywhere`` for all rules, ``by_rule`` for the rule or pack with that id.

    ``places`` says where a rule or pack is first named, for lists from a file.
    """

    everywhere: tuple[str, ...] = ()
    by_rule: Mapping[str, tuple[str, ...]] = _NOBODY
    places: Mapping[str, Complaint] = _NOWHERE

    def record(self) -> list[str] | dict[str, list[str]]:
        """The list in the form in which a caller gives it, as JSON can hold it."""
        if not self.by_rule:
            return list(self.everywhere)
        return {"": list(self.everywhere), **{name: list(some) for name, some in self.by_rule.items()}}


def agency_list(given: Agencies) -> AgencyList:
    """The list that a caller gave, each agency once.

    Raises:
        InputError: a file that cannot be read, or is a table in which something is wrong.
        UsageError: something that is no list of names.
    """
    if isinstance(given, str | Path):
        return _read(str(given))
    if not isinstance(given, Mapping):
        return AgencyList(_names(given))
    named = {str(name): _names(some) for name, some in given.items()}
    return AgencyList(named.pop("", ()), named)


def _names(given: Sequence[str]) -> tuple[str, ...]:
    if isinstance(given, str) or not all(isinstance(one, str) for one in given):
        raise UsageError(
            _("agencies 应为机关名称的列表，或“规则编号: 机关名称的列表”；现为 {given}").format(given=given)
        )
    return tuple(dict.fromkeys(name for one in given if (name := clean(one))))


def require_known(listed: AgencyList, rules: Iterable[Rule]) -> None:
    """Refuse a list that names what is no rule or pack, or one of which it cannot say who owes it.

    ``rules`` are those that run; the shipped ones may be named as well.

    Raises:
        InputError: the list comes from a file.
        UsageError: it was given as a mapping.
    """
    if not listed.by_rule:
        return
    known = list(rules)
    if not listed.by_rule.keys() <= _ids(known):
        from zwgk.rules import shipped_packs

        known += shipped_packs().rules
    taking = _ids(rule for rule in known if rule.kind in (Kind.CADENCE, Kind.FIXED_DATE) and not rule.owed_by)
    complaints = []
    for name in listed.by_rule.keys() - taking:
        message = _not_taking(name) if name in _ids(known) else _unknown(name, sorted(taking))
        complaints.append(listed.places.get(name, Complaint("agencies", 0, ""))._replace(message=message))
    if complaints:
        text = "\n".join(map(str, sorted(complaints)))
        raise InputError(text) if listed.places else UsageError(text)


def _ids(rules: Iterable[Rule]) -> set[str]:
    return {name for rule in rules for name in (rule.id, rule.pack)}


def _unknown(name: str, candidates: Sequence[str]) -> str:
    near = next((one for one in candidates if one.endswith(f"/{name}")), None) or nearest(name, candidates)
    hint = _("是不是“{near}”？").format(near=near) if near else ""
    text = _("没有名为“{name}”的规则或规则包；{hint}应为规则编号（包/规则）或规则包名，可用 zwgk-check rules list 查看")
    return text.format(name=name, hint=hint)


def _not_taking(name: str) -> str:
    text = _(
        "“{name}”不看机关名单：名单只用于没有列明义务主体的频次（cadence）和固定日期（fixed-date）规则；请删去这一项"
    )
    return text.format(name=name)


# --- a file -----------------------------------------------------------------------------------------------


def _read(path: str) -> AgencyList:
    """One agency a line; or a table with the columns 机关 and 规则."""
    import csv

    from zwgk.files import read_text

    lines = read_text(path).splitlines()
    top = next((line for line in lines if clean(line)), "")
    mark = next((mark for mark in _DELIMITERS if mark in top), None)
    if mark is None or "agency" not in map(column_name, top.split(mark)):
        return AgencyList(_names(lines))
    reader = csv.reader(lines, delimiter=mark)
    try:
        rows = [(reader.line_num, [clean(cell) for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise InputError(str(Complaint(path, reader.line_num, str(error)))) from None
    return _read_table(path, [(number, cells) for number, cells in rows if any(cells)])


def _read_table(path: str, rows: Sequence[tuple[int, Sequence[str]]]) -> AgencyList:
    header = rows[0][1]
    names = ["rule" if half_width(cell).lower() in _RULE_HEADERS else column_name(cell) for cell in header]
    if sorted(names) != ["agency", "rule"]:
        text = _("表头是“{found}”，应为“机关”和“规则”两列（规则一列写规则编号或规则包名，空着表示全部规则）")
        raise InputError(str(Complaint(path, rows[0][0], text.format(found=_("、").join(header)))))
    listed: dict[str, list[str]] = {}
    places: dict[str, Complaint] = {}
    complaints = []
    for number, cells in rows[1:]:
        row = dict(zip(names, cells, strict=False))
        if any(cells[len(names) :]) or not row.get("agency"):
            text = _("这一行是“{found}”，应为一个机关名称和一个规则（可空，几个规则之间用“、”隔开）")
            complaints.append(Complaint(path, number, text.format(found=_("、").join(cells))))
            continue
        for name in _rules_in(row.get("rule", "")):
            listed.setdefault(name, []).append(row["agency"])
            places.setdefault(name, Complaint(path, number, ""))
    if complaints:
        raise InputError("\n".join(map(str, complaints)))
    everywhere = listed.pop("", [])
    return AgencyList(_names(everywhere), {name: _names(some) for name, some in listed.items()}, places)


def _rules_in(cell: str) -> list[str]:
    parts = half_width(cell).translate(_BETWEEN).split(";")
    return list(dict.fromkeys(filter(None, map(clean, parts)))) or [""]
