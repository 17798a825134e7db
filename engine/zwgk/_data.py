"""Where the shipped rules and holidays lie: inside an installed wheel, or beside the sources in a checkout."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def data_folder(name: str) -> Path:
    """The folder of shipped data called ``name`` (``rules`` or ``holidays``).

    Raises:
        FileNotFoundError: the installation lacks it.
    """
    for folder in (_HERE / "data" / name, _HERE.parents[1] / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the data folder {name!r} is missing from this installation of zwgk-check")
