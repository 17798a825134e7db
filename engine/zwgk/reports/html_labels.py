"""The words of the HTML report, in the language of the context."""

from __future__ import annotations

from zwgk.i18n import _, n_
from zwgk.reports.words import BLUE, GREEN, GREY, RED, WHITE, YELLOW, words


def labels() -> dict[str, str]:
    """Every fixed text of the page by its key; ``{name}`` is filled in by the page or by its maker."""
    return _frame() | _verdicts() | _distribution() | _table() | _detail() | _run()


def _frame() -> dict[str, str]:
    return {
        "title": _("政务公开时限核查报告"),
        "as_of": _("截至{when}"),
        "skip": _("跳到核查结果"),
        "theme": _("外观"),
        "theme_auto": _("跟随系统"),
        "theme_light": _("浅色"),
        "theme_dark": _("深色"),
        "print": _("打印"),
        "no_script": _("浏览器禁用了脚本：下面的汇总照常可读，逐项结果请启用脚本，或改用 csv、xlsx 格式的报告。"),
        "lead": _("共核查{total}项，违反{breached}项（占{share}），其中{open}项至今未办。"),
        "lead_none": _("共核查{total}项，没有违反。"),
        "lead_empty": _("没有可核查的事项：日志中没有规则所要求的触发事件。"),
        "overview": _("结论"),
        "comma": _("，"),
        "semicolon": _("；"),
        "term": _("{term}：{text}"),
        "bracketed": _("{text}（{more}）"),
        "quoted": _("“{text}”"),
    }


def _verdicts() -> dict[str, str]:
    shared = words()
    verdicts = dict(shared.verdicts)
    own = {
        "due_soon": verdicts.pop("due-soon"),
        "of_them_soon": _("其中将到期{n}项"),
        "light_breached": shared.lights[RED],
        "light_undecided": shared.lights[GREY],
        "light_due_soon": shared.lights[YELLOW],
        "light_pending": shared.lights[WHITE],
        "light_excused": shared.lights[BLUE],
        "light_met": shared.lights[GREEN],
        "left": _("还有{amount}"),
        "one_workdays": n_("{count}个工作日", 1),
        "one_days": n_("{count}天", 1),
        "one_hours": n_("{count}小时", 1),
    }
    return verdicts | dict(shared.breaches) | dict(shared.units) | own


def _distribution() -> dict[str, str]:
    return {
        "distribution": _("违反的分布"),
        "over_time": _("按到期月份"),
        "chart_text": _("柱形图：违反{total}项，自{first}至{last}，最多的是{most}（{n}项）。各月数字见下方表格。"),
        "by_month": _("各月数字"),
        "per_month": _("每格一个月"),
        "per_quarter": _("每格一个季度"),
        "per_year": _("每格一年"),
        "year": _("年"),
        "total": _("合计"),
        "no_due": _("另有{n}项违反没有到期日（要素、数值、次序类），不在图中。"),
        "none_dated": _("没有带到期日的违反。"),
        "by_agency": _("按机关"),
        "by_rule": _("按规则"),
        "agency": _("机关"),
        "rule": _("规则"),
        "no_agency": _("（未填机关）"),
        "breaches_of": _("违反 / 全部"),
        "more_rows": _("其余{n}个"),
        "cut_rows": _("其余{n}个未列出，可在下表中筛选。"),
        "others_clean": _("另有{n}个没有违反。"),
        "none_breached": _("没有违反。"),
        "show_these": _("只看“{name}”的违反"),
        "show_month": _("只看{month}到期的违反，{n}项"),
    }


def _table() -> dict[str, str]:
    return {
        "findings": _("核查结果"),
        "filters": _("筛选"),
        "search": _("搜索"),
        "search_hint": _("文号、机关、规则、领域…"),
        "verdict": _("结论"),
        "breach_kind": _("违反情形"),
        "region": _("行政区划"),
        "no_region": _("（未填）"),
        "all": _("全部"),
        "period_of": _("时间段"),
        "by_due": _("到期日"),
        "by_trigger": _("触发日"),
        "by_performed": _("办结日"),
        "from": _("自"),
        "to": _("至"),
        "more_filters": _("更多筛选"),
        "fewer_filters": _("收起筛选"),
        "reset": _("清除筛选"),
        "case": _("事项"),
        "due": _("到期"),
        "performed": _("办结"),
        "sort_by": _("排序"),
        "default_order": _("违反在先"),
        "ascending": _("升序"),
        "descending": _("降序"),
        "found_all": _("共{n}项"),
        "found": _("符合条件{n}项（共{total}项）"),
        "found_none": _("没有符合条件的结果。请放宽或清除筛选。"),
        "page": _("第{page}页，共{pages}页"),
        "pager": _("翻页"),
        "first_page": _("首页"),
        "previous": _("上一页"),
        "next": _("下一页"),
        "last_page": _("末页"),
        "page_size": _("每页"),
        "filtered_by": _("筛选条件：{conditions}"),
        "no_filter": _("筛选条件：无（列出全部）"),
        "print_cut": _("打印只列前{n}项；请先筛选，或用 xlsx 格式输出全部。"),
        "left_out": _(
            "为使网页打得开，下表只收{kept}项（共{total}项），未收：{verdicts}。全部结果请用 jsonl 或 xlsx 格式输出。"
        ),
        "agency_wide": _("（机关义务）"),
        "of_period": _("期间{period}"),
        "between": _("{earliest}～{latest}"),
        "unknown_bound": _("？"),
        "waiting": _("待定"),
    }


