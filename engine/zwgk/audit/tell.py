"""What a run says while it runs, for machines that read along: a level, an event, and fields."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Tell(Protocol):
    """Takes one line: ``level`` is ``info``, ``warning`` or ``error``; ``event`` names what happened."""

    def __call__(self, level: str, event: str, /, **fields: Any) -> None:
        """Say it."""


def silent(_level: str, _event: str, /, **_fields: Any) -> None:
    """Say nothing."""


def json_lines(write: Callable[[str], None], now: Callable[[], str]) -> Tell:
    """Lines of JSON: time, level, event, then the fields. ``now`` gives the time, ``write`` takes a line without its end."""

    def tell(level: str, event: str, /, **fields: Any) -> None:
        line = {"time": now(), "level": level, "event": event, **fields}
        write(json.dumps(line, ensure_ascii=False, default=str))

    return tell
