"""A pack folder: its ``_source.yaml`` into a :class:`~zwgk.model.Pack`, and its rule files by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.errors import Complaint
from zwgk.files import refusal
from zwgk.i18n import _
from zwgk.model import Pack, Unchecked
from zwgk.rulekeys import SOURCE_KEYS
from zwgk.shapes import KEBAB, Sheet, did_you_mean, read_record
from zwgk.yamlio import Table, load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

SOURCE_FILE = "_source.yaml"


class PackFile(NamedTuple):
    """A ``_source.yaml`` as read: ``pack`` is None where there are complaints.

    ``lines`` gives the line of each top-level key, ``clause_lines`` that of each row under ``clauses``.
    """

    path: Path
    pack: Pack | None
    lines: Mapping[str, int]
    clause_lines: Mapping[str, int]
    data: bytes
    complaints: tuple[Complaint, ...]


def is_pack(folder: Path) -> bool:
    """Whether the folder is a pack; not one that cannot be looked into."""
    try:
        return (folder / SOURCE_FILE).is_file()
    except (OSError, ValueError):
        return False


def rule_files(folder: Path) -> tuple[tuple[Path, ...], tuple[Complaint, ...]]:
    """The rule files of a pack by name, and complaints about files that look like rules but would not be read."""
    files, complaints = [], []
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        return (), (
            Complaint(str(folder), 0, _("无法列出文件夹（{reason}）；请检查权限").format(reason=refusal(error))),
        )
    for path in paths:
        if path.name.startswith((".", "~")) or path.name == SOURCE_FILE:
            continue
        if path.suffix.lower() in {".yaml", ".yml"}:
            if path.suffix == ".yaml":
                files.append(path)
            else:
                complaints.append(Complaint(str(path), 0, _("规则文件的扩展名须是 .yaml，这个文件不会被读取；请改名")))
    return tuple(files), tuple(complaints)


def read_pack_file(folder: Path) -> PackFile:
    """Read the ``_source.yaml`` of a pack folder."""
    path = folder / SOURCE_FILE
    document = load(path)
    if document.root is None:
        return PackFile(path, None, {}, {}, document.data, document.complaints)
    sheet = Sheet(str(path))
    lines = document.root.lines if isinstance(document.root, Table) else {}
    values = read_record(sheet, document.root, "", SOURCE_KEYS)
    name = folder.resolve().name
    if not re.fullmatch(KEBAB, name):
        sheet.complain(
            0, _("包的名字就是文件夹的名字，读到“{name}”，应为小写英文、数字和连字符；请给文件夹改名").format(name=name)
        )
    clauses = document.root.entries.get("clauses") if isinstance(document.root, Table) else None
    clause_lines = clauses.lines if isinstance(clauses, Table) else {}
    if values is not None:
        _check(sheet, values, lines)
    complaints = (*document.complaints, *sheet.complaints)
    if complaints or values is None:
        return PackFile(path, None, lines, clause_lines, document.data, complaints)
    return PackFile(path, _pack(name, values, str(path)), lines, clause_lines, document.data, ())


def _check(sheet: Sheet, values: Mapping[str, Any], lines: Mapping[str, int]) -> None:
    span = values.get("in_force")
    if span and "to" in span and span["to"] < span["from"]:
        sheet.complain(lines["in_force"], _("“in_force”的 to 早于 from；请对调"))
    seen: set[str] = set()
    for item in values.get("unchecked") or ():
        if item["id"] in seen:
            sheet.complain(lines["unchecked"], _("“unchecked”里编号“{id}”重复；请改其中一个").format(id=item["id"]))
        seen.add(item["id"])


def _pack(name: str, values: Mapping[str, Any], path: str) -> Pack:
    region = values["region"]
    return Pack(
        id=name,
        title=values["title"],
        number=values["number"],
        issuer=values["issuer"],
        region="" if region == "national" else region,
        issued=values["issued"],
        in_force_from=values["in_force"]["from"],
        in_force_to=values["in_force"].get("to"),
        agency_scope=values.get("agency_scope", ()),
        unchecked=tuple(Unchecked(**item) for item in values.get("unchecked", ())),
        clauses={row: " ".join(ids) for row, ids in values.get("clauses", {}).items()},
        about=values["about"],
        path=path,
    )


def check_clauses(read: PackFile, names: set[str], exists: Callable[[str], bool]) -> list[Complaint]:
    """Complaints about rows of ``clauses`` that name neither a rule of the pack nor an unchecked clause.

    ``names`` are the rule ids of the pack; ``exists`` tells whether there is a rule ``pack/id`` elsewhere.
    """
    if read.pack is None:
        return []
    known = names | {item.id for item in read.pack.unchecked}
    complaints = []
    for row, ids in read.pack.clauses.items():
        for reference in ids.split():
            if reference not in known and not ("/" in reference and exists(reference)):
                hint = did_you_mean(reference, known)
                message = _(
                    "“clauses.{row}”写的“{reference}”既不是本包的规则，也不在 unchecked 里；{hint}请改正"
                ).format(row=row, reference=reference, hint=hint)
                complaints.append(Complaint(str(read.path), read.clause_lines.get(row, 1), message))
    return complaints
