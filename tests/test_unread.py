"""Rows that cannot be read: what every form tells of them, and that no office is blamed for what they may hold."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from zwgk import check
from zwgk.calendars import Calendars
from zwgk.cli import cli
from zwgk.evaluation import Options, evaluate
from zwgk.events import log_from_records, read_log
from zwgk.explain import explain_case
from zwgk.model import Condition, Excuse, Kind, Moment, Rule, Source, TimeLimit, Unit
from zwgk.relational import evaluate_large
from zwgk.unread import UnreadRow, unread_of, unread_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADERS = ("文号", "事件", "时间", "机关", "行政区划代码", "决定类型", "备注")
PENALTY = "guiyang-hitech-2019/licence-penalty-decision"


def row(line: int, **fields: Any) -> UnreadRow:
    blank = UnreadRow("", "", "", "", line, 0, {}, frozenset(), None, "")
    return blank._replace(**fields)


def csv_of(rows: list[tuple[str, ...]]) -> str:
    return "".join(",".join(cells) + "\n" for cells in rows)


# --- what readers tell ------------------------------------------------------------------------------------

ROWS: list[tuple[str, ...]] = [
    HEADERS,
    (" 罚1　", "执法决定作出", "2019-09-24", "局", "520115", "行政处罚", ""),
    ("罚1", "执法决定公开", "2019-13-01", "局", "520115", "", "补录"),
    ("罚2", "", "2019-10-01", "局", "", "", ""),
    ("罚3", "执法决定公开", "2019-10-01", "局", "5201", "", ""),
    ("", "工作进展公开", "昨天", "局", "", "", ""),
    ("罚4", "", "", "局", "x", "", ""),
    ("", "", "", "", "", "", ""),
]
READ = (
    row(3, case="罚1", event="decision-published", agency="局", region="520115", attributes={"备注": "补录"},
        column="time", found="2019-13-01"),
    row(4, case="罚2", agency="局", column="event"),
    row(5, case="罚3", event="decision-published", agency="局", illegible=frozenset({"region"}),
        column="region", found="5201"),
    row(6, event="progress-published", agency="局", column="time", found="昨天"),
    row(7, case="罚4", agency="局", illegible=frozenset({"region"}), column="event"),
)  # fmt: skip


def as_csv(path: Path) -> Path:
    (path / "log.csv").write_text(csv_of(ROWS), "utf-8")
    return path / "log.csv"


def as_tsv(path: Path) -> Path:
    (path / "log.tsv").write_text(csv_of(ROWS).replace(",", "\t"), "gb18030")
    return path / "log.tsv"


def as_gz(path: Path) -> Path:
    (path / "log.csv.gz").write_bytes(gzip.compress(csv_of(ROWS).encode()))
    return path / "log.csv.gz"


def as_quoted(path: Path) -> Path:
    text = "".join(",".join(f'"{cell}"' for cell in cells) + "\n" for cells in ROWS)
    (path / "log.csv").write_text(text, "utf-8")
    return path / "log.csv"


def as_jsonl(path: Path) -> Path:
    lines = [json.dumps(dict(zip(HEADERS, cells, strict=True)), ensure_ascii=False) for cells in ROWS[1:]]
    (path / "log.jsonl").write_text("\n" + "\n".join(lines), "utf-8")
    return path / "log.jsonl"


def as_xlsx(path: Path) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for cells in ROWS:
        book.active.append([cell or None for cell in cells])
    book.save(path / "log.xlsx")
    return path / "log.xlsx"


def as_parquet(path: Path) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    columns = {name: [cells[place] for cells in ROWS[1:]] for place, name in enumerate(HEADERS)}
    parquet.write_table(pa.table(columns), path / "log.parquet")
    return path / "log.parquet"


@pytest.mark.parametrize("form", [as_csv, as_tsv, as_gz, as_quoted, as_jsonl, as_xlsx, as_parquet])
def test_every_form_tells_what_is_legible(tmp_path: Path, form: Callable[[Path], Path]) -> None:
    log = read_log(form(tmp_path))
    assert log.unread == READ
    assert [event.row for event in log.events] == [2]
    assert {problem.row for problem in log.problems} == {one.row for one in READ}


def test_records_tell_what_is_legible() -> None:
    log = log_from_records([dict(zip(HEADERS, cells, strict=True)) for cells in ROWS[1:]])
    assert log.unread == READ


def test_several_files(tmp_path: Path) -> None:
    log = read_log([as_csv(tmp_path), as_tsv(tmp_path)])
    assert [one.source for one in log.unread] == [0] * 5 + [1] * 5


def test_a_row_with_a_cell_too_many_is_relied_on_for_case_and_agency_only(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "文号,事件,时间,机关,行政区划代码,备注\n罚1,执法决定公开,2019-10-01,局,520115,一,二\n罚2,文件印发,2019-10-01\n",
        "utf-8",
    )
    log = read_log(path)
    columns = {"event", "time", "region", "备注"}
    (found,) = log.unread
    assert (found.case, found.event, found.agency, found.region, found.attributes) == ("罚1", "", "局", "", {})
    assert (found.illegible, found.column) == (frozenset(columns), None)
    # A short row is a good one: what it lacks is blank.
    assert [event.case for event in log.events] == ["罚2"]


def test_damaged_cells_leave_the_others_legible(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = [
        "文号,事件,时间,机关,备注",
        "罚1,执法决定公开,2019-10-01,局,好",
        "罚\0,执法决定公开,2019-10-01,局,好",
        "罚3,执法\0公开,2019-10-01,局,坏\0",
    ]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    found = read_log(path).unread
    assert [(one.row, one.case, one.event) for one in found] == [(3, "", "decision-published"), (4, "罚3", "")]
    assert [one.illegible for one in found] == [{"case"}, {"event", "备注"}]
    assert [one.attributes for one in found] == [{"备注": "好"}, {}]


def test_a_line_that_is_no_row_tells_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"case": "甲", "event": "文件印发", "time": "2019-10-01"}\n{"case": "甲", "event"\n', "utf-8")
    log = read_log(path)
    assert len(log.problems) == 1
    assert log.unread == ()


def test_values_that_are_no_cells(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    lines = [
        {"case": "甲", "event": "文件公开", "time": {"day": 1}, "note": "一"},
        {"case": {"no": 1}, "event": "文件公开", "time": "2019-10-01"},
        {"case": "甲", "event": "文件公开", "日期": "2019-10-01", "time": "2019-10-02"},
    ]
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    found = read_log(path).unread
    assert [(one.case, one.event, one.illegible) for one in found] == [
        ("甲", "document-published", {"time"}),
        ("", "document-published", {"case"}),
        ("甲", "document-published", {"time"}),
    ]
    assert found[0].attributes == {"note": "一"}
    given = log_from_records([{"case": "甲", "event": "文件公开", "time": object(), "note": "一"}])
    assert [(one.case, one.event, one.attributes) for one in given.unread] == [
        ("甲", "document-published", {"note": "一"})
    ]


def test_a_ledger_tells_which_of_its_dates_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(
        "文号,印发日期,公开日期,单位\n府1,2011-09-19,2011-09-31,办\n府2,昨天,今天,办\n府3,2011-09-19,\0,办\n府4,2011-09-19,,办,多\n",
        "utf-8",
    )
    log = read_log(path)
    assert [(one.row, one.case, one.event, one.agency, one.column) for one in log.unread] == [
        (2, "府1", "document-published", "办", "公开日期"),
        (3, "府2", "document-issued", "办", "印发日期"),
        (3, "府2", "document-published", "办", "公开日期"),
        (4, "府3", "document-issued", "办", None),
        (4, "府3", "document-published", "办", None),
        (5, "府4", "", "办", None),
    ]
    assert [(event.row, event.event) for event in log.events] == [(2, "document-issued")]
    # A row of which nothing can be relied on is told once.
    assert [problem.row for problem in log.problems] == [2, 3, 3, 4, 5]


def test_a_formula_without_a_result_leaves_the_others_legible(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for cells in (["文号", "事件", "时间"], ["罚1", "执法决定公开", "=TODAY()"], ["罚2", "执法决定公开", "2019-10-01"]):
        book.active.append(cells)
    book.save(tmp_path / "log.xlsx")
    (found,) = read_log(tmp_path / "log.xlsx").unread
    assert (found.row, found.case, found.event, found.illegible) == (2, "罚1", "decision-published", {"time"})


def test_a_row_as_json() -> None:
    for one in READ:
        assert unread_of(json.loads(json.dumps(unread_record(one)))) == one


# --- what follows -----------------------------------------------------------------------------------------

LOG = """case,event,time,agency,decision_type
甲,执法决定作出,2019-09-24,局,行政处罚
甲,执法决定公开,2019-13-01,局,行政处罚
乙,执法决定作出,2019-09-24,局,行政处罚
丙,执法决定作出,2019-09-24,局,行政处罚
丙,,2019-10-01,局,行政处罚
丙,执法决定公开,,局,行政处罚
丁,执法决定公开,昨天,局,行政处罚
"""


@pytest.fixture
def log(tmp_path: Path) -> str:
    path = tmp_path / "log.csv"
    path.write_text(LOG, "utf-8")
    return str(path)


@pytest.mark.parametrize("large", [False, True])
def test_the_reasons_name_the_rows(log: str, large: bool) -> None:
    report = check(log, rules=[PENALTY], as_of="2019-10-15", large=large)
    found = {one.case: one for one in report.findings}
    assert {case: (one.verdict, one.breach, one.late_by and one.late_by.number) for case, one in found.items()} == {
        "甲": ("undecided", None, None),
        "乙": ("breached", "overdue", 5),
        "丙": ("undecided", None, None),
    }
    assert found["甲"].because[-1] == (
        "以上只依据读得懂的行，但第3行“执法决定公开”读不懂（时间：“2019-13-01”）；改正以后可能不构成违反，所以不能断定，请改正后再核查"
    )
    assert (
        found["丙"]
        .because[-1]
        .startswith(
            "以上只依据读得懂的行，但第6行读不懂（事件：未填），看不出是什么事件；第7行“执法决定公开”读不懂（时间：未填）；"
        )
    )
    assert report.summary == {"met": 0, "breached": 1, "pending": 0, "excused": 0, "undecided": 2}
    assert [problem.row for problem in report.problems] == [3, 6, 7, 8]
    assert report.counts == {(PENALTY, "局", "breached"): 1, (PENALTY, "局", "undecided"): 2}


def test_many_rows_are_counted_not_listed(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case,event,time\n甲,文件印发,2011-09-19\n" + "".join(f"甲,文件公开,不详{n}\n" for n in range(5)), "utf-8"
    )
    (found,) = check(path, rules=["luzhou-2011/document-publication"], as_of="2011-12-31").findings
    assert "第5行“文件公开”读不懂（时间：“不详2”）；等共5行；" in found.because[-1]
    assert "不详3" not in found.because[-1]


def test_the_exit_code(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("".join(LOG.splitlines(keepends=True)[:3]), "utf-8")
    run = ["check", str(path), "--rules", PENALTY, "--as-of", "2019-10-15"]

    def checked(*more: str) -> Result:
        return CliRunner().invoke(cli, [*run, *more], standalone_mode=False)

    assert checked().return_value == 2
    skipping = checked("--skip-bad-rows")
    assert (skipping.return_value, "违反0项" in skipping.output, "不能断定1项" in skipping.output) == (0, True, True)
    assert checked("--skip-bad-rows", "--fail-on", "undecided").return_value == 1


def test_explain_says_it(log: str) -> None:
    from zwgk.api import prepare

    prepared = prepare(log, rules=[PENALTY], as_of="2019-10-15")
    told = "\n".join(explain_case(prepared, "甲"))
    assert "  2019-09-24　执法决定作出　局（第2行）\n  第3行“执法决定公开”读不懂（时间：“2019-13-01”）" in told
    assert "结论：不能断定；到期日 2019-10-09" in told
    assert "2019-10-09　第7日　周三　← 到期" in told
    # A matter of which no row can be read is not unknown.
    told = "\n".join(explain_case(prepared, "丁"))
    assert "第8行“执法决定公开”读不懂（时间：“昨天”）" in told
    assert "没有规则对它提出要求" in told
    with pytest.raises(LookupError, match="没有事项或机关“戊”"):
        list(explain_case(prepared, "戊"))


def test_a_damaged_condition_does_not_count_against_an_office(tmp_path: Path) -> None:
    """A performance must meet conditions; where their cells cannot be read, it may."""
    path = tmp_path / "log.csv"
    head = "event,time,channel,field\n目录事项列明,2020-09-01,,扶贫\n"
    rules = ["fuzhou-gulou-2020/catalogue-published"]

    def verdicts(channel: str) -> set[str]:
        path.write_text(f"{head}标准目录公开,2020-11-31,{channel},扶贫\n", "utf-8")
        found = check(path, rules=rules, as_of="2020-11-16").findings
        return {str(one.verdict) for one in found if one.member == "扶贫"}

    assert verdicts("区政府网站") == {"undecided"}
    assert verdicts("微信公众号") == {"breached"}
    assert verdicts("微信\0") == {"undecided"}


def wide(**fields: Any) -> Rule:
    """A duty of agencies in 2016."""
    rule = Rule(
        id="p/duty",
        pack="p",
        title="题",
        explain="",
        source=Source("文件", "", "", ""),
        kind=Kind.CADENCE,
        severity="error",
        region="",
        agency_scope=(),
        in_force_from=dt.date(2016, 1, 1).toordinal(),
        in_force_to=dt.date(2016, 12, 31).toordinal(),
        performance="report-heard",
        per="year",
    )
    return rule._replace(**fields)


def judged(rule: Rule, rows: list[dict[str, Any]]) -> tuple[str, str | None]:
    """The only finding as of the end of January 2017, the log beginning in January 2016."""
    log = log_from_records([{"event": "文件印发", "time": "2016-01-05", "agency": "局"}, *rows])
    options = Options(as_of=Moment(dt.date(2017, 1, 31).toordinal()), named_packs=frozenset({"p"}))
    (found,) = evaluate(log, [rule], options, Calendars()).findings
    return str(found.verdict), found.breach and str(found.breach)


def test_twice_a_year_needs_two_rows() -> None:
    """At least twice a year: one row that cannot be read is not enough for two."""

    def verdict(*times: str) -> tuple[str, str | None]:
        return judged(wide(at_least=2), [{"event": "听取汇报", "time": time, "agency": "局"} for time in times])

    assert verdict() == ("breached", "overdue")
    assert verdict("2016-0") == ("breached", "overdue")
    assert verdict("2016-0", "2016-") == ("undecided", None)
    assert verdict("2016-05-01", "2016-0") == ("undecided", None)
    assert verdict("2015-05-01", "2016-0") == ("breached", "overdue")
    assert verdict("2016-05-01", "2016-06-01", "2016-0") == ("met", None)


def test_a_cell_that_cannot_be_read_is_not_blank() -> None:
    """A blank cell has the condition's default; one that cannot be read may hold what the condition wants."""
    rule = wide(performance_where=(Condition("channel", allowed=frozenset({"网站"}), default="别处"),))

    def verdict(channel: object) -> tuple[str, str | None]:
        return judged(rule, [{"event": "听取汇报", "time": "2016-0", "agency": "局", "channel": channel}])

    assert verdict("网站") == ("undecided", None)
    assert verdict("") == ("breached", "overdue")
    assert verdict({"a": 1}) == ("undecided", None)


