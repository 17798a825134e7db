"""Whom to tell of what, as the configuration has it. Secrets are named by their environment variables only."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.audit.keys import HOOK, MAIL, NOTIFY, ROUTE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PORTS = {"ssl": 465, "starttls": 587, "none": 25}
"""The usual port of each way to encrypt."""


class Mail(NamedTuple):
    """An SMTP server; ``security`` is ``ssl``, ``starttls`` or ``none``."""

    host: str
    port: int
    security: str
    sender: str
    user_env: str
    password_env: str


class Hook(NamedTuple):
    """A webhook; ``type`` is ``wecom``, ``dingtalk``, ``feishu`` or ``json``."""

    name: str
    type: str
    url_env: str
    secret_env: str


class Route(NamedTuple):
    """Who hears of which agencies; without agencies: of all that no other route takes."""

    agencies: tuple[str, ...]
    mail: tuple[str, ...]
    hooks: tuple[str, ...]
    apart: bool

    def takes(self, agency: str) -> bool:
        """Whether an agency is named here."""
        return any(fnmatchcase(agency, pattern) for pattern in self.agencies)


class Notify(NamedTuple):
    """All of it. ``what`` are kinds of changes, with ``due-soon``; ``timeout`` is in seconds."""

    what: tuple[str, ...]
    title: str
    most: int
    attempts: int
    timeout: int
    keep_days: int
    mail: Mail | None
    hooks: Mapping[str, Hook]
    routes: tuple[Route, ...]


def notify_of(tables: Mapping[str, Any]) -> Notify | None:
    """The settings of flattened tables that have been checked; None where there are none."""
    if "notify" not in tables:
        return None

    def value(keys: Mapping[str, Any], table: Mapping[str, Any], name: str) -> Any:
        return table.get(name, keys[name].default)

    top = {name: value(NOTIFY, tables["notify"], name) for name in NOTIFY}
    hooks: Sequence[Mapping[str, Any]] = tables.get("notify.hook", [])
    routes: Sequence[Mapping[str, Any]] = tables.get("notify.route", [])
    return Notify(
        **{**top, "what": tuple(top["what"])},
        mail=_mail({name: value(MAIL, tables["notify.mail"], name) for name in MAIL})
        if "notify.mail" in tables
        else None,
        hooks={one["name"]: Hook(*(value(HOOK, one, name) for name in Hook._fields)) for one in hooks},
        routes=tuple(
            Route(
                tuple(value(ROUTE, one, "agencies") or ()),
                tuple(value(ROUTE, one, "mail")),
                tuple(value(ROUTE, one, "hooks")),
                value(ROUTE, one, "apart"),
            )
            for one in routes
        ),
    )


def _mail(table: Mapping[str, Any]) -> Mail:
    security = table["security"]
    return Mail(
        host=table["host"],
        port=table["port"] or PORTS[security],
        security=security,
        sender=table["from"],
        user_env=table["user_env"] or "",
        password_env=table["password_env"] or "",
    )
