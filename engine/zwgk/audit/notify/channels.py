"""The platforms: how each takes a message, what it answers, and which of its refusals pass by themselves."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import smtplib
import ssl
import urllib.error
import urllib.request
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlsplit

from zwgk._version import __version__
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zwgk.audit.notify.messages import Message
    from zwgk.audit.notify.settings import Hook, Mail

_LONGEST_ANSWER = 65_536
_BUSY = frozenset({45009, 130101, 11232, 9499, -1})
"""Answers of the platforms that mean "too often, or not just now"."""


class SendError(Exception):
    """A message was not taken; the text says why, without secrets. ``passing``: it may be taken if tried again."""

    def __init__(self, message: str, *, passing: bool) -> None:
        """Keep both."""
        super().__init__(message)
        self.passing = passing


class Channel(Protocol):
    """A way to send."""

    pace: int
    """Messages a minute that the platform takes; 0: as many as there are."""

    def send(self, message: Message, *, at: float) -> None:
        """Send one message; ``at`` is the time, in seconds since 1970.

        Raises:
            SendError: it was not taken.
        """

    def close(self) -> None:
        """End what is still open."""


def variable(environment: Mapping[str, str], name: str) -> str:
    """A secret.

    Raises:
        SendError: the variable is not set.
    """
    value = environment.get(name, "").strip()
    if not value:
        raise SendError(_("环境变量 {name} 没有设置").format(name=name), passing=False)
    return value


# --- mail -------------------------------------------------------------------------------------------------


class MailChannel:
    """An SMTP server; one connection for all messages of a run."""

    pace = 0

    def __init__(self, mail: Mail, *, timeout: int, environment: Mapping[str, str]) -> None:
        """Nothing is opened yet."""
        self._mail = mail
        self._timeout = timeout
        self._environment = environment
        self._server: smtplib.SMTP | None = None

    def send(self, message: Message, *, at: float) -> None:
        """Send to the one address of the message's channel.

        Raises:
            SendError: it was not taken.
        """
        address = message.channel.removeprefix("mail:")
        try:
            if self._server is None:
                self._server = self._opened()
            self._server.send_message(written(message, self._mail.sender, address, at=at))
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            self._reset()
            raise _smtp_refusal(code, reason) from None
        except smtplib.SMTPResponseException as error:
            self._drop()
            raise _smtp_refusal(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPNotSupportedError as error:
            self._drop()
            raise SendError(str(error), passing=False) from None
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise SendError(_reason(error), passing=not isinstance(error, ssl.SSLCertVerificationError)) from None

    def _opened(self) -> smtplib.SMTP:
        mail = self._mail
        # Looked up before anything is opened: a missing secret needs no connection.
        login = [variable(self._environment, name) for name in (mail.user_env, mail.password_env) if name]
        if mail.security == "ssl":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=self._timeout, context=context)
        else:
            server = smtplib.SMTP(mail.host, mail.port, timeout=self._timeout)
        try:
            if mail.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if login:
                server.login(*login)
        except BaseException:
            server.close()
            raise
        return server

    def _reset(self) -> None:
        try:
            if self._server is not None:
                self._server.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None

    def close(self) -> None:
        """Take leave of the server."""
        try:
            if self._server is not None:
                self._server.quit()
        except (smtplib.SMTPException, OSError):
            pass
        finally:
            self._drop()


def written(message: Message, sender: str, recipient: str, *, at: float) -> EmailMessage:
    """The message as mail. Its id is the message's key, so that a mail system can tell a second copy."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = message.subject
    mail["From"] = Address(addr_spec=sender)
    mail["To"] = Address(addr_spec=recipient)
    mail["Date"] = formatdate(at, localtime=False)
    mail["Message-ID"] = f"<{message.key}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body + "\n", cte="base64")
    return mail


def _smtp_refusal(code: int, reason: bytes | str) -> SendError:
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return SendError(f"SMTP {code} {' '.join(text.split())[:200]}", passing=400 <= code < 500)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return _("超时")
    if isinstance(error, ConnectionRefusedError):
        return _("拒绝连接")
    return " ".join(str(error).split())[:200] or type(error).__name__


