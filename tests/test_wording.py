"""Sentences that go into letters: each says what a reader would ask, and says it whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from zwgk.cli import cli

if TYPE_CHECKING:
    from pathlib import Path


def told(tmp_path: Path, log: str, *arguments: str) -> str:
    """What a command says of a log; ``LOG`` among the arguments is its path."""
    path = tmp_path / "log.csv"
    path.write_text(log, encoding="utf-8")
    result = CliRunner().invoke(cli, [str(path) if one == "LOG" else one for one in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.output


REQUEST = """申请编号,环节,办理时间,责任单位
申1,收到申请,2025-01-02,区教育局
申1,征求第三方意见,{consulted},区教育局
申1,收到第三方意见,2025-02-20,区教育局
申1,答复,2025-02-24,区教育局
"""


@pytest.mark.parametrize("consulted", ["2025-02-06", "2025-02-10"])
def test_a_consultation_on_or_after_the_due_day_is_named_as_without_effect(tmp_path: Path, consulted: str) -> None:
    said = told(
        tmp_path, REQUEST.format(consulted=consulted), "explain", "申1", "--events", "LOG", "--as-of", "2025-12-31"
    )
    assert "结论：违反（逾期完成），逾期13个工作日；到期日 2025-02-06" in said
    assert f"征求第三方意见：{consulted}（第3行），期限届满以前没有可以扣除的日子，到期日不变" in said


def test_a_consultation_within_the_period_is_not_called_in_vain(tmp_path: Path) -> None:
    log = REQUEST.format(consulted="2025-02-05")
    said = told(tmp_path, log, "explain", "申1", "--events", "LOG", "--as-of", "2025-12-31")
    assert "到期日不变" not in said


def test_a_publication_without_time_of_day_is_asked_for_it(tmp_path: Path) -> None:
    log = "编号,事件,时间,单位\n会1,会议结束,2024-02-29 18:00,市政府办\n会1,会议内容公开,2024-03-01,市政府办\n"
    said = told(tmp_path, log, "LOG", "--as-of", "2024-12-31", "--rules", "luzhou-2011/meeting-summary")
    assert "会议内容公开：2024-03-01（第3行），是否超过期限取决于时刻，不能断定；只有日期的，请补充时刻" in said
    assert "最早与最晚" not in said


COMMENTS = """编号,事件,时间,单位,理由
决1,征求意见开始,2024-01-31,市发改委,
决1,征求意见截止,2024-02-29,市发改委,春耕在即
"""


def test_a_reason_given_where_it_does_not_count_is_told(tmp_path: Path) -> None:
    rules = "major-decision-2019/comment-period"
    said = told(tmp_path, COMMENTS, "explain", "决1", "--events", "LOG", "--as-of", "2024-12-31", "--rules", rules)
    assert "结论：违反（期间过短），比最短要求少1天；最早可截止于 2024-03-01" in said
    assert "期间应当不少于30日，最早可于2024-03-01截止" in said
    assert "征求意见截止：2024-02-29（第3行），比最短要求少1天" in said
    assert "“征求意见开始”没有填写“理由”，不能列为有正当理由" in said


def test_no_word_of_the_excuse_where_it_is_given(tmp_path: Path) -> None:
    rules = "jingmen-2022/comment-period"
    said = told(tmp_path, COMMENTS, "LOG", "--as-of", "2024-12-31", "--rules", rules)
    assert "但已说明理由" in said
    assert "不能列为有正当理由" not in said


def test_a_letter_cites_title_number_and_clause_and_names_the_period(tmp_path: Path) -> None:
    log = "编号,事件,时间,单位\n,工作进展公开,2016-08-10,区民政局\n,听取汇报,2016-11-01,区民政局\n"
    rules = "tianshui-maiji-2016/quarterly-progress"
    said = told(tmp_path, log, "LOG", "--as-of", "2017-01-04", "--rules", rules, "--format", "letter")
    assert "每季度公开1次（2016年第4季度）" in said
    assert "《天水市麦积区2016年政务公开工作要点实施方案》三" in said
    said = told(tmp_path, COMMENTS, "LOG", "--as-of", "2024-12-31", "--format", "letter")
    assert "《重大行政决策程序暂行条例》（国务院令第713号）第十五条：“公开征求意见的期限一般不少于30日" in said
    assert "期间过短 少1天" in said


@pytest.mark.parametrize(
    ("log", "rule", "sentence"),
    [
        ("编号,事件,时间,单位\n,年度报告公开,2025-02-01,市统计局\n", "ogi-regulation-2019/annual-report-published",
         "应当在2025-01-31前（含当日）完成“年度报告公开”"),
        ("编号,事件,时间,单位\n,听取汇报,2016-11-01,市统计局\n", "tianshui-maiji-2016/report-heard",
         "2016年应当至少1次“听取汇报”"),
    ],
)  # fmt: skip
def test_an_agency_wide_duty_is_said_in_words(tmp_path: Path, log: str, rule: str, sentence: str) -> None:
    said = told(tmp_path, log, "explain", "市统计局", "--events", "LOG", "--as-of", "2025-12-31", "--rules", rule)
    assert sentence in said


def test_the_clock_says_reckoned_anew(tmp_path: Path) -> None:
    log = "编号,事件,时间,单位\n申1,收到申请,2024-06-03,某局\n申1,补正告知,2024-06-07,某局\n"
    said = told(tmp_path, log, "explain", "申1", "--events", "LOG", "--as-of", "2024-12-31")
    assert "尚未收到补正，答复期限自收到补正之日起重新计算" in said


def test_an_agency_of_the_list_that_the_log_does_not_know_can_be_explained(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("区民政局\n区林业局\n", encoding="utf-8")
    log = "编号,事件,时间,单位\n,工作进展公开,2016-08-10,区民政局\n"
    rules = ("--rules", "tianshui-maiji-2016/quarterly-progress", "--agencies", str(names))
    said = told(tmp_path, log, "explain", "区林业局", "--events", "LOG", "--as-of", "2017-01-04", *rules)
    assert "2016年第3季度应当至少1次“工作进展公开”" in said
    assert "义务主体：名单所列的机关" in said
    assert "结论：违反（逾期未办），逾期96天；到期日 2016-09-30" in said
