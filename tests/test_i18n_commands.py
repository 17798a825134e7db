"""English on the command line: help, mistakes and every report, with no Chinese but what is quoted."""

from __future__ import annotations

import csv
import html
import io
import re
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from messages import CHINESE

from zwgk._data import data_folder
from zwgk.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
EVENTS = ROOT / "examples" / "events.csv"
AS_OF = "2026-11-21"


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
