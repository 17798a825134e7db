"""iCalendar (RFC 5545): what is still to be done as all-day events on the due date, with reminders."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from zwgk.i18n import _
from zwgk.reports.places import told
from zwgk.reports.words import cited, matter, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zwgk.report import Report
    from zwgk.reports.registry import Settings
    from zwgk.reports.words import Words

_OCTETS = 75
_REMINDERS = ("-P2DT15H", "PT9H")
"""From the midnight that begins the due date: nine o'clock three days before, and nine o'clock on the day."""
_ZONE = (
    ("BEGIN", "VTIMEZONE"),
    ("TZID", "Asia/Shanghai"),
    ("BEGIN", "STANDARD"),
    ("DTSTART", "19700101T000000"),
    ("TZOFFSETFROM", "+0800"),
    ("TZOFFSETTO", "+0800"),
    ("TZNAME", "CST"),
    ("END", "STANDARD"),
    ("END", "VTIMEZONE"),
)
"""A calendar must hold some component even where nothing is due."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def blocks(report: Report, settings: Settings) -> Iterator[bytes]:
    """The calendar in blocks of bytes, an event each; a matter whose due date is not known has none."""
    del settings
    said = words()
    # The moment of the run is as-of: the same input gives the same bytes.
    stamp = dt.datetime.fromisoformat(report.head.as_of).astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    opening = (
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", f"-//zwgk-check//{report.head.engine}//ZH"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", escaped(_("政务公开到期日"))),
    )
    yield _lines((*opening, *_ZONE))
    for record in told(report, {"pending"}):
        due = record["due"]
        day = due and (due["at"] or due["earliest"])
        if day:
            yield _event(record, dt.date.fromisoformat(day[:10]), stamp, said)
    yield _lines((("END", "VCALENDAR"),))


def _event(record: Mapping[str, Any], day: dt.date, stamp: str, said: Words) -> bytes:
    summary = _("到期：{matter} {title}").format(matter=matter(record), title=record["title"])
    details = [*record["because"], _("到期：{due}").format(due=said.due(record["due"])), cited(record["source"])]
    lines = [
        ("BEGIN", "VEVENT"),
        ("UID", f"{record['fingerprint']}@zwgk-check"),
        ("DTSTAMP", stamp),
        ("DTSTART;VALUE=DATE", f"{day:%Y%m%d}"),
        ("DTEND;VALUE=DATE", f"{day + dt.timedelta(days=1):%Y%m%d}"),
        ("SUMMARY", escaped(summary)),
        ("DESCRIPTION", escaped("\n".join(details))),
        ("CATEGORIES", escaped(record["rule"])),
        ("TRANSP", "TRANSPARENT"),
    ]
    for trigger in _REMINDERS:
        alarm = (("BEGIN", "VALARM"), ("ACTION", "DISPLAY"), ("TRIGGER", trigger), ("DESCRIPTION", escaped(summary)))
        lines += [*alarm, ("END", "VALARM")]
    return _lines((*lines, ("END", "VEVENT")))


def escaped(text: str) -> str:
    """``text`` as a TEXT value: backslash, semicolon, comma and line ends escaped, other controls left out."""
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _lines(properties: tuple[tuple[str, str], ...]) -> bytes:
    return b"".join(folded(f"{name}:{value}") for name, value in properties)


def folded(line: str) -> bytes:
    """A content line, cut so that no line is longer than 75 octets and no character is cut."""
    data = line.encode("utf-8", "replace")
    parts: list[bytes] = []
    while len(data) > _OCTETS - bool(parts):
        cut = _OCTETS - bool(parts)
        while data[cut] & 0xC0 == 0x80:
            cut -= 1
        parts.append(data[:cut])
        data = data[cut:]
    return b"\r\n ".join([*parts, data]) + b"\r\n"
