"""One policy has the same sentences in every format; what a reader would notice changes them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.collectors.document_sentences import normal, sentences
from fixtures.collectors.policy_documents import (
    MOST_BYTES,
    DocumentError,
    catalogue_of,
    read_catalogue,
    read_document,
)
from fixtures.collectors.record_files import RecordError
from fixtures.examination import CATALOGUE, HOME
from fixtures.facts.sentences import unmapped
from tests.collectors.policy_texts import FORMATS, POLICY, Part


def expected(parts: Sequence[Part]) -> list[tuple[str, str, str]]:
    """Section, kind and text of everything in a policy whose sentences are in normal form already."""
    found: list[tuple[str, str, str]] = []
    for part in parts:
        found += [(part.heading, "heading", part.heading)] * bool(part.heading)
        found += [(part.heading, "row", " | ".join(row)) for row in part.rows]
        found += [(part.heading, "sentence", one) for paragraph in part.paragraphs for one in paragraph]
    return found


def read(folder: Path, name: str, text: str | bytes) -> list[tuple[str, str, str]]:
    """Read *text* as a file of this name."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [(one.section, one.kind, one.text) for one in read_document(path).passages]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_the_same(tmp_path: Path, name: str) -> None:
    """Sections, kinds and texts, and so the fingerprints."""
    assert read(tmp_path, name, FORMATS[name](POLICY)) == expected(POLICY)


WORDS = st.one_of(
    st.sampled_from(
        ["backups", "we", "keep", "30 days", "in-force", "e.g.", "i.e.", "Germany's", "(always)", "TLS 1.3"]
    ),
    st.sampled_from(["A.8.13", "U.S.", "AES-256", "botBrains", "&", "<never>", "a.b", "and/or", "100%", "restore,"]),
    st.sampled_from(["[sic]", "no. 7", "*", "_x_", "#"]),
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(
    lambda words: f"Nobody {' '.join(words).removesuffix('.')} again" + "."
)
PARTS = st.lists(
    st.builds(
        Part,
        st.sampled_from(["Scope", "What & where", "Retention"]),
        st.lists(
            st.lists(st.sampled_from(["30 days", "a | b", "AWS, Germany", "-"]), min_size=2, max_size=4), max_size=3
        ),
        st.lists(st.lists(SENTENCES, min_size=1, max_size=4), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=4,
).map(lambda parts: [Part("", (), [["It begins with a sentence."]]), *parts])


@given(PARTS, st.sampled_from(["policy.md", "policy.html"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_written_arrives(tmp_path: Path, parts: list[Part], name: str) -> None:
    """In formats that can hold any text, nothing is lost, nothing is added, whatever the sentences are made of."""
    text = FORMATS[name](parts)
    found = read(tmp_path, name, text if name.endswith("html") else re.sub(r"(?<!\*)[<&\[*_](?!\*)", r"\\\g<0>", text))

    assert found == expected(parts)


@given(st.lists(st.text("aB 30.!?'\")(-\n", max_size=12), max_size=12).map(" ".join))
def test_splitting_loses_nothing(text: str) -> None:
    """Put together again, the sentences are the text."""
    assert " ".join(sentences(normal(text))) == normal(text)


@given(st.text(max_size=60))
def test_normal_form_is_final(text: str) -> None:
    """It has a normal form of its own: itself."""
    assert normal(normal(text)) == normal(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("We do. botBrains does, too.", 2),
        ("We keep it, e.g. for a year.", 1),
        ("TLS 1.3 is in force. A.8.13 is covered.", 2),
        ("Ask Dr. No. 7 of them.", 1),
        ("Logs, dumps etc. are kept. Others etc. We don't.", 3),
        ("(Always.) Or never!", 2),
        ('Is it? "Yes." It is', 3),
        ("", 0),
    ],
)
def test_sentences_end_where_they_end(text: str, number: int) -> None:
    """At full stops, and not at those of abbreviations and numbers."""
    assert len(list(sentences(text))) == number


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("We don\u2019t \u2013 \u201cever\u201d \u2026 stop.", 'We don\'t - "ever" ... stop.'),
        ("e\u0301te\u0301 a\u00a0b\u2009c\td", "\u00e9t\u00e9 a b c d"),
        ("soft\u00adware \ufb01le\ufeff", "software file"),
        ("a -- b --- c", "a - b - c"),
    ],
)
def test_typesetting_is_taken_back(written: str, shown: str) -> None:
    """What a word processor does by itself changes nothing."""
    assert normal(written) == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("30-day window", "60-day window"),
        ("30 days", "3 0 days"),
        ("May extend", "may extend"),
        ("never; deleted", "never, deleted"),
        ("within the EU", "within the \u0415U"),
        ("30 days", "\uff13\uff10 days"),
        ("not lost", "lost"),
        ("2\u00b2", "22"),
        ("a < b", "a > b"),
    ],
)
def test_what_a_reader_notices_counts(one: str, other: str) -> None:
    """Digits, letters, case, marks, and letters of another alphabet."""
    assert normal(one) != normal(other)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "We keep ~~all~~ backups."),
        ("a.md", "We keep <del>all</del> backups."),
        ("a.md", "We keep <!-- all --> backups."),
        ("a.md", "> We keep\n> **_backups_**."),
        ("a.md", "1. We [keep](https://e.example/a_(b)) `backups`."),
        ("a.md", "We keep [backups][1].\n\n[1]: https://e.example"),
        ("a.html", "<p>We keep <s>all <b>of</b> the</s> <span hidden>old</span> backups.</p>"),
        ("a.html", "<p>We keep <span style='text-decoration: line-through'>all</span> backups.</p>"),
        ("a.html", "<div>We keep<br>backups.<script>alert(1)</script></div>"),
        ("a.txt", "<!DOCTYPE html>\n<p>We <i>keep</i> back<wbr>ups.</p>"),
        ("a.txt", "  - We keep backups.  "),
        ("a", "We keep\tbackups.\r\n"),
    ],
)
def test_only_what_is_in_force_is_read(tmp_path: Path, name: str, text: str) -> None:
    """As a reader sees it: without marks, without what is struck out or hidden."""
    assert read(tmp_path, name, text) == [("", "sentence", "We keep backups.")]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.txt", b"", "no sentence"),
        ("a.md", b"---\ntitle: x\n---\n\n<!-- nothing -->\n", "no sentence"),
        ("a.html", b"<html><head><title>x</title></head><body><h1>Title</h1></body></html>", "no sentence"),
        ("a.txt", "Sicherung f\u00fcr alle.".encode("latin-1"), "byte 11: not UTF-8"),
        ("a.txt", b"\xff\xfeW\x00e\x00\x00\xd8", "UTF-16"),
        ("a.txt", b"We keep\x00 backups.", "null bytes"),
        ("a.pdf", b"%PDF-1.7 ...", "PDF"),
        ("a.docx", b"PK\x03\x04...", "Word"),
        ("a.txt", b"We keep backups. " * (MOST_BYTES // 17 + 1), "larger than 4 MiB"),
    ],
)
def test_document_that_cannot_be_used(tmp_path: Path, name: str, text: bytes, told: str) -> None:
    """One line, with the file's name."""
    with pytest.raises(DocumentError, match=re.escape(told)) as told_by:
        read(tmp_path, name, text)

    assert str(tmp_path / name) in str(told_by.value)


