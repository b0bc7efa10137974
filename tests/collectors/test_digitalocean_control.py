"""An empty listing is one only if something shows that the token can see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.digitalocean_served import Served

LISTINGS = {"managed_databases": "databases", "droplets": "droplets", "volumes": "volumes"}


@pytest.mark.parametrize("population", LISTINGS)
def test_account_of_which_nothing_is_seen(ocean: Served, population: str) -> None:
    """An empty team, such as a new one to which the token was given by mistake, proves nothing."""
    ocean.rebuild(empty=True)
    found = ocean.read(population)
    assert len(found) == 0
    assert [gap.reason for gap in found.unread] == [
        "the listing is empty, and nothing else shows that the token can see this account"
    ]


def test_empty_listing_in_account_that_is_seen(ocean: Served) -> None:
    """There are droplets, and really no volumes."""
    found = ocean.read("volumes")
    assert (len(found), found.unread) == (0, ())


@pytest.mark.parametrize(("population", "key"), LISTINGS.items())
def test_listing_that_withholds(ocean: Served, population: str, key: str) -> None:
    """What a project knows and the listing does not show is a gap, by name."""
    ocean.api().post("/v2/volumes", {"name": "spool", "region": "fra1", "size_gigabytes": 1})
    empty: dict[str, Any] = {key: [], "links": {}, "meta": {"total": 0}}
    ocean.fault(path=f"/v2/{key}", body=empty)
    found = ocean.read(population)
    assert len(found) == 0
    assert found.unread
    assert all("is assigned to a project, and is not listed" in gap.reason for gap in found.unread)


@pytest.mark.parametrize("path", ["/v2/projects", "/v2/projects/*/resources", "/v2/account"])
@pytest.mark.parametrize("population", [*LISTINGS, "spaces", "other_resources", "caches", "disk_images"])
def test_control_that_cannot_be_read(ocean: Served, population: str, path: str) -> None:
    """Without the control nothing is proven."""
    ocean.fault(path=path, status=403)
    gaps = ocean.read(population).unread
    assert any("403: the token may not read this" in gap.reason for gap in gaps)


def test_replicas_are_listed_too(ocean: Served) -> None:
    """A replica has a URN of its own, and is where it says."""
    with ocean.days_ago(1):
        body = {"name": "reports", "engine": "pg", "region": "fra1", "size": "db-s-1vcpu-1gb", "num_nodes": 1}
        uuid = ocean.api().post("/v2/databases", body)["database"]["id"]
        ocean.api().post(f"/v2/databases/{uuid}/replicas", {"name": "reports-read", "region": "nyc3"})
    found = {one.name: one for one in ocean.read("managed_databases")}
    assert (found["reports-read"].region, found["reports-read"].replica_of) == ("nyc3", found["reports"].id)
    assert not found["reports-read"].is_cache


@pytest.mark.parametrize("fault", [{"drop": ["droplets.*.tags"]}, {"replace": {"droplets.*.tags": []}}])
def test_withheld_tags(ocean: Served, fault: dict[str, Any]) -> None:
    """A droplet whose tags are not shown would not be known for the cache that it is."""
    ocean.fault(path="/v2/droplets", **fault)
    gaps = ocean.read("caches").unread
    assert any("tags: missing" in gap.reason or "bear the tag cache" in gap.reason for gap in gaps)


def test_capitals_of_a_tag(ocean: Served) -> None:
    """The provider takes `Cache` and `cache` for the same tag, and shows it as it was written first."""
    ocean.fault(path="/v2/droplets", replace={"droplets.0.tags": ["Cache"]})
    ocean.fault(path="/v2/tags", replace={"tags.0.name": "Cache"})
    found = ocean.read("caches")
    assert {one.name for one in found} == {"cache", "queue-cache"}
    assert found.unread == ()


def test_spaces_by_project_and_by_key(ocean: Served) -> None:
    """Each is named by one or the other; where it is, neither tells."""
    ocean.api().post("/v2/projects/default/resources", {"resources": ["do:space:uploads", "do:space:media"]})
    grants = [{"bucket": bucket, "permission": "read"} for bucket in ("media", "old-media", "")]
    ocean.api().post("/v2/spaces/keys", {"name": "app", "grants": grants})
    found = ocean.read("spaces")
    assert sorted((one.id, one.region) for one in found) == [
        ("do:space:media", ""),
        ("do:space:old-media", ""),
        ("do:space:uploads", ""),
    ]


def test_what_no_listing_knows(ocean: Served) -> None:
    """A Kubernetes cluster or an app is found by its URN; a domain is no place."""
    urns = ["do:kubernetes:8b1c", "do:app:77", "do:domain:botbrains.example", "do:volume:x"]
    resources = [{"urn": urn, "assigned_at": "2026-01-01T00:00:00Z", "status": "ok", "links": {}} for urn in urns]
    listing = {"resources": resources, "links": {}, "meta": {"total": 4}}
    ocean.fault(path="/v2/projects/*/resources", body=listing)
    assert [one.id for one in ocean.read("other_resources")] == ["do:kubernetes:8b1c", "do:app:77"]
    assert any("do:volume:x is assigned" in gap.reason for gap in ocean.read("volumes").unread)


def _open_containers(ocean: Served) -> None:
    pool = {"name": "workers", "size": "s-2vcpu-4gb", "count": 1}
    body = {"name": "workers", "region": "fra1", "version": "1.35.1-do.0", "node_pools": [pool]}
    ocean.api().post("/v2/kubernetes/clusters", body)
    for city in ("ams", "nyc"):
        ocean.api().post("/v2/apps", {"spec": {"name": f"page-{city}", "region": city}})


def test_where_clusters_and_apps_are(ocean: Served) -> None:
    """Their own listings tell; an app's city is a data center if it has one alone, and else no region of the EU."""
    _open_containers(ocean)
    others = [one for one in ocean.read("ocean_stores") if one.kind.rpartition(" ")[2] in {"kubernetes", "app"}]
    assert sorted((one.kind, one.region) for one in others) == [
        ("DigitalOcean app", "ams3"),
        ("DigitalOcean app", "nyc"),
        ("DigitalOcean kubernetes", "fra1"),
    ]


