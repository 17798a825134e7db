"""Parquet: columns of a table into rows of cells. Rows are numbered from 2, as in a spreadsheet with a header."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from zwgk.errors import InputError
from zwgk.events.delimited import MAX_CELL
from zwgk.events.files import excerpt
from zwgk.events.header import MAX_COLUMNS
from zwgk.events.records import cell_text, moment_or_text
from zwgk.events.rows import Fault, at_fault
from zwgk.events.tables import Table, find_table, padded
from zwgk.i18n import _
from zwgk.vocabulary import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zwgk.events.files import File
    from zwgk.events.header import Header
    from zwgk.events.mapping import ColumnMapping

FORM = "parquet"
MAGIC = b"PAR1"
BATCH = 1 << 15
"""Rows that are held as Python values at once."""


def read_parquet(file: File, *, mapping: ColumnMapping, max_bytes: int) -> list[Table]:
    """The header and the rows of a Parquet file, read as they are asked for.

    A column of times without offset that are all midnight sharp is one of dates: tables often have no type for them.

    Raises:
        InputError: damaged, too large unpacked, or not a log.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        source = parquet.ParquetFile(pa.BufferReader(file.data))
        meta = source.metadata
        size = sum(meta.row_group(place).total_byte_size for place in range(meta.num_row_groups))
        names = source.schema_arrow.names
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(file.path) from error
    if size > max_bytes or len(names) > MAX_COLUMNS:
        message = _("{path}：解开后有 {size:,} 字节、{columns:,} 列，超出上限；请拆分后再核查")
        raise InputError(message.format(path=file.path, size=size, columns=len(names)))
    header = find_table(file.path, [(0, names)], mapping=mapping)
    header = header._replace(
        headers=tuple(map(clean, names)),
        names=padded(header.names, len(names)),
        encoding=FORM,
        digest=file.digest,
    )
    times = [place for place, _event in header.ledger] or [header.names.index("time")]
    try:
        dates = {place for place in times if _all_midnight(source, place)}
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(file.path) from error
    return [Table(header, _rows(source, header, file.path, {place: place in dates for place in times}), FORM)]


def _rows(
    source: Any, header: Header, path: str, times: dict[int, bool]
) -> Iterator[tuple[int, Sequence[Any] | Fault]]:
    import pyarrow as pa

    row = 1
    try:
        for batch in source.iter_batches(batch_size=BATCH):
            columns = [_values(column) for column in batch.columns]
            for values in zip(*columns, strict=True):
                row += 1
                yield row, _cells(values, header, times)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(path) from error


def _values(column: Any) -> list[Any]:
    """The values of a column; a column of times finer than Python knows is cut to what it knows."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    return list(column.to_pylist())


def _cells(values: Sequence[Any], header: Header, times: dict[int, bool]) -> list[Any] | Fault:
    cells: list[Any] = []
    faults: dict[int, Fault] = {}
    for place, value in enumerate(values):
        cell: Any = ""
        try:
            if value.__class__ is str:
                cell = cell_text(value)
            elif isinstance(value, dt.date) and place in times:
                cell = moment_or_text(value, date=times[place])
            elif isinstance(value, bytes):
                cell = value.decode()
            else:
                cell = cell_text(value)
        except (TypeError, UnicodeError):
            name = header.headers[place]
            faults[place] = Fault(name, excerpt(repr(value)), _("文字、数字、日期、是否，或文字的列表"))
        if cell.__class__ is str and (len(cell) > MAX_CELL or "\0" in cell):
            expected = _("不超过 {most:,} 个字符、不含空字符（NUL）的文字").format(most=MAX_CELL)
            faults[place] = Fault(header.headers[place], excerpt(cell), expected)
        cells.append(cell)
    return at_fault(cells, faults) if faults else cells


def _all_midnight(source: Any, place: int) -> bool:
    """Whether a column is of times without offset, each at midnight sharp."""
    import pyarrow as pa
    from pyarrow import compute

    kind = source.schema_arrow.field(place).type
    if not pa.types.is_timestamp(kind) or kind.tz is not None:
        return False
    for batch in source.iter_batches(batch_size=BATCH):
        column = batch.column(place)
        if compute.all(compute.equal(column, compute.floor_temporal(column, unit="day"))).as_py() is False:
            return False
    return True


def _damaged(path: str) -> InputError:
    return InputError(_("{path}：Parquet 文件损坏或不完整，读不出来；请重新导出").format(path=path))
