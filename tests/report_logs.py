"""Logs that the tests of reports share: a small one with a finding of each light, and one with harm in every field."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from zwgk import check

if TYPE_CHECKING:
    from pathlib import Path

    from zwgk.report import Report

RULE = "luzhou-2011/document-publication"
AS_OF = "2011-10-14"
# 政府文件印发后 3 个工作日内公开. 2011: National Day 1–7 October off, 8 and 9 October (a weekend) worked.
LOG = """文号,事件,日期,单位
泸府发〔2011〕5号,文件印发,2011-09-28,市政府办
泸府发〔2011〕5号,文件公开,2011-10-12,市政府办
泸府发〔2011〕6号,文件印发,2011-09-28,市政府办
泸府发〔2011〕6号,文件公开,2011-09-30,市政府办
泸府发〔2011〕7号,文件印发,2011-09-28,市民政局
泸府发〔2011〕8号,文件印发,2011-10-12,市民政局
"""
"""5号 late by 4 workdays, 6号 in time, 7号 overdue by 6 workdays, 8号 due on 2011-10-17 with 1 workday left."""

GREY_AND_BLUE = """文号,事件,日期,单位,理由
荆门决策1号,征求意见开始,2022-08-01,市住建局,
荆门决策1号,征求意见截止,2022-08-15,市住建局,情况紧急
筑高新罚〔2022〕1号,执法决定作出,2022-06-01,高新区管委会,
筑高新罚〔2022〕1号,执法决定公开,2022-08-01,高新区管委会,
"""
"""A short period with a reason; a decision whose type the log does not tell."""

HARM = (
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "＝1＋1",
    "＋1",
    "－1",
    "＠A1",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>&lt;&#60;",
    "|一|二\\|三|",
    "`码` **粗** __x__ [链](javascript:alert(1)) ![图](http://x/i.png) ~~删~~ $a$ # 题",
    "%0A::error::x",
    "::error file=x,line=1::y",
    "a,b;c\\d\\n",
    "END:VEVENT",
    '"><x y="\'>',
    "]]><!--",
    "../../etc/passwd",
    "..",
    "CON",
    "C:\\a\\b?*",
    "一行\n=二行",
    "一行\r\nBEGIN:VEVENT",
    "{count}{0}%s",
    "_x0041_",
    "长" * 300,
    "😀é" * 60,
)
FILE = "=1+1,%0A;a&b'#{x}.csv"


def small(folder: Path, **options: str) -> Report:
    """The report on :data:`LOG`."""
    path = folder / "events.csv"
    path.write_text(LOG, "utf-8")
    return check(str(path), rules=[RULE], **{"as_of": AS_OF, **options})


def grey_and_blue(folder: Path) -> Report:
    """The report on :data:`GREY_AND_BLUE`."""
    path = folder / "events.csv"
    path.write_text(GREY_AND_BLUE, "utf-8")
    rules = ["jingmen-2022/comment-period", "guiyang-hitech-2019/licence-penalty-decision"]
    return check(str(path), rules=rules, as_of="2022-12-31")


def harmful(folder: Path, *, performed: bool = True, as_of: str = "2011-12-31") -> Report:
    """A matter for each text of :data:`HARM`, which is its case and its agency; published late, or not at all."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["文号", "事件", "日期", "单位", "备注"])
    for text in HARM:
        writer.writerow([text, "文件印发", "2011-09-28", text, text])
        if performed:
            writer.writerow([text, "文件公开", "2011-10-12", text, text])
        writer.writerow([text, text, "2011-09-28", text, text])
        writer.writerow([text, "文件印发", text, text, text])
    path = folder / FILE
    path.write_bytes(out.getvalue().encode())
    return check(str(path), rules=[RULE], as_of=as_of)
