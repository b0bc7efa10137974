"""A database with a bit of everything, and what the verifier does not let pass of it."""

from __future__ import annotations

from fixtures.restore_drill.verification import verifier
from fixtures.restore_drill.verification.checks import Database
from fixtures.restore_drill.verification.expectation import Expectation

SCHEMA = """
DROP SCHEMA public CASCADE; CREATE SCHEMA public;
DROP ROLE IF EXISTS auditor; DROP ROLE IF EXISTS intruder; CREATE ROLE auditor LOGIN;
CREATE TABLE parents (id int PRIMARY KEY, name text NOT NULL UNIQUE CHECK (name <> ''));
CREATE TABLE "Children" (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent int REFERENCES parents, other int,
  at timestamptz NOT NULL DEFAULT '2026-01-31T09:30:00Z');
CREATE TABLE parts (a int, b int, body text STORAGE EXTERNAL, PRIMARY KEY (a, b));
CREATE TABLE pieces (a int, b int, FOREIGN KEY (a, b) REFERENCES parts);
CREATE VIEW names AS SELECT name FROM parents;
CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n';
CREATE INDEX by_parent ON "Children" (parent);
INSERT INTO parents SELECT g, 'name ' || g FROM generate_series(1, 3000) g;
INSERT INTO "Children" (parent) SELECT g % 100 + 1 FROM generate_series(1, 300) g;
INSERT INTO "Children" (parent) VALUES (NULL);
INSERT INTO parts SELECT g, g, repeat(md5(g::text), 200) FROM generate_series(1, 50) g;
INSERT INTO pieces VALUES (1, 1), (NULL, 7);
"""
NEWEST = 'SELECT max(at) FROM "Children"'


def failed(database: Database, expected: Expectation) -> dict[str, str]:
    """Return what does not pass, and what was seen there."""
    checks = verifier.verify(database, expected, NEWEST)
    return {one.name: one.seen for one in checks if one.result != "passed"}