def _detail() -> dict[str, str]:
    return {
        "detail_of": _("{name} 的详情"),
        "reasons": _("理由"),
        "source": _("依据"),
        "evidence": _("经过"),
        "trigger_row": _("触发事件"),
        "due_row": _("到期日"),
        "least_row": _("最早截止日"),
        "performed_row": _("办结事件"),
        "not_performed": _("截至{when}未见"),
        "at_row": _("第{row}行"),
        "in_file": _("{path} 第{row}行"),
        "late_row": _("逾期"),
        "short_row": _("短少"),
        "left_row": _("剩余"),
        "period": _("期间"),
        "member": _("对象"),
        "explain": _("这条规则怎样计算"),
        "fingerprint": _("标识"),
        "link": _("本项链接"),
        "calendar": _("到期日的来历"),
        "calendar_only": _("日历"),
        "month_name": _("{year}年{month}月"),
        "weekdays": _("一二三四五六日"),
        "weekday_names": _("周一 周二 周三 周四 周五 周六 周日"),
        "date_text": _("{month}月{day}日"),
        "counted": _("计入"),
        "counted_nth": _("第{n}日"),
        "weekend": _("周末"),
        "holiday": _("节假日"),
        "holiday_named": _("{name}放假"),
        "makeup": _("补班"),
        "makeup_named": _("{name}补班，计入"),
        "makeup_plain": _("{name}补班"),
        "named_weekday": _("{name}照常上班"),
        "stopped": _("中止，不计入"),
        "stopped_by": _("不计入期限（{basis}）"),
        "rolled_over": _("期满日为休息日，顺延"),
        "mark_start": _("起算"),
        "mark_trigger": _("触发"),
        "mark_due": _("到期"),
        "mark_least": _("可截止"),
        "mark_earliest": _("最早到期"),
        "mark_latest": _("最晚到期"),
        "mark_performed": _("办结"),
        "mark_as_of": _("截至"),
        "late_day": _("逾期"),
        "unsettled": _("放假安排尚未公布"),
        "gap": _("…相隔{n}个月…"),
        "legend": _("图例"),
        "walk_sums": _("自{start}次日起逐日计数，第{n}个计入的日子是{due}。"),
        "notices": _("放假与补班依据：{notices}"),
        "no_table": _("本次核查另用了放假安排，这里不标注休息日。"),
        "short_earliest": _("最早"),
        "short_latest": _("最晚"),
        "short_rest": _("休"),
        "short_makeup": _("班"),
        "short_stopped": _("停"),
    }


def _run() -> dict[str, str]:
    return {
        "problems": _("读不懂的行"),
        "problems_lead": _("有{n}处读不懂，所在行未参与核查。请改正后重新核查。"),
        "problems_cut": _("另有{n}处未列出。"),
        "place": _("位置"),
        "column": _("列"),
        "found_text": _("填的是"),
        "expected": _("应为"),
        "row_number": _("第{row}行"),
        "blank": _("（未填）"),
        "besides": _("本次核查"),
        "unmatched": _("没有规则用到的事件"),
        "unmatched_lead": _("日志中的下列事件没有规则用到。名称写错的，改正后会参与核查。"),
        "event": _("事件"),
        "count": _("条数"),
        "nearest": _("是不是"),
        "idle": _("没有触发的规则"),
        "idle_lead": _("日志中没有下列{n}条规则的触发事件（机关义务：履行事件），它们没有产生结果。"),
        "notes": _("说明"),
        "duplicates": _("完全相同的重复行{n}行，各只计一次。"),
        "after_as_of": _("晚于截至时刻的事件{n}条，未参与核查；如系笔误请改正年份："),
        "after_as_of_row": _("{time}　{event}（{place}）"),
        "after_as_of_more": _("另有{n}条"),
        "unchecked": _("文件中另有{n}条要求没有可核查的期限或标准，本工具不作判断。"),
        "no_notes": _("没有需要说明的事项。"),
        "packs": _("所用规则"),
        "pack_none": _("没有适用的规则"),
        "in_force": _("{start}起施行"),
        "in_force_to": _("{start}至{end}施行"),
        "inputs": _("日志文件"),
        "rows": _("{n}行"),
        "digests": _("指纹"),
        "rules_digest": _("规则"),
        "calendar_digest": _("日历"),
        "engine": _("引擎版本"),
    }
