"""Which accounts are read: those of the list, those of an organisation, and a part of them; every other one is told."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any, cast

import boto3
import pytest
import requests

from fixtures.collectors import aws_estate
from fixtures.collectors.aws_accounts import Accounts, open_estate
from fixtures.collectors.aws_estate import Estate
from fixtures.collectors.ledger import Ledger
from fixtures.facts.accounts import Choice, DeclaredAccount, DeclaredOrganization, ExcludedAccount
from tests.gateway import Answer, Gateway, between

pytest_plugins = ("tests.collectors.stock_moto",)

ACCOUNT = "123456789012"
KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
ROLE = "backup-policy-compliance"
ORGANIZATION = DeclaredOrganization(ROLE)
SOME = 3


@pytest.fixture(scope="module")
def company(moto_url: str) -> str:
    """An organisation of 25 accounts besides the management account."""
    requests.post(f"{moto_url}/moto-api/reset", timeout=60).raise_for_status()
    client = administrator(moto_url)
    client.create_organization(FeatureSet="ALL")
    for number in range(25):
        client.create_account(AccountName=f"team-{number}", Email=f"team-{number}@example.com")
    return moto_url


@pytest.fixture
def gateway(company: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """A gateway before it, which lets everything pass."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS["aws_access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS["aws_secret_access_key"])
    with between(company, lambda _path, _request: None) as found:
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.url)
        yield found


def administrator(moto_url: str) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    """Return a client of whoever runs the organisation."""
    return cast("Any", boto3).client("organizations", "us-east-1", endpoint_url=moto_url, **KEYS)


def members(moto_url: str) -> dict[str, str]:
    """Return id and name of every account of the organisation, as its administrator sees it."""
    pages = administrator(moto_url).get_paginator("list_accounts").paginate()
    return {one["Id"]: one["Name"] for page in pages for one in page["Accounts"]}


def opened(
    *listed: DeclaredAccount, organization: DeclaredOrganization | None = ORGANIZATION, choice: Choice | None = None
) -> Estate:
    """Open the estate of what is declared."""
    return open_estate(Accounts(listed, organization, choice or Choice()), Ledger(), "eu-central-1")


@pytest.mark.usefixtures("gateway")
def test_every_account_of_every_page(moto_url: str) -> None:
    """All 26 are entered, the management account as whoever asks, the others by the role."""
    estate = opened()

    assert {account.id: account.name for account in estate.accounts} == members(moto_url)
    assert estate.unread == ()
    identities = {account.id: account.identity for account in estate.accounts}
    assert ROLE not in identities.pop(ACCOUNT)
    assert all(f"assumed-role/{ROLE}/" in identity for identity in identities.values())
    assert all(account.regions for account in estate.accounts)
    assert [one.read for one in estate.coverage] == [True] * 26


def test_denied_account_leaves_the_others(gateway: Gateway, moto_url: str) -> None:
    """It is a gap by its number, and stands in the coverage as not read."""
    denied = sorted(members(moto_url).keys() - {ACCOUNT})[7]
    gateway.rule = lambda _path, request: Answer.denied("AccessDenied") if f"::{denied}:role" in request else None

    estate = opened()

    (gap,) = estate.unread
    assert (gap.account, gap.call) == (denied, "sts:AssumeRole")
    assert "trust policy" in gap.remedy
    assert len(estate.accounts) == 25
    assert [(one.id, one.reason) for one in estate.coverage if not one.read] == [(denied, "could not be entered")]


def listed(ids: Sequence[str], token: str = "") -> Answer:
    """Answer with a page of active accounts, and whether there are more."""
    page: dict[str, Any] = {"Accounts": [{"Id": id_, "Name": "", "State": "ACTIVE"} for id_ in ids]}
    return Answer(200, json.dumps(page | ({"NextToken": token} if token else {})), "application/x-amz-json-1.1")


def test_account_on_two_pages(gateway: Gateway, moto_url: str) -> None:
    """It moves from one to the next while they are read; it is entered once."""
    ids = sorted(members(moto_url))[:4]
    pages = iter([listed(ids[:3], "more"), listed(ids[2:])])
    gateway.rule = lambda _path, request: next(pages) if "organizations" in request else None

    estate = opened()

    assert [account.id for account in estate.accounts] == [one.id for one in estate.coverage] == ids
    assert estate.unread == ()


