"""The verifier against a real PostgreSQL: each thing that can be wrong with a database, and who notices it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.sql import SQL

from fixtures.facts.invariants import Invariant
from fixtures.restore_drill.cluster import Cluster
from fixtures.restore_drill.verification import invariants, inventory, recovery_point, structures, verifier
from fixtures.restore_drill.verification.checks import SHOWN, Check, Database, Seen, judged, row, take
from fixtures.restore_drill.verification.expectation import Expectation, Sequence
from tests.restore_drill.everything import NEWEST, failed


def test_sound_database(database: Database, recorded: Expectation) -> None:
    """Of a database that is as it was recorded every look passes, and tells what it has looked at."""
    checks = {one.name: one for one in verifier.verify(database, recorded, NEWEST)}
    assert {one.result for one in checks.values()} == {"passed"}
    assert "public.parents 3000" in checks["row counts"].seen
    assert "2 foreign keys" in checks["constraints"].seen
    assert "uniqueness included" in checks["amcheck"].seen
    assert "cannot be seen of pieces, without index" in checks["index entries"].seen
    assert {"newest row", "system identifier", "definitions", "sequences", "roles", "tables read", "checksums"} <= set(
        checks
    )


CHANGES = (
    # what was done, by whom it is noticed, what is seen
    ("DELETE FROM parents WHERE id = 2999", {"row counts", "checksums"}, "2999 rows instead of 3000"),
    ("UPDATE parents SET name = 'Name 7' WHERE id = 7", {"checksums"}, "public.parents: content differs"),
    ("UPDATE parents SET name = CASE id WHEN 1 THEN 'x' ELSE name END", {"checksums"}, "content differs"),
    ("DROP TABLE pieces", {"definitions", "row counts", "checksums"}, "public.pieces: missing"),
    ("CREATE TABLE spoils ()", {"row counts"}, "public.spoils: not recorded"),
    ("DROP INDEX by_parent", {"definitions"}, "index public.by_parent: missing"),
    ("CREATE OR REPLACE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 3 * n'", {"definitions"}, "twice"),
    ("CREATE OR REPLACE VIEW names AS SELECT upper(name) AS name FROM parents", {"definitions"}, "view public.names"),
    ("ALTER TABLE parents ALTER COLUMN name DROP NOT NULL", {"definitions"}, "parents.name"),
    ("ALTER TABLE pieces DROP CONSTRAINT pieces_a_b_fkey", {"definitions"}, "pieces_a_b_fkey: missing"),
    ("DROP ROLE auditor", {"roles"}, "auditor: missing"),
    ("CREATE ROLE intruder SUPERUSER", {"roles"}, "intruder: not recorded"),
    ("ALTER ROLE auditor NOLOGIN", {"roles"}, "auditor: '' instead of 'login'"),
    ("""SELECT setval('"Children_id_seq"', 300)""", {"sequences"}, "at 300, recorded at 301"),
    ("""SELECT setval('"Children_id_seq"', 335)""", {"sequences"}, "at 335, recorded at 301"),
    ("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'by_parent'::regclass", {"indexes"}, "by_parent"),
)


@pytest.mark.parametrize(("change", "noticed", "seen"), CHANGES, ids=[one[0][:40] for one in CHANGES])
def test_change(database: Database, recorded: Expectation, change: str, noticed: set[str], seen: str) -> None:
    """Exactly those notice who have to."""
    database.execute(SQL(change))
    found = failed(database, recorded)
    assert set(found) == noticed
    assert seen in " ".join(found.values())


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("DELETE FROM parents WHERE id = 7", "public.Children.Children_parent_fkey: 3 rows refer to nothing"),
        ("DELETE FROM parts WHERE a = 1", "public.pieces.pieces_a_b_fkey: 1 rows refer to nothing"),
        ("ALTER TABLE parents DISABLE TRIGGER ALL; UPDATE parents SET id = id + 9000 WHERE id = 8", "refer to nothing"),
    ],
)
def test_broken_promise(database: Database, change: str, seen: str) -> None:
    """A row that refers to nothing is found without a record to compare with, though PostgreSQL had let it pass."""
    database.execute("SET session_replication_role = replica")
    database.execute(SQL(change))
    assert seen in failed(database, Expectation())["constraints"]


def test_rules_that_are_broken(database: Database) -> None:
    """The rules themselves are applied to the rows: here to rows that are older than the rule."""
    database.execute("ALTER TABLE parents ADD CONSTRAINT short CHECK (length(name) < 8) NOT VALID")
    assert "constraints" not in failed(database, Expectation()), "it was never promised of these rows"
    database.execute("UPDATE pg_constraint SET convalidated = true WHERE conname = 'short'")
    assert "2901 rows break short" in failed(database, Expectation())["constraints"]


def test_sequence_that_was_logged_ahead(database: Database, recorded: Expectation) -> None:
    """After a crash PostgreSQL continues up to 32 values further on: no failure."""
    database.execute("""SELECT setval('"Children_id_seq"', 333)""")
    assert failed(database, recorded) == {}


@pytest.mark.parametrize(
    ("recorded", "found", "fine"),
    [
        (Sequence(5, 1), Sequence(5, 1), True),
        (Sequence(5, 1), Sequence(4, 1), False),
        (Sequence(5, 1), Sequence(None, 1), False),
        (Sequence(None, 1), Sequence(None, 1), True),
        (Sequence(-5, -1), Sequence(-6, -1), True),
        (Sequence(-5, -1), Sequence(-4, -1), False),
        (Sequence(0, 10), Sequence(320, 10), True),
        (Sequence(0, 10), Sequence(330, 10), True),  # 330 was logged when a transaction under way took 10
        (Sequence(0, 10), Sequence(340, 10), False),
    ],
)
def test_sequence(recorded: Sequence, found: Sequence, *, fine: bool) -> None:
    """Never behind, in whichever direction it counts."""
    assert recorded.may_come_back_as(found, inventory.LOGGED_AHEAD) is fine


def test_other_cluster(database: Database, recorded: Expectation) -> None:
    """The same content in another cluster is not the same database."""
    assert recorded.system_identifier == inventory.system_identifier(database)
    other = Expectation(system_identifier="7712330154951778417")
    assert set(failed(database, other)) == {"system identifier"}


@pytest.mark.parametrize(
    ("after", "result", "seen"),
    [(timedelta(0), "passed", "0.000 s before"), (timedelta(seconds=90), "passed", "90.000 s before"),
     (timedelta(microseconds=-1), "failed", "0.000 s AFTER")],
)  # fmt: skip
def test_newest_row(database: Database, after: timedelta, result: str, seen: str) -> None:
    """Not later than the target, to the microsecond, and it is said how far before."""
    target = datetime(2026, 1, 31, 9, 30, tzinfo=UTC) + after
    check = recovery_point.check(database, NEWEST, target)
    assert (check.result, seen in check.seen) == (result, True)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 7",
        "SELECT now()::timestamp",
        "SELECT now(), now()",
        "SELECT now() WHERE false",
        'SELECT max(at) FROM "Children" WHERE false',
        "SELECT nonsense",
    ],
)
def test_newest_row_that_is_no_time(database: Database, query: str) -> None:
    """A query that gives no time, or none with a zone, has failed."""
    assert recovery_point.check(database, query, datetime.now(UTC)).result == "failed"


@pytest.mark.parametrize(
    ("sql", "result"),
    [
        ("SELECT count(*) = 3000 FROM parents", "passed"),
        ("SELECT count(*) = 0 FROM parents", "failed"),
        ("SELECT NULL::boolean", "failed"),
        ("SELECT 1", "failed"),
        ("SELECT 'true'", "failed"),
        ("SELECT true, true", "failed"),
        ("SELECT true FROM parents", "failed"),
        ("SELECT true WHERE false", "failed"),
        ("SELECT", "failed"),
        ("SELECT nonsense", "failed"),
        ("DELETE FROM pieces RETURNING true", "failed"),
        ("COMMIT; SELECT true", "failed"),
        ("COMMIT", "failed"),
        ("", "failed"),
        ("SELECT true -- 100 %s of it", "passed"),
    ],
)
def test_invariant(database: Database, sql: str, result: str) -> None:
    """True, and nothing but true; and whatever it was, nothing is changed by it."""
    (check,) = invariants.check(database, [Invariant("one", sql)])
    assert check.result == result, check
    assert row(database, "SELECT count(*) FROM pieces")[0] == 2


def test_invariant_that_takes_too_long(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has failed, and the next one is asked all the same."""
    monkeypatch.setattr(invariants, "PATIENCE", "50ms")
    questions = [Invariant("slow", "SELECT pg_sleep(60) IS NOT NULL"), Invariant("fast", "SELECT true")]
    assert [one.result for one in invariants.check(database, questions)] == ["failed", "passed"]


