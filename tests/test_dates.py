"""Dates as offices write them: what is read, what is refused and why."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zwgk import dates
from zwgk.dates import DateError, moment_of, read_as_of, read_moment

READ = {
    # ISO
    "2022-07-15": "2022-07-15",
    "2022-07-15 09:30": "2022-07-15T09:30:00+08:00",
    "2022-07-15 09:30:15": "2022-07-15T09:30:15+08:00",
    "2022-07-15T09:30": "2022-07-15T09:30:00+08:00",
    "2022-07-15T09:30:15": "2022-07-15T09:30:15+08:00",
    "2022-07-15t09:30:15z": "2022-07-15T17:30:15+08:00",
    "2022-07-15 00:00:00": "2022-07-15T00:00:00+08:00",
    "2022-07-15 23:59:59": "2022-07-15T23:59:59+08:00",
    "2022-07-15 9:30": "2022-07-15T09:30:00+08:00",
    "2022-7-5": "2022-07-05",
    "2024-02-29": "2024-02-29",
    "1900-01-01": "1900-01-01",
    "2100-12-31": "2100-12-31",
    "20220715T0930": "2022-07-15T09:30:00+08:00",
    "20220715T093015": "2022-07-15T09:30:15+08:00",
    "20220715093015": "2022-07-15T09:30:15+08:00",
    # parts of a second are cut, never rounded
    "2022-07-15 09:30:15.999999": "2022-07-15T09:30:15+08:00",
    "2022-07-15T23:59:59,9": "2022-07-15T23:59:59+08:00",
    # offsets: carried over to Asia/Shanghai
    "2022-07-15T09:30:00+08:00": "2022-07-15T09:30:00+08:00",
    "2022-07-15T09:30+0800": "2022-07-15T09:30:00+08:00",
    "2022-07-15T09:30+08": "2022-07-15T09:30:00+08:00",
    "2022-07-15 09:30:00 +08:00": "2022-07-15T09:30:00+08:00",
    "2022-07-15T16:00:00Z": "2022-07-16T00:00:00+08:00",
    "2022-07-15T15:59:59Z": "2022-07-15T23:59:59+08:00",
    "2022-07-15T20:00:00-05:00": "2022-07-16T09:00:00+08:00",
    "2022-07-15T00:30:00+09:00": "2022-07-14T23:30:00+08:00",
    "2022-07-15T01:00:00+05:45": "2022-07-15T03:15:00+08:00",
    "2022-12-31T16:00:00Z": "2023-01-01T00:00:00+08:00",
    "1991-12-31T15:59:59Z": "1991-12-31T23:59:59+08:00",
    # separators
    "2022/7/15": "2022-07-15",
    "2022/07/15": "2022-07-15",
    "2022.7.15": "2022-07-15",
    "2022/7/15 9:30": "2022-07-15T09:30:00+08:00",
    "2022/7/15  9:30:00": "2022-07-15T09:30:00+08:00",
    "2022.7.15 09:30:15": "2022-07-15T09:30:15+08:00",
    "20220715": "2022-07-15",
    "20220715 09:30": "2022-07-15T09:30:00+08:00",
    "2022。7。15": "2022-07-15",
    "2022–07–15": "2022-07-15",
    # 年月日
    "2022年7月15日": "2022-07-15",
    "2022年07月05日": "2022-07-05",
    "2022年7月15号": "2022-07-15",
    "2022 年 7 月 15 日": "2022-07-15",
    "2022年7月15日9时30分": "2022-07-15T09:30:00+08:00",
    "2022年7月15日9时30分15秒": "2022-07-15T09:30:15+08:00",
    "2022年7月15日9点30分": "2022-07-15T09:30:00+08:00",
    "2022年7月15日9时": "2022-07-15T09:00:00+08:00",
    "2022年7月15日9时整": "2022-07-15T09:00:00+08:00",
    "2022年7月15日 09:30": "2022-07-15T09:30:00+08:00",
    "2022年7月15日09:30": "2022-07-15T09:30:00+08:00",
    "2022年7月15日\n9时30分": "2022-07-15T09:30:00+08:00",
    # Chinese numerals
    "二〇二二年七月十五日": "2022-07-15",
    "二○二二年七月十五日": "2022-07-15",
    "二零二二年七月十五日": "2022-07-15",
    "二◯二二年七月十五日": "2022-07-15",
    "二0二二年七月十五日": "2022-07-15",
    "二OO九年七月十五日": "2009-07-15",
    "二〇二二年十月十日": "2022-10-10",
    "二〇二二年十一月二十日": "2022-11-20",
    "二〇二二年十二月三十一日": "2022-12-31",
    "二〇二二年十二月三十日": "2022-12-30",
    "二〇二二年一月二十一日": "2022-01-21",
    "二〇二二年一月廿日": "2022-01-20",
    "二〇二二年一月廿一日": "2022-01-21",
    "二〇二二年一月卅日": "2022-01-30",
    "二〇二二年一月卅一日": "2022-01-31",
    "二〇二二年〇七月〇五日": "2022-07-05",
    "二〇二二年七月十五日九时三十分": "2022-07-15T09:30:00+08:00",
    "二〇二二年七月十五日二十三时五十九分五十九秒": "2022-07-15T23:59:59+08:00",
    "二〇二二年七月十五日九时零五分": "2022-07-15T09:05:00+08:00",
    "一九九九年十二月三十一日": "1999-12-31",
    # full width, spaces, BOM
    "２０２２－０７－１５": "2022-07-15",
    "２０２２／７／１５": "2022-07-15",
    "２０２２．７．１５": "2022-07-15",
    "２０２２年７月１５日": "2022-07-15",
    "２０２２－０７－１５　０９：３０": "2022-07-15T09:30:00+08:00",
    "　2022-07-15　": "2022-07-15",
    "\ufeff2022-07-15": "2022-07-15",
    "\xa02022-07-15\t": "2022-07-15",
    "2022年7⽉15⽇": "2022-07-15",
    # weekdays: 15 July 2022 was a Friday, 17 July a Sunday
    "2022年7月15日（星期五）": "2022-07-15",
    "2022年7月15日(周五)": "2022-07-15",
    "2022-07-15（周五）": "2022-07-15",
    "2022/7/15 (星期五)": "2022-07-15",
    "2022年7月15日 星期五": "2022-07-15",
    "2022年7月17日（星期日）": "2022-07-17",
    "2022年7月17日（星期天）": "2022-07-17",
    "2022年7月17日（周日）": "2022-07-17",
    "2022年7月15日（星期五）9时30分": "2022-07-15T09:30:00+08:00",
    "2022-07-15 09:30（周五）": "2022-07-15T09:30:00+08:00",
}

REFUSED = {
    "": "没有日期",
    "　": "没有日期",
    "2022": "只有年份",
    "2022年": "只有年份",
    "二〇二二年": "只有年份",
    "１２３４": "只有年份",
    "2022-07": "只有年和月",
    "2022/7": "只有年和月",
    "2022.7": "只有年和月",
    "202207": "只有年和月",
    "2022年7月": "只有年和月",
    "2022年7月份": "只有年和月",
    "二〇二二年七月": "只有年和月",
    "10:30": "没有日期",
    "10:30:00": "没有日期",
    "9时30分": "没有日期",
    "7月15日": "没有年份",
    "07-15": "没有年份",
    "13/07/2022": "不能确定",
    "07/13/2022": "不能确定",
    "01/02/2022": "不能确定",
    "15.07.2022": "不能确定",
    "15-07-2022 09:30": "不能确定",
    "22-07-15": "四位",
    "22/7/15": "四位",
    "22年7月15日": "四位",
    "二二年七月十五日": "四位",
    "220715": "四位",
    "45123": "电子表格",
    "45123.5": "电子表格",
    "1657849800": "Unix",
    "1657849800000": "Unix",
    "2019-02-30": "2019 年 2 月有 28 天",
    "2023-02-29": "2023 年 2 月有 28 天",
    "2100-02-29": "2100 年 2 月有 28 天",
    "2022-04-31": "2022 年 4 月有 30 天",
    "2019-13-01": "月份应在 1 至 12 之间",
    "2019-00-10": "月份应在 1 至 12 之间",
    "2019-01-00": "2019 年 1 月有 31 天",
    "20190230": "2019 年 2 月有 28 天",
    "2019年2月30日": "2019 年 2 月有 28 天",
    "二〇一九年二月三十日": "2019 年 2 月有 28 天",
    "二〇一九年十三月一日": "月份应在 1 至 12 之间",
    "二〇一九年十十月一日": "不是月、日、时、分的数字",
    "1899-12-31": "1900 至 2100",
    "2101-01-01": "1900 至 2100",
    "0000-00-00": "1900 至 2100",
    "9999-12-31": "1900 至 2100",
    "1899-12-31T23:00:00": "1900 至 2100",
    "2100-12-31T20:00:00Z": "1900 至 2100",
    "2022-07-15 24:00": "次日 00:00",
    "2022-07-15 24:00:00": "次日 00:00",
    "2022-07-15T24:00:00+08:00": "次日 00:00",
    "2022年7月15日24时": "次日 00:00",
    "2022-07-15 24:01": "时应在 0 至 23",
    "2022-07-15 25:00": "时应在 0 至 23",
    "2022-07-15 09:60": "分应在 0 至 59",
    "2022-07-15 23:59:60": "闰秒",
    "2022-07-15T23:59:60Z": "闰秒",
    "2022-07-15T09:30+15:00": "时区",
    "2022-07-15T09:30+14:30": "时区",
    "2022-07-15Z": "没有时刻",
    "2022-07-15+08:00": "没有时刻",
    "2022年7月15日（星期四）": "星期五",
    "2022-07-15 周日": "星期五",
    "2022-07-15 09:30（周一）": "星期五",
    "2022-07-15 下午3:30": "24 小时制",
    "2022-07-15 3:30 PM": "24 小时制",
    "2022-07-15至2022-07-20": "一段时间",
    "2022.7.15-7.20": "一段时间",
    "2022-07-15 9": "看不懂",
    "2022-07-15 9:3": "看不懂",
    "2022-07-15T": "看不懂",
    "2022-07-15 印发": "看不懂",
    "2022年7月15日（星期五": "看不懂",
    "2022-07-1509:30": "不是能读的日期",
    "2022-07-155": "不是能读的日期",
    "2022-7/15": "不是能读的日期",
    "2022-W28-5": "不是能读的日期",
    "2022-196": "不是能读的日期",
    "2022年⑦月15日": "不是能读的日期",
    "2022年元月5日": "不是能读的日期",
    "约2022-07-15": "不是能读的日期",
    "15 Jul 2022": "不是能读的日期",
    "不详": "不是能读的日期",
    "农历二〇二二年六月十七": "农历",
    "2022-07-15" + " " * 80: "文字过长",
    "٢٠٢٢-٠٧-١٥": "不是能读的日期",
}


@pytest.mark.parametrize(("text", "iso"), READ.items())
def test_reads(text: str, iso: str) -> None:
    assert read_moment(text).iso() == iso


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_refuses_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(DateError) as caught:
        read_moment(text)
    assert reason in caught.value.reason
    assert caught.value.reason in caught.value.expected
    assert caught.value.found in str(caught.value)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        # Summer time 1986–1991 and the years before 1992 follow the zone's history (iso() always writes +08:00).
        ("1988-07-01T00:00:00Z", "1988-07-01T09:00:00+08:00"),
        ("1988-01-01T00:00:00Z", "1988-01-01T08:00:00+08:00"),
        ("1991-09-14T16:59:59Z", "1991-09-15T01:59:59+08:00"),
        ("1991-09-14T17:00:00Z", "1991-09-15T01:00:00+08:00"),
        ("1970-01-01T00:00:00Z", "1970-01-01T08:00:00+08:00"),
    ],
)
def test_offsets_before_1992_follow_the_zone(text: str, iso: str) -> None:
    assert read_moment(text).iso() == iso


def test_bare_date_has_no_second() -> None:
    assert read_moment("2022-07-15").second is None
    assert read_moment("2022-07-15 00:00").second == 0


def test_native_values() -> None:
    plus_nine = dt.timezone(dt.timedelta(hours=9))

    assert moment_of(dt.date(2022, 7, 15)).iso() == "2022-07-15"
    assert moment_of(dt.datetime(2022, 7, 15, 9, 30, 15, 999_999)).iso() == "2022-07-15T09:30:15+08:00"
    assert moment_of(dt.datetime(2022, 7, 15, 0, 30, tzinfo=plus_nine)).iso() == "2022-07-14T23:30:00+08:00"
    assert moment_of(dt.datetime(2022, 7, 15, 16, tzinfo=dt.UTC)).iso() == "2022-07-16T00:00:00+08:00"
    with pytest.raises(DateError, match="1900 至 2100"):
        moment_of(dt.date(1899, 12, 31))


def test_as_of_reads_the_same_forms() -> None:
    assert read_as_of("2022年7月15日").iso() == "2022-07-15"
    assert read_as_of(dt.date(2022, 7, 15)).iso() == "2022-07-15"
    assert read_as_of("2022-07-15 09:30").iso() == "2022-07-15T09:30:00+08:00"
    with pytest.raises(DateError, match="只有年份"):
        read_as_of("2022")


DIGITS = "〇一二三四五六七八九"


def spelled(number: int) -> str:
    """A number of at most two digits in Chinese."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else DIGITS[tens]) + ("十" if tens else "") + (DIGITS[ones] if ones or not tens else "")


