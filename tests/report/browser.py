"""A real browser for the report: headless Chromium on a pipe, without driver and without network.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pypdf import PdfReader

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--window-size=1280,1000",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)
PATIENCE = 300
"""Seconds to wait for the browser; it needs a few, unless the machine is very busy."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
MISSING = (
    "the report is tested in a real browser: install Chromium (Debian: apt-get install chromium), name it by CHROMIUM "
    "if it is not on the path, or leave these tests out by -m 'not browser'"
)
LAUNCH = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for descriptor, end in zip((3, 4), ends):
    os.dup2(end, descriptor)
os.execvp(sys.argv[3], sys.argv[3:])
"""
"""Chromium reads from descriptor 3 and writes to 4, wherever the ends of the pipes are."""
KEYS = {"Tab": 9, "Enter": 13, " ": 32}


def find() -> str:
    """Return the path of Chromium. Raises RuntimeError, which says what to do, if there is none."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise RuntimeError(MISSING)
    return found


class Browser:
    """One window."""

    def __init__(self, to: int, from_: int) -> None:
        """Speak to Chromium through the pipe whose ends are *to* and *from_*; open a window."""
        self._to, self._from, self._received = to, from_, b""
        self._number, self._session = 0, ""
        self._events: list[dict[str, Any]] = []
        window = self.devtools("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.devtools("Target.attachToTarget", targetId=window, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.devtools(f"{domain}.enable")

    def devtools(self, name: str, **parameters: Any) -> Any:  # noqa: ANN401 - JSON
        """Send a command; return its result. Raises RuntimeError with what Chromium says against it."""
        self._number += 1
        request = {"id": self._number, "method": name, "params": parameters}
        if self._session:
            request["sessionId"] = self._session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]
        while (answer := self._next()).get("id") != self._number:
            self._events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{name}: {answer['error']['message']}")
        return answer["result"]

    def _next(self) -> dict[str, Any]:
        """Return the next message: an answer, or an event."""
        until = time.monotonic() + PATIENCE
        while b"\0" not in self._received:
            if not select.select([self._from], [], [], max(0.0, until - time.monotonic()))[0]:
                raise RuntimeError(f"Chromium has said nothing for {PATIENCE} s")
            received = os.read(self._from, 1 << 20)
            if not received:
                raise RuntimeError("Chromium has ended")
            self._received += received
        message, _, self._received = self._received.partition(b"\0")
        return json.loads(message)  # type: ignore[no-any-return]

    def open(self, page: Path | None, query: str = "") -> None:
        """Open a file, or nothing; return when it is loaded."""
        self._events = [one for one in self._events if one.get("method") != "Page.loadEventFired"]
        went = self.devtools("Page.navigate", url=f"{page.as_uri()}{query}" if page else "about:blank")
        if "errorText" in went:
            raise RuntimeError(f"{page}: {went['errorText']}")
        while not any(one.get("method") == "Page.loadEventFired" for one in self._events):
            self._events.append(self._next())

    def run(self, script: str, *arguments: object) -> Any:  # noqa: ANN401 - JSON
        """Run a function's body in the page; return what it returns."""
        return self.value(f"(function () {{ {script} }}).apply(null, {json.dumps(arguments)})")

    def value(self, expression: str) -> Any:  # noqa: ANN401 - JSON
        """Return the value of an expression, waiting for it if it is a promise."""
        answer = self.devtools("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:1000])
        return answer["result"].get("value")

    def text(self) -> str:
        """Return the text of the page as it is shown."""
        return str(self.run("return document.body.innerText"))

    def type(self, selector: str, text: str) -> None:
        """Type *text* into an element."""
        self.run("document.querySelector(arguments[0]).focus()", selector)
        self.devtools("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """Press a key where the focus is."""
        code = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": KEYS[key]}
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        self.devtools("Input.dispatchKeyEvent", type="keyDown", text=text, **code)
        self.devtools("Input.dispatchKeyEvent", type="keyUp", **code)

    def click(self, selector: str) -> None:
        """Click on the middle of an element, or on whatever covers it."""
        place = self.run(
            "const one = document.querySelector(arguments[0]); one.scrollIntoView({block: 'center'});"
            "const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]",
            selector,
        )
        where = {"x": place[0], "y": place[1], "button": "left", "clickCount": 1}
        self.devtools("Input.dispatchMouseEvent", type="mousePressed", **where)
        self.devtools("Input.dispatchMouseEvent", type="mouseReleased", **where)

    def scripts(self, *, enabled: bool) -> None:
        """Switch the page's own scripts on or off, as a reader does."""
        self.devtools("Emulation.setScriptExecutionDisabled", value=not enabled)

    def complaints(self) -> list[str]:
        """Return what was complained of since this was last asked: errors, and what the page's policy has blocked."""
        found = [json.dumps(one["params"]) for one in self._events if _is_complaint(one)]
        self._events = []
        return found

    def pdf(self, file: Path) -> list[str]:
        """Print the page to *file* as its own style wants it; return the text of each sheet."""
        printed = self.devtools("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        file.write_bytes(base64.b64decode(printed["data"]))
        return [sheet.extract_text() for sheet in PdfReader(file).pages]

    def screenshot(self, file: Path) -> None:
        """Take a picture of the window."""
        file.write_bytes(base64.b64decode(self.devtools("Page.captureScreenshot")["data"]))


def _is_complaint(event: dict[str, Any]) -> bool:
    if event.get("method") == "Log.entryAdded":
        return event["params"]["entry"]["level"] in {"error", "warning"}
    return event.get("method") == "Runtime.exceptionThrown"


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start Chromium; stop it."""
    binary = find()
    its_in, our_out = os.pipe()
    our_in, its_out = os.pipe()
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(its_in), str(its_out), binary, *ARGUMENTS, f"--user-data-dir={profile}"],
            pass_fds=(its_in, its_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(its_in)
        os.close(its_out)
        try:
            yield Browser(our_out, our_in)
        finally:
            with suppress(OSError):
                os.write(our_out, b'{"id": 0, "method": "Browser.close"}\0')
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()
            os.close(our_out)
            os.close(our_in)
