"""A real browser for the report: headless Chromium, driven over WebDriver, without any network.

https://www.w3.org/TR/webdriver2/ and https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

ARGUMENTS = (
    "--headless=new",
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
)
PATIENCE = 300
"""Seconds to wait for the browser; it needs a few, unless the machine is very busy."""
MISSING = (
    "the report is tested in a real browser and on paper: install Chromium, its driver and pdftotext (Debian: "
    "chromium chromium-driver poppler-utils), name them by CHROMIUM, CHROMEDRIVER and PDFTOTEXT if they are elsewhere, "
    "or leave these tests out by -m 'not browser'"
)


def find(variable: str, *names: str) -> str:
    """Return the path of a program. Raises RuntimeError, which says what to do, if there is none."""
    found = os.environ.get(variable) or next(filter(None, map(shutil.which, names)), None)
    if not found:
        raise RuntimeError(MISSING)
    return found


class Browser:
    """One window."""

    def __init__(self, session: str) -> None:
        """Drive the WebDriver session at the address *session*."""
        self._session = session
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy: the driver is on this machine

    def command(self, path: str, **parameters: Any) -> Any:  # noqa: ANN401 - JSON
        """Send a WebDriver command; return its value. Raises RuntimeError with the driver's message."""
        answer = self._http.post(f"{self._session}/{path}", json=parameters, timeout=PATIENCE).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(f"{path}: {answer['error']}: {answer['message']}")
        return answer

    def devtools(self, name: str, **parameters: Any) -> Any:  # noqa: ANN401 - JSON
        """Send a command of Chromium's own protocol; return its result."""
        return self.command("goog/cdp/execute", cmd=name, params=parameters)

    def open(self, page: Path, query: str = "") -> None:
        """Open a file; return when it is loaded."""
        self.command("url", url=f"{page.as_uri()}{query}")

    def run(self, script: str, *arguments: object) -> Any:  # noqa: ANN401 - JSON
        """Run a function's body in the page; return what it returns."""
        return self.command("execute/sync", script=script, args=list(arguments))

    def text(self) -> str:
        """Return the text of the page as it is shown."""
        return str(self.run("return document.body.innerText"))

    def keys(self, selector: str, text: str) -> None:
        """Type *text* into the element."""
        (element,) = self.command("element", using="css selector", value=selector).values()
        self.command(f"element/{element}/value", text=text)

    def click(self, selector: str) -> None:
        """Click on the element."""
        (element,) = self.command("element", using="css selector", value=selector).values()
        self.command(f"element/{element}/click")

    def scripts(self, *, enabled: bool) -> None:
        """Switch the page's own scripts on or off, as a reader does."""
        self.devtools("Emulation.setScriptExecutionDisabled", value=not enabled)

    def complaints(self) -> list[str]:
        """Return what the console has said since it was last asked: errors, and what the page's policy has blocked."""
        entries = self.command("se/log", type="browser")
        return [entry["message"] for entry in entries if entry["level"] in {"SEVERE", "WARNING"}]

    def pdf(self, file: Path) -> str:
        """Print the page to *file* as its own style wants it; return its text, page by page (form feeds between)."""
        printed = self.devtools("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        file.write_bytes(base64.b64decode(printed["data"]))
        return subprocess.run(
            [find("PDFTOTEXT", "pdftotext"), "-raw", file, "-"], capture_output=True, text=True, check=True
        ).stdout

    def screenshot(self, file: Path, *, whole: bool = False) -> None:
        """Take a picture of the window, or of the whole page."""
        picture = self.devtools("Page.captureScreenshot", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(picture["data"]))


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start Chromium and its driver; stop both."""
    binary, driver = find("CHROMIUM", "chromium", "google-chrome", "chrome"), find("CHROMEDRIVER", "chromedriver")
    with (
        tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile,
        subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            started = next(filter(None, (re.search(r"successfully on port (\d+)", line) for line in process.stdout)))
            base = f"http://127.0.0.1:{started[1]}/session"
            options = {"binary": binary, "args": [*ARGUMENTS, f"--user-data-dir={profile}"]}
            wanted: dict[str, Any] = {
                "alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            }
            answer = requests.post(base, json={"capabilities": wanted}, timeout=PATIENCE).json()["value"]
            if "sessionId" not in answer:
                raise RuntimeError(f"Chromium did not start: {answer}")
            session = f"{base}/{answer['sessionId']}"
            try:
                yield Browser(session)
            finally:
                requests.delete(session, timeout=PATIENCE)
        finally:
            process.terminate()