FORMS = {
    "iso": lambda d: d.isoformat(),
    "slashes": lambda d: f"{d.year}/{d.month}/{d.day}",
    "dots": lambda d: f"{d.year}.{d.month}.{d.day}",
    "padded dots": lambda d: f"{d:%Y.%m.%d}",
    "compact": lambda d: f"{d:%Y%m%d}",
    "年月日": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "weekday": lambda d: f"{d.year}年{d.month}月{d.day}日（星期{'一二三四五六日'[d.weekday()]}）",
    "numerals": lambda d: f"{''.join(DIGITS[int(c)] for c in str(d.year))}年{spelled(d.month)}月{spelled(d.day)}日",
    "full width": lambda d: d.isoformat().translate({ord(a): ord(a) + 0xFEE0 for a in "0123456789-"}),
}
TIMES = {
    "T": lambda t: f"T{t:%H:%M:%S}",
    "space": lambda t: f" {t:%H:%M:%S}",
    "时分秒": lambda t: f" {t.hour}时{t.minute}分{t.second}秒",
    "numerals": lambda t: f" {spelled(t.hour)}时{spelled(t.minute)}分{spelled(t.second)}秒",
    "offset": lambda t: f" {t:%H:%M:%S}+08:00",
}
days = st.dates(dt.date(2004, 1, 1), dt.date(2027, 12, 31))
times = st.times().map(lambda t: t.replace(microsecond=0))


