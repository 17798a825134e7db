"""The command line as its users meet it: exit codes, forms, and errors that a person can act on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from zwgk.cli import cli, main

if TYPE_CHECKING:
    from pathlib import Path

LOG = """文号,事件,日期,单位
泸府发〔2011〕5号,文件印发,2011-09-28,市政府办
泸府发〔2011〕5号,文件公开,2011-10-12,市政府办
泸府发〔2011〕6号,文件印发,2011-09-28,市政府办
泸府发〔2011〕6号,文件公开,2011年9月30日,市政府办
"""


def run(*arguments: str, cwd: Path | None = None, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
    """The real command in a process of its own, with UTF-8 on all streams."""
    environment = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "zwgk", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
        env=environment,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    path.write_text(LOG, "utf-8")
    return path


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The error text of a command that must leave with 2, without a traceback."""
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    text = capsys.readouterr().err
    assert stop.value.code == 2
    assert "Traceback" not in text
    return text


def test_check_is_the_default_command(log: Path) -> None:
    shown = run(str(log), "--rules", "luzhou-2011/document-publication", "--as-of", "2011-12-31")
    assert shown.returncode == 1
    assert "逾期完成 4个工作日" in shown.stdout
    assert "泸府发〔2011〕5号" in shown.stdout
    same = run("check", str(log), "--rules", "luzhou-2011/document-publication", "--as-of", "2011-12-31")
    assert same.stdout == shown.stdout


def test_json_on_the_screen_is_the_contract(log: Path) -> None:
    shown = run(str(log), "--rules", "luzhou-2011", "--as-of", "2011-12-31", "--format", "json")
    report = json.loads(shown.stdout)
    late = next(one for one in report["findings"] if one["case"] == "泸府发〔2011〕5号")
    assert late["rule"] == "luzhou-2011/document-publication"
    assert (late["verdict"], late["breach"]) == ("breached", "late")
    assert late["due"] == {"at": "2011-10-08", "earliest": "2011-10-08", "latest": "2011-10-08", "final": True}
    assert late["trigger"] == {"event": "document-issued", "time": "2011-09-28", "row": 2}
    assert late["performed"] == {"event": "document-published", "time": "2011-10-12", "row": 3}
    assert late["late_by"] == {"count": 4, "unit": "workdays"}
    assert report["as_of"] == "2011-12-31T23:59:59+08:00"
    assert report["rules"]["packs"] == ["luzhou-2011"]
    assert report["calendar"]["horizon"] == "2026-12-28"


def test_several_outputs_at_once(log: Path, tmp_path: Path) -> None:
    target, lines = tmp_path / "a.json", tmp_path / "b.jsonl"
    shown = run(
        str(log), "--rules", "luzhou-2011/document-publication", "--as-of", "2011-12-31",
        "--format", "json", "-o", str(target), "--format", "jsonl", "-o", str(lines), "--format", "text",
    )  # fmt: skip
    assert shown.returncode == 1
    findings = json.loads(target.read_text("utf-8"))["findings"]
    assert [json.loads(line) for line in lines.read_text("utf-8").splitlines()] == findings
    assert len(findings) == 2
    assert "合计2项" in shown.stdout