# --- webhooks ---------------------------------------------------------------------------------------------


class HookChannel:
    """A webhook."""

    def __init__(self, hook: Hook, *, timeout: int, environment: Mapping[str, str]) -> None:
        """``timeout`` is in seconds."""
        self._hook = hook
        self._timeout = timeout
        self._environment = environment
        self.pace = {"wecom": 20, "dingtalk": 20, "feishu": 100}.get(hook.type, 0)

    def send(self, message: Message, *, at: float) -> None:
        """Post the message.

        Raises:
            SendError: it was not taken.
        """
        url = variable(self._environment, self._hook.url_env)
        secret = variable(self._environment, self._hook.secret_env) if self._hook.secret_env else ""
        if urlsplit(url).scheme not in ("http", "https"):
            text = _("环境变量 {name} 里的不是 http:// 或 https:// 开头的地址")
            raise SendError(text.format(name=self._hook.url_env), passing=False)
        url, body = request_of(self._hook.type, message.body, url=url, secret=secret, at=at)
        answer = post(url, body, timeout=self._timeout, key=message.key)
        if self._hook.type != "json":
            _check(answer)

    def close(self) -> None:
        """Nothing stays open."""


def request_of(kind: str, text: str, *, url: str, secret: str, at: float) -> tuple[str, bytes]:
    """The address and the body with which a platform takes a text."""
    if kind == "json":
        return url, text.encode()
    if kind == "feishu":
        document: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        if secret:
            stamp = str(int(at))
            # 飞书 takes the stamped secret as the key, and signs nothing with it.
            document = {"timestamp": stamp, "sign": _signed(f"{stamp}\n{secret}", ""), **document}
    else:
        document = {"msgtype": "text", "text": {"content": text}}
        if secret:
            stamp = str(int(at * 1000))
            mark = "&" if "?" in url else "?"
            sign = quote(_signed(secret, f"{stamp}\n{secret}"), safe="")
            url += f"{mark}timestamp={stamp}&sign={sign}"
    return url, json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


def _signed(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected post would arrive as a get without its message."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Follow nothing."""
        return


def post(url: str, body: bytes, *, timeout: int, key: str) -> bytes:
    """Post JSON; returns what was answered.

    Raises:
        SendError: it was not taken; the text does not hold the address, which may be a secret.
    """
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"zwgk-check/{__version__}",
        "Idempotency-Key": key,
    }
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=timeout) as response:
            return bytes(response.read(_LONGEST_ANSWER))
    except urllib.error.HTTPError as error:
        with error:
            passing = error.code in (408, 425, 429) or error.code >= 500
            raise SendError(f"HTTP {error.code} {error.reason}"[:200], passing=passing) from None
    except urllib.error.URLError as error:
        cause = error.reason if isinstance(error.reason, Exception) else error
        passing = not isinstance(cause, ssl.SSLCertVerificationError)
        raise SendError(_reason(cause), passing=passing) from None
    except (HTTPException, OSError) as error:
        raise SendError(_reason(error), passing=True) from None
    except ValueError:
        raise SendError(_("地址不合写法"), passing=False) from None


def _check(answer: bytes) -> None:
    """The platforms answer 200 to everything; what they think is in the body.

    Raises:
        SendError: they did not take it.
    """
    try:
        said = json.loads(answer)
        codes = [said[name] for name in ("errcode", "code", "StatusCode") if name in said]
        code = int(codes[0])
    except (ValueError, TypeError, IndexError, KeyError):
        raise SendError(_("回应看不懂，可能不是机器人的地址"), passing=False) from None
    if code:
        reason = " ".join(str(said.get("errmsg") or said.get("msg") or said.get("StatusMessage") or "").split())
        raise SendError(_("平台拒收：{code} {reason}").format(code=code, reason=reason[:200]), passing=code in _BUSY)