def test_a_region_that_cannot_be_read_may_be_the_rules() -> None:
    rule = wide(region="510500", agency_scope=("局",))

    def verdict(region: str, agency: str = "局") -> tuple[str, str | None]:
        rows = [{"event": "听取汇报", "time": "2016-0", "agency": agency, "region": region}]
        return judged(rule._replace(owed_by=(agency,)), rows)

    assert verdict("510504") == ("undecided", None)
    assert verdict("520115") == ("breached", "overdue")
    assert verdict("泸州") == ("undecided", None)


# --- duties that hang on another finding ------------------------------------------------------------------

PERIOD = wide(
    id="p/period",
    kind=Kind.MINIMUM_PERIOD,
    trigger="comment-opened",
    performance="comment-closed",
    limit=TimeLimit(30, Unit.DAYS),
    excuse=Excuse("reason", ("comment-opened", "comment-closed")),
)
OPENED = {"case": "甲", "event": "征求意见开始", "time": "2016-09-01"}
CLOSED = {"case": "甲", "event": "征求意见截止", "time": "2016-09-20"}
EXPLAINED = {"case": "甲", "event": "草案说明公开", "time": "2016-09-19"}


def hanging(verdict: str, **fields: Any) -> Rule:
    """Something must be published before the closing, where the finding on the period has that verdict."""
    return wide(
        id="p/explained",
        kind=Kind.ORDER,
        trigger="comment-closed",
        preceded_by="explanation-published",
        provided_finding=("p/period", verdict),
        **fields,
    )


