"""The YAML door: lines, look-alike values refused, bounds on what a file may be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import yaml

from zwgk.yamlio import MAX_BYTES, Scalar, Series, Table, load, parse, plain

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["as installed", "pure Python"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both of PyYAML's loaders must answer alike."""
    if request.param == "pure Python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


def complaints(text: str | bytes, **options: str) -> list[tuple[int, str]]:
    data = text.encode() if isinstance(text, str) else text
    return [(one.line, one.message) for one in parse(data, path="f.yaml", **options)[1]]


def root(text: str) -> object:
    node, found = parse(text.encode(), path="f.yaml")
    assert found == []
    assert node is not None
    return node


def test_every_key_and_value_has_its_line() -> None:
    node = root("a: 1\nb:\n  - x\n  - {c: y,\n     d: z}\n")

    assert isinstance(node, Table)
    assert dict(node.lines) == {"a": 1, "b": 2}
    inner = node.entries["b"]
    assert isinstance(inner, Series)
    assert [child.line for child in inner.nodes] == [3, 4]
    table = inner.nodes[1]
    assert isinstance(table, Table)
    assert dict(table.lines) == {"c": 4, "d": 5}
    assert plain(node) == {"a": "1", "b": ["x", {"c": "y", "d": "z"}]}


@pytest.mark.parametrize(
    ("written", "text", "reads_as", "quoted"),
    [
        ("文字", "文字", "text", False),
        ("7 workdays", "7 workdays", "text", False),
        ("三(二)3", "三(二)3", "text", False),
        ("4%", "4%", "text", False),
        ("01-31", "01-31", "text", False),
        ("2016-Q3", "2016-Q3", "text", False),
        ("2019-09-24 09:30", "2019-09-24 09:30", "text", False),
        ("2022年7月15日", "2022年7月15日", "text", False),
        ("40", "40", "integer", False),
        ("-1", "-1", "integer", False),
        ("4.5", "4.5", "decimal", False),
        ("true", "true", "boolean", False),
        ("2019-09-24", "2019-09-24", "date", False),
        ("2019-09-24T09:30:00+08:00", "2019-09-24T09:30:00+08:00", "time", False),
        ("2019-09-24 23:59:59", "2019-09-24 23:59:59", "time", False),
        ('"010"', "010", "text", True),
        ("'yes'", "yes", "text", True),
        ('"~"', "~", "text", True),
        ('""', "", "text", True),
        ('"2019-02-30"', "2019-02-30", "text", True),
        ("|-\n  一\n  二", "一\n二", "text", True),
    ],
)
def test_what_a_value_is_read_as(written: str, text: str, reads_as: str, quoted: bool) -> None:
    node = root(f"a: {written}\n")

    assert isinstance(node, Table)
    value = node.entries["a"]
    assert isinstance(value, Scalar)
    assert (value.text, value.reads_as, value.quoted, value.refused) == (text, reads_as, quoted, False)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("010", "数字 8"),
        ("089", "读成文字"),
        ("12:30", "数字 750"),
        ("1_000", "数字 1000"),
        ("0x1F", "数字 31"),
        ("0b11", "数字 3"),
        ("0o17", "读成文字"),
        ("1e3", "读成文字"),
        ("+5", "数字 5"),
        (".inf", "数字 inf"),
        ("0x_", "数字"),
        ("yes", "真/假"),
        ("No", "真/假"),
        ("on", "真/假"),
        ("OFF", "真/假"),
        ("True", "真/假"),
        ("~", "空值"),
        ("null", "空值"),
        ("", "没有值"),
        ("=", "特殊记号"),
        ("2019-02-30", "不是真实存在的日期"),
        ("2019-13-01", "不是真实存在的日期"),
        ("2019-9-31 10:00:00", "不是真实存在的日期"),
        ("2019-09-24 25:00:00", "不是真实存在的时刻"),
    ],
)
def test_a_value_that_reads_otherwise_than_it_looks_is_refused(written: str, words: str) -> None:
    found = complaints(f"good: 好\nbad: {written}\n")

    assert [line for line, _ in found] == [2]
    assert words in found[0][1]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\na: 2\n", 2, "第 1 行已经写过"),
        ("x:\n  b: 1\n  c: 2\n  b: 3\n", 4, "重复"),
        ("on: 1\n", 1, "真/假"),
        ("40: 一\n", 1, "键“40”会被 YAML 读成整数"),
        ("? [a, b]\n: 1\n", 1, "键应为文字"),
        ("<<: 1\n", 1, "特殊记号"),
        ("a: &x 1\n", 1, "锚点“&x”"),
        ("a: !!str 3\n", 1, "类型标记"),
        ("a: !!python/object/apply:os.system [x]\n", 1, "类型标记"),
        ("a: 1\n---\nb: 2\n", 2, "不止一份"),
        ("a: 1\nb: [1, 2\n", 3, "方括号"),
        ("a: 1\nb: {c: 1\n", 3, "花括号"),
        ("a: b: c\n", 1, "加引号"),
        ("a:\n\t- x\n", 2, "空格"),
        ("a: @x\n", 1, "特殊符号"),
        ("a: 1\nb: \x07\n", 2, "控制字符"),
        ("a: {b：1}\n", 1, "半角"),
        ("", 1, "空的"),
        ("# 只有注释\n", 1, "空的"),
    ],
)
def test_a_form_that_is_refused_says_where_and_what(text: str, line: int, words: str) -> None:
    found = complaints(text)

    assert found
    assert found[0][0] == line
    assert words in found[0][1]


