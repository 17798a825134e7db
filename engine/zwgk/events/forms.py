"""From a file to its tables: what form its first bytes are in, and which reader reads that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zwgk.events import packed
from zwgk.events.delimited import read_delimited
from zwgk.events.files import MAX_BYTES, load
from zwgk.events.mapping import NO_MAPPING
from zwgk.events.tables import Table

if TYPE_CHECKING:
    from zwgk.events.files import File
    from zwgk.events.mapping import ColumnMapping
    from zwgk.events.sources import Source

ZIP = b"PK\x03\x04"
COMPOUND = b"\xd0\xcf\x11\xe0"


def open_tables(
    source: Source, *, mapping: ColumnMapping = NO_MAPPING, encoding: str | None = None, max_bytes: int = MAX_BYTES
) -> list[Table]:
    """The tables of a file: one, or one for each sheet of a workbook that is a log.

    Raises:
        InputError: the file cannot be read as a log at all.
    """
    file = load(source.path, max_bytes=max_bytes)
    if file.data.startswith(packed.MAGIC):
        file = packed.unpack(file, max_bytes=max_bytes)
    tables = _read(file, source, mapping, encoding, max_bytes)
    if mapping.date_system:
        from zwgk.events.serials import dated

        tables = [table._replace(rows=dated(table, mapping.date_system)) for table in tables]
    return tables


def _read(file: File, source: Source, mapping: ColumnMapping, encoding: str | None, max_bytes: int) -> list[Table]:
    start = file.data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if file.data.startswith(ZIP):
        from zwgk.events.workbook import read_workbook

        return read_workbook(file, mapping=mapping, sheet=source.sheet)
    if file.data.startswith(COMPOUND):
        from zwgk.events.oldbook import read_old_workbook

        return read_old_workbook(file, mapping=mapping, sheet=source.sheet)
    if file.data.startswith(b"PAR1"):
        from zwgk.events.parquet import read_parquet

        return read_parquet(file, mapping=mapping, max_bytes=max_bytes)
    name = source.path.lower().removesuffix(".gz")
    if start.startswith((b"{", b"[")) or name.endswith((".jsonl", ".ndjson", ".json")):
        from zwgk.events.jsonlines import read_json

        return read_json(file, mapping=mapping, encoding=encoding)
    header, rows = read_delimited(file, encoding=encoding or mapping.encoding, mapping=mapping)
    return [Table(header, rows, "tsv" if header.delimiter == "\t" else "csv")]
