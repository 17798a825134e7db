"""Both deciders answer every pattern alike, and the verdict table answers each pattern exactly once."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

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
    one, other = plain.learn(decide.VERDICT_TABLE), engine.learn(decide.VERDICT_TABLE)
    for pattern in every_pattern():
        assert judge(plain, one, pattern) == judge(engine, other, pattern)


def test_unknown_applicability_never_blames() -> None:
    plain = PlainDecider()
    table = plain.learn(decide.VERDICT_TABLE)
    for pattern in every_pattern():
        if ("applies", "unknown") in pattern:
            assert judge(plain, table, pattern).verdict in {"met", "excused", "undecided"}


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
    table = plain.learn(decide.VERDICT_TABLE)
    assert tuple(judge(plain, table, signs(**signs_))) == outcome


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
    one, other = plain.learn(rows), engine.learn(rows)
    for words in itertools.product(*[["in", "out"]] * 3, *[["yes", "no", "unknown"]] * 3):
        facts = dict(zip(["r0", "r1", "r2", "c0", "c1", "c2"], words, strict=True))
        expected = selection_by_hand(CANDIDATES, facts)
        assert set(plain.decide(one, facts_of(facts))) == expected
        assert set(engine.decide(other, facts_of(facts))) == expected


def test_a_table_larger_than_the_package_takes_is_split() -> None:
    rows = [Row(f"{i}", ((("a", "x"),),)) for i in range(150)]
    for decider in (PlainDecider(), durable()):
        table = decider.learn(rows)
        assert len(decider.decide(table, signs(a="x"))) == 150
        assert decider.decide(table, signs(a="y")) == ()


def test_equal_tables_are_one_and_others_are_not() -> None:
    def rows(conclusion: str) -> list[Row]:
        return [Row(conclusion, ((("a", "x"),),))]

    for decider in (PlainDecider(), durable()):
        first, second = decider.learn(rows("one")), decider.learn(rows("two"))
        assert decider.learn(rows("one")) == first != second == decider.learn(tuple(rows("two")))
        assert decider.decide(first, signs(a="x")) == ("one",)
        assert decider.decide(second, signs(a="x")) == ("two",)
        assert decider.decide(first, signs(a="x")) == ("one",)


def test_what_was_learnt_once_is_not_compiled_again() -> None:
    decider = durable()
    assert isinstance(decider, decide.DurableDecider)
    rows = [Row(f"{i}", ((("a", "x"),),)) for i in range(150)]
    decider.learn(rows)
    held = decider.rule_sets
    # 150 rows are three parts of at most 60.
    assert held == 3
    for _ in range(50):
        decider.learn(list(rows))
    assert decider.rule_sets == held


def test_an_attempt_broken_off_can_be_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    decider = durable()
    assert isinstance(decider, decide.DurableDecider)
    rows = [Row(f"{i}", ((("a", "x"),),)) for i in range(90)]
    compiled, calls = decider._compiled, []

    def interrupted(part: list[Row]) -> object:
        calls.append(part)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return compiled(part)

    monkeypatch.setattr(decider, "_compiled", interrupted)
    with pytest.raises(KeyboardInterrupt):
        decider.learn(rows)
    assert len(decider.decide(decider.learn(rows), signs(a="x"))) == 90


GROWTH = """
import sys
from zwgk import check
from zwgk.decide import make_decider

def held():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

rows = [{"case": "甲", "event": "文件印发", "time": "2011-09-19", "agency": "办"}]
for number in range(220):
    if number == 20:
        before, sets = held(), make_decider().rule_sets
    rules = None if number % 2 else ["luzhou-2011", "jingmen-2022/comment-period"]
    assert check(rows, as_of="2011-12-31", rules=rules).breaches or rules is None
print(held() - before, make_decider().rule_sets - sets)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the system how much memory is held")
def test_evaluations_in_one_process_do_not_grow() -> None:
    durable()
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", GROWTH], capture_output=True, text=True, check=True)
    grown, sets = map(int, done.stdout.split())
    assert sets == 0
    # Each evaluation kept about half a megabyte: together a hundred.
    assert grown < 8 << 20


def test_threads_share_the_decider() -> None:
    assert decide.make_decider() is decide.make_decider()
    for decider in (PlainDecider(), durable()):
        tables = [[Row(f"{n}", ((("a", "x"),),)), Row("y", ((("a", "y"),),))] for n in range(8)]

        def work(number: int, decider: Decider = decider, tables: list[list[Row]] = tables) -> list[bool]:
            right = []
            for turn in range(40):
                n = (number + turn) % 8
                table = decider.learn(tables[n])
                right.append(decider.decide(table, signs(a="x", turn=str(turn))) == (f"{n}",))
                right.append(decider.decide(table, signs(a="y", turn=str(turn))) == ("y",))
            return right

        with ThreadPoolExecutor(8) as pool:
            assert all(all(right) for right in pool.map(work, range(8)))
        assert len({decider.learn(rows) for rows in tables}) == 8
        if isinstance(decider, decide.DurableDecider):
            assert decider.rule_sets == 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")
def test_a_forked_process_has_a_decider_of_its_own() -> None:
    held = decide.make_decider()
    # As if another thread were in the middle of asking.
    lock = held._lock  # type: ignore[attr-defined]
    with lock:
        child = os.fork()
        if child == 0:
            own = decide.make_decider()
            fine = own is not held and own.decide(own.learn([Row("x", ((("a", "b"),),))]), signs(a="b")) == ("x",)
            os._exit(0 if fine else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_chinese_names_and_values() -> None:
    for decider in (PlainDecider(), durable()):
        table = decider.learn([Row("是", ((("类型", "处罚"),),))])
        assert decider.decide(table, signs(类型="处罚")) == ("是",)


def test_no_thread_is_left_running() -> None:
    before = threading.active_count()
    decider = durable()
    decider.decide(decider.learn([Row("x", ((("a", "b"),),))]), signs(a="b"))
    assert threading.active_count() == before


def test_a_table_without_an_answer_is_a_defect_and_says_so() -> None:
    plain = PlainDecider()
    table = plain.learn(())
    with pytest.raises(RuntimeError, match="0 outcomes"):
        judge(plain, table, signs(kind="due"))