def test_all_complaints_of_a_file_are_collected() -> None:
    found = complaints("a: 010\nb: yes\nb: 1\nc: *x\nd: 2019-02-30\n")

    assert [line for line, _ in found] == [1, 2, 3, 4, 5]


def test_an_alias_is_refused_and_never_expanded() -> None:
    """Billion laughs: nine levels of ten references each."""
    lines = ["a: &a [哈]"]
    for before, here in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{here}: &{here} [{', '.join(['*' + before] * 10)}]")

    found = complaints("\n".join(lines))

    assert len(found) == 9 + 8 * 10
    assert all("锚点" in message or "别名" in message for _, message in found)


@pytest.mark.parametrize("text", ["[" * 200_000, "a: " + "{b: " * 50_000, "- " * 100_000 + "x"])
def test_deep_nesting_is_given_up_at_once(text: str) -> None:
    found = complaints(text)

    assert [line for line, _ in found] == [1]
    assert "嵌套超过" in found[0][1]


def test_a_file_that_is_not_utf8_says_the_line() -> None:
    found = complaints("标题: 一\n名称: 二\n".encode() + "正文: 三\n".encode("gb18030"))

    assert [line for line, _ in found] == [3]
    assert "UTF-8" in found[0][1]


def test_a_byte_order_mark_and_crlf_do_no_harm() -> None:
    node, found = parse("\ufeffa: 1\r\nb: 2\r\n".encode(), path="f.yaml")

    assert found == []
    assert isinstance(node, Table)
    assert dict(node.lines) == {"a": 1, "b": 2}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"a: " + b"x" * (2 * MAX_BYTES))
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(bytes(range(256)) * 8)

    for path, words in [
        (tmp_path, "文件夹"),
        (tmp_path / "none.yaml", "没有这个文件"),
        (large, "上限"),
        (binary, "UTF-8"),
        (tmp_path / "a\0b", "无法读取"),
        (tmp_path / ("长" * 300), "无法读取"),
    ]:
        document = load(path)
        assert document.root is None
        assert [words in one.message for one in document.complaints] == [True]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)

    assert ["不是普通文件" in one.message for one in load(pipe).complaints] == [True]


# --- leaving a key unread ---------------------------------------------------------------------------------


def keys(text: str) -> list[str]:
    node, found = parse(text.encode(), path="f.yaml", without="cases")
    assert found == []
    assert isinstance(node, Table)
    return list(node.entries)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\ncases:\n  - x\n", ["a"]),
        ("a: 1\ncases:\n- x\n# 注\n\n- y\n", ["a"]),
        ("a: 1\n", ["a"]),
        ("a: 1\ncases:\n  - x\nb: 2\n", ["a", "cases", "b"]),
        ("a: |-\n  一\n  cases:\n  二\nb: 2\n", ["a", "b"]),
        ('a: "一\n\ncases: 二"\nb: 2\n', ["a", "b"]),
        ("a: {x: 1,\ncases: [y]}\n", ["a"]),
        ("cases_more: 1\n", ["cases_more"]),
    ],
)
def test_a_key_is_left_unread_only_where_it_is_seen_to_be_the_last(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


def test_what_is_left_unread_is_not_checked() -> None:
    assert complaints("a: 1\ncases: {b: yes, b: [}\n", without="cases") == []
    assert complaints("a: 1\ncases: {b: yes, b: [}\n")


def test_a_second_document_after_the_unread_key_is_still_seen() -> None:
    assert [line for line, _ in complaints("a: 1\ncases:\n  - x\n---\nb: 2\n", without="cases")] == [4]
