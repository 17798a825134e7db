"""The examples for schedulers and CI are run, not only read: their commands, in a folder as the examples expect it."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples" / "audit"
LATE = "case,event,time,agency,region\n申1,request-received,2024-03-01,某局,520100\n"


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder with a log, rules and a configuration; ``bin`` has the command."""
    (tmp_path / "日志").mkdir()
    (tmp_path / "日志" / "三月.csv").write_text(LATE, "utf-8")
    shutil.copytree(ROOT / "examples" / "rules", tmp_path / "规则")
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "zwgk-check"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m zwgk "$@"\n')
    command.chmod(0o755)
    assert run(tmp_path, "zwgk-check init").returncode == 0
    return tmp_path


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """What a scheduler does with a line: a shell, in the folder, with the command to be found."""
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONUTF8": "1"},
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def of_github() -> list[str]:
    steps = yaml.safe_load((FOLDER / "github-actions.yml").read_text("utf-8"))["jobs"]["audit"]["steps"]
    return [step["run"] for step in steps if "run" in step]


def of_gitlab() -> list[str]:
    return list(yaml.safe_load((FOLDER / "gitlab-ci.yml").read_text("utf-8"))["zwgk-check"]["script"])


def of_systemd() -> list[str]:
    parser = configparser.ConfigParser(strict=True, interpolation=None, comment_prefixes=("#",))
    parser.read_string((FOLDER / "zwgk-check.service").read_text("utf-8"))
    return [parser["Service"]["ExecStart"]]


def of_cron() -> list[str]:
    *_, job = (FOLDER / "zwgk-check.cron").read_text("utf-8").splitlines()
    return [job.split(maxsplit=6)[6]]


@pytest.mark.parametrize("commands", [of_github, of_gitlab, of_systemd, of_cron])
def test_the_first_night_tells_and_the_second_is_quiet(workplace: Path, commands) -> None:
    (workplace / "secrets.env").write_text("ZWGK_SMTP_PASSWORD=x\n", "utf-8")
    lines = [line for line in commands() if not line.startswith("pip install ")]
    assert lines
    for code in (1, 0):
        for line in lines:
            here = line.replace("/opt/zwgk-check/bin/", "").replace("/srv/zwgk/", f"{workplace}/")
            done = run(workplace, here.replace("/etc/zwgk-check/", f"{workplace}/"))
            assert done.returncode == code, done.stderr
    # What the examples keep from one night to the next, and what they hand out.
    assert (workplace / ".zwgk" / "audit.db").is_file()
    assert list((workplace / ".zwgk" / "receipts").iterdir())
    assert list((workplace / "报告").iterdir())


def test_what_pip_installs_is_what_the_project_offers() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    named = [word for line in (*of_github(), *of_gitlab()) if line.startswith("pip ") for word in shlex.split(line)[2:]]
    assert named
    for name in named:
        match = re.fullmatch(r"\./zwgk-check\[(\w+)\]", name)
        assert match
        assert re.search(rf"^{match[1]} = \[", project, re.MULTILINE)


def test_drivers_are_named_as_the_project_asks_for_them() -> None:
    """By their own names: the project itself is in no registry."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    for path in (FOLDER / "zwgk.toml", ROOT / "docs" / "nightly.zh.md"):
        text = path.read_text("utf-8")
        assert '"zwgk-check[' not in text
        for name in ("psycopg[binary]", "PyMySQL[rsa]"):
            assert f'"{name}"' in text
            assert f'["{name}>=' in project


def test_hooks_stop_a_commit_only_for_a_reason(workplace: Path) -> None:
    check, lint = yaml.safe_load((FOLDER / "pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    assert run(workplace, check["entry"]).returncode == 1
    replied = "申1,reply-sent,2024-03-11,某局,520100\n"
    (workplace / "日志" / "三月.csv").write_text(LATE + replied, "utf-8")
    assert run(workplace, check["entry"]).returncode == 0
    assert run(workplace, lint["entry"]).returncode == 0
    path = next((workplace / "规则").rglob("secrecy-review.yaml"))
    path.write_text(path.read_text("utf-8").replace("kind:", "knd:"), "utf-8")
    done = run(workplace, lint["entry"])
    assert done.returncode == 1
    assert "secrecy-review.yaml:9" in done.stdout
