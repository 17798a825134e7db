"""Thirty nights over a growing log: each night's lists are those that whole reports tell."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from audit_logs import HEADER, Grants, Told, Witness, World, day

from zwgk._data import data_folder
from zwgk.audit.config import load_config
from zwgk.audit.history import history_of
from zwgk.audit.run import run_audit
from zwgk.audit.state import OPEN, opened
from zwgk.model import Moment

if TYPE_CHECKING:
    from pathlib import Path

    from zwgk.audit.config import Config
    from zwgk.audit.outcome import Outcome

CONFIG = """
[audit]
mode = "{mode}"
waivers = [{waivers}]
[rules]
packs = [{packs}]
[[source]]
files = ["log.csv"]
"""
PACKS = (
    "ogi-regulation-2019",
    "guiyang-hitech-2019",
    "luzhou-2011",
    "jingmen-2022",
    "budget-law",
    "tianshui-maiji-2016",
    "major-decision-2019",
    "penalty-law-2021",
)


def configured(
    folder: Path, *, mode: str = "full", packs: tuple[str, ...] = PACKS, waivers: str = "", more: str = ""
) -> Config:
    text = CONFIG.format(mode=mode, waivers=waivers, packs=", ".join(f'"{pack}"' for pack in packs)) + more
    (folder / "zwgk.toml").write_text(text, "utf-8")
    return load_config(str(folder / "zwgk.toml"))


def told_by(outcome: Outcome, config: Config) -> Told:
    with opened(config.state) as state:
        still = frozenset(one.item.fingerprint for one in state.findings(OPEN))
    of_kind = {
        kind: frozenset(one.item.fingerprint for one in outcome.changes if one.kind == kind)
        for kind in ("new", "reopened", "closed", "cleared", "waived")
    }
    return Told(**of_kind, open=still)


@pytest.mark.parametrize(
    ("mode", "seed", "waivers", "spoilt"),
    [
        ("full", 1, False, 0),
        ("full", 3, True, 0.1),
        ("incremental", 1, False, 0),
        ("incremental", 2, False, 0.1),
        ("incremental", 3, True, 0),
        ("incremental", 4, True, 0.1),
    ],
)
def test_thirty_nights(tmp_path: Path, mode: str, seed: int, waivers: bool, spoilt: float) -> None:
    granting = '"waivers.yaml"' if waivers else ""
    config = configured(tmp_path, mode=mode, waivers=granting)
    grants = Grants(seed)
    log = tmp_path / "log.csv"
    world, witness = World(seed, spoilt=spoilt), Witness()
    with log.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        for number in range(60):
            out.writelines(world.night(number))
    seen = dict.fromkeys(Told._fields, 0)
    waived_late = 0
    for number in range(60, 90):
        with log.open("a", encoding="utf-8") as out:
            out.writelines(world.night(number))
        as_of = day(number)
        if waivers:
            grants.night(witness.report.findings if number > 60 else (), as_of)
            grants.write(tmp_path / "waivers.yaml")
        expected = witness.night(log, as_of, grants=grants.now, rules=PACKS)
        outcome = run_audit(config, as_of=Moment(as_of.toordinal()))
        found = told_by(outcome, config)
        assert found == expected, f"night {number}"
        assert outcome.totals["open"] == len(expected.open)
        assert outcome.mode == ("full" if number == 60 else mode), outcome.notices
        with opened(config.state) as state:
            kept = state.findings("verdict IN ('breached', 'pending', 'undecided')")
            assert {one[0][0]: (one[0].verdict, one[0].breach, one[0].soon) for one in kept} == witness.standing()
            assert {one[0][0]: one[0].waived for one in state.findings("waived IS NOT NULL")} == witness.waived
            assert state.pairs("counts") == witness.counts()
            assert state.pairs("paces") == witness.paces()
            history = history_of(state)
            standings = {tuple(one) for one in (*history.ranking, history.course[-1].standing)}
            assert standings == witness.standings(expected)
        waived_late += witness.waived_late()
        assert outcome.totals["under-waiver"] == len(witness.waived)
        for kind, names in zip(Told._fields, found, strict=True):
            seen[kind] += len(names)
    assert bool(waived_late) == waivers
    # The log must bring forth every kind of change, or the test shows nothing.
    assert [kind for kind, number in seen.items() if not number] == ([] if waivers else ["waived"]), seen


def test_every_cause_is_told(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    header = "case,event,time,agency\n"
    log.write_text(header + "甲,document-issued,2011-09-19,办\n", "utf-8")
    config = configured(tmp_path, packs=("luzhou-2011",))

    def night(as_of: str, config: Config = config) -> list[tuple[str, str, str, str | None]]:
        moment = Moment(dt.date.fromisoformat(as_of).toordinal())
        return [
            (one.kind, one.cause, one.item.breach or one.item.verdict, one.by)
            for one in run_audit(config, as_of=moment).changes
        ]

    # 3 working days from Monday 2011-09-19 end on Thursday 2011-09-22.
    assert night("2011-09-22") == []
    assert night("2011-09-23") == [("new", "time", "overdue", None)]
    with log.open("a", encoding="utf-8") as out:
        out.write("乙,document-issued,2011-09-19,办\n")
    assert night("2011-09-24") == [("new", "events", "overdue", None)]
    with log.open("a", encoding="utf-8") as out:
        out.write("甲,document-published,2011-09-25,办\n乙,document-published,2011-09-20,办\n")
    assert sorted(night("2011-09-26")) == [
        ("closed", "events", "late", "document-published 2011-09-25"),
        ("closed", "events", "met", "document-published 2011-09-20"),
    ]
    # An earlier publication comes to light: what was done too late was not too late.
    with log.open("a", encoding="utf-8") as out:
        out.write("甲,document-published,2011-09-21,办\n")
    assert night("2011-09-27") == [("cleared", "events", "met", "document-published 2011-09-21")]
    # The publication of 乙 is struck out again.
    text = log.read_text("utf-8").replace("乙,document-published,2011-09-20,办\n", "乙,别的,2011-09-20,办\n")
    log.write_text(text, "utf-8")
    assert night("2011-09-28") == [("reopened", "events", "overdue", None)]
    # The duty itself goes when its trigger is put right.
    log.write_text(text.replace("乙,document-issued", "乙,别的"), "utf-8")
    assert night("2011-09-29") == [("closed", "events", "gone", None)]


def test_a_calendar_known_better_flips_what_it_moves(tmp_path: Path) -> None:
    # Issued 2020-01-22 under a limit of 3 working days. The notice for 2020 (国办发明电〔2019〕16号) has January 24 to 30 off and
    # Saturday February 1 worked: the 23rd, the 31st, the 1st. The extension of 2020-01-27 (国办发明电〔2020〕1号) makes all days
    # up to February 2 rest days: the 23rd, the 3rd, the 4th.
    (tmp_path / "log.csv").write_text("case,event,time,agency\n甲,document-issued,2020-01-22,办\n", "utf-8")
    before = configured(tmp_path, packs=("luzhou-2011",))
    before = replace(before, known_on=dt.date(2020, 1, 20))
    as_of = Moment(dt.date(2020, 2, 4).toordinal())
    (found,) = run_audit(before, as_of=as_of).changes
    assert (found.kind, found.item.breach, found.item.due_latest) == ("new", "overdue", "2020-02-01")
    (found,) = run_audit(replace(before, known_on=None), as_of=as_of).changes
    assert (found.kind, found.cause, found.item.verdict) == ("closed", "calendar", "pending")
    assert found.item.due_latest == "2020-02-04"


def test_a_changed_rule_flips_what_it_touches(tmp_path: Path) -> None:
    pack = tmp_path / "own-pack"
    shutil.copytree(data_folder("rules") / "luzhou-2011", pack)
    (tmp_path / "log.csv").write_text("case,event,time,agency\n甲,document-issued,2011-09-19,办\n", "utf-8")
    config = configured(tmp_path, packs=("./own-pack",))
    as_of = Moment(dt.date(2011, 9, 26).toordinal())
    (found,) = run_audit(config, as_of=as_of).changes
    assert (found.kind, found.item.breach) == ("new", "overdue")
    rule = pack / "document-publication.yaml"
    text = rule.read_text("utf-8")
    assert "within: 3 workdays" in text
    rule.write_text(text.replace("within: 3 workdays", "within: 5 workdays"), "utf-8")
    (found,) = run_audit(config, as_of=as_of).changes
    # Five working days from 2011-09-19 end on 2011-09-26.
    assert (found.kind, found.cause, found.item.verdict) == ("closed", "rules", "pending")


def test_an_agency_first_seen_years_later(tmp_path: Path) -> None:
    """Nothing is said of the years before an agency is seen, until an earlier row of its own comes in."""
    packs = ("tianshui-maiji-2016", "fuzhou-gulou-2020")
    config = configured(tmp_path, mode="incremental", packs=packs)
    log, witness = tmp_path / "log.csv", Witness()
    header = "case,event,time,agency\n"
    nights = (
        # A row without time, one without the case it needs and one after as-of show of nobody when it begins.
        """\
