"""The tables of a rule file: which keys each kind of duty has, and the shape of each value.

The loader, the JSON Schema and the messages about mistyped keys are all made from these tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zwgk.caseshapes import CASES
from zwgk.i18n import N_
from zwgk.model import Kind, Roll, Verdict
from zwgk.ruleshapes import (
    ATTRIBUTE,
    BY,
    BY_ONCE,
    CLOCK,
    CONDITIONS,
    EVENT,
    EXCUSE,
    MEMBERS,
    MINIMUM,
    REQUIRES,
    WITHIN,
)
from zwgk.shapes import (
    BLANK_TEXT,
    DATE,
    ID,
    NUMBER,
    RULE_REF,
    TEXT,
    TRUTH,
    WHOLE,
    Key,
    Shape,
    by_name,
    choice,
    listing,
    pattern,
    several,
)
from zwgk.shapes import record as table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zwgk.shapes import Keys

_IN_FORCE = table(
    {
        "from": Key(DATE, N_("第一个适用的触发日"), required=True),
        "to": Key(DATE, N_("最后一个适用的触发日；不写就是没有期限")),
    }
)

COMMON: Keys = {
    "id": Key(ID, N_("规则编号，与文件名相同"), required=True),
    "title": Key(TEXT, N_("一句话的名称"), required=True),
    "explain": Key(TEXT, N_("通俗说明：谁、何时、做什么、怎样计算"), required=True),
    "source": Key(
        table(
            {
                "clause": Key(TEXT, N_("条款位置"), required=True),
                "phrase": Key(TEXT, N_("原文用语"), required=True),
            }
        ),
        N_("依据的条款和原文"),
        required=True,
    ),
    "in_force": Key(_IN_FORCE, N_("适用的触发日范围；不写就用文件的施行期")),
    "kind": Key(choice(*Kind), N_("义务的种类"), required=True),
    "severity": Key(
        choice("error", "warning"), N_("轻重：法规或文件里的数字写 error，较软的用语写 warning"), required=True
    ),
    "overrides": Key(several(RULE_REF), N_("优先于哪些规则（特别规定优先）")),
    "waivable": Key(TRUTH, N_("可否豁免；不写就可以")),
    "cases": Key(CASES, N_("算例，至少三个：按时、逾期、边界"), required=True),
}

_TRIGGER = Key(EVENT, N_("触发事件"), required=True)
_WHERE = Key(CONDITIONS, N_("触发事件的条件"))
_PERFORMANCE = Key(EVENT, N_("履行事件"), required=True)
_PERFORMANCE_WHERE = Key(CONDITIONS, N_("履行事件的条件"))
_OWED_BY = Key(several(TEXT), N_("负有义务的机关"))

KINDS: Mapping[Kind, Keys] = {
    Kind.DEADLINE: {
        "trigger": _TRIGGER,
        "where": _WHERE,
        "performance": _PERFORMANCE,
        "performance_where": _PERFORMANCE_WHERE,
        "within": Key(WITHIN, N_("期限，如 7 workdays、20 days、24 hours、1 months、same-day"), required=True),
        "roll": Key(choice(*Roll), N_("期限的最后一日是休息日时是否顺延（只用于 days 和 months）")),
        "provided": Key(EVENT, N_("先有这个事件才有义务")),
        "provided_anew": Key(TRUTH, N_("每次触发以前，都要重新有 provided 所写的事件")),
        "only_if_performed": Key(TRUTH, N_("可做可不做，做了就要按时：没有履行就没有结论")),
        "clock": Key(CLOCK, N_("期限的中止、重新起算和延长")),
        "owed_by": Key(TEXT, N_("不由触发事件的机关履行的，写由谁履行；结果列在它的名下")),
    },
    Kind.MINIMUM_PERIOD: {
        "trigger": _TRIGGER,
        "where": _WHERE,
        "performance": _PERFORMANCE,
        "at_least": Key(MINIMUM, N_("最短期间，如 30 days"), required=True),
        "excuse": Key(EXCUSE, N_("缩短期间的正当理由")),
    },
    Kind.CADENCE: {
        "performance": _PERFORMANCE,
        "performance_where": _PERFORMANCE_WHERE,
        "where": Key(CONDITIONS, N_("哪些机关的事件算数")),
        "per": Key(choice("month", "quarter", "year"), N_("周期"), required=True),
        "at_least": Key(WHOLE, N_("每个周期至少几次；不写就是一次")),
        "owed_by": _OWED_BY,
    },
    Kind.FIXED_DATE: {
        "performance": _PERFORMANCE,
        "performance_where": _PERFORMANCE_WHERE,
        "where": Key(CONDITIONS, N_("哪些机关的事件算数")),
        "by": Key(BY, N_("最后日期，如 2016-12-31"), required=True),
        "owed_by": _OWED_BY,
    },
    Kind.COVERAGE: {
        "performance": _PERFORMANCE,
        "performance_where": _PERFORMANCE_WHERE,
        "member": Key(ATTRIBUTE, N_("说明是哪一项的列"), required=True),
        "members": Key(MEMBERS, N_("须逐项完成的名单"), required=True),
        "by": Key(BY_ONCE, N_("最后日期，如 2020-10-19"), required=True),
    },
    Kind.ORDER: {
        "trigger": _TRIGGER,
        "where": _WHERE,
        "preceded_by": Key(EVENT, N_("须先有的事件")),
        "followed_by": Key(EVENT, N_("须后有的事件")),
        "match_by": Key(ATTRIBUTE, N_("按这一列（而不是按事项）对应前后事件")),
        "provided": Key(EVENT, N_("先有这个事件才有义务")),
        "provided_finding": Key(
            table(
                {
                    "rule": Key(RULE_REF, N_("一条期限或最短期间规则的编号"), required=True),
                    "verdict": Key(choice(*Verdict), N_("结论"), required=True),
                }
            ),
            N_("另一条规则得出这个结论时才有义务"),
        ),
    },
    Kind.CONTENT: {
        "trigger": _TRIGGER,
        "where": _WHERE,
        "over": Key(choice("event", "day", "case"), N_("把哪些事件合起来看；不写就是逐个事件(event)")),
        "requires": Key(REQUIRES, N_("必备内容"), required=True),
    },
    Kind.THRESHOLD: {
        "trigger": _TRIGGER,
        "where": _WHERE,
        "attribute": Key(ATTRIBUTE, N_("数值所在的列"), required=True),
        "minimum": Key(NUMBER, N_("不低于")),
        "equals": Key(NUMBER, N_("等于")),
    },
}

EXACTLY_ONE_OF: Mapping[Kind, tuple[str, ...]] = {
    Kind.ORDER: ("preceded_by", "followed_by"),
    Kind.THRESHOLD: ("minimum", "equals"),
}


def keys_of(kind: Kind) -> Keys:
    """All keys of a rule file of this kind."""
    return {**COMMON, **KINDS[kind]}


# --- _source.yaml -----------------------------------------------------------------------------------------

_REGION: Shape = pattern("national|[1-9][0-9]{5}", N_("六位行政区划代码（加引号）或 national"))
_UNCHECKED_ID = pattern("[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", N_("英文、数字和连字符组成的编号（如 T10）"))
_CLAUSE_REF = pattern("[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)?", N_("规则编号或未核查条款的编号"))

SOURCE_KEYS: Keys = {
    "title": Key(TEXT, N_("文件名称"), required=True),
    "number": Key(BLANK_TEXT, N_('文号；没有就写 ""'), required=True),
    "issuer": Key(TEXT, N_("制定机关"), required=True),
    "region": Key(_REGION, N_("适用地区：加引号的六位行政区划代码，或 national"), required=True),
    "issued": Key(DATE, N_("印发或公布日期"), required=True),
    "in_force": Key(_IN_FORCE, N_("施行期"), required=True),
    "agency_scope": Key(several(TEXT), N_("只约束名称含有这些词的机关")),
    "about": Key(TEXT, N_("通俗介绍"), required=True),
    "unchecked": Key(
        listing(
            table(
                {
                    "id": Key(_UNCHECKED_ID, N_("编号"), required=True),
                    "clause": Key(TEXT, N_("条款位置"), required=True),
                    "phrase": Key(TEXT, N_("原文用语"), required=True),
                    "reason": Key(TEXT, N_("为什么无法核查"), required=True),
                }
            ),
            at_least=0,
        ),
        N_("无法核查的条款及理由"),
    ),
    "clauses": Key(by_name(several(_CLAUSE_REF)), N_("条款表各行对应的规则编号或未核查条款的编号")),
}
