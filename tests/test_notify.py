"""Notifications against real servers: what arrives, what is tried again, what waits for the next night, and never twice."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import sqlite3
import subprocess
import sys
import urllib.parse
from typing import TYPE_CHECKING, Any

import pytest
from notify_servers import OK, Mailbox, Web, certificate, free_port, mail_server

from zwgk.audit.config import load_config
from zwgk.audit.notify import outbox, sending
from zwgk.audit.notify.messages import Message
from zwgk.audit.run import UndeliveredError, run_audit
from zwgk.audit.state import opened
from zwgk.model import Moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zwgk.audit.config import Config
    from zwgk.audit.outcome import Outcome

LOG = """案号,事件,时间,机关,决定类型
案1,decision-made,2019-09-24,甲局,行政处罚
案2,decision-made,2019-09-25,乙局,行政处罚
"""
BASE = """
[rules]
packs = ["guiyang-hitech-2019"]
[[source]]
files = ["log.csv"]
[notify]
attempts = 3
timeout = 1
"""
HOOK = """
[[notify.hook]]
name = "群"
type = "{kind}"
url_env = "ZWGK_HOOK"
{more}
[[notify.route]]
hooks = ["群"]
"""
MAIL = """
[notify.mail]
host = "127.0.0.1"
port = {port}
security = "{security}"
from = "audit@example.gov.cn"
{more}
[[notify.route]]
mail = ["a@example.gov.cn", "b@example.gov.cn"]
"""


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between tries, which nobody waits for; and no proxy between the tests and their servers."""
    found: list[float] = []
    monkeypatch.setattr(sending.Clock, "__new__", _clock(found))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return found


def _clock(found: list[float]) -> Callable[..., Any]:
    def make(cls: Any) -> Any:
        return tuple.__new__(cls, (lambda: 1_700_000_000.0, found.append))

    return make


def configured(folder: Path, text: str) -> Config:
    if not (folder / "log.csv").exists():
        (folder / "log.csv").write_text(LOG, "utf-8")
    (folder / "zwgk.toml").write_text(BASE + text, "utf-8")
    return load_config(str(folder / "zwgk.toml"))


def night(config: Config, as_of: str, **options: Any) -> Outcome:
    return run_audit(config, as_of=Moment(dt.date.fromisoformat(as_of).toordinal()), **options)


def waiting(config: Config) -> list[Message]:
    with opened(config.state) as state:
        return [one.message for one in outbox.waiting(state)]


# --- webhooks ---------------------------------------------------------------------------------------------


def text_of(kind: str, document: Any) -> str:
    return str(document["content"]["text"] if kind == "feishu" else document["text"]["content"])


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_a_hook_hears_once_of_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    web = Web((200, OK[kind], 0.0))
    config = configured(tmp_path, HOOK.format(kind=kind, more=""))
    with web.running() as url:
        monkeypatch.setenv("ZWGK_HOOK", url)
        # 7 working days after 24 and 25 September 2019 end on 9 and 10 October.
        night(config, "2019-10-08")
        night(config, "2019-10-08")
        night(config, "2019-10-10")
        (tmp_path / "log.csv").write_text(LOG + "案1,decision-published,2019-10-11,甲局,\n", "utf-8")
        assert night(config, "2019-10-11").notices == ()
    texts = [text_of(kind, one.document) for one in web.requests]
    assert [text.splitlines()[0].partition("：")[2] for text in texts] == [
        "2个机关 将到期2",
        "甲局 新增1",
        "2个机关 新增1、了结1",
    ]
    marks = ("msg_type", "text") if kind == "feishu" else ("msgtype", "text")
    assert all(one.document[marks[0]] == marks[1] for one in web.requests)
    assert all(one.headers["Content-Type"] == "application/json; charset=utf-8" for one in web.requests)
    assert len({one.headers["Idempotency-Key"] for one in web.requests}) == 3
    assert waiting(config) == []


def test_dingtalk_is_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web()
    config = configured(tmp_path, HOOK.format(kind="dingtalk", more='secret_env = "ZWGK_SECRET"'))
    with web.running() as url:
        monkeypatch.setenv("ZWGK_HOOK", url)
        monkeypatch.setenv("ZWGK_SECRET", "SECgeheim")
        night(config, "2019-10-10")
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(web.requests[0].path).query)
    # The platform signs "<milliseconds>\n<secret>" with the secret.
    digest = hmac.new(b"SECgeheim", b"1700000000000\nSECgeheim", hashlib.sha256).digest()
    assert query == {"key": ["geheim"], "timestamp": ["1700000000000"], "sign": [base64.b64encode(digest).decode()]}


