"""Source code: private repositories, whose protected history is mirrored on developer machines."""

from datetime import datetime

from fixtures.examination import Examination, statement
from fixtures.facts.mirrors import Mirror, MirroredRepository, rewrites
from fixtures.facts.policy import Policy
from fixtures.facts.population import Population
from fixtures.facts.repositories import History, Repository
from fixtures.facts.text import moment


@statement("SRC-1")
def test_repositories_are_private(repositories: Population[Repository], policy: Policy, examine: Examination) -> None:
    """Every repository of the organisation is private."""
    allowed = policy.repository_visibilities
    for repository in repositories:
        with examine(repository, seen=repository, required=" or ".join(allowed)):
            assert repository.is_visible_as(allowed)


@statement("SRC-2")
def test_repositories_are_under_version_control_with_protected_history(
    histories: Population[History], policy: Policy, examine: Examination
) -> None:
    """Every repository has a default branch with commits that rejects force-pushes and deletion."""
    bound = policy.administrators_bound
    required = f"commits; force-push and deletion rejected{', for administrators, too' if bound else ''}"
    for history in histories:
        with examine(history, seen=history, required=required):
            assert history.tip
            assert history.rejects("non_fast_forward", administrators_bound=bound)
            assert history.rejects("deletion", administrators_bound=bound)


@statement("SRC-3")
def test_repositories_are_mirrored_on_developer_machines(
    mirrored_repositories: Population[MirroredRepository], policy: Policy, examine: Examination
) -> None:
    """Every repository is mirrored on the required number of independent developer machines."""
    for repository in mirrored_repositories:
        with examine(repository, seen=repository, required=f"at least {policy.required_mirrors} machines"):
            assert len(repository.machines) >= policy.required_mirrors
        examine.note(repository.corroboration())


@statement("SRC-4")
def test_mirrors_are_current_with_every_push(
    mirrors: Population[Mirror], policy: Policy, now: datetime, examine: Examination
) -> None:
    """Every mirror holds the newest push that is older than the grace time."""
    until = now - policy.mirror_grace
    for mirror in mirrors:
        with examine(mirror, seen=mirror.describe(until), required=f"every push up to {moment(until)}"):
            assert mirror.tips
            assert not mirror.behind(until)
    for rewrite in rewrites(mirrors):
        examine.note(rewrite)
