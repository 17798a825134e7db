"""The JSON Schema agrees with the loader: what ships is valid, and what the loader refuses by form is not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from zwgk._data import data_folder
from zwgk.model import Kind
from zwgk.schema import rule_schema, source_schema

if TYPE_CHECKING:
    from pathlib import Path

RULE = Draft202012Validator(rule_schema())
SOURCE = Draft202012Validator(source_schema())

SHIPPED = sorted(data_folder("rules").glob("*/*.yaml"))


def as_editors_see_it(value: Any) -> Any:
    """JSON Schema has no dates: editors take them as text."""
    if isinstance(value, dict):
        return {key: as_editors_see_it(child) for key, child in value.items()}
    if isinstance(value, list):
        return [as_editors_see_it(child) for child in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def faults(validator: Draft202012Validator, text: str) -> list[str]:
    return [error.message for error in validator.iter_errors(as_editors_see_it(yaml.safe_load(text)))]


@pytest.mark.parametrize("schema", [rule_schema(), source_schema()], ids=["rule", "source"])
def test_the_schemas_are_schemas(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_kind_has_its_schema() -> None:
    schema = rule_schema()

    assert {branch["then"]["$ref"] for branch in schema["allOf"]} == {f"#/$defs/{kind}" for kind in Kind}
    assert set(Kind) <= set(schema["$defs"])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_ships_is_valid(path: Path) -> None:
    assert faults(SOURCE if path.name == "_source.yaml" else RULE, path.read_text(encoding="utf-8")) == []


HEAD = """\
id: one
title: 七个工作日内公开
explain: 决定作出后七个工作日内公开。
source: {clause: 第一条, phrase: 7个工作日内公开}
severity: error
cases:
  - {name: 按时, as_of: 2019-12-31, events: [{event: a, time: 2019-09-24, weight: 4}], expect: {verdict: met}}
  - {name: 逾期, as_of: 2019-12-31, events: [], expect: [{verdict: breached, breach: late, late_by: 5 workdays}]}
  - {name: 不适用, as_of: 2019-12-31, events: [], expect: none}
"""
DEADLINE = "kind: deadline\ntrigger: a\nperformance: b\n"

GOOD = [
    DEADLINE + "within: 7 workdays\n",
    DEADLINE + "within: 20 days\nroll: none\n",
    DEADLINE + "within: 20 workdays\nclock: {extended_by: c, extension: 20 workdays}\n",
    DEADLINE + "within: same-day\nwhere: {x: 一, y: [二, 三], z: {not_in: [四], default: 五}}\n",
    "kind: fixed-date\nperformance: a\nby: 2016-12-31\n",
    "kind: fixed-date\nperformance: a\nby: {strict: 2011-05-31, lenient: 2011-06-30}\n",
    "kind: fixed-date\nperformance: a\nby: {every_year: 01-31, reported_year: previous}\n",
    "kind: order\ntrigger: a\npreceded_by: b\n",
    "kind: threshold\ntrigger: a\nattribute: x\nminimum: 4.5\n",
    "kind: content\ntrigger: a\nrequires: [{attribute: x, includes: [一, 二]}]\n",
    "kind: coverage\nperformance: a\nmember: x\nmembers: [一]\nby: 2020-10-19\n",
    "kind: minimum-period\ntrigger: a\nperformance: b\nat_least: 30 days\n",
    "kind: cadence\nperformance: a\nper: quarter\nat_least: 2\n",
]


@pytest.mark.parametrize("body", GOOD)
def test_good_forms_are_valid(body: str) -> None:
    assert faults(RULE, HEAD + body) == []


BAD = [
    "trigger: a\n",
    "kind: dedline\n",
    DEADLINE,
    DEADLINE + "within: 7 workday\n",
    DEADLINE + "within: 7\n",
    DEADLINE + "within: 20 days\n",
    DEADLINE + "within: 7 workdays\nroll: none\n",
    DEADLINE + "within: 7 hours\nclock: {voided_by: c}\n",
    DEADLINE + "within: 7 workdays\nclock: {extended_by: c}\n",
    DEADLINE + "within: 7 workdays\nper: year\n",
    DEADLINE + "within: 7 workdays\nwhere: {}\n",
    DEADLINE + "within: 7 workdays\nwhere: {x: {default: 一}}\n",
    DEADLINE + "within: 7 workdays\nwhere: {x: 一、二}\n",
    DEADLINE + "within: 7 workdays\nwhere: {x: [一, 一]}\n",
    DEADLINE + "within: 7 workdays\noverrides: ../x\n",
    "kind: fixed-date\nperformance: a\nby: {strict: 2011-05-31}\n",
    "kind: fixed-date\nperformance: a\nby: {every_year: 13-01}\n",
    "kind: coverage\nperformance: a\nmember: x\nmembers: [一]\nby: {every_year: 01-31}\n",
    "kind: order\ntrigger: a\n",
    "kind: order\ntrigger: a\npreceded_by: b\nfollowed_by: c\n",
    'kind: threshold\ntrigger: a\nattribute: x\nminimum: "4"\n',
    "kind: content\ntrigger: a\nrequires: []\n",
    "kind: minimum-period\ntrigger: a\nperformance: b\nat_least: 24 hours\n",
    "kind: cadence\nperformance: a\nper: week\n",
]


@pytest.mark.parametrize("body", BAD)
def test_bad_forms_are_not(body: str) -> None:
    assert faults(RULE, HEAD + body) != []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: one", "id: One"),
        ("title: 七个工作日内公开\n", ""),
        ("severity: error", "severity: fatal"),
        ("clause: 第一条", "clause: 40"),
        ("verdict: met", "verdict: mat"),
        ("late_by: 5 workdays", "late_by: 5"),
        ("expect: none", "expect: nothing"),
        ("as_of: 2019-12-31, events: []", "events: []"),
        ("  - {name: 不适用, as_of: 2019-12-31, events: [], expect: none}\n", ""),
    ],
)
def test_the_common_part_is_checked_for_every_kind(old: str, new: str) -> None:
    body = DEADLINE + "within: 7 workdays\n"
    assert old in HEAD

    assert faults(RULE, HEAD.replace(old, new) + body) != []


SOURCE_TEXT = """\
title: 某市政务公开办法
number: ""
issuer: 某市人民政府
region: "510500"
issued: 2019-07-10
in_force: {from: 2019-07-10}
about: 试验用的文件
clauses: {T1: one, T2: [one, T9]}
unchecked: [{id: T9, clause: 二, phrase: 及时, reason: 没有数字}]
"""


@pytest.mark.parametrize(
    ("old", "new", "valid"),
    [
        ("", "", True),
        ('"510500"', "national", True),
        ('"510500"', "510500", False),
        ('"510500"', '"5105"', False),
        ("issuer: 某市人民政府\n", "", False),
        ("about:", "abuot:", False),
        ("reason: 没有数字", "why: 没有数字", False),
    ],
)
def test_source_files(old: str, new: str, valid: bool) -> None:
    assert (faults(SOURCE, SOURCE_TEXT.replace(old, new)) == []) is valid
