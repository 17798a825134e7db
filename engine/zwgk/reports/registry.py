"""The forms of the report: their names, the suffixes that mean them, and where each is written. Nothing is loaded before it is used."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from zwgk.errors import UsageError
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zwgk.audit.history import History
    from zwgk.report import Report
    from zwgk.reports.points import Points


class Settings(NamedTuple):
    """What a form may be told.

    ``everything``: also what is met and pending, without a limit on the number (forms for reading and for machines that
    annotate; ledgers and data hold every finding anyway). ``path``: where the report goes, None for the screen.
    ``points``: the table of the assessment sheet, None for the example table. ``history``: the trends of past runs, for the
    nightly report.
    """

    everything: bool = False
    path: str | None = None
    points: Points | None = None
    history: History | None = None


class Form(NamedTuple):
    """One form of the report.

    ``blocks`` is ``module:function``, called with the report and the :class:`Settings`, giving blocks of bytes. ``binary``: not
    for the screen. ``folder`` (``module:function``): the output may be a folder, and this gives (file name, blocks) for each
    file in it. ``needs``: (suffix, module, package) — writing that suffix (folders: ``/``) takes a module of another package.
    """

    name: str
    suffixes: tuple[str, ...]
    blocks: str
    binary: bool = False
    folder: str = ""
    needs: tuple[tuple[str, str, str], ...] = ()


FORMS = (
    Form("text", (".txt",), "zwgk.reports.registry:text_blocks"),
    Form("json", (".json",), "zwgk.reports.registry:json_blocks"),
    Form("jsonl", (".jsonl", ".ndjson"), "zwgk.reports.registry:jsonl_blocks"),
    Form("csv", (".csv",), "zwgk.reports.csvledger:blocks"),
    Form("xlsx", (".xlsx",), "zwgk.reports.workbook:blocks", binary=True),
    Form("html", (".html", ".htm"), "zwgk.reports.html:blocks"),
    Form("markdown", (".md", ".markdown"), "zwgk.reports.markdown:blocks"),
    Form("sarif", (".sarif", ".sarif.json"), "zwgk.reports.sarif:blocks"),
    Form("junit", (".xml",), "zwgk.reports.junit:blocks"),
    Form("github", (), "zwgk.reports.github:blocks"),
    Form("ics", (".ics",), "zwgk.reports.ical:blocks"),
    Form(
        "letter",
        (".docx",),
        "zwgk.reports.letter:blocks",
        folder="zwgk.reports.letter:files",
        needs=((".docx", "docx", "python-docx"), ("/", "docx", "python-docx")),
    ),
)
NAMES = tuple(form.name for form in FORMS)
_BY_NAME = {form.name: form for form in FORMS}
_BY_SUFFIX = {suffix: form.name for form in FORMS for suffix in form.suffixes}
_OPAQUE = (".xlsx", ".docx")
"""Suffixes that nothing but their own form may bear: a program would refuse the file."""
SUFFIXES = tuple(_BY_SUFFIX)


def form_for(path: str) -> str | None:
    """The form that a file name means by its longest known suffix; None if it means none."""
    name = path.lower()
    fitting = [suffix for suffix in _BY_SUFFIX if name.endswith(suffix)]
    return _BY_SUFFIX[max(fitting, key=len)] if fitting else None


def is_folder(path: str) -> bool:
    """Whether an output path means a folder: it is one, or ends like one."""
    from pathlib import Path

    return path.endswith(("/", "\\")) or Path(path).is_dir()


def require(name: str, path: str | None) -> None:
    """Refuse, before any work is done, an output that could not be written.

    Raises:
        UsageError: a binary form for the screen, a folder for a form of one file, or an optional package that is missing.
    """
    form = _BY_NAME[name]
    if path is None:
        if form.binary:
            raise UsageError(_("--format {name} 是二进制文件，不能输出到屏幕；请用 -o 给出文件名").format(name=name))
        return
    folder = is_folder(path)
    if folder and not form.folder:
        raise UsageError(_("输出 {path} 是文件夹，--format {name} 应为文件；请写出文件名").format(path=path, name=name))
    meant = form_for(path)
    if not folder and meant and meant != name and path.lower().endswith(_OPAQUE):
        raise UsageError(
            _(
                "输出 {path} 的扩展名是 {meant} 的，而与它配对的是 --format {name}；请把每个 --format 写在它的 -o 前面"
            ).format(path=path, meant=meant, name=name)
        )
    ending = "/" if folder else path.lower()
    for suffix, module, package in form.needs:
        if ending.endswith(suffix):
            _require_module(module, package, path)


def _require_module(module: str, package: str, path: str) -> None:
    from importlib.util import find_spec

    if find_spec(module) is None:
        raise UsageError(
            _(
                "输出 {path} 需要另装一个组件才能写 Word 文档；请先运行 {pip} install {package}，或改用 --format letter -o 文件名.md 输出 Markdown"
            ).format(path=path, pip=f"{sys.executable} -m pip", package=package)
        )


def encoded(report: Report, name: str, settings: Settings) -> Iterator[bytes]:
    """The report in one form, in blocks of bytes."""
    blocks: Iterator[bytes] = _function(_BY_NAME[name].blocks)(report, settings)
    return blocks


def write(report: Report, name: str, settings: Settings) -> None:
    """Write the report to ``settings.path``: one file, or the files of a folder, each whole or not at all.

    Raises:
        InputError: the folder that should hold the file is missing.
        OSError: the disk says no.
    """
    from pathlib import Path

    from zwgk.files import write_whole

    form, path = _BY_NAME[name], settings.path or ""
    if not (form.folder and is_folder(path)):
        write_whole(path, encoded(report, name, settings))
        return
    folder = Path(path)
    folder.mkdir(exist_ok=True)
    for file, blocks in _function(form.folder)(report, settings):
        write_whole(str(folder / file), blocks)


def text_blocks(report: Report, settings: Settings) -> Iterator[bytes]:
    """The report as on the screen, without colours."""
    from zwgk.reports.text import render

    return (f"{line}\n".encode("utf-8", "replace") for line in render(report, everything=settings.everything))


def json_blocks(report: Report, settings: Settings) -> Iterator[bytes]:
    """The JSON report (contract § 4)."""
    del settings
    return report.json_chunks()


def jsonl_blocks(report: Report, settings: Settings) -> Iterator[bytes]:
    """One finding a line."""
    del settings
    return report.jsonl_chunks()


def _function(home: str) -> Callable[..., Any]:
    module, _colon, name = home.partition(":")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function