甲,document-issued,2016年9月1日,老局
乙,document-issued,2025-03-10,新局
丙,document-issued,2016-13-01,新局
,decision-adopted,2016-10-01,新局
丁,document-issued,2030-01-01,后局
""",
        # Somebody new, and a performance.
        "戊,document-issued,2025-04-01,再新局\n,weibo-opened,2025-05-01,新局\n",
        # Earlier rows of 新局: since 2021, then since 2016.
        "己,document-issued,2021-06-01 09:00,新局\n",
        "庚,document-issued,2016/9/2,新局\n",
        # An earlier row that is a performance.
        ",wechat-opened,2016-09-02,再新局\n",
    )
    # What is open of the accounts due by 2016-12-31 (weibo, wechat) and the catalogue due by 2022-06-30.
    accounts = {"tianshui-maiji-2016/weibo-opened", "tianshui-maiji-2016/wechat-opened"}
    catalogue = "fuzhou-gulou-2020/catalogue-adjusted"
    once = {(name, "老局") for name in (*accounts, catalogue)}
    later = once | {(catalogue, "新局")}
    last = later | {("tianshui-maiji-2016/wechat-opened", "新局")}
    expected = (once, once, later, last, last | {(catalogue, "再新局"), ("tianshui-maiji-2016/weibo-opened", "再新局")})
    log.write_text(header, "utf-8")
    for number, rows in enumerate(nights):
        with log.open("a", encoding="utf-8") as out:
            out.write(rows)
        as_of = dt.date(2025, 6, 10 + number)
        told = witness.night(log, as_of, rules=packs)
        outcome = run_audit(config, as_of=Moment(as_of.toordinal()))
        assert told_by(outcome, config) == told
        assert outcome.mode == ("incremental" if number else "full"), outcome.notices
        with opened(config.state) as state:
            standing = {(one.item.rule, one.item.agency) for one in state.findings(OPEN)}
        assert {one for one in standing if one[0] in {*accounts, catalogue}} == expected[number], number


def night(config: Config, as_of: str) -> list[tuple[str, str, str]]:
    """What a night tells: the kind of change, the cause, the breach or else the verdict."""
    outcome = run_audit(config, as_of=Moment(dt.date.fromisoformat(as_of).toordinal()))
    grown = outcome.previous and not outcome.notices
    assert outcome.mode == (config.mode if grown else "full")
    return [(one.kind, one.cause, one.item.breach or one.item.verdict) for one in outcome.changes]


@pytest.mark.parametrize("mode", ["full", "incremental"])
def test_a_row_that_cannot_be_read_takes_a_breach_back_until_it_is_corrected(tmp_path: Path, mode: str) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "case,event,time,agency\n甲,document-issued,2011-09-19,办\n乙,document-issued,2011-09-19,办\n", "utf-8"
    )
    config = configured(tmp_path, mode=mode, packs=("luzhou-2011",))
    # 3 working days from Monday 2011-09-19 end on Thursday 2011-09-22.
    assert night(config, "2011-09-22") == []
    assert night(config, "2011-09-23") == [("new", "time", "overdue")] * 2
    with log.open("a", encoding="utf-8") as out:
        out.write("甲,document-published,2011-09-31,办\n")
    assert night(config, "2011-09-24") == [("closed", "events", "undecided")]
    assert night(config, "2011-09-25") == []
    # Put right by a row of its own: it was late.
    with log.open("a", encoding="utf-8") as out:
        out.write("甲,document-published,2011-09-26,办\n")
    # The row that cannot be read still stands there, and may have been earlier.
    assert night(config, "2011-09-26") == []
    # Put right in place: the log did not only grow.
    text = log.read_text("utf-8")
    log.write_text(
        text.replace("甲,document-published,2011-09-31,办\n", "甲,document-published,2011-09-21,办\n"), "utf-8"
    )
    assert night(config, "2011-09-27") == []
    log.write_text(
        text.replace("甲,document-published,2011-09-31,办\n", "甲,document-published,2011-09-23,办\n"), "utf-8"
    )
    assert night(config, "2011-09-28") == [("reopened", "events", "late")]


@pytest.mark.parametrize("mode", ["full", "incremental"])
def test_a_row_that_cannot_be_read_of_an_agency(tmp_path: Path, mode: str) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "case,event,time,agency\n,progress-published,2016-08-10,甲局\n,progress-published,2016-08-10,乙局\n", "utf-8"
    )
    config = configured(tmp_path, mode=mode, packs=("tianshui-maiji-2016",))

    def overdue() -> set[tuple[str, str]]:
        with opened(config.state) as state:
            return {(one.item.agency, one.item.period) for one in state.findings(OPEN) if "quarterly" in one.item.rule}

    night(config, "2016-12-30")
    assert overdue() == set()
    night(config, "2017-01-01")
    assert overdue() == {("甲局", "2016-Q4"), ("乙局", "2016-Q4")}
    with log.open("a", encoding="utf-8") as out:
        out.write(",progress-published,2016-12,甲局\n")
    night(config, "2017-01-02")
    assert overdue() == {("乙局", "2016-Q4")}
    # Without the name of its event, it may be any of that agency.
    with log.open("a", encoding="utf-8") as out:
        out.write(",,2016-12-02,乙局\n")
    night(config, "2017-01-03")
    assert overdue() == set()
