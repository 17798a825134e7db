"""Both languages: no message lacks either, nothing of one shows in the other, and the findings stay the same."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import html
import io
import json
import random
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from contests import compare
from evaluators import CONTESTS
from messages import CHINESE, ENGINE, Place, marked, translated_when_read, unmarked, within_f_strings
from random_logs import random_run
from random_requests import random_requests

from zwgk import Calendar, check
from zwgk._data import data_folder
from zwgk.cli import main
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


# --- the commands -----------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        main(["--lang", "en", *arguments])
    shown = capsys.readouterr()
    return int(left.value.code or 0), shown.out + shown.err


def commands() -> Iterator[list[str]]:
    from zwgk.cli import cli

    yield []
    for name, command in cli.commands.items():
        yield [name]
        yield from ([name, inner] for inner in getattr(command, "commands", {}))


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_help_is_english(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(capsys, *command, "--help")
    assert code == 0
    assert text.startswith("Usage: zwgk-check")
    assert "--lang [zh|en]" in text
    assert not CHINESE.search(text), text


MISTAKES = {
    "no file": (["no-such.csv"], "no-such.csv: there is no such file; check the path and the name"),
    "command": (["rulse", "list"], "there is neither a command nor a file “rulse”; did you mean the command “rules”?"),
    "option": ([str(EVENTS), "--as-off", "2026-01-01"], "there is no option --as-off; did you mean --as-of?"),
    "date": ([str(EVENTS), "--as-of", "2026-13-01"], "the month should lie between 1 and 12, it is 13"),
    "region": ([str(EVENTS), "--region", "52"], "expected an administrative division code of 6 digits"),
    "number": ([str(EVENTS), "--due-soon", "two"], "found “two”, expected a whole number not below 0"),
    "word": ([str(EVENTS), "--format", "pdf"], "found “pdf”, expected one of text, json,"),
    "pack": ([str(EVENTS), "--rules", "luzhou"], "there is no pack “luzhou”"),
    "language": ([str(EVENTS), "--lang", "fr"], "found “fr”, expected one of zh, en"),
    "argument": (["deadline"], "the argument FROM is missing"),
    "rule": (["rules", "show", "disclosure"], "“disclosure” should be the id of a rule"),
    "matter": (["explain", "筑高新", "--events", str(EVENTS)], "the log has no matter or agency “筑高新”"),
    "year": (["calendar", "1990"], "there are no holiday notices for earlier years"),
    "folder": ([str(ROOT / "docs")], "a folder or pattern in which no log was found"),
    "output": (
        [str(EVENTS), "-o", "no/where/report.json"],
        "the folder of the output no/where/report.json does not exist",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_mistakes_are_told_in_english(mistake: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, expected = MISTAKES[mistake]
    code, text = run(capsys, *arguments)
    assert code == 2
    assert text.startswith("Error: ")
    assert expected in text
    assert not CHINESE.search(text.replace("筑高新", ""))


def test_bad_rows_are_told_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(capsys, str(ROOT / "examples" / "bad-rows.csv"), "--as-of", AS_OF)
    assert code == 2
    assert "row 4, column “time”: found “2026年9月”; expected: a date, such as 2022-07-15" in text
    assert left_over(text, ROOT / "examples" / "bad-rows.csv") == ""


# --- reports ----------------------------------------------------------------------------------------------


def strings(value: Any) -> Iterator[str]:
    """Every text within a value of YAML, keys too."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from (str(name), *strings(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    else:
        yield str(value)


@cache
def quoted(log: Path) -> re.Pattern[str]:
    """What reports quote: the words of rules, documents and notices, and the cells of the log."""
    texts: set[str] = set()
    for folder in ("rules", "holidays"):
        for path in data_folder(folder).rglob("*.yaml"):
            texts.update(strings(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)))
    for row in csv.reader(io.StringIO(log.read_text("utf-8-sig"))):
        texts.update(row)
    texts |= {part for text in texts for part in (*text.splitlines(), *re.split("[;；、]", text))}
    texts = {text.strip() for text in texts if CHINESE.search(text)}
    texts |= {html.escape(text) for text in texts}
    return re.compile("|".join(map(re.escape, sorted(texts, key=len, reverse=True))))


def left_over(text: str, log: Path = EVENTS) -> str:
    """The lines that still have Chinese once all that is quoted is taken out."""
    text = quoted(log).sub("", text.replace("\\", ""))
    return "\n".join(line.strip() for line in text.splitlines() if CHINESE.search(line))


def test_what_is_left_over_is_seen() -> None:
    assert left_over("违反 48项") == "违反 48项"
    assert left_over("行政许可、行政处罚决定作出之日起7个工作日内公开 (泸州市人民政府办公室) met") == ""


