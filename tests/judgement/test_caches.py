"""CACHE-1 to CACHE-4 judge as an oracle does that was written without looking: by what a cache leaves behind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from compliance_tests import test_cache as judged
from fixtures.facts.cache_records import Decision, Rebuild, decided, rebuilt
from fixtures.facts.caches import Cache, CacheSettings, CacheState, droplet_states, managed_states
from fixtures.facts.droplets import Droplet
from fixtures.facts.population import Population, Source, Unread
from fixtures.facts.text import Command
from tests.judgement.facts import NOW, POLICY, examination

SOURCE = Source("digitalocean", "GET /v2/databases", "team", "", 1)
GAP = Unread("records", "", "", "cache.toml", "this is not TOML", "correct the file and run again")
YEAR = 365 * 86400

regions = st.sampled_from(["fra1", "ams3", "nyc3", "lon1", "fra9", "FRA1", "fra1 ", "eu-central-1"])
STAYING = {"online", "creating", "resizing", "forking", "new", "active", "off"}
statuses = st.sampled_from([*sorted(STAYING), "migrating", "archive", "upgrading", "Online", "?"])
replicas = st.lists(st.tuples(st.just("read"), regions), max_size=2).map(tuple)
copies = st.lists(st.sampled_from(["backup of 2026-01-01 02:30Z", "snapshot x in fra1 (DE)"]), max_size=2).map(tuple)
persistences = st.sampled_from(["off", "rdb", "aof", "OFF", "no", "false"])
evictions = st.sampled_from(
    ["allkeys_lru", "allkeys-lru", "volatile_ttl", "volatile-lfu", "noeviction", "allkeys-ttl", "lru", "unknown"]
)
seconds = st.integers(min_value=-2 * 86400, max_value=3 * YEAR)


def cache(region: str = "fra1", status: str = "online", replicas: tuple[tuple[str, str], ...] = ()) -> Cache:
    """Return a managed cache that complies with everything."""
    return Cache("do:dbaas:1", "cache", "valkey", region, status, replicas, Command("doctl databases get 1"), SOURCE)


def settings(persistence: str = "off", eviction: str = "allkeys_lru") -> CacheSettings:
    """Return settings as the provider tells them."""
    return CacheSettings("do:dbaas:1", persistence, eviction, SOURCE)


def decision(decided_on: date, of: str = "do:dbaas:1") -> Decision:
    """Return a documented decision."""
    return Decision(of, "CTO", "computed from the database", decided_on, "on demand", SOURCE)


@given(region=regions, status=statuses, replicas=replicas)
def test_where_it_is(region: str, status: str, replicas: tuple[tuple[str, str], ...]) -> None:
    """Nothing of it is anywhere but in Frankfurt, and nothing of it can be on its way."""
    examine = examination("CACHE-1")
    judged.test_redis_is_in_germany(Population((cache(region, status, replicas),)), POLICY, examine)
    (finding,) = examine.findings
    everywhere = [region] + [place for _, place in replicas]
    assert finding.complies == (everywhere == ["fra1"] * len(everywhere) and status in STAYING)


@given(
    persistence=persistences,
    copies=copies,
    replicas=replicas,
    days_ago=st.one_of(st.none(), st.integers(min_value=-3, max_value=900)),
    of=st.sampled_from(["do:dbaas:1", "do:dbaas:2", "cache"]),
)
@example(persistence="off", copies=(), replicas=(), days_ago=0, of="do:dbaas:1")
@example(persistence="off", copies=(), replicas=(), days_ago=-1, of="do:dbaas:1")
def test_decision(
    persistence: str, copies: tuple[str, ...], replicas: tuple[tuple[str, str], ...], days_ago: int | None, of: str
) -> None:
    """There is a decision about this cache from before tomorrow, and after a power cut nothing of it would be left."""
    found = () if days_ago is None else (decision((NOW - timedelta(days=days_ago)).date(), of),)
    state = CacheState(cache(replicas=replicas), settings(persistence), copies, ())
    examine = examination("CACHE-2")
    judged.test_redis_not_backed_up_documented(Population(tuple(decided([state], Population(found)))), NOW, examine)
    (finding,) = examine.findings
    is_documented = days_ago is not None and days_ago >= 0 and of == "do:dbaas:1"
    left_behind = len(copies) + len(replicas) + (persistence != "off")
    assert finding.complies == (is_documented and left_behind == 0)


@given(persistence=persistences, eviction=evictions, volumes=st.lists(st.just("spool"), max_size=1).map(tuple))
def test_use(persistence: str, eviction: str, volumes: tuple[str, ...]) -> None:
    """It forgets when it is restarted, and when it is full."""
    state = CacheState(cache(), settings(persistence, eviction), (), volumes)
    examine = examination("CACHE-3")
    judged.test_redis_is_transient(Population((state,)), POLICY, NOW, examine)
    (finding,) = examine.findings
    forgets_when_full = eviction in {"allkeys_lru", "allkeys-lru", "volatile_ttl", "volatile-lfu"}
    assert finding.complies == (persistence == "off" and forgets_when_full and not volumes)


@given(days_ago=st.integers(min_value=-5, max_value=800), hour=st.integers(min_value=0, max_value=23))
@example(days_ago=365, hour=0)
@example(days_ago=366, hour=23)
@example(days_ago=0, hour=0)
@example(days_ago=-1, hour=23)
def test_settings_that_somebody_has_looked_at(days_ago: int, hour: int) -> None:
    """On one of the last 365 days, or today; a day has no hours here."""
    now = datetime(2026, 11, 23, hour, tzinfo=UTC)
    looked = settings()
    recorded = CacheSettings(
        looked.cache, "off", "allkeys-lru", SOURCE, "Otto", (now - timedelta(days=days_ago)).date()
    )
    examine = examination("CACHE-3", now)
    judged.test_redis_is_transient(Population((CacheState(cache(), recorded, (), ()),)), POLICY, now, examine)
    (finding,) = examine.findings
    assert finding.complies == (days_ago in range(366))


@given(ages=st.lists(st.tuples(seconds, st.booleans(), st.booleans()), max_size=3))
@example(ages=[(YEAR, True, True)])
@example(ages=[(YEAR + 1, True, True)])
@example(ages=[(0, True, True)])
@example(ages=[(-1, True, True)])
@example(ages=[(10, True, True), (5, False, True)])
@example(ages=[(5, True, True), (5, False, True)])
@example(ages=[(5, False, True), (5, True, True)])
def test_rebuild(ages: list[tuple[int, bool, bool]]) -> None:
    """The last thing that anybody tried was a rebuild from the primary database; it worked, and was within a year."""
    tried = [
        Rebuild(
            "do:dbaas:1",
            "primary database" if primary else "a dump",
            "Otto",
            NOW - timedelta(seconds=age + 60),
            NOW - timedelta(seconds=age),
            "complete" if worked else "failed",
            SOURCE,
        )
        for age, worked, primary in ages
    ]
    examine = examination("CACHE-4")
    found = tuple(rebuilt([cache()], Population(tuple(tried))))
    judged.test_redis_is_reconstructible_from_primary_database(Population(found), POLICY, NOW, examine)
    newest = [one for one in ages if one[0] == min(age for age, *_ in ages)]
    assert len(examine.findings) == max(1, len(newest))
    expected = bool(newest) and all(0 <= age <= YEAR and worked and primary for age, worked, primary in newest)
    assert all(finding.complies for finding in examine.findings) == expected


def test_absence_is_said_only_of_what_was_read() -> None:
    """A record that cannot be read does not say that nothing was decided or rebuilt; what a cache keeps is seen."""
    clean = CacheState(cache(), settings(), (), ())
    keeping = CacheState(cache(), settings("rdb"), (), ())
    assert list(decided([clean], Population(unread=(GAP,)))) == []
    assert [str(one) for one in decided([keeping], Population(unread=(GAP,)))] == [
        "not documented; but persistence rdb"
    ]
    assert list(rebuilt([cache()], Population(unread=(GAP,)))) == []
    assert [str(one) for one in rebuilt([cache()], Population(()))] == ["no rebuild on record"]


def test_cache_without_settings_is_left_to_the_gap() -> None:
    """It was not read what it keeps, so nothing is said of that."""
    assert list(managed_states([cache()], [], [])) == []


@given(looks=st.lists(st.tuples(st.integers(0, 3), persistences), min_size=1, max_size=4))
@example(looks=[(0, "rdb"), (0, "off")])
@example(looks=[(0, "off"), (0, "rdb")])
@example(looks=[(1, "rdb"), (0, "off")])
def test_looks_of_one_day(looks: list[tuple[int, str]]) -> None:
    """Whatever somebody saw on the last day on which anybody looked has to be nothing on disk, in any order."""
    droplet = Droplet("do:droplet:1", 1, "q", "fra1", "active", (), False, None, (), (), (), SOURCE)
    recorded = tuple(
        CacheSettings(droplet.id, kept, "allkeys-lru", SOURCE, "Otto", (NOW - timedelta(days=days)).date())
        for days, kept in looks
    )
    states = tuple(droplet_states([droplet], Population(recorded), [], []))
    examine = examination("CACHE-3")
    judged.test_redis_is_transient(Population(states), POLICY, NOW, examine)
    last = [kept for days, kept in looks if days == min(days for days, _ in looks)]
    assert all(finding.complies for finding in examine.findings) == (set(last) == {"off"})


def test_nothing_found_is_a_failure() -> None:
    """A team without any cache is not the one that the policy speaks of."""
    nothing: Population[Cache] = Population()
    examine = examination("CACHE-1")
    judged.test_redis_is_in_germany(nothing, POLICY, examine)
    examine.close({"caches": nothing})
    assert [finding.seen for finding in examine.violations] == ["nothing found to examine"]
