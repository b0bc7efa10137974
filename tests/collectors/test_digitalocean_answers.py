"""Whatever is wrong with an answer: not assessed, in words, and neither compliant nor a traceback.

What the suite reads of each answer stands here once more, so that a field which it begins to read has to be added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.digitalocean_served import Served

STATEMENTS = {"CACHE-1", "CACHE-2", "CACHE-3", "CACHE-4"}
PAGES = ("links", "meta", "meta.total")
DROPLET = "id name region region.slug status tags features next_backup_window backup_ids snapshot_ids volume_ids"
READ = {
    "/v2/account": ["account", "account.team.uuid"],
    "/v2/projects": ["projects", "projects.0", "projects.0.id", *PAGES],
    "/v2/projects/*/resources": ["resources", "resources.0", "resources.0.urn", *PAGES],
    "/v2/databases": [
        "databases",
        "databases.0",
        *(f"databases.0.{field}" for field in ["id", "name", "engine", "version", "region", "status", "num_nodes"]),
    ],
    "/v2/databases/*/config": ["config", "config.valkey_persistence", "config.valkey_maxmemory_policy"],
    "/v2/databases/*/backups": ["backups"],
    "/v2/databases/*/replicas": ["replicas"],
    "/v2/droplets": ["droplets", "droplets.0", *(f"droplets.0.{field}" for field in DROPLET.split()), *PAGES],
    "/v2/volumes": ["volumes", *PAGES],
    "/v2/snapshots": ["snapshots", *PAGES],
    "/v2/tags": [
        "tags",
        "tags.0",
        *(f"tags.0.{field}" for field in ("name", "resources", "resources.droplets", "resources.droplets.count")),
        *PAGES,
    ],
}
STATE_ONLY = {"/v2/databases/*/config", "/v2/databases/*/backups", "/v2/volumes", "/v2/snapshots"}
"""What is asked for the state of a cache alone: CACHE-2 and CACHE-3 depend on it, the others do not."""
GARBAGE = (None, True, 7.5, "garbage", [None], {"garbage": 1})


def _field(answer: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    for step in path.split("."):
        answer = answer[int(step)] if step.isdigit() else answer[step]
    return answer


def _real_path(ocean: Served, pattern: str) -> str:
    kind = "databases" if "databases" in pattern else "projects"
    return pattern.replace("*", ocean.api().get(f"/v2/{kind}")[kind][0]["id"])


def _is_fine(path: str, value: object) -> bool:
    """Whether this really is a value that a good answer can have."""
    nothing_due = value is None and path == "droplets.0.next_backup_window"
    no_other_page = path == "links" and isinstance(value, dict)
    return nothing_due or no_other_page


def _depending_on(path: str) -> set[str]:
    return {"CACHE-2", "CACHE-3"} if path in STATE_ONLY or path.endswith("/backups") else STATEMENTS


def _assert_not_assessed(ocean: Served, path: str, what: object) -> None:
    """Hold the statements that depend on *path* against the rule, with a readable reason; the others are assessed."""
    for statement, examination in ocean.judge().items():
        gaps = [str(gap) for gap in examination.unread]
        expected = "not_assessed" if statement in _depending_on(path) else "compliant"
        assert str(examination.result) == expected, f"{path}: {what}: {statement}: {examination.result}: {gaps}"
        assert bool(gaps) == (expected == "not_assessed")
        for gap in gaps:
            assert gap.startswith("GET /v2/")
            assert "Traceback" not in gap
            assert "object at 0x" not in gap
            assert "fault of the suite" not in gap
            assert len(gap) < 400


@pytest.mark.parametrize(("path", "field"), [(path, field) for path, fields in READ.items() for field in fields])
def test_field_that_is_read(ocean: Served, path: str, field: str) -> None:
    """Missing, null, or of any wrong type."""
    good = _field(ocean.api().get(_real_path(ocean, path)), field)
    ocean.fault(path=path, drop=[field])
    if field not in {"databases.0", "droplets.0", "tags.0", "projects.0", "resources.0"}:  # else: one fewer
        _assert_not_assessed(ocean, path, f"{field} missing")
    for garbage in GARBAGE:
        if (type(garbage) is type(good) and not isinstance(garbage, list | dict)) or _is_fine(field, garbage):
            continue
        ocean.api().delete("/simulator/faults")
        ocean.fault(path=path, replace={field: garbage})
        _assert_not_assessed(ocean, path, f"{field}: {garbage!r}")
        assert min(ocean.struck()) >= 1


@pytest.mark.parametrize("garbage", GARBAGE)
def test_fields_that_are_not_read(ocean: Served, garbage: object) -> None:
    """All at once of any type: what nobody reads can spoil nothing."""
    for path, fields in READ.items():
        answer = ocean.api().get(_real_path(ocean, path))
        unread = [
            f"{key}.{place}.{name}"
            for key, items in answer.items()
            if isinstance(items, list)
            for place, item in enumerate(items)
            for name in item
            if not any(f"{one}.".startswith(f"{key}.0.{name}.") for one in fields) and name != "tags"
        ]
        ocean.fault(path=path, replace=dict.fromkeys(unread, garbage))
    assert set(ocean.results().values()) == {"compliant"}
    assert min(ocean.struck()) >= 1


@pytest.mark.parametrize("path", [path for path in READ if path.endswith(("s", "config"))])
@pytest.mark.parametrize(
    "fault",
    [
        {"html": True},
        {"truncate": 8},
        {"status": 200, "body": {}},
        {"status": 403},
        {"status": 429},
        {"status": 500, "html": True},
        {"headers": {"Content-Encoding": "gzip"}},
    ],
    ids=str,
)
def test_call_that_fails(ocean: Served, path: str, fault: dict[str, Any]) -> None:
    """One call of many is enough."""
    ocean.fault(path=path, **fault)
    _assert_not_assessed(ocean, path, fault)
    assert min(ocean.struck()) >= 1


def test_snapshot_and_backup_that_cannot_be_read(ocean: Served) -> None:
    """Their fields, too, are there or the statement is not assessed; nothing hides behind a snapshot half read."""
    droplet = ocean.api().get("/v2/droplets")["droplets"][1]["id"]
    with ocean.days_ago(2):
        ocean.api().post(f"/v2/droplets/{droplet}/actions", {"type": "enable_backups"})
        ocean.api().post(f"/v2/droplets/{droplet}/actions", {"type": "snapshot", "name": "kept"})
    for path, known, key, fields in (
        ("/v2/snapshots", "/v2/snapshots", "snapshots", "id name resource_type resource_id regions created_at"),
        (f"/v2/droplets/{droplet}/backups", "/v2/droplets/{id}/backups", "backups", "id name regions created_at"),
    ):
        for field in fields.split():
            for garbage in (None, True, {"garbage": 1}):
                ocean.api().delete("/simulator/faults")
                ocean.fault(path=path, replace={f"{key}.0.{field}": garbage})
                gaps = [str(gap) for gap in ocean.judge()["CACHE-2"].unread]
                assert any(f"GET {known}" in gap and f"{key}[0].{field}" in gap for gap in gaps), (field, garbage, gaps)


@pytest.mark.parametrize("time", ["yesterday", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", ""])
def test_time_that_is_none(ocean: Served, time: str) -> None:
    """A time without its distance from UTC is none either."""
    ocean.fault(path="/v2/droplets", replace={"droplets.0.next_backup_window": {"start": time, "end": time}})
    _assert_not_assessed(ocean, "/v2/droplets", time)


def test_setting_of_the_other_engine(ocean: Served) -> None:
    """Redis' setting says nothing of a Valkey cluster."""
    ocean.fault(path="/v2/databases/*/config", body={"config": {"redis_persistence": "off", "redis_ssl": True}})
    _assert_not_assessed(ocean, "/v2/databases/*/config", "redis_persistence")


