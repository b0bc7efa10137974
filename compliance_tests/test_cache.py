"""In-memory cache: transient, in Germany, rebuilt from the primary database and not from a backup."""

from datetime import datetime

from fixtures.examination import Examination, statement
from fixtures.facts.caches import (
    Cache,
    Decision,
    Rebuild,
    decision_of,
    describe_decision,
    rebuild_of,
)
from fixtures.facts.policy import Policy
from fixtures.facts.population import Population
from fixtures.facts.regions import place
from fixtures.facts.text import moment


@statement("CACHE-1")
def test_redis_is_in_germany(caches: Population[Cache], policy: Policy, examine: Examination) -> None:
    """Every cache is in DigitalOcean's region in Germany."""
    for cache in caches:
        with examine(cache, seen=cache.whereabouts, required=place(policy.cache_region)):
            assert cache.is_settled
            assert cache.regions == {policy.cache_region}


@statement("CACHE-2")
def test_redis_not_backed_up_documented(
    caches: Population[Cache], cache_decisions: Population[Decision], now: datetime, examine: Examination
) -> None:
    """The decision not to back up the cache is documented, and true."""
    for cache in caches:
        decision = decision_of(cache, cache_decisions)
        with examine(
            cache, seen=describe_decision(cache, decision), required="a documented decision, and nothing kept"
        ):
            assert decision is not None
            assert decision.decided <= now.date()
            assert not cache.remains


@statement("CACHE-3")
def test_redis_is_transient(caches: Population[Cache], policy: Policy, now: datetime, examine: Examination) -> None:
    """Nothing makes the cache a store of record."""
    examine.note(
        "What runs on a droplet is not visible to DigitalOcean's API: there, somebody's record is the evidence."
    )
    for cache in caches:
        with examine(cache, seen=cache.durability, required="persistence off, an evicting memory policy, no volume"):
            assert cache.settings is not None
            assert cache.settings.is_known(now, policy.cache_interval)
            assert cache.settings.keeps_nothing
            assert cache.settings.evicts
            assert not cache.volumes


@statement("CACHE-4")
def test_redis_is_reconstructible_from_primary_database(
    caches: Population[Cache],
    cache_rebuilds: Population[Rebuild],
    policy: Policy,
    now: datetime,
    examine: Examination,
) -> None:
    """A recent rebuild of the cache from the primary database is on record."""
    start = now - policy.cache_interval
    for cache in caches:
        rebuild = rebuild_of(cache, cache_rebuilds)
        required = f"a complete rebuild from the primary database since {moment(start)}"
        with examine(cache, seen=rebuild or "no rebuild on record", required=required):
            assert rebuild is not None
            assert rebuild.result == "complete"
            assert rebuild.rebuilt_from == "primary database"
            assert start <= rebuild.finished <= now
