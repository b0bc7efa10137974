"""The DigitalOcean stand-in answers in the published shapes, and what is written is what is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from fixtures.simulator.stand_ins.digitalocean import TOKEN, create_app
from tests.simulator.published import Shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

SHAPES = Shapes.of("digitalocean")
CACHE = {"name": "cache", "engine": "valkey", "size": "db-s-1vcpu-1gb", "region": "fra1", "num_nodes": 1}
DROPLET = {"name": "queue", "region": "fra1", "size": "s-1vcpu-2gb", "image": "debian-12-x64"}


class Engineer:
    """Somebody with a token; every answer that they get is held against the published shape."""

    def __init__(self, client: FlaskClient) -> None:
        """Ask through *client*."""
        self._client = client
        self.asked: set[str] = set()

    def __call__(self, call: str, body: object = None, *, status: int = 0) -> Any:  # noqa: ANN401 - JSON
        """Make a call, written as `GET /v2/…`; return the body of its answer."""
        method, target = call.split(" ")
        answer = self._client.open(target, method=method, json=body, headers={"Authorization": f"Bearer {TOKEN}"})
        found = answer.get_json(silent=True) if answer.data else None
        path = target.split("?")[0]
        if answer.status_code < 400 or path.startswith("/v2/"):
            SHAPES.hold(method, path, answer.status_code, found)
        assert answer.status_code == status or (not status and answer.status_code < 300), (call, answer.status_code)
        self.asked.add(SHAPES.published(method, path))
        return found


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    """Open an empty account without a socket between."""
    with create_app().test_client() as client:
        yield client


@pytest.fixture
def ask(client: FlaskClient) -> Engineer:
    """Ask as an engineer does."""
    return Engineer(client)


def _cluster(ask: Engineer, **more: object) -> str:
    """Create a cluster an hour ago, so that it is online by now."""
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=1)):
        return str(ask("POST /v2/databases", {**CACHE, **more})["database"]["id"])


def test_every_published_answer(ask: Engineer) -> None:
    """Each call whose shape is written down is made at least once, by an engineer who builds and tears down."""
    cache = _cluster(ask, tags=["cache"], rules=[{"type": "tag", "value": "application"}])
    postgres = _cluster(ask, name="reports", engine="pg")
    droplet = ask("POST /v2/droplets", {**DROPLET, "tags": ["cache"], "ipv6": True})["droplet"]["id"]
    volume = ask("POST /v2/volumes", {"name": "scratch", "size_gigabytes": 10, "region": "fra1"})["volume"]["id"]
    taken = ask(f"POST /v2/volumes/{volume}/snapshots", {"name": "before the move"})["snapshot"]["id"]
    for action in (
        {"type": "enable_backups"},
        {"type": "snapshot", "name": "before the upgrade"},
        {"type": "shutdown"},
    ):
        done = ask(f"POST /v2/droplets/{droplet}/actions", action)["action"]["id"]
    image = ask(f"GET /v2/droplets/{droplet}")["droplet"]["snapshot_ids"][0]
    ask(f"POST /v2/images/{image}/actions", {"type": "transfer", "region": "nyc3"})
    for what in ("attach", "detach"):
        ask(f"POST /v2/volumes/{volume}/actions", {"type": what, "droplet_id": droplet})
    pool = {"name": "workers", "size": "s-2vcpu-4gb", "count": 1}
    cluster = {"name": "workers", "region": "fra1", "version": "1.35.1-do.0", "node_pools": [pool]}
    ask("POST /v2/kubernetes/clusters", cluster)
    ask("POST /v2/apps", {"spec": {"name": "landing-page", "region": "fra"}})
    ask("POST /v2/tags", {"name": "production"})
    tagged = {"resources": [{"resource_id": cache, "resource_type": "database"}]}
    ask("POST /v2/tags/production/resources", tagged)
    ask("POST /v2/projects/default/resources", {"resources": ["do:space:uploads"]})
    key = ask("POST /v2/spaces/keys", {"name": "app", "grants": [{"bucket": "uploads", "permission": "read"}]})["key"]
    network = ask("POST /v2/vpcs", {"name": "inner", "region": "fra1"})["vpc"]["id"]
    ask(f"POST /v2/databases/{postgres}/replicas", {"name": "reports-read", "region": "ams3"})
    ask(f"PATCH /v2/databases/{cache}/config", {"config": {"valkey_persistence": "off"}})
    ask(f"PUT /v2/databases/{cache}/eviction_policy", {"eviction_policy": "allkeys_lru"})
    ask(f"PUT /v2/databases/{cache}/firewall", {"rules": [{"type": "ip_addr", "value": "192.0.2.1"}]})
    for part in ("", "/config", "/eviction_policy", "/backups", "/replicas", "/firewall", "/users", "/events", "/ca"):
        ask(f"GET /v2/databases/{cache}{part}")
    ask(f"GET /v2/databases/{postgres}/backups")
    ask(f"GET /v2/databases/{postgres}/replicas/reports-read")
    for part in ("", "/actions", "/backups", "/snapshots", "/backups/policy"):
        ask(f"GET /v2/droplets/{droplet}{part}")
    for listing in SHAPES.answers:
        if listing.startswith("GET") and "{" not in listing:
            ask(listing)
    for one in (
        f"volumes/{volume}",
        f"volumes/{volume}/snapshots",
        f"snapshots/{taken}",
        f"snapshots/{image}",
        f"images/{image}",
        f"vpcs/{network}",
        "projects/default",
        "projects/default/resources",
        "tags/cache",
        f"actions/{done}",
    ):
        ask(f"GET /v2/{one}")
    ask(f"PUT /v2/databases/{cache}/migrate", {"region": "nyc3"})
    ask(f"PUT /v2/databases/{postgres}/resize", {"size": "db-s-2vcpu-4gb", "num_nodes": 2})
    ask("DELETE /v2/tags/production/resources", tagged)
    ask(f"DELETE /v2/databases/{postgres}/replicas/reports-read")
    for gone in (
        f"databases/{cache}",
        f"snapshots/{taken}",
        f"images/{image}",
        f"volumes/{volume}",
        f"droplets/{droplet}",
        f"spaces/keys/{key['access_key']}",
        "tags/production",
    ):
        ask(f"DELETE /v2/{gone}")
    assert ask.asked == set(SHAPES.answers)


@pytest.mark.parametrize("total", [0, 1, 19, 20, 21, 40, 41])
def test_pages(ask: Engineer, total: int) -> None:
    """Twenty a page unless asked otherwise; the last page, and it alone, has no next one; every item comes once."""
    for place in range(total):
        ask("POST /v2/volumes", {"name": f"volume-{place}", "size_gigabytes": 1, "region": "fra1"})
    seen, target = [], "/v2/volumes"
    while target:
        page = ask(f"GET {target}")
        assert page["meta"]["total"] == total
        assert len(page["volumes"]) <= 20
        seen += [volume["name"] for volume in page["volumes"]]
        following = page["links"].get("pages", {}).get("next", "")
        assert following == "" or following.startswith("http://localhost/v2/volumes?page=")
        target = following.removeprefix("http://localhost")
    assert seen == [f"volume-{place}" for place in range(total)]
    assert ask("GET /v2/volumes?per_page=200")["links"] == {}


def test_pages_of_an_object(ask: Engineer) -> None:
    """The backup policies are an object by droplet, and come in pages all the same."""
    ask("POST /v2/droplets", {**DROPLET, "name": "one"})
    ask("POST /v2/droplets", {**DROPLET, "name": "two"})
    pages = [ask(f"GET /v2/droplets/backups/policies?per_page=1&page={page}")["policies"] for page in (1, 2)]
    assert [len(page) for page in pages] == [1, 1]
    assert pages[0].keys() != pages[1].keys()


@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer dop_v1_wrong", f"token {TOKEN}"])
def test_refused_without_token(client: FlaskClient, header: str | None) -> None:
    """The provider's own words, before anything is looked up."""
    answer = client.get("/v2/droplets/1", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.get_json() == {"id": "Unauthorized", "message": "Unable to authenticate you"}


def test_rate_limit_is_told(client: FlaskClient) -> None:
    """Every answer says how many requests are left, errors too."""
    headers = client.get("/v2/account").headers
    assert {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"} <= {name.lower() for name in dict(headers)}


@pytest.mark.parametrize(
    ("call", "body", "status"),
    [
        ("GET /v2/databases/nowhere", None, 404),
        ("GET /v2/droplets/1", None, 404),
        ("DELETE /v2/snapshots/1", None, 404),
        ("DELETE /v2/snapshots/debian-12-x64", None, 400),
        ("POST /v2/databases", {**CACHE, "region": "atlantis1"}, 422),
        ("POST /v2/databases", {**CACHE, "engine": "dbase"}, 422),
        ("POST /v2/databases", {"name": "cache"}, 422),
        ("POST /v2/databases", ["no object"], 400),
        ("POST /v2/databases", {**CACHE, "backup_restore": {"database_name": "nowhere"}}, 404),
        ("POST /v2/droplets", {**DROPLET, "image": "plan9"}, 422),
        ("POST /v2/tags/nowhere/resources", {"resources": []}, 404),
    ],
)
def test_refusals(ask: Engineer, call: str, body: object, status: int) -> None:
    """What cannot be done is refused in the published shape."""
    ask(call, body, status=status)


def test_settings_as_the_api_leaves_them(ask: Engineer) -> None:
    """A cluster that nobody configured writes its memory to disk, and refuses writes when it is full."""
    for engine in ("redis", "valkey"):
        config = ask(f"GET /v2/databases/{_cluster(ask, name=engine, engine=engine)}/config")["config"]
        assert (config[f"{engine}_persistence"], config[f"{engine}_maxmemory_policy"]) == ("rdb", "noeviction")
        assert {name.split("_")[0] for name in config} <= {engine, "frequent"}


def test_setting_of_another_engine(ask: Engineer) -> None:
    """Switching `redis_persistence` off on a Valkey cluster switches nothing off."""
    cache = _cluster(ask)
    ask(f"PATCH /v2/databases/{cache}/config", {"config": {"redis_persistence": "off"}}, status=422)
    ask(f"PATCH /v2/databases/{cache}/config", {"config": {"valkey_persistence": "sometimes"}}, status=422)
    assert ask(f"GET /v2/databases/{cache}/config")["config"]["valkey_persistence"] == "rdb"


def test_eviction_policy_is_a_setting(ask: Engineer) -> None:
    """Both ways to change it change the same thing; Redis writes it with hyphens."""
    redis = _cluster(ask, name="old", engine="redis")
    ask(f"PUT /v2/databases/{redis}/eviction_policy", {"eviction_policy": "volatile_ttl"})
    assert ask(f"GET /v2/databases/{redis}/config")["config"]["redis_maxmemory_policy"] == "volatile-ttl"
    assert ask(f"GET /v2/databases/{redis}/eviction_policy")["eviction_policy"] == "volatile_ttl"


def test_migration_takes_its_time(ask: Engineer) -> None:
    """While it is under way the cluster is where it was, and says that it is not settled."""
    cache = _cluster(ask)
    ask(f"PUT /v2/databases/{cache}/migrate", {"region": "nyc3"})
    ask(f"PUT /v2/databases/{cache}/migrate", {"region": "lon1"}, status=422)
    during = ask(f"GET /v2/databases/{cache}")["database"]
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        after = ask(f"GET /v2/databases/{cache}")["database"]
    assert [(one["status"], one["region"]) for one in (during, after)] == [("migrating", "fra1"), ("online", "nyc3")]


def test_fork_needs_a_dump(ask: Engineer) -> None:
    """A cache without persistence has nothing to fork from; with it, the fork may be anywhere."""
    cache = _cluster(ask)
    fork = {**CACHE, "name": "cache-copy", "region": "nyc3", "backup_restore": {"database_name": "cache"}}
    ask(f"PATCH /v2/databases/{cache}/config", {"config": {"valkey_persistence": "off"}})
    ask("POST /v2/databases", fork, status=422)
    ask(f"PATCH /v2/databases/{cache}/config", {"config": {"valkey_persistence": "rdb"}})
    made = ask("POST /v2/databases", fork)["database"]
    assert (made["region"], made["status"]) == ("nyc3", "forking")


def test_droplet_backups_follow_their_policy(ask: Engineer) -> None:
    """After nine days with daily backups there are those of a week; switched off, they are still there."""
    now = datetime.now(UTC)
    with time_machine.travel(now - timedelta(days=9)):
        droplet = ask("POST /v2/droplets", DROPLET)["droplet"]["id"]
        ask(f"POST /v2/droplets/{droplet}/actions", {"type": "enable_backups"})
    shown = ask(f"GET /v2/droplets/{droplet}")["droplet"]
    assert "backups" in shown["features"]
    assert len(shown["backup_ids"]) in (6, 7)
    assert shown["next_backup_window"]["start"] > now.isoformat()[:10]
    ask(f"POST /v2/droplets/{droplet}/actions", {"type": "disable_backups"})
    after = ask(f"GET /v2/droplets/{droplet}")["droplet"]
    assert (after["features"], after["next_backup_window"]) == (["droplet_agent", "private_networking"], None)
    assert after["backup_ids"] == shown["backup_ids"]


def test_snapshots_outlive_what_they_were_taken_of(ask: Engineer) -> None:
    """The account lists them by what they are of, with the regions that they were copied to."""
    droplet = ask("POST /v2/droplets", DROPLET)["droplet"]["id"]
    ask(f"POST /v2/droplets/{droplet}/actions", {"type": "snapshot", "name": "kept"})
    (image,) = ask(f"GET /v2/droplets/{droplet}")["droplet"]["snapshot_ids"]
    ask(f"POST /v2/images/{image}/actions", {"type": "transfer", "region": "nyc3"})
    ask(f"DELETE /v2/droplets/{droplet}")
    (snapshot,) = ask("GET /v2/snapshots?resource_type=droplet")["snapshots"]
    assert (snapshot["id"], snapshot["resource_id"]) == (str(image), str(droplet))
    assert snapshot["regions"] == ["fra1", "nyc3"]
    assert ask("GET /v2/snapshots?resource_type=volume")["snapshots"] == []


def test_reset_empties_and_names_repeat(ask: Engineer, client: FlaskClient) -> None:
    """What is built again has the same ids, so that a violation can say exactly where it is."""
    ids = []
    for _ in range(2):
        ids.append((_cluster(ask), ask("POST /v2/droplets", DROPLET)["droplet"]["id"]))
        client.post("/simulator/reset")
        assert ask("GET /v2/databases")["databases"] == []
    assert ids[0] == ids[1]
