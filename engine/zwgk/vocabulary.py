"""The words of a log: columns and events, Chinese ↔ English, and the nearest word to a mistyped one.

Everything here is data and lookups. English names are what rules and reports use; Chinese names are what
offices write. A word that is not known stays as it is: a user's own rules may use any name.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from zwgk.i18n import current

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BLANKS = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""What is stripped from both ends of a cell: Unicode white space (ideographic space too) and the BOM."""

CORE_COLUMNS = ("case", "event", "time", "agency", "region")
"""The columns with a meaning of their own; every other column is an attribute."""

REQUIRED_COLUMNS = ("event", "time")
"""A log without these cannot be read. Without ``case``, every cell of it is blank; likewise ``agency``, ``region``."""

COLUMN_HEADERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "case": ("文号", "发文字号", "事项编号", "案号", "申请编号", "编号", "流水号"),
        "event": ("事件", "环节", "节点", "办理环节"),
        "time": ("时间", "日期", "发生时间", "办理时间"),
        "agency": ("机关", "单位", "责任单位", "发布机构", "部门", "公开主体"),
        "region": ("行政区划代码", "区划代码"),
        "decision_type": ("决定类型",),
        "document_type": ("文件类型",),
        "disclosure_class": ("公开属性",),
        "reason": ("理由",),
        "channel": ("渠道",),
        "form": ("形式",),
        "contents": ("内容要素",),
        "weight": ("权重",),
        "share": ("比例",),
        "field": ("领域",),
        "agency_level": ("机关层级",),
        "matter": ("事项类别",),
        "account": ("账号",),
        "responsible": ("责任主体",),
        "time_limit": ("时限要求",),
        "public_interest": ("涉及公众利益",),
        "secret": ("涉密",),
        "receipt_channel": ("提交方式",),
        "revocation": ("撤销情形",),
    }
)
"""Column name → the Chinese headers taken as the same; the first is the one that reports print."""

EVENT_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "document-issued": "文件印发",
        "document-published": "文件公开",
        "interpretation-published": "解读发布",
        "information-formed": "信息形成",
        "information-published": "信息公开",
        "decision-made": "执法决定作出",
        "decision-published": "执法决定公开",
        "decision-revoked": "执法决定撤销",
        "decision-withdrawn": "执法决定撤下",
        "withdrawal-reason-published": "撤回理由公开",
        "comment-opened": "征求意见开始",
        "comment-closed": "征求意见截止",
        "adoption-published": "意见采纳情况公开",
        "draft-published": "决策草案公开",
        "explanation-published": "草案说明公开",
        "decision-adopted": "决策通过",
        "hearing-held": "听证会召开",
        "meeting-ended": "会议结束",
        "meeting-summary-published": "会议内容公开",
        "request-received": "收到申请",
        "correction-notified": "补正告知",
        "correction-received": "收到补正",
        "third-party-consulted": "征求第三方意见",
        "third-party-answered": "收到第三方意见",
        "agency-consulted": "征求其他机关意见",
        "agency-answered": "收到其他机关意见",
        "extension-notified": "延期告知",
        "reply-sent": "答复",
        "progress-published": "工作进展公开",
        "report-heard": "听取汇报",
        "annual-report-published": "年度报告公开",
        "annual-report-submitted": "年度报告报送",
        "enforcement-statistics-published": "执法统计年报公开",
        "housing-fund-report-published": "住房公积金年报公开",
        "assessment-included": "纳入考核",
        "assessment-weight-set": "考核权重确定",
        "weibo-opened": "政务微博开通",
        "wechat-opened": "政务微信开通",
        "account-filed": "账号报备",
        "account-opened": "账号开设",
        "directory-upgraded": "目录系统升级",
        "catalogue-compiled": "标准目录编制",
        "catalogue-published": "标准目录公开",
        "catalogue-adjusted": "标准目录调整",
        "catalogue-item-listed": "目录事项列明",
        "workflow-established": "工作流程建立",
        "offline-zone-opened": "线下专区建立",
        "community-catalogue-compiled": "居务目录编制",
        "one-visit-share-reported": "一趟不用跑比例",
        "benefit-share-reported": "免申即享比例",
        "task-listed": "任务列入台账",
        "inspection-result-published": "检查结果公开",
        "budget-approved": "预算批准",
        "budget-published": "预算公开",
        "final-accounts-approved": "决算批准",
        "final-accounts-published": "决算公开",
        "incident-occurred": "突发事件发生",
        "incident-statement-published": "权威信息发布",
        "press-conference-held": "新闻发布会召开",
    }
)
"""English event name → its Chinese name."""

