"""Scope: every store of production data, and the European Union."""

from fixtures.examination import Examination, statement
from fixtures.facts.locations import Location
from fixtures.facts.population import Population
from fixtures.facts.regions import in_eu, place
from fixtures.facts.scope import AssignmentUse, ScopedStore


@statement("SCOPE-1")
def test_every_production_data_store_is_in_backup_scope(
    scoped_stores: Population[ScopedStore], assignment_uses: Population[AssignmentUse], examine: Examination
) -> None:
    """Every store of production data is in a data class of the policy, or declared out of scope with a reason."""
    for one in scoped_stores:
        with examine(
            one, seen=one, required="one data class whose statements look at it, or out of scope, with a reason"
        ):
            one.must_be_known()
            assert one.is_examined or one.is_out_of_scope
    for use in assignment_uses:
        with examine(use, seen=use, required="a store that exists", remedy="correct or remove {resource.id}"):
            assert use.stores
    examine.note("stores are discovered by kind: one that is kept in a service that nobody lists is not found")


@statement("SCOPE-2")
def test_infrastructure_runs_in_eu(infrastructure: Population[Location], examine: Examination) -> None:
    """All infrastructure runs in regions of the European Union."""
    for one in infrastructure:
        with examine(one, seen=f"{one.kind} in {place(one.region)}", required="in the European Union"):
            assert in_eu(one.region)