def test_document_that_is_not_there(tmp_path: Path) -> None:
    """A path that leads nowhere, a folder, and what would be read for ever."""
    for path, told in ((tmp_path / "none.md", "no such file"), (tmp_path, "no file"), (Path("/dev/zero"), "no file")):
        with pytest.raises(DocumentError, match=told):
            read_document(path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_documents_with_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    """As some editors write them."""
    assert read(tmp_path, "a.txt", "Für immer.".encode(encoding)) == [("", "sentence", "Für immer.")]


def test_our_catalogue_maps_every_statement() -> None:
    """Every statement is asked for by a sentence; every sentence is mapped, each once."""
    entries = read_catalogue(HOME / "policy", CATALOGUE)

    assert unmapped(entries, CATALOGUE) == []
    assert all(entry.label for entry in entries)


def test_catalogue_beside_the_document_is_used(tmp_path: Path) -> None:
    """A document that brings its own catalogue is held against that."""
    (tmp_path / "a.md").write_text("We keep backups.")
    own = HOME / "policy"
    assert catalogue_of(tmp_path / "a.md", own) == own
    (tmp_path / "sentences.toml").write_text("")
    assert catalogue_of(tmp_path / "a.md", own) == tmp_path


ENTRY = '[[sentences]]\nfingerprint = "{}"\nsection = ""\nlabel = "x"\nstatements = ["DB-1"]\n'
PRINT = hashlib.sha256(b"x").hexdigest()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ENTRY.format("short"), "fingerprint"),
        (ENTRY.format(PRINT) * 2, "stands there twice"),
        (ENTRY.format(PRINT).replace("DB-1", "DB-99"), "no statement 'DB-99'"),
        (ENTRY.format(PRINT) + 'reason = "none"\n', "either the statements"),
        (ENTRY.format(PRINT).replace('["DB-1"]', "[]"), "either the statements"),
        ("", "sentences"),
    ],
)
def test_bad_catalogue(tmp_path: Path, text: str, told: str) -> None:
    """An entry that means nothing, or two things, would account for a sentence that nobody has read."""
    (tmp_path / "sentences.toml").write_text(text)
    with pytest.raises(RecordError, match=told):
        read_catalogue(tmp_path, CATALOGUE)
