"""Waivers in the nightly audit: what they cover does not fail, is listed as waived, and is told again when they end."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from audit_logs import DOCUMENTS
from test_audit_nights import configured
from test_audit_receipts import invoke, left_with, receipt

from zwgk import check
from zwgk.audit.config import STARTER, config_schema, load_config
from zwgk.audit.run import run_audit
from zwgk.audit.standing import Pacer, pace_of
from zwgk.audit.state import opened
from zwgk.errors import ComplaintsError, InputError
from zwgk.model import Moment

if TYPE_CHECKING:
    from zwgk.audit.config import Config
    from zwgk.audit.outcome import Outcome

RULE = "luzhou-2011/document-publication"
WHY = "reason: 停机, approver: 王主任, basis: 纪要〔2011〕9号"
WORDS = "豁免：停机（批准：王主任；依据：纪要〔2011〕9号；有效至{until}）"
MODES = pytest.mark.parametrize("mode", ["full", "incremental"])


@pytest.fixture(autouse=True)
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("log.csv").write_text(DOCUMENTS, "utf-8")


def grant(*entries: str) -> None:
    lines = "".join(f"  - {{{entry}}}\n" for entry in entries)
    Path("waivers.yaml").write_text(f"waivers:\n{lines}" if entries else "waivers: []\n", "utf-8")


def config_for(mode: str = "full", more: str = "") -> Config:
    configured(Path(), mode=mode, packs=("luzhou-2011",), waivers='"waivers.yaml"', more=more)
    return load_config("zwgk.toml")


def night(config: Config, as_of: str) -> Outcome:
    return run_audit(config, as_of=Moment(dt.date.fromisoformat(as_of).toordinal()))


def told(outcome: Outcome) -> list[tuple[str, str, str | None, str | None, str | None]]:
    """Of each change: case, kind, cause, the breach that is waived, and by what."""
    return [(str(one.item.case), one.kind, one.cause, one.item.waived, one.by) for one in outcome.changes]


# --- nights -----------------------------------------------------------------------------------------------


@MODES
def test_a_waiver_comes_is_changed_runs_out_and_is_taken_back(mode: str) -> None:
    config = config_for(mode)
    grant()
    first = night(config, "2011-09-26")
    assert [one[:3] for one in told(first)] == [("乙", "new", "first"), ("甲", "new", "first")]
    assert (first.exit_code, first.totals["open"]) == (1, 1)
    # Added: what was open is waived, and the waiver says why.
    grant(f"rule: {RULE}, case: 甲, {WHY}, until: 2011-09-30")
    second = night(config, "2011-09-27")
    assert told(second) == [("甲", "waived", "waivers", "overdue", WORDS.format(until="2011-09-30"))]
    assert (second.mode, second.exit_code) == (mode, 0)
    assert (second.totals["open"], second.totals["waived"], second.totals["under-waiver"]) == (0, 1, 1)
    assert (second.totals["excused"], second.totals["breached"], second.totals["closed"]) == (1, 1, 0)
    # Changed, and still in force: nothing to tell.
    grant(f"rule: {RULE}, agency: 甲局, {WHY}, until: 2011-09-29")
    assert told(night(config, "2011-09-28")) == []
    assert told(night(config, "2011-09-29")) == []
    # Run out by nothing but the passing of a day.
    fifth = night(config, "2011-09-30")
    assert told(fifth) == [("甲", "reopened", "waivers", None, WORDS.format(until="2011-09-29") + "，已过期")]
    assert (fifth.mode, fifth.exit_code, fifth.totals["open"]) == (mode, 1, 1)
    assert fifth.notices == (f"1项豁免已过期，所涉违反重新计入：waivers.yaml:2 {RULE}  甲局（至2011-09-29）",)
    # Renewed, then taken back.
    grant(f"rule: {RULE}, agency: 甲局, {WHY}, until: 2011-12-31")
    assert [one[1] for one in told(night(config, "2011-10-01"))] == ["waived"]
    grant()
    assert told(night(config, "2011-10-02")) == [("甲", "reopened", "waivers", None, None)]
    with opened(config.state) as state:
        (kept,) = state.findings("matter = '甲'")
    assert (kept.first_seen, kept.opened, kept.times, kept.item.waived) == (1, 7, 3, None)


@MODES
def test_what_is_waived_when_it_falls_due_is_never_told_as_new_until_the_waiver_ends(mode: str) -> None:
    config = config_for(mode)
    grant(f"rule: {RULE}, case: 甲, {WHY}, until: 2011-09-23", f"rule: {RULE}, case: 乙, {WHY}, until: 2011-12-31")
    assert told(night(config, "2011-09-22")) == []
    due = night(config, "2011-09-23")
    # 乙 was published on the 23rd, a day late; 甲 fell due the day before. Both are covered.
    assert [one[:4] for one in told(due)] == [("乙", "waived", "events", "late"), ("甲", "waived", "time", "overdue")]
    assert (due.exit_code, due.totals["new"], due.totals["open"]) == (0, 0, 0)
    over = night(config, "2011-09-24")
    assert told(over) == [("甲", "new", "waivers", None, WORDS.format(until="2011-09-23") + "，已过期")]
    assert over.exit_code == 1
    # Done at last: closed by its event, though a waiver had come and gone.
    with Path("log.csv").open("a", encoding="utf-8") as out:
        out.write("甲,document-published,2011-09-25,甲局\n")
    (closed,) = night(config, "2011-09-26").changes
    assert (closed.kind, closed.cause, closed.by) == ("closed", "events", "document-published 2011-09-25")


@MODES
def test_what_is_waived_and_then_done_is_not_told(mode: str) -> None:
    config = config_for(mode)
    grant(f"rule: {RULE}, case: 甲, {WHY}, until: 2011-12-31")
    assert [one[1] for one in told(night(config, "2011-09-26"))] == ["new", "waived"]
    with Path("log.csv").open("a", encoding="utf-8") as out:
        out.write("甲,document-published,2011-09-26,甲局\n")
    done = night(config, "2011-09-27")
    assert (told(done), done.totals["under-waiver"]) == ([], 1)
    # An earlier publication comes to light: there was no breach to waive.
    with Path("log.csv").open("a", encoding="utf-8") as out:
        out.write("甲,document-published,2011-09-20,甲局\n")
    right = night(config, "2011-09-28")
    assert (told(right), right.totals["under-waiver"]) == ([], 0)
    assert right.notices == (f"1项豁免没有对上任何违反：waivers.yaml:2 {RULE}  甲（至2011-12-31）",)


@MODES
def test_trends_count_what_is_waived_as_neither_open_nor_in_time(mode: str) -> None:
    config = config_for(mode)
    grant(f"rule: {RULE}, case: 甲, {WHY}, until: 2011-12-31", f"rule: {RULE}, case: 乙, {WHY}, until: 2011-12-31")
    night(config, "2011-09-26")
    night(config, "2011-09-27")
    course = json.loads(left_with("audit", "history", "--format", "json")[1])["course"]
    # 丙 took one day and was in time; 乙 took four, whatever a waiver says of them.
    shown = [(one["open"], one["met"], one["breached"], one["in_time"], one["median_days"]) for one in course]
    assert shown == [(0, 1, 0, 1.0, 2.5)] * 2


def test_days_are_counted_alike_from_lines_however_they_are_written() -> None:
    grant(f"rule: {RULE}, case: 甲, {WHY}, until: 2011-12-31", f"rule: {RULE}, case: 乙, {WHY}, until: 2011-12-31")
    report = check("log.csv", as_of="2011-09-26", rules=["luzhou-2011"], waivers=["waivers.yaml"])
    lines = b"".join(report.jsonl_chunks())
    records = [json.loads(line) for line in lines.splitlines()]
    otherwise = "".join(json.dumps(one) + "\n" for one in records).encode()
    assert otherwise != lines
    rules = {rule.id: rule for rule in report.rules}
    # 乙 was four days about it, waived or not; 丙 one day. 甲 is waived and was never done.
    expected = {("乙局", 4): 1, ("丙局", 1): 1}
    for text in (lines, otherwise):
        pacer = Pacer(report.rules)
        assert b"".join(pacer.passing([text])) == text
        assert pacer.paces() == expected
    assert Counter(pace for one in records if (pace := pace_of(one, rules))) == expected


# --- what the office sees ---------------------------------------------------------------------------------


def test_the_screen_the_lists_and_the_messages_say_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", "http://127.0.0.1:9/")
    more = """[[output]]