def test_feishu_is_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web((200, OK["feishu"], 0.0))
    config = configured(tmp_path, HOOK.format(kind="feishu", more='secret_env = "ZWGK_SECRET"'))
    with web.running() as url:
        monkeypatch.setenv("ZWGK_HOOK", url)
        monkeypatch.setenv("ZWGK_SECRET", "geheimnis")
        night(config, "2019-10-10")
    # The platform signs nothing with "<seconds>\n<secret>" as the key.
    digest = hmac.new(b"1700000000\ngeheimnis", b"", hashlib.sha256).digest()
    document = web.requests[0].document
    assert (document["timestamp"], document["sign"]) == ("1700000000", base64.b64encode(digest).decode())


def test_json_is_what_the_run_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web((204, b"", 0.0))
    config = configured(tmp_path, HOOK.format(kind="json", more=""))
    with web.running() as url:
        monkeypatch.setenv("ZWGK_HOOK", url)
        outcome = night(config, "2019-10-10")
    (document,) = [one.document for one in web.requests]
    assert document["run"] == 1
    assert document["as_of"] == "2019-10-10T23:59:59+08:00"
    (agency, other) = document["agencies"]
    assert agency["agency"] == "乙局"
    assert [(one["kind"], one["case"], one["due_latest"]) for one in agency["changes"]] == [
        ("due-soon", "案2", "2019-10-10")
    ]
    assert other["agency"] == "甲局"
    assert [one["fingerprint"] for one in other["changes"]] == [outcome.changes[0].item.fingerprint]


@pytest.mark.parametrize(
    "first",
    [(500, {}, 0.0), (429, {}, 0.0), (200, {"errcode": 45009, "errmsg": "freq"}, 0.0), (200, {"errcode": 0}, 1.5)],
)
def test_what_passes_by_itself_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float], first: tuple[int, Any, float]
) -> None:
    web = Web(first, first, (200, {"errcode": 0}, 0.0))
    config = configured(tmp_path, HOOK.format(kind="wecom", more=""))
    with web.running() as url:
        monkeypatch.setenv("ZWGK_HOOK", url)
        assert night(config, "2019-10-10").notices == ()
    assert len(web.requests) == 3
    assert len({one.headers["Idempotency-Key"] for one in web.requests}) == 1
    assert waits == [1.0, 2.0]
    assert waiting(config) == []


@pytest.mark.parametrize(
    ("answer", "tries", "said"),
    [
        ((503, {}, 0.0), 3, "HTTP 503"),
        ((404, {}, 0.0), 1, "HTTP 404"),
        ((302, {}, 0.0), 1, "HTTP 302"),
        ((200, {"errcode": 93000, "errmsg": "invalid webhook url"}, 0.0), 1, "平台拒收：93000 invalid webhook url"),
        ((200, b"<html>", 0.0), 1, "回应看不懂"),
        ((200, [], 0.0), 1, "回应看不懂"),
    ],
)
def test_what_was_not_taken_waits_for_the_next_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, Any, float], tries: int, said: str
) -> None:
    web = Web(answer)
    config = configured(tmp_path, HOOK.format(kind="wecom", more=""))
    with web.running() as url:
        monkeypatch.setenv("ZWGK_HOOK", url)
        outcome = night(config, "2019-10-10")
        assert len(web.requests) == tries
        assert len(outcome.notices) == 1
        assert said in outcome.notices[0]
        assert "群" in outcome.notices[0]
        assert "geheim" not in outcome.notices[0]
        # The run itself is whole.
        assert (outcome.totals["new"], outcome.exit_code) == (1, 1)
        (left,) = waiting(config)
        web.answers = [(200, {"errcode": 0}, 0.0)]
        assert night(config, "2019-10-11").notices == ()
        assert night(config, "2019-10-11").notices == ()
    heads = [text_of("wecom", one.document).splitlines()[1] for one in web.requests[tries:]]
    assert heads == ["第1次核查，截至2019-10-10 23:59:59", "第2次核查，截至2019-10-11 23:59:59"]
    assert web.requests[tries].headers["Idempotency-Key"] == left.key
    assert waiting(config) == []


