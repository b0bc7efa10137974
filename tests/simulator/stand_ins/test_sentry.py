"""The stand-in answers as Sentry's pages say, and everything that can keep a failure from surfacing can be written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from fixtures.simulator import sentry
from fixtures.simulator.sentry import API, BACKUP, REPLICATION
from fixtures.simulator.stand_ins.sentry.schedules import check, next_due
from tests.simulator.published_shapes import faults

if TYPE_CHECKING:
    from fixtures.simulator.organisation import Organisation
    from tests.simulator.alerting import Api


@pytest.fixture
def api(alerting: Organisation) -> Api:
    """Ask Sentry."""
    return cast("Api", alerting.api("sentry"))


def _monitor(api: Api, slug: str = BACKUP) -> dict[str, Any]:
    monitor: dict[str, Any] = api.get(f"{API}/monitors/{slug}/")
    assert faults("sentry", "monitor", monitor) == []
    return monitor


def _environment(api: Api, slug: str = BACKUP) -> dict[str, Any]:
    (environment,) = _monitor(api, slug)["environments"]
    return dict(environment)


def _statuses(api: Api, slug: str = BACKUP) -> list[str]:
    return [one["status"] for one in api.get(f"{API}/monitors/{slug}/checkins/")]


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/api/0/organizations/", "organizations"),
        (f"{API}/", "organization"),
        (f"{API}/projects/", "projects"),
        ("/api/0/projects/botbrains/backups/", "project"),
        ("/api/0/projects/botbrains/backups/keys/", "keys"),
        (f"{API}/monitors/", "monitors"),
        (f"{API}/monitors/{BACKUP}/", "monitor"),
        (f"{API}/monitors/{BACKUP}/checkins/", "check_ins"),
        (f"{API}/detectors/", "detectors"),
        (f"{API}/detectors/?query=type:monitor_check_in_failure", "detectors"),
        (f"{API}/workflows/", "workflows"),
    ],
)
def test_answers_in_published_shape(alerting: Organisation, api: Api, path: str, shape: str) -> None:
    """Every answer that the suite relies on has the published fields and types, a failing monitor's too."""
    sentry.check_in(alerting, BACKUP, "error")
    sentry.add_monitor(alerting, "never-ran", "0 3 * * *")
    answer = api.get(path)
    assert answer
    assert faults("sentry", shape, answer) == []


def test_organisation_is_in_the_eu(api: Api) -> None:
    """Where the data lives is told by the organisation."""
    assert api.get(f"{API}/")["links"]["regionUrl"] == "https://de.sentry.io"


@pytest.mark.parametrize(
    ("header", "detail"),
    [({}, "Authentication credentials were not provided."), ({"Authorization": "Bearer wrong"}, "Invalid token")],
)
def test_wrong_token(api: Api, header: dict[str, str], detail: str) -> None:
    """Missing and wrong tokens are told apart."""
    answer = api.ask("GET", f"{API}/monitors/", headers={"Authorization": None, **header})
    assert (answer.status_code, answer.json()) == (401, {"detail": detail})


