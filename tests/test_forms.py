"""Old workbooks, JSON, Parquet, packed files, folders and patterns: one reading whatever the form."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import sys
import zlib
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from office_files import HEADERS, table, workbook
from pyarrow import parquet

from zwgk.errors import InputError
from zwgk.events import packed, read_log
from zwgk.events import parquet as parquet_module
from zwgk.events.sources import find_sources

if TYPE_CHECKING:
    from collections.abc import Callable

    from zwgk.model import Log

DATA = Path(__file__).parent / "data"
RECORD = {"文号": "甲", "事件": "文件印发", "时间": "2022-07-15", "机关": "某局"}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Log]:
    """Write bytes or text to a file of some name and read it."""

    def write_and_read(content: bytes | str, *, name: str = "log.jsonl", **options: Any) -> Log:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_log([path], **options)

    return write_and_read


def failure(read: Callable[..., Log], content: bytes | str, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read(content, **options)
    return str(caught.value)


def lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


# --- old workbooks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["office-1900.xls", "office-1904.xls"])
def test_an_old_workbook(name) -> None:
    log = read_log([DATA / name])

    assert [(event.row, event.case, event.time.iso(), event.agency, event.attributes) for event in log.events] == [
        (3, "甲", "2019-09-24", "510504", {"weight": "4%", "reason": "是"}),
        (4, "甲", "2019-10-09T09:30:00+08:00", "", {"weight": "0007", "reason": "补\n录"}),
        (5, "乙", "2019-09-25T00:00:00+08:00", "", {}),
    ]
    assert [(problem.row, problem.column, problem.found) for problem in log.problems] == [
        (6, "time", "43732"),
        (7, "time", "#N/A"),
    ]
    assert (log.inputs[0].path, log.inputs[0].encoding) == (f"{DATA / name}#登记表", "xls")
    assert len(read_log([f"{DATA / name}#登记表"]).events) == 3


def test_damaged_and_locked_old_workbooks(read) -> None:
    good = (DATA / "office-1900.xls").read_bytes()

    assert "损坏" in failure(read, good[:3000], name="log.xls")
    assert "密码" in failure(read, good + "EncryptedPackage".encode("utf-16-le"), name="log.xlsx")


# --- JSON -------------------------------------------------------------------------------------------------


def test_json_lines(read) -> None:
    records = [
        RECORD,
        {"文号": "乙", "事件": "文件公开", "时间": "2022-07-18T09:30:00+08:00", "渠道": ["网站", "公报"], "权重": 4.50},
        {"文号": 20220715, "事件": "答复", "时间": 20220715, "涉密": False, "理由": None, "比例": 60},
    ]

    log = read(lines(*records).replace("\n", "\r\n\r\n", 1))

    assert [(event.row, event.case, event.event, event.time.iso(), event.attributes) for event in log.events] == [
        (1, "甲", "document-issued", "2022-07-15", {}),
        (3, "乙", "document-published", "2022-07-18T09:30:00+08:00", {"channel": "网站;公报", "weight": "4.5"}),
        (4, "20220715", "reply-sent", "2022-07-15", {"secret": "否", "share": "60"}),
    ]
    assert log.problems == ()
    assert log.columns >= {"case", "agency", "channel", "weight", "secret", "reason", "share"}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030"])
def test_json_in_other_encodings(read, codec) -> None:
    log = read(lines(RECORD, RECORD).encode(codec))

    assert [event.agency for event in log.events] == ["某局", "某局"]
    assert log.inputs[0].encoding == codec


def test_damaged_lines_cost_themselves_only(read) -> None:
    bad = [
        '{"事件": "答复", "时间": ',
        '["答复"]',
        '"x"',
        '{"事件": "答复", "时间": "2022-07-15", "时间": "2022-07-16"}',
        '{"事件": "答复", "时间": NaN}',
        '{"事件": "答复", "时间": {"年": 2022}}',
        '{"事件": "答复", "时间": "2022-07-15", "理由": "\\ud800"}',
        '{"事件": "答复", "时间": "2022-07-15", "理由": "a\\u0000b"}',
        "[" * 100_000,
        '{"文号": "丙"}',
    ]
    text = lines(RECORD) + "".join(line + "\n" + lines(RECORD) for line in bad)

    log = read(text)

    assert [event.row for event in log.events] == list(range(1, 22, 2))
    assert sorted({problem.row for problem in log.problems}) == list(range(2, 21, 2))
    assert "只出现一次" in next(problem.expected for problem in log.problems if problem.row == 8)


def test_a_list_of_objects(read) -> None:
    records = [RECORD, {**RECORD, "文号": "乙"}, {**RECORD, "文号": "丙"}]
    pretty = json.dumps(records, ensure_ascii=False, indent=2)
    packed_tight = json.dumps(records, ensure_ascii=False)

    assert [event.row for event in read(pretty, name="log.json").events] == [2, 8, 14]
    assert [event.row for event in read(packed_tight, name="log.json").events] == [1, 2, 3]
    assert [event.case for event in read(packed_tight, name="no suffix").events] == ["甲", "乙", "丙"]


def test_a_damaged_list_keeps_its_good_objects(read) -> None:
    good = json.dumps(RECORD, ensure_ascii=False)
    log = read(f'[\n{good},\n{{"事件": 坏}},\n{good},\n"x",\n{good}\n', name="log.json")

    assert [event.row for event in log.events] == [2, 4, 6]
    assert [problem.row for problem in log.problems] == [3, 5]
    cut = read(f"[\n{good},\n{good}\n", name="log.json")
    assert len(cut.events) == 2
    assert "以“]”结束" in cut.problems[0].expected
    assert len(read(f"[\n{good}\n] 多余", name="log.json").problems) == 1


def test_json_that_is_no_log(read) -> None:
    assert "没有一条能读" in failure(read, "{\n\n}\n}", name="log.jsonl")
    assert "没有事件" in failure(read, "[]", name="log.json")
    assert "缺少时间列" in failure(read, lines({"事件": "答复", "日子": "2022-07-15"}))


def test_keys_of_one_meaning(read) -> None:
    """Records from several systems may call one thing by several names, but one record not by two."""
    log = read(
        lines({**RECORD, "单位": ""}, {"编号": "乙", "事件": "答复", "日期": "2022-07-18"}, {**RECORD, "单位": "别局"})
    )

    assert [(event.case, event.agency, event.attributes) for event in log.events] == [
        ("甲", "某局", {}),
        ("乙", "", {}),
    ]
    (problem,) = log.problems
    assert (problem.row, problem.column, problem.found) == (3, "agency", "某局、别局")


def test_a_ledger_in_json(read) -> None:
    log = read(
        lines({"文号": "甲", "印发日期": "2024-01-02", "公开日期": ""}, {"文号": "乙", "公开日期": "2024-01-03"})
    )

    assert [(event.row, event.case, event.event) for event in log.events] == [
        (1, "甲", "document-issued"),
        (2, "乙", "document-published"),
    ]


# --- Parquet ----------------------------------------------------------------------------------------------


def as_parquet(columns: dict[str, Any], **options: Any) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(pa.table(columns), sink, **options)
    return sink.getvalue()


def test_parquet_types(read) -> None:
    columns = {
        "文号": pa.array(["甲", "乙", None]).dictionary_encode(),
        "事件": ["文件印发", "文件公开", "答复"],
        "时间": pa.array([dt.date(2022, 7, 15), dt.date(2022, 7, 18), None], pa.date32()),
        "权重": [4.5, None, 4.0],
        "比例": pa.array([Decimal("60.10"), None, None], pa.decimal128(6, 2)),
        "涉密": [False, None, True],
        "渠道": [["网站", "公报"], [], None],
        "份数": [3, 4, 5],
    }

    log = read(as_parquet(columns, row_group_size=2), name="log.parquet")

    assert [(event.row, event.case, event.time.iso(), event.attributes) for event in log.events] == [
        (
            2,
            "甲",
            "2022-07-15",
            {"weight": "4.5", "share": "60.10", "secret": "否", "channel": "网站;公报", "份数": "3"},
        ),
        (3, "乙", "2022-07-18", {"份数": "4"}),
    ]
    assert [(problem.row, problem.column) for problem in log.problems] == [(4, "time")]


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (pa.timestamp("us"), [dt.datetime(2022, 7, 15), dt.datetime(2022, 7, 16)], ["2022-07-15", "2022-07-16"]),
        (
            pa.timestamp("ns"),
            [dt.datetime(2022, 7, 15), dt.datetime(2022, 7, 16, 9, 30)],
            ["2022-07-15T00:00:00+08:00", "2022-07-16T09:30:00+08:00"],
        ),
        (pa.timestamp("ms", tz="UTC"), [dt.datetime(2022, 7, 15, 20, tzinfo=dt.UTC)], ["2022-07-16T04:00:00+08:00"]),
        (pa.large_string(), ["2022年7月15日"], ["2022-07-15"]),
    ],
)
def test_parquet_times(read, kind, values, expected) -> None:
    content = as_parquet({"事件": ["答复"] * len(values), "文号": ["甲"] * len(values), "时间": pa.array(values, kind)})

    assert [event.time.iso() for event in read(content, name="log.parquet").events] == expected


def test_parquet_that_cannot_be_read(read, monkeypatch) -> None:
    good = as_parquet({"事件": ["答复"], "时间": ["2022-07-15"], "何": [{"a": 1}]})

    assert [problem.column for problem in read(good, name="log.parquet").problems] == ["何"]
    assert "损坏" in failure(read, good[:-20] + b"PAR1", name="log.parquet")
    assert "缺少事件列" in failure(read, as_parquet({"时间": ["2022-07-15"]}), name="log.parquet")
    assert "上限" in failure(read, as_parquet({f"列{place}": ["x"] for place in range(1_100)}), name="log.parquet")
    content = as_parquet({"事件": ["答复"] * 5, "文号": ["甲"] * 5, "时间": ["2022-07-15"] * 5})
    monkeypatch.setattr(parquet_module, "BATCH", 2)
    assert [event.row for event in read(content, name="log.parquet").events] == [2, 3, 4, 5, 6]


# --- packed -----------------------------------------------------------------------------------------------

CSV = "文号,事件,时间\n甲,答复,2022-07-15\n"


def test_every_form_packed(read) -> None:
    forms = {
        "log.csv.gz": CSV.encode("gbk"),
        "log.jsonl.gz": lines(RECORD).encode(),
        "log.xlsx.gz": workbook(("日志", table([HEADERS, ["甲", "答复", "2022-07-15"]]))),
        "log.parquet.gz": as_parquet({"文号": ["甲"], "事件": ["答复"], "时间": ["2022-07-15"]}),
    }
    for name, content in forms.items():
        assert [event.case for event in read(gzip.compress(content), name=name).events] == ["甲"], name
    half = len(CSV.encode()) // 2
    members = gzip.compress(CSV.encode()[:half]) + gzip.compress(CSV.encode()[half:])
    assert len(read(members, name="log.csv.gz").events) == 1


def test_packed_files_that_are_damaged_or_too_tight(read, monkeypatch) -> None:
    good = gzip.compress(CSV.encode())

    assert "损坏" in failure(read, good[:-12], name="log.csv.gz")
    assert "损坏" in failure(read, good + b"more", name="log.csv.gz")
    assert "损坏" in failure(read, good[:15] + b"\xff\xff" + good[17:], name="log.csv.gz")
    squeezer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(squeezer.compress(b"\0" * (1 << 20)) for _ in range(70)) + squeezer.flush()
    assert "解开后超过" in failure(read, bomb, name="log.csv.gz")
    monkeypatch.setattr(packed, "RATIO_FREE", 1_000)
    assert "解开后超过" in failure(read, gzip.compress(b"a" * 300_000), name="log.csv.gz")
    assert "解开后超过" in failure(read, gzip.compress(CSV.encode() * 1_000), name="log.csv.gz", max_bytes=5_000)


# --- what is named ----------------------------------------------------------------------------------------


def test_folders_and_patterns(tmp_path) -> None:
    names = [
        "二月.csv",
        "一月.csv",
        "子/三月.JSONL",
        "子/四月.csv.gz",
        "~$一月.xlsx",
        ".隐藏.csv",
        "说明.docx",
        ".夹/五月.csv",
    ]
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        text = lines(RECORD) if name.endswith("JSONL") else CSV
        path.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())

    def found(what: str) -> list[str]:
        return [Path(source.path).relative_to(tmp_path).as_posix() for source in find_sources([what])]

    assert found(str(tmp_path)) == sorted(["一月.csv", "二月.csv", "子/三月.JSONL", "子/四月.csv.gz"])
    assert found(str(tmp_path / "*.csv")) == sorted(["一月.csv", "二月.csv"])
    assert found(str(tmp_path / "**/*月*")) == sorted(["一月.csv", "二月.csv", "子/三月.JSONL", "子/四月.csv.gz"])
    log = read_log([tmp_path])
    assert [event.source for event in log.events] == [0, 1, 2, 3]
    for what in ("*.xls", "无/*"):
        with pytest.raises(InputError, match="没有找到可读的日志"):
            read_log([tmp_path / what])


def test_a_name_with_signs_is_a_name(tmp_path) -> None:
    for name in ("a#b.csv", "[1].csv", "x*.csv"):
        (tmp_path / name).write_text(CSV, encoding="utf-8")
        assert len(read_log([tmp_path / name]).events) == 1


def test_every_form_from_standard_input(monkeypatch) -> None:
    book = workbook(("日志", table([HEADERS, ["甲", "答复", "2022-07-15"]])))
    for content in (CSV.encode(), lines(RECORD).encode(), gzip.compress(CSV.encode()), book):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert [event.case for event in read_log(["-"]).events] == ["甲"]