def test_the_screen_is_english_but_for_what_it_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(capsys, str(EVENTS), "--as-of", AS_OF, "--all")
    assert code == 1
    assert text.startswith("Time limits of public disclosure, as of 2026-11-21 23:59:59\n")
    assert text.endswith("Total 317: met 244, breached 48, pending 8, of them due soon 2, excused 3, undecided 14.\n")
    assert left_over(text) == ""


@pytest.mark.parametrize("form", ["markdown", "csv", "sarif", "junit", "github", "ics", "jsonl", "html", "letter"])
def test_reports_are_english_but_for_what_they_quote(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"report.{'md' if form in ('markdown', 'letter') else form}"
    run(capsys, str(EVENTS), "--as-of", AS_OF, "--format", form, "-o", str(path), "-q")
    text = path.read_text("utf-8-sig")
    if form == "ics":
        text = re.sub(r"\r?\n ", "", text)  # folded lines
    if form == "github":
        text = text.replace("%25", "%")
    if form == "html":
        text = text.replace("\\n", "\n").replace('\\"', '"')
        assert '<html lang="en"' in text
        text = text.replace('国办发明电〔","〕","号', "")  # the number of a notice, cut at what varies
    assert left_over(text) == ""


def test_a_workbook_is_english_but_for_what_it_quotes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from openpyxl import load_workbook

    path = tmp_path / "report.xlsx"
    run(capsys, str(EVENTS), "--as-of", AS_OF, "-o", str(path), "-q")
    book = load_workbook(path, read_only=True)
    cells = (str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value)
    assert left_over("\n".join([*book.sheetnames, *cells])) == ""


OTHERS: dict[str, list[str]] = {
    "explain": ["explain", "筑高新市监罚〔2022〕15号", "--events", str(EVENTS), "--as-of", AS_OF],
    "deadline": ["deadline", "2024-09-27", "20", "workdays"],
    "hours": ["deadline", "2024-09-27", "24", "hours"],
    "calendar": ["calendar", "2024"],
    "list": ["rules", "list"],
    "coverage": ["rules", "coverage"],
    "schema": ["rules", "schema"],
    "test": ["rules", "test", "luzhou-2011", "-v"],
    "reading": [str(EVENTS), "--show-reading"],
    "mapping": ["init", "--columns", str(EVENTS)],
    "configuration": ["init", "--schema"],
}


@pytest.mark.parametrize("command", OTHERS, ids=str)
def test_other_commands_are_english(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    _code, text = run(capsys, *OTHERS[command])
    # A JSON Schema has patterns that hold the separators of cells.
    lines = [line for line in text.splitlines() if '"pattern"' not in line]
    assert left_over("\n".join(lines)) == ""


def test_every_rule_is_shown_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    from zwgk.rules import shipped_packs

    for rule in shipped_packs().rules[::6]:
        code, text = run(capsys, "rules", "show", rule.id)
        assert code == 0
        assert left_over(text) == "", rule.id


def test_the_nightly_run_is_english(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log").mkdir()
    shutil.copy(EVENTS, tmp_path / "log" / "events.csv")
    (tmp_path / "reports").mkdir()
    assert run(capsys, "init")[0] == 0
    assert not CHINESE.search((tmp_path / "zwgk.toml").read_text("utf-8"))
    code, text = run(capsys, "audit", "--as-of", AS_OF)
    assert code == 1
    assert "Nightly run no. 1, as of 2026-11-21 23:59:59, first run" in text
    assert left_over(text) == ""
    # A receipt says in which language its report was made; it is verified in whatever language is spoken.
    (receipt,) = (tmp_path / ".zwgk" / "receipts").iterdir()
    code, text = run(capsys, "verify", str(receipt))
    assert (code, text) == (0, "The same as the receipt (compared: all verdicts, the report byte by byte).\n")
    with pytest.raises(SystemExit) as left:
        main(["verify", str(receipt)])
    assert left.value.code == 0, capsys.readouterr()
    capsys.readouterr()
    code, text = run(capsys, "audit", "history")
    assert code == 0
    assert left_over(text) == ""


def test_chinese_stays_the_default(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZWGK_LANG", raising=False)
    with pytest.raises(SystemExit):
        main(["--help"])
    assert capsys.readouterr().out.startswith("用法：zwgk-check")
    monkeypatch.setenv("ZWGK_LANG", "en")
    with pytest.raises(SystemExit):
        main(["--help"])
    assert capsys.readouterr().out.startswith("Usage: zwgk-check")
    with pytest.raises(SystemExit):
        main(["--lang=zh", "rules", "list"])
    assert "共11个规则包，65条规则。" in capsys.readouterr().out
