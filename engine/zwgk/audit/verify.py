"""Make a run again from its receipt, and say what is not as it was."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk._version import __version__
from zwgk.audit.items import TRACKED, item_of
from zwgk.audit.keep import verdicts_digest
from zwgk.audit.night import calendar_digest, check_options
from zwgk.audit.receipt import config_of, language_of
from zwgk.audit.sources import file_of
from zwgk.i18n import _
from zwgk.reports.jsontext import document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zwgk.audit.config import Config
    from zwgk.report import Head, Report

_BLOCK = 4 << 20


class Difference(NamedTuple):
    """One thing that is not as the receipt has it. ``part`` is the key of the receipt."""

    part: str
    message: str


class Verification(NamedTuple):
    """What differs (nothing: the run came out the same), and what there is to know besides."""

    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    compared: tuple[str, ...]
    """What was compared of the outcome: ``report`` (byte for byte), ``verdicts``."""


def verify(receipt: Mapping[str, Any]) -> Verification:
    """Evaluate again what a receipt names, as of its moment, and compare.

    A log or a file of waivers that has only grown since is read as far as it went then.

    Raises:
        ZwgkError: the evaluation cannot be made.
    """
    config = config_of(receipt)
    differences: list[Difference] = []
    notes: list[str] = []
    _compare_config(receipt, notes)
    with tempfile.TemporaryDirectory(prefix="zwgk-") as scratch:
        then = _Then(Path(scratch), differences, notes)
        paths = then.files("inputs", receipt["inputs"])
        waivers = then.files("waivers", receipt.get("waivers", ()))
        if differences:
            notes.append(_("日志或豁免清单已不是当时的，没有再核查"))
            return Verification(tuple(differences), tuple(notes), ())
        config = replace(config, waivers=tuple(waivers))
        from zwgk.api import check

        report = check(list(paths), as_of=receipt["as_of"], lang=language_of(receipt), **check_options(config))
        differences += _standing(receipt, config, report)
        compared = _compare_outcome(receipt, report, then.names, differences)
    return Verification(tuple(differences), tuple(notes), compared)


def _compare_config(receipt: Mapping[str, Any], notes: list[str]) -> None:
    path = Path(receipt["config"]["path"])
    if not path.is_file():
        notes.append(_("配置 {path} 找不到了；按回执里记下的选项复核").format(path=path))
    elif _digest(path) != receipt["config"]["digest"]:
        notes.append(_("配置 {path} 后来改过；按回执里记下的选项复核").format(path=path))


class _Then:
    """The files of a receipt as they were then; ``names`` are their paths in the receipt by those where they are read."""

    def __init__(self, scratch: Path, differences: list[Difference], notes: list[str]) -> None:
        self.names: dict[str, str] = {}
        self._scratch = scratch
        self._differences = differences
        self._notes = notes

    def files(self, part: str, records: Sequence[Mapping[str, Any]]) -> list[str]:
        """The paths to read: those of the receipt, or copies of what stood there then where they have grown."""
        found = [(path, one["path"]) for one in records if (path := self._file(part, one)) is not None]
        self.names.update(found)
        return [path for path, _name in found]

    def _file(self, part: str, one: Mapping[str, Any]) -> str | None:
        path, size = Path(file_of(one["path"])), one["bytes"]
        if not path.is_file():
            text = _("{path}：找不到了；回执里的路径是相对于当时运行的文件夹的，请在那里复核")
            self._differences.append(Difference(part, text.format(path=path)))
            return None
        now = path.stat().st_size
        if size is not None and now < size:
            text = _("{path}：当时有{before}字节，现在只有{now}字节")
            self._differences.append(Difference(part, text.format(path=path, before=size, now=now)))
        elif _digest(path, size) != one["digest"]:
            text = _("{path}：内容与当时不同（当时 {digest}）")
            self._differences.append(Difference(part, text.format(path=path, digest=one["digest"])))
        elif size is not None and now > size:
            self._notes.append(_("{path}：后来只是增长了；取当时的前{size}字节复核").format(path=path, size=size))
            # A folder each, so that equal names do not meet and the suffix stays.
            folder = self._scratch / f"{part}-{len(list(self._scratch.iterdir()))}"
            folder.mkdir()
            _copy(path, folder / path.name, size)
            return str(folder / path.name)
        return str(one["path"])


def _digest(path: Path, size: int | None = None) -> str:
    digest = hashlib.sha256()
    left = path.stat().st_size if size is None else size
    with path.open("rb") as stream:
        while left > 0 and (block := stream.read(min(_BLOCK, left))):
            digest.update(block)
            left -= len(block)
    return f"sha256:{digest.hexdigest()}"


def _copy(path: Path, target: Path, size: int) -> None:
    with path.open("rb") as stream, target.open("wb") as out:
        while size > 0 and (block := stream.read(min(_BLOCK, size))):
            out.write(block)
            size -= len(block)


def _standing(receipt: Mapping[str, Any], config: Config, report: Report) -> list[Difference]:
    """What the run stood on and is different now."""
    pairs = (
        ("engine", _("程序版本"), receipt["engine"], __version__),
        ("rules", _("规则"), receipt["rules"]["digest"], report.head.rules_digest),
        ("calendar", _("放假安排"), receipt["calendar"]["digest"], calendar_digest(config)),
    )
    text = _("{what}不同：当时是 {before}，现在是 {now}")
    return [
        Difference(part, text.format(what=what, before=before, now=now))
        for part, what, before, now in pairs
        if before != now
    ]


def _compare_outcome(
    receipt: Mapping[str, Any], report: Report, back: Mapping[str, str], differences: list[Difference]
) -> tuple[str, ...]:
    compared = ["verdicts"]
    soon = report.soon
    verdicts = verdicts_digest(item_of(one, soon) for one in report.records(TRACKED))
    if verdicts != receipt["verdicts"]["digest"]:
        text = _("结论不同：当时 {before}，现在 {now}")
        message = text.format(before=receipt["verdicts"]["digest"], now=verdicts)
        differences.append(Difference("verdicts", message))
        summary = {name: number for name, number in receipt["totals"].items() if name in report.summary}
        if summary != report.summary:
            text = _("各结论的数目：当时 {before}，现在 {now}")
            differences.append(Difference("totals", text.format(before=summary, now=report.summary)))
    if receipt["report"]["digest"] is not None:
        compared.append("report")
        digest = hashlib.sha256()
        for block in document(_as_named(report.head, back), report.summary, report.jsonl_chunks()):
            digest.update(block)
        now = f"sha256:{digest.hexdigest()}"
        if now != receipt["report"]["digest"]:
            text = _("报告逐字节比较不同：当时 {before}，现在 {now}")
            message = text.format(before=receipt["report"]["digest"], now=now)
            differences.append(Difference("report", message))
    return tuple(compared)


def _as_named(head: Head, back: Mapping[str, str]) -> Head:
    """The head with the paths of the receipt in place of those of shortened copies."""
    notes = dict(head.notes)
    if "waivers" in notes:
        notes["waivers"] = {
            fate: [_renamed(one, back) for one in told] if isinstance(told, list) else told
            for fate, told in notes["waivers"].items()
        }
    return replace(
        head,
        notes=notes,
        inputs=tuple(one._replace(path=back.get(one.path, one.path)) for one in head.inputs),
        problems=tuple(one._replace(path=back.get(one.path, one.path)) for one in head.problems),
    )


def _renamed(text: str, back: Mapping[str, str]) -> str:
    """A waiver as the report names it (``path:line …``), with the path of the receipt."""
    for path, name in back.items():
        if text.startswith(f"{path}:"):
            return name + text[len(path) :]
    return text