path = "changes.json"
[[output]]
path = "open.json"
content = "open"
[notify]
what = ["new", "reopened", "closed", "waived"]
[[notify.hook]]
name = "群"
type = "feishu"
url_env = "HOOK"
[[notify.route]]
hooks = ["群"]
"""
    config_for(more=more)
    grant(f"rule: {RULE}, case: 甲, {WHY}, until: 2011-09-26")
    returned, text = left_with("audit", "--as-of", "2011-09-26", "--dry-run-notify")
    assert returned == 1
    assert "【豁免】1项\n  已豁免（逾期未办）  甲  甲局" in text
    assert WORDS.format(until="2011-09-26") in text
    assert "未了结0项" in text
    assert "另有1项违反在豁免期内，没有计入。" in text
    assert "■ 甲局：豁免1" in text
    assert "· 已豁免（逾期未办） 甲" in text
    changes = {one["case"]: one for one in json.loads(Path("changes.json").read_text("utf-8"))["changes"]}
    assert (changes["甲"]["kind"], changes["甲"]["verdict"], changes["甲"]["waived"]) == (
        "waived",
        "excused",
        "overdue",
    )
    assert (changes["乙"]["kind"], changes["乙"]["waived"]) == ("new", None)
    assert json.loads(Path("open.json").read_text("utf-8"))["findings"] == []
    returned, text = left_with("audit", "--as-of", "2011-09-27", "--dry-run-notify", "--fail-on-open")
    assert returned == 1
    assert "【新增】1项\n  逾期未办  甲  甲局" in text
    assert "豁免清单变了或豁免到期；到期 2011-09-22；" + WORDS.format(until="2011-09-26") + "，已过期" in text
    assert "■ 甲局：新增1" in text


def test_a_report_written_late_tells_a_waiver_as_it_was(tmp_path: Path) -> None:
    config = config_for(more='[[output]]\npath = "out/changes.json"\n')
    grant(f"rule: {RULE}, case: 甲, {WHY}, until: 2011-09-26")
    (tmp_path / "out").write_text("in the way", "utf-8")
    with pytest.raises(InputError):
        night(config, "2011-09-26")
    (tmp_path / "out").unlink()
    found = [one for one in told(night(config, "2011-09-27")) if one[0] == "甲"]
    assert [(one[1], one[3]) for one in found] == [("waived", "overdue"), ("new", None)]


# --- receipts ---------------------------------------------------------------------------------------------


@MODES
def test_the_receipt_holds_the_waivers(mode: str) -> None:
    config = config_for(mode)
    grant(f"rule: {RULE}, case: 甲, {WHY}, until: 2011-09-26", f"rule: {RULE}, case: 无, {WHY}, until: 2011-09-20")
    night(config, "2011-09-25")
    night(config, "2011-09-26")
    kept = json.loads(Path(receipt(2)).read_text("utf-8"))
    data = Path("waivers.yaml").read_bytes()
    assert [(one["path"], one["bytes"]) for one in kept["waivers"]] == [("waivers.yaml", len(data))]
    assert kept["waivers"][0]["digest"].startswith("sha256:")
    assert kept["options"]["waivers"] == ["waivers.yaml"]
    assert left_with("verify", receipt(1))[0] == 0
    assert left_with("verify", receipt(2))[0] == 0
    # A waiver more at the end: what stood there then is read.
    with Path("waivers.yaml").open("a", encoding="utf-8") as out:
        out.write(f"  - {{rule: {RULE}, case: 乙, {WHY}, until: 2011-12-31}}\n")
    returned, text = left_with("verify", receipt(1), "--format", "json")
    assert (returned, json.loads(text)["compared"]) == (0, ["verdicts", "report"])
    assert "后来只是增长了" in json.loads(text)["notes"][0]
    grant(f"rule: {RULE}, case: 乙, {WHY}, until: 2011-12-31")
    returned, text = left_with("verify", receipt(1), "--format", "json")
    assert (returned, [one["part"] for one in json.loads(text)["differences"]]) == (1, ["waivers"])
    Path("waivers.yaml").unlink()
    assert "找不到了" in left_with("verify", receipt(1))[1]


def test_a_receipt_from_before_there_were_waivers_is_verified() -> None:
    grant()
    night(config_for(), "2011-09-26")
    kept = json.loads(Path(receipt(1)).read_text("utf-8"))
    del kept["waivers"], kept["options"]["waivers"]
    Path("old.json").write_text(json.dumps(kept), "utf-8")
    assert left_with("verify", "old.json")[0] == 0


def test_diff_sets_waivers_beside_each_other() -> None:
    grant(f"rule: {RULE}, case: 甲, {WHY}, until: 2011-09-26")
    common = ("--events", "log.csv", "--rules", "luzhou-2011", "--format", "json")
    returned, text = left_with("diff", "waivers=", "waivers=waivers.yaml", *common, "--as-of", "2011-09-26")
    (flip,) = json.loads(text)["flips"]
    assert (returned, flip["before"]["breach"], flip["after"]["verdict"]) == (1, "overdue", "excused")
    returned, text = left_with("diff", "2011-09-26", "2011-09-27", *common, "--waivers", "waivers.yaml")
    (flip,) = json.loads(text)["flips"]
    assert (flip["before"]["verdict"], flip["after"]["breach"]) == ("excused", "overdue")


# --- what is refused --------------------------------------------------------------------------------------


def test_bad_files_of_waivers_are_told_at_once_and_the_state_is_left_alone() -> None:
    config = config_for(more='[[output]]\npath = "a.xyz"\n')
    text = Path("zwgk.toml").read_text("utf-8").replace('"waivers.yaml"', '"waivers.yaml", "gone.yaml"')
    Path("zwgk.toml").write_text(text, "utf-8")
    grant(f"rule: {RULE}, {WHY}, until: 2011-09-31", f"rule: {RULE}, case: 甲, {WHY}, untill: 2011-12-31")
    with pytest.raises(ComplaintsError) as refusal:
        night(load_config("zwgk.toml"), "2011-09-26")
    said = str(refusal.value)
    for part in ("waivers.yaml:2:", "waivers.yaml:3:", "untill", "2011-09-31", "gone.yaml", "a.xyz"):
        assert part in said
    assert not Path(config.state).exists()
    result = invoke("audit", "--as-of", "2011-09-26")
    assert isinstance(result.exception, ComplaintsError)


def test_waivers_that_change_while_the_run_is_at_work_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_for()
    grant()
    from zwgk.audit import run

    evaluate = run.evaluate_all

    def slowly(*arguments: object, **options: object) -> object:
        found = evaluate(*arguments, **options)  # type: ignore[arg-type]
        grant(f"rule: {RULE}, case: 甲, {WHY}, until: 2011-12-31")
        return found

    monkeypatch.setattr(run, "evaluate_all", slowly)
    with pytest.raises(InputError, match="核查期间豁免清单变了"):
        night(config, "2011-09-26")
    with opened(config.state) as state:
        assert state.last_run() is None


def test_the_key_is_known_to_schema_and_starter() -> None:
    text = STARTER.replace("# waivers =", "waivers =")
    assert text != STARTER
    Path("made.toml").write_text(text, "utf-8")
    assert load_config("made.toml").waivers == ("豁免.yaml",)
    jsonschema.validate(tomllib.loads(text), config_schema())
    wrong = text.replace('["豁免.yaml"]', '"豁免.yaml"')
    Path("made.toml").write_text(wrong, "utf-8")
    with pytest.raises(ComplaintsError, match=r"audit\.waivers"):
        load_config("made.toml")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(wrong), config_schema())


def test_a_state_from_before_there_were_waivers_is_brought_up() -> None:
    config = config_for()
    grant()
    night(config, "2011-09-26")
    with sqlite3.connect(config.state) as connection:
        connection.execute("DROP INDEX findings_waived")
        connection.execute("ALTER TABLE findings DROP COLUMN waived")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    grant(f"rule: {RULE}, case: 甲, {WHY}, until: 2011-12-31")
    assert [one[:3] for one in told(night(config, "2011-09-27"))] == [("甲", "waived", "waivers")]
