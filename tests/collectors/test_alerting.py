"""Better Stack and Sentry are read whole, or what is missing is told; secrets and people stay where they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from fixtures.collectors import alerting_records
from fixtures.collectors.betterstack import open_betterstack
from fixtures.collectors.betterstack_incidents import _Incident
from fixtures.collectors.betterstack_monitors import read_heartbeats
from fixtures.collectors.ledger import Ledger
from fixtures.collectors.record_files import RecordError
from fixtures.collectors.sentry import open_sentry
from fixtures.collectors.sentry_alerts import read_alerts
from fixtures.collectors.web_api import Answer, read
from fixtures.collectors.web_failures import WebApiError
from fixtures.evidence.provenance import SIMULATED, provenance
from fixtures.examination import Result
from fixtures.facts.failures import FailureEvent
from fixtures.simulator import betterstack, sentry
from fixtures.simulator.organisation import Organisation
from tests.alerting_run import AlertingRun, Judged
from tests.simulator.alerting import TOKENS, AlertingOrganisation

BOTH = pytest.mark.parametrize(
    ("variable", "judge", "scope"),
    [
        ("BETTERSTACK_API_TOKEN", AlertingRun.better_stack, "Uptime API token"),
        ("SENTRY_AUTH_TOKEN", AlertingRun.sentry, "alerts:read"),
    ],
)
APP = FailureEvent("arn:aws:rds:eu-central-1:1:db:app", "app", "backup failed", datetime.now(UTC) - timedelta(days=2))


@pytest.fixture
def org(providers: AlertingOrganisation) -> Organisation:
    """Return the handle under the name that the builders know."""
    return cast("Organisation", providers)


def test_compliant_as_built(run: AlertingRun) -> None:
    """The control of the experiment; everything that answered bears the mark of the simulation."""
    for judged in (run.better_stack(), run.sentry(), run.incidents()):
        assert (judged.result, judged.unread) == (Result.COMPLIANT, ())
    assert provenance(run.better_stack().ledger.calls) == SIMULATED


@BOTH
@pytest.mark.parametrize("token", ["", " ", "wrong", "wr\u00f6ng", "two\nlines"])
def test_token_missing_or_wrong(  # the case and what it needs
    run: AlertingRun,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    judge: Callable[[AlertingRun], Judged],
    scope: str,
    token: str,
) -> None:
    """That provider's statement is not assessed, and says what the token needs; the other's is assessed."""
    monkeypatch.setenv(variable, token)
    judged = judge(run)
    assert judged.result is Result.NOT_ASSESSED
    assert scope in judged.reasons or "characters that no token has" in judged.reasons
    assert "fault of the suite" not in judged.reasons
    other = AlertingRun.sentry if judge is AlertingRun.better_stack else AlertingRun.better_stack
    assert other(run).result is Result.COMPLIANT


@BOTH
def test_provider_not_declared(
    run: AlertingRun, variable: str, judge: Callable[[AlertingRun], Judged], scope: str
) -> None:
    """What is not declared in accounts.toml is not read, and that is told."""
    assert variable
    assert scope
    (run.folder / "accounts.toml").write_text("")
    judged = judge(run)
    assert judged.result is Result.NOT_ASSESSED
    assert "records/accounts.toml" in judged.reasons


@BOTH
def test_records_that_cannot_be_read(
    run: AlertingRun, variable: str, judge: Callable[[AlertingRun], Judged], scope: str
) -> None:
    """A file that does not parse leaves the statement not assessed, with file and line."""
    assert variable
    assert scope
    for name in ("accounts.toml", "alerting.toml"):
        before = (run.folder / name).read_text()
        (run.folder / name).write_text('[[jobs]]\nname = "x"\npurpos = "backup"\n')
        judged = judge(run)
        assert judged.result is Result.NOT_ASSESSED
        assert f"{name}:" in judged.reasons
        (run.folder / name).write_text(before)


def test_token_of_another_team(run: AlertingRun) -> None:
    """A token that sees another team proves nothing about this one."""
    path = run.folder / "accounts.toml"
    path.write_text(path.read_text().replace("[betterstack]", '[betterstack]\nteam = "Backups"'))
    judged = run.better_stack()
    assert judged.result is Result.NOT_ASSESSED
    assert "the token belongs to the team 'botBrains', not to 'Backups'" in judged.reasons


def test_token_that_sees_no_project(run: AlertingRun, providers: AlertingOrganisation) -> None:
    """Empty lists without proof that the token sees are not assessed; with it, they are a violation."""
    api = providers.api("sentry")
    root = "/api/0/organizations/botbrains"
    for path in ("projects", "monitors", "detectors", "workflows"):
        api.fault(path=f"{root}/{path}/", body=[], headers={"Link": '<x>; rel="next"; results="false"'})
    assert (run.sentry().result, "sees no project" in run.sentry().reasons) == (Result.NOT_ASSESSED, True)
    api.delete("/simulator/faults")
    for path in ("monitors", "detectors", "workflows"):
        api.fault(path=f"{root}/{path}/", body=[], headers={"Link": '<x>; rel="next"; results="false"'})
    assert run.sentry().result is Result.NOT_COMPLIANT
    assert "there is no monitor of this slug" in run.sentry().seen


@pytest.mark.parametrize("path", ["/api/v2/on-calls", "/api/v2/team-members"])
def test_token_that_sees_no_team(run: AlertingRun, providers: AlertingOrganisation, path: str) -> None:
    """Every team has somebody and a calendar: where none is listed, nothing was seen."""
    links = {"first": "x", "last": "x", "prev": None, "next": None}
    providers.api("betterstack").fault(path=path, body={"data": [], "included": [], "pagination": links})
    assert run.better_stack().result is Result.NOT_ASSESSED


def test_violation_stands_although_the_rest_is_unread(
    run: AlertingRun, providers: AlertingOrganisation, org: Organisation
) -> None:
    """A paused heartbeat is one, whoever would have been told; an unread policy alone is no violation."""
    providers.api("betterstack").fault(path="/api/v3/policies", status=403)
    assert run.better_stack().result is Result.NOT_ASSESSED
    betterstack.change_heartbeat(org, betterstack.BACKUP, paused=True)
    judged = run.better_stack()
    assert judged.result is Result.NOT_COMPLIANT
    assert len(judged.seen) == 1
    assert judged.seen[0].startswith("paused since ")
    assert judged.seen[0].endswith("escalation not read")


def test_disabled_monitor_stands_although_alerts_are_unread(
    run: AlertingRun, providers: AlertingOrganisation, org: Organisation
) -> None:
    """The same at Sentry."""
    providers.api("sentry").fault(path="*/workflows/", status=403)
    assert run.sentry().result is Result.NOT_ASSESSED
    sentry.change_monitor(org, sentry.BACKUP, status="disabled")
    assert run.sentry().result is Result.NOT_COMPLIANT


def test_unread_incidents_accuse_nobody(run: AlertingRun, providers: AlertingOrganisation) -> None:
    """While Better Stack is down nobody knows whether a failure has its incident."""
    assert run.incidents(APP).result is Result.NOT_COMPLIANT
    providers.api("betterstack").fault(path="/api/v3/incidents", status=503, headers={"Retry-After": "0"})
    assert run.incidents(APP).result is Result.NOT_ASSESSED


@pytest.mark.parametrize(("days", "result"), [(14, Result.COMPLIANT), (40, Result.NOT_COMPLIANT)])
def test_old_incident_that_is_open_answers(
    run: AlertingRun, providers: AlertingOrganisation, org: Organisation, days: int, result: Result
) -> None:
    """An incident from before the look-back answers while it is open, but not whatever happens for ever after."""
    with providers.days_ago(days):
        betterstack.open_incident(org, "Backup of app fails again and again")
    assert run.incidents(APP).result is result


@pytest.mark.parametrize("count", [0, 1, 249, 250, 251, 501])
def test_every_heartbeat(run: AlertingRun, providers: AlertingOrganisation, count: int) -> None:
    """None, one, just below a page, exactly one page, one more, and many."""
    assert run
    api = providers.api("betterstack")
    api.post("/simulator/reset")
    for number in range(count):
        api.post("/api/v2/heartbeats", json={"name": f"job {number}"})
    team = open_betterstack("", Ledger())
    found = team.listing("GET", read_heartbeats)
    assert ([one.name for one in found], found.unread) == ([f"job {number}" for number in range(count)], ())


@pytest.mark.parametrize("count", [0, 1, 50, 51, 120])
def test_every_incident(run: AlertingRun, providers: AlertingOrganisation, org: Organisation, count: int) -> None:
    """Fifty fit on a page, whatever is asked for; open ones are in both listings, and counted once."""
    providers.api("betterstack").post("/simulator/reset")
    for number in range(count):
        betterstack.open_incident(org, f"incident {number}")
    found = run.populations("reported_incidents")
    assert (len({one.id for one in found}), len(found), found.unread) == (count, count, ())


@pytest.mark.parametrize("count", [0, 1, 100, 101])
def test_every_alert(run: AlertingRun, org: Organisation, count: int) -> None:
    """The cursors are followed to the page that says that it is the last."""
    assert run
    sentry.delete_alert(org)
    for number in range(count):
        sentry.add_alert(org, f"alert {number}", [])
    ledger = Ledger()
    found = open_sentry("botbrains", ledger).listing("GET", read_alerts)
    assert ([one.name for one in found], found.unread) == ([f"alert {number}" for number in range(count)], ())
    pages = [call for call in ledger.calls if call.operation.endswith("/workflows/")]
    assert len(pages) == max(1, -(-count // 100))


def test_no_secret_and_nobody_is_in_the_facts(run: AlertingRun, providers: AlertingOrganisation) -> None:
    """Ping URLs, tokens, names, addresses and telephone numbers are in the answers, and stay there."""
    api = providers.api("betterstack")
    heartbeat = api.get("/api/v2/heartbeats")["data"][0]["attributes"]["url"]
    incident_token = api.get("/api/v3/policies")["data"][0]["attributes"]["incident_token"]
    key = providers.api("sentry").get("/api/0/projects/botbrains/backups/keys/")[0]
    api.post("/api/v3/incidents", json={"summary": "told by otto@botbrains.example", "requester_email": "x@y.example"})
    secrets = [heartbeat.rpartition("/")[2], incident_token, key["public"], key["secret"], *TOKENS.values()]
    people = ["otto@", "clara@", "Otto", "Clara", "Beispiel", "+49", "x@y.example"]
    judged = [run.better_stack(), run.sentry(), run.incidents(APP)]
    told = "\n".join(part for one in judged for part in (one.facts, one.reasons, *one.seen, str(one.ledger.calls)))
    assert "betterstack:heartbeat/backup" in told
    assert [word for word in (*secrets, *people) if word in told] == []


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-14, 14))  # noqa: DTZ001
def test_times_are_read_in_every_notation(naive: datetime, hours: int) -> None:
    """With `Z` or an offset, with or without a fraction, it is the same instant."""
    offset = timedelta(hours=hours)
    moment = naive.replace(tzinfo=UTC)
    shifted = f"{(naive + offset).isoformat()}{'-' if hours < 0 else '+'}{abs(hours):02}:00"
    for text in (moment.isoformat(), moment.isoformat().replace("+00:00", "Z"), shifted):
        body = f'{{"name": null, "cause": null, "started_at": "{text}", "resolved_at": null}}'
        assert read(TypeAdapter(_Incident), Answer(body.encode(), {}, 1)).started_at == moment


@pytest.mark.parametrize("text", ["2026-11-16T18:30:00", "yesterday", "", "2026-13-01T00:00:00Z", "0"])
def test_times_that_are_none(text: str) -> None:
    """A time without zone could be any of 27 hours; it is refused, as is what is no time."""
    body = f'{{"name": null, "cause": null, "started_at": "{text}", "resolved_at": null}}'
    with pytest.raises(WebApiError, match="started_at"):
        read(TypeAdapter(_Incident), Answer(body.encode(), {}, 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[[jobs]]\nname = "x"\n', "jobs.0.purpose"),
        ('[[jobs]]\nname = "x"\npurpose = "restore"\n', "jobs.0.purpose"),
        ('[[jobs]]\nname = ""\npurpose = "backup"\n', "jobs.0.name"),
        ('[[jobs]]\nname = "x"\npurpose = "backup"\nheartbeat = ["x"]\n', "jobs.0.heartbeat"),
        ('[[jobs]]\nname = "x"\npurpose = "backup"\nheartbeats = [5]\n', "jobs.0.heartbeats.0"),
        ('[[jobs]]\nname = "x"\npurpose = "backup"\n[[jobs]]\nname = "x"\npurpose = "backup"\n', "same name"),
    ],
)
def test_wrong_records(tmp_path: Path, text: str, expected: str) -> None:
    """Each mistake is told by field and line."""
    (tmp_path / "alerting.toml").write_text(text)
    with pytest.raises(RecordError, match=r"alerting\.toml:") as told:
        alerting_records.jobs(tmp_path)
    assert expected in str(told.value)


def test_job_without_anything_that_watches_it(run: AlertingRun) -> None:
    """A declared job that names nothing is a violation at both providers."""
    text = '[[jobs]]\nname = "b"\npurpose = "backup"\n[[jobs]]\nname = "r"\npurpose = "replication"\n'
    (run.folder / "alerting.toml").write_text(text)
    assert run.better_stack().seen == ("no heartbeat and no monitor is named for it",) * 2
    assert run.sentry().seen == ("no Sentry monitor is named for it",) * 2


def test_monitor_watches_as_a_heartbeat_does(run: AlertingRun, providers: AlertingOrganisation) -> None:
    """A monitor is named by name or number; down, pending or in maintenance, it watches nothing."""
    api = providers.api("betterstack")
    policy = int(betterstack.find(cast("Organisation", providers), "policies", betterstack.POLICY))
    with providers.days_ago(1):
        told = {"url": "https://botbrains.example/backup-lag", "pronounceable_name": "backup lag", "policy_id": policy}
        number = api.post("/api/v2/monitors", json=told)["data"]["id"]
    text = (run.folder / "alerting.toml").read_text()
    for name in ("backup lag", number):
        watched = text.replace('heartbeats = ["backup: app database"]', f'monitors = ["{name}"]')
        (run.folder / "alerting.toml").write_text(watched)
        assert run.better_stack().result is Result.COMPLIANT
    api.patch(f"/api/v2/monitors/{number}", json={"url": "https://gone.invalid/"})
    assert run.better_stack().seen[0].startswith("down, ")
    api.patch(f"/api/v2/monitors/{number}", json={"maintenance_from": "00:00", "maintenance_to": "23:59:59"})
    assert run.better_stack().seen[0].startswith("maintenance, ")
