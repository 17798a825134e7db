"""Six files as an office would have them, made anew: the same bytes each time.

``python examples/office/make.py`` writes them beside this script. What the check must find in them is typed in
``tests/test_office_examples.py``.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
MADE = dt.datetime(2025, 1, 2, 9, 0)


def day(text: str) -> dt.date:
    """The day of an ISO date."""
    return dt.date.fromisoformat(text)


def documents_csv() -> bytes:
    """文件公开日志: long form, saved by Excel as CSV in GBK, dates as Excel shows them. Check with --region 510500."""
    rows = [
        ("序号", "文号", "环节", "办理时间", "责任单位", "公开属性", "备注"),
        (1, "泸市府发〔2011〕12号", "文件印发", "2011/4/28", "市政府办公室", "主动公开", ""),
        (2, "泸市府发〔2011〕12号", "文件公开", "2011/5/4", "市政府办公室", "", "门户网站"),
        (3, "泸市府发〔2011〕13号", "文件印发", "2011/4/28", "市政府办公室", "主动公开", ""),
        (4, "泸市府发〔2011〕13号", "文件公开", "2011/5/5", "市政府办公室", "", "门户网站,公报"),
        (5, "泸市府办发〔2011〕40号", "文件印发", "2011年9月30日", "市发展改革委", "", ""),
        (6, "泸市府办发〔2011〕40号", "文件公开", "2011年10月10日", "市发展改革委", "", ""),
        (7, "泸市府办函〔2011〕9号", "文件印发", "2011/4/28", "市卫生局", "依申请公开", "不主动公开"),
        ("", "", "", "", "", "", ""),
    ]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("gbk")


def penalties_wps_xlsx() -> bytes:
    """行政执法决定公示登记表: long form under merged title rows, cells merged downwards. Check with --rules guiyang-hitech-2019."""
    book, data = _book()
    sheet = book.add_worksheet("2019年")
    title = book.add_format({"bold": True, "align": "center", "font_size": 16})
    date = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    sheet.merge_range("A1:F1", "高新区行政执法决定公示登记表", title)
    sheet.merge_range("A2:C2", "填报单位：高新区市场监督管理局")
    sheet.merge_range("D2:F2", "填报日期：2019年12月31日")
    sheet.write_row("A3", ["案号", "办理环节", "办理时间", "决定类型", "单位", "备注"], title)
    agency = "高新区市场监督管理局"
    matters = [
        ("筑高新市监罚〔2019〕1号", "行政处罚", "2019-09-24", "2019-10-09", ""),
        ("筑高新市监罚〔2019〕2号", "行政处罚", "2019-09-24", "2019-10-15", "节后补录"),
        ("筑高新市监许〔2019〕7号", "行政许可", "2019-09-24", "二〇一九年十月九日（星期三）", ""),
    ]
    row = 3
    for case, kind, made, published, note in matters:
        sheet.merge_range(row, 0, row + 1, 0, case)
        sheet.merge_range(row, 3, row + 1, 3, kind)
        sheet.merge_range(row, 4, row + 1, 4, agency)
        sheet.write(row, 1, "执法决定作出")
        sheet.write(row, 2, day(made), date)
        sheet.write(row + 1, 1, "执法决定公开")
        if published.startswith("2"):
            sheet.write(row + 1, 2, day(published), date)
        else:
            sheet.write(row + 1, 2, published)
        sheet.write(row + 1, 5, note)
        row += 2
    sheet.set_row(6, options={"hidden": True})
    book.add_worksheet("填表说明").write(0, 0, "每个决定填两行：作出、公开。")
    book.close()
    return data.getvalue()


def information_ledger_xlsx() -> bytes:
    """主动公开信息台账: a row a matter with 成文日期 and 公开日期. Check with --region 430100."""
    book, data = _book()
    sheet = book.add_worksheet("台账")
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.merge_range("A1:H1", "2024年度主动公开政府信息台账")
    sheet.write_row("A2", ["序号", "文号", "标题", "成文日期", "公开日期", "公开属性", "责任单位", "归档日期"])
    rows = [
        (
            1,
            "长住建发〔2024〕31号",
            "关于印发住房保障办法的通知",
            "2024-09-27",
            "2024-10-30",
            "主动公开",
            "市住房城乡建设局",
        ),
        (
            2,
            "长住建发〔2024〕32号",
            "关于做好房屋安全排查的通知",
            "2024-09-27",
            "2024-10-31",
            "主动公开",
            "市住房城乡建设局",
        ),
        (3, "长住建函〔2024〕8号", "关于征求意见的函", "2024-09-27", "", "不予公开", "市住房城乡建设局"),
    ]
    for place, (number, case, name, formed, published, kind, agency) in enumerate(rows, 2):
        sheet.write_row(place, 0, [number, case, name])
        sheet.write(place, 3, day(formed), date)
        if published:
            sheet.write(place, 4, day(published), date)
        sheet.write_row(place, 5, [kind, agency])
        sheet.write(place, 7, day("2024-12-31"), date)
    sheet.write(6, 0, "填表人：张三    审核人：李四")
    book.close()
    return data.getvalue()


def consultations_xlsx() -> bytes:
    """征求意见登记: long form, a sheet a half-year, shares as percentages, times. Check with --rules jingmen-2022."""
    book, data = _book()
    date = book.add_format({"num_format": "yyyy/m/d"})
    percent = book.add_format({"num_format": "0%"})
    header = ["事项编号", "事件", "时间", "责任单位", "理由", "比例"]
    sheets = {
        "上半年": [
            ("荆府征〔2022〕3号", "征求意见开始", "2022-05-05", "市司法局", "", None),
            ("荆府征〔2022〕3号", "征求意见截止", "2022-06-04", "市司法局", "", None),
        ],
        "下半年": [
            ("荆府征〔2022〕8号", "征求意见开始", "2022-08-01", "市司法局", "", None),
            ("荆府征〔2022〕8号", "征求意见截止", "2022-08-30", "市司法局", "", None),
            ("荆府征〔2022〕9号", "征求意见开始", "2022-08-01", "市水利局", "防汛形势紧急", None),
            ("荆府征〔2022〕9号", "征求意见截止", "2022-08-15", "市水利局", "", None),
            ("免申即享〔2022〕", "免申即享比例", "2022-12-20", "市行政审批局", "", 1.0),
        ],
    }
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, header)
        for place, (case, event, time, agency, reason, share) in enumerate(rows, 1):
            sheet.write_row(place, 0, [case, event])
            sheet.write(place, 2, day(time), date)
            sheet.write_row(place, 3, [agency, reason])
            if share is not None:
                sheet.write_number(place, 5, share, percent)
    book.add_worksheet("汇总").write_row(0, 0, ["单位", "件数"])
    book.close()
    return data.getvalue()


def requests_csv() -> bytes:
    """依申请公开登记簿: a ledger saved by WPS, UTF-8 with BOM, tabs. Check with --rules ogi-regulation-2019."""
    header = (
        "申请编号", "申请人", "提交方式", "收到申请日期", "补正告知日期", "收到补正日期", "征求第三方日期", "收到第三方意见日期",
        "延期告知日期", "答复日期", "答复期限", "责任单位",
    )  # fmt: skip
    rows: list[Sequence[str]] = [
        ("2024-001", "甲某", "网络", "2024-09-27", "", "", "", "", "", "2024-10-30", "", "市自然资源局"),
        ("2024-002", "乙某", "邮寄", "2024-09-27", "", "", "", "", "", "2024-10-31", "", "市自然资源局"),
        (
            "2024-003",
            "丙公司",
            "当面",
            "2024-06-03",
            "",
            "",
            "2024-06-11",
            "2024-06-25",
            "",
            "2024-07-16",
            "",
            "市自然资源局",
        ),
        (
            "2024-004",
            "丁某",
            "网络",
            "2024-06-03",
            "2024-06-07",
            "2024-06-20",
            "",
            "",
            "",
            "2024-07-18",
            "",
            "市教育局",
        ),
        ("2024-005", "戊某", "网络", "2024-12-31", "", "", "", "", "2025-02-05", "2025-03-04", "", "市教育局"),
        ("2024-006", "己某", "传真", "2024-12-31", "", "", "", "", "2025-02-06", "2025-03-04", "", "市教育局"),
        ("2024-007", "庚某", "网络", "2024.6.3", "2024.6.14", "2024.6.20", "", "", "", "2024.7.18", "", "市教育局"),
    ]
    text = "\r\n".join("\t".join(cells) for cells in (header, *rows)) + "\r\n"
    return b"\xef\xbb\xbf" + text.encode()


def meetings_jsonl() -> bytes:
    """会议公开系统导出: JSON lines with instants. Check with --region 510500."""
    agency = "市人民政府办公室"
    records: list[dict[str, Any]] = [
        {"文号": "常务会〔2011〕5次", "事件": "会议结束", "时间": "2011-04-12T11:30:00+08:00", "机关": agency},
        {
            "文号": "常务会〔2011〕5次",
            "事件": "会议内容公开",
            "时间": "2011-04-13T03:30:00Z",
            "机关": agency,
            "渠道": ["网站", "公报"],
        },
        {"文号": "常务会〔2011〕6次", "事件": "会议结束", "时间": "2011-04-15 17:00", "机关": agency},
        {"文号": "常务会〔2011〕6次", "事件": "会议内容公开", "时间": "2011-04-18 09:00", "机关": agency, "渠道": None},
        {
            "文号": "内部会〔2011〕2次",
            "事件": "会议结束",
            "时间": "2011-04-12 11:30",
            "机关": agency,
            "涉及公众利益": False,
        },
    ]
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def _book() -> tuple[Any, io.BytesIO]:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    book.set_properties({"created": MADE})
    return book, data


FILES = {
    "documents-gbk.csv": documents_csv,
    "penalties-wps.xlsx": penalties_wps_xlsx,
    "information-ledger.xlsx": information_ledger_xlsx,
    "consultations.xlsx": consultations_xlsx,
    "requests-ledger.csv": requests_csv,
    "meetings.jsonl": meetings_jsonl,
}

if __name__ == "__main__":
    for name, make in FILES.items():
        (HERE / name).write_bytes(make())
        print(name)