def test_the_suffix_tells_the_form(log: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    assert run(str(log), "--rules", "luzhou-2011", "--as-of", "2011-12-31", "-o", str(target)).stdout == ""
    assert json.loads(target.read_text("utf-8"))["schema"] == "zwgk.report/1"


@pytest.mark.parametrize(("level", "code"), [("breach", 0), ("undecided", 0), ("due-soon", 1), ("never", 0)])
def test_fail_levels(log: Path, level: str, code: int) -> None:
    """On 2011-10-08, the due date of both, one has been published and one is due that very day."""
    arguments = (str(log), "--rules", "luzhou-2011/document-publication", "--as-of", "2011-10-08", "--fail-on", level)
    assert run(*arguments).returncode == code


def test_quiet_says_nothing(log: Path) -> None:
    shown = run(str(log), "--rules", "luzhou-2011/document-publication", "--as-of", "2011-12-31", "-q")
    assert (shown.returncode, shown.stdout, shown.stderr) == (1, "", "")


def test_standard_input(log: Path) -> None:
    shown = run("-", "--rules", "luzhou-2011/document-publication", "--as-of", "2011-12-31", stdin=log.read_bytes())
    assert shown.returncode == 1
    assert "合计2项" in shown.stdout


def test_bad_rows_are_all_told_and_good_rows_judged(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(LOG + "甲,文件印发,2011-13-01,x\n乙,文件印发,,x\n,文件印发,2011-09-01,x\n", "utf-8")
    arguments = (str(path), "--rules", "luzhou-2011/document-publication", "--as-of", "2011-12-31", "--format", "json")
    shown = run(*arguments)
    assert shown.returncode == 2
    report = json.loads(shown.stdout)
    assert [(one["row"], one["column"]) for one in report["problems"]] == [(6, "time"), (7, "time"), (8, "case")]
    assert report["summary"]["breached"] == 1
    assert "第6行" in shown.stderr
    assert "2011-13-01" in shown.stderr
    assert run(*arguments, "--skip-bad-rows").returncode == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空"),
        (b"\x00\x01\x02\x03" * 100, ""),
        (b"PK\x03\x04" + b"\x00" * 100, "Excel"),
        (",".join(f"c{i}" for i in range(10_000)).encode() + b"\n", "列"),
        (b"case,event,time\nA," + b"x" * 50_000_000 + b",2011-01-01\n", ""),
        ("文号,事件,日期\n".encode("utf-16"), None),
        (b"case,event,time\n", None),
        (b"case,evnt,time\nA,document-issued,2011-01-01\n", "event"),
        (b"case,event,tiem\nA,document-issued,2011-01-01\n", "time"),
    ],
    ids=["empty", "binary", "zip", "10000-columns", "50MB-line", "utf-16", "header-only", "evnt", "tiem"],
)
def test_odd_files_are_told_not_thrown(tmp_path: Path, content: bytes, said: str | None) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(content)
    shown = run(str(path), "--as-of", "2011-12-31")
    assert "Traceback" not in shown.stderr
    assert "内部错误" not in shown.stderr
    if said is None:
        assert shown.returncode == 0
    else:
        assert shown.returncode == 2
        assert said in shown.stderr + shown.stdout


