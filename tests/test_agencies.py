"""The list of agencies: a plain list, or a table that says for which rule or pack each is listed."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_audit_nights import configured

from zwgk import InputError, Monitor, UsageError, check
from zwgk.agencylists import agency_list
from zwgk.audit.config import load_config
from zwgk.audit.run import run_audit
from zwgk.audit.state import OPEN, opened
from zwgk.cli import main
from zwgk.dates import read_as_of

WEIBO, WECHAT = "tianshui-maiji-2016/weibo-opened", "tianshui-maiji-2016/wechat-opened"
LOG = "case,event,time,agency\n,weibo-opened,2016-09-01,甲局\n,wechat-opened,2016-09-01,宣传办\n"
AS_OF = "2017-01-31"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(LOG, "utf-8")
    return path


def read(tmp_path: Path, text: str, name: str = "名单.csv") -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
    listed = agency_list(tmp_path / name)
    return listed.everywhere, dict(listed.by_rule)


def owing(log: Path, agencies: object) -> dict[str, set[str | None]]:
    found = check(log, as_of=AS_OF, rules=[WEIBO, WECHAT], agencies=agencies).findings
    return {rule: {one.agency for one in found if one.rule.id == rule} for rule in (WEIBO, WECHAT)}


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    """Exit code, output and errors of the command."""
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return stop.value.code, *capsys.readouterr()


def test_a_plain_list_stays_one(tmp_path: Path) -> None:
    assert read(tmp_path, "市财政局\n\n 市教育局\u3000\n市财政局\n") == (("市财政局", "市教育局"), {})
    assert read(tmp_path, "") == ((), {})
    # A comma does not make a table of it.
    assert read(tmp_path, "甲,乙局\n丙局\n") == (("甲,乙局", "丙局"), {})


@pytest.mark.parametrize(
    "text",
    [
        "机关,规则\n甲局,\n乙局,p/r\n丙局,p、p/r\n甲局,p/r\n",
        "\ufeffagency,rule\r\n甲局\r\n乙局,p/r\r\n丙局,p；p/r\r\n甲局,p/r\r\n",
        "规则\t单位\n\t甲局\np/r\t乙局\n\np；p/r\t丙局\n ｐ／ｒ \t 甲局\n",
        '\n机关，规则\n甲局，\n乙局，p/r\n"丙局"，p|p/r\n甲局，p/r\n',
    ],
)
def test_a_table_says_for_which_rule(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == (("甲局",), {"p/r": ("乙局", "丙局", "甲局"), "p": ("丙局",)})


def test_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes("机关,规则\n甲局,p\n".encode("gb18030"))
    assert agency_list(str(path)).by_rule == {"p": ("甲局",)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("机关,规则,备注\n甲局,,\n", ["名单.csv:1: 表头是“机关、规则、备注”"]),
        ("机关,文件\n甲局,p\n", ["名单.csv:1: 表头是“机关、文件”", "应为“机关”和“规则”两列"]),
        ("\n机关,规则\n,p\n甲局,p,q\n甲局,\n", ["名单.csv:3: 这一行是“、p”", "名单.csv:4: 这一行是“甲局、p、q”"]),
    ],
)
def test_tables_that_cannot_be_meant(tmp_path: Path, text: str, said: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert all(part in str(caught.value) for part in said), caught.value


def test_who_owes_which_rule(log: Path, tmp_path: Path) -> None:
    # What nobody is listed for is owed by those who are seen.
    assert owing(log, ()) == {WEIBO: {"甲局", "宣传办"}, WECHAT: {"甲局", "宣传办"}}
    assert owing(log, ["乙局"]) == {WEIBO: {"乙局"}, WECHAT: {"乙局"}}
    assert owing(log, {WECHAT: ["宣传办"]}) == {WEIBO: {"甲局", "宣传办"}, WECHAT: {"宣传办"}}
    table = {"": ["乙局"], "tianshui-maiji-2016": ["丙局", "乙局"], WECHAT: ["宣传办"]}
    expected = {WEIBO: {"乙局", "丙局"}, WECHAT: {"乙局", "丙局", "宣传办"}}
    assert owing(log, table) == expected
    path = tmp_path / "名单.csv"
    path.write_text(f"机关,规则\n乙局,\n丙局,tianshui-maiji-2016\n宣传办,{WECHAT}\n", "utf-8")
    assert owing(log, path) == owing(log, str(path)) == expected


def test_unknown_rules_are_refused_with_the_nearest(log: Path, tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_text(
        "机关,规则\n甲局,tianshui-maiji-2016/weibo-open\n甲局,wechat-opened\n甲局,tianshui-maiji-2061\n甲局,没有这条\n",
        "utf-8",
    )
    with pytest.raises(InputError) as caught:
        check(log, as_of=AS_OF, rules=[WEIBO], agencies=path)
    lines = str(caught.value).splitlines()
    assert [line.removeprefix(f"{path}:")[0] for line in lines] == ["2", "3", "4", "5"]
    assert f"是不是“{WEIBO}”？" in lines[0]
    assert f"是不是“{WECHAT}”？" in lines[1]
    assert "是不是“tianshui-maiji-2016”？" in lines[2]
    assert "是不是" not in lines[3]
    with pytest.raises(UsageError, match="是不是“tianshui-maiji-2016/weibo-opened”"):
        check(log, as_of=AS_OF, agencies={"tianshui-maiji-2016/weibo-open": ["甲局"]})
    with pytest.raises(UsageError, match="是不是"):
        Monitor(agencies={"tianshui-maiji-2016/weibo-open": ["甲局"]})


@pytest.mark.parametrize("name", ["luzhou-2011/document-publication", "guiyang-hitech-2019"])
def test_rules_that_no_list_bears_on_are_refused(log: Path, name: str) -> None:
    with pytest.raises(UsageError, match=f"^agencies: “{name}”不看机关名单"):
        check(log, as_of=AS_OF, rules=[WEIBO], agencies={name: ["甲局"]})


def test_what_is_no_list_is_refused(log: Path) -> None:
    for given in ({WEIBO: "甲局"}, [1]):
        with pytest.raises(UsageError, match="agencies 应为"):
            check(log, as_of=AS_OF, rules=[WEIBO], agencies=given)
    with pytest.raises(InputError, match="没有的名单"):
        check(log, as_of=AS_OF, rules=[WEIBO], agencies="没有的名单.txt")


@pytest.mark.parametrize("large", [False, True])
def test_either_evaluator_and_the_command(
    log: Path, tmp_path: Path, large: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "名单.csv"
    path.write_text(f"机关,规则\n宣传办,{WECHAT}\n未见的局,{WEIBO}\n", "utf-8")
    report = check(log, as_of=AS_OF, rules=[WEIBO, WECHAT], agencies=path, large=large)
    assert [(one.agency, str(one.verdict)) for one in report.findings] == [("宣传办", "met"), ("未见的局", "breached")]
    args = [str(log), "--as-of", AS_OF, "--rules", WEIBO, "--rules", WECHAT, "--agencies", str(path)]
    assert ran(capsys, *args, "--format", "json") == (1, report.to_json(), "")
    path.write_text("机关,规则\n宣传办,tianshui\n", "utf-8")
    code, out, err = ran(capsys, *args)
    assert (code, out) == (2, "")
    assert "名单.csv:2: 没有名为“tianshui”的规则" in err
    with pytest.raises(InputError, match="没有名为“tianshui”的规则"):
        check(log, as_of=AS_OF, rules=[WEIBO], agencies=path, large=large)


def test_a_monitor_ends_where_a_check_ends() -> None:
    monitor = Monitor(rules=[WEIBO, WECHAT], agencies={WECHAT: ["宣传办"]})
    for line in LOG.splitlines()[1:]:
        event, time, agency = line.split(",")[1:]
        monitor.post({"event": event, "time": time, "agency": agency})
    monitor.advance(AS_OF)
    assert {(one.rule.id, one.agency, str(one.verdict)) for one in monitor.findings} == {
        (WEIBO, "甲局", "met"),
        (WEIBO, "宣传办", "breached"),
        (WECHAT, "宣传办", "met"),
    }


def test_nights_and_their_receipts(
    tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    table = tmp_path / "名单.csv"
    table.write_text(f"机关,规则\n宣传办,{WECHAT}\n", "utf-8")
    configured(tmp_path, mode="incremental", packs=(WEIBO, WECHAT))
    text = Path("zwgk.toml").read_text("utf-8").replace("[rules]", '[rules]\nagencies = "名单.csv"')
    Path("zwgk.toml").write_text(text, "utf-8")
    config = load_config("zwgk.toml")

    def still() -> set[tuple[str, str | None]]:
        with opened(config.state) as state:
            return {(one.item.rule, one.item.agency) for one in state.findings(OPEN)}

    assert run_audit(config, as_of=read_as_of("2017-01-30")).mode == "full"
    assert still() == {(WEIBO, "宣传办")}
    with log.open("a", encoding="utf-8") as out:
        out.write(",wechat-opened,2016-09-09,新局\n")
    assert run_audit(config, as_of=read_as_of("2017-01-31")).mode == "incremental"
    assert still() == {(WEIBO, "宣传办"), (WEIBO, "新局")}
    receipt = next(Path(config.receipts).glob("000002-*"))
    assert ran(capsys, "verify", str(receipt))[0] == 0
    # Another list is another setting.
    table.write_text(f"机关,规则\n宣传办,{WECHAT}\n甲局,{WEIBO}\n", "utf-8")
    outcome = run_audit(config, as_of=read_as_of("2017-02-01"))
    assert (outcome.mode, still()) == ("full", set())
    assert {one.cause for one in outcome.changes} == {"options"}
