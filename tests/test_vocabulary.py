"""The words of a log: what is taken as the same, and that the tables are the contract's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zwgk.vocabulary import (
    BLANKS,
    COLUMN_HEADERS,
    EVENT_LABELS,
    EVENT_NAMES,
    clean,
    column_label,
    column_name,
    event_label,
    event_name,
    nearest,
)

CONTRACT = Path(__file__).resolve().parents[2] / "shared" / "contract.md"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("case", "case"),
        ("Case", "case"),
        ("TIME", "time"),
        (" event ", "event"),
        ("ｅｖｅｎｔ", "event"),
        ("\ufeffcase", "case"),
        ("文号", "case"),
        ("发文字号", "case"),
        ("流水号", "case"),
        ("　环节　", "event"),
        ("时 间", "time"),
        ("日　期", "time"),
        ("办理\n时间", "time"),
        ("责任单位", "agency"),
        ("公开主体", "agency"),
        ("行政区划代码", "region"),
        ("决定类型", "decision_type"),
        ("Decision Type", "decision_type"),
        ("decision-type", "decision_type"),
        ("涉密", "secret"),
        ("撤销情形", "revocation"),
        ("备注", "备注"),
        (" My Column ", "My Column"),
        ("timestamp", "timestamp"),
        ("", ""),
    ],
)
def test_column_name(header: str, name: str) -> None:
    assert column_name(header) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("document-issued", "document-issued"),
        ("Document-Issued", "document-issued"),
        ("document_issued", "document-issued"),
        ("document issued", "document-issued"),
        ("文件印发", "document-issued"),
        (" 文件 印发　", "document-issued"),
        ("\ufeff文件印发", "document-issued"),
        ("执法决定公开", "decision-published"),
        ("信息公开", "information-published"),
        ("答复", "reply-sent"),
        ("decision-publishd", "decision-publishd"),
        ("My Event", "My Event"),
        ("内部会签", "内部会签"),
        ("", ""),
    ],
)
def test_event_name(text: str, name: str) -> None:
    assert event_name(text) == name


def test_labels_for_reports() -> None:
    assert event_label("document-issued") == "文件印发"
    assert event_label("内部会签") == "内部会签"
    assert column_label("time") == "时间"
    assert column_label("case") == "文号"
    assert column_label("备注") == "备注"


def test_no_word_has_two_meanings() -> None:
    assert len(EVENT_NAMES) == len(EVENT_LABELS)
    headers = [header for name, known in COLUMN_HEADERS.items() for header in (name, *known)]
    assert len(headers) == len(set(headers))
    assert all(event_name(label) == name and event_name(name) == name for name, label in EVENT_LABELS.items())
    assert all(column_name(header) == name for name, known in COLUMN_HEADERS.items() for header in known)


@pytest.mark.parametrize(
    ("name", "candidates", "expected"),
    [
        ("tiem", ["event", "time", "case"], "time"),
        ("Evnet", ["event", "time"], "event"),
        ("decision-publishd", EVENT_LABELS, "decision-published"),
        ("办理时閒", ["办理环节", "办理时间"], "办理时间"),
        ("zzz", ["event", "time"], None),
        ("", ["event"], None),
        ("event", [], None),
    ],
)
def test_nearest(name: str, candidates: list[str], expected: str | None) -> None:
    assert nearest(name, candidates) == expected


@given(st.text(alphabet=BLANKS, max_size=5), st.sampled_from(sorted(EVENT_NAMES)), st.text(alphabet=BLANKS, max_size=5))
def test_space_around_a_known_word_makes_no_difference(before: str, word: str, after: str) -> None:
    assert event_name(before + word + after) == EVENT_NAMES[word]


def test_blanks_are_the_white_space_of_python_and_the_bom() -> None:
    every = {chr(code) for code in range(0x110000) if chr(code).isspace()}

    assert set(BLANKS) == every | {"\ufeff"}


@given(st.text())
def test_any_text_is_a_word(text: str) -> None:
    for read in (column_name, event_name):
        assert read(read(text)) == read(text)
        assert read(text) == clean(read(text))


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract lies beside a working copy only")
def test_tables_are_those_of_the_contract() -> None:
    text = CONTRACT.read_text(encoding="utf-8")
    section = text[text.index("## 2.") : text.index("## 3.")]
    events, attributes = section[section.index("### Event names") :].split("### Attributes", 1)

    written = dict(re.findall(r"`([a-z0-9-]+)` ([一-鿿]+)", events))
    assert written == EVENT_LABELS
    core = {
        name: tuple(headers.split())
        for name, headers in re.findall(r"^\| `(\w+)` \| ([^|–]+?) \|", section, re.MULTILINE)
    }
    named = {name: (header,) for name, header in re.findall(r"`(\w+)` ([一-鿿]+)", attributes) if name != "default"}
    assert core | named == COLUMN_HEADERS
