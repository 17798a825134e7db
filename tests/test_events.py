"""Reading event logs: every form of CSV and TSV, every bad row told, good rows never lost."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import math
import os
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zwgk.errors import InputError
from zwgk.events import delimited as delimited_module
from zwgk.events import header as header_module
from zwgk.events import log_from_records, read_header, read_log
from zwgk.events import rows as rows_module
from zwgk.events.delimited import MAX_CELL
from zwgk.events.encodings import decode, find_encoding
from zwgk.events.header import MAX_COLUMNS
from zwgk.events.rows import read_region

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zwgk.model import Log

PLAIN = "case,event,time,agency,region,reason\n甲,document-issued,2022-07-15,某局,510504,\n乙,文件公开,2022年7月18日,,,补充说明\n"
CHINESE = "文号,环节,办理时间,责任单位,区划代码,理由\n甲,文件印发,2022-07-15,某局,510504,\n乙,文件公开,2022年7月18日,,,补充说明\n"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Log]:
    """Write bytes or text to a file and read it."""

    def write_and_read(content: bytes | str, **options: object) -> Log:
        path = tmp_path / "log.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_log([path], **options)

    return write_and_read


def told(log: Log) -> list[tuple[int | None, str | None]]:
    return [(problem.row, problem.column) for problem in log.problems]


def rows(log: Log) -> list[int]:
    return [event.row for event in log.events]


def failure(read: Callable[..., Log], content: bytes | str, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        read(content, **options)
    return str(caught.value)


# --- forms ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [PLAIN, CHINESE])
@pytest.mark.parametrize(
    ("codec", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_encoding_delimiter_and_line_ending(read, text, codec, found, delimiter, ending) -> None:
    log = read(text.replace(",", delimiter).replace("\n", ending).encode(codec))

    assert log.problems == ()
    assert log.inputs[0].encoding == found
    first, second = log.events
    assert (first.case, first.event, first.time.iso()) == ("甲", "document-issued", "2022-07-15")
    assert (first.agency, first.region, first.row, first.source, first.attributes) == ("某局", "510504", 2, 0, {})
    assert (second.case, second.event, second.time.iso()) == ("乙", "document-published", "2022-07-18")
    assert (second.agency, second.region, second.row, second.attributes) == ("", "", 3, {"reason": "补充说明"})
    assert log.columns == {"case", "event", "time", "agency", "region", "reason"}


def test_big_endian_utf_16(read) -> None:
    log = read(b"\xfe\xff" + CHINESE.encode("utf-16-be"))

    assert (len(log.events), log.inputs[0].encoding) == (2, "utf-16")


def test_digest_and_rows_of_each_file(tmp_path) -> None:
    one, two = tmp_path / "一.csv", tmp_path / "二.csv"
    one.write_bytes(PLAIN.encode())
    two.write_bytes("事件,时间,渠道\n答复,2022-07-15,网站\n答复,不详,网站\n,,\n".encode("gbk"))

    log = read_log([one, str(two)])

    assert [file.path for file in log.inputs] == [str(one), str(two)]
    assert [file.rows for file in log.inputs] == [2, 2]
    assert [file.digest for file in log.inputs] == [
        f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in (one, two)
    ]
    assert [event.source for event in log.events] == [0, 0, 1]
    assert [(problem.path, problem.row) for problem in log.problems] == [(str(two), 3)]
    assert log.columns == {"case", "event", "time", "agency", "region", "reason", "channel"}


def test_standard_input(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CHINESE.encode("gbk"))))

    log = read_log(["-"])

    assert (log.inputs[0].path, log.inputs[0].encoding, len(log.events)) == ("-", "gb18030", 2)
    assert not sys.stdin.buffer.closed


def test_standard_input_can_be_read_once_and_may_be_missing(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PLAIN.encode())))
    with pytest.raises(InputError, match="只能读一次"):
        read_log(["-", "-"])
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="标准输入没有打开"):
        read_log(["-"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_read_like_a_file(tmp_path) -> None:
    import threading

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(PLAIN.encode(),))
    writer.start()
    log = read_log(pipe)
    writer.join()

    assert len(log.events) == 2


def test_one_path_alone_is_a_log(tmp_path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(PLAIN, encoding="utf-8")

    assert read_log(path).events == read_log(str(path)).events == read_log([path]).events


@pytest.mark.parametrize("given", ["gbk", "GB2312", "gb18030", "cp936"])
def test_a_stated_encoding_is_used(read, given) -> None:
    log = read(CHINESE.encode("gbk"), encoding=given)

    assert (log.inputs[0].encoding, len(log.events)) == ("gb18030", 2)


def test_stated_utf_8_takes_the_bom_and_names_it(read) -> None:
    assert read(CHINESE.encode("utf-8-sig"), encoding="utf-8").inputs[0].encoding == "utf-8-sig"


def test_a_wrong_stated_encoding_is_told(read) -> None:
    assert "--encoding" in failure(read, CHINESE.encode("gbk"), encoding="utf-8")
    assert "不认识" in failure(read, PLAIN, encoding="klingon")
    assert "不认识" in failure(read, PLAIN, encoding="hex")


def test_header_only_is_an_empty_log(read) -> None:
    for text in ("case,event,time\n", "case,event,time", "case,event,time\r\n\r\n"):
        log = read(text)
        assert (log.events, log.problems, log.inputs[0].rows) == ((), (), 0)


def test_cells_are_stripped_and_blank_attributes_left_out(read) -> None:
    log = read(
        "\ufeff case ,　event　,time, 渠道 ,理由\n 甲　, 文件印发 ,　2022-07-15 ,　网站\xa0,　\n\ufeff乙\ufeff,答复,2022-07-15,,\n"
    )

    assert log.problems == ()
    assert [(e.case, e.event, dict(e.attributes)) for e in log.events] == [
        ("甲", "document-issued", {"channel": "网站"}),
        ("乙", "reply-sent", {}),
    ]


def test_columns_that_are_absent_read_as_blank(read) -> None:
    log = read("时间,事件\n2022-07-15,答复\n")

    (event,) = log.events
    assert (event.case, event.agency, event.region, event.attributes) == ("", "", "", {})
    assert log.columns == {"event", "time"}


def test_unknown_columns_and_events_keep_their_names(read) -> None:
    (event,) = read("case,event,time,经办人,My Column\n甲,内部会签,2022-07-15,张三,x\n").events

    assert event.event == "内部会签"
    assert event.attributes == {"经办人": "张三", "My Column": "x"}


def test_repeated_rows_are_kept(read) -> None:
    assert rows(read("event,time\n答复,2022-07-15\n答复,2022-07-15\n")) == [2, 3]


# --- row numbers ------------------------------------------------------------------------------------------


def test_rows_are_numbered_as_a_spreadsheet_shows_them(read) -> None:
    text = 'case,event,time,reason\n甲,答复,2022-07-15,"第一行\n第二行\n第三行"\n\n,,,\n乙,答复,2022-07-16,"a ""b"" c"\n丙,答复,不详,\n'

    log = read(text)

    assert rows(log) == [2, 5]
    assert log.events[0].attributes == {"reason": "第一行\n第二行\n第三行"}
    assert log.events[1].attributes == {"reason": 'a "b" c'}
    assert told(log) == [(6, "time")]
    assert log.inputs[0].rows == 3


def test_blank_rows_before_the_header_count(read) -> None:
    assert rows(read("\n,,\ncase,event,time\n甲,答复,2022-07-15\n")) == [4]


def test_a_header_may_run_over_lines(read) -> None:
    assert rows(read('文号,"办理\n时间",事件\n甲,2022-07-15,答复\n')) == [2]


def test_old_line_ends_in_quotes_do_not_count(read) -> None:
    assert rows(read('event,time,reason\r\n答复,2022-07-15,"a\r\nb"\r\n答复,2022-07-16,c\r\n')) == [2, 3]


# --- bad rows ---------------------------------------------------------------------------------------------

HEAD = "case,event,time,agency,region\n"
GOOD = "甲,答复,2022-07-15,某局,510504\n"


@pytest.mark.parametrize(
    ("bad", "column", "found", "expected"),
    [
        ("甲,答复,2019-13-01,,", "time", "2019-13-01", "月份"),
        ("甲,答复,,,", "time", "", "没有日期"),
        ("甲,答复,2022,,", "time", "2022", "只有年份"),
        ("甲,,2022-07-15,,", "event", "", "不为空的事件名"),
        ("甲,　,2022-07-15,,", "event", "", "不为空的事件名"),
        ("甲,答复,2022-07-15,,五一", "region", "五一", "六位"),
        ("甲,答复,2022-07-15,,5105", "region", "5105", "六位"),
        ("甲,答复", "time", "", "这一行只有 2 格，表头有 5 列"),
        ("甲,答复,2022-07-15,某局,510504,多出", None, "多出", "表头共 5 列"),
        ("甲,答复,2022-07-15,一,二,三,四", None, "三、四", "表头共 5 列"),
        ('甲,答复,2022-07-15,"某局,', None, '甲,答复,2022-07-15,"某局,', "引号没有闭合"),
        ('甲,答复,2022-07-15,"某"局,510504', None, '"某"局', "引号之后"),
        ("甲,答\0复,2022-07-15,,", "event", "答·复", "NUL"),
    ],
)
def test_a_bad_row_is_told_and_its_neighbours_kept(read, bad, column, found, expected) -> None:
    log = read(HEAD + GOOD + bad + "\n" + GOOD + GOOD)

    assert rows(log) == [2, 4, 5]
    (problem,) = log.problems
    assert (problem.row, problem.column) == (3, column)
    assert problem.found == found if column else found in problem.found
    assert expected in problem.expected
    assert log.inputs[0].rows == 4


def test_everything_wrong_with_a_row_is_told(read) -> None:
    assert told(read(HEAD + "甲,,明天,,x\n")) == [(2, "event"), (2, "time"), (2, "region")]


def test_missing_cells_at_the_end_are_blank(read) -> None:
    log = read(HEAD + "甲,答复,2022-07-15\n")

    assert (log.problems, log.events[0].agency, log.events[0].region) == ((), "", "")


def test_blank_cells_beyond_the_header_do_no_harm(read) -> None:
    assert rows(read("case,event,time,,\n甲,答复,2022-07-15,,\n乙,答复,2022-07-15,,,,\n")) == [2, 3]


def test_a_cell_under_a_blank_header_is_told(read) -> None:
    log = read("case,,event,time\n甲,,答复,2022-07-15\n乙,旁注,答复,2022-07-15\n")

    assert rows(log) == [2]
    assert told(log) == [(3, None)]
    assert "旁注" in log.problems[0].found


@pytest.mark.parametrize(("codec", "other"), [("utf-8", "utf-8"), ("gb18030", "gb18030"), ("utf-8-sig", "utf-8-sig")])
def test_undecodable_bytes_cost_one_row(read, codec, other) -> None:
    good = GOOD * 5
    data = (
        (HEAD + good).encode(codec)
        + b"\xff\xfe\xff,\xb4\xf0\xff,2022-07-15,,\n"
        + good.encode(codec.removesuffix("-sig"))
    )

    log = read(data)

    assert log.inputs[0].encoding == other
    assert rows(log) == [2, 3, 4, 5, 6, 8, 9, 10, 11, 12]
    assert told(log) == [(7, "case")]


def test_a_character_cut_in_two_does_not_turn_utf_8_into_gbk(read) -> None:
    log = read(CHINESE.encode()[:-2] + b"\n" + "丙,答复,2022-07-15,某局,,\n".encode())

    assert log.inputs[0].encoding == "utf-8"
    assert [event.case for event in log.events] == ["甲", "丙"]
    assert told(log) == [(3, "reason")]


def test_an_open_quote_that_swallows_an_event_is_told(read) -> None:
    log = read('case,event,time,reason\n甲,答复,2022-07-15,"说明\n乙,答复,2022-07-16,"\n丙,答复,2022-07-17,x\n')

    assert (2, None) in told(log)
    assert 4 in rows(log)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("510504", "510504"),
        (" 510504　", "510504"),
        ("５１０５０４", "510504"),
        ("510504.0", "510504"),
        ("510504001", "510504"),
        ("510504001002", "510504"),
        ("", ""),
        ("　", ""),
        ("51", None),
        ("5105", None),
        ("5105040", None),
        ("51050400100", None),
        ("000000", None),
        ("010504", None),
        ("510504.5", None),
        ("江阳区", None),
        ("٥١٠٥٠٤", None),
    ],
)
def test_region(text, code) -> None:
    assert read_region(text) == code


def test_a_small_memo_changes_nothing(read, monkeypatch) -> None:
    text = "event,time,region,reason,agency\n" + "".join(
        f"{'答复' if n % 2 else f'事{n}'},2022-07-{n % 28 + 1:02},51050{n % 4 + 1},{n % 7},局{n % 5}\n"
        for n in range(100)
    )
    large = read(text)
    monkeypatch.setattr(rows_module, "MEMO", 3)

    assert read(text) == large
    assert large.problems == ()


# --- two columns with one meaning -------------------------------------------------------------------------


def test_two_columns_with_one_meaning_are_refused(read) -> None:
    message = failure(read, "文号,流水号,事件,时间,单位,部门\n甲,1,答复,2022-07-15,某局,某科\n")

    for word in ("“文号”（第 1 列）", "“流水号”（第 2 列）", "“单位”（第 5 列）", "“部门”（第 6 列）", "--columns"):
        assert word in message


def test_a_blank_repetition_is_left_out(read) -> None:
    log = read("文号,流水号,事件,时间,备注,备注\n,甲,答复,2022-07-15,,x\n 　,乙,答复,2022-07-15,,\n")

    assert [event.case for event in log.events] == ["甲", "乙"]
    assert log.events[0].attributes == {"备注": "x"}


def test_repetitions_blank_throughout_are_one_blank_column(read) -> None:
    log = read("单位,部门,事件,时间\n,,答复,2022-07-15\n")

    assert log.events[0].agency == ""
    assert "agency" in log.columns


# --- a mapping of columns ---------------------------------------------------------------------------------


def test_a_mapping_beats_the_known_headers(read) -> None:
    text = "文号,流水号,事情,何时,说明\n甲,1,答复,2022-07-15,x\n"

    log = read(text, columns={"流水号": "", "事情": "事件", "何时": "time", "说明": "reason"})

    (event,) = log.events
    assert (event.case, event.event, event.attributes) == ("甲", "reply-sent", {"reason": "x"})
    assert log.columns == {"case", "event", "time", "reason"}


def test_a_mapping_of_a_header_that_is_not_there_is_told(read) -> None:
    assert "“时刻”" in failure(read, PLAIN, columns={"时刻": "time"})


# --- files that are no log --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["文件是空的"]),
        (b"\xef\xbb\xbf", ["文件是空的"]),
        (b"\xff\xfe", ["文件是空的"]),
        (b"\r\n \n", ["文件是空的"]),
        (b",,,\n,,\n", ["文件是空的"]),
        (b"PK\x03\x04\x14\x00\x06\x00", ["Excel", "另存"]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ["Excel", "另存为"]),
        (b"\x1f\x8b\x08\x00", ["gzip", "解压"]),
        (b"PAR1\x15\x04", ["Parquet"]),
        (b'{"event": "x"}\n', ["缺少时间列", "找到的列：event"]),
        (b'{"event": \n', ["JSON"]),
        (b"<html><table>", ["网页", "另存为"]),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00", ["二进制"]),
        (PLAIN.encode("utf-16-le"), ["UTF-16", "UTF-8"]),
        (b"case,event,tiem\n", ["第 1 行", "缺少时间列", "“tiem”是否应为“time”", "case、event、tiem"]),
        ("文号,办理环接,日期\n".encode(), ["缺少事件列", "“办理环接”是否应为“办理环节”"]),
        (b"a,b\n1,2\n", ["缺少事件列", "缺少时间列", "a、b"]),
        ("文号，事件，时间\n甲，答复，2022-07-15\n".encode(), ["全角逗号"]),
        ('case,"event,time\n甲,答复,2022-07-15\n'.encode(), ["引号没有闭合"]),
        (("x," * MAX_COLUMNS + "event,time\n").encode(), ["1,026 列", "1,024 列"]),
    ],
)
def test_a_file_that_is_no_log(read, content, words) -> None:
    message = failure(read, content)

    assert "log.csv：" in message
    for word in words:
        assert word in message


def test_paths_that_cannot_be_read(tmp_path) -> None:
    with pytest.raises(InputError, match="找不到这个文件"):
        read_log([tmp_path / "none.csv"])
    with pytest.raises(InputError, match="是文件夹"):
        read_log([tmp_path])
    with pytest.raises(InputError, match="打不开"):
        read_log(["\0"])
    with pytest.raises(InputError, match="打不开"):
        read_log(["x" * 5000])
    with pytest.raises(InputError, match="没有给出"):
        read_log([])


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no devices here")  # noqa: PTH110
def test_a_device_is_refused() -> None:
    with pytest.raises(InputError, match="设备"):
        read_log(["/dev/zero"])


def test_no_permission(tmp_path, monkeypatch) -> None:
    path = tmp_path / "log.csv"
    path.write_text(PLAIN, encoding="utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(InputError, match="没有读取权限"):
        read_log([path])


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="no such file here")  # noqa: PTH110
def test_a_fault_while_reading() -> None:
    with pytest.raises(InputError, match="读取时出错"):
        read_log(["/proc/self/mem"])


def test_all_unreadable_files_are_told_at_once(tmp_path) -> None:
    good, empty = tmp_path / "good.csv", tmp_path / "empty.csv"
    good.write_text(PLAIN, encoding="utf-8")
    empty.write_bytes(b"")

    folder = tmp_path / "empty folder"
    folder.mkdir()

    with pytest.raises(InputError) as caught:
        read_log([tmp_path / "none.csv", good, empty, folder])

    lines = str(caught.value).splitlines()
    assert ["none.csv：找不到" in lines[0], "empty.csv：文件是空的" in lines[1], "是文件夹" in lines[2]] == [True] * 3
    assert len(lines) == 3


# --- bounds -----------------------------------------------------------------------------------------------


def test_a_file_over_the_bound_is_refused(read, monkeypatch) -> None:
    assert "上限" in failure(read, PLAIN, max_bytes=50)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PLAIN.encode())))
    with pytest.raises(InputError, match="上限"):
        read_log(["-"], max_bytes=50)


@pytest.mark.parametrize("quote", ["", '"'])
def test_an_overlong_cell_costs_one_row(read, quote) -> None:
    long = quote + "长" * (MAX_CELL + 1) + quote
    log = read(HEAD + GOOD + f"甲,答复,2022-07-15,{long},510504\n" + GOOD)

    assert rows(log) == [2, 4]
    assert told(log) == [(3, None)]
    assert "131,072" in log.problems[0].expected


def test_the_bound_on_cells_does_not_hang_on_the_interpreter_wide_one(read) -> None:
    before = csv.field_size_limit(10 * MAX_CELL)
    try:
        log = read(HEAD + f"甲,答复,2022-07-15,{'长' * (MAX_CELL + 1)},510504\n" + GOOD)
        csv.field_size_limit(100)
        narrow = read(HEAD + f"甲,答复,2022-07-15,{'长' * 101},510504\n" + GOOD)
    finally:
        csv.field_size_limit(before)

    assert (rows(log), told(log)) == ([3], [(2, None)])
    assert 3 in rows(narrow)


def test_an_overlong_line_costs_one_row(read, monkeypatch) -> None:
    monkeypatch.setattr(delimited_module, "MAX_LINE", 200_000)
    log = read(HEAD + GOOD + "甲,答复,2022-07-15,,510504" + "," * 300_000 + "\n" + GOOD)

    assert rows(log) == [2, 4]
    assert told(log) == [(3, None)]
    assert "200,000" in log.problems[0].expected


def test_a_row_with_a_great_many_cells_is_told(read) -> None:
    log = read(HEAD + "x," * 50_000 + "\n" + GOOD)

    assert rows(log) == [3]
    assert told(log) == [(2, None)]


def test_quotes_that_never_close_do_not_take_forever(read) -> None:
    log = read("event,time,reason\n" + '",x","\n' * 20_000 + "答复,2022-07-15,\n")

    assert len(log.problems) >= 20_000 / 2
    assert [event.time.iso() for event in log.events] == ["2022-07-15"]


# --- header for other readers -----------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_read_header_agrees_with_read_log(tmp_path, codec) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(CHINESE.replace(",", "\t").encode(codec))

    log = read_log([path])
    for source in (path, str(path), path.read_bytes()):
        header = read_header(source)
        assert header.delimiter == "\t"
        assert (header.encoding, header.digest) == (log.inputs[0].encoding, log.inputs[0].digest)
        assert header.has_bom == (codec in {"utf-8-sig", "utf-16"})
        assert header.names == ("case", "event", "time", "agency", "region", "reason")
        assert header.headers == ("文号", "环节", "办理时间", "责任单位", "区划代码", "理由")
        assert header.columns == log.columns
        assert (header.row, header.lines) == (1, 1)


def test_read_header_finds_gbk_far_down_and_across_blocks(tmp_path, monkeypatch) -> None:
    from zwgk.events import files

    path = tmp_path / "log.csv"
    path.write_bytes(b"event,time,reason\n" + b"x,2022-07-15,y\n" * 5000 + "答复,2022-07-15,说明文字\n".encode("gbk"))
    for block in (7, 1000, files.BLOCK):
        monkeypatch.setattr(files, "BLOCK", block)
        assert read_header(path).encoding == "gb18030"
    path.write_bytes(b"event,time,reason\n" + "答复,2022-07-15,说明文字\n".encode() * 5000)
    for block in (7, 1000, files.BLOCK):
        monkeypatch.setattr(files, "BLOCK", block)
        assert read_header(path).encoding == "utf-8"


def test_read_header_refuses_what_read_log_refuses(tmp_path) -> None:
    for content in (b"", b"PK\x03\x04", b"a,b\n"):
        with pytest.raises(InputError):
            read_header(content)
    with pytest.raises(InputError, match="找不到"):
        read_header(tmp_path / "none.csv")


@given(
    st.lists(
        st.sampled_from(["说明".encode(), "说明".encode("gbk"), b"a,", b"\n", b"\xff", b"\xe8", b"\xef\xbb\xbf"])
    ).map(b"".join),
    st.integers(3, 20),
)
def test_an_encoding_found_in_blocks_is_the_one_found_at_once(data, size) -> None:
    found, has_bom = find_encoding(data[start : start + size] for start in range(0, len(data), size))

    at_once = decode(data)
    assert (found, has_bom) == (at_once.encoding, at_once.has_bom)


def test_a_header_without_end_is_refused(tmp_path, read, monkeypatch) -> None:
    path = tmp_path / "log.csv"
    path.write_text("event,time," + "x" * 2000, encoding="utf-8")

    monkeypatch.setattr(header_module, "HEAD", 1000)
    with pytest.raises(InputError, match="表头超过 1,000 字节"):
        read_header(path)
    monkeypatch.setattr(header_module, "MAX_LINE", 1500)
    assert "不像表头" in failure(read, path.read_bytes())


# --- records ----------------------------------------------------------------------------------------------


def test_records_of_every_type_of_value() -> None:
    log = log_from_records(
        [
            {"文号": "甲", "event": "答复", "time": dt.date(2022, 7, 15), "涉密": False, "weight": 4.0},
            {"文号": 17, "event": "答复", "time": dt.datetime(2022, 7, 15, 9, 30), "share": 60.5, "region": 510504},
            {
                "event": "答复",
                "time": dt.datetime(2022, 7, 15, 16, tzinfo=dt.UTC),
                "渠道": ["网站", "公报"],
                "涉密": True,
            },
            {"event": "答复", "time": "2022年7月15日", "agency": None, "share": math.nan, "weight": Decimal("4.50")},
            {"event": "答复", "time": 20220715, "region": 510504.0, "登记": dt.date(2022, 7, 1)},
        ]
    )

    assert log.problems == ()
    assert [event.row for event in log.events] == [2, 3, 4, 5, 6]
    assert [event.time.iso() for event in log.events] == [
        "2022-07-15",
        "2022-07-15T09:30:00+08:00",
        "2022-07-16T00:00:00+08:00",
        "2022-07-15",
        "2022-07-15",
    ]
    assert [event.case for event in log.events] == ["甲", "17", "", "", ""]
    assert [event.region for event in log.events] == ["", "510504", "", "", "510504"]
    assert [dict(event.attributes) for event in log.events] == [
        {"secret": "否", "weight": "4"},
        {"share": "60.5"},
        {"channel": "网站;公报", "secret": "是"},
        {"weight": "4.50"},
        {"登记": "2022-07-01"},
    ]
    assert log.inputs[0].rows == 5
    assert log.inputs[0].digest.startswith("sha256:")


def test_midnight_throughout_means_dates() -> None:
    dates = log_from_records([{"event": "答复", "time": dt.datetime(2022, 7, day)} for day in (14, 15)])
    instants = log_from_records(
        [{"event": "答复", "time": at} for at in (dt.datetime(2022, 7, 14), dt.datetime(2022, 7, 15, 9))]
    )

    assert [event.time.second for event in dates.events] == [None, None]
    assert [event.time.second for event in instants.events] == [0, 9 * 3600]


class Scalar:
    """A number of an array library: not a number to Python, but it hands one out."""

    def item(self) -> bool:
        return True


class NotATime(dt.datetime):
    """A missing time of a table library: a datetime that does not equal itself."""

    __hash__ = dt.datetime.__hash__

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True


def test_values_of_table_libraries() -> None:
    log = log_from_records(
        [
            {"event": "答复", "time": dt.datetime(2022, 7, 15), "secret": Scalar(), "channel": {"网站", "公报"}},
            {"event": "答复", "time": NotATime(2022, 7, 15, 9)},
        ]
    )

    assert [(e.time.second, e.attributes) for e in log.events] == [(None, {"secret": "是", "channel": "公报;网站"})]
    assert told(log) == [(3, "time")]


def test_bad_records_are_told() -> None:
    log = log_from_records(
        [
            {"event": "答复", "time": "2022-07-15"},
            {"event": "答复", "time": 45123},
            {"event": "答复", "time": dt.date(1066, 10, 14)},
            {"event": None, "time": dt.date(2022, 7, 15)},
            {"event": "答复", "time": "2022-07-15", "channel": {"a": 1}},
            {"event": "答复", "time": "2022-07-15", "channel": "\ud800"},
            "答复",
            {},
            {"event": "答复", "time": "2022-07-16"},
        ]
    )

    assert rows(log) == [2, 10]
    assert told(log) == [(3, "time"), (4, "time"), (5, "event"), (6, "channel"), (7, "channel"), (8, None)]
    assert log.inputs[0].rows == 8


def test_no_records_and_records_without_the_columns() -> None:
    assert log_from_records([]).events == ()
    with pytest.raises(InputError, match="“tiem”是否应为“time”"):
        log_from_records([{"event": "答复", "tiem": "2022-07-15"}])
    with pytest.raises(InputError, match="都表示"):
        log_from_records([{"event": "答复", "事件": "答复", "time": "2022-07-15"}])


def test_records_read_as_the_file_of_the_same_cells(read) -> None:
    from_file = read(CHINESE)
    from_records = log_from_records(csv.DictReader(io.StringIO(CHINESE)))

    assert from_records.events == from_file.events
    assert from_records.columns == from_file.columns


# --- properties -------------------------------------------------------------------------------------------

quietly = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
# The csv module leaves a lone \r unquoted, so here it comes only before \n.
cells = st.text(alphabet="ab ,;\t\"\n\r'、某局甲。\u2028\x0b\x85", max_size=8).map(
    lambda text: text.replace("\r", "\r\n")
)


@quietly
@given(
    st.lists(st.tuples(cells, cells, cells), max_size=8),
    st.sampled_from([",", "\t", ";"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_the_csv_module_writes_is_read(read, texts, delimiter, ending) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ending)
    writer.writerow(["case", "event", "time", "备注", "agency"])
    writer.writerows([case, "答复", "2022-07-15", note, agency] for case, note, agency in texts)

    log = read(out.getvalue())

    assert log.problems == ()
    assert [(e.case, e.attributes.get("备注", ""), e.agency) for e in log.events] == [
        (case.strip(), note.strip(), agency.strip()) for case, note, agency in texts
    ]
    assert rows(log) == list(range(2, len(texts) + 2))


BAD_LINES = [
    b'x,"open,2022-07-15,,',
    b"x,reply-sent,2022-13-15,,",
    b"x,reply-sent,2022-07-15,a,510504,too many",
    b"x,,2022-07-15,,",
    b"x\xff\xff,reply-sent,2022-07-15,,",
    b"x,reply\0sent,2022-07-15,,",
    b'x,"reply"sent,2022-07-15,,',
    b'"',
    b"x",
]
GOOD_LINES = [
    "甲,答复,2022-07-15,某局,",
    "乙,文件印发,2022年7月15日,,510504",
    "丙,document-issued,2022-07-15 09:30,某某局,",
]
QUOTED_LINES = [*GOOD_LINES, '丁,答复,2022-07-15,"某,局",', '"戊","答复","2022-07-15","","510504"']


@quietly
@given(st.data(), st.sampled_from([GOOD_LINES, QUOTED_LINES]))
def test_good_rows_are_never_lost(read, data, good_lines) -> None:
    chosen = data.draw(
        st.lists(
            st.sampled_from(good_lines).map(lambda t: (True, t.encode()))
            | st.sampled_from(BAD_LINES).map(lambda b: (False, b)),
            max_size=12,
        )
    )

    log = read(b"\n".join([HEAD.strip().encode(), *(line for _, line in chosen)]) + b"\n")

    assert [event.case for event in log.events] == [line.decode()[:2].strip('",') for good, line in chosen if good]
    assert len({problem.row for problem in log.problems}) == sum(not good for good, _ in chosen)
    assert log.inputs[0].rows == len(chosen)
    assert sorted({*rows(log), *(problem.row for problem in log.problems)}) == list(range(2, len(chosen) + 2))


@quietly
@given(
    st.binary(max_size=200)
    | st.text(max_size=100).map(str.encode)
    | st.lists(
        st.sampled_from(
            [
                b'"',
                b",",
                b"\n",
                b"\r",
                b"\0",
                b"\xff",
                b"event",
                b"time",
                b"2022-07-15",
                "时间".encode("gbk"),
                b"\t",
                b";",
            ]
        ),
        max_size=40,
    ).map(b"".join)
)
def test_any_bytes_are_a_log_or_an_input_error(read, content) -> None:
    for data in (
        content,
        HEAD.encode() + content,
        "事件,时间\n".encode("gbk") + content,
        b"\xff\xfe" + HEAD.encode("utf-16-le") + content,
    ):
        try:
            log = read(data)
        except InputError:
            with pytest.raises(InputError, match=r"log\.csv："):
                read(data)
            continue
        assert log.inputs[0].rows >= len(log.events)
        try:
            header = read_header(data)
        except InputError:
            # Only the reader looks for a header below other rows; where it stands first, both find it.
            assert data is content
            continue
        assert (header.columns, header.encoding, header.digest) == (
            log.columns,
            log.inputs[0].encoding,
            log.inputs[0].digest,
        )


@quietly
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["event", "time", "时间", "case", "x"]),
            st.none()
            | st.text()
            | st.integers()
            | st.floats()
            | st.booleans()
            | st.datetimes()
            | st.dates()
            | st.binary()
            | st.lists(st.text()),
        ),
        max_size=5,
    )
)
def test_any_records_are_a_log_or_an_input_error(records) -> None:
    try:
        log = log_from_records(records)
    except InputError:
        return
    assert log.inputs[0].rows >= len(log.events)
