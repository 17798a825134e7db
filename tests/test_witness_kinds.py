"""The witness on small logs of every other kind, and the random logs it is fed."""

from __future__ import annotations

import random

import pytest
from random_logs import Run, log_to_csv, random_run
from typed_logs import day, duty, events, judged
from witness import judge

from zwgk.model import Condition, Excuse, FixedDate, Kind, Requirement, TimeLimit, Unit

# --- the other kinds of a case ----------------------------------------------------------------------------

COMMENT = duty(
    Kind.MINIMUM_PERIOD,
    trigger="opened",
    performance="closed",
    limit=TimeLimit(30, Unit.DAYS),
    excuse=Excuse("reason", ("opened", "closed")),
)


@pytest.mark.parametrize(
    ("closed", "verdict", "late_by"),
    [
        ("2024-03-31", "met", None),
        ("2024-03-30", "breached", (1, "days")),
        ("2024-03-30 @ reason=情况紧急", "excused", None),
    ],
)
def test_thirty_days_of_comment(closed: str, verdict: str, late_by: tuple[int, str] | None) -> None:
    (found,) = judged(events("opened @ 2024-03-01", f"closed @ {closed}"), COMMENT)
    assert found.due is not None
    assert (found.due.at, found.verdict, found.late_by) == ("2024-03-31", verdict, late_by)


def test_a_comment_period_without_its_reason_column_or_its_end() -> None:
    short = events("opened @ 2024-03-01", "closed @ 2024-03-30")
    assert judged(short, COMMENT, columns={"channel"})[0].verdict == "undecided"
    standing = judged(events("opened @ 2024-03-01"), COMMENT, as_of="2024-03-31")
    waiting = judged(events("opened @ 2024-03-01"), COMMENT, as_of="2024-03-30")
    assert (standing[0].verdict, waiting[0].verdict, waiting[0].remaining) == ("met", "pending", (1, "days"))


@pytest.mark.parametrize(
    ("draft", "verdict", "breach"),
    [
        ("draft @ 2024-03-04", "met", None),
        ("draft @ 2024-03-05", "undecided", None),
        ("draft @ 2024-03-05 09:00", "met", None),
        ("draft @ 2024-03-05 11:00", "breached", "out-of-order"),
        ("draft @ 2024-03-06", "breached", "out-of-order"),
        ("other @ 2024-03-01", "breached", "missing"),
    ],
)
def test_the_draft_comes_before_the_decision(draft: str, verdict: str, breach: str | None) -> None:
    rule = duty(Kind.ORDER, trigger="adopted", preceded_by="draft")
    (found,) = judged(events("adopted @ 2024-03-05 10:00", draft), rule)
    assert (found.verdict, found.breach, found.due) == (verdict, breach, None)


def test_what_must_follow_is_open_until_it_does() -> None:
    rule = duty(Kind.ORDER, trigger="closed", performance="adoption")
    assert judged(events("closed @ 2024-03-05"), rule)[0].verdict == "undecided"
    assert judged(events("closed @ 2024-03-05", "adoption @ 2024-03-05"), rule)[0].verdict == "met"
    assert judged(events("closed @ 2024-03-05", "adoption @ 2024-03-04"), rule)[0].breach == "out-of-order"


def test_events_linked_by_an_attribute_across_cases() -> None:
    rule = duty(Kind.ORDER, trigger="opened", preceded_by="filed", match_by="account")
    log = events("filed @ 2024-03-01 @ account=微博 @ case=乙", "opened @ 2024-03-05 @ account=微博")
    assert judged(log, rule)[0].verdict == "met"
    other = events("filed @ 2024-03-01 @ account=微信", "opened @ 2024-03-05 @ account=微博")
    assert judged(other, rule)[0].breach == "missing"


def test_a_duty_that_hangs_on_an_excused_period() -> None:
    rule = duty(
        Kind.ORDER, "adoption", trigger="closed", performance="adoption", provided_finding=("pack/duty", "excused")
    )
    excused = events("opened @ 2024-03-01", "closed @ 2024-03-20 @ reason=情况紧急")
    met = events("opened @ 2024-03-01", "closed @ 2024-04-20")
    assert [one.rule for one in judged(excused, rule, COMMENT)] == ["pack/adoption", "pack/duty"]
    assert [one.rule for one in judged(met, rule, COMMENT)] == ["pack/duty"]


def test_content_over_event_and_case() -> None:
    two_forms = (Requirement("form", distinct=2),)
    log = events("shown @ 2024-03-05 @ form=图解", "shown @ 2024-03-06 @ form=问答")
    apart = judged(log, duty(Kind.CONTENT, trigger="shown", requires=two_forms))
    together = judged(log, duty(Kind.CONTENT, trigger="shown", requires=two_forms, over="case"))
    same_day = judged(log, duty(Kind.CONTENT, trigger="shown", requires=two_forms, over="day"))
    assert [one.breach for one in apart] == ["missing", "missing"]
    assert [one.verdict for one in together] == ["met"]
    assert [one.breach for one in same_day] == ["missing"]


def test_content_requirements() -> None:
    rule = duty(
        Kind.CONTENT,
        trigger="listed",
        requires=(
            Requirement("channel", allowed=frozenset({"门户网站", "政务新媒体"}), includes=("门户网站",)),
            Requirement("reason", when=(Condition("secret", allowed=frozenset({"是"}), default="否"),)),
        ),
    )
    rows = {
        "channel=门户网站、政务新媒体": "met",
        "channel=政务新媒体": "breached",
        "channel=门户网站；报纸": "breached",
        "channel=门户网站 @ secret=是": "breached",
        "channel=门户网站 @ secret=是 @ reason=有": "met",
    }
    assert [judged(events(f"listed @ 2024-03-05 @ {row}"), rule)[0].verdict for row in rows] == list(rows.values())
    assert judged(events("listed @ 2024-03-05"), rule, columns={"reason"})[0].verdict == "undecided"