EVENT_NAMES: Mapping[str, str] = MappingProxyType({label: name for name, label in EVENT_LABELS.items()})
"""Chinese event name → its English name."""

LEDGER_HEADERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "document-issued": ("印发日期", "发文日期", "制发日期", "印制日期"),
        "information-formed": ("成文日期", "形成日期", "生成日期", "信息生成日期"),
        "interpretation-published": ("解读日期", "政策解读日期", "解读公开日期", "解读材料发布日期"),
        "decision-made": (
            "处罚日期", "处罚决定日期", "行政处罚日期", "行政处罚决定日期", "作出处罚决定日期",
            "许可日期", "许可决定日期", "行政许可日期", "行政许可决定日期", "作出许可决定日期", "执法决定日期",
        ),
        "decision-published": ("决定公开日期", "处罚公开日期", "处罚决定公开日期", "许可公开日期", "许可决定公开日期"),
        "decision-revoked": ("决定撤销日期",),
        "decision-withdrawn": ("决定撤下日期", "撤下日期"),
        "comment-opened": ("征求意见开始日期", "征求意见起始日期", "公开征求意见开始日期"),
        "comment-closed": ("征求意见截止日期", "征求意见结束日期", "公开征求意见截止日期", "公开征求意见结束日期"),
        "adoption-published": ("采纳情况公开日期", "意见采纳情况公开日期", "意见采纳情况发布日期"),
        "draft-published": ("草案公开日期", "草案公布日期"),
        "decision-adopted": ("决策通过日期", "审议通过日期"),
        "hearing-held": ("听证会日期", "听证会召开日期", "听证日期"),
        "meeting-ended": ("会议结束日期",),
        "meeting-summary-published": ("会议公开日期", "会议内容公开日期", "会议纪要公开日期"),
        "request-received": ("收到申请日期", "申请收到日期", "收到日期", "收件日期", "申请收件日期"),
        "correction-notified": ("补正告知日期", "告知补正日期", "补正通知日期", "发出补正通知日期"),
        "correction-received": ("收到补正日期", "补正收到日期", "收到补正材料日期", "收到补正申请日期"),
        "third-party-consulted": ("征求第三方日期", "征求第三方意见日期", "发函征求第三方意见日期"),
        "third-party-answered": ("收到第三方意见日期", "第三方意见收到日期", "第三方答复日期", "第三方回复日期"),
        "agency-consulted": ("征求其他机关意见日期", "征求其他行政机关意见日期"),
        "agency-answered": ("收到其他机关意见日期", "收到其他行政机关意见日期", "其他机关答复日期"),
        "extension-notified": ("延期告知日期", "延期答复告知日期", "告知延期日期", "延长答复期限告知日期"),
        "reply-sent": ("答复日期", "答复作出日期", "作出答复日期", "发出答复日期"),
        "report-heard": ("听取汇报日期",),
        "budget-approved": ("预算批准日期", "预算批复日期"),
        "budget-published": ("预算公开日期",),
        "final-accounts-approved": ("决算批准日期", "决算批复日期"),
        "final-accounts-published": ("决算公开日期",),
        "incident-occurred": ("事发日期", "突发事件发生日期"),
    }
)  # fmt: skip
"""Event → the headers of a ledger's date columns that mean it. 日期 may be written 时间; so is every Chinese event name with
either of them. 成文日期 is the day the information is formed (负责人签发), not the day it is printed and sent."""

PUBLICATION_HEADERS = (
    "公开日期",
    "发布日期",
    "公布日期",
    "公示日期",
    "主动公开日期",
    "上网日期",
    "上网公开日期",
    "网上公开日期",
)
"""Headers that say that something was made public, but not what: the other columns of the ledger tell."""

PUBLICATION_OF: Mapping[str, str] = MappingProxyType(
    {
        "document-issued": "document-published",
        "information-formed": "information-published",
        "decision-made": "decision-published",
        "meeting-ended": "meeting-summary-published",
        "budget-approved": "budget-published",
        "final-accounts-approved": "final-accounts-published",
        "incident-occurred": "incident-statement-published",
    }
)
"""Event → the event that a bare 公开日期 means in a ledger that has a column for the first."""

