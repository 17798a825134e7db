"""Languages: messages are written in Chinese in the code and translated through gettext where another is asked for.

The language is a context variable, so that threads and nested calls do not disturb each other.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gettext
    from collections.abc import Iterator

LANGUAGES = ("zh", "en")
_DOMAIN = "zwgk"
_language: ContextVar[str] = ContextVar("zwgk_language", default="zh")


def _(message: str) -> str:
    """The message in the language of this context; placeholders are filled by the caller with ``str.format``."""
    language = _language.get()
    return message if language == "zh" else _catalogue(language).gettext(message)


def current() -> str:
    """The language of this context."""
    return _language.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Messages made inside are in ``language`` (one of :data:`LANGUAGES`)."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    import gettext

    return gettext.translation(_DOMAIN, Path(__file__).with_name("locale"), [language])