def test_a_refused_connection_and_a_missing_secret_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configured(tmp_path, HOOK.format(kind="wecom", more=""))
    monkeypatch.delenv("ZWGK_HOOK", raising=False)
    assert "环境变量 ZWGK_HOOK 没有设置" in night(config, "2019-10-10").notices[0]
    monkeypatch.setenv("ZWGK_HOOK", "file:///etc/passwd")
    assert "http://" in night(config, "2019-10-10").notices[0]
    monkeypatch.setenv("ZWGK_HOOK", f"http://127.0.0.1:{free_port()}/?key=geheim")
    notice = night(config, "2019-10-10").notices[0]
    assert "拒绝连接" in notice
    assert "geheim" not in notice
    assert len(waiting(config)) == 1


def test_a_server_without_a_known_certificate_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, public = certificate(tmp_path)
    web = Web()
    config = configured(tmp_path, HOOK.format(kind="wecom", more=""))
    with web.running(context=context) as url:
        monkeypatch.setenv("ZWGK_HOOK", url)
        assert "CERTIFICATE_VERIFY_FAILED" in night(config, "2019-10-10").notices[0]
        assert web.requests == []
        monkeypatch.setenv("SSL_CERT_FILE", public)
        assert night(config, "2019-10-10").notices == ()
        assert len(web.requests) == 1


def test_a_hook_is_not_hurried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    web = Web()
    config = configured(
        tmp_path, HOOK.format(kind="wecom", more="").replace("[[notify.route]]", "[[notify.route]]\napart = true")
    )
    rows = "".join(f"案{n},decision-made,2019-09-24,机关{n},行政处罚\n" for n in range(3, 46))
    (tmp_path / "log.csv").write_text(LOG + rows, "utf-8")
    with web.running() as url:
        monkeypatch.setenv("ZWGK_HOOK", url)
        night(config, "2019-10-12")
    assert len(web.requests) == 45
    assert waits == [60.0, 60.0]


def test_old_messages_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured(tmp_path, HOOK.format(kind="wecom", more=""))
    monkeypatch.delenv("ZWGK_HOOK", raising=False)
    night(config, "2019-10-10")
    assert len(waiting(config)) == 1
    (notice, failed) = night(config, "2019-10-25").notices
    assert "有1条通知14天没能发出" in notice
    assert "没有设置" in failed
    assert [one.run for one in waiting(config)] == [2]


def test_agencies_without_a_route_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web()
    text = HOOK.format(kind="wecom", more="") + 'agencies = ["乙*"]'
    config = configured(tmp_path, text)
    with web.running() as url:
        monkeypatch.setenv("ZWGK_HOOK", url)
        outcome = night(config, "2019-10-11")
        assert outcome.notices == (
            "有1项变化的机关不在任何路由里，没有通知；请在配置里加一个不写 agencies 的 [[notify.route]]",
        )
        assert night(config, "2019-10-11").notices == ()
    assert len(web.requests) == 1


# --- mail -------------------------------------------------------------------------------------------------


def mail_text(port: int, security: str = "none", more: str = "") -> str:
    return MAIL.format(port=port, security=security, more=more)


def test_mail_arrives_at_each_address(tmp_path: Path) -> None:
    box = Mailbox()
    with mail_server(box) as port:
        config = configured(tmp_path, mail_text(port))
        assert night(config, "2019-10-10").notices == ()
        night(config, "2019-10-10")
    assert [address for address, _mail in box.mails] == ["a@example.gov.cn", "b@example.gov.cn"]
    mail = box.mails[0][1]
    assert mail["Subject"] == "政务公开时限核查：2个机关 新增1、将到期1"
    assert mail["From"] == "audit@example.gov.cn"
    assert mail["To"] == "a@example.gov.cn"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "■ 甲局：新增1" in mail.get_content().splitlines()
    assert mail["Message-ID"] != box.mails[1][1]["Message-ID"]


def test_mail_that_is_refused_for_now_is_tried_again(tmp_path: Path, waits: list[float]) -> None:
    box = Mailbox()
    box.refusals = ["451 later", "451 later"]
    with mail_server(box) as port:
        assert night(configured(tmp_path, mail_text(port)), "2019-10-10").notices == ()
    assert [address for address, _mail in box.mails] == ["a@example.gov.cn", "b@example.gov.cn"]
    assert waits == [1.0, 2.0]