@pytest.mark.parametrize(("count", "pages"), [(0, [0]), (1, [1]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
def test_pages(alerting: Organisation, api: Api, count: int, pages: list[int]) -> None:
    """Both links are on every page; on the last one `next` says that it leads nowhere."""
    api.post("/simulator/reset")
    api.post("/api/0/teams/botbrains/platform/projects/", json={"name": "backups"})
    for number in range(count):
        sentry.add_monitor(alerting, f"job-{number}", [1, "day"])
    found, path, more = [], f"{API}/monitors/?per_page=3", "true"
    while more == "true":
        answer = api.ask("GET", path)
        found.append(len(answer.json()))
        assert answer.links["previous"]["results"] == ("false" if len(found) == 1 else "true")
        following, more = answer.links["next"]["url"], answer.links["next"]["results"]
        assert following.startswith(api.url)
        path = following.removeprefix(api.url)
    assert found == pages
    assert api.get(path) == []  # the link of the last page leads to an empty one


@pytest.mark.parametrize(
    "path", [f"{API}/alert-rules/", f"{API}/alert-rules/1/", "/api/0/projects/botbrains/backups/rules/"]
)
def test_retired(api: Api, path: str) -> None:
    """The older alert rules are gone."""
    answer = api.ask("GET", path)
    assert answer.status_code == 410
    assert faults("sentry", "gone", answer.json()) == []


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/api/0/organizations/others/monitors/", None, 404),
        ("GET", f"{API}/monitors/nothing/", None, 404),
        ("GET", f"{API}/workflows/1/", None, 404),
        ("GET", "/api/0/nowhere/", None, 404),
    ],
)
def test_refusals(api: Api, method: str, path: str, sent: object, status: int) -> None:
    """What the provider refuses is refused, with its error body."""
    answer = api.ask(method, path, json=sent)
    assert answer.status_code == status
    assert faults("sentry", "error", answer.json()) == []


@pytest.mark.parametrize(
    ("path", "sent", "field"),
    [
        (f"{API}/monitors/{BACKUP}/", {"status": "asleep"}, "status"),
        (f"{API}/monitors/{BACKUP}/", {"isMuted": "yes"}, "isMuted"),
        (f"{API}/monitors/{BACKUP}/", {"config": {"schedule": "99 * * * *", "schedule_type": "crontab"}}, "config"),
        (f"{API}/monitors/{BACKUP}/", {"config": {"timezone": "Mars/Olympus"}}, "config"),
        (f"{API}/monitors/{BACKUP}/", {"slug": REPLICATION}, "slug"),
        (f"{API}/workflows/", {"enabled": "yes"}, "enabled"),
    ],
)
def test_refused_fields(api: Api, path: str, sent: object, field: str) -> None:
    """A wrong value is refused under its field's name, and nothing is changed."""
    before = _monitor(api)
    answer = api.ask("PUT", path, json=sent)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert _monitor(api) == before


def test_check_in_makes_the_environment(alerting: Organisation, api: Api) -> None:
    """A monitor without check-in has no environment; the first one makes it, and says when the next is due."""
    sentry.add_monitor(alerting, "never-ran", [1, "day"])
    assert _monitor(api, "never-ran")["environments"] == []
    sentry.check_in(alerting, "never-ran")
    environment = _environment(api, "never-ran")
    assert (environment["name"], environment["status"]) == ("production", "ok")
    due, latest = (datetime.fromisoformat(environment[name]) for name in ("nextCheckIn", "nextCheckInLatest"))
    assert latest - due == timedelta(minutes=60)
    assert timedelta(hours=23, minutes=58) < due - datetime.now(UTC) <= timedelta(days=1)


@pytest.mark.parametrize(("minutes", "statuses"), [(1440 + 58, ["ok"]), (1440 + 62, ["missed", "ok"])])
def test_check_in_that_does_not_come_is_missed(
    alerting: Organisation, api: Api, minutes: int, statuses: list[str]
) -> None:
    """Up to the margin it may still come; after it, it is missed, and that counts as the last check-in."""
    sentry.add_monitor(alerting, "quiet", [1, "day"])
    with alerting.ago(timedelta(minutes=minutes)):
        sentry.check_in(alerting, "quiet")
    assert _statuses(api, "quiet") == statuses
    environment = _environment(api, "quiet")
    assert environment["status"] == ("ok" if statuses == ["ok"] else "error")
    if "missed" in statuses:
        assert environment["activeIncident"]["resolvingTimestamp"] is None
        assert datetime.now(UTC) - datetime.fromisoformat(environment["lastCheckIn"]) < timedelta(minutes=5)


def test_disabled_monitor_misses_nothing(alerting: Organisation, api: Api) -> None:
    """A disabled monitor notes neither what comes nor what does not, and its last status stays."""
    with alerting.days_ago(5):
        sentry.check_in(alerting, BACKUP)
        sentry.change_monitor(alerting, BACKUP, status="disabled")
    assert "missed" not in _statuses(api)
    count = len(_statuses(api))
    sentry.check_in(alerting, BACKUP, "error")
    assert len(_statuses(api)) == count


def test_job_that_never_ends_times_out(alerting: Organisation, api: Api) -> None:
    """A job that began and said no more is a failure once its time is over; one that ends is one check-in."""
    sentry.check_in(alerting, BACKUP, "in_progress")
    sentry.check_in(alerting, BACKUP)
    assert _statuses(api) == ["ok", "ok"]
    with alerting.ago(timedelta(minutes=121)):
        sentry.check_in(alerting, REPLICATION, "in_progress")
    assert "timeout" in _statuses(api, REPLICATION)
    assert _environment(api, REPLICATION)["status"] == "error"


def test_failure_threshold(alerting: Organisation, api: Api) -> None:
    """A monitor may be told to wait for several failures in a row."""
    sentry.change_monitor(alerting, BACKUP, config={"failure_issue_threshold": 2})
    sentry.check_in(alerting, BACKUP, "error")
    assert _environment(api)["status"] == "ok"
    sentry.check_in(alerting, BACKUP, "error")
    assert _environment(api)["status"] == "error"


def test_muting(alerting: Organisation, api: Api) -> None:
    """A monitor is muted as a whole or by its environments."""
    sentry.mute_environment(alerting, BACKUP)
    assert (_environment(api)["isMuted"], _monitor(api)["isMuted"]) == (True, True)
    sentry.change_monitor(alerting, BACKUP, isMuted=False)
    assert (_environment(api)["isMuted"], _monitor(api)["isMuted"]) == (False, False)


def test_detectors_and_workflows(alerting: Organisation, api: Api) -> None:
    """A connection can be cut from either end, and each end shows it."""
    number = sentry.detector(alerting, BACKUP)["id"]
    (workflow,) = api.get(f"{API}/workflows/")
    assert number in workflow["detectorIds"]
    sentry.change_detector(alerting, BACKUP, workflowIds=[])
    assert number not in api.get(f"{API}/workflows/{workflow['id']}/")["detectorIds"]
    sentry.change_alert(alerting, detectorIds=[number], enabled=False)
    assert sentry.detector(alerting, BACKUP)["workflowIds"] == [workflow["id"]]
    assert sentry.detector(alerting, REPLICATION)["workflowIds"] == []
    api.put(f"{API}/workflows/?id={workflow['id']}", json={"enabled": True})
    assert api.get(f"{API}/workflows/{workflow['id']}/")["enabled"] is True
    sentry.delete_alert(alerting)
    assert sentry.detector(alerting, BACKUP)["workflowIds"] == []


def test_detector_and_monitor_go_together(alerting: Organisation, api: Api) -> None:
    """Deleting one deletes the other; a renamed monitor keeps its detector."""
    api.delete(f"{API}/detectors/{sentry.detector(alerting, REPLICATION)['id']}/")
    assert api.ask("GET", f"{API}/monitors/{REPLICATION}/").status_code == 404
    number = sentry.detector(alerting, BACKUP)["id"]
    sentry.change_monitor(alerting, BACKUP, slug="nightly")
    assert sentry.detector(alerting, "nightly")["id"] == number
    sentry.delete_monitor(alerting, "nightly")
    assert [one["type"] for one in api.get(f"{API}/detectors/")] == ["error", "issue_stream"]


def test_strangers_cannot_check_in(api: Api) -> None:
    """The project's key is asked for."""
    assert api.ask("GET", "/api/4500/cron/backup-app-database/wrong/?status=ok").status_code == 403


@pytest.mark.parametrize(
    ("schedule", "zone", "after", "due"),
    [
        ("15 3 * * *", None, "2026-03-01T03:14:59", "2026-03-01T03:15:00"),
        ("15 3 * * *", None, "2026-03-01T03:15:00", "2026-03-02T03:15:00"),
        ("*/20 * * * *", None, "2026-03-01T03:15:00", "2026-03-01T03:20:00"),
        ("0 9-17/4 * * 1-5", None, "2026-02-27T17:30:00", "2026-03-02T09:00:00"),
        ("0 0 1,15 * *", None, "2026-03-01T00:00:00", "2026-03-15T00:00:00"),
        ("0 0 13 * 5", None, "2026-03-01T00:00:00", "2026-03-06T00:00:00"),
        ("0 0 29 2 *", None, "2026-03-01T00:00:00", "2028-02-29T00:00:00"),
        ("@daily", "Europe/Berlin", "2026-07-01T12:00:00", "2026-07-01T22:00:00"),
        ("@daily", "Europe/Berlin", "2026-12-01T12:00:00", "2026-12-01T23:00:00"),
        ("@weekly", None, "2026-03-02T00:00:00", "2026-03-08T00:00:00"),
    ],
)
def test_crontabs(schedule: str, zone: str | None, after: str, due: str) -> None:
    """The next time is the first after that minute, in the monitor's time zone."""
    config = {"schedule_type": "crontab", "schedule": schedule, "timezone": zone}
    begin = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert next_due(config, begin) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "schedule"),
    [
        ("crontab", "60 * * * *"),
        ("crontab", "* * * *"),
        ("crontab", "* * * * * *"),
        ("crontab", "0 0 31 2 *"),
        ("crontab", [1, "day"]),
        ("interval", [0, "day"]),
        ("interval", [1, "fortnight"]),
        ("interval", "1 day"),
        ("sundial", "noon"),
    ],
)
def test_schedules_that_never_come(kind: str, schedule: object) -> None:
    """They are refused on writing."""
    assert check({"schedule_type": kind, "schedule": schedule}) is not None
