"""In-memory cache: transient, in Germany, rebuilt from the primary database and not from a backup."""

from datetime import datetime

from fixtures.examination import Examination, statement
from fixtures.facts.cache_records import DecidedCache, RebuiltCache
from fixtures.facts.caches import Cache, CacheState
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
    decided_caches: Population[DecidedCache], now: datetime, examine: Examination
) -> None:
    """The decision not to back up the cache is documented, and true."""
    for cache in decided_caches:
        with examine(cache, seen=cache, required="a documented decision, and nothing kept"):
            assert cache.decision is not None
            assert cache.decision.decided <= now.date()
            assert not cache.state.remains


@statement("CACHE-3")
def test_redis_is_transient(
    cache_states: Population[CacheState], policy: Policy, now: datetime, examine: Examination
) -> None:
    """Nothing makes the cache a store of record."""
    examine.note("DigitalOcean does not show what runs on a droplet: there, somebody's record of it is the evidence.")
    for cache in cache_states:
        with examine(cache, seen=cache.durability, required="persistence off, an evicting memory policy, no volume"):
            assert cache.settings is not None
            assert cache.settings.is_known(now, policy.cache_interval)
            assert cache.settings.keeps_nothing
            assert cache.settings.evicts
            assert not cache.volumes


@statement("CACHE-4")
def test_redis_is_reconstructible_from_primary_database(
    rebuilt_caches: Population[RebuiltCache], policy: Policy, now: datetime, examine: Examination
) -> None:
    """A recent rebuild of the cache from the primary database is on record."""
    start = now - policy.cache_interval
    for cache in rebuilt_caches:
        with examine(cache, seen=cache, required=f"a complete rebuild from the primary database since {moment(start)}"):
            assert cache.rebuild is not None
            assert cache.rebuild.result == "complete"
            assert cache.rebuild.rebuilt_from == "primary database"
            assert start <= cache.rebuild.finished <= now