@pytest.mark.parametrize(
    ("cell", "verdict"),
    [("4", "met"), ("4％", "met"), ("４.0%", "met"), ("3.99", "breached"), ("", "undecided"), ("约四", "undecided")],
)
def test_a_weight_of_four_per_cent(cell: str, verdict: str) -> None:
    rule = duty(Kind.THRESHOLD, trigger="set", attribute="weight", minimum=4.0)
    assert judged(events(f"set @ 2022-03-05 @ weight={cell}"), rule)[0].verdict == verdict


# --- agency-wide duties -----------------------------------------------------------------------------------

QUARTERLY = duty(Kind.CADENCE, performance="progress", per="quarter", region="620503", in_force_from=day("2016-07-18"))


def test_every_quarter_from_the_one_the_plan_took_effect_in() -> None:
    log = events("progress @ 2016-01-05", "progress @ 2016-09-30", "progress @ 2017-01-03", region="620503")
    found = judged(log, QUARTERLY, as_of="2017-02-01")
    assert [(one.period, one.verdict, one.breach) for one in found] == [
        ("2016-Q3", "met", None),
        ("2016-Q4", "breached", "overdue"),
        ("2017-Q1", "met", None),
    ]
    assert found[1].late_by == (32, "days")
    assert (found[1].agency, found[1].region, found[1].case) == ("某机关", "620503", None)


def test_a_date_with_two_readings() -> None:
    by = FixedDate(day("2011-05-31"), day("2011-06-30"))
    rule = duty(Kind.FIXED_DATE, performance="upgraded", by=by, owed_by=("某局",))
    verdicts = []
    for done in ("2011-05-31", "2011-06-30", "2011-07-01"):
        (found,) = judged(events(f"upgraded @ {done}", agency="某局"), rule)
        verdicts.append((found.verdict, found.breach))
    assert verdicts == [("met", None), ("undecided", None), ("breached", "late")]
    (open_,) = judged(events("other @ 2011-01-05"), rule, as_of="2011-06-15")
    assert (open_.verdict, open_.due) == ("undecided", (None, "2011-05-31", "2011-06-30", False, None))


def test_a_yearly_date_is_judged_year_by_year() -> None:
    rule = duty(
        Kind.FIXED_DATE, performance="reported", by=FixedDate(month=1, day=31, reported_year=-1), owed_by=("某局",)
    )
    log = events("reported @ 2022-01-31", "reported @ 2023-02-02", agency="某局")
    found = judged(log, rule, as_of="2024-01-30")
    assert [(one.period, one.verdict, one.late_by) for one in found] == [
        ("2022", "met", None),
        ("2023", "breached", (2, "days")),
        ("2024", "pending", None),
    ]


def test_a_national_duty_binds_those_who_perform_it() -> None:
    rule = duty(Kind.CADENCE, performance="progress", per="year")
    log = [*events("progress @ 2022-03-01", agency="甲局"), *events("other @ 2022-03-01", agency="乙局")]
    assert [one.agency for one in judged(log, rule, as_of="2022-06-01")] == ["甲局"]
    assert [one.agency for one in judged(log, rule, as_of="2022-06-01", named_packs={"pack"})] == ["乙局", "甲局"]


def test_every_member_must_have_it() -> None:
    by = FixedDate(day("2020-10-19"), day("2020-10-19"))
    rule = duty(Kind.COVERAGE, performance="compiled", member="field", members=("教育", "卫生", "住房"), by=by)
    log = events("compiled @ 2020-10-19 @ field=教育、卫生")
    found = judged(log, rule, as_of="2020-10-20")
    assert [(one.member, one.verdict, one.breach) for one in found] == [
        ("住房", "breached", "overdue"),
        ("卫生", "met", None),
        ("教育", "met", None),
    ]


# --- the random logs --------------------------------------------------------------------------------------


def run_of(seed: int, cases: int) -> Run:
    return random_run(random.Random(seed), cases=cases)


def test_the_same_seed_gives_the_same_run() -> None:
    one, other = (run_of(7, 20) for _ in range(2))
    assert one == other
    assert log_to_csv(one.events, one.columns) == log_to_csv(other.events, other.columns)


def test_random_runs_reach_every_verdict_of_every_kind() -> None:
    seen = set()
    for seed in range(120):
        run = run_of(seed, 40)
        kinds = {rule.id: rule.kind.value for rule in run.rules}
        for one in judge(run.events, **{name: value for name, value in run._asdict().items() if name != "events"}):
            seen.add((kinds[one.rule], one.breach or one.verdict))
    limits = {
        (kind, word)
        for kind in ("deadline", "fixed-date", "coverage")
        for word in ("met", "late", "overdue", "pending")
    }
    others = {
        ("cadence", "met"), ("cadence", "overdue"), ("cadence", "pending"),
        ("minimum-period", "met"), ("minimum-period", "short"), ("minimum-period", "excused"), ("minimum-period", "pending"),
        ("order", "met"), ("order", "missing"), ("order", "out-of-order"),
        ("content", "met"), ("content", "missing"), ("threshold", "met"), ("threshold", "below"),
    }  # fmt: skip
    undecided = {(kind.value, "undecided") for kind in Kind}
    assert limits | others | undecided <= seen


def test_a_random_log_written_as_a_file_has_every_row() -> None:
    run = run_of(3, 20)
    lines = log_to_csv(run.events, run.columns).splitlines()
    assert len(lines) == len(run.events) + 1
    assert lines[0].startswith("case,event,time,agency,region")
    for event in run.events:
        assert event.event in lines[event.row - 1]
