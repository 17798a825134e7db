"""One calendar a region, each built once: most regions share the nation's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zwgk import layers
from zwgk.calendar import Calendar
from zwgk.holidays import load
from zwgk.regions import chain

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence


class Calendars:
    """Gives the calendar of a region (adcode; "" for the nation). Not shared between threads while it is filled."""

    def __init__(self, *, known_on: dt.date | None = None, holidays: Sequence[str | Path] = ()) -> None:
        """See :class:`~zwgk.calendar.Calendar` for the arguments.

        Raises:
            HolidayError: a holiday file that cannot be used.
        """
        self._known_on = known_on
        self._holidays = tuple(holidays)
        self._own = frozenset(notice.region for notice in load([Path(path) for path in holidays]) if notice.region)
        self._by_region: dict[str, Calendar] = {}

    @property
    def known_on(self) -> dt.date | None:
        """The day whose published notices count; None: all of them."""
        return self._known_on

    def __call__(self, region: str) -> Calendar:
        """The calendar of a region."""
        known = self._by_region.get(region)
        if known is None:
            shipped = layers.shipped()
            ruled = [code for code in chain(region) if code in self._own or (shipped / code).is_dir()]
            narrowest = ruled[-1] if ruled else ""
            known = self._by_region.get(narrowest)
            if known is None:
                known = Calendar(narrowest or None, known_on=self._known_on, holidays=self._holidays)
                self._by_region[narrowest] = known
            self._by_region[region] = known
        return known
