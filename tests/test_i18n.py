"""Both languages: no message lacks either, nothing of one shows in the other, and the findings stay the same."""

from __future__ import annotations

import ast
import datetime as dt
import json
import random
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from contests import compare
from evaluators import CONTESTS
from messages import CHINESE, ENGINE, Place, marked, translated_when_read, unmarked, within_f_strings
from random_logs import random_run
from random_requests import random_requests

from zwgk import Calendar, check
from zwgk.errors import UsageError
from zwgk.i18n import LANGUAGES, _, asked_for, n_, speaking
from zwgk.vocabulary import COLUMN_HEADERS, EVENT_LABELS, column_label, event_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from babel.messages.catalog import Catalog, Message
    from random_logs import Run

ROOT = Path(__file__).resolve().parents[1]
EVENTS = ROOT / "examples" / "events.csv"
LOCALE = ENGINE / "locale" / "en" / "LC_MESSAGES"
AS_OF = "2026-11-21"

DATA = {
    "agencylists.py": "the header of a column, and separators within a table",
    "audit/notify/messages.py": "full-width angle brackets that stand for < and > where platforms take those for mentions",
    "casetests.py": "the matter and the agency of a rule's cases that name none",
    "columnar/patterns.py": "separators within a cell",
    "commands/init_mapping.py": "which headers YAML reads as text without quotes",
    "commands/verify.py": "the full-width comma, accepted between rules",
    "contents.py": "the separator of values within a cell",
    "dates.py": "how dates are written in Chinese",
    "daywalk.py": "the separator of festivals in a notice",
    "events/header.py": "the full-width comma, where a header has it",
    "events/ledger.py": "what headers of date columns contain",
    "events/oldbook.py": "how a true or false cell is read",
    "events/records.py": "how a true or false cell is read",
    "events/workbook.py": "how a true or false cell is read",
    "reports/ledger.py": "full-width characters with which a spreadsheet begins a formula",
    "reports/letterdocx.py": "the fonts of official letters",
    "ruleshapes.py": "separators within a cell, and units that were probably meant",
    "selection.py": "separators within a cell",
    "vocabulary.py": "the words of logs",
}
"""Modules that hold Chinese which is data and no message, and what it is."""


@cache
def catalogue() -> Catalog:
    with (LOCALE / "zwgk.po").open("rb") as file:
        return read_po(file, locale="en")


