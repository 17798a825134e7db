"""Run zwgk-check from a checkout: ``python cli.py events.csv``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "engine"))

from zwgk.cli import main

if __name__ == "__main__":
    main()