def test_pages_that_go_in_circles(gateway: Gateway, moto_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that follows itself is seen by botocore, a circle of two is not; what was listed is read all the same."""
    monkeypatch.setattr(aws_estate, "PAGES", 4)
    ids = sorted(members(moto_url))[:2]
    pages = cycle([listed(ids[:1], "second"), listed(ids[1:], "first")])
    gateway.rule = lambda _path, request: next(pages) if "organizations" in request else None

    estate = opened()

    assert [account.id for account in estate.accounts] == ids
    (gap,) = estate.unread
    assert (gap.call, "pages do not end" in gap.reason) == ("organizations:ListAccounts", True)


def test_regions_that_go_in_circles(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """EC2 is asked for them."""
    monkeypatch.setattr(aws_estate, "PAGES", 4)
    text = '{"Regions": [{"RegionName": "eu-central-1", "RegionOptStatus": "ENABLED"}], "NextToken": "%s"}'
    pages = cycle([Answer(200, text % token, "application/json") for token in "ab"])
    gateway.rule = lambda path, _request: next(pages) if "listRegions" in path else None

    estate = opened(DeclaredAccount(ACCOUNT), organization=None)

    assert estate.unread == ()
    assert len(estate.accounts[0].regions) > 10


def test_organisation_without_accounts(gateway: Gateway) -> None:
    """No such thing exists: whatever says so has left something out."""
    gateway.rule = lambda _path, request: listed([]) if "organizations" in request else None

    estate = opened(DeclaredAccount(ACCOUNT))

    assert [account.id for account in estate.accounts] == [ACCOUNT]
    (gap,) = estate.unread
    assert "without any account" in gap.reason


def test_sts_that_is_throttled(gateway: Gateway, moto_url: str) -> None:
    """Some roles are refused once for asking too fast: that costs time, and no account."""
    refused: set[str] = set()

    def rule(_path: str, request: str) -> Answer | None:
        role = request.partition("RoleArn=")[2].partition("&")[0]
        if not role or role in refused or len(refused) == SOME:
            return None
        refused.add(role)
        return Answer.denied("Throttling", 400)

    gateway.rule = rule

    estate = opened()

    assert len(refused) == SOME
    assert {account.id for account in estate.accounts} == set(members(moto_url))
    assert estate.unread == ()


@pytest.mark.parametrize("number", [0, 24])
def test_account_at_which_sts_fails(gateway: Gateway, moto_url: str, number: int) -> None:
    """Its role always answers with an error of AWS's own; first or last in line, the others are entered."""
    failing = [id_ for id_ in members(moto_url) if id_ != ACCOUNT][number]
    gateway.rule = lambda _path, request: (
        Answer.denied("InternalFailure", 500) if f"::{failing}:role" in request else None
    )

    estate = opened()

    assert {account.id for account in estate.accounts} == members(moto_url).keys() - {failing}
    assert [gap.account for gap in estate.unread] == [failing]


def test_who_asks_is_asked_once(gateway: Gateway) -> None:
    """However many accounts want to know, in whichever thread."""
    opened()

    asked = [one for one in gateway.seen if "Action=GetCallerIdentity" in one]
    assert sum("Credential=testing/" in one for one in asked) == 1
    assert len(asked) == 26


def test_listing_that_is_denied(gateway: Gateway) -> None:
    """Whatever is listed by hand is read; that there may be more is a gap of everything."""
    gateway.rule = lambda _path, request: (
        Answer(400, '{"__type": "AccessDeniedException"}', "application/x-amz-json-1.1")
        if "organizations" in request
        else None
    )

    estate = opened(DeclaredAccount(ACCOUNT, "production"))

    assert [account.id for account in estate.accounts] == [ACCOUNT]
    (gap,) = estate.unread
    assert gap.call == "organizations:ListAccounts"
    assert "organizations:ListAccounts" in gap.remedy


@pytest.mark.parametrize("state", ["SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION", "SOMETHING_NEW"])
@pytest.mark.usefixtures("gateway")
def test_account_that_nobody_can_enter(gateway: Gateway, moto_url: str, state: str) -> None:
    """It is told apart from a denied one, and stays a gap until somebody says why it may be left out."""
    first = min(members(moto_url).keys() - {ACCOUNT})
    body = f'{{"Accounts": [{{"Id": "{first}", "Name": "old", "State": "{state}", "Status": "ACTIVE"}}]}}'
    gateway.rule = lambda _path, request: (
        Answer(200, body, "application/x-amz-json-1.1") if "organizations" in request else None
    )

    estate = opened()

    (gap,) = estate.unread
    assert state in gap.reason
    assert gap.account == first
    assert estate.accounts == ()

    excluded = DeclaredOrganization(ROLE, excluded=(ExcludedAccount(first, "closed in spring", "accounts.toml:3"),))
    estate = opened(organization=excluded)
    assert estate.unread == ()
    assert [(one.read, one.state) for one in estate.coverage] == [(False, state)]
    assert "closed in spring" in estate.coverage[0].reason


@pytest.mark.usefixtures("gateway")
def test_excluded_account_that_does_not_exist() -> None:
    """An exclusion that nothing needs is a mistake that might hide another one."""
    excluded = (ExcludedAccount("999999999999", "sandbox", "accounts.toml:3"),)

    (gap,) = opened(organization=DeclaredOrganization(ROLE, excluded=excluded)).unread

    assert "accounts.toml:3 excludes 999999999999" in gap.reason


@pytest.mark.usefixtures("gateway")
def test_what_the_list_says_comes_first(moto_url: str) -> None:
    """An account that also stands in the list is entered once, and as it says there."""
    own = sorted(members(moto_url).keys() - {ACCOUNT})[3]

    estate = opened(DeclaredAccount(own, "billing", f"arn:aws:iam::{own}:role/special"))

    assert estate.unread == ()
    assert len(estate.accounts) == 26
    (billing,) = (account for account in estate.accounts if account.id == own)
    assert "assumed-role/special/" in billing.identity


@pytest.mark.usefixtures("gateway")
def test_parts_are_all_together_and_apart(moto_url: str) -> None:
    """Each account belongs to exactly one part, in whatever order they are listed."""
    parts = [opened(choice=Choice(f"{n}/3", part=(n, 3))) for n in (1, 2, 3)]

    read = [account.id for estate in parts for account in estate.accounts]
    assert sorted(read) == sorted(members(moto_url))
    assert all(len(estate.coverage) == 26 for estate in parts)
    assert all(sum(one.read for one in estate.coverage) == len(estate.accounts) for estate in parts)


@pytest.mark.usefixtures("gateway")
def test_named_accounts(moto_url: str) -> None:
    """Those and no others; one that nobody has is a gap."""
    one, two = random.Random(1).sample(sorted(members(moto_url)), 2)  # noqa: S311 - no secret

    estate = opened(choice=Choice(f"{one},{two}", ids=frozenset({one, two})))
    assert {account.id for account in estate.accounts} == {one, two}
    assert estate.unread == ()

    estate = opened(choice=Choice("999999999999", ids=frozenset({"999999999999"})))
    assert estate.accounts == ()
    assert "999999999999" in estate.unread[0].reason
