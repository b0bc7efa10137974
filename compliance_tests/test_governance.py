"""ISO mapping and review: the policy is covered, owned, and kept current."""

from datetime import datetime

from fixtures.examination import Examination, statement
from fixtures.facts.architecture import ReviewedSetting
from fixtures.facts.coverage import CoveredArea
from fixtures.facts.policy import Policy
from fixtures.facts.population import Population
from fixtures.facts.reviews import ReviewRecord
from fixtures.facts.sentences import PolicySentence
from fixtures.facts.text import span


@statement("ISO-1")
def test_iso_a_8_13_is_covered(covered_areas: Population[CoveredArea], examine: Examination) -> None:
    """Scope, frequency, encryption, retention and restoration testing each have a statement assessed in this run."""
    for area in covered_areas:
        with examine(area, seen=area, required="a statement that was assessed, and had something to look at"):
            assert area.is_carried


@statement("ISO-2")
def test_every_policy_sentence_is_accounted_for(
    policy_sentences: Population[PolicySentence], examine: Examination
) -> None:
    """Every sentence of the policy document maps to statements, or to a stated reason why it has none."""
    for sentence in policy_sentences:
        with examine(sentence, seen=sentence, required="mapped as it stands"):
            assert sentence.is_accounted_for


@statement("REV-1")
def test_policy_is_owned_by_the_ciso(
    policy_reviews: Population[ReviewRecord], policy: Policy, examine: Examination
) -> None:
    """The review record names the CISO as the policy's owner."""
    for record in policy_reviews:
        with examine(record, seen=record.ownership, required=f"somebody by name, who is {policy.owner_roles[0]}"):
            assert record.owner is not None
            assert record.owner.holds(policy.owner_roles)


@statement("REV-2")
def test_policy_reviewed_within_a_year(
    policy_reviews: Population[ReviewRecord], policy: Policy, now: datetime, examine: Examination
) -> None:
    """The policy's owner has reviewed it within the review interval."""
    required = f"a review by the owner within {span(policy.review_interval)} before {now:%Y-%m-%d}"
    for record in policy_reviews:
        with examine(record, seen=record, required=required):
            assert record.review is not None
            assert record.review.is_within(now, policy.review_interval)
            assert record.is_by_owner


@statement("REV-3")
def test_policy_reviewed_after_material_change(
    reviewed_architecture: Population[ReviewedSetting], examine: Examination
) -> None:
    """The backup architecture is the one that the last review looked at."""
    for setting in reviewed_architecture:
        with examine(setting, seen=setting, required=setting.reviewed):
            assert setting.is_unchanged
