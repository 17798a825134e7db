"""The files for running the audit every night: each parses, names real options and real keys, and the manual's page is complete."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import jsonschema
import pytest
import yaml

import zwgk
from zwgk.audit.config import STARTER, config_schema, load_config
from zwgk.audit.keys import ARRAYS, TABLES
from zwgk.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples" / "audit"
PAGE = ROOT / "docs" / "nightly.zh.md"
VARIABLES = re.compile(r"ZWGK_[A-Z_]+")


def commands_in(text: str) -> Iterator[list[str]]:
    """The command lines of ``zwgk-check`` in a file, without the program."""
    text = text.replace("`", "\n").replace('"', "\n") if "CMD [" not in text else text
    for line in text.splitlines():
        found = re.search(r"(?:^|[\s/=])zwgk-check ((?:audit|check|init|rules|verify|diff)\b[^#;|]*)", line)
        if found and not line.lstrip().startswith("#"):
            yield shlex.split(found[1])


def parse(arguments: list[str], group: click.Group = cli) -> None:
    """Let the command line read its arguments, down to the command, without running it."""
    name, *rest = arguments
    command = group.commands[name]
    context = command.make_context(name, rest)
    if isinstance(command, click.Group) and context._protected_args:
        parse([*context._protected_args, *context.args], command)


RUNNING = sorted(path.name for path in FOLDER.iterdir() if path.name not in ("zwgk.toml", "secrets.env.example"))


def test_the_files_are_those_that_are_explained() -> None:
    linked = set(re.findall(r"\(\.\./examples/audit/([^)]+)\)", PAGE.read_text("utf-8")))
    assert linked == {path.name for path in FOLDER.iterdir()}


@pytest.mark.parametrize("name", [*RUNNING, "nightly.zh.md"])
def test_commands_name_real_options(name: str) -> None:
    path = PAGE if name == PAGE.name else FOLDER / name
    text = path.read_text("utf-8")
    found = list(commands_in(text))
    if name == "Containerfile":
        (command,) = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
        found = [json.loads(command)]
        assert re.findall(r"^ENTRYPOINT (.*)$", text, re.MULTILINE) == ['["zwgk-check"]']
    assert found or name.endswith(".timer"), "no command found"
    for arguments in found:
        parse(arguments)


def test_a_misspelt_option_would_be_found() -> None:
    (arguments,) = commands_in("ExecStart=/opt/bin/zwgk-check audit --config x --log-fromat json")
    with pytest.raises(click.UsageError):
        parse(arguments)


@pytest.mark.parametrize("name", [one for one in RUNNING if one.endswith((".yml", ".yaml"))])
def test_yaml_parses(name: str) -> None:
    document = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    if name == "github-actions.yml":
        assert {"name", "on", "jobs"} <= document.keys()
        assert document["on"]["schedule"] == [{"cron": "30 18 * * *"}]
        assert all("uses" in step or "run" in step for step in document["jobs"]["audit"]["steps"])
    elif name == "gitlab-ci.yml":
        assert document["zwgk-check"]["allow_failure"] == {"exit_codes": 1}
    else:
        hooks = document["repos"][0]["hooks"]
        assert [{"id", "name", "language", "entry", "files"} <= hook.keys() for hook in hooks] == [True, True]
        assert all(re.compile(hook["files"]) for hook in hooks)


@pytest.mark.parametrize("name", ["zwgk-check.service", "zwgk-check.timer"])
def test_units_parse(name: str) -> None:
    parser = configparser.ConfigParser(strict=True, interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((FOLDER / name).read_text("utf-8"))
    assert "Unit" in parser
    if name.endswith(".service"):
        assert parser["Service"]["SuccessExitStatus"] == "1"
    else:
        assert parser["Timer"]["OnCalendar"] == "*-*-* 02:30:00 Asia/Shanghai"


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze")
    for name in ("zwgk-check.service", "zwgk-check.timer"):
        text = (FOLDER / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("/opt/zwgk-check/bin/zwgk-check", "/bin/true"), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))],
        check=False,
        capture_output=True,
        text=True,
    )
    said = [line for line in done.stderr.splitlines() if "zwgk-check" in line]
    assert said == []
    harmed = (tmp_path / "zwgk-check.timer").read_text("utf-8").replace("OnCalendar=", "OnCalender=")
    (tmp_path / "zwgk-check.timer").write_text(harmed, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "zwgk-check.timer")], check=False, capture_output=True, text=True
    )
    assert "OnCalender" in done.stderr


def test_cron_lines_have_a_time_a_user_and_a_command() -> None:
    lines = [line for line in (FOLDER / "zwgk-check.cron").read_text("utf-8").splitlines() if not line.startswith("#")]
    (job,) = [line for line in lines if not re.match(r"[A-Z]+=", line)]
    assert re.fullmatch(r"30 2 \* \* \* zwgk set -a; \. \S+; set \+a; \S+/zwgk-check audit --config \S+", job)
    # cron ends a command at a percent sign.
    assert "%" not in job


# --- the configuration ------------------------------------------------------------------------------------


def test_the_example_configuration_runs(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "audit")
    shutil.copy(ROOT / "examples" / "events.csv", tmp_path)
    arguments = ["--config", "audit/zwgk.toml", "--as-of", "2026-11-21", "--dry-run-notify"]
    done = subprocess.run(
        [sys.executable, "-m", "zwgk", "audit", *arguments],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (1, "")
    channels = re.findall(r"^──── (\S+)", done.stdout, re.MULTILINE)
    assert "gaoxin@example.gov.cn" in channels
    assert "督查室钉钉群（dingtalk）" in channels
    assert "督办系统（json）" in channels
    assert (tmp_path / "audit" / "报告" / "2026-11-21-变化.json").exists()
    assert (tmp_path / "audit" / "报告" / "未了结.html").exists()


def uncommented(text: str) -> str:
    """The text with the settings that are commented out taken in."""
    return re.sub(r"^# (?=(\[{1,2}[a-z.]+\]|[a-z_]+ = ))", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("text", [STARTER, (FOLDER / "zwgk.toml").read_text("utf-8")], ids=["starter", "example"])
def test_what_is_commented_out_is_right_too(tmp_path: Path, text: str) -> None:
    whole = uncommented(text)
    assert whole.count("\n#") < text.count("\n#")
    (tmp_path / "zwgk.toml").write_text(whole, "utf-8")
    load_config(str(tmp_path / "zwgk.toml"))
    jsonschema.Draft202012Validator(config_schema()).validate(tomllib.loads(whole))


def test_the_example_shows_every_key_of_notifications_and_databases() -> None:
    text = uncommented((FOLDER / "zwgk.toml").read_text("utf-8")) + PAGE.read_text("utf-8")
    for name in ("notify", "notify.mail", "notify.hook", "notify.route"):
        keys = {**TABLES, **ARRAYS}[name]
        assert [key for key in keys if not re.search(rf"\b{key}\b", text) and key != "port"] == [], name
    assert [key for key in ARRAYS["source"] if not re.search(rf"^{key} = ", text, re.MULTILINE)] == []


def test_every_secret_of_the_examples_stands_in_the_list() -> None:
    listed = set(re.findall(r"^([A-Z_]+)=", (FOLDER / "secrets.env.example").read_text("utf-8"), re.MULTILINE))
    used = set(VARIABLES.findall((FOLDER / "zwgk.toml").read_text("utf-8")))
    assert used == listed
    for name in RUNNING:
        assert set(VARIABLES.findall((FOLDER / name).read_text("utf-8"))) <= listed


SOURCE: dict[str, Any] = {"files": ["a"]}
SQL: dict[str, Any] = {"type": "postgresql", "dsn_env": "D", "query": "SELECT 1"}
ROUTE: dict[str, Any] = {"mail": ["a@b.cn"]}
MAIL: dict[str, Any] = {"host": "h", "from": "a@b.cn"}
HOOK: dict[str, Any] = {"name": "h", "type": "dingtalk", "url_env": "U", "secret_env": "S"}


@pytest.mark.parametrize(
    ("document", "right"),
    [
        ({"source": [SOURCE, SQL]}, True),
        ({"source": [{"type": "sqlite", "path": "a", "query_file": "b"}]}, True),
        ({"source": [{"type": "sqlite", "path": "a"}]}, False),
        ({"source": [{**SQL, "query_file": "b"}]}, False),
        ({"source": [{**SQL, "files": ["a"]}]}, False),
        ({"source": [{**SQL, "path": "a"}]}, False),
        ({"source": [{**SQL, "type": "oracle"}]}, False),
        ({"source": [{"type": "mysql", "query": "SELECT 1"}]}, False),
        ({"source": [{}]}, False),
        ({"source": [{"files": ["a"], "dsn_env": "D"}]}, False),
        ({"source": [{**SQL, "timeout": 0}]}, False),
        ({"source": [SOURCE], "notify": {"route": [ROUTE], "mail": MAIL}}, True),
        ({"source": [SOURCE], "notify": {"route": [{"hooks": ["h"]}], "hook": [HOOK]}}, True),
        ({"source": [SOURCE], "notify": {}}, False),
        ({"source": [SOURCE], "notify": {"route": [{}]}}, False),
        ({"source": [SOURCE], "notify": {"route": [ROUTE], "mail": {**MAIL, "user_env": "U"}}}, False),
        ({"source": [SOURCE], "notify": {"route": [ROUTE], "mail": MAIL, "hook": [{**HOOK, "type": "wecom"}]}}, False),
        ({"source": [SOURCE], "notify": {"route": [ROUTE], "mail": MAIL, "extra": 1}}, False),
        ({"source": [SOURCE], "notify": {"route": [ROUTE], "mail": {**MAIL, "from": "nobody"}}}, False),
    ],
)
def test_the_schema_and_the_reader_agree(tmp_path: Path, document: dict[str, Any], *, right: bool) -> None:
    assert jsonschema.Draft202012Validator(config_schema()).is_valid(document) == right
    (tmp_path / "zwgk.toml").write_text(_toml(document), "utf-8")
    try:
        load_config(str(tmp_path / "zwgk.toml"))
    except Exception as error:  # noqa: BLE001
        assert not right, error  # noqa: PT017
    else:
        assert right


def _toml(document: dict[str, Any]) -> str:
    """The document in TOML, all of it inline."""
    return "".join(f"{name} = {_value(value)}\n" for name, value in document.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)


# --- the page ---------------------------------------------------------------------------------------------


def test_the_page_names_every_option_of_the_audit() -> None:
    text = PAGE.read_text("utf-8")
    for parameter in cli.commands["audit"].params:
        if isinstance(parameter, click.Option):
            assert all(f"`{name}" in text for name in (*parameter.opts, *parameter.secondary_opts)), parameter.opts


def test_the_page_names_every_event_of_the_log() -> None:
    code = "".join(path.read_text("utf-8") for path in Path(zwgk.__file__).parent.rglob("*.py"))
    told = set(re.findall(r'\btell\(\s*"(?:info|warning|error)", "([a-z-]+)"', code))
    told |= set(
        re.findall(
            r'return "([a-z]+-[a-z]+)"', (Path(zwgk.__file__).parent / "commands" / "audit.py").read_text("utf-8")
        )
    )
    assert len(told) >= 8
    text = PAGE.read_text("utf-8")
    assert [name for name in told if f"`{name}`" not in text] == []


def test_links_of_the_page_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", PAGE.read_text("utf-8")):
        assert (PAGE.parent / target).exists(), target
    for page in ("README.md", "manual.zh.md"):
        assert "(nightly.zh.md)" in (ROOT / "docs" / page).read_text("utf-8"), page
