"""Holiday notices as data: YAML files in, records out, every complaint with file and line.

One file a notice year (``holidays/2024.yaml``) and, for a region, a folder named by its adcode (``holidays/540100/2023.yaml``);
a user's own file has the same shape, so that a new year's notice needs no release::

    year: 2027
    region: "540100"            # only for a regional notice
    statements:
      - title: 国务院办公厅关于2027年部分节假日安排的通知
        number: 国办发明电〔2026〕×号
        issued: 2026-11-05
        issued_basis: 通知落款
        festivals:
          - name: 元旦
            rest: [2027-01-01/2027-01-03]
            work: [2026-12-27]
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk import yamlio
from zwgk.errors import Complaint, HolidayError
from zwgk.i18n import N_, _
from zwgk.shapes import DATE, TEXT, Key, Shape, Sheet, choice, day_of, found, listing, pattern, read_record, record
from zwgk.yamlio import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from zwgk.yamlio import Node

SETTLED = "settled"
REPORTED = "reported"


class Festival(NamedTuple):
    """One festival of a notice: the ordinals of its rest days and of the days worked in exchange."""

    name: str
    rest: tuple[int, ...]
    work: tuple[int, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Notice:
    """One instrument that rules on rest days and make-up days.

    ``region`` is an adcode, empty for the nation. ``issued`` is an ordinal, None where it is not known. ``confidence`` is
    ``settled`` (the notice's own words) or ``reported`` (second hand). ``scope`` is ``all`` or ``part`` (some citizens only:
    no working day changes).
    """

    year: int
    region: str
    title: str
    number: str
    issued: int | None
    issued_basis: str
    confidence: str
    scope: str
    source: str
    festivals: tuple[Festival, ...]
    path: str
    line: int

    @property
    def cited(self) -> str:
        """How the notice is cited: its number, or its title where it has none."""
        return self.number or _("《{title}》").format(title=self.title)

    @property
    def days(self) -> list[int]:
        """Every day it rules on, in order."""
        return sorted(day for festival in self.festivals for day in (*festival.rest, *festival.work))

    def is_known(self, on: int) -> bool:
        """Whether it had been issued by that day; without an issue date: once the first day it rules on had come."""
        return (self.days[0] if self.issued is None else self.issued) <= on


# --- shapes -----------------------------------------------------------------------------------------------

_LONGEST = 31
"""Days that one range may span: beyond it a date is mistyped."""


def _read_year(sheet: Sheet, node: Node, where: str) -> int | None:
    if isinstance(node, Scalar) and node.reads_as == "integer" and re.fullmatch("[12][0-9]{3}", node.text):
        return int(node.text)
    sheet.complain(
        node.line, _("“{where}”应为四位年份，读到{node}；请写成“2027”的样子").format(where=where, node=found(node))
    )
    return None


def _read_days(sheet: Sheet, node: Node, where: str) -> tuple[int, ...] | None:
    """One day, or ``first/last``, as ordinals."""
    if isinstance(node, Scalar) and node.refused:
        return None
    text = node.text if isinstance(node, Scalar) else ""
    first, slash, last = text.partition("/")
    a, b = day_of(first), day_of(last if slash else first)
    if a is None or b is None:
        message = _("“{where}”应为日期或起止日期，读到{node}；请写成“2027-01-01”或“2027-01-01/2027-01-03”").format(
            where=where, node=found(node)
        )
        sheet.complain(node.line, message)
        return None
    if not 0 <= (b - a).days < _LONGEST:
        sheet.complain(
            node.line,
            _("“{where}”的起止“{text}”应先早后晚、不超过{LONGEST}天；请改正").format(
                where=where, text=text, LONGEST=_LONGEST
            ),
        )
        return None
    return tuple(range(a.toordinal(), b.toordinal() + 1))


_YEAR = Shape(_read_year, {"type": "integer", "minimum": 1000, "maximum": 2999})
_ADCODE = pattern("[1-9][0-9]{5}", N_('加引号的六位行政区划代码（如 "540100"）'))
_DAYS = Shape(_read_days, {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?$"})
_FESTIVAL = {
    "name": Key(TEXT, N_("节日名称，照通知的写法"), required=True),
    "rest": Key(listing(_DAYS), N_("放假的日期或起止日期")),
    "work": Key(listing(_DAYS), N_("调休上班的日期")),
}


def _read_festival(sheet: Sheet, node: Node, where: str) -> Festival | None:
    values = record(_FESTIVAL).read(sheet, node, where)
    if values is None:
        return None
    rest, work = ([day for days in values.get(key, ()) for day in days] for key in ("rest", "work"))
    if not rest and not work:
        sheet.complain(node.line, _("“{where}”既没有 rest 也没有 work；请写明放假或上班的日期").format(where=where))
        return None
    return Festival(values["name"], tuple(rest), tuple(work), node.line)


_STATEMENT = {
    "title": Key(TEXT, N_("通知的标题"), required=True),
    "number": Key(TEXT, N_("文号，没有文号就不写")),
    "issued": Key(DATE, N_("通知的落款日期或公布日期")),
    "issued_basis": Key(TEXT, N_("上面这个日期从哪里来"), required=True),
    "confidence": Key(choice(SETTLED, REPORTED), N_("settled 通知原文（默认）,reported 转述，默认不采用")),
    "scope": Key(choice("all", "part"), N_("all 全体公民（默认）,part 部分公民，不改变工作日")),
    "source": Key(TEXT, N_("在哪里见到的")),
    "festivals": Key(listing(Shape(_read_festival, record(_FESTIVAL).schema)), N_("各节日的安排"), required=True),
}


def _read_statement(sheet: Sheet, node: Node, where: str) -> tuple[dict[str, Any], int] | None:
    values = record(_STATEMENT).read(sheet, node, where)
    if values is None:
        return None
    if "issued" not in values and values.get("confidence", SETTLED) == SETTLED and values.get("scope", "all") == "all":
        sheet.complain(
            node.line,
            _("“{where}”缺少 issued（发布日期）；没有日期的安排只能写 confidence: {REPORTED}").format(
                where=where, REPORTED=REPORTED
            ),
        )
        return None
    return values, node.line


_FILE = {
    "year": Key(_YEAR, N_("安排的是哪一年"), required=True),
    "region": Key(_ADCODE, N_("地方通知的行政区划代码，全国的不写")),
    "statements": Key(listing(Shape(_read_statement, record(_STATEMENT).schema)), N_("各件通知"), required=True),
}

SCHEMA = record(_FILE).schema


# --- files ------------------------------------------------------------------------------------------------


def read_file(path: Path, *, region: str | None = None) -> tuple[list[Notice], list[Complaint]]:
    """The notices of one file, and what is wrong with it (then no notices).

    ``region``: the adcode that the file must be for ("" the nation), None if any will do.
    """
    document = yamlio.load(path)
    sheet = Sheet(str(path))
    sheet.complaints.extend(document.complaints)
    notices: list[Notice] = []
    values = read_record(sheet, document.root, "", _FILE) if document.root is not None else None
    if values is not None and not sheet.complaints:
        own = values.get("region", "")
        if region is not None and own != region:
            want = f'region: "{region}"' if region else _("不写 region")
            sheet.complain(
                1,
                _("这个文件的 region 是“{own}”，按所在的文件夹应{want}；请改正或移到别处").format(
                    own=own or _("全国"), want=want
                ),
            )
        notices = [_notice(values["year"], own, statement, line, str(path)) for statement, line in values["statements"]]
        for notice in notices:
            _check(sheet, notice)
    return ([] if sheet.complaints else notices), sheet.complaints


def _notice(year: int, region: str, values: dict[str, Any], line: int, path: str) -> Notice:
    issued: dt.date | None = values.get("issued")
    return Notice(
        year=year,
        region=region,
        title=values["title"],
        number=values.get("number", ""),
        issued=None if issued is None else issued.toordinal(),
        issued_basis=values["issued_basis"],
        confidence=values.get("confidence", SETTLED),
        scope=values.get("scope", "all"),
        source=values.get("source", ""),
        festivals=values["festivals"],
        path=path,
        line=line,
    )


def _check(sheet: Sheet, notice: Notice) -> None:
    """What one notice cannot mean: days of another year, a day ruled on twice, an issue date after the fact."""
    first, last = dt.date(notice.year - 1, 12, 1).toordinal(), dt.date(notice.year, 12, 31).toordinal()
    seen: dict[int, str] = {}
    for festival in notice.festivals:
        for day in (*festival.rest, *festival.work):
            if not first <= day <= last:
                message = _("{day} 不在 {year} 年（或上年12月）之内；请核对 year 和日期").format(
                    day=_iso(day), year=notice.year
                )
                sheet.complain(festival.line, _("“{name}”的 {message}").format(name=festival.name, message=message))
            if day in seen:
                message = _("{day} 在“{value}”已经安排过；同一件通知里一天只能写一次").format(
                    day=_iso(day), value=seen[day]
                )
                sheet.complain(festival.line, _("“{name}”的 {message}").format(name=festival.name, message=message))
            seen[day] = festival.name
    if notice.issued is not None and not notice.year - 2 <= dt.date.fromordinal(notice.issued).year <= notice.year:
        sheet.complain(
            notice.line,
            _("发布日期 {issued} 与 {year} 年的安排对不上；请核对 issued 和 year").format(
                issued=_iso(notice.issued), year=notice.year
            ),
        )


def _iso(day: int) -> str:
    return dt.date.fromordinal(day).isoformat()


def files_in(path: Path) -> list[Path]:
    """The holiday files of a folder and those below it (names with ``_`` in front excepted), in order; a file alone."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*.yaml") if not file.name.startswith("_"))


def load(paths: Iterable[Path], *, region: str | None = None) -> list[Notice]:
    """The notices of these files and folders, in order of issue.

    Raises:
        HolidayError: with everything that is wrong in any of them.
    """
    notices: list[Notice] = []
    complaints: list[Complaint] = []
    for path in paths:
        files = files_in(path)
        if not files:
            complaints.append(Complaint(str(path), 0, _("文件夹里没有 .yaml 文件；请写出放假通知文件的路径")))
        for file in files:
            some, wrong = read_file(file, region=region)
            notices.extend(some)
            complaints.extend(wrong)
    if complaints:
        raise HolidayError(complaints)
    return sorted(notices, key=lambda notice: (notice.issued or 0, notice.path, notice.line))
