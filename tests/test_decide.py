"""Both deciders answer every pattern alike, and the verdict table answers each pattern exactly once."""

from __future__ import annotations

import itertools
import threading

import pytest

from zwgk import decide
from zwgk.decide import Candidate, Decider, PlainDecider, Row, facts_of, judge, selection_table, signs

FIELDS = {
    "due": {
        "performed": ["in_time", "after", "between", "contradicts", "none"],
        "due": ["ahead", "passed", "between", "waiting"],
    },
    "period": {
        "closed": ["enough", "no", "short", "between", "contradicts"],
        "due": ["ahead", "reached", "between"],
        "excuse": ["given", "blank", "unknown"],
    },
    "order": {"order": ["kept", "broken", "absent", "unclear", "open"]},
    "content": {"content": ["complete", "incomplete", "unknown"]},
    "number": {"number": ["reached", "below", "unknown"]},
}


def every_pattern() -> list[decide.Pattern]:
    return [
        signs(kind=kind, applies=applies, **dict(zip(fields, words, strict=True)))
        for kind, fields in FIELDS.items()
        for applies in ("yes", "unknown")
        for words in itertools.product(*fields.values())
    ]


def durable() -> Decider:
    pytest.importorskip("durable.engine", reason="durable_rules cannot be built for this interpreter")
    return decide.DurableDecider()


def test_every_verdict_pattern_has_one_outcome_and_both_deciders_agree() -> None:
    plain, engine = PlainDecider(), durable()
    for decider in (plain, engine):
        decider.learn(decide.VERDICTS, decide.VERDICT_TABLE)
    for pattern in every_pattern():
        assert judge(plain, pattern) == judge(engine, pattern)


def test_unknown_applicability_never_blames() -> None:
    plain = PlainDecider()
    plain.learn(decide.VERDICTS, decide.VERDICT_TABLE)
    for pattern in every_pattern():
        if ("applies", "unknown") in pattern:
            assert judge(plain, pattern).verdict in {"met", "excused", "undecided"}


@pytest.mark.parametrize(
    ("signs_", "outcome"),
    [
        ({"kind": "due", "applies": "yes", "performed": "after", "due": "passed"}, ("breached", "late", "late")),
        ({"kind": "due", "applies": "yes", "performed": "none", "due": "passed"}, ("breached", "overdue", "overdue")),
        ({"kind": "due", "applies": "yes", "performed": "none", "due": "ahead"}, ("pending", None, "pending")),
        (
            {"kind": "period", "applies": "yes", "closed": "short", "due": "ahead", "excuse": "given"},
            ("excused", None, "excused"),
        ),
        (
            {"kind": "period", "applies": "yes", "closed": "short", "due": "ahead", "excuse": "blank"},
            ("breached", "short", "short"),
        ),
        ({"kind": "order", "applies": "yes", "order": "absent"}, ("breached", "missing", "no_predecessor")),
        ({"kind": "number", "applies": "yes", "number": "below"}, ("breached", "below", "below")),
    ],
)
def test_typed_outcomes(signs_: dict[str, str], outcome: tuple[str, str | None, str]) -> None:
    plain = PlainDecider()
    plain.learn(decide.VERDICTS, decide.VERDICT_TABLE)
    assert tuple(judge(plain, signs(**signs_))) == outcome


def selection_by_hand(candidates: list[Candidate], facts: dict[str, str]) -> set[str]:
    """The words of docs/semantics.md § 2, candidate by candidate."""

    def state(i: int) -> str:
        words = [facts[f"c{j}"] for j in candidates[i].conditions]
        if facts[f"r{i}"] == "out" or "no" in words:
            return "no"
        return "unknown" if "unknown" in words else "yes"

    found = set()
    for i, candidate in enumerate(candidates):
        own, over = state(i), {state(s) for s in candidate.overridden_by}
        if own == "no" or "yes" in over:
            continue
        found.add(f"{i}:{'unknown' if own == 'unknown' or 'unknown' in over else 'yes'}")
    return found


CANDIDATES = [Candidate((0,), (1,)), Candidate((1, 2), ()), Candidate((), (0, 1))]


def test_selection_follows_the_page() -> None:
    plain, engine = PlainDecider(), durable()
    rows = selection_table(CANDIDATES)
    for decider in (plain, engine):
        decider.learn("s", rows)
    for words in itertools.product(*[["in", "out"]] * 3, *[["yes", "no", "unknown"]] * 3):
        facts = dict(zip(["r0", "r1", "r2", "c0", "c1", "c2"], words, strict=True))
        expected = selection_by_hand(CANDIDATES, facts)
        assert set(plain.decide("s", facts_of(facts))) == expected
        assert set(engine.decide("s", facts_of(facts))) == expected


def test_a_table_larger_than_the_package_takes_is_split() -> None:
    rows = [Row(f"{i}", ((("a", "x"),),)) for i in range(150)]
    for decider in (PlainDecider(), durable()):
        decider.learn("big", rows)
        assert len(decider.decide("big", signs(a="x"))) == 150
        assert decider.decide("big", signs(a="y")) == ()


def test_a_table_learned_anew_answers_anew() -> None:
    for decider in (PlainDecider(), durable()):
        decider.learn("t", [Row("old", ((("a", "x"),),))])
        decider.learn("t", [Row("old", ((("a", "x"),),))])
        assert decider.decide("t", signs(a="x")) == ("old",)
        decider.learn("t", [Row("new", ((("a", "x"),),))])
        assert decider.decide("t", signs(a="x")) == ("new",)


def test_chinese_names_and_values() -> None:
    for decider in (PlainDecider(), durable()):
        decider.learn("中", [Row("是", ((("类型", "处罚"),),))])
        assert decider.decide("中", signs(类型="处罚")) == ("是",)


def test_no_thread_is_left_running() -> None:
    before = threading.active_count()
    decider = durable()
    decider.learn("t", [Row("x", ((("a", "b"),),))])
    decider.decide("t", signs(a="b"))
    assert threading.active_count() == before


def test_a_table_without_an_answer_is_a_defect_and_says_so() -> None:
    plain = PlainDecider()
    plain.learn(decide.VERDICTS, ())
    with pytest.raises(RuntimeError, match="0 outcomes"):
        judge(plain, signs(kind="due"))
