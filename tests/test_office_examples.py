"""The six office files of the examples: checked with a rule pack or a region and nothing else, with findings typed from the law.

Due dates are those of the worked cases in the rules and the notices: 2024-09-27 + 20 working days is 2024-10-30, and so on.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from zwgk.cli import main

OFFICE = Path(__file__).parents[1] / "examples" / "office"
pytestmark = pytest.mark.skipif(not OFFICE.is_dir(), reason="the examples are not here")

Finding = tuple[str, str, str, str | None, str | None, str | None, int]
"""Rule, case, verdict, breach, due, late by, row of the trigger."""

EXPECTED: dict[str, tuple[list[str], list[Finding]]] = {
    "documents-gbk.csv": (
        ["--region", "510500"],
        [
            ("document-publication", "泸市府办发〔2011〕40号", "met", None, "2011-10-10", None, 6),
            ("document-publication", "泸市府发〔2011〕12号", "met", None, "2011-05-04", None, 2),
            ("document-publication", "泸市府发〔2011〕13号", "breached", "late", "2011-05-04", "1 workdays", 4),
        ],
    ),
    "penalties-wps.xlsx": (
        ["--rules", "guiyang-hitech-2019"],
        [
            ("licence-penalty-decision", "筑高新市监罚〔2019〕1号", "met", None, "2019-10-09", None, 4),
            ("licence-penalty-decision", "筑高新市监罚〔2019〕2号", "breached", "late", "2019-10-09", "5 workdays", 6),
            ("licence-penalty-decision", "筑高新市监许〔2019〕7号", "met", None, "2019-10-09", None, 8),
        ],
    ),
    "information-ledger.xlsx": (
        ["--region", "430100"],
        [
            ("proactive-disclosure", "长住建发〔2024〕31号", "met", None, "2024-10-30", None, 3),
            ("proactive-disclosure", "长住建发〔2024〕32号", "breached", "late", "2024-10-30", "1 workdays", 4),
        ],
    ),
    "consultations.xlsx": (
        ["--rules", "jingmen-2022"],
        [
            ("adoption-published", "荆府征〔2022〕9号", "undecided", None, None, None, 5),
            ("benefit-share", "免申即享〔2022〕", "met", None, None, None, 6),
            ("comment-period", "荆府征〔2022〕8号", "breached", "short", "2022-08-31", "1 days", 2),
            ("comment-period", "荆府征〔2022〕9号", "excused", None, "2022-08-31", None, 4),
        ],
    ),
    "requests-ledger.csv": (
        ["--rules", "ogi-regulation-2019"],
        [
            ("correction-notice", "2024-004", "met", None, "2024-06-13", None, 5),
            ("correction-notice", "2024-007", "breached", "late", "2024-06-13", "1 workdays", 8),
            ("reply", "2024-001", "met", None, "2024-10-30", None, 2),
            ("reply", "2024-002", "breached", "late", "2024-10-30", "1 workdays", 3),
            ("reply", "2024-003", "met", None, "2024-07-16", None, 4),
            ("reply", "2024-004", "met", None, "2024-07-18", None, 5),
            ("reply", "2024-005", "met", None, "2025-03-04", None, 6),
            ("reply", "2024-006", "breached", "late", "2025-02-05", "20 workdays", 7),
            ("reply", "2024-007", "met", None, "2024-07-18", None, 8),
            ("third-party-opinion", "2024-003", "met", None, "2024-07-02", None, 4),
        ],
    ),
    "meetings.jsonl": (
        ["--region", "510500"],
        [
            ("meeting-summary", "常务会〔2011〕5次", "met", None, "2011-04-13T11:30:00+08:00", None, 1),
            ("meeting-summary", "常务会〔2011〕6次", "breached", "late", "2011-04-16T17:00:00+08:00", "40 hours", 3),
        ],
    ),
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main([*arguments])
    out, err = capsys.readouterr()
    assert isinstance(stop.value.code, int)
    return stop.value.code, out, err


@pytest.mark.parametrize("name", EXPECTED)
def test_each_file_is_checked_as_it_is(name, capsys) -> None:
    options, expected = EXPECTED[name]

    code, out, _err = run(capsys, str(OFFICE / name), *options, "--format", "json")

    report = json.loads(out)
    of_matters = [finding for finding in report["findings"] if finding["case"] is not None]
    assert [
        (
            found["rule"].partition("/")[2],
            found["case"],
            found["verdict"],
            found["breach"],
            found["due"] and found["due"]["at"],
            found["late_by"] and f"{found['late_by']['count']} {found['late_by']['unit']}",
            found["trigger"]["row"],
        )
        for found in of_matters
    ] == expected
    assert report["problems"] == []
    assert report["unmatched_events"] == {}
    assert code == 1


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_proposed_reads_the_file_alike(name, capsys, tmp_path) -> None:
    from zwgk.events import read_log

    mapping = tmp_path / "columns.yaml"
    code, out, _err = run(capsys, "init", str(OFFICE / name), "-o", str(mapping))
    assert (code, str(mapping) in out) == (0, True)

    plain, mapped = read_log([OFFICE / name]), read_log([OFFICE / name], columns=mapping)
    assert plain.events == mapped.events
    assert plain.inputs == mapped.inputs


@pytest.mark.parametrize("name", EXPECTED)
def test_the_reading_is_shown(name, capsys) -> None:
    code, out, err = run(capsys, str(OFFICE / name), "--show-reading")

    assert (code, err) == (0, "")
    assert ("台账" if "ledger" in name else "事件日志") in out
    assert "→" in out


def test_the_files_are_made_by_their_script() -> None:
    spec = importlib.util.spec_from_file_location("office_make", OFFICE / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert {*module.FILES} == {*EXPECTED}
    from zwgk.events import read_log

    for name, make in module.FILES.items():
        made = make()
        kept = (OFFICE / name).read_bytes()
        if not name.endswith(".xlsx"):
            assert made == kept, name
        assert made[:4] == kept[:4]
    assert len(read_log([OFFICE / name for name in EXPECTED]).inputs) == 7
