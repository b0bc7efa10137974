"""What people use breaks the organisation as it would the real one: python-digitalocean's own objects, and curl."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import digitalocean
import pytest
import requests

from fixtures.simulator.stand_ins.digitalocean import TOKEN
from tests import digitalocean_served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.digitalocean_served import Served


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Serve the company's account, to a library that can reach nothing else: its objects would take the token away."""
    with digitalocean_served.serve(tmp_path) as served:
        served.rebuild()
        monkeypatch.setenv("DIGITALOCEAN_END_POINT", f"{served.url}/v2/")
        monkeypatch.setenv("DIGITALOCEAN_ACCESS_TOKEN", TOKEN)
        sent = requests.Session.send

        def stay(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401
            assert urlsplit(str(request.url)).hostname == "127.0.0.1"
            return sent(session, request, **options)

        monkeypatch.setattr(requests.Session, "send", stay)
        yield served


def test_library_reads(served: Served) -> None:
    """Its managers list what there is, over all pages."""
    for place in range(25):
        served.api().post("/v2/volumes", {"name": f"v{place}", "region": "fra1", "size_gigabytes": 1})
    manager = digitalocean.Manager()
    assert {droplet.name for droplet in manager.get_all_droplets()} == {"queue-cache", "worker"}
    assert len(manager.get_data("volumes", params={"per_page": 10})["volumes"]) == 25
    assert manager.get_account().status == "active"
    assert {region.slug for region in manager.get_all_regions()} >= {"fra1", "lon1", "nyc3"}
    assert {tag.name for tag in manager.get_all_tags()} == {"cache", "application"}
    assert [project.name for project in manager.get_all_projects()] == ["botBrains"]


def test_library_writes(served: Served) -> None:
    """Its droplets, volumes and tags do what they say."""
    droplet = digitalocean.Droplet(name="new", region="fra1", image="debian-12-x64", size_slug="s-1vcpu-2gb")
    droplet.create()
    droplet.enable_backups()
    droplet.take_snapshot("before")
    digitalocean.Tag(name="cache").add_droplets([str(droplet.id)])
    volume = digitalocean.Volume(name="spool", region="fra1", size_gigabytes=1)
    volume.create()
    volume.attach(droplet.id, "fra1")
    volume.snapshot("of the spool")
    shown = served.api().get(f"/v2/droplets/{droplet.id}")["droplet"]
    assert "backups" in shown["features"]
    assert (shown["tags"], shown["volume_ids"]) == (["cache"], [volume.id])
    snapshots = {one.name: one for one in digitalocean.Manager().get_all_snapshots()}
    assert set(snapshots) == {"before", "of the spool"}
    image = digitalocean.Manager().get_image(snapshots["before"].id)
    image.transfer("nyc3")
    assert served.api().get(f"/v2/images/{image.id}")["image"]["regions"] == ["fra1", "nyc3"]
    for snapshot in snapshots.values():
        snapshot.destroy()
    droplet.destroy()
    assert served.api().get("/v2/snapshots")["snapshots"] == []


@pytest.mark.usefixtures("served")
def test_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the errors that it knows."""
    with pytest.raises(digitalocean.NotFoundError):
        digitalocean.Manager().get_droplet(1)
    monkeypatch.setenv("DIGITALOCEAN_ACCESS_TOKEN", "dop_v1_other")
    with pytest.raises(digitalocean.DataReadError, match="Unable to authenticate you"):
        digitalocean.Manager().get_all_droplets()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed here")
def test_curl(served: Served) -> None:
    """As DigitalOcean's documentation writes its examples."""
    (cluster,) = served.api().get("/v2/databases")["databases"]

    def curl(method: str, path: str, body: object = None) -> str:
        command = ["curl", "-sS", "-X", method, "-H", f"Authorization: Bearer {TOKEN}", f"{served.url}{path}"]
        command += ["-H", "Content-Type: application/json", "-w", "\n%{http_code}"]
        command += ["-d", json.dumps(body)] if body is not None else []
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout

    path = f"/v2/databases/{cluster['id']}"
    assert curl("PATCH", f"{path}/config", {"config": {"valkey_persistence": "rdb"}}) == "\n200"
    assert '"valkey_persistence":"rdb"' in curl("GET", f"{path}/config")
    assert curl("PUT", f"{path}/eviction_policy", {"eviction_policy": "noeviction"}) == "\n204"
    assert curl("PUT", f"{path}/migrate", {"region": "lon1"}) == "\n202"
    assert '"status":"migrating"' in curl("GET", path)
    assert curl("GET", "/v2/nowhere").endswith("404")
