"""Pages that were damaged where they lie: who notices, though PostgreSQL opens the database."""

from __future__ import annotations

from fixtures.restore_drill.cluster import Cluster
from fixtures.restore_drill.verification import structures
from fixtures.restore_drill.verification.checks import Database, row
from fixtures.restore_drill.verification.expectation import Expectation
from tests.restore_drill.everything import failed

PAGE = 8192


def test_zeroed_table_page(cluster: Cluster, database: Database) -> None:
    """A page of zeros has no checksum, and amcheck misses no row; but the index does."""
    _damage(cluster, database, "parents", 3, bytes(PAGE))
    with cluster.connect() as again:
        found = {one.name: one.seen for one in structures.check(again) if one.result != "passed"}
        assert set(found) == {"index entries"}
        assert "entries without row in 1 pages of parents, the first is 3" in found["index entries"]


def test_zeroed_page_of_large_values(cluster: Cluster, database: Database) -> None:
    """The same of what does not fit in a row, and lies in a table of its own."""
    name = row(database, "SELECT reltoastrelid::regclass::text FROM pg_class WHERE relname = 'parts'")[0]
    _damage(cluster, database, name, 0, bytes(PAGE))
    with cluster.connect() as again:
        found = failed(again, Expectation())
        assert {"tables read", "index entries"} <= set(found)
        assert "public.parts" in found["tables read"]


def test_page_that_does_not_fit_its_checksum(cluster: Cluster, database: Database) -> None:
    """Whoever reads the table sees it, and the server has counted it."""
    _damage(cluster, database, "parents", 2, None)
    with cluster.connect() as again:
        found = failed(again, Expectation())
        assert "invalid page in block 2" in found["tables read"]
        assert {"amcheck", "constraints", "page checksums"} <= set(found)


def _damage(cluster: Cluster, database: Database, relation: str, page: int, content: bytes | None) -> None:
    """Put something else in the place of a page while nobody looks; None: change one bit of it."""
    path = cluster.data / str(row(database, "SELECT pg_relation_filepath(%s)", relation)[0])
    database.close()
    cluster.stop()
    before = path.read_bytes()
    place = page * PAGE
    assert len(before) > place
    changed = content if content is not None else _flipped(before[place : place + PAGE])
    path.write_bytes(before[:place] + changed + before[place + PAGE :])
    cluster.start()


def _flipped(page: bytes) -> bytes:
    return page[:4000] + bytes([page[4000] ^ 1]) + page[4001:]