@pytest.mark.parametrize("match_by", [None, "matter"])
@pytest.mark.parametrize(
    ("verdict", "reason", "rows", "expected"),
    [
        # Excused, and nothing was explained.
        ("excused", "防汛", [], {"period": "excused", "explained": "missing"}),
        # Another closing, of an unknown day, may be the one that counts: then this one raises no duty.
        ("excused", "防汛", [{**CLOSED, "time": "2016-9"}], {"period": "excused", "explained": "undecided"}),
        # Another opening moves neither.
        ("excused", "防汛", [{**OPENED, "time": "2016-9"}], {"period": "excused", "explained": "missing"}),
        # Of another matter.
        (
            "excused",
            "防汛",
            [{**CLOSED, "case": "乙", "time": "2016-9"}],
            {"period": "excused", "explained": "missing"},
        ),
        # A row of no name may be a closing, or the explanation.
        ("excused", "防汛", [{**CLOSED, "event": ""}], {"period": "excused", "explained": "undecided"}),
        # Too short; a duty hangs on the breach as the events make it, though the report has it undecided.
        ("breached", "", [], {"period": "short", "explained": "missing"}),
        (
            "breached",
            "",
            [{**CLOSED, "time": "2016-9", "reason": "防汛"}],
            {"period": "undecided", "explained": "undecided"},
        ),
        ("breached", "", [EXPLAINED], {"period": "short", "explained": "met"}),
        (
            "breached",
            "",
            [EXPLAINED, {**CLOSED, "time": "2016-9", "reason": "防汛"}],
            {"period": "undecided", "explained": "met"},
        ),
        ("undecided", "", [{**CLOSED, "time": "2016-9", "reason": "防汛"}], {"period": "undecided"}),
    ],
)
@pytest.mark.parametrize("large", [False, True])
def test_what_a_duty_hangs_on(
    large: bool, verdict: str, reason: str, rows: list[dict[str, str]], expected: dict[str, str], match_by: str | None
) -> None:
    log = log_from_records([OPENED, {**CLOSED, "reason": reason}, *rows])
    rules = [PERIOD, hanging(verdict, match_by=match_by)]
    options = Options(as_of=Moment(dt.date(2016, 12, 31).toordinal()))
    if large:
        with evaluate_large(log, rules, options, Calendars()) as found:
            said = [json.loads(line) for line in b"".join(found.chunks()).splitlines()]
        verdicts = {one["rule"]: one["breach"] or one["verdict"] for one in said}
    else:
        evaluated = evaluate(log, rules, options, Calendars()).findings
        verdicts = {one.rule.id: str(one.breach or one.verdict) for one in evaluated}
    assert verdicts == {f"p/{name}": said for name, said in expected.items()}
