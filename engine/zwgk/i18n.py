"""Languages: messages are written in Chinese in the code and translated through gettext where another is asked for.

The language is a context variable, so that threads and nested calls do not disturb each other. Texts that are made once,
when a module is read, are marked with :func:`N_` and translated with :func:`_` where they are used. The catalogues lie
in ``locale``; CONTRIBUTING.md says how they are brought up to date.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gettext
    from collections.abc import Iterator, Mapping, Sequence

LANGUAGES = ("zh", "en")
VARIABLE = "ZWGK_LANG"
"""The environment variable that names the language of a command which is given none."""
MANY = 2
"""Any number but one, for :func:`n_` where the number itself comes later."""
_DOMAIN = "zwgk"
_language: ContextVar[str] = ContextVar("zwgk_language", default="zh")


def _(message: str) -> str:
    """The message in the language of this context; placeholders are filled by the caller with ``str.format``."""
    language = _language.get()
    return message if language == "zh" or not message else _catalogue(language).gettext(message)


def n_(message: str, number: float) -> str:
    """The same for a message that counts something: in the singular or plural that ``number`` takes."""
    language = _language.get()
    return message if language == "zh" else _catalogue(language).ngettext(message, message, number)  # type: ignore[arg-type]


def N_(message: str) -> str:  # noqa: N802 (the name that gettext's tools know)
    """The message as it is: marked for the catalogue, to be translated where it is used."""
    return message


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


def asked_for(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language that a command line asks for (``--lang en``, ``--lang=en``), else the environment, else Chinese.

    A word that is no language asks for nothing here; the option itself refuses it.
    """
    words = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    asked = [environment.get(VARIABLE, "")]
    asked += [word.partition("=")[2] for word in words if word.startswith("--lang=")]
    asked += [words[place + 1] for place, word in enumerate(words[:-1]) if word == "--lang"]
    return next((one for one in reversed(asked) if one in LANGUAGES), LANGUAGES[0])


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    import gettext

    return gettext.translation(_DOMAIN, Path(__file__).with_name("locale"), [language])
