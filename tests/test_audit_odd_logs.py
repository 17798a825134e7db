"""Nights over logs that are written oddly: each tells what a whole run in a fresh state tells, or refuses and says why."""

from __future__ import annotations

import codecs
import datetime as dt
import gzip
from typing import TYPE_CHECKING, NamedTuple

import pytest

from zwgk.audit import plain
from zwgk.audit.config import load_config
from zwgk.audit.run import run_audit
from zwgk.audit.state import opened
from zwgk.errors import ZwgkError
from zwgk.model import Moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zwgk.audit.config import Config
    from zwgk.audit.outcome import Outcome

CONFIG = """
[audit]
mode = "{mode}"
state = "{mode}{more}.db"
[rules]
packs = ["luzhou-2011", "tianshui-maiji-2016"]
[[source]]
files = [{files}]
"""
FIRST = dt.date(2016, 9, 30)
HEADER = b"case,event,time,agency\n"
# Issued under a limit of 3 working days; 2016-09-26 is a Monday.
ISSUED = "甲,document-issued,2016-09-26,甲局\n".encode()
OTHER = "乙,document-issued,2016-09-26,甲局\n".encode()
LAST = "丙,document-issued,2016-09-26,丙局\n".encode()
DONE = "甲,document-published,2016-09-30,甲局\n".encode()
DONE_OTHER = "乙,document-published,2016-09-27,甲局\n".encode()
AGENCY = ",progress-published,2016-08-01,丁局\n".encode()
BAD = "甲,document-published,2016-09-31,甲局\n".encode()
NO_CASE = ",document-issued,2016-09-26,甲局\n".encode()
LOG = HEADER + ISSUED + AGENCY
# The only good row of 戊局 stands behind one that shows the same of who owes, and is no event.
TOTALS = "合计,,,戊局\n戊,document-issued,2016-09-26,戊局\n".encode()
BOM = codecs.BOM_UTF8

Files = bytes | dict[str, bytes]


