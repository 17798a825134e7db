"""What is said to whom: routes, agencies, kinds, limits of size. No network here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from zwgk.audit.changes import Change
from zwgk.audit.config import load_config
from zwgk.audit.items import Item
from zwgk.audit.notify.messages import Night, messages, news_of, plain
from zwgk.errors import ComplaintsError

if TYPE_CHECKING:
    from pathlib import Path

    from zwgk.audit.notify.settings import Notify

HEAD = """
[[source]]
files = ["log.csv"]
[notify]
title = "公开核查"
{top}
[notify.mail]
host = "localhost"
from = "audit@example.gov.cn"
[[notify.hook]]
name = "厅"
type = "{kind}"
url_env = "ZWGK_HOOK"
"""
TITLES = {"p/r": "二十个工作日内公开"}


def settings(tmp_path: Path, routes: str, *, kind: str = "wecom", top: str = "") -> Notify:
    (tmp_path / "zwgk.toml").write_text(HEAD.format(kind=kind, top=top) + routes, "utf-8")
    found = load_config(str(tmp_path / "zwgk.toml")).notify
    assert found is not None
    return found


def item(number: int, agency: str | None = "市财政局", **changes: Any) -> Item:
    given = {
        "fingerprint": f"{number:016x}",
        "rule": "p/r",
        "case": f"财〔2024〕{number}号",
        "agency": agency,
        "region": None,
        "period": None,
        "member": None,
        "verdict": "breached",
        "breach": "overdue",
        "trigger_event": "document-issued",
        "trigger_time": "2024-09-27",
        "due_earliest": "2024-10-30",
        "due_latest": "2024-10-30",
        "performed_event": None,
        "performed_time": None,
        "soon": False,
    }
    return Item(**{**given, **changes})


def change(kind: str, number: int, agency: str | None = "市财政局", **changes: Any) -> Change:
    return Change(3, kind, "time", None, "pending", item(number, agency, **changes))


def night(changes: list[Change], soon: list[Item], notify: Notify) -> Night:
    return Night(3, "2024-10-31T23:59:59+08:00", news_of(changes, soon, notify.what), TITLES)


def test_a_message_says_what_changed(tmp_path: Path) -> None:
    notify = settings(tmp_path, '[[notify.route]]\nmail = ["a@example.gov.cn"]')
    closed = Change(
        3,
        "closed",
        "events",
        "document-published 2024-10-31T09:00:00+08:00",
        "overdue",
        item(2, verdict="met", breach=None),
    )
    cleared = change("cleared", 5)
    soon = item(3, "市教育局", verdict="pending", breach=None, due_latest="2024-11-01")
    (message,), untold = messages(night([closed, change("new", 1), cleared], [soon], notify), notify)
    assert untold == 0
    assert (message.run, message.channel) == (3, "mail:a@example.gov.cn")
    assert message.subject == "公开核查：2个机关 新增1、将到期1、了结1"
    assert message.body.splitlines() == [
        "公开核查：2个机关 新增1、将到期1、了结1",
        "第3次核查，截至2024-10-31 23:59:59",
        "",
        "■ 市教育局：将到期1",
        "【将到期】",
        "· 财〔2024〕3号",
        "  二十个工作日内公开",
        "  到期 2024-11-01",
        "",
        "■ 市财政局：新增1、了结1",
        "【新增】",
        "· 逾期未办 财〔2024〕1号",
        "  二十个工作日内公开",
        "  到期 2024-10-30",
        "【了结】",
        "· 按时 财〔2024〕2号",
        "  二十个工作日内公开",
        "  到期 2024-10-30；文件公开 2024-10-31 09:00:00；日志有新的或改动的事件",
    ]


ROUTES = """
[[notify.route]]
agencies = ["市财政局", "高新*"]
mail = ["cz@example.gov.cn"]
[[notify.route]]
agencies = ["市财政局"]
hooks = ["厅"]
[[notify.route]]
mail = ["rest@example.gov.cn"]
{more}
"""


def told(found: list[Any]) -> dict[str, list[str]]:
    heard: dict[str, list[str]] = {}
    for one in found:
        heard.setdefault(one.channel, []).append(one.body)
    return heard


def test_each_agency_goes_its_way(tmp_path: Path) -> None:
    notify = settings(tmp_path, ROUTES.format(more=""))
    changes = [change("new", 1), change("new", 2, "高新区管委会"), change("new", 3, "市教育局"), change("new", 4, None)]
    found, untold = messages(night(changes, [], notify), notify)
    heard = {channel: [n for n in "1234" if f"〕{n}号" in "".join(texts)] for channel, texts in told(found).items()}
    assert heard == {"mail:cz@example.gov.cn": ["1", "2"], "hook:厅": ["1"], "mail:rest@example.gov.cn": ["3", "4"]}
    assert untold == 0
    assert "（未写机关）" in told(found)["mail:rest@example.gov.cn"][0]


def test_agencies_may_be_told_apart(tmp_path: Path) -> None:
    notify = settings(tmp_path, ROUTES.format(more="apart = true"))
    changes = [change("new", 3, "市教育局"), change("new", 5, "市教育局"), change("new", 4, None)]
    found, _untold = messages(night(changes, [], notify), notify)
    assert [one.subject for one in found] == ["公开核查：（未写机关） 新增1", "公开核查：市教育局 新增2"]


def test_what_no_route_takes_is_counted(tmp_path: Path) -> None:
    notify = settings(tmp_path, '[[notify.route]]\nagencies = ["市财政局"]\nhooks = ["厅"]')
    found, untold = messages(night([change("new", 1), change("new", 2, "市教育局")], [], notify), notify)
    assert (len(found), untold) == (1, 1)


def test_nothing_new_is_no_message(tmp_path: Path) -> None:
    notify = settings(tmp_path, '[[notify.route]]\nhooks = ["厅"]', top='what = ["new"]')
    assert messages(night([change("closed", 1)], [item(2)], notify), notify) == ([], 0)


@pytest.mark.parametrize(("kind", "most"), [("wecom", 2_048), ("dingtalk", 20_000), ("feishu", 20_000)])
def test_a_long_night_is_cut_to_what_the_platform_takes(tmp_path: Path, kind: str, most: int) -> None:
    notify = settings(tmp_path, '[[notify.route]]\nhooks = ["厅"]', kind=kind, top="most = 1000")
    changes = [change("new", number, f"机关{number % 7}") for number in range(400)]
    changes.append(change("new", 999, "长" * 5_000, case="号" * 5_000, member='"' * 5_000))
    found, _untold = messages(night(changes, [], notify), notify)
    from zwgk.audit.notify.channels import request_of

    assert len(found) > 2
    for number, one in enumerate(found, 1):
        _url, body = request_of(kind, one.body, url="http://x", secret="s", at=1_700_000_000.0)  # noqa: S106
        assert len(one.body.encode() if kind == "wecom" else body) <= most
        assert one.body.splitlines()[0].endswith(f"（{number}/{len(found)}）")
        assert one.subject.endswith(f"（{number}/{len(found)}）")
    whole = "\n".join(one.body for one in found)
    assert [number for number in range(400) if whole.count(f"财〔2024〕{number}号\n") != 1] == []
    assert len({one.key for one in found}) == len(found)


def test_of_very_many_only_the_most_pressing_are_listed(tmp_path: Path) -> None:
    notify = settings(tmp_path, '[[notify.route]]\nmail = ["a@example.gov.cn"]', top="most = 3")
    changes = [change("closed", number) for number in range(5)] + [change("new", 10), change("reopened", 11)]
    (message,), _untold = messages(night(changes, [], notify), notify)
    assert [n for n in (*range(5), 10, 11) if f"〕{n}号" in message.body] == [0, 10, 11]
    assert "另有4项未列出" in message.body
    assert "新增1、重新出现1、了结5" in message.subject


def test_json_holds_everything(tmp_path: Path) -> None:
    notify = settings(tmp_path, '[[notify.route]]\nhooks = ["厅"]', kind="json", top="most = 1")
    changes = [change("new", number, f"机关{number % 3}") for number in range(1_201)]
    found, _untold = messages(night(changes, [item(5_000, None)], notify), notify)
    documents = [json.loads(one.body) for one in found]
    assert [(one["schema"], one["run"], one["part"], one["parts"]) for one in documents] == [
        ("zwgk.notify/1", 3, number, 3) for number in (1, 2, 3)
    ]
    seen = [change["case"] for one in documents for agency in one["agencies"] for change in agency["changes"]]
    assert sorted(seen) == sorted([f"财〔2024〕{number}号" for number in range(1_201)] + ["财〔2024〕5000号"])
    last = documents[-1]["agencies"][0]
    assert (last["agency"], last["changes"][0]["kind"], last["changes"][0]["title"]) == (
        None,
        "due-soon",
        "二十个工作日内公开",
    )


def test_text_of_the_log_mentions_nobody() -> None:
    assert plain('<at user_id="all"></at>\r\n甲\x00乙') == '＜at user_id="all"＞＜/at＞ 甲 乙'
    assert plain("<@all>") == "＜@all＞"
    assert len(plain("长" * 1_000)) == 120


def test_the_same_message_of_the_same_run_has_the_same_key(tmp_path: Path) -> None:
    notify = settings(tmp_path, ROUTES.format(more=""))
    first, again = ([one.key for one in messages(night([change("new", 1)], [], notify), notify)[0]] for _ in range(2))
    assert first == again
    assert len(set(first)) == 2
    other = messages(night([change("new", 1)], [], notify)._replace(run=4), notify)[0]
    assert not set(first) & {one.key for one in other}


# --- configuration ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[notify]\n", 3, "没有 [[notify.route]]"),
        ('[[notify.route]]\nmail = ["a@b.cn"]', 4, "没有 [notify.mail]"),
        ('[[notify.route]]\nagencies = ["甲"]', 3, "没有 mail，也没有 hooks"),
        ('[[notify.route]]\nhooks = ["厅"]\nagencies = []', 5, "不写 agencies"),
        (
            '[[notify.route]]\nhooks = ["厅"]\n[[notify.hook]]\nname = "厅堂"\ntype = "json"\nurl_env = "U"',
            4,
            "是不是“厅堂”",
        ),
        ('[notify.mail]\nhost = "h"\nfrom = "a"', 5, "邮箱地址"),
        ('[notify.mail]\nhost = "h"\nfrom = "a@b"\nuser_env = "U"', 3, "应都写"),
        ('[notify.mail]\nhost = "h"\nfrom = "a@b"\nsecurity = "tls"', 6, '"ssl"'),
        ('[notify.mail]\nhost = "h"\nfrom = "a@b"\npasswort = "x"', 6, "不认识的键“notify.mail.passwort”"),
        ('[[notify.hook]]\nname = "a"\ntype = "wecom"\nurl_env = "https://x/send?key=1"', 6, "环境变量的名称"),
        ('[[notify.hook]]\nname = "a"\ntype = "wecom"\nurl_env = "U"\nsecret_env = "S"', 7, "只用于钉钉"),
        ('[[notify.hook]]\nname = "a"\ntype = "weixin"\nurl_env = "U"', 5, '"wecom"'),
        ('[notify]\nwhat = ["new", "old"]', 4, '"due-soon"'),
        ("[notify]\nroutes = []", 4, "是不是“route”"),
        ("[notify]\nattempts = 0", 4, "1 到 10"),
        ("[notify]\nroute = 3", 0, "[[notify.route]]"),
        ("[notify.mial]\nhost = 1", 0, "不认识的键“notify.mial”；是不是“mail”"),
    ],
)
def test_a_misspelt_notification_is_refused(tmp_path: Path, text: str, line: int, said: str) -> None:
    (tmp_path / "zwgk.toml").write_text('[[source]]\nfiles = ["log.csv"]\n' + text, "utf-8")
    with pytest.raises(ComplaintsError) as caught:
        load_config(str(tmp_path / "zwgk.toml"))
    assert any(said in one.message and one.line in (line, 0) for one in caught.value.complaints), caught.value
    if line:
        assert any(said in one.message and one.line == line for one in caught.value.complaints), caught.value
