"""The suite as somebody who may do nothing but what a policy grants, held to it by moto's IAM."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests

from fixtures import clock
from fixtures.collection import POPULATIONS, SOURCES, Collection
from fixtures.collectors.ledger import Ledger
from fixtures.coverage import SESSION, areas
from fixtures.evidence import judgement
from fixtures.examination import Examination
from fixtures.facts.coverage import cover
from fixtures.facts.population import Population
from fixtures.policy import load
from fixtures.simulator import aws_backups, aws_databases, aws_stores
from fixtures.simulator.organisation import Organisation
from fixtures.simulator.violations import exports
from fixtures.verdicts import Verdicts
from tests.aws_permissions import ESTATE, document
from tests.inner_run import TESTS

READER = "reader"


def furnish(org: Organisation) -> None:
    """Add to the compliant organisation what it takes for every call to be needed."""
    aws_databases.create_cluster(org, "search")
    org.client("rds").create_db_instance(
        DBClusterIdentifier="search",
        DBInstanceIdentifier="search-1",
        DBInstanceClass="db.r8g.large",
        Engine="aurora-postgresql",
    )
    org.client("rds").create_db_cluster_snapshot(DBClusterIdentifier="search", DBClusterSnapshotIdentifier="by-hand")
    exports.export_to_a_partners_bucket(org)
    aws_backups.back_up(org, aws_databases.arn("app"), days=None)
    org.client("ec2").create_snapshot(VolumeId=aws_stores.create_volume(org))


@dataclass(frozen=True)
class Reader:
    """Who reads, and the administrator's way to change what he may do."""

    org: Organisation

    @contextmanager
    def granted(self, actions: Iterable[str]) -> Iterator[None]:
        """Let him do *actions* alone, and hold him to it while inside."""
        policy = json.dumps(document(actions))
        self.org.client("iam", "us-east-1").put_user_policy(UserName=READER, PolicyName="all", PolicyDocument=policy)
        self._enforce(b"0")
        try:
            yield
        finally:
            self._enforce(b"inf")

    def _enforce(self, after: bytes) -> None:
        """Have moto enforce policies after so many requests."""
        url, trust = self.org.exports["AWS_ENDPOINT_URL"], self.org.exports.get("AWS_CA_BUNDLE", True)
        requests.post(f"{url}/moto-api/reset-auth", data=after, timeout=60, verify=trust).raise_for_status()


def become_reader(org: Organisation, environment: pytest.MonkeyPatch) -> Reader:
    """Create him, and make his the credentials of this process."""
    iam = org.client("iam", "us-east-1")
    iam.create_user(UserName=READER)
    keys = iam.create_access_key(UserName=READER)["AccessKey"]
    environment.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
    environment.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
    return Reader(org)


@dataclass(frozen=True)
class Assessment:
    """What was read, and what every statement says of it."""

    collection: Collection
    ledger: Ledger
    examinations: dict[str, Examination]

    def without(self, populations: frozenset[str]) -> dict[str, Any]:
        """Return everything that was read, except *populations*, so that nothing else is read again."""
        return {name: self.collection.value(name) for name in needed_by_tests() - populations}


def assess(records: Path, known: dict[str, Any] | None = None) -> Assessment:
    """Read whatever is not *known*, and judge every statement; a bucket with two objects is a large one here."""
    ledger = Ledger()
    given = known or {"now": clock.read(), "policy": replace(load(), listed_versions=1), "records": records}
    collection = Collection({**given, "ledger": ledger})
    collection.start(sorted(needed_by_tests() - given.keys()))
    verdicts = Verdicts()
    examinations: dict[str, Examination] = {}
    for id_ in sorted(TESTS, key=lambda one: one == LAST):
        examinations[id_] = _judge(id_, collection, verdicts)
        verdicts.note(judgement.of(examinations[id_]), "")
    return Assessment(collection, ledger, examinations)


LAST = "ISO-1"
"""Judges what the others have come to."""


def _judge(id_: str, collection: Collection, verdicts: Verdicts) -> Examination:
    path, node = TESTS[id_]
    test = getattr(importlib.import_module(f"compliance_tests.{path.stem}"), node.name)
    examination = Examination(id_, collection.value("now"))
    own = {"covered_areas": cover(areas(), verdicts.reached(), SESSION)}
    values = {
        name: own[name] if name in own else collection.value(name)
        for name in inspect.signature(test).parameters
        if name != "examine"
    }
    test(**values, examine=examination)
    examination.close({name: value for name, value in values.items() if isinstance(value, Population)})
    return examination


def needed_by_tests() -> frozenset[str]:
    """Return every population and source that a statement needs, and what they are read from."""
    named = {argument.arg for _, node in TESTS.values() for argument in node.args.args} - {"examine", "covered_areas"}
    return frozenset(_closure(named, needs))


def affected_by(populations: Iterable[str]) -> frozenset[str]:
    """Return *populations* and whatever is made of them."""
    return frozenset(_closure(populations, used_by)) & needed_by_tests()


def needs(name: str) -> tuple[str, ...]:
    """Return what a population or source is read from."""
    reader = POPULATIONS.get(name) or SOURCES.get(name)
    return tuple(inspect.signature(reader).parameters) if reader else ()


def used_by(name: str) -> tuple[str, ...]:
    """Return what is made of a population; reading by an estate says nothing of who made it."""
    return tuple(other for other in POPULATIONS if name in needs(other))


def _closure(names: Iterable[str], follow: Any) -> set[str]:  # noqa: ANN401 - a function of a name
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += follow(name)
    return found


__all__ = ["ESTATE", "Assessment", "Reader", "affected_by", "assess", "become_reader", "furnish", "needed_by_tests"]
