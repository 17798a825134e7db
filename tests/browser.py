"""A headless Chromium driven over its DevTools pipe: nothing but the browser is needed."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 60.0


def find_browser() -> str | None:
    """The browser: ``ZWGK_CHROMIUM``, or one on the path."""
    named = os.environ.get("ZWGK_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One browser with one page. ``log`` holds what the page said on its console and every error in it."""

    def __init__(self, program: str, *, width: int = 1280, height: int = 900) -> None:
        to_read, to_write = os.pipe()
        from_read, from_write = os.pipe()
        self._profile = tempfile.mkdtemp(prefix="zwgk-browser-")
        arguments = [
            program,
            "--headless=new",
            "--remote-debugging-pipe",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-extensions",
            "--disable-background-networking",
            "--hide-scrollbars",
            "--no-first-run",
            f"--window-size={width},{height}",
            f"--user-data-dir={self._profile}",
            "about:blank",
        ]
        # Chromium reads commands from descriptor 3 and answers on 4.
        shell = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", shell, "bash", str(to_read), str(from_write), *arguments],
            pass_fds=(to_read, from_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(from_write)
        self._out, self._in = to_write, from_read
        os.set_blocking(self._in, False)
        self._buffer = b""
        self._next = 0
        self._session: str | None = None
        self.log: list[str] = []
        self.requests: list[str] = []
        self._loaded = False
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the browser."""
        try:
            self._session = None
            self.send("Browser.close")
        except (OSError, TimeoutError, RuntimeError):
            self._process.kill()
        self._process.wait(timeout=PATIENCE)
        os.close(self._out)
        os.close(self._in)
        shutil.rmtree(self._profile, ignore_errors=True)

    # --- the protocol ---

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its result."""
        self._next += 1
        number = self._next
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            answer = self._receive()
            if answer is None:
                time.sleep(0.005)
            elif answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
        raise TimeoutError(method)

    def _receive(self) -> dict[str, Any] | None:
        """One message, if there is one; events are noted."""
        while b"\0" not in self._buffer:
            try:
                block = os.read(self._in, 1 << 20)
            except BlockingIOError:
                return None
            if not block:
                raise OSError("the browser has gone")
            self._buffer += block
        raw, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(raw)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.log.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled":
            self.log.append(" ".join(str(one.get("value")) for one in params["args"]))
        elif method == "Log.entryAdded":
            self.log.append(params["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.log.append(f"dialog: {params['message']}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Page.loadEventFired":
            self._loaded = True

    # --- what tests ask ---

    def show(self, path: Path | str) -> float:
        """Open a file and wait until it is ready; the seconds that took."""
        url = path if isinstance(path, str) else path.resolve().as_uri()
        self.log.clear()
        self.requests.clear()
        self._loaded = False
        began = time.monotonic()
        self.send("Page.navigate", url=url)
        self.wait("document.documentElement?.dataset.ready === 'true'")
        return time.monotonic() - began

    def wait(self, condition: str) -> None:
        """Wait until an expression holds in the page."""
        deadline = time.monotonic() + PATIENCE
        while not self.ask(condition):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{condition}; log: {self.log}")
            time.sleep(0.02)

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page (promises are awaited)."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", expression))
        return result["result"].get("value")

    def size(self, width: int, height: int, *, phone: bool = False) -> None:
        """Set the size of the window."""
        scale = 2 if phone else 1
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=phone
        )

    def scheme(self, scheme: str) -> None:
        """Prefer ``light`` or ``dark``."""
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def key(self, name: str, code: int, text: str = "") -> None:
        """Press and let go a key."""
        for kind in ("keyDown", "keyUp"):
            held = {"text": text} if text and kind == "keyDown" else {}
            self.send("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, **held)

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Save a screenshot as PNG."""
        shot = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self) -> bytes:
        """The page as printed on A4."""
        made = self.send(
            "Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True
        )
        return base64.b64decode(made["data"])
