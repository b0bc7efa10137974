"""Whatever the alerting providers answer instead of what they publish: never compliant, never a traceback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fixtures.examination import Result
from tests.alerting_run import AlertingRun, Judged
from tests.simulator.alerting import AlertingOrganisation

SENTRY = "/api/0/organizations/botbrains"
ANSWERS: dict[str, tuple[str, Callable[[AlertingRun], Judged]]] = {
    "/api/v2/heartbeats": ("betterstack", AlertingRun.better_stack),
    "/api/v2/team-maintenance": ("betterstack", AlertingRun.better_stack),
    "/api/v3/policies": ("betterstack", AlertingRun.better_stack),
    "/api/v2/urgencies": ("betterstack", AlertingRun.better_stack),
    "/api/v2/on-calls": ("betterstack", AlertingRun.better_stack),
    "/api/v2/team-members": ("betterstack", AlertingRun.better_stack),
    f"{SENTRY}/monitors/": ("sentry", AlertingRun.sentry),
    f"{SENTRY}/monitors/*/checkins/": ("sentry", AlertingRun.sentry),
    f"{SENTRY}/detectors/": ("sentry", AlertingRun.sentry),
    f"{SENTRY}/workflows/": ("sentry", AlertingRun.sentry),
}
CASES = [pytest.param(path, provider, judge, id=path) for path, (provider, judge) in ANSWERS.items()]
NOT_IN_GOOD_ORDER = {Result.NOT_ASSESSED, Result.NOT_COMPLIANT}
MEANT = {
    "data.0.attributes.policy_id is null": "without policy, whoever is on call is told directly",
    "0.triggers is null": "an alert without triggers is set off by everything",
}
"""What is no mistake but another good answer, as the providers' pages say."""
EXPLAINED = ("published shape", "although every team has one")
SECRET = "planted-secret"  # noqa: S105 - planted to be looked for


