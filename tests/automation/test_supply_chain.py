"""What the project is made of: licences that go together, and an SBOM that names everything that is installed."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from importlib.metadata import Distribution, distributions, packages_distributions
from pathlib import Path
from typing import Any

import pytest

from fixtures.examination import HOME

PINNED = re.compile(r"^([a-z0-9][\w.-]*)(?:\[[\w,-]+\])?==(\S+)", re.MULTILINE)
PERMISSIVE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Unlicense|0BSD|Zlib|CC0|Public Domain)\b", re.IGNORECASE
)
WEAK_COPYLEFT = re.compile(r"\b(MPL|Mozilla Public License|LGPL|Lesser General Public|LGPLv3)\b", re.IGNORECASE)
"""Used as libraries, unchanged, and not shipped with the project: that is all that these ask for."""


def pins(lock: str) -> dict[str, str]:
    """Return what a lock installs, by normalised name."""
    text = (HOME / lock).read_text("utf-8")
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in PINNED.findall(text)}


def licence(package: Distribution) -> str:
    """Return what a package says of its licence, in every place in which one may say it."""
    told: Any = package.metadata
    classifiers = [one for one in told.get_all("Classifier") or [] if one.startswith("License")]
    return " ".join(filter(None, [told.get("License-Expression"), *classifiers, (told.get("License") or "")[:200]]))


INSTALLED = {re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower(): one for one in distributions()}


@pytest.mark.parametrize("name", sorted(pins("requirements.lock")))
def test_licence_allows_the_use(name: str) -> None:
    """Everything that a user installs may be used by a company, for this, without further duties."""
    said = licence(INSTALLED[name])

    assert PERMISSIVE.search(said) or WEAK_COPYLEFT.search(said), f"{name}: {said!r}"


def test_what_is_installed_is_what_is_pinned() -> None:
    """The tests ran with exactly the versions that the lock gives to everybody."""
    wrong = {
        name: (version, INSTALLED[name].version)
        for name, version in pins("requirements-tests.lock").items()
        if name in INSTALLED and INSTALLED[name].version != version
    }

    assert wrong == {}


def test_both_locks_agree() -> None:
    """What users get is what was tested."""
    tested = pins("requirements-tests.lock")

    assert {name: tested.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")


def imported(file: Path, *, anywhere: bool) -> set[str]:
    """Return the modules that a file imports: at once, or *anywhere* within it; not those that only mypy needs."""
    tree = ast.parse(file.read_text("utf-8"))
    body = [node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))]
    nodes = [one for node in body for one in ast.walk(node)] if anywhere else body
    plain = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    return {name.partition(".")[0] for name in plain | {str(n.module) for n in nodes if isinstance(n, ast.ImportFrom)}}


@pytest.mark.parametrize(("lock", "anywhere"), [("requirements.lock", False), ("requirements-drill.lock", True)])
def test_what_is_imported_is_installed(lock: str, *, anywhere: bool) -> None:
    """The tests' own environment has more than a user's: what only happens to lie there is missing elsewhere.

    What needs an extra is imported where it is used, or in the drill's own room, so that a user goes without.
    """
    files = [HOME / "conftest.py", *(HOME / "fixtures").rglob("*.py"), *(HOME / "compliance_tests").rglob("*.py")]
    rooms = [file for file in files if anywhere or "restore_drill" not in file.parts]
    names = {name for file in rooms for name in imported(file, anywhere=anywhere)}
    owners = {name: packages for name, packages in packages_distributions().items() if name in names}
    missing = {
        name
        for name, packages in owners.items()
        if not {re.sub(r"[-_.]+", "-", one).lower() for one in packages} & pins(lock).keys()
    }

    assert {"pytest", "boto3"} < owners.keys()
    assert missing == set()


@pytest.mark.exhaustive
def test_sbom_names_everything(tmp_path: Path) -> None:
    """The SBOM of a release, made as the release workflow makes it, is valid and lacks nothing that is pinned."""
    file = tmp_path / "sbom.cdx.json"
    subprocess.run(
        [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--output-file", file],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )
    sbom = json.loads(file.read_text("utf-8"))
    named = {re.sub(r"[-_.]+", "-", one["name"]).lower(): one.get("version") for one in sbom["components"]}

    assert sbom["bomFormat"] == "CycloneDX"
    assert {name: named.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")
