"""What can go wrong, as exceptions.

::

    ZwgkError                 everything this package raises on purpose
    ├── UsageError            an argument that cannot be meant
    ├── RuleError             rule files that cannot be used; carries every complaint
    ├── WaiverError           waiver files that cannot be used; carries every complaint
    ├── HolidayError          holiday files that cannot be used; carries every complaint
    ├── InputError            a log that cannot be read at all
    └── CalendarRangeError    a day outside what the calendar covers
"""

from __future__ import annotations

from typing import NamedTuple


class Complaint(NamedTuple):
    """One thing wrong in a file: where, what was found, what was expected."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        """``path:line: message``; without the line (0) where the file as a whole is meant."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}"


class ZwgkError(Exception):
    """Base of every error this package raises on purpose; its text is fit for a user."""


class UsageError(ZwgkError, ValueError):
    """An argument that cannot be meant."""


class InputError(ZwgkError):
    """A log that cannot be read at all (missing, a directory, binary, no permission)."""


class CalendarRangeError(ZwgkError, ValueError):
    """A day outside what the calendar covers."""


class ComplaintsError(ZwgkError):
    """Base of errors that carry every complaint about a set of files."""

    def __init__(self, complaints: list[Complaint]) -> None:
        """Keep the complaints in file and line order."""
        self.complaints = sorted(complaints)
        super().__init__("\n".join(str(complaint) for complaint in self.complaints))


class RuleError(ComplaintsError):
    """Rule files that cannot be used."""


class HolidayError(ComplaintsError):
    """Holiday files that cannot be used."""


class WaiverError(ComplaintsError):
    """Waiver files that cannot be used."""