def test_an_address_that_is_refused_costs_no_other(tmp_path: Path) -> None:
    box = Mailbox()
    box.unknown = {"a@example.gov.cn": "550 no such user"}
    with mail_server(box) as port:
        config = configured(tmp_path, mail_text(port))
        (notice,) = night(config, "2019-10-10").notices
        assert "a@example.gov.cn" in notice
        assert "b@example.gov.cn" not in notice
        assert "550" in notice
        assert [one.channel for one in waiting(config)] == ["mail:a@example.gov.cn"]
        box.unknown = {}
        assert night(config, "2019-10-10").notices == ()
    assert [address for address, _mail in box.mails] == ["b@example.gov.cn", "a@example.gov.cn"]


def test_no_mail_server_loses_nothing(tmp_path: Path, waits: list[float]) -> None:
    config = configured(tmp_path, mail_text(free_port()))
    (notice,) = night(config, "2019-10-10").notices
    assert "有2条通知" in notice
    assert "拒绝连接" in notice
    assert waits == [1.0, 2.0]
    assert len(waiting(config)) == 2


LOGIN = 'user_env = "ZWGK_USER"\npassword_env = "ZWGK_PASSWORD"'


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # the server's word; the line is encrypted
@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_mail_is_encrypted_and_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str) -> None:
    context, public = certificate(tmp_path)
    box = Mailbox()
    options: dict[str, Any] = (
        {"ssl_context": context, "auth_require_tls": False}
        if security == "ssl"
        else {"tls_context": context, "require_starttls": True}
    )
    monkeypatch.setenv("ZWGK_USER", "audit")
    monkeypatch.delenv("ZWGK_PASSWORD", raising=False)
    if security == "ssl":
        # The server looks at itself when it starts.
        monkeypatch.setenv("SSL_CERT_FILE", public)
    with mail_server(box, login=(b"audit", b"geheim"), **options) as port:
        config = configured(tmp_path, mail_text(port, security, LOGIN))
        assert "环境变量 ZWGK_PASSWORD 没有设置" in night(config, "2019-10-10").notices[0]
        monkeypatch.setenv("ZWGK_PASSWORD", "falsch")
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        assert "CERTIFICATE_VERIFY_FAILED" in night(config, "2019-10-10").notices[0]
        monkeypatch.setenv("SSL_CERT_FILE", public)
        (notice,) = night(config, "2019-10-10").notices
        assert "535" in notice
        assert "falsch" not in notice
        monkeypatch.setenv("ZWGK_PASSWORD", "geheim")
        assert night(config, "2019-10-10").notices == ()
    assert len(box.mails) == 2


def test_a_server_that_does_not_encrypt_gets_nothing(tmp_path: Path) -> None:
    box = Mailbox()
    with mail_server(box) as port:
        (notice,) = night(configured(tmp_path, mail_text(port, "starttls")), "2019-10-10").notices
    assert "STARTTLS" in notice
    assert box.mails == []


# --- the run and its messages -----------------------------------------------------------------------------


