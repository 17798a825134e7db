"""Damaged files of every form: small good ones, with bytes, words and parts of them changed at random."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from office_files import HEADERS, MAIN, package, table, text_row, workbook
from pyarrow import parquet

from zwgk._data import data_folder

if TYPE_CHECKING:
    import random

DATA = Path(__file__).parent / "data"

_CSV = (
    "文号,事件,时间,机关,区划代码,备注\n甲,文件印发,2022-07-15,某局,510504,\n乙,文件公开,2022年7月18日,某局,,补\n"
    '丙,答复,2022/7/20 9:30,"某,局",,"a""b"\n'
)
_LEDGER = "2024年台账,,,\n申请编号,收到申请日期,答复日期,备注\n001,2024-09-27,2024-10-30,\n002,2024.9.28,,x\n"
_RECORDS = [
    {"文号": "甲", "事件": "文件印发", "时间": "2022-07-15", "权重": 4.5, "涉密": False, "渠道": ["网站", "公报"]},
    {"文号": "乙", "事件": "文件公开", "时间": "2022-07-18T09:30:00+08:00", "理由": None},
]
_MAPPING = "columns: {事项: case, 备注: ''}\nledger:\n  办结日: 答复\nsheet: [一月]\nheader_row: 2\ndate_system: 1900\n"
_STYLES = (
    f'<styleSheet {MAIN}><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>'
)


def _sheet() -> bytes:
    rows = text_row(1, ["2022年台账"]) + text_row(2, HEADERS) + text_row(3, ["甲", "答复", "2022-07-15", "某局", "4"])
    typed = '<c r="C4" s="2"><v>43732</v></c><c r="D4" t="e"><v>#N/A</v></c><c r="E4" s="1"><f>4/100</f><v>0.04</v></c>'
    rows += text_row(4, ["乙", "答复"]).replace("</row>", typed + "</row>")
    rows += text_row(5, ["丙", "答复"]).replace("</row>", '<c r="C5" s="3"><v>43732.5</v></c></row>')
    merged = '</sheetData><mergeCells count="1"><mergeCell ref="A1:E1"/></mergeCells>'
    sheet = f"<worksheet {MAIN}><sheetData>{rows}{merged}</worksheet>"
    return package("", styles=_STYLES, extra={"xl/worksheets/sheet1.xml": sheet})


def _parquet() -> bytes:
    sink = io.BytesIO()
    columns = {"文号": ["甲", "乙"], "事件": ["答复", None], "时间": ["2022-07-15", "x"], "权重": [4.5, None]}
    parquet.write_table(pa.table(columns), sink)
    return sink.getvalue()


def seeds() -> dict[str, list[tuple[str, bytes]]]:
    """Form → good files as (name, bytes)."""
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in _RECORDS)
    fruit = workbook(("一", table([HEADERS, ["甲", "答复", "2022-07-15"]])), ("二", table([["说明"]])))
    rules = sorted(data_folder("rules").glob("*/[a-z]*.yaml"))
    return {
        "csv": [("log.csv", _CSV.encode(codec)) for codec in ("utf-8", "gbk", "utf-8-sig", "utf-16")],
        "tsv": [("log.tsv", _CSV.replace(",", "\t").encode())],
        "ledger": [("log.csv", _LEDGER.encode()), ("log.csv", _LEDGER.replace(",", ";").encode("gbk"))],
        "jsonl": [("log.jsonl", lines.encode()), ("log.jsonl", lines.encode("gbk"))],
        "json": [("log.json", json.dumps(_RECORDS, ensure_ascii=False, indent=1).encode())],
        "xlsx": [("log.xlsx", _sheet()), ("log.xlsx", fruit)],
        "xls": [("log.xls", (DATA / name).read_bytes()) for name in ("office-1900.xls", "office-1904.xls")],
        "parquet": [("log.parquet", _parquet())],
        "gz": [
            ("log.csv.gz", gzip.compress(_CSV.encode(), mtime=0)),
            ("log.xlsx.gz", gzip.compress(_sheet(), mtime=0)),
        ],
        "columns": [("columns.yaml", _MAPPING.encode())],
        # Alone in a pack, a rule can override no other.
        "rules": [(path.name, re.sub(rb"(?m)^overrides:.*\n", b"", path.read_bytes())) for path in rules],
    }


WORDS = (
    *",;\t\n\r\"'|{}[]:#&*!%@`-=+\0\ufeff\u3000\u2028·", "\r\n", '""', '"\n', "文号", "事件", "时间", "日期", "公开日期", "答复日期",
    "成文日期", "2022-07-15", "2022-13-45", "99999", "1e999", "-1", "NaN", "null", "true", "=1+1", "𠮷", "\ud800", "\\ud800", "\\u0000",
    "<c", "</c>", "<row>", 'r="XFD1048576"', 'r="A0"', 's="9999999999"', 't="e"', 't="s"', "<v>", "<f>", "&lt;", "&#0;", "<![CDATA[", "-->",
    "<!DOCTYPE", 'count="4294967295"', 'ref="A1:XFD1048576"', "4294967296", "-1", '<row r="1048576">', "workdays", "deadline", "within: 0 days", "trigger:", "- ", "? ", "|\n ", "{a: {b: {c: ", "[[[[[[[[", "0x1F", "1_000", "12:30",
)  # fmt: skip


def damage(data: bytes, rng: random.Random, *, others: list[bytes]) -> bytes:
    """The bytes with one to eight changes."""
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        place = rng.randrange(len(found) + 1)
        end = min(len(found), place + rng.choice((1, 1, 2, 4, 16, 64)))
        kind = rng.randrange(9)
        if kind == 0:
            found[place:end] = rng.randbytes(end - place)
        elif kind == 1:
            del found[place:end]
        elif kind == 2:
            found[place:place] = found[place:end] * rng.choice((1, 2, 20))
        elif kind == 3 and found:
            found[place % len(found)] ^= 1 << rng.randrange(8)
        elif kind == 4:
            del found[place:]
        elif kind == 5:
            other = rng.choice(others)
            start = rng.randrange(len(other) + 1)
            found[place:end] = other[start : start + rng.randrange(200)]
        else:
            word = rng.choice(WORDS).encode("utf-8", "surrogatepass")
            found[place : end if kind == 6 else place] = word
    return bytes(found)


def damage_parts(data: bytes, rng: random.Random, *, others: list[bytes]) -> bytes:
    """An archive, sound as such, with one of its parts damaged."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        hurt = rng.choice(
            [name for name in names if "sheet" in name or "style" in name or "hared" in name or rng.random() < 0.2]
        )
        for name in names:
            part = source.read(name)
            target.writestr(name, damage(part, rng, others=others) if name == hurt else part)
    return sink.getvalue()


def damaged(form: str, rng: random.Random, good: dict[str, list[tuple[str, bytes]]]) -> tuple[str, bytes]:
    """A damaged file of a form: its name and bytes. Now and then it goes by the name of another form."""
    name, data = rng.choice(good[form])
    others = [rng.choice(files)[1] for files in good.values()]
    if form == "xlsx" and rng.random() < 0.8:
        found = damage_parts(data, rng, others=[part for _name, part in good["xlsx"] + good["csv"]])
    elif form == "gz" and rng.random() < 0.5:
        found = gzip.compress(damage(gzip.decompress(data), rng, others=others), 1, mtime=0)
    else:
        found = damage(data, rng, others=others if rng.random() < 0.2 else [data])
    if rng.random() < 0.02 and form not in ("rules", "columns"):
        name = rng.choice(good[rng.choice([other for other in good if other not in ("rules", "columns")])])[0]
    return name, found
