"""Findings as a polars table: one row a finding, nested fields flattened."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from zwgk import check

if TYPE_CHECKING:
    from pathlib import Path

pl = pytest.importorskip("polars")

# 20 workdays from Friday 2024-03-01 end on 2024-03-29 (no holiday between).
FIRST = "case,event,time,agency,region\n申1,request-received,2024-03-01,某局,520100\n"
SECOND = "case,event,time,agency,region\n申1,reply-sent,2024-04-02,某局,520100\n"


@pytest.mark.parametrize("large", [False, True])
def test_a_row_says_what_the_finding_says(tmp_path: Path, *, large: bool) -> None:
    (tmp_path / "1.csv").write_text(FIRST, "utf-8")
    (tmp_path / "2.csv").write_text(SECOND, "utf-8")
    report = check([tmp_path / "1.csv", tmp_path / "2.csv"], as_of="2024-12-31", large=large)
    (row,) = report.to_polars().filter(pl.col("rule") == "ogi-regulation-2019/reply").to_dicts()
    assert (row["case"], row["agency"], row["verdict"], row["breach"]) == ("申1", "某局", "breached", "late")
    assert (row["trigger_time"], row["trigger_row"], row["trigger_file"]) == ("2024-03-01", 2, 1)
    assert (row["performed_time"], row["performed_row"], row["performed_file"]) == ("2024-04-02", 2, 2)
    assert (row["due_at"], row["due_final"]) == ("2024-03-29", True)
    assert (row["late_by_count"], row["late_by_unit"], row["remaining_count"]) == (2, "workdays", None)
    assert row["because"].splitlines()[0] == "收到申请：2024-03-01（第2行）"
    assert row["source_clause"].startswith("第三十三条")


def test_without_findings_the_columns_stand(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(FIRST, "utf-8")
    table = check(path, as_of=dt.date(2024, 1, 1)).to_polars()
    assert table.is_empty()
    assert {"rule", "case", "verdict", "due_at", "because"} <= set(table.columns)
