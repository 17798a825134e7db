"""The one door to PyYAML: a file into nodes that know their line, refusing what reads otherwise than it looks.

Nodes are built from the parser's events with a stack of our own, so that depth is bounded before it costs anything and
nothing is ever constructed from a tag. What a plain scalar resolves to is PyYAML's own answer (YAML 1.1); where that
answer differs from what a person sees (``010``, ``12:30``, ``yes``, ``1_000``, an impossible date), the file is refused.
"""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from zwgk.errors import Complaint
from zwgk.files import refusal
from zwgk.i18n import N_, _
from zwgk.scalars import READS_AS, ReadsAs, resolve, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MAX_BYTES = 1 << 20
MAX_DEPTH = 24


class Scalar(NamedTuple):
    """One value: ``text`` as written (without quotes), and what YAML reads it as.

    ``reads_as`` is ``text`` (always where ``quoted``), ``integer``, ``decimal``, ``boolean``, ``date`` or ``time``
    (a date with a time of day). ``refused`` says that the file already has a complaint about this value.
    """

    line: int
    text: str
    reads_as: ReadsAs
    quoted: bool
    refused: bool = False


class Series(NamedTuple):
    """A list."""

    line: int
    nodes: tuple[Node, ...]


class Table(NamedTuple):
    """A mapping: ``entries`` by key, ``lines`` the line of each key."""

    line: int
    entries: Mapping[str, Node]
    lines: Mapping[str, int]


Node = Scalar | Series | Table


class Document(NamedTuple):
    """A file as read: ``root`` is None where it could not be parsed; ``data`` is empty where it could not be read."""

    root: Node | None
    data: bytes
    complaints: tuple[Complaint, ...]


def load(path: Path, *, without: str | None = None) -> Document:
    """Read the YAML file at ``path``; never raises for what the file is or holds.

    ``without`` names a top-level key that the caller does not want: it is left unread (and unchecked) where the text
    allows that to be seen without parsing.
    """
    data, complaint = _read(path)
    if complaint is not None:
        return Document(None, b"", (complaint,))
    root, complaints = parse(data, path=str(path), without=without)
    return Document(root, data, tuple(complaints))


def parse(data: bytes, *, path: str, without: str | None = None) -> tuple[Node | None, list[Complaint]]:
    """The nodes of one YAML document, with every complaint about its form; ``path`` is for the complaints."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [Complaint(path, line, _("文件不是 UTF-8 编码，这一行起无法读取；请另存为 UTF-8"))]
    head = _head(text, without) if without else None
    if head is not None:
        root, complaints = _parse_text(head, path)
        if root is not None:
            return root, complaints
    return _parse_text(text, path)


def plain(node: Node) -> Any:
    """The node as ``dict``, ``list`` and ``str``: every value as the text written in the file."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Series):
        return [plain(child) for child in node.nodes]
    return {key: plain(child) for key, child in node.entries.items()}


# --- reading ----------------------------------------------------------------------------------------------


