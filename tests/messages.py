"""The messages of the engine as its source has them: found with :mod:`ast`, which sees more than an extractor's tokens."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import zwgk

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINE = Path(zwgk.__file__).resolve().parent
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]")
MARKS = ("_", "N_", "n_")


class Place(NamedTuple):
    """Where something stands in the source: the module's path below the engine, and the line."""

    module: str
    line: int


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the engine with its path below the engine."""
    for path in sorted(ENGINE.rglob("*.py")):
        yield path.relative_to(ENGINE).as_posix(), ast.parse(path.read_text("utf-8"))


def is_mark(node: ast.AST) -> bool:
    """Whether this is a call of one of the marks."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS


def marked() -> Iterator[tuple[Place, str, ast.expr]]:
    """Every marked message: where, the mark, and what is marked."""
    for module, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and is_mark(node):
                yield Place(module, node.lineno), node.func.id, node.args[0]  # type: ignore[attr-defined]


def unmarked() -> Iterator[tuple[Place, str]]:
    """Every text with a Chinese character that no mark holds and that is no docstring."""
    for module, tree in modules():
        passed = set()
        for node in ast.walk(tree):
            if is_mark(node) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                passed |= {id(inner) for inner in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
                found = Place(module, node.lineno), node.value
                yield from [found] if CHINESE.search(node.value) else []


def within_f_strings() -> Iterator[Place]:
    """Marks inside f-strings, where not every version of Python lets an extractor look."""
    for module, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                yield from (Place(module, node.lineno) for inner in ast.walk(node) if _marks_a_literal(inner))


def _marks_a_literal(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and is_mark(node) and isinstance(node.args[0], ast.Constant)


def translated_when_read() -> Iterator[Place]:
    """Translations made while a module is read: they would keep the language of that moment."""
    for module, tree in modules():
        for node in _outside_functions(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "n_"):
                yield Place(module, node.lineno)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for one in (*child.decorator_list, *child.args.defaults, *filter(None, child.args.kw_defaults)):
                yield one
                yield from _outside_functions(one)
        elif not isinstance(child, ast.Lambda):
            yield child
            yield from _outside_functions(child)
