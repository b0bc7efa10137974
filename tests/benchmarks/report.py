"""What the report costs to render, to open, to filter and to print: `python -m tests.benchmarks.report [RESOURCES]`."""

from __future__ import annotations

import importlib
import sys
import tempfile
import time
from pathlib import Path

OPENED = "const t = performance.getEntriesByType('navigation')[0]; return t.domContentLoadedEventEnd - t.startTime"
FILTERED = (
    "const field = document.querySelector('.filter-bar input'); const begun = performance.now();"
    "field.value = 'app-42'; field.dispatchEvent(new Event('input')); document.body.offsetHeight;"
    "return performance.now() - begun"
)


def main(resources: int) -> None:
    """Print them for a run that examined *resources* in all."""
    importlib.import_module("conftest")  # as pytest does: what is measured begins with our own modules
    begun = time.process_time()
    from fixtures.report import rendering  # noqa: PLC0415 - measured

    imported = time.process_time() - begun
    from fixtures.examination import CATALOGUE  # noqa: PLC0415
    from tests.report.browser import browsing  # noqa: PLC0415
    from tests.report.documents import databases, described, examined  # noqa: PLC0415
    from tests.report.pages import page_of  # noqa: PLC0415

    share = -(-resources // len(CATALOGUE))
    examinations = [examined(id_, *(n % 100 != 7 for n in range(share))) for id_ in CATALOGUE]
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        document = described(Path(folder), examinations, protected_databases=databases())
        print(f"{'resources examined':28} {share * len(CATALOGUE)}")
        print(f"{'importing':28} {imported:.3f} s of CPU")
        for words in ("rendering, templates included", "rendering again"):
            begun = time.process_time()
            rendering.render(document)
            print(f"{words:28} {time.process_time() - begun:.3f} s of CPU")
        page = page_of(document, Path(folder) / "report.html")
        print(f"{'page':28} {page.stat().st_size / 1e6:.2f} MB")
        browser.open(page)
        print(f"{'DOM ready':28} {browser.run(OPENED) / 1000:.2f} s")
        print(f"{'filtered':28} {browser.run(FILTERED):.0f} ms")
        begun = time.perf_counter()
        sheets = len(browser.pdf(Path(folder) / "report.pdf"))
        print(f"{'printed':28} {time.perf_counter() - begun:.1f} s, {sheets} pages")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 88)
