"""A host that gives no answer costs a few accounts their patience, not each of hundreds; and what answers is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from fixtures.collectors.aws_session import ACCOUNTS_IN_A_ROW, CONFIG, ProviderDownError, Silence, open_session
from fixtures.collectors.ledger import Ledger
from tests.faults.disturbances import reset
from tests.gateway import Answer, Disturbance, Gateway, between

ACCOUNTS = [f"{number:012}" for number in range(1, 9)]
MUTE = "eu-west-1"
EMPTY = Answer(200, "<R><DescribeDBInstancesResult><DBInstances/></DescribeDBInstancesResult></R>")
ONCE = CONFIG.merge(type(CONFIG)(retries={"mode": "standard", "total_max_attempts": 1}))


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """AWS, of which one region is mute."""

    def rule(_path: str, request: str) -> Answer | Disturbance:
        return reset if f"/{MUTE}/" in request else EMPTY

    with between("http://127.0.0.1:1", rule) as found:
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.url)
        yield found


def clients(silence: Silence, region: str) -> dict[str, Any]:
    """Return a client of each account; its key is its number."""
    opened = {}
    for account in ACCOUNTS:
        session, _ = open_session(
            Ledger(),
            account,
            silence=silence,
            aws_access_key_id=account,
            aws_secret_access_key=account,
            region_name=region,
        )
        opened[account] = session.client("rds", config=ONCE)
    return opened


def ask(client: Any) -> str:  # noqa: ANN401 - boto3 makes its clients at run time
    """Ask it, and return how that went."""
    try:
        client.describe_db_instances()
    except ConnectionClosedError:
        return "unanswered"
    except ProviderDownError as down:
        return str(down).partition(" ")[2]
    except ClientError as refusal:
        return refusal.response["Error"]["Code"]
    return "answered"


def test_mute_region_is_given_up_for_everybody(gateway: Gateway) -> None:
    """After three accounts that have each tried three times, it is clear; the other regions answer all of them."""
    silence = Silence()
    asked = clients(silence, MUTE)

    said = {account: [ask(client) for _ in range(4)] for account, client in asked.items()}

    waited = Counter(account for account, words in said.items() if words[0] == "unanswered")
    assert list(waited) == ACCOUNTS[:ACCOUNTS_IN_A_ROW]
    assert len(gateway.seen) == 3 * ACCOUNTS_IN_A_ROW
    assert said[ACCOUNTS[0]][3].startswith("failed 3 times in a row")
    assert set(said[ACCOUNTS[-1]]) == {"has not answered 3 accounts in a row"}
    assert {ask(client) for client in clients(silence, "eu-central-1").values()} == {"answered"}


def test_accounts_that_are_kept_out_close_it_for_nobody(gateway: Gateway) -> None:
    """What hears nothing here may be heard elsewhere: an answer to anybody, of whatever kind, shows that it lives."""
    answers = {ACCOUNTS[2]: EMPTY, ACCOUNTS[4]: Answer.denied("AccessDenied"), ACCOUNTS[7]: EMPTY}

    def rule(_path: str, request: str) -> Answer | Disturbance:
        return next((answer for account, answer in answers.items() if f"Credential={account}/" in request), reset)

    gateway.rule = rule
    said = {account: [ask(client) for _ in range(3)] for account, client in clients(Silence(), MUTE).items()}

    assert said.pop(ACCOUNTS[2]) == said.pop(ACCOUNTS[7]) == ["answered"] * 3
    assert said.pop(ACCOUNTS[4]) == ["AccessDenied"] * 3
    assert {tuple(words) for words in said.values()} == {("unanswered",) * 3}
