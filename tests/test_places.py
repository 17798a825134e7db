"""Where an event stands: reasons number the files of a log but the first; what people read names them."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from html_pages import Page
from office_files import table, workbook

from zwgk import check
from zwgk.cli import cli
from zwgk.reports import registry
from zwgk.reports.registry import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from zwgk.report import Report

HEAD = "case,event,time,agency,decision_type,reason,channel,weight,form,secret"
FILES = ("上半年.csv", "下半年.csv")


def write(folder: Path, *files: Sequence[str]) -> list[str]:
    """A log in several files: of each row the first cells are given."""
    paths = [folder / name for name in FILES[: len(files)]]
    for path, rows in zip(paths, files, strict=True):
        padded = (row + "," * (HEAD.count(",") - row.count(",")) for row in (HEAD, *rows))
        path.write_text("".join(f"{row}\n" for row in padded), "utf-8")
    return [str(path) for path in paths]


# Due 2026-04-07: of 20 workdays after 2 March, 10-13 and 16 March do not count, and Ching Ming (6 April) is off.
REQUEST = (
    ("申1,request-received,2026-03-02,某局", "申1,third-party-answered,2026-03-16,某局"),
    ("申1,third-party-consulted,2026-03-09,某局", "申1,reply-sent,2026-04-08,某局"),
)
OUT = "不计入期限（第三十三条第三款、第三十二条）"

TOLD = {
    "deadline": (
        "luzhou-2011/document-publication",
        "2011-12-31",
        (("乙,document-issued,2011-09-01",), ("甲,document-issued,2011-09-28", "甲,document-published,2011-10-12")),
        ["文件印发：2011-09-28（第2个文件第2行）", "文件公开：2011-10-12（第2个文件第3行），逾期4个工作日"],
    ),
    "performed in the first file": (
        "luzhou-2011/document-publication",
        "2011-12-31",
        (("甲,document-published,2011-10-12",), ("甲,document-issued,2011-09-28",)),
        ["文件印发：2011-09-28（第2个文件第2行）", "文件公开：2011-10-12（第2行），逾期4个工作日"],
    ),
    "instants": (
        "luzhou-2011/meeting-summary",
        "2011-12-31",
        (("甲,meeting-ended,2011-09-28 10:00",), ("甲,meeting-summary-published,2011-09-30 09:00",)),
        ["会议结束：2011-09-28 10:00:00（第2行）", "会议内容公开：2011-09-30 09:00:00（第2个文件第2行），逾期23小时"],
    ),
    "an earlier performance": (
        "luzhou-2011/document-publication",
        "2011-09-30",
        (
            ("甲,document-issued,2011-08-01", "甲,document-issued,2011-09-28"),
            ("乙,document-issued,2011-08-02", "甲,document-published,2011-08-03"),
        ),
        ["文件公开：2011-08-03（第2个文件第3行），早于本次触发，属于前一次，不能抵本次"],
    ),
    "minimum period": (
        "jingmen-2022/comment-period",
        "2022-12-31",
        (("甲,comment-opened,2022-08-01",), ("乙,comment-opened,2022-08-01", "甲,comment-closed,2022-08-30")),
        ["征求意见开始：2022-08-01（第2行）", "征求意见截止：2022-08-30（第2个文件第3行），比最短要求少1天"],
    ),
    "order": (
        "guiyang-hitech-2019/draft-before-decision",
        "2019-12-31",
        (("甲,draft-published,2019-09-11",), ("甲,decision-adopted,2019-09-10",)),
        ["决策通过：2019-09-10（第2个文件第2行）", "决策草案公开：2019-09-11（第2行），先后顺序颠倒"],
    ),
    "content of several events": (
        "guiyang-hitech-2019/draft-channels",
        "2019-12-31",
        (("甲,draft-published,2019-08-01,局,,,门户网站",), ("甲,draft-published,2019-08-05,局,,,门户网站",)),
        ["决策草案公开：2019-08-01（第2行）", "决策草案公开：2019-08-05（第2个文件第2行）"],
    ),
    "number": (
        "jingmen-2022/assessment-weight",
        "2022-12-31",
        (("乙,report-heard,2022-09-01",), ("甲,assessment-weight-set,2022-09-01,局,,,,3.5%",)),
        ["考核权重确定：2022-09-01（第2个文件第2行）", "权重为3.5%，不应低于4"],
    ),
    "cadence": (
        "tianshui-maiji-2016/report-heard",
        "2016-12-31",
        ((",progress-published,2016-09-01,局",), (",report-heard,2016-10-19,局",)),
        ["听取汇报：2016-10-19（第2个文件第2行），未超过期限"],
    ),
    "a stop from file to file": (
        "ogi-regulation-2019/reply",
        "2026-12-31",
        REQUEST,
        [
            "收到申请：2026-03-02（第2行）",
            f"征求第三方意见：2026-03-09（第2个文件第2行）至收到第三方意见：2026-03-16（第3行），{OUT}",
            "答复：2026-04-08（第2个文件第3行），逾期1个工作日",
        ],
    ),
    "an open stop": (
        "ogi-regulation-2019/reply",
        "2026-03-12",
        (REQUEST[0][:1], REQUEST[1][:1]),
        [f"征求第三方意见：2026-03-09（第2个文件第2行），尚未收到意见，{OUT}"],
    ),
    "a period made void and begun anew": (
        "ogi-regulation-2019/reply",
        "2026-03-12",
        (
            ("申1,request-received,2026-03-02",),
            ("申1,correction-notified,2026-03-04", "申1,correction-received,2026-03-06"),
        ),
        [
            "补正告知：2026-03-04（第2个文件第2行），原期限作废（一次性告知补正）",
            "收到补正：2026-03-06（第2个文件第3行），期限自该日起重新计算",
        ],
    ),
    "an extension": (
        "ogi-regulation-2019/reply",
        "2026-03-12",
        (("申1,request-received,2026-03-02",), ("申1,extension-notified,2026-03-04",)),
        ["延期告知：2026-03-04（第2个文件第2行），期限延长20个工作日（日志未载延长天数，按上限计）"],
    ),
    "a row that cannot be read": (
        "luzhou-2011/document-publication",
        "2011-12-31",
        (("甲,document-issued,2011-09-28",), ("甲,document-published,不详",)),
        [
            "以上只依据读得懂的行，但第2个文件第2行“文件公开”读不懂（时间：“不详”）；改正以后可能不构成违反，所以不能断定，请改正后再核查"
        ],
    ),
}


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", TOLD)
def test_reasons_say_which_file(tmp_path: Path, name: str, large: bool) -> None:
    rule, as_of, files, sentences = TOLD[name]
    report = check(write(tmp_path, *files), rules=[rule], as_of=as_of, large=large)
    said = [sentence for one in report.findings for sentence in one.because]
    assert [sentence for sentence in sentences if sentence not in said] == []


def test_of_one_file_only_rows_are_said(tmp_path: Path) -> None:
    paths = write(tmp_path, TOLD["deadline"][2][1])
    (found,) = check(paths, rules=["luzhou-2011/document-publication"], as_of="2011-12-31").findings
    assert (found.because[0], found.because[-1]) == (
        "文件印发：2011-09-28（第2行）",
        "文件公开：2011-10-12（第3行），逾期4个工作日",
    )


def test_equal_bad_rows_of_two_files_are_both_named(tmp_path: Path) -> None:
    bad = "甲,document-published,不详"
    paths = write(tmp_path, ("甲,document-issued,2011-09-28", bad), ("乙,document-issued,2011-09-28", bad))
    for large in (False, True):
        report = check(paths, rules=["luzhou-2011/document-publication"], as_of="2011-12-31", large=large)
        (found,) = (one for one in report.findings if one.case == "甲")
        assert (
            "但第3行“文件公开”读不懂（时间：“不详”）；第2个文件第3行“文件公开”读不懂（时间：“不详”）；"
            in (found.because[-1])
        )


@pytest.mark.parametrize("large", [False, True])
def test_in_english(tmp_path: Path, large: bool) -> None:
    report = check(
        write(tmp_path, *REQUEST), rules=["ogi-regulation-2019/reply"], as_of="2026-12-31", lang="en", large=large
    )
    (found,) = report.findings
    assert found.because[0] == "request received: 2026-03-02 (row 2)"
    assert "third party consulted: 2026-03-09 (row 2 of file 2)" in found.because[1]
    assert found.because[-1] == "reply sent: 2026-04-08 (row 3 of file 2); late; working days late: 1"


# --- what people read -------------------------------------------------------------------------------------


@pytest.fixture
def report(tmp_path: Path) -> Report:
    return check(write(tmp_path, *REQUEST), rules=["ogi-regulation-2019/reply"], as_of="2026-12-31")


def form(report: Report, name: str, path: str | None = None) -> str:
    return b"".join(registry.encoded(report, name, Settings(everything=True, path=path))).decode()


STOP = f"征求第三方意见：2026-03-09（“下半年.csv”第2行）至收到第三方意见：2026-03-16（第3行），{OUT}"


def test_data_for_machines_number_the_file(report: Report) -> None:
    (found,) = json.loads(report.to_json())["findings"]
    assert found["performed"]["file"] == 2
    assert found["because"][-1] == "答复：2026-04-08（第2个文件第3行），逾期1个工作日"


@pytest.mark.parametrize("name", ["text", "csv", "junit", "sarif", "github"])
def test_reports_name_the_file(report: Report, name: str) -> None:
    said = form(report, name)
    assert STOP in said
    assert "第2个文件" not in said


def test_the_screen_names_it_as_it_names_evidence(report: Report) -> None:
    said = form(report, "text")
    assert "收到申请 2026-03-02（第2行） → 到期 2026-04-07 → 答复 2026-04-08（“下半年.csv”第3行）" in said
    assert "答复：2026-04-08（“下半年.csv”第3行），逾期1个工作日" in said


def test_the_ledger_names_it_once(report: Report) -> None:
    (row,) = csv.DictReader(io.StringIO(form(report, "csv").removeprefix("\ufeff")))
    assert row["理由"].endswith("；答复：2026-04-08（“下半年.csv”第3行），逾期1个工作日")
    assert row["履行行"].endswith("下半年.csv:3")


def test_the_page_names_it_and_still_walks(report: Report) -> None:
    page = Page(report)
    (found,) = page.findings()
    assert found["because"][1] == STOP
    # The consultation is still found in the reasons: from the day after the 9th through the 16th, when it was answered.
    walk = page.walk_of("申1", "ogi-regulation-2019/reply")
    assert walk is not None
    assert (walk["start"], walk["n"]) == ("2026-03-02", 20)
    assert [(first, last) for first, last, _basis in walk["stops"]] == [("2026-03-10", "2026-03-16")]


@pytest.mark.parametrize(("name", "day"), [("markdown", "2019-09-11"), ("letter", "2019年9月11日")])
def test_papers_name_the_file(tmp_path: Path, name: str, day: str) -> None:
    rule, as_of, files, _sentences = TOLD["order"]
    second = tuple(row + ",局" for row in files[1])
    report = check(
        write(tmp_path, ("甲,x,2019-01-01",), (*second, *files[0])), rules=[rule], as_of=as_of, skip_bad_rows=True
    )
    said = form(report, name)
    assert f"决策草案公开：{day}（“下半年.csv”第3行），先后顺序颠倒" in said
    assert "第2个文件" not in said


def test_reminders_name_the_file(tmp_path: Path) -> None:
    rows = (("乙,reply-sent,2026-03-02",), ("申1,request-received,2026-03-02",))
    report = check(write(tmp_path, *rows), rules=["ogi-regulation-2019/reply"], as_of="2026-03-12")
    assert "收到申请：2026-03-02（“下半年.csv”第2行）" in form(report, "ics").replace("\r\n ", "")


def test_the_explanation_names_it(tmp_path: Path) -> None:
    paths = write(tmp_path, *REQUEST)
    run = ["explain", "申1", "--events", paths[0], "--events", paths[1], "--as-of", "2026-12-31"]
    said = CliRunner().invoke(cli, run).output
    assert "2026-04-08　答复　某局（“下半年.csv”第3行）" in said
    assert f"     · {STOP}" in said
    assert "第2个文件" not in said


def test_files_of_one_name_are_named_by_their_paths(tmp_path: Path) -> None:
    (tmp_path / "甲").mkdir()
    (tmp_path / "乙").mkdir()
    (first,) = write(tmp_path / "甲", REQUEST[0])
    (second,) = write(tmp_path / "乙", REQUEST[1])
    report = check([first, second], rules=["ogi-regulation-2019/reply"], as_of="2026-12-31")
    assert f"答复：2026-04-08（“{second}”第3行），逾期1个工作日" in form(report, "text")


@pytest.mark.parametrize("large", [False, True])
def test_each_sheet_of_a_workbook_is_a_file(tmp_path: Path, large: bool) -> None:
    head = ["文号", "事件", "时间", "责任单位"]
    first = [head, ["甲", "决策草案公开", "2019-09-11", "局"]]
    second = [head, ["甲", "决策通过", "2019-09-10", "局"]]
    path = tmp_path / "台账.xlsx"
    path.write_bytes(workbook(("2018年", table(first)), ("2019年", table(second))))
    report = check(path, rules=["guiyang-hitech-2019/draft-before-decision"], as_of="2019-12-31", large=large)
    (found,) = report.findings
    assert found.because[0] == "决策通过：2019-09-10（第2个文件第2行）"
    said = form(report, "csv")
    assert "决策通过：2019-09-10（“2019年”第2行）" in said


def test_what_a_user_wrote_is_no_place(tmp_path: Path) -> None:
    """A number of a file that the log has not stays as it was written."""
    rows = (("甲,document-issued,2011-09-28",), ("甲,document-published,第3个文件第1行",))
    report = check(write(tmp_path, *rows), rules=["luzhou-2011/document-publication"], as_of="2011-12-31")
    said = form(report, "csv")
    assert "但“下半年.csv”第2行“文件公开”读不懂（时间：“第3个文件第1行”）" in said


def test_the_page_of_an_english_report(tmp_path: Path) -> None:
    from zwgk.i18n import speaking

    with speaking("en"):
        report = check(write(tmp_path, *REQUEST), rules=["ogi-regulation-2019/reply"], as_of="2026-12-31", lang="en")
        page = Page(report)
    (found,) = page.findings()
    assert found["because"][-1] == "reply sent: 2026-04-08 (“下半年.csv” row 3); late; working days late: 1"
    assert page.walk_of("申1", "ogi-regulation-2019/reply") is not None