@given(days, st.sampled_from(sorted(FORMS)))
def test_every_date_in_every_form_reads_back(day: dt.date, form: str) -> None:
    moment = read_moment(FORMS[form](day))

    assert (moment.day, moment.second) == (day.toordinal(), None)


@given(days, times, st.sampled_from(sorted(FORMS)), st.sampled_from(sorted(TIMES)))
def test_every_time_in_every_form_reads_back(day: dt.date, time: dt.time, form: str, written: str) -> None:
    moment = read_moment(FORMS[form](day) + TIMES[written](time))

    assert moment.day == day.toordinal()
    assert moment.second == time.hour * 3600 + time.minute * 60 + time.second


NUMBER = st.sampled_from(
    ["0", "1", "01", "2", "02", "9", "09", "12", "13", "23", "24", "28", "29", "30", "31", "32", "59", "60"]
)
COMMON = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["2022", "2024", "1900", "1899", "2100", "2101", "0000"]), st.sampled_from(["年", "/", ".", "-", ""]),
        NUMBER, st.sampled_from(["月", "/", ".", "-", ""]), NUMBER, st.sampled_from(["日", "号", ""]),
        st.sampled_from(["", " ", "  ", "T"]), NUMBER | st.just(""), st.sampled_from(["", ":", "时", "点"]),
        NUMBER | st.just(""), st.sampled_from(["", ":", "分"]), NUMBER | st.just(""),
    ),
)  # fmt: skip


