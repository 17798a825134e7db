"""Proof that a log has only grown: the digest of what was read of it before, made anew."""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from zwgk.audit.lines import rewritten
from zwgk.audit.plain import UnindexedError
from zwgk.files import refusal
from zwgk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zwgk.audit.lines import Mark

_BLOCK = 4 << 20


class Proof:
    """Digests of what the files were, and are, made beside the evaluation: hashing lets other threads run."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        """Begin with the bytes up to these marks."""
        self._found: list[Any] = []
        self._failure: OSError | None = None
        self._thread = Thread(target=self._hash, args=(tuple(marks),), daemon=True)
        self._thread.start()

    def _hash(self, marks: Sequence[Mark]) -> None:
        try:
            for mark in marks:
                digest = hashlib.sha256()
                _feed(digest, mark.path, 0, mark.size)
                self._found.append(digest)
        except OSError as error:
            self._failure = error

    def digests(self, marks: Sequence[Mark], sizes: Sequence[int]) -> list[str]:
        """The digests of the files as they are, up to these sizes; those beyond the first marks are new.

        Raises:
            UnindexedError: a file is not what it was, and more.
        """
        self._thread.join()
        if self._failure is not None:
            text = _("{path} 读不到了（{reason}）")
            raise UnindexedError(text.format(path=self._failure.filename, reason=refusal(self._failure)))
        found = []
        for place, (mark, size) in enumerate(zip(marks, sizes, strict=True)):
            digest, start = hashlib.sha256(), 0
            if place < len(self._found):
                digest, start = self._found[place], mark.size
                if f"sha256:{digest.hexdigest()}" != mark.digest:
                    raise rewritten(mark.path)
            _feed(digest, mark.path, start, size)
            found.append(f"sha256:{digest.hexdigest()}")
        return found


def _feed(digest: Any, path: str, start: int, end: int) -> None:
    with Path(path).open("rb") as stream:
        stream.seek(start)
        while start < end and (block := stream.read(min(_BLOCK, end - start))):
            digest.update(block)
            start += len(block)
