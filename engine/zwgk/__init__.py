"""Deadline compliance of public disclosure (政务公开).

>>> from zwgk import check
>>> report = check("events.csv", rules=["luzhou-2011"], as_of="2011-12-31")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zwgk._version import __version__

if TYPE_CHECKING:
    from zwgk.api import check
    from zwgk.calendar import Calendar
    from zwgk.errors import (
        CalendarRangeError,
        Complaint,
        HolidayError,
        InputError,
        RuleError,
        UsageError,
        ZwgkError,
    )
    from zwgk.model import Breach, Due, Evidence, Finding, Moment, Rule, Source, Verdict
    from zwgk.monitor import Change, Monitor
    from zwgk.report import Report

__all__ = [
    "Breach",
    "Calendar",
    "CalendarRangeError",
    "Change",
    "Complaint",
    "Due",
    "Evidence",
    "Finding",
    "HolidayError",
    "InputError",
    "Moment",
    "Monitor",
    "Report",
    "Rule",
    "RuleError",
    "Source",
    "UsageError",
    "Verdict",
    "ZwgkError",
    "__version__",
    "check",
]

_HOMES = {
    "check": "api",
    "Calendar": "calendar",
    "Report": "report",
    **dict.fromkeys(("Change", "Monitor"), "monitor"),
    **dict.fromkeys(("Breach", "Due", "Evidence", "Finding", "Moment", "Rule", "Source", "Verdict"), "model"),
    **dict.fromkeys(
        ("CalendarRangeError", "Complaint", "HolidayError", "InputError", "RuleError", "UsageError", "ZwgkError"),
        "errors",
    ),
}


def __getattr__(name: str) -> Any:
    """Load public names when they are first asked for, so that starting costs only what is used."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"zwgk.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'zwgk' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
