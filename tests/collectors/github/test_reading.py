"""What there is, is read: every page, every repository, with the call that told it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from fixtures import mirrors as mirrors_fixture
from fixtures import repositories as repositories_fixture
from fixtures.facts.repositories import Bypass
from fixtures.simulator import github
from fixtures.simulator.github import APP, INFRASTRUCTURE, MACHINES
from fixtures.simulator.organisation import Organisation
from fixtures.simulator.stand_ins.github import ORGANISATION
from tests.collectors.github.conftest import Read

WILDCARD = re.compile(r"\{[^}]*\}")


def test_organisation_as_built(organisation: Organisation, read: Read) -> None:
    """Four private repositories, protected in three ways, mirrored, nothing unread."""
    reading = read()
    repositories, histories, mirrored = reading.repositories(), reading.histories(), reading.mirrored()

    assert organisation
    assert {str(one) for one in repositories} == {"private", "private, fork", "private, archived"}
    assert [history.is_protected() for history in histories] == [True] * 4
    assert {one.name: one.machines for one in mirrored} == {
        f"{ORGANISATION}/{name}": MACHINES if name == APP else MACHINES[:2]
        for name in (APP, "app-hotfix", INFRASTRUCTURE, "prototype")
    }
    assert [mirror.behind(datetime.now(UTC)) for one in mirrored for mirror in one.mirrors] == [()] * 9
    assert reading.gaps() == []


def test_facts_name_their_call(organisation: Organisation, read: Read) -> None:
    """By its number in the ledger, where the answer's digest stands; the token stands nowhere."""
    reading = read()
    for fact in (*reading.repositories(), *reading.histories(), *reading.mirrored()):
        call = reading.ledger.calls[fact.source.ledger - 1]
        assert call.operation == fact.source.call
        assert (call.status, call.simulated, call.own_host) == (200, True, False)
        assert len(call.sha256) == 64
    assert organisation.exports["GITHUB_TOKEN"] not in repr(reading.ledger)


def test_docstrings_name_the_calls_that_are_made(organisation: Organisation, read: Read) -> None:
    """The way from a fixture to the provider's page."""
    github.report_mirror(organisation, APP, MACHINES[0], commit=github.orphan(organisation, APP))
    reading = read()
    reading.histories()
    reading.mirrored()
    named = "".join(
        population.__doc__ or ""
        for population in (
            repositories_fixture.repositories,
            repositories_fixture.histories,
            mirrors_fixture.mirrored_repositories,
        )
    )

    made = {call.operation.removeprefix("GET ") for call in reading.ledger.calls}
    assert {path for path in re.findall(r"/[\w{}/.-]+", named) if path.startswith(("/orgs", "/repos"))} == made


@pytest.mark.parametrize("count", [0, 1, 100, 101], ids=["none", "one", "exactly-one-page", "one-more"])
def test_every_page_is_read(empty: Organisation, read: Read, count: int) -> None:
    """And no more than one page is asked for where there is no more."""
    for number in range(count):
        github.open_repository(empty, f"r{number}")
    reading = read()

    assert len(reading.repositories()) == count
    assert reading.repositories().unread == ()
    pages = sum(call.operation == "GET /orgs/{organisation}/repos" for call in reading.ledger.calls)
    assert pages == max(1, -(-count // 100))


def test_every_mirror_and_every_push_is_read(organisation: Organisation, read: Read) -> None:
    """Beyond the first page of refs, and of activity, which is paged by a mark."""
    commit = github.tip(organisation, INFRASTRUCTURE)
    for number in range(120):
        ref = {"ref": f"refs/mirrors/machine-{number}/main", "sha": commit}
        organisation.api("github").post(f"{github.path(INFRASTRUCTURE)}/git/refs", json=ref)
    for number in range(52):
        github.branch_off(organisation, INFRASTRUCTURE, f"b{number}")
        github.delete_ref(organisation, INFRASTRUCTURE, f"refs/heads/b{number}")

    (found,) = [one for one in read().mirrored() if one.name.endswith(INFRASTRUCTURE)]

    assert len(found.machines) == 122
    assert len(found.mirrors[0].branches.pushes) == 105


def test_next_page_on_another_host_is_not_asked_for(organisation: Organisation, read: Read) -> None:
    """It would get the token."""
    link = {"Link": '<https://api.attacker.example/orgs/botbrains/repos?page=2>; rel="next"'}
    organisation.api("github").post("/simulator/faults", json={"path": "/orgs/*/repos", "headers": link})
    reading = read()

    (gap,) = reading.repositories().unread
    assert "another host (api.attacker.example)" in str(gap)
    assert {call.host for call in reading.ledger.calls} == {reading.hosting.url.removeprefix("http://")}


def test_pages_that_lead_in_a_circle_end(organisation: Organisation, read: Read) -> None:
    """As a gap."""
    address = organisation.exports["GITHUB_API_URL"]
    link = {"Link": f'<{address}/orgs/botbrains/repos?page=1>; rel="next"'}
    organisation.api("github").post("/simulator/faults", json={"path": "/orgs/*/repos", "headers": link})

    (gap,) = read().repositories().unread
    assert "lead in a circle" in str(gap)


def test_rulesets_of_the_organisation_are_read_with_their_bypasses(organisation: Organisation, read: Read) -> None:
    """From wherever the rule comes."""
    actor = {"actor_id": None, "actor_type": "OrganizationAdmin", "bypass_mode": "pull_request"}
    github.change_organisation_ruleset(organisation, bypass_actors=[actor])

    (fork,) = [history for history in read().histories() if history.name.endswith("hotfix")]

    assert {rule.bypasses for rule in fork.rules} == {(Bypass("OrganizationAdmin", "", "pull_request"),)}
    assert fork.is_protected()


def test_repository_without_commits_is_a_fact(empty: Organisation, read: Read) -> None:
    """And not a gap: GitHub answers 404 and 409 there."""
    github.open_repository(empty, "idea")
    reading = read()
    (history,), (mirrored,) = reading.histories(), reading.mirrored()

    assert (str(history), str(mirrored)) == ("main has no commits", "0 machines")
    assert reading.gaps() == []


def test_plan_without_protection_is_a_fact(organisation: Organisation, read: Read) -> None:
    """GitHub's 403 about the plan is told from one about permissions."""
    github.change_plan(organisation, "free")
    reading = read()

    assert {history.plan_lacks_protection for history in reading.histories()} == {True}
    assert reading.gaps() == []


def test_pushes_are_dated_as_they_were_made(organisation: Organisation, read: Read) -> None:
    """By GitHub's own record, not by the commit, whose date anybody can write."""
    with organisation.days_ago(3):
        commit = github.push(organisation, APP, file="new")
    (app,) = [one for one in read().mirrored() if one.name == f"{ORGANISATION}/{APP}"]
    branches = app.mirrors[0].branches

    pushed = branches.pushed("main", commit)
    assert pushed is not None
    assert abs(datetime.now(UTC) - timedelta(days=3) - pushed) < timedelta(minutes=1)
    assert app.mirrors[0].behind(datetime.now(UTC) - timedelta(days=2)) == ("main",)
    assert app.mirrors[0].behind(datetime.now(UTC) - timedelta(days=4)) == ()
