"""Rule packs: found by name or path, read strictly, and given as one set.

Everything wrong in any of the files is told at once (:class:`~zwgk.errors.RuleError`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zwgk._data import data_folder
from zwgk.crosscheck import cross_check
from zwgk.errors import Complaint, RuleError, UsageError
from zwgk.files import refusal
from zwgk.i18n import _
from zwgk.packfile import SOURCE_FILE, PackFile, check_clauses, is_pack, read_pack_file, rule_files
from zwgk.regions import lies_in, region_prefix
from zwgk.rulefile import RuleFile, read_rule_file
from zwgk.scalars import shown
from zwgk.vocabulary import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from zwgk.model import Pack, Rule

__all__ = [
    "Reading",
    "RuleSet",
    "default_packs",
    "default_rules",
    "find_packs",
    "load_packs",
    "pack_names",
    "read_packs",
    "region_prefix",
    "shipped_packs",
]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Packs and rules, each sorted by id; ``digest`` is ``sha256:`` over names and content of the files."""

    packs: tuple[Pack, ...]
    rules: tuple[Rule, ...]
    digest: str


class Reading(NamedTuple):
    """What was read from pack folders, before it is known whether it can be used."""

    packs: tuple[PackFile, ...]
    rules: tuple[RuleFile, ...]
    complaints: tuple[Complaint, ...]


# --- finding ----------------------------------------------------------------------------------------------


def pack_names() -> list[str]:
    """The names of the shipped packs, sorted."""
    return sorted(folder.name for folder in data_folder("rules").iterdir() if is_pack(folder))


def find_packs(specs: Sequence[str]) -> list[Path]:
    """The folder or file that each ``--rules`` value means: a shipped pack, a shipped rule ``pack/id``, or a path.

    A shipped name wins over a path of the same spelling; ``./name`` is always a path.

    Raises:
        UsageError: for a value that is none of them, naming the nearest.
    """
    shipped = data_folder("rules")
    found = []
    for spec in specs:
        name = spec.strip()
        path = _shipped(shipped, name) or (Path(name) if name and _exists(Path(name)) else None)
        if path is None:
            raise UsageError(_unknown(shipped, name))
        found.append(path)
    return found


def _shipped(folder: Path, name: str) -> Path | None:
    pack, _slash, rule = name.partition("/")
    # Only plain names: no way up or out of the folder of shipped packs.
    if not all(part.replace("-", "").isalnum() for part in (pack, rule or "x")) or not is_pack(folder / pack):
        return None
    path = folder / pack / f"{rule}.yaml" if rule else folder / pack
    return path if _exists(path) else None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _unknown(shipped: Path, name: str) -> str:
    packs = pack_names()
    pack, _slash, rule = name.partition("/")
    if rule and pack in packs:
        rules = [path.stem for path in rule_files(shipped / pack)[0]]
        near = nearest(rule, rules)
        hint = _("是不是“{pack}/{near}”？").format(pack=pack, near=near) if near else ""
        return _("规则包“{pack}”里没有规则“{rule}”；{hint}可用的规则：{rules}").format(
            pack=pack, rule=shown(rule), hint=hint, rules=_("、").join(rules)
        )
    near = nearest(pack if rule else name, packs)
    hint = _("是不是“{near}”？").format(near=near) if near else ""
    return _("没有叫“{name}”的规则包，也没有这个路径；{hint}可用的规则包：{packs}").format(
        name=shown(name), hint=hint, packs=_("、").join(packs) or _("（无）")
    )


# --- reading ----------------------------------------------------------------------------------------------


class _Choice(NamedTuple):
    """A pack folder as the user wrote it, and the rule files wanted of it (None: all)."""

    folder: Path
    names: frozenset[str] | None


def read_packs(
    paths: Iterable[Path], *, cases: bool = False, sources: Mapping[Path, PackFile] | None = None
) -> Reading:
    """Read pack folders, folders of packs and single rule files, with every complaint about them.

    Without ``cases`` the worked cases are neither parsed nor checked. ``sources`` are ``_source.yaml`` files that have
    been read already, by folder.
    """
    chosen, complaints = _choose(paths)
    known = sources or {}
    folders = {choice.folder.resolve().name: choice.folder for choice in chosen}
    packs: list[PackFile] = []
    rules: list[RuleFile] = []

    def find(name: str) -> Path | None:
        return _file_of(name, folders)

    for choice in chosen:
        pack = known.get(choice.folder) or read_pack_file(choice.folder)
        files, objections = rule_files(choice.folder)
        read = [
            read_rule_file(file, pack.pack, cases=cases)
            for file in files
            if choice.names is None or file.name in choice.names
        ]
        packs.append(pack)
        rules.extend(read)
        complaints += [*pack.complaints, *objections, *(one for file in read for one in file.complaints)]
        complaints += check_clauses(pack, {file.stem for file in files}, lambda name: find(name) is not None)
        other = folders[choice.folder.resolve().name]
        if other != choice.folder:
            message = _("包名与 {other} 相同，规则编号会混淆；请改文件夹名，或只用其中一个").format(other=other)
            complaints.append(Complaint(str(pack.path), 0, message))
    complaints += cross_check(rules, find)
    return Reading(tuple(packs), tuple(rules), tuple(complaints))


