"""The documents tell the truth: every command and option is in the manual, every example really runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import pytest
from click.testing import CliRunner

from zwgk.cli import cli
from zwgk.rules import shipped_packs
from zwgk.vocabulary import COLUMN_HEADERS, CORE_COLUMNS, EVENT_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
MANUAL = ROOT / "docs" / "manual.zh.md"
READMES = (ROOT / "README.md", ROOT / "README.en.md")
PAGES = (*READMES, MANUAL, ROOT / "docs" / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md")
ANY_LINES = "…"
COMMON = (["--lang"],)
"""Options of every command, which the manual tells of once."""


class Shown(NamedTuple):
    """A command in a ``console`` block and the output printed under it; a line ``…`` stands for any lines."""

    page: str
    command: str
    output: tuple[str, ...]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def shown() -> Iterator[Shown]:
    for page in PAGES:
        for block in blocks(page, "console"):
            first, *rest = block.split("\n$ ")
            for text in (first.removeprefix("$ "), *rest):
                command, *output = text.rstrip("\n").split("\n")
                yield Shown(page.name, command, tuple(output))


def commands(group: click.Group = cli, path: str = "zwgk-check") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def sections() -> dict[str, str]:
    """The manual's text under each heading that names a command."""
    parts = re.split(r"^#{2,3} ", MANUAL.read_text("utf-8"), flags=re.MULTILINE)
    return {part.split("\n", 1)[0].strip("` "): part for part in parts}


def table(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the manual, without its two head rows."""
    text = MANUAL.read_text("utf-8").split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


def matches(expected: tuple[str, ...], actual: list[str]) -> bool:
    """Whether the lines are those expected, in order, with any lines where ``…`` stands."""
    if not expected:
        return not actual
    if expected[0] == ANY_LINES:
        return any(matches(expected[1:], actual[start:]) for start in range(len(actual) + 1))
    return bool(actual) and actual[0] == expected[0] and matches(expected[1:], actual[1:])


@pytest.mark.parametrize(
    ("path", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_and_option_is_in_the_manual(path: str, command: click.Command) -> None:
    section = sections().get(path)
    assert section is not None, f"docs/manual.zh.md has no section for {path}"
    named = set(re.findall(r"(?<![\w-])-{1,2}[a-z][a-z-]*", section))
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.opts not in COMMON:
            assert set(parameter.opts) <= named, f"{path}: {parameter.opts} not in its section of the manual"
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    other = {name for _, one in commands() for parameter in one.params for name in parameter.opts}
    assert named <= known | other | {"--version"}, "an option in the manual that no command has"


def test_the_manual_has_no_section_for_a_command_that_is_not_there() -> None:
    paths = {path for path, _ in commands()}
    assert {title for title in sections() if title.startswith("zwgk-check ")} == paths


def test_every_command_of_the_manual_table_shows_what_it_accepts() -> None:
    """The choices of an option stand in the manual as the help shows them."""
    for path, command in commands():
        text = sections()[path].replace("\\|", "|")
        for parameter in command.params:
            words = getattr(parameter.type, "words", None)
            if isinstance(parameter, click.Option) and words and parameter.opts not in COMMON:
                assert f"{parameter.opts[-1]} [{'|'.join(words)}]" in text, f"{path} {parameter.opts}"


def test_the_language_of_every_command_stands_before_them_in_the_manual() -> None:
    intro = sections()["八、命令和选项"]
    assert "`--lang [zh|en]`" in intro
    assert "`ZWGK_LANG=en`" in intro
    for _, command in commands():
        assert [parameter for parameter in command.params if parameter.opts == ["--lang"]]


def test_the_event_table_is_the_vocabulary() -> None:
    rows = table("二、事件名")
    assert [(english.strip("`"), chinese) for chinese, english, _ in rows] == list(EVENT_LABELS.items())
    assert all(when for _, _, when in rows)


def test_the_attribute_table_is_the_vocabulary() -> None:
    rows = table("三、属性")
    assert [(name.strip("`"), tuple(headers.split("、"))) for name, headers, _ in rows] == [
        (name, headers) for name, headers in COLUMN_HEADERS.items() if name not in CORE_COLUMNS
    ]
    assert all(content for _, _, content in rows)


def test_the_column_table_is_the_vocabulary() -> None:
    rows = table("一、事件日志怎样登记")
    assert [(name.strip("`"), tuple(headers.split("、"))) for name, headers, _ in rows] == [
        (name, COLUMN_HEADERS[name]) for name in CORE_COLUMNS
    ]


def test_there_are_examples_to_run() -> None:
    assert len(list(shown())) >= 9


@pytest.mark.parametrize("example", list(shown()), ids=lambda example: f"{example.page}: {example.command}")
def test_a_console_example_prints_what_the_page_shows(example: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    name, *arguments = shlex.split(example.command)
    assert name == "zwgk-check"

    result = CliRunner().invoke(cli, arguments)

    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert example.output, "show what the command prints, or mark the block as sh"
    assert matches(example.output, result.output.splitlines()), f"{example.command} prints:\n{result.output}"


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_python_examples_run(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    examples = blocks(page, "python")
    assert examples
    for example in examples:
        exec(compile(example, page.name, "exec"), {})  # noqa: S102


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_logs_shown_can_be_checked(page: Path, tmp_path: Path) -> None:
    (log,) = blocks(page, "csv")
    path = tmp_path / "events.csv"
    path.write_text(log, "utf-8")

    result = CliRunner().invoke(cli, ["check", str(path), "--as-of", "2019-12-31", "--rules", "guiyang-hitech-2019"])

    assert "到期 2019-10-09" in result.output
    assert "违反1项" in result.output


def test_both_readmes_set_up_with_the_same_lines() -> None:
    chinese, english = (blocks(page, "sh") for page in READMES)
    assert chinese == english
    assert len(chinese) == 2


def test_the_readmes_count_the_shipped_rules() -> None:
    shipped = shipped_packs()
    assert f"随附{len(shipped.packs)}个规则包、{len(shipped.rules)}条规则" in READMES[0].read_text("utf-8")
    assert f"{len(shipped.packs)} packs, {len(shipped.rules)} rules" in READMES[1].read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-").lower() for heading in headings}, (
                target
            )
