"""A duty that is not the agency's whose event raised it: nobody may be blamed for what a third party left undone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from zwgk import check
from zwgk.reports.letter import letters

if TYPE_CHECKING:
    from pathlib import Path

# Asked on Tuesday 2024-06-11, the 15th workday is 2024-07-02; nobody answered. The reply came in time.
LOG = """case,event,time,agency,region
申1,request-received,2024-06-03,某局,520100
申1,third-party-consulted,2024-06-11,某局,520100
申1,reply-sent,2024-07-08,某局,520100
申2,request-received,2024-06-03,某局,520100
申2,agency-consulted,2024-06-11,某局,520100
申2,agency-answered,2024-07-04,某局,520100
申2,reply-sent,2024-07-08,某局,520100
"""


@pytest.mark.parametrize("large", [False, True])
def test_the_finding_bears_the_name_of_who_owes(tmp_path: Path, *, large: bool) -> None:
    path = tmp_path / "log.csv"
    path.write_text(LOG, "utf-8")
    report = check(path, as_of="2024-07-10", large=large)
    found = {one["rule"]: one for one in map(json.loads, b"".join(report.jsonl_chunks()).splitlines())}
    third = found["ogi-regulation-2019/third-party-opinion"]
    assert (third["agency"], third["verdict"], third["breach"]) == ("被征求意见的第三方", "breached", "overdue")
    assert third["because"][-1] == "应由被征求意见的第三方履行，不计在登记机关名下"
    other = found["ogi-regulation-2019/consulted-agency-opinion"]
    assert (other["agency"], other["verdict"], other["breach"]) == ("被征求意见的机关", "breached", "late")
    assert found["ogi-regulation-2019/reply"]["agency"] == "某局"
    assert found["ogi-regulation-2019/reply"]["verdict"] == "met"


def test_no_letter_is_drafted_for_it(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(LOG, "utf-8")
    report = check(path, as_of="2024-07-10")
    assert report.exit_code == 1
    assert list(letters(report)) == []