def sides(message: Message) -> Iterator[tuple[str, str]]:
    """Each text of a message with its translation, singular and plural."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
    else:
        yield from zip(message.id, message.string, strict=True)


def first(message: Message) -> str:
    """What a message is found by."""
    return message.id if isinstance(message.id, str) else message.id[0]


def fields(text: str) -> set[str]:
    """The names of the placeholders."""
    return set(re.findall(r"\{([A-Za-z_]\w*)(?:[!:][^{}]*)?\}", text))


# --- the catalogue ----------------------------------------------------------------------------------------


def test_every_message_of_the_source_is_translated() -> None:
    known = {first(message) for message in catalogue() if message.id}
    asked: dict[str, Place] = {}
    for place, _mark, what in marked():
        if isinstance(what, ast.Constant):
            asked.setdefault(what.value, place)
    assert len(asked) > 1000
    assert {text: place for text, place in asked.items() if text not in known} == {}
    assert known - set(asked) == set(), "translations that nothing asks for"


def test_what_is_counted_has_singular_and_plural() -> None:
    counted = {what.value for _place, mark, what in marked() if mark == "n_" and isinstance(what, ast.Constant)}
    assert counted == {message.id[0] for message in catalogue() if not isinstance(message.id, str)}


def test_the_documented_extraction_finds_the_same() -> None:
    keywords: dict[str, Any] = {"_": None, "N_": None, "n_": (1, 1)}
    found = {
        message if isinstance(message, str) else message[0]
        for _file, _line, message, _comments, _context in extract_from_dir(str(ENGINE), keywords=keywords)
    }
    assert found == {first(message) for message in catalogue() if message.id}


def test_no_translation_is_empty_or_fuzzy() -> None:
    assert [message.id for message in catalogue() if message.id and message.fuzzy] == []
    assert [message.id for message in catalogue() for text, said in sides(message) if text and not said.strip(" ")] == [
        "　　"
    ], "two full-width spaces are spaces in English as well"


def test_placeholders_are_the_same_on_both_sides() -> None:
    wrong = [
        (text, said)
        for message in catalogue()
        for text, said in sides(message)
        if text and fields(text) != fields(said)
    ]
    assert wrong == []


def test_line_ends_are_the_same_on_both_sides() -> None:
    for message in catalogue():
        for text, said in sides(message):
            assert message.id == "" or text.count("\n") == said.count("\n"), text


def test_no_translation_holds_chinese() -> None:
    assert [said for message in catalogue() for text, said in sides(message) if text and CHINESE.search(said)] == []


def test_the_compiled_catalogue_is_the_translated_one() -> None:
    with (LOCALE / "zwgk.mo").open("rb") as file:
        compiled = read_mo(file)
    assert [list(sides(one)) for one in sorted(compiled, key=first)] == [
        list(sides(one)) for one in sorted(catalogue(), key=first)
    ]


# --- the source -------------------------------------------------------------------------------------------


def test_no_chinese_text_passes_by_the_catalogue() -> None:
    assert [(place, text) for place, text in unmarked() if place.module not in DATA] == []


def test_every_exception_is_one() -> None:
    assert set(DATA) - {place.module for place, _text in unmarked()} <= {"columnar/patterns.py"}


def test_marks_hold_plain_texts_where_an_extractor_sees_them() -> None:
    assert list(within_f_strings()) == []
    hidden = [
        (place, ast.unparse(what))
        for place, mark, what in marked()
        if mark != "_" and not isinstance(what, ast.Constant)
    ]
    assert hidden == []


def test_nothing_is_translated_while_modules_are_read() -> None:
    assert list(translated_when_read()) == []
    script = (
        "import importlib, pkgutil, zwgk.i18n\n"
        "def early(message, *_): raise SystemExit('translated too early: ' + message)\n"
        "zwgk.i18n._ = zwgk.i18n.n_ = early\n"
        "import zwgk\n"
        "for one in pkgutil.walk_packages(zwgk.__path__, 'zwgk.'):\n"
        "    if one.name != 'zwgk.__main__': importlib.import_module(one.name)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# --- the language of a context ----------------------------------------------------------------------------


def test_a_message_in_either_language() -> None:
    assert _("违反") == "违反"
    with speaking("en"):
        assert _("违反") == "breached"
        with speaking("zh"):
            assert _("违反") == "违反"
        assert [n_("{count}个工作日", number).format(count=number) for number in (0, 1, 2)] == [
            "0 working days",
            "1 working day",
            "2 working days",
        ]
        assert _("") == ""
        assert _("no message of ours") == "no message of ours"
    assert n_("{count}个工作日", 1) == "{count}个工作日"


def test_labels_in_either_language() -> None:
    assert event_label("document-issued") == "文件印发"
    assert column_label("decision_type") == "决定类型"
    with speaking("en"):
        assert event_label("document-issued") == "document issued"
        assert column_label("decision_type") == "decision type"
        assert event_label("our-own-event") == "our-own-event"
        assert column_label("我们的列") == "我们的列"
        assert not any(CHINESE.search(event_label(name)) for name in EVENT_LABELS)
        assert not any(CHINESE.search(column_label(name)) for name in COLUMN_HEADERS)


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "zh"),
        (["events.csv"], {"ZWGK_LANG": "en"}, "en"),
        (["--lang", "en", "check", "x"], {}, "en"),
        (["check", "x", "--lang=en"], {}, "en"),
        (["check", "x", "--lang", "zh"], {"ZWGK_LANG": "en"}, "zh"),
        (["check", "x", "--lang"], {}, "zh"),
        (["check", "x", "--lang", "fr"], {}, "zh"),
        (["check", "x"], {"ZWGK_LANG": "fr"}, "zh"),
        (["check", "--", "--lang", "en"], {}, "zh"),
    ],
)
def test_the_language_that_a_command_line_asks_for(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert asked_for(arguments, environment) == language


def test_a_proof_follows_the_language_of_its_caller() -> None:
    calendar = Calendar()
    span = (dt.date(2024, 9, 27).toordinal(), dt.date(2024, 10, 30).toordinal())
    first = calendar.proof(*span)
    assert first.startswith("期间国庆节10月1日至7日放假")
    with speaking("en"):
        said = calendar.proof(*span)
        assert (
            said == "on the way: National Day (off 10-01 to 10-07; make-up work 09-29, 10-12) (国办发明电〔2023〕7号)"
        )
    assert calendar.proof(*span) == first


# --- the library ------------------------------------------------------------------------------------------


def test_the_reasons_are_english_and_all_else_stays() -> None:
    chinese = json.loads(check(EVENTS, as_of=AS_OF).to_json())
    english = json.loads(check(EVENTS, as_of=AS_OF, lang="en").to_json())
    for one, other in zip(chinese["findings"], english["findings"], strict=True):
        assert len(one["because"]) == len(other["because"])
        assert {**one, "because": None} == {**other, "because": None}
    late = next(
        one for one in english["findings"] if one["case"] == "筑高新市监罚〔2019〕1号" and one["breach"] == "late"
    )
    assert late["because"] == [
        "decision made: 2019-09-24 (row 107)",
        (
            "7 working days counted from the next day: due 2019-10-09; on the way: National Day (off 10-01 to 10-07;"
            " make-up work 09-29) (国办发明电〔2018〕15号)"
        ),
        "decision published: 2019-10-15 (row 106); late; working days late: 5",
    ]


@pytest.mark.parametrize("log", ["examples/events.csv", "examples/bad-rows.csv", "examples/our-office.csv"])
def test_both_evaluators_word_the_report_alike(log: str) -> None:
    cases = check(ROOT / log, as_of=AS_OF, lang="en", large=False).to_json()
    relations = check(ROOT / log, as_of=AS_OF, lang="en", large=True).to_json()
    assert cases == relations


@pytest.mark.parametrize("draw", [random_run, random_requests])
def test_so_they_do_on_random_logs(draw: Callable[..., Run]) -> None:
    judged = 0
    with speaking("en"):
        for seed in range(1_300_000, 1_300_004):
            outcome = compare(draw(random.Random(seed), cases=300, files=1), CONTESTS["relational"])
            assert not outcome.difference, seed
            judged += outcome.obligations
    assert judged > 600


def test_a_language_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="fr"):
        check(EVENTS, as_of=AS_OF, lang="fr")
    assert LANGUAGES == ("zh", "en")