def windows(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


def swapped(*rows: bytes) -> bytes:
    """These rows with their columns in another order."""
    cells = (row.decode().strip().split(",") for row in rows)
    return "".join(f"{time},{agency},{case},{event}\n" for case, event, time, agency in cells).encode()


class Nights(NamedTuple):
    """The files of each night (the bytes of ``log.csv``, or all files), and what becomes of it with ``mode = "incremental"``:
    ``f`` a whole run, ``i`` an incremental one, ``r`` a refusal.
    """

    nights: tuple[Files, ...]
    modes: str
    says: str = ""
    """In the notices of the last night, or in its refusal."""


LONG = b"a,b," + b"x" * 2_100_000 + b",c\n"
WIDE = b"a,b," + b"x" * 140_000 + b",c\n"
MIXED = "换行不一致"
ODD = {
    "grows": Nights((LOG, LOG + DONE, LOG + DONE + OTHER), "fii"),
    "Windows": Nights((windows(LOG), windows(LOG + DONE), windows(LOG + DONE + OTHER)), "fii"),
    "LF after CRLF": Nights((windows(LOG), windows(LOG) + DONE, windows(LOG) + DONE + windows(OTHER)), "fff", MIXED),
    "LF last after CRLF": Nights((windows(LOG), windows(LOG + OTHER) + DONE, windows(LOG + OTHER) + DONE), "fff", MIXED),
    "LF amid CRLF": Nights((windows(LOG), windows(LOG) + DONE + windows(OTHER)), "ff", MIXED),
    "CRLF after LF": Nights((LOG, LOG + windows(DONE), LOG + windows(DONE) + OTHER), "fff", MIXED),
    "mixed from the first": Nights((windows(LOG) + OTHER, windows(LOG) + OTHER + DONE), "ff", MIXED),
    "mixed, and no end": Nights((LOG + windows(OTHER) + LAST[:-1], LOG + windows(OTHER) + LAST + DONE), "ff", MIXED),
    "a lone CR": Nights((LOG, LOG + DONE[:-1] + b"\r" + OTHER), "ff", MIXED),
    "a lone CR in a cell": Nights((LOG, LOG + DONE + OTHER.replace(b"d", b"d\r", 1)), "ff", MIXED),
    "nothing but CR": Nights((LOG.replace(b"\n", b"\r"), (LOG + DONE).replace(b"\n", b"\r")), "ff", "表头"),
    "NUL": Nights((LOG, LOG + DONE + OTHER.replace(b",", b"\0,", 1)), "ff", "NUL"),
    "NUL from the first": Nights((LOG + OTHER.replace(b",", b"\0,", 1), LOG + OTHER.replace(b",", b"\0,", 1) + DONE), "ff", "NUL"),
    "a control character": Nights((LOG, LOG + b"\1" + OTHER, LOG + b"\1" + OTHER + DONE), "fff", "控制字符"),
    "a long line": Nights((LOG, LOG + LONG, LOG + LONG + DONE), "fff", "太长"),
    "a long line from the first": Nights((LOG + LONG, LOG + LONG + DONE), "ff", "太长"),
    "a long cell": Nights((LOG, LOG + WIDE + DONE), "ff", "太长"),
    "a BOM first": Nights((BOM + LOG, BOM + LOG + DONE, BOM + LOG + DONE + OTHER), "fii"),
    "a BOM first, Windows": Nights((BOM + windows(LOG), BOM + windows(LOG + DONE)), "fi"),
    "a BOM amid": Nights((LOG + BOM + OTHER, LOG + BOM + OTHER + DONE_OTHER), "ff", "BOM"),
    "a BOM appended": Nights((LOG, LOG + BOM + DONE, LOG + BOM + DONE + OTHER), "fff", "BOM"),
    "two BOMs": Nights((BOM + BOM + LOG, BOM + BOM + LOG + DONE), "ff", "BOM"),
    "UTF-16": Nights((LOG.decode().encode("utf-16"), (LOG + DONE).decode().encode("utf-16")), "ff", "UTF-8"),
    "GBK": Nights((LOG.decode().encode("gbk"), (LOG + DONE).decode().encode("gbk")), "ff", "UTF-8"),
    "GBK appended": Nights((HEADER + b"a,document-issued,2016-09-26,o\n",
        HEADER + b"a,document-issued,2016-09-26,o\n" + DONE.decode().encode("gbk")), "ff", "UTF-8"),
    "damaged": Nights((LOG * 40, LOG * 40 + DONE.replace("局".encode(), b"\xe5\xb1")), "ff", "UTF-8"),
    "a surrogate": Nights((LOG, LOG + b"\xed\xa0\x80" + OTHER, LOG + b"\xed\xa0\x80" + OTHER + DONE), "fff", "UTF-8"),
    "quotes": Nights((LOG, LOG + '"甲",document-published,2016-09-30,甲局\n'.encode()), "ff", "双引号"),
    "quotes from the first": Nights((LOG + '"乙,1",document-issued,2016-09-26,甲局\n'.encode(),
        LOG + '"乙,1",document-issued,2016-09-26,甲局\n'.encode() + DONE), "ff", "双引号"),
    "a line end in quotes": Nights((LOG, LOG + '"乙\n一",document-issued,2016-09-26,甲局\n'.encode() + DONE), "ff", "双引号"),
    "a quote that is not closed": Nights((LOG, LOG + b'"' + OTHER + DONE), "ff", "双引号"),
    "a delimiter for each file": Nights(({"a.csv": LOG, "b.tsv": OTHER.join((HEADER, b"")).replace(b",", b"\t")},
        {"a.csv": LOG + DONE, "b.tsv": (HEADER + OTHER + DONE_OTHER).replace(b",", b"\t"), "c.csv": (HEADER + LAST).replace(b",", b";")}), "fi"),
    "gz": Nights(({"log.csv.gz": gzip.compress(LOG)}, {"log.csv.gz": gzip.compress(LOG + DONE)}), "ff", "不是 CSV"),
    "gz appended": Nights(({"log.csv.gz": gzip.compress(LOG)}, {"log.csv.gz": gzip.compress(LOG) + gzip.compress(DONE)}), "ff", "不是 CSV"),
    "gz beside": Nights(({"a.csv": LOG}, {"a.csv": LOG, "b.csv.gz": gzip.compress(HEADER + DONE)}), "ff", "不是 CSV"),
    "JSON beside": Nights(({"a.csv": LOG}, {"a.csv": LOG, "b.jsonl":
        '{"case": "甲", "event": "document-published", "time": "2016-09-30"}\n'.encode()}), "ff", "不是 CSV"),
    "CSV called JSON": Nights(({"a.csv": LOG}, {"a.csv": LOG, "b.json": HEADER + DONE}), "fr", "JSON"),
    "a page beside": Nights(({"a.csv": LOG}, {"a.csv": LOG, "b.csv": b"<p>,event,time\n"}), "fr", "网页"),
    "nothing beside": Nights(({"a.csv": LOG}, {"a.csv": LOG, "b.csv": b""}), "fr", "空的"),
    "a header beside": Nights(({"a.csv": LOG}, {"a.csv": LOG + DONE, "b.csv": HEADER}, {"a.csv": LOG + DONE, "b.csv": HEADER + OTHER}), "fii"),
    "a header from the first": Nights(({"a.csv": LOG, "b.csv": HEADER}, {"a.csv": LOG, "b.csv": HEADER + DONE}), "fi"),
    "nothing but a header": Nights((HEADER, LOG, LOG + DONE), "ffi"),
    "no end": Nights((LOG[:-1], LOG + DONE, LOG + DONE + OTHER), "ffi"),
    "no end, and grown within": Nights((LOG + OTHER[:-3], LOG + OTHER, LOG + OTHER + DONE), "ffi"),
    "no end appended": Nights((LOG, LOG + DONE[:-1], LOG + DONE + OTHER), "fff"),
    "no end, Windows": Nights((windows(LOG), windows(LOG + DONE)[:-2], windows(LOG + DONE)), "fff"),
    "half a line end": Nights((windows(LOG), windows(LOG + DONE)[:-1], windows(LOG + DONE)), "fff"),
    "a torn row": Nights((LOG, LOG + DONE[:8]), "fr", "没有写完"),
    "bad rows in two files": Nights(({"a.csv": LOG + NO_CASE, "b.csv": HEADER + BAD},
        {"a.csv": LOG + NO_CASE + BAD + NO_CASE, "b.csv": HEADER + BAD + NO_CASE}), "fi"),
    "empty lines": Nights((LOG + b"\n\n" + OTHER, LOG + b"\n\n" + OTHER + b"\n" + DONE + b",,,\n\n", LOG + b"\n\n" + OTHER + b"\n" + DONE + b",,,\n\n" + LAST), "fii"),
    "an empty line first": Nights((b"\n" + LOG, b"\n" + LOG + DONE), "ff", "表头"),
    "a title first": Nights(("台账\n".encode() + LOG, "台账\n".encode() + LOG + DONE), "ff", "表头"),
    "totals": Nights((LOG + TOTALS, LOG + TOTALS + ",progress-published,2016-09-29,丁局\n".encode()), "fi"),
    "too many cells": Nights((LOG, LOG + DONE[:-1] + ",多\n".encode(), LOG + DONE[:-1] + ",多\n".encode() + OTHER), "fii"),
    "too few cells": Nights((LOG, LOG + "甲,document-published\n乙,document-issued,2016-09-26\n".encode()), "fi"),
    "odd spaces": Nights((LOG + "\u3000乙\u00a0,document-issued ,\x1f2016-09-26,甲局\u2003\n".encode(),
        LOG + "\u3000乙\u00a0,document-issued ,\x1f2016-09-26,甲局\u2003\n".encode() + DONE_OTHER), "fi"),
    "odd line separators": Nights((LOG + "乙\u2028,document-issued,2016-09-26,甲\x85局\x0c\n".encode(),
        LOG + "乙\u2028,document-issued,2016-09-26,甲\x85局\x0c\n".encode() + DONE_OTHER), "fi"),
    "odd times": Nights((LOG + "乙,document-issued,2016-09-26 24:00,甲局\n丙,document-issued,2016-09-26 09:30:60,甲局\n丁,document-issued,0000-01-01,甲局\n".encode(),
        LOG + "乙,document-issued,2016-09-26 24:00,甲局\n丙,document-issued,2016-09-26 09:30:60,甲局\n丁,document-issued,0000-01-01,甲局\n".encode() + DONE), "fi"),
    "cut short": Nights((LOG + OTHER, LOG), "fr", "上次核查时有3行，现在只有2行"),
    "cut short, rows as many": Nights((LOG + OTHER, LOG + "乙,别的,2016-09-26,\n".encode()), "ff", "变短"),
    "rewritten at equal size": Nights((LOG + OTHER, LOG + OTHER.replace("乙".encode(), "戊".encode())), "ff", "原有的内容也变了"),
    "garbled at equal size": Nights((LOG + DONE + OTHER, LOG + DONE_OTHER + OTHER.replace("乙".encode(), b"\xff\xfe\xfd")), "ff"),
    "moved at equal size": Nights((HEADER + ISSUED + OTHER + LAST + DONE, HEADER + DONE + LAST + OTHER + ISSUED), "ff", "原有的内容也变了"),
    "rewritten, and more": Nights((LOG + OTHER, HEADER + LAST + AGENCY + OTHER + DONE), "ff", "原有的内容也变了"),
    "another header": Nights((LOG, HEADER.replace(b"agency", "单位".encode()) + ISSUED + AGENCY + DONE), "ff"),
    "columns in another order": Nights((LOG, swapped(HEADER, ISSUED, AGENCY, DONE)), "ff", "原有的内容也变了"),
    "a column more": Nights((LOG, (LOG + DONE).replace(b"\n", b",x\n")), "ff"),
    "a column less beside": Nights(({"a.csv": LOG}, {"a.csv": LOG, "b.csv": b"event,time,case\n" + b"document-published,2016-09-30,\xe7\x94\xb2\n"}), "fi"),
    "a column more beside": Nights(({"a.csv": LOG}, {"a.csv": LOG, "b.csv": (HEADER + DONE).replace(b"\n", b",x\n")}), "ff", "新的列"),
    "columns in another order beside": Nights(({"a.csv": LOG}, {"a.csv": LOG, "b.csv": swapped(HEADER, DONE, OTHER)}), "fi"),
    "a column twice beside": Nights(({"a.csv": LOG}, {"a.csv": LOG, "b.csv": HEADER.replace(b"\n", ",单位\n".encode()) + DONE}), "ff", "含义相同"),
    "a file before the others": Nights(({"b.csv": LOG}, {"a.csv": HEADER + DONE, "b.csv": LOG}), "ff", "次序"),
    "a file gone": Nights(({"a.csv": LOG, "b.csv": HEADER + OTHER}, {"a.csv": LOG}), "fr", "现在没有这个文件了"),
    "a path like a pattern": Nights(({"a[1].csv": LOG, "a1.csv": HEADER + LAST + AGENCY}, {"a[1].csv": LOG + DONE, "a1.csv": HEADER + LAST + AGENCY + OTHER}), "fi"),
    "a path like a column": Nights(({"text=5/a.csv": LOG}, {"text=5/a.csv": LOG + DONE}), "fi"),
    "many rows that cannot be read": Nights((LOG + b"x,y,z,u\n" * 10_001, LOG + b"x,y,z,u\n" * 10_001 + DONE), "ff", "读不懂的行太多"),
}  # fmt: skip


def configured(folder: Path, mode: str, more: str = "") -> Config:
    path = folder / f"{mode}{more}.toml"
    path.write_text(CONFIG.format(mode=mode, more=more, files='"logs"'), "utf-8")
    return load_config(str(path))


def laid(folder: Path, files: Files) -> None:
    given: Mapping[str, bytes] = {"log.csv": files} if isinstance(files, bytes) else files
    logs = folder / "logs"
    for path in [*logs.rglob("*.*")] if logs.exists() else []:
        if path.is_file() and path.relative_to(logs).as_posix() not in given:
            path.unlink()
    for name, data in given.items():
        (logs / name).parent.mkdir(parents=True, exist_ok=True)
        (logs / name).write_bytes(data)


def kept(config: Config) -> dict[str, object]:
    """All that a state says of how things stand now, whatever was before."""
    with opened(config.state) as state:
        return {
            "findings": {one.item for one in state.findings("verdict IN ('breached', 'pending', 'undecided')")},
            "wakes": {(one.item.fingerprint, one.group, one.wakes) for one in state.findings("wakes IS NOT NULL")},
            "counts": state.pairs("counts"),
            "paces": state.pairs("paces"),
            "inputs": state.inputs(),
            "verdicts": state.meta("verdicts"),
        }


def ran(config: Config, number: int) -> Outcome | str:
    as_of = FIRST.toordinal() + number
    try:
        return run_audit(config, as_of=Moment(as_of))
    except ZwgkError as refusal:
        return str(refusal)


@pytest.mark.parametrize("name", ODD)
def test_odd_logs(tmp_path: Path, name: str) -> None:
    odd = ODD[name]
    full, incremental = configured(tmp_path, "full"), configured(tmp_path, "incremental")
    modes, said = "", ""
    for number, files in enumerate(odd.nights):
        laid(tmp_path, files)
        whole, part = ran(full, number), ran(incremental, number)
        if isinstance(whole, str) or isinstance(part, str):
            assert whole == part
            modes, said = modes + "r", str(part)
            continue
        modes, said = modes + part.mode[0], "\n".join(part.notices)
        assert (whole.mode, whole.notices) == ("full", ())
        fresh = configured(tmp_path, "full", str(number))
        alone = ran(fresh, number)
        assert not isinstance(alone, str), alone
        expected = kept(fresh)
        assert kept(full) == expected, f"night {number}"
        assert kept(incremental) == expected, f"night {number}"
        assert part.problems == whole.problems == alone.problems
        assert [one[1:] for one in part.changes] == [one[1:] for one in whole.changes]
    assert modes == odd.modes, said
    said = said.replace(str(tmp_path), "")
    assert odd.says in said
    assert "Error" not in said


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        (b"ab\ncd\n", 1),
        (b"ab\r\ncd\r\n", 2),
        (BOM + b"ab\r\ncd\r\n", 2),
        (b"ab\r\ncd\n", 0),
        (b"ab\ncd\r\n", 0),
        (b"ab\rcd\r\n", 0),
        (b"ab\r\n\rd\r\n", 0),
        (b"ab\r\ncd", 0),
        (b"ab\r\ncd\r", 0),
        (b"ab\nc" + BOM + b"d\n", 0),
        (BOM + BOM + b"ab\n", 0),
        (b'ab\nc"\n', 0),
        (b"ab\nc\0\n", 0),
    ],
)
def test_each_byte_is_looked_at_whatever_the_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, ends: int
) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(text)
    for block in range(4, 12):
        monkeypatch.setattr(plain, "_BLOCK", block)
        if ends:
            assert plain.line_ends(str(path)) == ends
        else:
            with pytest.raises(plain.UnindexedError, match="不能逐行读取"):
                plain.line_ends(str(path))