def test_missing_directory_and_several_failures_at_once(tmp_path: Path) -> None:
    shown = run(str(tmp_path), str(tmp_path / "none.csv"), "--as-of", "2011-12-31")
    assert shown.returncode == 2
    assert "none.csv" in shown.stderr
    assert len(shown.stderr.strip().splitlines()) >= 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission(log: Path) -> None:
    log.chmod(0)
    shown = run(str(log), "--as-of", "2011-12-31")
    assert shown.returncode == 2
    assert "权限" in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--asof", "2011-12-31"), "--as-of"),
        (("--rules", "luzho-2011"), "luzhou-2011"),
        (("--rules", "luzhou-2011/document-publicatin"), "document-publication"),
        (("--fail-on", "breech"), "breach"),
        (("--format", "jason"), "json"),
        (("--region", "51"), "6位"),
        (("--due-soon", "-1"), "整数"),
        (("--as-of", "2011-02-30"), "2011-02-30"),
        (("--known-on", "昨天"), "昨天"),
        (("--encoding", "utf-88"), "utf-88"),
        (("--format", "json", "--format", "jsonl"), "--output"),
        (("-o", "report.abc"), "--format"),
    ],
)
def test_mistyped_options_are_told_with_the_nearest(
    log: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert said in refused(capsys, str(log), *arguments)


def test_a_mistyped_command_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "rules" in refused(capsys, "ruls", "list")
    assert "lint" in refused(capsys, "rules", "lnt")
    assert "deadline" in refused(capsys, "dealine", "2024-01-01", "3", "workdays")


def test_a_mistyped_event_is_told_with_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("case,event,time\nA,document-isued,2011-09-28\nA,文件公幵,2011-09-29\n", "utf-8")
    shown = run(str(path), "--rules", "luzhou-2011/document-publication", "--as-of", "2011-12-31")
    assert "document-isued" in shown.stdout
    assert "是否应为“文件印发”" in shown.stdout
    report = json.loads(
        run(
            str(path), "--rules", "luzhou-2011/document-publication", "--as-of", "2011-12-31", "--format", "json"
        ).stdout
    )
    assert report["unmatched_events"] == {"document-isued": 1, "文件公幵": 1}
    assert report["idle_rules"] == ["luzhou-2011/document-publication"]


def test_a_broken_rule_file_is_told_with_its_lines(
    tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = tmp_path / "own"
    pack.mkdir()
    (pack / "_source.yaml").write_text(
        'title: 内部规定\nnumber: ""\nissuer: 办公室\nregion: national\nissued: 2011-01-01\nin_force: {from: 2011-01-01}\nabout: 试\n',
        "utf-8",
    )
    (pack / "quick.yaml").write_text(
        "id: quick\ntitel: 打错\nexplain: 无\nsource: {clause: 一, phrase: 二日内}\nkind: deadline\nseverity: error\n"
        "trigger: document-issued\nperformance: document-published\nwithin: 2 workdayz\ncases: []\n",
        "utf-8",
    )
    text = refused(capsys, str(log), "--rules", str(pack))
    assert "quick.yaml:2:" in text
    assert "title" in text
    assert "quick.yaml:9:" in text
    assert invoke("rules", "lint", str(pack)).exit_code in (0, 1)


def test_rules_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert "luzhou-2011/document-publication" in invoke("rules", "list").output
    page = invoke("rules", "show", "guiyang-hitech-2019/licence-penalty-decision").output
    assert "7个工作日" in page
    assert "筑高新办函〔2019〕23号" in page
    assert invoke("explain", "guiyang-hitech-2019/licence-penalty-decision").output == page
    tested = invoke("rules", "test", "luzhou-2011")
    assert "0个不符" in tested.output
    assert "没有发现问题" in invoke("rules", "lint", "luzhou-2011").output
    assert json.loads(invoke("rules", "schema").output)["$schema"]
    assert "不核查" in invoke("rules", "coverage", "luzhou-2011").output
    assert "规则编号" in refused(capsys, "rules", "show", "luzhou-2011-x")


def test_a_failing_case_is_shown_with_both_sides(tmp_path: Path) -> None:
    from zwgk._data import data_folder

    pack = tmp_path / "luzhou-2011"
    pack.mkdir()
    shipped = data_folder("rules") / "luzhou-2011"
    source = (shipped / "_source.yaml").read_text("utf-8").split("clauses:")[0]
    (pack / "_source.yaml").write_text(source, "utf-8")
    rule = (shipped / "document-publication.yaml").read_text("utf-8")
    (pack / "document-publication.yaml").write_text(rule.replace("within: 3 workdays", "within: 4 workdays"), "utf-8")
    shown = run("rules", "test", str(pack))
    assert shown.returncode == 1
    assert "应为" in shown.stdout
    assert "due: 2011-05-04" in shown.stdout
    assert "due: 2011-05-05" in shown.stdout


def test_deadline_and_calendar_commands() -> None:
    assert "2024-10-30" in invoke("deadline", "2024-09-27", "20", "workdays").output
    made = json.loads(invoke("deadline", "2026-12-20", "20", "workdays", "--format", "json").output)
    assert (made["at"], made["earliest"], made["latest"], made["final"]) == (
        None,
        "2027-01-18",
        "2027-01-19",
        False,
    )
    lines = invoke("calendar", "2020", "--format", "csv").output.splitlines()
    assert lines[0] == "date,is_workday,kind,name,notice"
    assert "2020-01-31,0,holiday,春节,国办发明电〔2020〕1号" in lines
    assert len(lines) == 367


def test_explain_a_case_day_by_day(log: Path) -> None:
    shown = invoke(
        "explain", "泸府发〔2011〕5号", "--events", str(log), "--rules", "luzhou-2011", "--as-of", "2011-12-31"
    ).output
    assert "结论：违反（逾期完成），逾期4个工作日；到期日 2011-10-08" in shown
    assert "2011-10-01　不计　　国庆节放假（国办发明电〔2010〕40号）" in shown
    assert "2011-10-08　第3日　周六，国庆节补班（国办发明电〔2010〕40号）　← 到期" in shown


def test_explain_an_unknown_case_names_the_nearest(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "泸府发〔2011〕5号" in refused(capsys, "explain", "泸府发〔2011〕55号", "--events", str(log))


def test_an_output_is_written_whole_or_not_at_all(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "文件夹" in refused(capsys, str(log), "--as-of", "2011-12-31", "--format", "json", "-o", str(tmp_path))
    missing = tmp_path / "no" / "a.json"
    assert "不存在" in refused(capsys, str(log), "--as-of", "2011-12-31", "--format", "json", "-o", str(missing))
    assert [path.name for path in tmp_path.iterdir()] == ["events.csv"]


def test_start_up_imports_nothing_heavy(log: Path) -> None:
    code = (
        "import sys\nfrom zwgk.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('pandas','polars','numpy','duckdb','pyarrow','pendulum','openpyxl') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(log), "-q", "--as-of", "2011-12-31", "--rules", "luzhou-2011"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
