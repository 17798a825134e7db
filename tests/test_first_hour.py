"""What a user meets in the first hour: a log that must not be lost, and messages that say where and what to do."""

from __future__ import annotations

import errno
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from office_files import table, workbook

import zwgk
from zwgk import check
from zwgk.cli import cli, main
from zwgk.errors import InputError
from zwgk.files import refusal, refuse_overwriting, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

LOG = """文号,事件,时间,单位
泸府发〔2011〕5号,文件印发,2011-09-28,市政府办
泸府发〔2011〕5号,文件公开,2011-10-12,市政府办
"""
AS_OF = ("--as-of", "2011-12-31", "--rules", "luzhou-2011")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    path.write_text(LOG, "utf-8")
    return path


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The error text of a command that must leave with 2, without a traceback."""
    with pytest.raises(SystemExit) as stop:
        main([str(one) for one in arguments])
    text = capsys.readouterr().err
    assert stop.value.code == 2
    assert "Traceback" not in text
    return text


# --- nothing is lost --------------------------------------------------------------------------------------


def test_a_report_never_overwrites_the_log(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = refused(capsys, log, *AS_OF, "-o", log)
    assert str(log) in told
    assert "覆盖" in told
    assert "换一个文件名" in told
    assert log.read_text("utf-8") == LOG


@pytest.mark.parametrize("meant", ["folder", "pattern", "roundabout", "link"])
def test_nor_by_another_name(log: Path, capsys: pytest.CaptureFixture[str], meant: str) -> None:
    """The log may be named by its folder or a pattern, the output in a roundabout way."""
    named, output = {
        "folder": (log.parent, log),
        "pattern": (log.parent / "*.csv", log),
        "roundabout": (log, log.parent / ".." / log.parent.name / log.name),
        "link": (log, log.parent / "link.txt"),
    }[meant]
    if meant == "link":
        output.symlink_to(log)
    assert "覆盖" in refused(capsys, named, *AS_OF, "--format", "csv", "-o", output)
    assert log.read_text("utf-8") == LOG


@pytest.mark.parametrize("option", ["--agencies", "--waivers", "--columns", "--holidays", "--rules"])
def test_nor_any_file_that_is_read(log: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    other = log.parent / "own.txt"
    other.write_text("市政府办\n", "utf-8")
    assert "覆盖" in refused(capsys, log, "--as-of", "2011-12-31", option, other, "-o", other)
    assert other.read_text("utf-8") == "市政府办\n"


def test_a_new_file_beside_the_log_is_no_harm(log: Path) -> None:
    output = log.parent / "report.csv"
    assert invoke(log.parent, *AS_OF, "-o", output).exit_code == 0
    assert output.read_text("utf-8-sig").startswith("灯色,")
    refuse_overwriting([str(output)], [str(log), str(log.parent), "-"])


def test_a_report_that_another_program_holds_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to replace a file that Excel has open: the old one stays, nothing is left beside it."""
    target = tmp_path / "台账.xlsx"
    target.write_bytes(b"old")

    def held(self: Path, _target: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(InputError, match=r"台账\.xlsx.*Excel.*关闭"):
        write_whole(str(target), [b"new"])
    assert [path.name for path in tmp_path.iterdir()] == ["台账.xlsx"]
    assert target.read_bytes() == b"old"


# --- messages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(), ("rules",)])
def test_a_command_alone_is_no_error(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    told = refused(capsys, *words)
    assert told.startswith("用法：")
    assert "错误" not in told
    assert "--help\n用法见" not in told


def test_a_mistyped_file_is_told_with_the_nearest(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = refused(capsys, log.parent / "event.csv")
    assert "找不到这个文件（是不是“events.csv”？）" in told
    assert "是不是" not in refused(capsys, log.parent / "完全不同")


def test_a_file_that_is_missing_has_no_line(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "错误：有1处须改正：\n  nope.yaml: 没有这个文件；请检查路径" in refused(
        capsys, log, *AS_OF, "--waivers", "nope.yaml"
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "没有这个文件或文件夹"),
        (PermissionError(errno.EACCES, "Permission denied"), "没有权限，或者正被别的程序占用"),
        (IsADirectoryError(errno.EISDIR, "Is a directory"), "是文件夹，不是文件"),
        (OSError(errno.ENOSPC, "No space left on device"), "磁盘已满"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
    ],
)
def test_the_system_is_quoted_in_the_language_of_the_user(error: OSError, told: str) -> None:
    assert refusal(error) == told


def test_a_header_without_events_is_told(log: Path) -> None:
    log.write_text(LOG.splitlines()[0] + "\n", "utf-8")
    assert "日志只有表头，没有一行事件" in invoke(log, *AS_OF).output


def test_the_units_of_a_deadline_may_be_chinese() -> None:
    # 国办发明电〔2023〕7号: National Day off 10-01 to 10-07, make-up work on 09-29 and 10-12.
    for unit in ("工作日", "个工作日", "workdays"):
        assert "到期  2024-10-30" in invoke("deadline", "2024-09-27", "20", unit).output
    assert "到期  2024-09-30" in invoke("deadline", "2024-09-27", "3", "天").output


def test_half_width_punctuation_stays_out_of_chinese_messages() -> None:
    """Between Chinese text and whatever is put in, only full-width marks."""
    catalogue = Path(zwgk.__file__).parent / "locale" / "en" / "LC_MESSAGES" / "zwgk.po"
    text = re.sub(r'"\n"', "", catalogue.read_text("utf-8"))
    # An example log has commas between its columns.
    texts = [one for one in re.findall(r'^msgid "(.+)"$', text, re.MULTILINE) if not one.startswith("事项编号,事件,")]
    assert len(texts) > 1000
    half = re.compile(r"[\u4e00-\u9fff”}）][,;?!](?=[\u4e00-\u9fff{“])|”[?;]")
    assert [one for one in texts if half.search(re.sub(r"rules=甲,乙|甲\.yaml,乙", "", one))] == []


def test_an_output_on_the_screen_says_where_it_went(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(log), *AS_OF, "-o", str(log.parent / "a.html"), "-o", str(log.parent / "a.json")])
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"已写入 {log.parent / 'a.html'}、{log.parent / 'a.json'}。合计3项：")
    for more in (["-q"], ["--format", "html", "-o", str(log.parent / "a.html"), "--format", "text"]):
        with pytest.raises(SystemExit):
            main([str(log), *AS_OF, *more])
        assert "已写入" not in capsys.readouterr().err


def test_what_word_documents_need_can_be_installed(
    log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package is named that is missing: this one may have come from a folder, and no index knows it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    told = refused(capsys, log, *AS_OF, "-o", log.parent / "a.docx")
    assert f"{sys.executable} -m pip install python-docx" in told


# --- totals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("total", ["合计,,,共1件", "　合　计：,,,", ",,,小计", "总计"])
def test_a_line_of_totals_is_no_bad_row(log: Path, total: str, *, large: bool) -> None:
    log.write_text(LOG + total + "\n", "utf-8")
    report = check(log, as_of="2011-12-31", rules=["luzhou-2011"], large=large)
    assert (report.problems, report.head.inputs[0].rows) == ((), 2)
    assert [finding.case for finding in report.findings if finding.case] == ["泸府发〔2011〕5号"]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    "line", ["合计,文件印发,,市政府办", "合计,,2011-09-28,市政府办", "合计5号,,,市政府办", "泸府发〔2011〕7号,,,合计"]
)
def test_anything_more_is_told(log: Path, line: str, *, large: bool) -> None:
    log.write_text(f"{LOG}{line}\n", "utf-8")
    report = check(log, as_of="2011-12-31", rules=["luzhou-2011"], large=large)
    assert {problem.row for problem in report.problems} == {4}
    assert report.head.inputs[0].rows == 3


LEDGER = """文号,单位,决定类型,处罚决定日期,公开日期
甲,市财政局,行政处罚,2026-03-02,2026-03-09
"""


def test_a_ledger_may_end_in_totals(log: Path) -> None:
    for total in ("合计,,,1件,1件", "合计：,,1,,", " 小 计,,,1,"):
        log.write_text(f"{LEDGER}{total}\n", "utf-8")
        report = check(log, as_of="2026-11-21")
        assert (report.problems, report.head.inputs[0].rows) == ((), 1)
    log.write_text(f"{LEDGER}合计,市财政局,行政处罚,2026-03-02,4件\n", "utf-8")
    assert [problem.found for problem in check(log, as_of="2026-11-21").problems] == ["4件"]


@pytest.mark.parametrize("text", ["未公开", "/", "／", "—", "-", "无", "待公开", "尚未公开", "N/A"])
def test_what_stands_for_nothing_is_told_to_be_left_out(log: Path, text: str) -> None:
    log.write_text(LEDGER.replace("2026-03-09", text), "utf-8")
    (problem,) = check(log, as_of="2026-11-21").problems
    assert (problem.row, problem.column, problem.found) == (2, "公开日期", text)
    assert "台账里请空着" in problem.expected


def test_an_agency_without_a_duty_of_its_own_is_told_its_matters(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = ("--rules", "luzhou-2011/document-publication", "--as-of", "2011-12-31")
    told = refused(capsys, "explain", "市政府办", "--events", log, *rules)
    assert "机关“市政府办”没有按机关核查的结论；请写事项编号，它的事项有：泸府发〔2011〕5号" in told
    assert "是不是“市政府办处”" not in told
    assert "是不是“市政府办”" in refused(capsys, "explain", "市政府办室", "--events", log, "--rules", "luzhou-2011")


# --- several sheets ---------------------------------------------------------------------------------------


def test_an_event_of_another_sheet_is_found_by_its_name(tmp_path: Path) -> None:
    head = ["文号", "事件", "时间", "责任单位"]
    path = tmp_path / "台账.xlsx"
    earlier = [head, ["甲", "文件印发", "2011-09-01", "市民政局"]]
    later = [head, ["乙", "文件印发", "2011-09-28", "市民政局"], ["乙", "文件公开", "2011-10-12", "市民政局"]]
    path.write_bytes(workbook(("2010年", table(earlier)), ("2011年", table(later))))
    told = invoke(path, *AS_OF).output
    assert "文件印发 2011-09-28（“2011年”第2行） → 到期 2011-10-08 → 文件公开 2011-10-12（“2011年”第3行）" in told
    assert "文件印发 2011-09-01（第2行）" in told
    walk = invoke("explain", "乙", "--events", path, *AS_OF).output
    assert "2011-10-12　文件公开　市民政局（“2011年”第3行）" in walk


def test_files_of_one_name_are_told_by_their_paths(log: Path) -> None:
    other = log.parent / "下半年" / log.name
    other.parent.mkdir()
    other.write_text(LOG.replace("5号", "6号"), "utf-8")
    assert f"（“{other}”第2行）" in invoke(log, other, *AS_OF).output


# --- reports ----------------------------------------------------------------------------------------------


def bad_rows(log: Path) -> Path:
    log.write_text(LOG + "丁,,,\n", "utf-8")
    return log


def test_a_bad_row_in_the_page_names_the_column_of_the_log(log: Path) -> None:
    path = log.parent / "report.html"
    invoke(bad_rows(log), *AS_OF, "-o", path)
    assert "<td>时间</td><td>（未填）</td>" in path.read_text("utf-8")


def about(path: Path) -> Iterator[tuple[str, str, str]]:
    """The rows of the sheet “说明”."""
    import python_calamine

    for row in python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name("说明").to_python():
        what, content, note = (str(cell) for cell in row)
        yield what, content, note


def test_a_workbook_says_what_was_meant(log: Path) -> None:
    path = log.parent / "report.xlsx"
    bad_rows(log)
    log.write_text(log.read_text("utf-8") + "丙,文件印法,2011-09-28,市政府办\n", "utf-8")
    invoke(log, *AS_OF, "-o", path)
    rows = list(about(path))
    assert ("没有规则用到的事件", "文件印法", "1条，是否应为“文件印发”（document-issued）？") in rows
    assert ("没有触发的规则", "luzhou-2011/price-hearing", "定价前召开听证会") in rows
    assert next(note for what, _content, note in rows if what == "读不懂的行").startswith("未填，应为")


def test_a_letter_without_open_matters_has_no_others(log: Path) -> None:
    told = invoke(log, *AS_OF, "--format", "letter").output
    assert "有以下事项：需核实、整改1项。" in told
    assert "其他需核实" not in told


def test_a_report_says_as_known_when(log: Path) -> None:
    told = invoke(log, *AS_OF, "--known-on", "2011-01-15").output
    assert "日历  CN，按2011-01-15已公布的放假通知，数据至" in told
    assert "已公布的放假通知" not in invoke(log, *AS_OF).output
    report = check(log, as_of="2011-12-31", rules=["luzhou-2011"], known_on="2011-01-15")
    assert json.loads(report.to_json())["calendar"]["known_on"] == "2011-01-15"
