"""The embedded database of one run: opened, limited, filled and cleared away."""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, Self

from zwgk.vocabulary import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

_BATCH = 10_000
_TYPES = {"int": "int64", "small": "int32", "key": "uint64", "text": "string", "flag": "bool_"}


@cache
def _parts() -> Mapping[str, str]:
    text = (resources.files("zwgk.columnar") / "relations.sql").read_text("utf-8")
    pieces = re.split(r"^-- part: (\w+)\n", text, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


class Store:
    """A DuckDB database in memory, with a folder of its own to spill to.

    ``pattern_hash``: how a pattern's key is made of its cells. ``most_cells``: with more different sets of attributes
    than this, patterns are told apart only by the attributes that matter.
    """

    pattern_hash = "hash({})"
    most_cells = 50_000

    def __init__(self, *, memory_limit: str | None = None, temp_dir: str | None = None) -> None:
        """``memory_limit`` as DuckDB writes it (``2GB``); past it, tables go to ``temp_dir``."""
        import duckdb

        self._folder = tempfile.TemporaryDirectory(prefix="zwgk-", dir=temp_dir)
        self.folder = self._folder.name
        config: dict[str, Any] = {
            "temp_directory": self.folder,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": True,
        }
        if memory_limit:
            config["memory_limit"] = memory_limit
        self.connection = duckdb.connect(config=config)
        # In an interactive session it would draw its bar into the output of others.
        self.connection.execute("SET enable_progress_bar = false")
        self.run("macros")
        self._settings: dict[str, Any] = {}
        self.set("blanks", BLANKS)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear everything away."""
        self.close()

    def close(self) -> None:
        """Forget the tables and remove what was spilled."""
        self.connection.close()
        self._folder.cleanup()

    def shut_out(self) -> None:
        """From now on nothing is read but what is in the store."""
        self.connection.execute("SET enable_external_access = false")

    def set(self, name: str, value: Any) -> None:
        """Give the relations a value to read."""
        self._settings[name] = value
        self.connection.execute(f"SET VARIABLE {name} = $1", [value])

    def run(self, part: str) -> None:
        """Execute a part of ``relations.sql``."""
        self.connection.execute(_parts()[part])

    def rows(self, part: str) -> list[tuple[Any, ...]]:
        """The rows of a part of ``relations.sql``."""
        return self.ask(_parts()[part])

    def stream(self, part: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a part of ``relations.sql``, some at a time; the store may be used meanwhile."""
        cursor = self.connection.cursor()
        for name, value in self._settings.items():
            cursor.execute(f"SET VARIABLE {name} = $1", [value])
        cursor.execute(_parts()[part])
        while rows := cursor.fetchmany(_BATCH):
            yield from rows

    def query(self, part: str) -> str:
        """The text of a part of ``relations.sql``."""
        return _parts()[part]

    def ask(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return list(self.connection.execute(sql, values).fetchall())

    @contextmanager
    def joins_as_written(self) -> Iterator[None]:
        """Plans made meanwhile probe with the table that stands first."""
        self.connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        try:
            yield
        finally:
            self.connection.execute("RESET disabled_optimizers")

    def batches(self, sql: str, values: Mapping[str, Any], size: int) -> Iterator[tuple[list[int], memoryview]]:
        """The rows of a query of two columns, so many at a time: the numbers, and the texts one after the other."""
        reader = self.connection.cursor().sql(sql, params=dict(values)).to_arrow_reader(size)
        # The buffers as Arrow lays them out: to make a text of each line would cost more than all the rest.
        wide: Literal["i", "q"] = "q" if str(reader.schema.field(1).type) == "large_string" else "i"
        return (_contents(batch, wide) for batch in reader if batch.num_rows)

    def put(self, table: str, columns: Mapping[str, tuple[str, Sequence[Any]]], *, more: bool = False) -> None:
        """Make a table, or add to it: column → (``int``, ``small``, ``key``, ``text`` or ``flag``, values)."""
        import pyarrow as pa

        arrays = {name: pa.array(values, getattr(pa, _TYPES[kind])()) for name, (kind, values) in columns.items()}
        self.connection.register("incoming", pa.table(arrays))
        make = f"INSERT INTO {table}" if more else f"CREATE TABLE {table} AS"
        self.connection.execute(f"{make} FROM incoming")
        self.connection.unregister("incoming")

    def drop(self, *tables: str) -> None:
        """Give the memory of tables back."""
        for table in tables:
            self.connection.execute(f"DROP TABLE {table}")


def _contents(batch: Any, wide: Literal["i", "q"]) -> tuple[list[int], memoryview]:
    numbers, texts = batch.column(0), batch.column(1)
    _, bounds, data = texts.buffers()
    offsets = memoryview(bounds).cast("B").cast(wide)
    places = memoryview(numbers.buffers()[1]).cast("B").cast("q")
    text = memoryview(data)[offsets[texts.offset] : offsets[texts.offset + len(texts)]]
    return places[numbers.offset : numbers.offset + len(numbers)].tolist(), text
