"""``--show-reading``: how each column of the files is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zwgk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence


def show_reading(paths: Sequence[str], *, columns: str | None, encoding: str | None) -> int:
    """Print how each table of the files is read.

    Raises:
        InputError: files that cannot be read, after the others were shown.
    """
    from zwgk.events.mapping import as_mapping
    from zwgk.events.reading import read_readings, tell

    failures = []
    for reading in read_readings(paths, mapping=as_mapping(columns), encoding=encoding):
        if isinstance(reading, InputError):
            failures.append(str(reading))
            continue
        for line in tell(reading):
            click.echo(line)
    if failures:
        raise InputError("\n".join(dict.fromkeys(failures)))
    return 0
