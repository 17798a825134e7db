"""Rows of a log that are no events because they cannot be read, as far as they are legible (``docs/semantics.md`` § 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class UnreadRow(NamedTuple):
    """What is legible of a row that is no event; empty text where it is blank or illegible.

    ``event`` is the English name, as in :class:`~zwgk.model.Event`, whose ``row``, ``source`` and ``attributes`` are as
    here; of a ledger's row there is one for each of its dates. ``illegible`` are the columns that may hold anything,
    whatever the other fields say. ``column`` and ``found`` are those of the row's first problem.
    """

    case: str
    event: str
    agency: str
    region: str
    row: int
    source: int
    attributes: Mapping[str, str]
    illegible: frozenset[str]
    column: str | None
    found: str


def unread_record(row: UnreadRow) -> list[Any]:
    """The row as JSON can hold it."""
    return [*row[:6], dict(row.attributes), sorted(row.illegible), *row[8:]]


def unread_of(record: Sequence[Any]) -> UnreadRow:
    """The row that :func:`unread_record` wrote."""
    *legible, illegible, column, found = record
    return UnreadRow._make((*legible, frozenset(illegible), column, found))
