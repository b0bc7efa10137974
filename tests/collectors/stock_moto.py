"""Fixtures of AWS for collectors: stock moto over HTTP, without anything of the simulated organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
import pytest
import requests
from botocore.stub import Stubber
from moto.server import ThreadedMotoServer

from fixtures.collectors.aws_estate import Account, Estate, Place, Region
from fixtures.collectors.aws_s3_listing import read_bucket_listing
from fixtures.collectors.aws_session import open_session
from fixtures.collectors.ledger import Ledger
from fixtures.collectors.reading import Reading
from fixtures.facts.buckets import ListedBucket
from fixtures.facts.population import Population

ACCOUNT = "123456789012"
KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """A stock moto server in this process, which boto3 is pointed at."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", url)
        environment.setenv("AWS_CONFIG_FILE", "/dev/null")
        environment.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        environment.delenv("AWS_PROFILE", raising=False)
        yield url
    server.stop()


@pytest.fixture(scope="session")
def whole_ledger() -> Ledger:
    """The ledger of the session: making clients anew for every test would take longer than the tests."""
    return Ledger()


@pytest.fixture(scope="session")
def account(moto_url: str, whole_ledger: Ledger) -> Account:
    """One account with three regions on that server, entered once."""
    assert moto_url
    credentials: Any = KEYS
    session, _ = open_session(whole_ledger, ACCOUNT, region_name="eu-central-1", **credentials)
    identity = f"arn:aws:iam::{ACCOUNT}:user/test"
    return Account(ACCOUNT, "test", identity, "aws", session, tuple(map(Region, REGIONS)))


@pytest.fixture(scope="session")
def any_client(moto_url: str) -> Callable[..., Any]:
    """Make clients that may write, as an engineer's."""

    @cache
    def make(service: str, region: str = "eu-central-1") -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
        return boto3.client(service, region, endpoint_url=moto_url, **KEYS)  # type: ignore[call-overload]

    return make


@pytest.fixture
def ledger(whole_ledger: Ledger) -> Ledger:
    """What the collectors under test have asked, beginning with nothing."""
    whole_ledger.calls.clear()
    return whole_ledger


@pytest.fixture
def estate(moto_url: str, account: Account, ledger: Ledger) -> Estate:
    """That account, empty."""
    assert ledger.calls == []
    requests.post(f"{moto_url}/moto-api/reset", timeout=10).raise_for_status()
    return Estate((account,), (), Reading())


@pytest.fixture
def client(estate: Estate, any_client: Callable[..., Any]) -> Callable[..., Any]:
    """Make clients to fill that account."""
    assert estate
    return any_client


@pytest.fixture
def listing(estate: Estate) -> Callable[[], Population[ListedBucket]]:
    """List the buckets of the account."""
    return lambda: estate.in_each_account("s3:ListBuckets", read_bucket_listing, "eu-central-1")


@pytest.fixture
def stubbed(estate: Estate) -> Iterator[Stubber]:
    """Answer the collectors' S3 calls in Frankfurt as written down, instead of sending them."""
    with Stubber(Place(estate.accounts[0], "eu-central-1").client("s3")) as stubber:
        yield stubber