def _read(path: Path) -> tuple[bytes, Complaint | None]:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return b"", Complaint(str(path), 0, _("这是文件夹，应为 YAML 文件；请写出其中的文件名"))
        if not stat.S_ISREG(mode):
            return b"", Complaint(str(path), 0, _("不是普通文件，应为 YAML 文件；请先存成文件"))
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return b"", Complaint(str(path), 0, _("没有这个文件；请检查路径"))
    except (OSError, ValueError) as error:
        return b"", Complaint(str(path), 0, _("无法读取（{reason}）；请检查路径和权限").format(reason=refusal(error)))
    if len(data) > MAX_BYTES:
        return b"", Complaint(
            str(path), 0, _("文件超过 {MAX_BYTES} KiB 的上限；请拆成多个文件").format(MAX_BYTES=MAX_BYTES // 1024)
        )
    return data, None


_COLUMN_ZERO = re.compile(r"^(?!-(?:[ \t]|$))[^ \t\r\n#]", re.MULTILINE)


def _head(text: str, key: str) -> str | None:
    """The text before the top-level ``key``, if that key is seen to be the last; None: parse it all.

    A line like it inside an open bracket or quote leaves the head unparseable, and the caller then parses the whole.
    """
    found = re.search(rf"^{re.escape(key)}:(?=[ \t\r\n])", text, re.MULTILINE)
    if found is None or _COLUMN_ZERO.search(text, found.end()):
        return None
    return text[: found.start()]


# --- parsing ----------------------------------------------------------------------------------------------


class _Frame:
    """A list or mapping being built."""

    __slots__ = ("entries", "key", "line", "lines", "nodes")

    def __init__(self, line: int, *, table: bool) -> None:
        self.line = line
        self.nodes: list[Node] | None = None if table else []
        self.entries: dict[str, Node] = {}
        self.lines: dict[str, int] = {}
        self.key: str | None = None

    def node(self) -> Node:
        if self.nodes is not None:
            return Series(self.line, tuple(self.nodes))
        return Table(self.line, self.entries, self.lines)


def _parse_text(text: str, path: str) -> tuple[Node | None, list[Complaint]]:
    complaints: list[Complaint] = []
    try:
        root = _build(_events(text), path, complaints)
    except yaml.YAMLError as error:
        complaints.append(_syntax(error, text, path))
        return None, complaints
    if root is None and not complaints:
        complaints.append(Complaint(path, 1, _("文件是空的，应为“键: 值”；请填写内容")))
    return root, complaints


def _events(text: str) -> Iterator[yaml.Event]:
    return yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _build(events: Iterator[yaml.Event], path: str, complaints: list[Complaint]) -> Node | None:
    """The root node; None where the file has none or is given up (nested too deep, a second document)."""
    stack: list[_Frame] = []
    root: Node | None = None
    documents = 0
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 0
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = _scalar(event, line, path, complaints)
        elif isinstance(event, yaml.CollectionStartEvent):
            _refuse_marks(event, line, path, complaints)
            if len(stack) == MAX_DEPTH:
                complaints.append(
                    Complaint(path, line, _("嵌套超过 {MAX_DEPTH} 层；请检查括号和缩进").format(MAX_DEPTH=MAX_DEPTH))
                )
                return None
            stack.append(_Frame(line, table=isinstance(event, yaml.MappingStartEvent)))
            continue
        elif isinstance(event, yaml.CollectionEndEvent):
            node = stack.pop().node()
        elif isinstance(event, yaml.AliasEvent):
            complaints.append(
                Complaint(path, line, _("别名“*{anchor}”不受支持；请把内容原样写出来").format(anchor=event.anchor))
            )
            node = Scalar(line, "", "text", quoted=False, refused=True)
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                complaints.append(Complaint(path, line, _("一个文件里有不止一份 YAML(又见“---”);请拆成多个文件")))
                return None
            continue
        else:
            continue
        if stack:
            _put(stack[-1], node, path, complaints)
        else:
            root = node
    return root


def _put(frame: _Frame, node: Node, path: str, complaints: list[Complaint]) -> None:
    if frame.nodes is not None:
        frame.nodes.append(node)
    elif frame.key is None:
        frame.key = _key(frame, node, path, complaints)
    else:
        # The first of two equal keys stays; "" marks a key that was refused.
        if frame.key and frame.key not in frame.entries:
            frame.entries[frame.key] = node
        frame.key = None


def _key(frame: _Frame, node: Node, path: str, complaints: list[Complaint]) -> str:
    if not isinstance(node, Scalar) or not node.text:
        complaints.append(Complaint(path, node.line, _("键应为文字，这里是列表、映射或空白；请改成“键: 值”")))
        return ""
    key = node.text
    if node.reads_as != "text" and not node.refused:
        message = _("键“{key}”会被 YAML 读成{value}，键应为文字；请给键加引号").format(
            key=shown(key), value=_(READS_AS[node.reads_as])
        )
        complaints.append(Complaint(path, node.line, message))
    if key in frame.lines:
        message = _("键“{key}”重复，第 {value} 行已经写过；请删去一处").format(key=shown(key), value=frame.lines[key])
        complaints.append(Complaint(path, node.line, message))
    else:
        frame.lines[key] = node.line
    return key


def _refuse_marks(
    event: yaml.ScalarEvent | yaml.CollectionStartEvent, line: int, path: str, complaints: list[Complaint]
) -> None:
    if event.tag is not None:
        complaints.append(Complaint(path, line, _("类型标记“{tag}”不受支持；请删去标记，只写值").format(tag=event.tag)))
    if event.anchor is not None:
        complaints.append(
            Complaint(path, line, _("锚点“&{anchor}”不受支持；请删去，内容原样写出来").format(anchor=event.anchor))
        )


def _scalar(event: yaml.ScalarEvent, line: int, path: str, complaints: list[Complaint]) -> Scalar:
    marked = event.tag is not None or event.anchor is not None
    if marked:
        _refuse_marks(event, line, path, complaints)
    text = event.value
    if event.style:
        return Scalar(line, text, "text", quoted=True, refused=marked)
    reads_as, objection = resolve(text)
    if objection:
        complaints.append(Complaint(path, line, objection))
    return Scalar(line, text, reads_as, quoted=False, refused=marked or bool(objection))


# --- syntax errors ----------------------------------------------------------------------------------------

_PROBLEMS = (
    ("tab", N_("行首或值前用了制表符；请改用空格缩进")),
    ("\\t", N_("行首或值前用了制表符；请改用空格缩进")),
    ("mapping values are not allowed", N_("这里不能再出现“: ”；值里有冒号的请加引号，或检查缩进")),
    ("could not find expected ':'", N_("键后面缺“: ”；请写成“键: 值”")),
    ("expected ',' or ']'", N_("方括号里缺“,”或没有用“]”收尾（YAML 不认全角标点）；请补上")),
    ("expected ',' or '}'", N_("花括号里缺“,”或没有用“}”收尾（YAML 不认全角标点）；请补上")),
    ("unexpected end of stream", N_("引号或括号没有收尾；请补上")),
    ("expected <block end>", N_("缩进不齐；同一层的键要对齐")),
    ("expected key", N_("缩进不齐；同一层的键要对齐")),
    ("cannot start any token", N_("值以 YAML 的特殊符号（如 @ ` % 制表符）开头；请加引号，缩进请用空格")),
    ("control characters", N_("含有不可见的控制字符；请删去，或另存为纯文本")),
    ("special characters", N_("含有不可见的控制字符；请删去，或另存为纯文本")),
    ("undefined alias", N_("别名不受支持；请把内容原样写出来")),
    ("expected node content", N_("这里应有一个值；请检查括号、逗号和缩进")),
    ("expected the node content", N_("这里应有一个值；请检查括号、逗号和缩进")),
    ("undefined tag handle", N_("类型标记不受支持；请删去标记，只写值")),
)


def _syntax(error: yaml.YAMLError, text: str, path: str) -> Complaint:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    begun = getattr(error, "context_mark", None)
    line = mark.line if mark is not None else text.count("\n", 0, getattr(error, "position", 0))
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error).partition("\n")[0]
    meaning = next((_(meant) for sign, meant in _PROBLEMS if sign in said), _("YAML 语法有误；请检查缩进、引号和括号"))
    since = _("第 {line} 行开始的内容:").format(line=begun.line + 1) if begun is not None and begun.line < line else ""
    return Complaint(path, line + 1, f"{since}{meaning}(YAML: {said})")
