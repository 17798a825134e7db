"""``python -m zwgk`` is the command ``zwgk-check``."""

from zwgk.cli import main

if __name__ == "__main__":
    main()
