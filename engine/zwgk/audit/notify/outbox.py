"""Messages that wait to be sent: kept with the run that has them to tell, in the same transaction, until they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zwgk.audit.notify.messages import Message, Night, messages, news_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zwgk.audit.changes import Change
    from zwgk.audit.items import Item
    from zwgk.audit.notify.settings import Notify
    from zwgk.audit.state import RunRow, State

SENT = "sent"
EXPIRED = "expired"
"""What became of a message; None while it waits."""

_TABLE = """
CREATE TABLE IF NOT EXISTS outbox (
    key TEXT PRIMARY KEY, run INTEGER NOT NULL, place INTEGER NOT NULL, channel TEXT NOT NULL, subject TEXT NOT NULL,
    body TEXT NOT NULL, since INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, error TEXT, outcome TEXT) WITHOUT ROWID
"""


class Waiting(NamedTuple):
    """A message that waits; ``tries`` counts the runs that tried in vain."""

    message: Message
    tries: int


def enqueue(
    state: State,
    settings: Notify,
    row: RunRow,
    changes: Iterable[Change],
    soon: Iterable[Item],
    titles: Mapping[str, str],
) -> None:
    """Write the messages of a run and keep them; to be called inside its transaction. ``soon``: what has come to be due soon."""
    night = Night(row.run, row.as_of, news_of(changes, soon, settings.what), titles)
    found, untold = messages(night, settings)
    put(state, found, since=row.as_of_second)
    state.put_meta("untold", untold)


def put(state: State, waiting: Iterable[Message], *, since: int) -> None:
    """Keep messages; one that was kept before stays as it is. ``since`` is the second that the run judged.

    To be called inside a transaction.
    """
    state.connection.execute(_TABLE)
    rows = ((one.key, one.run, place, one.channel, one.subject, one.body, since) for place, one in enumerate(waiting))
    state.connection.executemany(
        "INSERT OR IGNORE INTO outbox (key, run, place, channel, subject, body, since) VALUES (?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def waiting(state: State) -> list[Waiting]:
    """The messages that wait, the oldest first."""
    if not _exists(state):
        return []
    rows = state.connection.execute(
        "SELECT key, run, channel, subject, body, tries FROM outbox WHERE outcome IS NULL ORDER BY run, place"
    )
    return [Waiting(Message(*row[:5]), row[5]) for row in rows]


def expire(state: State, *, before: int) -> int:
    """Give up on messages that wait since before a second; returns how many."""
    if not _exists(state):
        return 0
    with state.transaction():
        return state.connection.execute(
            "UPDATE outbox SET outcome = ?, body = '' WHERE outcome IS NULL AND since < ?", (EXPIRED, before)
        ).rowcount


def mark_sent(state: State, key: str) -> None:
    """A message has been sent; its text need not be kept, its key must."""
    with state.transaction():
        state.connection.execute("UPDATE outbox SET outcome = ?, body = '', error = NULL WHERE key = ?", (SENT, key))


def mark_failed(state: State, keys: Iterable[str], error: str) -> None:
    """Messages could not be sent in this run."""
    with state.transaction():
        state.connection.executemany(
            "UPDATE outbox SET tries = tries + 1, error = ? WHERE key = ?", ((error, key) for key in keys)
        )


def _exists(state: State) -> bool:
    query = "SELECT count(*) FROM sqlite_schema WHERE name = 'outbox'"
    return bool(state.connection.execute(query).fetchone()[0])