def test_messages_are_kept_with_the_run_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured(tmp_path, HOOK.format(kind="wecom", more=""))

    def fail(*_arguments: Any, **_options: Any) -> None:
        raise sqlite3.OperationalError("disk full")

    from zwgk.errors import InputError

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "put", fail)
        with pytest.raises(InputError, match="状态没有改动"):
            night(config, "2019-10-10")
    with opened(config.state) as state:
        assert state.last_run() is None
    assert waiting(config) == []
    # The process dies between keeping and sending: the next run sends.
    with monkeypatch.context() as patched:
        patched.setattr(sending, "send_waiting", lambda *_a, **_o: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            night(config, "2019-10-10")
    web = Web()
    with web.running() as url:
        monkeypatch.setenv("ZWGK_HOOK", url)
        assert night(config, "2019-10-10").totals["new"] == 0
    assert "新增1" in text_of("wecom", web.requests[0].document)
    assert len(web.requests) == 1


def test_trouble_in_marking_is_no_trouble_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured(tmp_path, HOOK.format(kind="wecom", more=""))

    def fail(*_arguments: Any) -> None:
        raise sqlite3.OperationalError("disk full")

    web = Web()
    with web.running() as url, monkeypatch.context() as patched:
        patched.setenv("ZWGK_HOOK", url)
        patched.setattr(outbox, "mark_sent", fail)
        outcome = night(config, "2019-10-10")
    assert outcome.run == 1
    assert "核查结果已存下" in outcome.notices[0]


def test_a_report_that_cannot_be_written_keeps_no_message_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web()
    (tmp_path / "folder").mkdir()
    config = configured(tmp_path, HOOK.format(kind="wecom", more="") + '\n[[output]]\npath = "folder"\nformat = "json"')
    with web.running() as url:
        monkeypatch.setenv("ZWGK_HOOK", url)
        with pytest.raises(UndeliveredError):
            night(config, "2019-10-10")
        with pytest.raises(UndeliveredError):
            night(config, "2019-10-10")
    assert len(web.requests) == 1


def test_the_same_message_is_kept_once(tmp_path: Path) -> None:
    config = configured(
        tmp_path, "[[notify.hook]]\nname = 'h'\ntype = 'json'\nurl_env = 'U'\n[[notify.route]]\nhooks = ['h']"
    )
    one = Message("k", 1, "hook:h", "s", "b")
    with opened(config.state) as state:
        for _time in range(2):
            with state.transaction():
                outbox.put(state, [one], since=5)
        assert [each.message for each in outbox.waiting(state)] == [one]
        outbox.mark_sent(state, "k")
        with state.transaction():
            outbox.put(state, [one], since=5)
        assert outbox.waiting(state) == []


def test_a_hook_that_is_gone_from_the_configuration_is_said(tmp_path: Path) -> None:
    night(configured(tmp_path, HOOK.format(kind="wecom", more="")), "2019-10-10", send=False)
    (notice,) = night(configured(tmp_path, mail_text(free_port())), "2019-10-10").notices
    assert "配置里已没有" in notice


def test_without_settings_nothing_is_kept_or_sent(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG, "utf-8")
    (tmp_path / "zwgk.toml").write_text(BASE.partition("[notify]")[0], "utf-8")
    config = load_config(str(tmp_path / "zwgk.toml"))
    assert config.notify is None
    night(config, "2019-10-10")
    assert waiting(config) == []


# --- the command line -------------------------------------------------------------------------------------


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zwgk", "audit", *arguments],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_a_dry_run_shows_and_keeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured(tmp_path, HOOK.format(kind="wecom", more=""))
    monkeypatch.setenv("ZWGK_HOOK", f"http://127.0.0.1:{free_port()}/")
    done = command(tmp_path, "--as-of", "2019-10-10", "--dry-run-notify")
    assert done.returncode == 1, done.stderr
    assert "通知1条，没有发出：" in done.stdout
    assert "──── 群（wecom）  政务公开时限核查：2个机关 新增1、将到期1" in done.stdout
    assert len(waiting(config)) == 1
    as_json = command(tmp_path, "--as-of", "2019-10-10", "--dry-run-notify", "--format", "json")
    assert json.loads(as_json.stdout)["run"] == 2
    assert "通知1条" in as_json.stderr
    web = Web()
    with web.running() as url:
        monkeypatch.setenv("ZWGK_HOOK", url)
        assert command(tmp_path, "--as-of", "2019-10-10", "-q").returncode == 0
    assert len(web.requests) == 1


def test_log_lines_are_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web((404, {}, 0.0))
    configured(tmp_path, HOOK.format(kind="wecom", more=""))
    (tmp_path / "log.csv").write_text(LOG + "案3,decision-made,昨天,甲局,行政处罚\n", "utf-8")
    with web.running() as url:
        monkeypatch.setenv("ZWGK_HOOK", url)
        done = command(tmp_path, "--as-of", "2019-10-10", "--log-format", "json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(one["level"], one["event"]) for one in lines] == [
        ("info", "run-started"),
        ("info", "run-kept"),
        ("info", "reports-written"),
        ("warning", "notify-failed"),
        ("warning", "notice"),
        ("warning", "bad-row"),
        ("info", "run-ended"),
    ]
    assert all(dt.datetime.fromisoformat(one["time"]).utcoffset() == dt.timedelta(hours=8) for one in lines)
    assert (lines[1]["run"], lines[1]["new"], lines[5]["row"], lines[-1]["exit_code"]) == (1, 1, 4, 2)
    assert done.returncode == 2
    (tmp_path / "log.csv").unlink()
    failed = command(tmp_path, "--as-of", "2019-10-10", "--log-format", "json")
    lines = [json.loads(line) for line in failed.stderr.splitlines()]
    assert (failed.returncode, lines[-1]["level"], lines[-1]["event"]) == (2, "error", "run-failed")
    assert "log.csv" in lines[-1]["message"]
