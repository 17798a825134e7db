"""JSON Schema (draft 2020-12) of a rule file and of ``_source.yaml``, for editors.

Made from the tables the loader reads by. What a schema cannot say (references between files, dates that do not exist,
values that YAML reads otherwise than they look) is said by ``rules lint``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from zwgk.i18n import N_, _
from zwgk.model import Kind, Unit
from zwgk.rulekeys import COMMON, EXACTLY_ONE_OF, KINDS, SOURCE_KEYS, keys_of
from zwgk.shapes import record_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def rule_schema() -> dict[str, Any]:
    """The schema of a rule file; the keys allowed depend on ``kind``. Its words are in the language of the context."""
    made = {
        "$schema": DIALECT,
        "title": N_("zwgk-check 规则文件"),
        "type": "object",
        "properties": {"kind": {"$ref": "#/$defs/kind"}},
        "required": ["kind"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": str(kind)}}, "required": ["kind"]},
                "then": {"$ref": f"#/$defs/{kind}"},
            }
            for kind in KINDS
        ],
        "$defs": {
            **{name: {**key.shape.schema, "description": key.about} for name, key in COMMON.items()},
            **{str(kind): _kind_schema(kind) for kind in KINDS},
        },
    }
    return cast("dict[str, Any]", spoken(made))


def source_schema() -> dict[str, Any]:
    """The schema of a ``_source.yaml``."""
    made = {"$schema": DIALECT, "title": N_("zwgk-check 规则包说明(_source.yaml)"), **record_schema(SOURCE_KEYS)}
    return cast("dict[str, Any]", spoken(made))


def spoken(schema: Any) -> Any:
    """The schema with its titles and descriptions in the language of the context."""
    if isinstance(schema, dict):
        return {
            name: _(value) if name in ("title", "description") and isinstance(value, str) else spoken(value)
            for name, value in schema.items()
        }
    return [spoken(one) for one in schema] if isinstance(schema, list) else schema


def _kind_schema(kind: Kind) -> dict[str, Any]:
    schema = record_schema(keys_of(kind), exactly_one_of=EXACTLY_ONE_OF.get(kind, ()))
    schema["properties"].update({name: {"$ref": f"#/$defs/{name}"} for name in COMMON})
    if kind is Kind.DEADLINE:
        schema["allOf"] = [_roll_goes_with(Unit.DAYS, Unit.MONTHS), _clock_goes_with(Unit.WORKDAYS)]
    return schema


def _counted_in(*units: Unit) -> Mapping[str, Any]:
    return {"properties": {"within": {"pattern": f" (?:{'|'.join(units)})$"}}, "required": ["within"]}


def _roll_goes_with(*units: Unit) -> dict[str, Any]:
    return {"if": _counted_in(*units), "then": {"required": ["roll"]}, "else": {"properties": {"roll": False}}}


def _clock_goes_with(*units: Unit) -> dict[str, Any]:
    return {"if": {"required": ["clock"]}, "then": _counted_in(*units)}
