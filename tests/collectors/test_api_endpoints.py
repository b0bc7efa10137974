"""Which endpoints of AWS' APIs carry backups: those that clients ask."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from fixtures.collectors.tls_endpoints import api_endpoints

if TYPE_CHECKING:
    from fixtures.collectors.aws_estate import Estate


class _Account(SimpleNamespace):
    """An account whose clients say where they would ask."""

    id = "123456789012"
    partition = "aws"

    def endpoint(self, service: str, region: str) -> str:
        """Return where one would ask."""
        return str(self.url.format(service=service, region=region))


@pytest.mark.parametrize(
    ("url", "ids"),
    [
        (
            "https://{service}.{region}.amazonaws.com",
            [f"https://{s}.{r}.amazonaws.com" for r in ("eu-central-1", "eu-west-1") for s in ("s3", "rds", "kms")],
        ),
        ("http://127.0.0.1:5000", ["http://127.0.0.1:5000"]),
        ("https://[::1]:5000/path", ["https://::1:5000"]),
    ],
    ids=["AWS", "one server for everything", "IPv6"],
)
def test_endpoints_of_apis_are_where_clients_ask(url: str, ids: list[str]) -> None:
    """Not where somebody thinks that they are; each is measured once."""
    estate = cast("Estate", SimpleNamespace(accounts=[_Account(url=url), _Account(url=url)]))
    found = list(api_endpoints(estate, ("eu-central-1", "eu-west-1")))

    assert [one.id for one in found] == ids
    assert {name for one in found for name in one.serves} == {"S3 API", "RDS API", "KMS API"}


def test_one_account_of_each_partition_tells() -> None:
    """A client costs more than a call, and those of all accounts of a partition ask the same end points."""

    class Silent(_Account):
        def endpoint(self, service: str, region: str) -> str:
            raise AssertionError(f"asked for {service} in {region}")

    first = _Account(url="https://{service}.{region}.amazonaws.com")
    china = _Account(url="https://{service}.{region}.amazonaws.com.cn", partition="aws-cn")
    accounts = [first, *(Silent() for _ in range(300)), china, Silent(partition="aws-cn")]

    found = list(api_endpoints(cast("Estate", SimpleNamespace(accounts=accounts)), ("eu-central-1",)))

    assert len(found) == 6
    assert sum(one.host.endswith(".cn") for one in found) == 3
