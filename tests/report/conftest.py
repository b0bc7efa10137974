"""One browser for the session, and the pages that it looks at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.report.browser import Browser, browsing
from tests.report.documents import Document, scenes
from tests.report.pages import page_of


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    """A document of each kind: compliant, broken, waived, not assessed, part, nothing run, simulated, custom."""
    return scenes(tmp_path_factory.mktemp("scenes"))


@pytest.fixture(scope="session")
def pages(documents: dict[str, Document], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Their pages."""
    folder = tmp_path_factory.mktemp("pages")
    return {name: page_of(one, folder / f"{name.replace(' ', '-')}.html") for name, one in documents.items()}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Headless Chromium; without one this is an error, and never a skip."""
    with browsing() as browser:
        yield browser


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    """The window, as it is when it is opened: scripts on, nothing emulated, nothing said yet."""
    chromium.scripts(enabled=True)
    chromium.devtools("Emulation.setEmulatedMedia", media="", features=[])
    chromium.devtools("Emulation.clearDeviceMetricsOverride")
    chromium.open(None)
    chromium.complaints()
    return chromium
