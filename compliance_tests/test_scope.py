"""Scope: every store of production data, the European Union, and the providers that it all lies with."""

from datetime import datetime

from fixtures.examination import Examination, statement
from fixtures.facts.locations import Location
from fixtures.facts.policy import Policy
from fixtures.facts.population import Population
from fixtures.facts.regions import in_eu, place
from fixtures.facts.scope import AssignmentUse, ScopedStore
from fixtures.facts.suppliers import CertifiedProvider, ListedProvider

UNLISTED = "what there is is discovered by kind: what is kept in a service that nobody lists is not found"


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
    examine.note(UNLISTED)


@statement("SCOPE-2")
def test_infrastructure_runs_in_eu(infrastructure: Population[Location], examine: Examination) -> None:
    """All infrastructure runs in regions of the European Union."""
    for one in infrastructure:
        with examine(one, seen=f"{one.kind} in {place(one.region)}", required="in the European Union"):
            assert in_eu(one.region)
    examine.note(UNLISTED)


@statement("SCOPE-3")
def test_providers_hold_current_certifications(
    certified_providers: Population[CertifiedProvider], policy: Policy, now: datetime, examine: Examination
) -> None:
    """Every infrastructure provider in use holds a recorded certification that has not lapsed."""
    required = f"{' or '.join(policy.accepted_standards)}, in force on {now:%Y-%m-%d}"
    for one in certified_providers:
        with examine(one, seen=one, required=required):
            assert one.is_certified(now.date(), policy.accepted_standards, policy.certification)
    examine.note("That a certificate covers the services in use stands in its scope, which nobody has read here.")


@statement("SCOPE-4")
def test_providers_are_in_subprocessor_list(
    listed_providers: Population[ListedProvider], now: datetime, examine: Examination
) -> None:
    """Every provider in whose accounts resources were found stands in the subprocessor list, with location."""
    for one in listed_providers:
        with examine(one, seen=one, required=f"in the list with its location, since {now:%Y-%m-%d} or before"):
            assert one.entry is not None
            assert one.entry.location
            assert one.entry.since <= now.date()
