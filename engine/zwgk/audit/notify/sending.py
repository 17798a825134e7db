"""Sends what waits in the outbox; what cannot be sent stays there and is tried again in the next run."""

from __future__ import annotations

import os
import sqlite3
import time
from typing import TYPE_CHECKING, NamedTuple

from zwgk.audit.notify import outbox
from zwgk.audit.notify.channels import HookChannel, MailChannel, SendError
from zwgk.audit.tell import silent
from zwgk.i18n import _
from zwgk.model import SECONDS_A_DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zwgk.audit.notify.channels import Channel
    from zwgk.audit.notify.messages import Message
    from zwgk.audit.notify.settings import Notify
    from zwgk.audit.state import State
    from zwgk.audit.tell import Tell

LONGEST_WAIT = 60.0
"""Seconds between two tries."""

MOST_REFUSED = 3
"""Messages refused one after the other, after which a channel is left alone."""


class Clock(NamedTuple):
    """How time is told and passed, for tests to take its place."""

    now: Callable[[], float] = time.time
    wait: Callable[[float], None] = time.sleep


def notify(settings: Notify, state: State, *, send: bool, tell: Tell = silent) -> list[str]:
    """Send what waits after a run that is kept; returns what there is to say of it.

    Nothing that goes wrong here is an error of the run. With ``send`` off everything waits.
    """
    notices = []
    if untold := state.meta("untold"):
        text = _("有{count}项变化的机关不在任何路由里，没有通知；请在配置里加一个不写 agencies 的 [[notify.route]]")
        notices.append(text.format(count=untold))
        tell("warning", "notify-unrouted", count=untold)
    last = state.last_run()
    if not send or last is None:
        return notices
    try:
        return notices + send_waiting(state, settings, as_of_second=last.as_of_second, tell=tell)
    except sqlite3.Error as error:
        text = _("发通知时写不进状态数据库（{reason}）；核查结果已存下，没记下的通知下次会再发")
        tell("warning", "notify-failed", reason=str(error))
        return [*notices, text.format(reason=error)]


def send_waiting(
    state: State,
    settings: Notify,
    *,
    as_of_second: int,
    environment: Mapping[str, str] = os.environ,
    clock: Clock | None = None,
    tell: Tell = silent,
) -> list[str]:
    """Send every message that waits; returns what there is to say of those that could not be sent.

    A channel that fails ``attempts`` times is left alone for the rest of the run. A message that was taken is marked at once:
    only if the process dies between the two is it sent a second time, with the same key.
    """
    notices: list[str] = []
    expired = outbox.expire(state, before=as_of_second - settings.keep_days * SECONDS_A_DAY)
    if expired:
        text = _("有{count}条通知{days}天没能发出，不再发了")
        notices.append(text.format(count=expired, days=settings.keep_days))
        tell("warning", "notify-expired", count=expired)
    queues: dict[str, list[Message]] = {}
    for one in outbox.waiting(state):
        queues.setdefault(_server(one.message.channel), []).append(one.message)
    for name, messages in queues.items():
        _Queue(state, settings, clock or Clock(), tell).run(name, messages, environment, notices)
    return notices


def _server(channel: str) -> str:
    """All mail goes through one server."""
    return "mail" if channel.startswith("mail:") else channel


class _Queue(NamedTuple):
    """What sends the messages of one channel."""

    state: State
    settings: Notify
    clock: Clock
    tell: Tell

    def run(self, name: str, messages: list[Message], environment: Mapping[str, str], notices: list[str]) -> None:
        try:
            channel = self._channel(name, environment)
        except SendError as error:
            self._give_up(name, messages, str(error), notices)
            return
        refused: list[Message] = []
        reason, in_a_row = "", 0
        try:
            for number, message in enumerate(messages):
                if channel.pace and number and number % channel.pace == 0:
                    self.clock.wait(60.0)
                try:
                    self._send(channel, message)
                except SendError as error:
                    reason = str(error)
                    in_a_row += 1
                    # One message or address that is refused says nothing about the others; several do.
                    if error.passing or in_a_row == MOST_REFUSED:
                        refused += messages[number:]
                        break
                    refused.append(message)
                else:
                    in_a_row = 0
                    outbox.mark_sent(self.state, message.key)
                    self.tell("info", "notify-sent", channel=message.channel, run=message.run, key=message.key)
        finally:
            channel.close()
        if refused:
            self._give_up(name, refused, reason, notices)

    def _channel(self, name: str, environment: Mapping[str, str]) -> Channel:
        settings = self.settings
        if name == "mail":
            if settings.mail is None:
                raise SendError(_("配置里已没有 [notify.mail]"), passing=False)
            return MailChannel(settings.mail, timeout=settings.timeout, environment=environment)
        hook = settings.hooks.get(name.removeprefix("hook:"))
        if hook is None:
            raise SendError(_("配置里已没有这个 [[notify.hook]]"), passing=False)
        return HookChannel(hook, timeout=settings.timeout, environment=environment)

    def _send(self, channel: Channel, message: Message) -> None:
        for attempt in range(1, self.settings.attempts + 1):
            try:
                channel.send(message, at=self.clock.now())
            except SendError as error:
                if not error.passing or attempt == self.settings.attempts:
                    raise
                self.tell("warning", "notify-retry", channel=message.channel, attempt=attempt, reason=str(error))
                self.clock.wait(min(2.0 ** (attempt - 1), LONGEST_WAIT))
            else:
                return

    def _give_up(self, name: str, messages: list[Message], reason: str, notices: list[str]) -> None:
        outbox.mark_failed(self.state, [one.key for one in messages], reason)
        channels = _("、").join(dict.fromkeys(one.channel.partition(":")[2] for one in messages))
        text = _("有{count}条通知没能发给 {channels}（{reason}）；已留存，下次核查时再发")
        notices.append(text.format(count=len(messages), channels=channels, reason=reason))
        self.tell("warning", "notify-failed", channel=name, count=len(messages), reason=reason)