@given(COMMON)
def test_the_short_way_reads_nothing_that_the_long_way_does_not(text: str) -> None:
    shortly = dates._common(text)

    assert shortly is None or shortly == dates._read(text)


def test_the_short_way_reads_the_common_forms() -> None:
    for text in ("2022/7/15", "2022.7.15", "20220715", "2022年7月15日", "2022年7月15日9时30分", "2022/7/15 9:30:15"):
        assert dates._common(text) is not None, text


@given(days, times, st.integers(-14 * 60, 14 * 60))
def test_an_offset_keeps_the_instant(day: dt.date, time: dt.time, minutes: int) -> None:
    at = dt.datetime.combine(day, time, dt.timezone(dt.timedelta(minutes=minutes)))

    moment = read_moment(at.isoformat())

    assert dt.datetime.fromisoformat(moment.iso()) == at


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)), st.sampled_from("一二三四五六日"))
def test_a_weekday_is_checked(day: dt.date, weekday: str) -> None:
    text = f"{day.year}年{day.month}月{day.day}日（周{weekday}）"
    if "一二三四五六日".index(weekday) == day.weekday():
        assert read_moment(text).day == day.toordinal()
    else:
        with pytest.raises(DateError, match="星期"):
            read_moment(text)


@given(st.text() | st.text(alphabet="0123456789-/.:TZ+ 年月日时分秒〇一二三十廿卅（）()星期周上午", max_size=30))
def test_any_text_is_a_moment_or_a_date_error(text: str) -> None:
    try:
        moment = read_moment(text)
    except DateError:
        return
    assert read_moment(moment.iso()) == moment