DECISION_HEADERS = ("决定日期", "作出决定日期")
"""An enforcement decision in a ledger of such decisions; in any other it could be another decision."""

LEDGER_CORE_HEADERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "case": (
            "决定书文号", "决定文号", "处罚决定书文号", "行政处罚决定书文号", "许可决定书文号", "行政许可决定书文号",
            "登记编号", "登记号", "受理编号", "文件编号", "文件文号", "文件字号",
        ),
        "agency": ("发文机关", "发文单位", "制发机关", "处罚机关", "许可机关", "决定机关", "公开机关", "公开单位", "受理机关"),
    }
)  # fmt: skip
"""Further headers of a ledger for the matter and the agency, where none of :data:`COLUMN_HEADERS` stands there."""

LEDGER_NOT_EVENTS = (
    "施行日期", "实施日期", "生效日期", "失效日期", "废止日期", "有效日期", "有效期截止日期", "到期日期", "应公开日期", "应答复日期",
    "应办结日期", "限办日期", "填报日期", "填表日期", "统计日期", "更新日期", "归档日期", "审核日期", "审签日期", "会签日期", "拟稿日期",
    "起草日期", "打印日期", "导出日期", "出生日期", "违法日期", "案发日期", "立案日期", "送达日期",
)  # fmt: skip
"""Dates of a ledger that no duty starts or ends on: they stay attributes. Any other unknown date column is asked about."""

_COLUMN_OF: Mapping[str, str] = MappingProxyType(
    {header: name for name, headers in COLUMN_HEADERS.items() for header in (name, *headers)}
)
_HALF_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)}

UNIT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "个工作日": "workdays",
        "工作日": "workdays",
        "天": "days",
        "日": "days",
        "自然日": "days",
        "小时": "hours",
        "个月": "months",
        "月": "months",
        "当日": "same-day",
    }
)
"""Units of a time limit as people write them."""

_TOTALS = frozenset({"合计", "小计", "总计", "共计", "累计", "本页小计", "本页合计"})


def clean(text: str) -> str:
    """``text`` without white space, ideographic space or BOM at either end."""
    return text.strip(BLANKS)


def half_width(text: str) -> str:
    """``text`` with full-width letters, digits and punctuation (``ＡＢＣ１２３：／``) as their ASCII twins."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def column_name(header: str) -> str:
    """The column that a header names: ``办理时间`` → ``time``, `` Decision Type `` → ``decision_type``.

    Surrounding and inner spaces, full-width letters and the case of English letters make no difference to a
    known header. An unknown header comes back stripped and otherwise unchanged.
    """
    header = clean(header)
    known = _COLUMN_OF.get(header)
    if known is None:
        words = half_width(header).lower().split()
        known = _COLUMN_OF.get("".join(words)) or _COLUMN_OF.get("_".join(words).replace("-", "_"))
    return header if known is None else known


def column_label(name: str) -> str:
    """What reports call a column in the language of the context; an unknown name unchanged."""
    if name not in COLUMN_HEADERS:
        return name
    return COLUMN_HEADERS[name][0] if current() == "zh" else name.replace("_", " ")


def is_total(text: str) -> bool:
    """Whether the text is what a line of totals under a table begins with: ``合计``, ``小 计：``."""
    return "计" in text and "".join(half_width(clean(text)).split()).strip(":") in _TOTALS


def event_name(text: str) -> str:
    """The English name of an event: ``文件印发`` → ``document-issued``; an unknown name stripped and unchanged.

    Spaces within a Chinese name, full-width letters, upper case and ``_`` for ``-`` make no difference to a known name.
    """
    text = clean(text)
    if text in EVENT_LABELS:
        return text
    known = EVENT_NAMES.get(text)
    if known is None:
        words = half_width(text).lower().split()
        english = "-".join(words).replace("_", "-")
        known = english if english in EVENT_LABELS else EVENT_NAMES.get("".join(words))
    return text if known is None else known


def event_label(name: str) -> str:
    """What reports call an event in the language of the context; an unknown name unchanged."""
    if name not in EVENT_LABELS:
        return name
    return EVENT_LABELS[name] if current() == "zh" else name.replace("-", " ")


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like ``name`` (a mistyped word), or None where none is near. The first of equals wins."""
    import difflib

    wanted = half_width(clean(name)).lower()
    folded: dict[str, str] = {}
    for candidate in candidates:
        folded.setdefault(half_width(candidate).lower(), candidate)
    close = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None