def test_database_without_tables(cluster: Cluster) -> None:
    """Nothing to read is nothing verified."""
    with cluster.connect("postgres") as empty:
        assert "tables read" in failed(empty, Expectation())


def test_lost_connection(database: Database, recorded: Expectation) -> None:
    """When the server goes away in between, what is not looked at any more has failed, each by itself."""
    row(database, "SELECT 1")
    checks = verifier.verify(database, recorded, NEWEST)
    first = next(checks)
    database.close()
    rest = list(checks)
    assert first.result == "passed"
    assert {one.result for one in rest} == {"failed"}


def test_extension_that_is_not_there(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and is no success unless that is tolerated."""
    monkeypatch.setattr(structures, "AMCHECK", "amcheck_of_the_future")
    checks = list(structures.check(database))
    assert [one.result for one in checks] == ["unavailable", "passed"]
    assert [one.name for one in verifier.failures(checks)] == ["amcheck"]
    assert verifier.failures(checks, tolerate_unavailable=True) == []


def test_look_that_breaks_off() -> None:
    """Whatever breaks off has failed."""

    def look() -> Seen:
        raise psycopg.OperationalError("the connection\nis lost")

    assert take("it", "there", look) == Check("it", "failed", "OperationalError: the connection is lost", "there", 0.0)


def test_many_culprits() -> None:
    """The first few are named, the others counted."""
    text = judged([f"table {n}" for n in range(SHOWN + 3)], "").text
    assert text.endswith("; table 4; and 3 more")


def test_closed_tables(recorded: Expectation) -> None:
    """What still holds later says nothing of what may change, and nothing of a target."""
    closed = recorded.closed("public.parts")
    assert (set(closed.tables), closed.target, closed.definitions, closed.is_complete) == (
        {"public.parts"},
        None,
        {},
        False,
    )
    assert closed.system_identifier == recorded.system_identifier