def _choose(paths: Iterable[Path]) -> tuple[list[_Choice], list[Complaint]]:
    """The pack folders that the paths mean, each once, by name."""
    chosen: dict[Path, _Choice] = {}
    complaints: list[Complaint] = []
    for path in paths:
        try:
            choices, complaint = _choices(path)
        except OSError as error:
            choices, complaint = (
                [],
                Complaint(str(path), 0, _("无法读取（{reason}）；请检查路径和权限").format(reason=refusal(error))),
            )
        if complaint is not None:
            complaints.append(complaint)
        for folder, names in choices:
            key = folder.resolve()
            before = chosen.get(key)
            if before is None:
                chosen[key] = _Choice(folder, names)
            elif before.names is not None:
                chosen[key] = _Choice(before.folder, None if names is None else before.names | names)
    return sorted(chosen.values(), key=lambda choice: (choice.folder.resolve().name, str(choice.folder))), complaints


def _choices(path: Path) -> tuple[list[_Choice], Complaint | None]:
    if path.is_dir():
        if is_pack(path):
            return [_Choice(path, None)], None
        packs = [_Choice(folder, None) for folder in sorted(path.iterdir()) if folder.is_dir() and is_pack(folder)]
        if not packs:
            return [], Complaint(
                str(path),
                0,
                _("文件夹里没有规则包（每个包须有 {SOURCE_FILE}）；请检查路径或补上 {SOURCE_FILE}").format(
                    SOURCE_FILE=SOURCE_FILE
                ),
            )
        return packs, None
    if not path.exists():
        return [], Complaint(str(path), 0, _("没有这个文件或文件夹；请检查路径"))
    if not is_pack(path.parent):
        return [], Complaint(
            str(path),
            0,
            _("同一文件夹里没有 {SOURCE_FILE}，不知道规则出自什么文件；请补上").format(SOURCE_FILE=SOURCE_FILE),
        )
    if path.name == SOURCE_FILE:
        return [_Choice(path.parent, None)], None
    if path.suffix != ".yaml":
        return [], Complaint(str(path), 0, _("规则文件的扩展名须是 .yaml；请改名"))
    return [_Choice(path.parent, frozenset({path.name}))], None


def _file_of(name: str, folders: Mapping[str, Path]) -> Path | None:
    """The file of the rule ``pack/id``: among the packs read, beside them, or shipped."""
    pack, _slash, rule = name.partition("/")
    here = [folders[pack]] if pack in folders else [folder.parent / pack for folder in folders.values()]
    for folder in (*dict.fromkeys(here), data_folder("rules") / pack):
        path = folder / f"{rule}.yaml"
        if path.is_file() and is_pack(folder):
            return path
    return None


# --- loading ----------------------------------------------------------------------------------------------


def load_packs(paths: Iterable[Path], *, cases: bool = False) -> RuleSet:
    """The packs and rules under the paths: pack folders, folders of packs, or single rule files.

    Without ``cases`` the worked cases are left out (and unchecked).

    Raises:
        RuleError: with every complaint about every file.
    """
    return _rule_set(read_packs(paths, cases=cases))


def _rule_set(reading: Reading) -> RuleSet:
    if reading.complaints:
        raise RuleError(list(reading.complaints))
    contents = [(f"{pack.path.parent.resolve().name}/{SOURCE_FILE}", pack.data) for pack in reading.packs]
    contents += [(f"{file.rule.id}.yaml", file.data) for file in reading.rules if file.rule is not None]
    return RuleSet(
        packs=tuple(sorted((file.pack for file in reading.packs if file.pack is not None), key=_id)),
        rules=tuple(sorted((file.rule for file in reading.rules if file.rule is not None), key=_id)),
        digest=_digest(contents),
    )


def _id(record: Pack | Rule) -> str:
    return record.id


def _digest(contents: Iterable[tuple[str, bytes]]) -> str:
    """One digest over names and contents, whatever line ends a checkout gave the files."""
    total = hashlib.sha256()
    for name, data in sorted(contents):
        content = hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()
        total.update(f"{name}\n{content}\n".encode())
    return f"sha256:{total.hexdigest()}"


def shipped_packs(names: Iterable[str] | None = None, *, cases: bool = False) -> RuleSet:
    """The shipped packs of these names; None: all of them.

    Raises:
        UsageError: for a name that no shipped pack has.
        RuleError: with every complaint about every file.
    """
    if names is None:
        return load_packs([data_folder("rules") / name for name in pack_names()], cases=cases)
    return load_packs(find_packs(list(names)), cases=cases)


def default_packs(regions: Collection[str] = ()) -> list[str]:
    """The names of the packs that run when none is named: every national one, and the local ones ``regions`` lie in.

    Raises:
        RuleError: with every complaint about the ``_source.yaml`` files.
    """
    return [folder.name for folder in _default_sources(regions)]


def default_rules(regions: Collection[str] = (), *, cases: bool = False) -> RuleSet:
    """The packs of :func:`default_packs`, loaded; each file is read once.

    Raises:
        RuleError: with every complaint about every file.
    """
    sources = _default_sources(regions)
    return _rule_set(read_packs(sources, cases=cases, sources=sources))


def _default_sources(regions: Collection[str]) -> dict[Path, PackFile]:
    folder = data_folder("rules")
    sources = {folder / name: read_pack_file(folder / name) for name in pack_names()}
    complaints = [complaint for source in sources.values() for complaint in source.complaints]
    if complaints:
        raise RuleError(complaints)
    return {
        path: source
        for path, source in sources.items()
        if source.pack is not None
        and (not source.pack.region or any(lies_in(region, source.pack.region) for region in regions))
    }