def test_violation_stands_beside_what_is_not_read(ocean: Served) -> None:
    """The worst wins: what was seen to be wrong is not excused by what could not be seen."""
    ocean.fault(path="/v2/databases", replace={"databases.0.region": "nyc3"})
    ocean.fault(path="/v2/tags", status=403)
    assert ocean.results() == dict.fromkeys(STATEMENTS, "not_assessed") | {"CACHE-1": "not_compliant"}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("[[decisions]]\ncache = 'do:dbaas:1'\n", "decisions.0.owner: Field required"),
        ("[[decisions]]\ncache = 'cache'\n", "decisions.0.cache"),
        ("[[rebuilds]]\nresult = 'partly'\n", "rebuilds.0.result"),
        ("[[decision]]\n", "decision: there is no such field; did you mean decisions?"),
        ("decisions = [", "this is not TOML"),
    ],
)
def test_record_that_cannot_be_used(ocean: Served, record: str, reason: str) -> None:
    """What is half recorded is not assessed, with file, line and field."""
    (ocean.records / "cache.toml").write_text(record, "utf-8")
    found = ocean.judge()["CACHE-2"]
    assert str(found.result) == "not_assessed"
    assert any(reason in gap.reason for gap in found.unread)


def test_nothing_recorded(ocean: Served) -> None:
    """Without the file nothing is decided, nothing known of the droplet, nothing rebuilt."""
    (ocean.records / "cache.toml").unlink()
    expected = dict.fromkeys(STATEMENTS, "not_compliant") | {"CACHE-1": "compliant"}
    assert ocean.results() == expected