@pytest.mark.parametrize(("path", "scope"), [("/v2/kubernetes/clusters", "kubernetes:read"), ("/v2/apps", "app:read")])
def test_token_that_may_not_see_where_containers_run(ocean: Served, path: str, scope: str) -> None:
    """Where they are is a gap then, with the scope that is missing, and not a guess; who has none needs no scope."""
    ocean.fault(path=path, method="GET", status=403)
    assert ocean.read("ocean_stores").unread == ()
    _open_containers(ocean)
    found = ocean.read("ocean_stores")
    assert any(scope in gap.remedy for gap in found.unread)
    assert len([one for one in found if one.kind.endswith(("kubernetes", "app"))]) in {1, 2}


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/v2/kubernetes/clusters", {"drop": ["kubernetes_clusters.0.region"]}),
        ("/v2/kubernetes/clusters", {"body": {"kubernetes_clusters": [], "links": {}, "meta": {"total": 0}}}),
        ("/v2/apps", {"drop": ["apps.0.region"]}),
        ("/v2/apps", {"replace": {"apps.0.region.data_centers": None}}),
    ],
)
def test_cluster_or_app_that_does_not_say_where(ocean: Served, path: str, fault: dict[str, Any]) -> None:
    """It is a gap, and its place is not guessed."""
    _open_containers(ocean)
    ocean.fault(path=path, **fault)
    found = ocean.read("ocean_stores")
    assert found.unread
    assert all(one.region for one in found)


def test_backups_of_droplets_with_their_regions(ocean: Served) -> None:
    """Where copies of disks are, those of automatic backups included."""
    with ocean.days_ago(3):
        digitalocean_id = ocean.api().get("/v2/droplets")["droplets"][1]["id"]
        ocean.api().post(f"/v2/droplets/{digitalocean_id}/actions", {"type": "enable_backups"})
    found = ocean.read("disk_images")
    assert len(found) in {2, 3}
    assert {(one.kind, one.of_kind, one.of, one.regions) for one in found} == {
        ("backup", "droplet", str(digitalocean_id), ("fra1",))
    }


@pytest.mark.parametrize("status", [400, 405, 409, 412, 422])
def test_backups_and_replicas_not_supported(ocean: Served, status: int) -> None:
    """The provider documents that caches have neither; it may say so in any of these ways."""
    refusal = {"id": "x", "message": "Backups are not supported for Caching or Valkey clusters"}
    for listing in ("backups", "replicas"):
        ocean.fault(path=f"/v2/databases/*/{listing}", status=status, body=refusal)
    found = ocean.read("cache_states")
    assert (len(found), found.unread) == (2, ())


@pytest.mark.parametrize(("status", "message"), [(403, "not supported"), (404, "not supported"), (422, "no"), (422, 7)])
def test_backups_not_answered(ocean: Served, status: int, message: object) -> None:
    """Any other refusal proves nothing."""
    ocean.fault(path="/v2/databases/*/backups", status=status, body={"id": "x", "message": message})
    assert any("/backups" in gap.call for gap in ocean.read("cache_states").unread)


def test_replicas_of_other_engines_have_to_be_listed(ocean: Served) -> None:
    """That they are not supported is documented for caches alone."""
    with ocean.days_ago(1):
        body = {"name": "reports", "engine": "pg", "region": "fra1", "size": "db-s-1vcpu-1gb", "num_nodes": 1}
        ocean.api().post("/v2/databases", body)
    refusal = {"id": "x", "message": "not supported"}
    ocean.fault(path="/v2/databases/*/replicas", status=422, body=refusal)
    assert any("/replicas" in gap.call for gap in ocean.read("managed_databases").unread)
