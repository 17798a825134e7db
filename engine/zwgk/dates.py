"""One strict reader of dates as offices write them.

Read: ``2022-07-15`` · ``2022-07-15 09:30[:00]`` · ``2022-07-15T09:30:00+08:00`` · ``2022/7/15`` · ``2022.7.15`` · ``20220715`` ·
``20220715093000`` · ``2022年7月15日`` · ``2022年7月15日9时30分`` · ``二〇二二年七月十五日`` (also ○ 零 and 廿 卅), full-width digits and
punctuation, a weekday after the date (in brackets or not) or at the end. A date without a time stays a bare date. An hour alone (``9时``) is that full hour;
fractions of a second are cut off. A time with an offset or ``Z`` is carried over to Asia/Shanghai.

Refused, with the reason and never a guess: a year or a month alone, a time alone, a date that does not exist, day or month
first, two-digit years, spreadsheet serial numbers, Unix time stamps, spans, 上午 / 下午, ``24:00`` (the end of that day to
some, the first second of the next to others, a day apart in every count), leap seconds, years outside 1900–2100, and a
weekday that contradicts the date.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import NoReturn

from zwgk.i18n import N_, _
from zwgk.model import SECONDS_A_DAY, Moment
from zwgk.vocabulary import clean, half_width

FIRST_YEAR, LAST_YEAR = 1900, 2100
LONGEST_TEXT = 64
FORMS = N_("2022-07-15、2022-07-15 09:30、2022/7/15、2022.7.15、20220715、2022年7月15日、二〇二二年七月十五日")

_EXPECTED = N_("日期，如 2022-07-15 或 2022年7月15日9时30分")
_FIRST_DAY = dt.date(FIRST_YEAR, 1, 1).toordinal()
_LAST_DAY = dt.date(LAST_YEAR, 12, 31).toordinal()
_EPOCH = dt.date(1970, 1, 1).toordinal() * SECONDS_A_DAY
# Since then Asia/Shanghai has been +08:00 without summer time.
_STEADY_SINCE = dt.date(1992, 1, 1).toordinal() * SECONDS_A_DAY
_STEADY_OFFSET = 8 * 3600

# Look-alikes beyond full width: zeros, dashes, the Chinese full stop, radicals from text copied out of a PDF.
_LOOKS = str.maketrans("○◯零−–‐‑。⽇⽉⼀⼆⼋⼗", "〇〇〇----.日月一二八十")
_YEAR_DIGITS = str.maketrans("〇Oo一二三四五六七八九", "000123456789")

# Patterns are texts: `re` compiles and keeps them on first use, so logs of plain ISO dates never pay for them.
_YEAR = r"[0-9〇Oo一二三四五六七八九]{4}"
_NUMBER = r"(?:[0-9]{1,2}|[〇一二三四五六七八九十廿卅]{1,3})"
_SEPARATED = r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])"
_COMPACT = r"([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])"
_CHINESE = rf"({_YEAR})\s*年\s*({_NUMBER})\s*月\s*({_NUMBER})\s*[日号]"
# The commonest forms that are not ISO, in plain digits; whatever does not fit goes the long way.
_COMMON = (
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日|([0-9]{2})([0-9]{2}))"
    r"(?:(?: |(?<=日))([0-9]{1,2})(?::([0-9]{2})(?::([0-9]{2}))?|[时点](?:([0-9]{1,2})分)?))?"
)
_WEEKDAY = r"(?:\(\s*{0}\s*\)|\[\s*{0}\s*\]|{0})"
_DAY_OF_WEEK = r"(?:星期|周|礼拜)[一二三四五六日天]"
_REST = (
    rf"\s*(?P<weekday>{_WEEKDAY.format(_DAY_OF_WEEK)})?"
    r"(?:\s*[Tt]?\s*(?:"
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]+)?)?"
    r"|(?P<run>(?<=[Tt])[0-9]{4}(?:[0-9]{2})?)"
    rf"|(?P<h>{_NUMBER})\s*[时点](?:\s*整|\s*(?P<m>{_NUMBER})\s*分(?:\s*(?P<s>{_NUMBER})\s*秒)?)?"
    r")(?:\s*(?P<offset>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?))?)?"
    rf"\s*(?P<closing>{_WEEKDAY.format(_DAY_OF_WEEK)})?"
)

_REASONS = (
    (rf"{_YEAR}\s*年?", N_("只有年份，没有月和日；请写出完整日期")),
    (
        rf"[0-9]{{4}}[-/.][0-9]{{1,2}}|{_YEAR}\s*年\s*{_NUMBER}\s*月份?|(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])",
        N_("只有年和月，没有日；请写出完整日期"),
    ),
    (rf"[0-9]{{1,2}}:[0-9]{{2}}.*|{_NUMBER}\s*[时点].*", N_("只有时刻，没有日期；请在前面写出年月日")),
    (r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{4}.*", N_("日在前还是月在前不能确定；请按年月日的顺序写")),
    (
        r"[0-9]{2}([-/.])[0-9]{1,2}\1[0-9]{1,2}(?![0-9]).*|'?(?:[0-9]{2}|[〇一二三四五六七八九]{2})\s*年.*|[0-9]{6}",
        N_("年份不是四位；请写出四位年份"),
    ),
    (r"[0-9]{5}(?:\.[0-9]+)?", N_("像是电子表格的日期序号；请把该列设为日期格式后重新导出")),
    (r"[0-9]{10}|[0-9]{13}", N_("像是 Unix 时间戳；请换成日期")),
    (rf"[0-9]{{1,2}}[-/.][0-9]{{1,2}}|{_NUMBER}\s*月.*", N_("没有年份；请写出四位年份")),
    (
        r"[-—–_/\\.*×?]+|[无空]|暂无|没有|尚?未.{0,8}|待.{0,8}|[Nn]/?[Aa]",
        N_("没有日期；还没有发生的，台账里请空着，事件日志里请删去这一行"),
    ),
)
_TAILS = (
    (r"上午|下午|中午|晚上|凌晨|[AaPp]\.?[Mm]", N_("上午、下午等写法不读；请用 24 小时制，如 15:30")),
    (r"^\s*(?:[-~～—至到])", N_("像是一段时间；一格只写一个日期")),
    (r"^\s*(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})\s*$", N_("有时区而没有时刻；请写出时刻或去掉时区")),
)


_WEEKDAY_NAMES = (N_("星期一"), N_("星期二"), N_("星期三"), N_("星期四"), N_("星期五"), N_("星期六"), N_("星期日"))


class DateError(ValueError):
    """A text that is not a date this reader accepts.

    Attributes:
        found: the text, cut to a length that fits a message.
        reason: why it is refused, and what to write instead.
        expected: what would be read, with the reason (it follows "应为").
    """

    def __init__(self, found: str, reason: str) -> None:
        """Keep both parts; the text of the error joins them."""
        self.found = found if len(found) <= LONGEST_TEXT else found[:LONGEST_TEXT] + "…"
        self.reason = reason
        self.expected = _("{expected}（{reason}）").format(expected=_(_EXPECTED), reason=reason)
        super().__init__(_("“{found}”：{reason}").format(found=self.found, reason=reason))


def read_moment(text: str) -> Moment:
    """The moment that a text states: a bare date, or a second of a day in Asia/Shanghai.

    Raises:
        DateError: it is not a date, or not one with a single reading.
    """
    # The plain ISO forms, at their lengths; whatever else `fromisoformat` would accept goes the strict way.
    size = len(text)
    try:
        if size == 10 and text[4] == "-" == text[7]:
            day = dt.date.fromisoformat(text).toordinal()
            if _FIRST_DAY <= day <= _LAST_DAY:
                return tuple.__new__(Moment, (day, None))
        elif (
            ((size == 19 and text[16] == ":") or size == 16)
            and text[10] in " T"
            and text[13] == ":"
            and text[11:13] != "24"
        ):
            at = dt.datetime.fromisoformat(text)
            day = at.toordinal()
            if at.tzinfo is None and _FIRST_DAY <= day <= _LAST_DAY:
                return tuple.__new__(Moment, (day, at.hour * 3600 + at.minute * 60 + at.second))
    except ValueError:
        pass
    return _common(text) or _read(text)


def moment_of(value: dt.date | dt.datetime) -> Moment:
    """The moment of a ``date`` (bare) or a ``datetime`` (naive: Asia/Shanghai; aware: carried over to it).

    Raises:
        DateError: its year lies outside 1900–2100.
    """
    if not isinstance(value, dt.datetime):
        return _bounded(str(value), value.toordinal(), None)
    second = value.hour * 3600 + value.minute * 60 + value.second
    offset = value.utcoffset()
    if offset is None:
        return _bounded(str(value), value.toordinal(), second)
    return _carried_over(str(value), value.toordinal(), second, round(offset.total_seconds()))


def read_as_of(value: str | dt.date | dt.datetime) -> Moment:
    """The moment on which to judge; a date stays bare (its last second is the evaluator's business).

    Raises:
        DateError: it is not a date, or not one with a single reading.
    """
    return read_moment(value) if isinstance(value, str) else moment_of(value)


def _common(text: str) -> Moment | None:
    """What the long way reads, read quickly; None where only that can tell."""
    match = re.fullmatch(_COMMON, text)
    if match is None:
        return None
    year, _, m1, d1, m2, d2, m3, d3, hour, minute, second, minutes = match.groups()
    try:
        day = dt.date(int(year), int(m1 or m2 or m3), int(d1 or d2 or d3)).toordinal()
    except ValueError:
        return None
    if not _FIRST_DAY <= day <= _LAST_DAY:
        return None
    if hour is None:
        return Moment(day, None)
    at = (int(hour), int(minute or minutes or 0), int(second or 0))
    return Moment(day, at[0] * 3600 + at[1] * 60 + at[2]) if at <= (23, 59, 59) and max(at[1:]) < 60 else None


def _read(text: str) -> Moment:
    if len(text) > LONGEST_TEXT:
        raise DateError(text, _("文字过长，不是一个日期；可以写：{forms}").format(forms=_(FORMS)))
    plain = half_width(clean(text)).translate(_LOOKS)
    if re.fullmatch(r"[0-9]{14}", plain):
        plain = f"{plain[:8]}T{plain[8:]}"
    for pattern in (_SEPARATED, _COMPACT, _CHINESE):
        if match := re.match(pattern, plain):
            break
    else:
        _refuse(text, plain)
    groups = match.groups()
    year = int(groups[0].translate(_YEAR_DIGITS))
    month, day = (_number(text, number) for number in groups[-2:])
    start = _day(text, year, month, day)
    rest = re.fullmatch(_REST, plain[match.end() :])
    if rest is None:
        _refuse_tail(text, plain[match.end() :])
    for weekday in (rest["weekday"], rest["closing"]):
        if weekday:
            _check_weekday(text, weekday, start)
    second = _second(text, rest)
    if second is None or rest["offset"] is None:
        return Moment(start, second)
    return _carried_over(text, start, second, _offset(text, rest["offset"]))


def _refuse(text: str, plain: str) -> NoReturn:
    if not plain:
        raise DateError(text, _("没有日期"))
    if "农历" in plain or "正月" in plain or "腊月" in plain:
        raise DateError(text, _("像是农历；请写公历日期"))
    for pattern, reason in _REASONS:
        if re.fullmatch(pattern, plain, re.DOTALL):
            raise DateError(text, _(reason))
    raise DateError(text, _("不是能读的日期；可以写：{forms}").format(forms=_(FORMS)))


def _refuse_tail(text: str, tail: str) -> NoReturn:
    for pattern, reason in _TAILS:
        if re.search(pattern, tail):
            raise DateError(text, _(reason))
    raise DateError(text, _("日期后面的“{tail}”看不懂；可以写：{forms}").format(tail=tail.strip(), forms=_(FORMS)))


@cache
def _numerals() -> dict[str, int]:
    """Chinese spellings of 0 to 59: 五, 〇五, 十五, 二十五, 廿五, 卅一."""
    digits = "〇一二三四五六七八九"
    found = {digit: number for number, digit in enumerate(digits)}
    for number, digit in enumerate(digits[1:], 1):
        found[f"〇{digit}"] = number
    for tens, spellings in enumerate((("十",), ("二十", "廿"), ("三十", "卅"), ("四十",), ("五十",)), 1):
        for spelling in spellings:
            found[spelling] = tens * 10
            for number, digit in enumerate(digits[1:], 1):
                found[spelling + digit] = tens * 10 + number
    return found


def _number(text: str, written: str) -> int:
    number = int(written) if written.isascii() else _numerals().get(written)
    if number is None:
        raise DateError(text, _("“{written}”不是月、日、时、分的数字；应如 十五、二十五、廿五").format(written=written))
    return number


def _day(text: str, year: int, month: int, day: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DateError(
            text,
            _("年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间，这里是 {year}").format(
                FIRST_YEAR=FIRST_YEAR, LAST_YEAR=LAST_YEAR, year=year
            ),
        )
    if not 1 <= month <= 12:
        raise DateError(text, _("日期不存在：月份应在 1 至 12 之间，这里是 {month}").format(month=month))
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    longest = (following - dt.timedelta(days=1)).day
    if not 1 <= day <= longest:
        raise DateError(
            text,
            _("日期不存在：{year} 年 {month} 月有 {longest} 天，这里是 {day} 日").format(
                year=year, month=month, longest=longest, day=day
            ),
        )
    return dt.date(year, month, day).toordinal()


def _check_weekday(text: str, written: str, day: int) -> None:
    name = written.strip("()[] \t\n")[-1].replace("天", "日")
    actual = "日一二三四五六"[day % 7]
    if name != actual:
        date = dt.date.fromordinal(day)
        raise DateError(
            text,
            _("星期与日期矛盾：{date} 是{weekday}；请核对").format(
                date=date, weekday=_(_WEEKDAY_NAMES[date.weekday()])
            ),
        )


def _second(text: str, rest: re.Match[str]) -> int | None:
    """The second of the day, or None where the text states no time."""
    if run := rest["run"]:
        written = [run[0:2], run[2:4], run[4:6]]
    elif rest["hour"]:
        written = [rest["hour"], rest["minute"], rest["second"]]
    elif rest["h"]:
        written = [rest["h"], rest["m"], rest["s"]]
    else:
        return None
    hour, minute, second = (_number(text, part) if part else 0 for part in written)
    if hour == 24 and minute == second == 0:
        raise DateError(text, _("24:00 有人指当日终了，有人指次日零时；请写成当日 23:59:59 或次日 00:00"))
    if hour > 23:
        raise DateError(text, _("时应在 0 至 23 之间，这里是 {hour}").format(hour=hour))
    if minute > 59:
        raise DateError(text, _("分应在 0 至 59 之间，这里是 {minute}").format(minute=minute))
    if second > 59:
        raise DateError(text, _("秒应在 0 至 59 之间（闰秒不读），这里是 {second}").format(second=second))
    return hour * 3600 + minute * 60 + second


def _offset(text: str, written: str) -> int:
    """Seconds east of Greenwich of ``Z``, ``+08``, ``+0800`` or ``+08:00``."""
    if written in "Zz":
        return 0
    hours, minutes = int(written[1:3]), int(written[3:].lstrip(":") or 0)
    if hours > 14 or minutes > 59 or hours * 60 + minutes > 14 * 60:
        raise DateError(text, _("时区应在 -14:00 至 +14:00 之间，这里是 {written}").format(written=written))
    return (hours * 3600 + minutes * 60) * (-1 if written[0] == "-" else 1)


def _carried_over(text: str, day: int, second: int, offset: int) -> Moment:
    """The same instant in Asia/Shanghai."""
    instant = day * SECONDS_A_DAY + second - offset
    if instant >= _STEADY_SINCE:
        return _bounded(text, *divmod(instant + _STEADY_OFFSET, SECONDS_A_DAY))
    import pendulum

    local = pendulum.from_timestamp(instant - _EPOCH, tz="Asia/Shanghai")
    return _bounded(text, local.toordinal(), local.hour * 3600 + local.minute * 60 + local.second)


def _bounded(text: str, day: int, second: int | None) -> Moment:
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise DateError(
            text, _("年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间").format(FIRST_YEAR=FIRST_YEAR, LAST_YEAR=LAST_YEAR)
        )
    return Moment(day, second)
