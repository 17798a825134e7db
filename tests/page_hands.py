"""What a reader does with a page of the HTML report: search, choose, look at the table."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from browser import Browser

PHONE, DESK = (390, 844), (1280, 900)


def status(page: Browser) -> str:
    return page.ask("document.getElementById('status').textContent")


def column(page: Browser, key: str) -> list[str]:
    """The cells of a column of the table; of verdicts, the word that is seen beside the light."""
    cells = f"[...document.querySelectorAll('#rows > tr > .c-{key}')]"
    if key == "state":
        return page.ask(f"{cells}.map(cell => cell.querySelector('.badge').lastChild.data)")
    return page.ask(f"{cells}.map(cell => cell.innerText.trim())")


def search(page: Browser, text: str) -> None:
    page.ask(
        f"(() => {{ const q = document.getElementById('q'); q.value = {json.dumps(text)};"
        " q.dispatchEvent(new Event('input')); })()"
    )
    time.sleep(0.2)


def choose(page: Browser, field: str, beginning: str) -> None:
    """Choose the option of a select that begins so."""
    page.ask(
        f"(() => {{ const s = document.getElementById('{field}');"
        f" s.value = [...s.options].find(o => o.text.startsWith({json.dumps(beginning)})).value;"
        " s.dispatchEvent(new Event('change')); })()"
    )
