"""Stores without servers, of which stock moto knows nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.simulator.shapes import answer

if TYPE_CHECKING:
    from fixtures.simulator.organisation import Organisation


def test_serverless_cache_is_listed_where_it_is(organisation: Organisation) -> None:
    """Beside the clusters, which moto plays, and gone with a reset."""
    elasticache = organisation.client("elasticache")
    assert answer(elasticache, "describe_serverless_caches")["ServerlessCaches"] == []
    created = answer(elasticache, "create_serverless_cache", ServerlessCacheName="sessions", Engine="valkey")
    assert created["ServerlessCache"]["ARN"].endswith(":serverlesscache:sessions")
    (listed,) = answer(elasticache, "describe_serverless_caches")["ServerlessCaches"]
    assert (listed["ServerlessCacheName"], listed["Status"]) == ("sessions", "available")
    assert answer(elasticache, "describe_serverless_caches", ServerlessCacheName="other")["ServerlessCaches"] == []
    elsewhere = organisation.client("elasticache", "eu-west-1")
    assert answer(elsewhere, "describe_serverless_caches")["ServerlessCaches"] == []
    assert answer(elasticache, "describe_cache_clusters")["CacheClusters"] == []
    with pytest.raises(ClientError, match="exists already"):
        elasticache.create_serverless_cache(ServerlessCacheName="sessions", Engine="valkey")
    organisation.rebuild()
    assert answer(elasticache, "describe_serverless_caches")["ServerlessCaches"] == []


def test_namespace_is_listed_beside_clusters(organisation: Organisation) -> None:
    """Redshift Serverless is a service of its own, and Redshift goes on answering."""
    serverless, redshift = organisation.client("redshift-serverless"), organisation.client("redshift")
    assert answer(serverless, "list_namespaces")["namespaces"] == []
    answer(serverless, "create_namespace", namespaceName="reports")
    (listed,) = answer(serverless, "list_namespaces")["namespaces"]
    assert listed["namespaceArn"].startswith("arn:aws:redshift-serverless:eu-central-1:123456789012:namespace/")
    assert answer(redshift, "describe_clusters")["Clusters"] == []
    with pytest.raises(ClientError, match="ConflictException"):
        serverless.create_namespace(namespaceName="reports")
    organisation.rebuild()
    assert answer(serverless, "list_namespaces")["namespaces"] == []
