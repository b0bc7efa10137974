"""Nothing that DigitalOcean tells beyond the allow-list of fields is written anywhere: connection strings, passwords.

A secret of its own is planted in every other text of every answer, and everything that a run has left is searched.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.simulator.stand_ins.digitalocean import TOKEN
from tests.inner_run import run_suite

if TYPE_CHECKING:
    from pathlib import Path

    from tests.digitalocean_served import Served

SHOWN = {
    "/v2/account": {"account.team.uuid"},
    "/v2/databases": {
        f"databases.{field}" for field in ["id", "name", "engine", "version", "region", "status", "tags"]
    },
    "/v2/databases/*/config": {"config.valkey_persistence", "config.valkey_maxmemory_policy"},
    "/v2/databases/*/backups": {"backups.created_at"},
    "/v2/databases/*/replicas": {f"replicas.{field}" for field in ("id", "name", "region", "status")},
    "/v2/droplets": {
        *(f"droplets.{field}" for field in ["name", "region.slug", "status", "tags", "features", "volume_ids"]),
        "droplets.next_backup_window.start",
    },
    "/v2/droplets/*/backups": {"backups.name", "backups.regions", "backups.created_at"},
    "/v2/volumes": {"volumes.id", "volumes.name", "volumes.region.slug"},
    "/v2/snapshots": {
        f"snapshots.{f}" for f in ["id", "name", "resource_type", "resource_id", "regions", "created_at"]
    },
    "/v2/tags": {"tags.name"},
    "/v2/projects": {"projects.id"},
    "/v2/projects/*/resources": {"resources.urn"},
    "/v2/spaces/keys": {"keys.grants.bucket"},
}
"""The allow-list once more: what may be seen of each answer. Links between pages are checked, and never kept."""


class Planter:
    """Puts a secret of its own into every text that may not be shown."""

    def __init__(self) -> None:
        """Begin to count."""
        self.planted = 0

    def plant(self, value: Any, shown: set[str], path: str = "") -> Any:  # noqa: ANN401 - JSON
        """Return a JSON value with its secrets."""
        if isinstance(value, dict):
            return {
                name: self.plant(inner, shown, f"{path}.{name}".lstrip(".")) for name, inner in value.items()
            } | self._more(value)
        if isinstance(value, list):
            return [self.plant(inner, shown, path) for inner in value]
        return value if not isinstance(value, str) or path in shown else self._secret()

    def _secret(self) -> str:
        self.planted += 1
        return f"S3CRET{self.planted:05d}"

    def _more(self, value: dict[str, Any]) -> dict[str, str]:
        """Add a field that nobody has published yet."""
        return {} if not value or "pages" in value else {"added_tomorrow": self._secret()}


@pytest.fixture
def planted(ocean: Served) -> int:
    """Own one of everything that is read, and plant; return how many secrets there are."""
    droplet = ocean.api().get("/v2/droplets")["droplets"][0]["id"]
    with ocean.days_ago(3):
        ocean.api().post(f"/v2/droplets/{droplet}/actions", {"type": "enable_backups"})
        ocean.api().post(f"/v2/droplets/{droplet}/actions", {"type": "snapshot", "name": "kept"})
    volume = ocean.api().post("/v2/volumes", {"name": "spool", "region": "nyc3", "size_gigabytes": 1})["volume"]["id"]
    ocean.api().post(f"/v2/volumes/{volume}/actions", {"type": "detach", "droplet_id": droplet})
    ocean.api().post("/v2/spaces/keys", {"name": "app", "grants": [{"bucket": "uploads", "permission": "read"}]})
    replica = {"name": "cache-read", "region": "nyc3", "status": "online", "connection": {"uri": "rediss://x:y@z"}}
    backup = {"created_at": "2026-01-01T02:30:00Z", "size_gigabytes": 0.1, "comment": "none"}
    others = {
        "/v2/databases/*/replicas": {"replicas": [replica | {"id": "3f1c2d7e-5b1f-4f0a-9d63-2f4b1c7f7a10"}]},
        "/v2/databases/*/backups": {"backups": [backup]},
    }
    planter = Planter()
    cluster = ocean.api().get("/v2/databases")["databases"][0]["id"]
    project = ocean.api().get("/v2/projects")["projects"][0]["id"]
    ids = {"databases": cluster, "projects": project, "droplets": droplet}
    bodies = {
        path: others.get(path) or ocean.api().get(path.replace("*", str(ids.get(path.split("/")[2])))) for path in SHOWN
    }
    for path, body in bodies.items():
        answer = planter.plant(body, SHOWN[path])
        ocean.fault(path=path, body=answer, headers={"X-Debug": planter.plant("text", set())})
    return planter.planted


def _everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_secret_is_written(
    ocean: Served,
    planted: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not into evidence, results, report, log or the messages of failing assertions; and not the token either."""
    monkeypatch.setenv("COMPLIANCE_RECORDS", str(ocean.records))
    caplog.set_level(logging.DEBUG)

    verdicts = run_suite(tmp_path, "-kredis", "-vv", "--log-level=DEBUG", "-rA")

    out, err = capfd.readouterr()
    written = _everything(tmp_path) | {"stdout": out.encode(), "stderr": err.encode(), "log": caplog.text.encode()}
    assert planted > 100
    assert verdicts.of("not_compliant") >= {"CACHE-1", "CACHE-2"}
    assert b"replica cache-read in nyc3" in written["stdout"]
    assert any(b"snapshot kept in fra1" in content for name, content in written.items() if name.endswith(".json"))
    for name, content in written.items():
        assert not re.findall(rb"S3CRET\d+", content), name
        assert TOKEN.encode() not in content, name


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 503])
def test_no_secret_of_an_error_is_told(ocean: Served, status: int) -> None:
    """An error can quote what was sent, or what is there."""
    body = {"id": "S3CRET1", "message": "S3CRET2", "request_id": "S3CRET3", "root_causes": ["S3CRET4"]}
    ocean.fault(path="/v2/droplets", status=status, body=body, headers={"X-Debug": "S3CRET5"})
    ocean.fault(path="/v2/databases/*/config", status=status, body="S3CRET6")
    told = repr([examination.unread for examination in ocean.judge().values()]) + repr(ocean.ledger.calls)
    assert "GET /v2/droplets" in told
    assert "S3CRET" not in told


@pytest.mark.parametrize("wrong", ["S3CRET", ["S3CRET"], {"S3CRET": "S3CRET"}])
def test_no_secret_of_a_wrong_shape_is_told(ocean: Served, wrong: object) -> None:
    """The reason names the field and the type of what was found, not what was found."""
    ocean.fault(path="/v2/databases", replace={"databases.0.num_nodes": wrong, "databases.0.users": wrong})
    ocean.fault(path="/v2/droplets", replace={"droplets.*.id": wrong, "droplets.0.networks": wrong})
    told = repr([examination.unread for examination in ocean.judge().values()])
    assert "num_nodes: a whole number expected, found" in told
    assert "S3CRET" not in told
