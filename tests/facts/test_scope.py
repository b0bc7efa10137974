"""Which class has this store, and who said so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.collection import POPULATIONS
from fixtures.facts.population import NotReadError, Population, Source, Unread
from fixtures.facts.scope import EXAMINED, Assignment, DataClass, is_out_of_scope, left_out, scoped
from fixtures.facts.stores import BUCKET, DATABASE, Store
from fixtures.facts.text import Command

SOURCE = Source("aws", "rds:DescribeDBInstances", "123456789012", "eu-central-1", 1)
TABLE = "DynamoDB table"
STORE = Store(
    "arn:aws:dynamodb:eu-central-1:123456789012:table/sessions",
    "sessions",
    TABLE,
    "aws",
    "123456789012",
    "eu-central-1",
    {"environment": "staging"},
    Command("aws dynamodb describe-table"),
    SOURCE,
)
OUT = Assignment("records/scope.toml:1", DataClass.OUT_OF_SCOPE, "locks only", STORE.id, False, "", "", "", SOURCE)
DATABASES = replace(OUT, id="records/scope.toml:9", data_class=DataClass.APPLICATION_DATABASE, reason="")


def test_a_store_that_nobody_assigned_is_in_scope_and_in_no_class() -> None:
    """Forgetting is no decision."""
    one = scoped(STORE, [])
    assert str(one) == "DynamoDB table, assigned by nobody"
    assert not one.is_out_of_scope
    assert not one.is_examined


def test_a_declared_reason_leaves_it_out() -> None:
    """The reason stands in what was seen."""
    one = scoped(STORE, [OUT])
    assert one.is_out_of_scope
    assert str(one) == "DynamoDB table, out of scope by records/scope.toml:1: locks only"


def test_no_reason_leaves_nothing_out() -> None:
    """Even if the file should have refused it."""
    assert not is_out_of_scope(STORE, [replace(OUT, reason="")])
    assert not is_out_of_scope(STORE, [OUT, replace(OUT, reason="")])


def test_two_classes_for_one_store_leave_it_in_scope() -> None:
    """Where people disagree, the statements look at it."""
    one = scoped(STORE, [OUT, DATABASES])
    assert not one.is_out_of_scope
    assert not one.is_examined
    assert str(one) == (
        "DynamoDB table, in several classes: "
        "out of scope by records/scope.toml:1; application database by records/scope.toml:9"
    )


def test_two_entries_that_agree_are_no_conflict() -> None:
    """A pattern and an exact entry may overlap."""
    assert is_out_of_scope(STORE, [OUT, replace(OUT, id="records/scope.toml:5", reason="the same")])


def test_a_class_whose_statements_never_look_at_the_kind_is_no_class() -> None:
    """A DynamoDB table called an application database would be backed up by nobody."""
    one = scoped(STORE, [DATABASES])
    assert not one.is_examined
    assert str(one).endswith("whose statements look at no DynamoDB table")
    assert scoped(replace(STORE, kind=DATABASE), [DATABASES]).is_examined
    assert not scoped(replace(STORE, kind=BUCKET), [DATABASES]).is_examined


def test_every_class_but_out_of_scope_is_examined_by_statements() -> None:
    """No class is left without kinds, and out of scope has none."""
    assert set(EXAMINED) == set(DataClass) - {DataClass.OUT_OF_SCOPE}
    assert all(EXAMINED.values())


def test_each_way_of_naming_matches_its_own_only() -> None:
    """Exact id, pattern, tag, name with kind."""
    by_pattern = replace(OUT, resource="arn:aws:dynamodb:*:table/sess*", is_pattern=True)
    by_tag = replace(OUT, resource="", tag="environment=staging")
    by_name = replace(OUT, resource="", name="sessions", kind=TABLE)
    for one in (OUT, by_pattern, by_tag, by_name):
        assert one.names(STORE), one
    other = replace(STORE, id=f"{STORE.id}-2", name="other", tags={"environment": "production"})
    assert not OUT.names(other)
    assert not by_tag.names(other)
    assert not by_name.names(other)
    assert not by_name.names(replace(STORE, kind=BUCKET))
    assert not by_pattern.names(replace(STORE, id="arn:aws:dynamodb:eu-central-1:123456789012:table/users"))
    assert not replace(OUT, kind=BUCKET).names(STORE)
    assert not replace(OUT, resource=OUT.resource.replace("sessions", "s*")).names(STORE)  # a star in an exact id


def test_an_entry_that_names_nothing_names_nothing() -> None:
    """Not even a store without a name."""
    assert not replace(OUT, resource="").names(replace(STORE, name=""))
    assert not replace(OUT, resource="", tag="owner=").names(STORE)


def test_what_is_left_out_says_why_and_by_whose_word() -> None:
    """The report shows it."""
    (one,) = left_out([(STORE, "db-1"), (replace(STORE, id="arn:other"), "db-2")], [OUT])
    assert (one.id, one.resource_id, one.reason, one.record) == (STORE.id, "db-1", "locks only", OUT.id)


@given(st.lists(st.sampled_from([OUT, DATABASES, replace(OUT, reason=""), replace(OUT, resource="arn:else")])))
def test_out_of_scope_needs_unanimity(said: list[Assignment]) -> None:
    """Whatever is said: out only if at least one entry names it, and each that does says out, with a reason."""
    about = [one for one in said if one.resource == STORE.id]
    expected = bool(about) and all(one.data_class == "out of scope" and one.reason for one in about)
    assert is_out_of_scope(STORE, said) is expected


@pytest.mark.parametrize("provider", ["aws", "digitalocean", "github"])
def test_records_that_cannot_be_read_say_nothing_of_any_store(provider: str) -> None:
    """That nobody assigned it is not known, whosever it is."""
    gap = Unread("records", "", "", "scope.toml", "line 1: no TOML", "correct it")
    unread: Population[object] = Population(unread=(gap,))
    (one,) = POPULATIONS["scoped_stores"](Population((replace(STORE, provider=provider),)), unread, unread)
    with pytest.raises(NotReadError):
        one.must_be_known()
