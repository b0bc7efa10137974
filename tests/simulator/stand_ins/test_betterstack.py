"""The stand-in answers as Better Stack's pages say, and everything that can silence an alert can be written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from fixtures.simulator import betterstack
from fixtures.simulator.betterstack import BACKUP, REPLICATION
from tests.simulator.published_shapes import faults

if TYPE_CHECKING:
    from fixtures.simulator.organisation import Organisation
    from tests.simulator.alerting import Api

HEARTBEATS = "/api/v2/heartbeats"


@pytest.fixture
def api(alerting: Organisation) -> Api:
    """Ask Better Stack."""
    return cast("Api", alerting.api("betterstack"))


def _attributes(alerting: Organisation, name: str = BACKUP) -> dict[str, Any]:
    shown = {one["attributes"]["name"]: one["attributes"] for one in betterstack.listed(alerting, "heartbeats")}
    return dict(shown[name])


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        (HEARTBEATS, "heartbeats"),
        (f"{HEARTBEATS}/1005", "one_heartbeat"),
        ("/api/v2/monitors", "monitors"),
        ("/api/v2/policies", "policys"),
        ("/api/v3/policies", "policys"),
        ("/api/v3/policies/1004", "one_policy"),
        ("/api/v2/urgencies", "urgencys"),
        ("/api/v2/urgencies/1003", "one_urgency"),
        ("/api/v2/on-calls", "on_call_calendars"),
        ("/api/v2/on-calls/default", "one_on_call_calendar"),
        ("/api/v2/on-calls/default/events", "on_call_events"),
        ("/api/v2/team-members", "members"),
        ("/api/v2/team-members?email=otto@botbrains.example", "one_member"),
        ("/api/v2/team-maintenance", "one_team_maintenance"),
        ("/api/v3/incidents", "incidents"),
    ],
)
def test_answers_in_published_shape(alerting: Organisation, api: Api, path: str, shape: str) -> None:
    """Every answer that the suite relies on has the published fields and types."""
    api.post("/api/v2/monitors", json={"url": "https://botbrains.example/health", "pronounceable_name": "health"})
    api.post("/api/v2/team-members", json={"email": "new@botbrains.example"})
    betterstack.open_incident(alerting, "by hand", metadata={"job": [{"type": "String", "value": "x"}]})
    betterstack.ping(alerting, BACKUP, "fail")
    answer = api.get(path)
    assert faults("betterstack", shape, answer) == []
    assert answer["data"] if "data" in answer else answer["events"]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}])
def test_wrong_token(api: Api, header: dict[str, str]) -> None:
    """Missing and wrong tokens get the same 401; an unknown route is unknown before that."""
    clear = {"Authorization": None, **header}
    answer = api.ask("GET", HEARTBEATS, headers=clear)
    assert answer.status_code == 401
    assert faults("betterstack", "error", answer.json()) == []
    assert answer.json()["errors"].startswith("Invalid Team API token.")
    unknown = api.ask("GET", "/api/v2/nowhere", headers=clear)
    assert (unknown.status_code, unknown.json()["errors"]) == (404, "Endpoint GET /api/v2/nowhere does not exist.")


@pytest.mark.parametrize(("count", "pages"), [(0, [0]), (1, [1]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
def test_pages(api: Api, count: int, pages: list[int]) -> None:
    """Pages come one after another by links on the host that was asked; the last has none."""
    api.post("/simulator/reset")
    for number in range(count):
        api.post(HEARTBEATS, json={"name": f"job {number}"})
    found, path = [], f"{HEARTBEATS}?per_page=3"
    while path:
        answer = api.get(path)
        assert faults("betterstack", "pagination", answer["pagination"]) == []
        found.append(len(answer["data"]))
        following = answer["pagination"]["next"]
        assert following is None or following.startswith(api.url)
        path = following.removeprefix(api.url) if following else ""
    assert found == pages


def test_incidents_come_ten_on_a_page(alerting: Organisation, api: Api) -> None:
    """Ten by default, fifty at most, newest first."""
    for number in range(51):
        betterstack.open_incident(alerting, f"incident {number}")
    answer = api.get("/api/v3/incidents")
    assert [one["attributes"]["cause"] for one in answer["data"]] == [f"incident {n}" for n in range(50, 40, -1)]
    assert len(api.get("/api/v3/incidents?per_page=250")["data"]) == 50


def test_heartbeat_is_pending_until_its_first_ping(alerting: Organisation, api: Api) -> None:
    """A heartbeat that was never pinged raises nothing, however long it is silent."""
    with alerting.days_ago(30):
        api.post(HEARTBEATS, json={"name": "forgotten", "period": 30})
    assert _attributes(alerting, "forgotten")["status"] == "pending"
    assert api.get("/api/v3/incidents")["data"] == []


def test_heartbeat_goes_down_when_period_and_grace_are_over(alerting: Organisation, api: Api) -> None:
    """Up to the last second it is up; then it is down, and an incident is open until it comes back."""
    allowed = timedelta(hours=25)
    with alerting.ago(allowed - timedelta(seconds=5)):
        betterstack.ping(alerting, BACKUP)
    assert _attributes(alerting)["status"] == "up"
    with alerting.ago(allowed + timedelta(seconds=5)):
        betterstack.ping(alerting, BACKUP)
    assert _attributes(alerting)["status"] == "down"
    (incident,) = api.get("/api/v3/incidents?resolved=false")["data"]
    assert incident["attributes"]["cause"] == "Missed heartbeat"
    assert incident["relationships"]["heartbeat"]["data"]["type"] == "heartbeat"
    betterstack.ping(alerting, BACKUP)
    assert _attributes(alerting)["status"] == "up"
    assert api.get("/api/v3/incidents?resolved=false")["data"] == []


@pytest.mark.parametrize(("result", "status"), [("fail", "down"), ("3", "down"), ("0", "up"), ("", "up")])
def test_job_reports_its_result(alerting: Organisation, result: str, status: str) -> None:
    """`fail` and exit codes other than 0 bring the heartbeat down at once."""
    betterstack.ping(alerting, BACKUP, result)
    assert _attributes(alerting)["status"] == status


def test_paused_heartbeat(alerting: Organisation) -> None:
    """Pausing is a write of `paused`; what is read is `paused_at` and the status; pings change nothing meanwhile."""
    betterstack.change_heartbeat(alerting, REPLICATION, paused=True)
    betterstack.ping(alerting, REPLICATION, "fail")
    paused = _attributes(alerting, REPLICATION)
    assert paused["status"] == "paused"
    assert datetime.now(UTC) - datetime.fromisoformat(paused["paused_at"]) < timedelta(minutes=1)
    betterstack.change_heartbeat(alerting, REPLICATION, paused=False)
    assert (_attributes(alerting, REPLICATION)["status"], _attributes(alerting, REPLICATION)["paused_at"]) == (
        "up",
        None,
    )


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, "up"),
        ({"url": "https://gone.invalid/"}, "down"),
        ({"paused": True}, "paused"),
        ({"maintenance_from": "00:00:00", "maintenance_to": "23:59:59"}, "maintenance"),
    ],
)
def test_monitor_statuses(alerting: Organisation, api: Api, change: dict[str, object], status: str) -> None:
    """A monitor is what its last check, its pause and its maintenance window make of it."""
    with alerting.days_ago(1):
        made = api.post("/api/v2/monitors", json={"url": "https://botbrains.example/"})["data"]
        assert made["attributes"]["status"] == "pending"
    api.patch(f"/api/v2/monitors/{made['id']}", json=change)
    assert api.get(f"/api/v2/monitors/{made['id']}")["data"]["attributes"]["status"] == status


def test_shift_that_is_over_leaves_nobody_on_call(alerting: Organisation, api: Api) -> None:
    """Who is on call follows from the shifts and the clock; who has left the team is not on call."""
    calendar = api.get("/api/v2/on-calls/default")["data"]
    assert len(calendar["relationships"]["on_call_users"]["data"]) == 1
    betterstack.take_off_call(alerting)
    with alerting.days_ago(3):
        day = (datetime.now(UTC) + timedelta(hours=1)).isoformat(), (datetime.now(UTC) + timedelta(days=2)).isoformat()
        shift = {"starts_at": day[0], "ends_at": day[1], "users": [betterstack.ON_CALL]}
        api.post("/api/v2/on-calls/default/events", json=shift)
    assert api.get("/api/v2/on-calls")["data"][0]["relationships"]["on_call_users"]["data"] == []
    betterstack.put_on_call(alerting, betterstack.ON_CALL)
    api.delete(f"/api/v2/team-members?email={betterstack.ON_CALL}")
    assert api.get("/api/v2/on-calls")["data"][0]["relationships"]["on_call_users"]["data"] == []


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("POST", HEARTBEATS, {}, 422),
        ("POST", HEARTBEATS, {"name": "x", "period": 29}, 422),
        ("POST", HEARTBEATS, {"name": "x", "period": "often"}, 422),
        ("POST", HEARTBEATS, {"name": "x", "period": True}, 422),
        ("POST", "/api/v3/policies", {"name": "x", "steps": [{"type": "shout"}]}, 422),
        (
            "POST",
            "/api/v3/policies",
            {"name": "x", "steps": [{"type": "escalation", "step_members": [{"type": "dog"}]}]},
            422,
        ),
        ("POST", "/api/v2/monitors", {}, 422),
        ("POST", "/api/v2/on-calls/default/events", {"starts_at": "soon"}, 422),
        ("POST", "/api/v2/team-members", {"email": "x@botbrains.example", "role": "admin"}, 403),
        ("PUT", "/api/v2/team-maintenance", {}, 422),
        ("GET", f"{HEARTBEATS}/1", None, 404),
        ("PATCH", f"{HEARTBEATS}/1", {"paused": True}, 404),
        ("DELETE", "/api/v3/policies/1", None, 404),
        ("POST", "/api/v3/incidents", {}, 422),
    ],
)
def test_refusals(api: Api, method: str, path: str, sent: object, status: int) -> None:
    """What the provider refuses is refused, with its error body."""
    answer = api.ask(method, path, json=sent)
    assert answer.status_code == status
    assert faults("betterstack", "error", answer.json()) == []


def test_incident_is_acknowledged_resolved_deleted(alerting: Organisation, api: Api) -> None:
    """Each step once; the second time is a conflict."""
    number = betterstack.open_incident(alerting, "backup failed")
    for step, status in (("acknowledge", "Acknowledged"), ("resolve", "Resolved")):
        shown = api.post(f"/api/v3/incidents/{number}/{step}", json={f"{step}d_by": "otto"})["data"]
        assert shown["attributes"]["status"] == status
        assert api.ask("POST", f"/api/v3/incidents/{number}/{step}").status_code == 409
    api.delete(f"/api/v3/incidents/{number}")
    assert api.ask("GET", f"/api/v3/incidents/{number}").status_code == 404


def test_incidents_by_day_and_source(alerting: Organisation, api: Api) -> None:
    """The filters choose by the day of the start, by heartbeat, and by what was done."""
    with alerting.days_ago(10):
        betterstack.open_incident(alerting, "old")
    betterstack.open_incident(alerting, "new")
    betterstack.ping(alerting, BACKUP, "fail")

    def causes(query: str) -> list[str]:
        return [one["attributes"]["cause"] for one in api.get(f"/api/v3/incidents?{query}")["data"]]

    day = (datetime.now(UTC) - timedelta(days=5)).date()
    assert causes(f"from={day}") == ["Reported failure", "new"]
    assert causes(f"to={day}") == ["old"]
    heartbeat = betterstack.find(alerting, "heartbeats", BACKUP)
    assert causes(f"heartbeat_id={heartbeat}") == ["Reported failure"]
    assert len(causes("resolved=false&acknowledged=false")) == 3


def test_team_wide_maintenance(alerting: Organisation, api: Api) -> None:
    """It silences everything: no incident is raised, until it ends."""
    api.put("/api/v2/team-maintenance", json={"duration": 3600})
    assert api.get("/api/v2/team-maintenance")["data"]["attributes"]["maintenance"] is True
    betterstack.ping(alerting, BACKUP, "fail")
    assert api.get("/api/v3/incidents")["data"] == []
    api.delete("/api/v2/team-maintenance")
    assert api.get("/api/v2/team-maintenance")["data"]["attributes"] == {
        "team_name": "botBrains",
        "maintenance": False,
        "maintenance_to": None,
    }
