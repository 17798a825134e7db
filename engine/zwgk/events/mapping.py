"""How a user says what the columns of a file mean: the mapping of ``--columns``, a small YAML file or a dictionary.

``columns`` (header → column, blank text leaves it out), ``ledger`` (header of a date column → event), ``sheet``, ``header_row``,
``date_system`` (1900 or 1904: numbers in date columns are days of that spreadsheet calendar), ``encoding``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zwgk.errors import Complaint, InputError
from zwgk.i18n import _

if TYPE_CHECKING:
    from zwgk.shapes import Keys, Sheet
    from zwgk.yamlio import Node

DATE_SYSTEMS = (1900, 1904)
MOST_ROWS_ABOVE = 1_000


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What a user said of the columns. Headers are as written in the file; nothing said is found by itself."""

    columns: Mapping[str, str] = field(default_factory=dict)
    ledger: Mapping[str, str] = field(default_factory=dict)
    sheet: tuple[str, ...] = ()
    header_row: int | None = None
    date_system: int | None = None
    encoding: str | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that is spoken of."""
        return (*self.columns, *self.ledger)

    @property
    def is_plain(self) -> bool:
        """Whether it says no more than header → column."""
        return not (self.ledger or self.sheet or self.header_row or self.date_system or self.encoding)

    def record(self) -> dict[str, Any]:
        """What was said, under the keys of a mapping file, as JSON can hold it; :func:`as_mapping` reads it back."""
        said = {
            "columns": dict(self.columns),
            "ledger": dict(self.ledger),
            "sheet": list(self.sheet),
            "header_row": self.header_row,
            "date_system": self.date_system,
            "encoding": self.encoding,
        }
        return {key: value for key, value in said.items() if value}


NO_MAPPING = ColumnMapping()

Columns = str | Path | Mapping[str, str] | Mapping[str, Any] | ColumnMapping | None
"""What is accepted for a mapping: the path of a YAML file, header → column, or the keys of such a file as a dictionary."""


def as_mapping(columns: Columns) -> ColumnMapping:
    """The mapping that a caller gave.

    A dictionary of nothing but the keys of a mapping file (``{"ledger": {…}}``) is read like the file, any other as header → column.

    Raises:
        InputError: it is none, or the file cannot be used; carries every complaint.
    """
    if columns is None:
        return NO_MAPPING
    if isinstance(columns, ColumnMapping):
        return columns
    if isinstance(columns, str | Path):
        return load_mapping(columns)
    if not isinstance(columns, Mapping):
        raise InputError(_("列对照应为文件路径或字典，读到{kind}").format(kind=type(columns).__name__))
    if columns and set(columns) <= set(_expected()):
        return _from_dict(columns)
    if not all(isinstance(text, str) for pair in columns.items() for text in pair):
        return _from_dict(columns)
    return ColumnMapping(columns=dict(columns))


def load_mapping(path: str | Path) -> ColumnMapping:
    """The mapping in a YAML file.

    Raises:
        InputError: it cannot be used; carries every complaint with file and line.
    """
    from zwgk.shapes import Sheet, read_record
    from zwgk.yamlio import load

    document = load(Path(path))
    sheet = Sheet(str(path))
    sheet.complaints.extend(document.complaints)
    values: dict[str, Any] | None = {}
    if document.root is not None:
        values = read_record(sheet, document.root, "", keys())
    if sheet.complaints or values is None:
        raise InputError(_told(sheet.complaints))
    return _made(values)


def keys() -> Keys:
    """The keys of a mapping file and their shapes."""
    from zwgk.shapes import BLANK_TEXT, TEXT, WHOLE, Key, Shape, by_name, several

    def one_of_systems(sheet: Sheet, node: Node, where: str) -> int | None:
        number: int | None = WHOLE.read(sheet, node, where)
        if number is None or number in DATE_SYSTEMS:
            return number
        message = _("“{where}”应为 1900 或 1904，读到 {number}；请照电子表格的日期系统填写")
        sheet.complain(node.line, message.format(where=where, number=number))
        return None

    return {
        "columns": Key(by_name(BLANK_TEXT), _("表头 → 列名；空白表示不读")),
        "ledger": Key(by_name(BLANK_TEXT), _("台账的日期列：表头 → 事件名；空白表示不作为事件")),
        "sheet": Key(several(TEXT), _("工作表的名称，一个或几个")),
        "header_row": Key(WHOLE, _("表头在第几行")),
        "date_system": Key(Shape(one_of_systems, {"enum": list(DATE_SYSTEMS)}), _("日期列里的数字按哪个日期系统读")),
        "encoding": Key(TEXT, _("文字编码")),
    }


def _made(values: Mapping[str, Any]) -> ColumnMapping:
    encoding = values.get("encoding")
    if encoding:
        from zwgk.events.encodings import known_encoding

        known_encoding(encoding)
    return ColumnMapping(
        columns=values.get("columns", {}),
        ledger=values.get("ledger", {}),
        sheet=tuple(values.get("sheet", ())),
        header_row=values.get("header_row"),
        date_system=values.get("date_system"),
        encoding=encoding,
    )


def _from_dict(given: Mapping[Any, Any]) -> ColumnMapping:
    """The mapping in a dictionary with the keys of a mapping file, held to what the file is held to."""
    expected = _expected()
    values = dict(given)
    if isinstance(values.get("sheet"), str):
        values["sheet"] = [values["sheet"]]
    wrong = [
        _("列对照的“{key}”应为{expected}").format(key=key, expected=expected[key])
        if key in expected
        else _("列对照没有“{key}”这一项，可用的：{known}").format(key=key, known=_("、").join(expected))
        for key, value in values.items()
        if not _fits(key, value)
    ]
    if wrong:
        raise InputError("\n".join(wrong))
    return _made(values)


def _expected() -> dict[str, str]:
    """The keys of a mapping and what each must hold."""
    return {
        "columns": _("字典：表头 → 列名"),
        "ledger": _("字典：表头 → 事件名"),
        "sheet": _("工作表名称，或它们的列表"),
        "header_row": _("1 到 {most} 的整数").format(most=MOST_ROWS_ABOVE),
        "date_system": _("1900 或 1904"),
        "encoding": _("编码的名称"),
    }


def _fits(key: object, value: object) -> bool:
    if key in ("columns", "ledger"):
        return isinstance(value, Mapping) and all(isinstance(text, str) for pair in value.items() for text in pair)
    if key == "sheet":
        return isinstance(value, list | tuple) and all(isinstance(name, str) and name for name in value)
    if key == "header_row":
        return isinstance(value, int) and 1 <= value <= MOST_ROWS_ABOVE
    return value in DATE_SYSTEMS if key == "date_system" else key == "encoding" and isinstance(value, str)


def _told(complaints: list[Complaint]) -> str:
    return "\n".join(str(complaint) for complaint in sorted(complaints))