def _places(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield every field of an answer, with where it stands; of a list only the first item."""
    items = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for name, inner in items:
        place = (*path, str(name))
        yield place, inner
        yield from _places(inner, place)


def _wrong(value: object) -> object:
    """Return something of another type."""
    return "text" if isinstance(value, dict | list) else {"unexpected": [SECRET]}


def _answer(providers: AlertingOrganisation, provider: str, path: str) -> Any:  # noqa: ANN401 - JSON
    return providers.api(provider).get(path.replace("*", "backup-app-database"))


def _mutations(answer: object) -> Iterator[tuple[str, dict[str, object]]]:
    for place, value in _places(answer):
        path = ".".join(place)
        if not place[-1].isdecimal():  # a shorter list is a good list
            yield f"{path} is missing", {"drop": [path]}
        yield f"{path} is of another type", {"replace": {path: _wrong(value)}}
        if value is not None:
            yield f"{path} is null", {"replace": {path: None}}


@pytest.mark.exhaustive(keep=2)
@pytest.mark.parametrize(("path", "provider", "judge"), CASES)
def test_field_missing_null_or_of_another_type(
    run: AlertingRun, providers: AlertingOrganisation, path: str, provider: str, judge: Callable[[AlertingRun], Judged]
) -> None:
    """Only what leaves the facts as they are leaves the statement compliant; nothing breaks, nothing is quoted."""
    api = providers.api(provider)
    good = judge(run)
    assert good.result is Result.COMPLIANT
    mutations = [(name, fault) for name, fault in _mutations(_answer(providers, provider, path)) if name not in MEANT]
    wrong = []
    for name, fault in mutations:
        api.fault(path=path, **fault)
        judged = judge(run)
        api.delete("/simulator/faults")
        if judged.result is Result.COMPLIANT and judged.facts != good.facts:
            wrong.append(f"{name}: compliant by other facts: {judged.facts}")
        if "fault of the suite" in judged.reasons or SECRET in judged.reasons:
            wrong.append(f"{name}: {judged.reasons}")
        if judged.result is Result.NOT_ASSESSED and not any(words in judged.reasons for words in EXPLAINED):
            wrong.append(f"{name}: {judged.reasons}")
    assert wrong == []
    assert len(mutations) > 10


@pytest.mark.parametrize(("path", "provider", "judge"), CASES)
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"html": True}, "answered text/html where JSON is published"),
        ({"truncate": 40}, "JSON that breaks off"),
        ({"truncate": 0}, "JSON that breaks off"),
        ({"body": "null", "headers": {"Content-Type": "application/json"}}, "published shape"),
        ({"body": [[]]}, "published shape"),
        ({"status": 200, "body": {"message": "soon"}}, "published shape"),
        ({"status": 401, "body": {"errors": "Invalid Team API token. How to find", "detail": "Invalid token"}}, "401"),
        (
            {"status": 403, "body": {"detail": "You do not have permission to perform this action."}},
            "403 Forbidden: You",
        ),
        ({"status": 404, "html": True}, "404 Not Found"),
        ({"status": 410, "body": {"message": "This API no longer exists."}}, "410 Gone: This API no longer"),
        ({"status": 500, "html": True, "headers": {"Retry-After": "0"}}, "500 Internal Server Error"),
        ({"status": 429, "body": {}, "headers": {"Retry-After": "3600"}}, "429 Too Many Requests"),
        ({"status": 302, "headers": {"Location": "https://elsewhere.example/"}}, "302 Found"),
    ],
    ids=lambda value: " ".join(map(str, value.values()))[:40] if isinstance(value, dict) else None,
)
def test_whole_answer_is_another(
    run: AlertingRun,
    providers: AlertingOrganisation,
    path: str,
    provider: str,
    judge: Callable[[AlertingRun], Judged],
    fault: dict[str, object],
    reason: str,
) -> None:
    """The statement is not assessed, and says in one line why."""
    providers.api(provider).fault(path=path, **fault)
    judged = judge(run)
    assert judged.result is Result.NOT_ASSESSED
    assert reason in judged.reasons
    assert "fault of the suite" not in judged.reasons


@pytest.mark.parametrize("path", ["/api/v2/heartbeats", "/api/v3/policies", "/api/v2/on-calls"])
def test_foreign_next_page(run: AlertingRun, providers: AlertingOrganisation, path: str) -> None:
    """A page that is said to be elsewhere is not asked for: the token stays."""
    providers.api("betterstack").fault(
        path=path, replace={"pagination.next": f"https://elsewhere.example{path}?page=2"}
    )
    judged = run.better_stack()
    assert judged.result is Result.NOT_ASSESSED
    assert "elsewhere" in judged.reasons
    assert {call.host for call in judged.ledger.calls} == {providers.api("betterstack").url.removeprefix("http://")}


def test_second_page_fails(run: AlertingRun, providers: AlertingOrganisation) -> None:
    """What is on the pages that were not read may be the violation: never compliant."""
    api = providers.api("betterstack")
    for number in range(250):
        api.post("/api/v2/heartbeats", json={"name": f"job {number}"})
    api.fault(path="/api/v2/heartbeats", page=2, status=429, headers={"Retry-After": "3600"})
    judged = run.better_stack()
    assert judged.result is Result.NOT_ASSESSED
    assert "429" in judged.reasons


@pytest.mark.parametrize(
    "header", [None, "", 'nonsense; rel="next"', '<http://x.invalid/>; rel="next"; results="maybe"']
)
def test_link_header_that_says_nothing(run: AlertingRun, providers: AlertingOrganisation, header: str | None) -> None:
    """Whether a listing goes on is not guessed."""
    providers.api("sentry").fault(path=f"{SENTRY}/workflows/", headers={"Link": header})
    judged = run.sentry()
    assert judged.result is Result.NOT_ASSESSED
    assert "Link header" in judged.reasons


def test_foreign_next_page_of_sentry(run: AlertingRun, providers: AlertingOrganisation) -> None:
    """The same for the Link header."""
    foreign = '<https://elsewhere.example/api/0/>; rel="next"; results="true"; cursor="0:100:0"'
    providers.api("sentry").fault(path=f"{SENTRY}/monitors/", headers={"Link": foreign})
    judged = run.sentry()
    assert judged.result is Result.NOT_ASSESSED
    assert "elsewhere" in judged.reasons
