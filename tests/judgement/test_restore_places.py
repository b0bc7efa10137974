"""RST-2 judges as an oracle does that was written without looking: by what is where."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from compliance_tests import test_restoration as judged
from fixtures.facts.accounts import NonProduction
from fixtures.facts.backups import SubnetGroup
from fixtures.facts.population import Population, Unread
from fixtures.facts.restore_places import Surroundings
from fixtures.facts.restore_places import places as held
from fixtures.facts.restore_tests import Destination, Kind, Measured
from fixtures.facts.restored import restored
from tests.judgement.facts import SOURCE, database, examination
from tests.judgement.restore_facts import ACCOUNT, IRELAND, KNOWN, OTHER, PLACE, restore_test

DECLARED = NonProduction(ACCOUNT, IRELAND, "vpc-apart", "restore-drill", ("sg-1",), "quiet", "db.t4g.medium")
GROUP = SubnetGroup("arn", "restore-drill", ACCOUNT, IRELAND, "Complete", ("a", "b"), "vpc-apart", SOURCE)

places = st.builds(
    Destination,
    identifier=st.sampled_from(["restore-drill-1", "app", "APP", "", database().id, "db-APP"]),
    resource_id=st.sampled_from(["db-COPY", "db-APP", ""]),
    account=st.sampled_from([ACCOUNT, OTHER, ""]),
    region=st.sampled_from([IRELAND, "eu-central-1", ""]),
    vpc=st.sampled_from(["vpc-apart", "vpc-production", ""]),
    subnet_group=st.sampled_from(["restore-drill", "default", ""]),
)


@given(
    to=places,
    declared=st.none()
    | st.builds(
        replace,
        st.just(DECLARED),
        account=st.sampled_from([ACCOUNT, OTHER]),
        vpc=st.sampled_from(["vpc-apart", "vpc-production"]),
    ),
    networks=st.sampled_from([("vpc-production",), ("vpc-apart",), ()]),
    region=st.sampled_from(["eu-central-1", IRELAND]),
    groups=st.sampled_from(
        [(GROUP,), (), (replace(GROUP, vpc="vpc-production"),), (replace(GROUP, region="eu-west-3"),)]
    ),
)
@example(to=PLACE, declared=DECLARED, networks=("vpc-production",), region="eu-central-1", groups=(GROUP,))
def test_apart(
    to: Destination,
    declared: NonProduction | None,
    networks: tuple[str, ...],
    region: str,
    groups: tuple[SubnetGroup, ...],
) -> None:
    """It is where it should be, that is no place of production, and the provider agrees as far as it can be asked."""
    app = database(networks=networks, region=region)
    (one,) = restored([app], [restore_test(destination=to)], (), (), KNOWN)
    around = Surroundings(declared, (app,), {ACCOUNT}, Population(groups))
    examine = examination("RST-2")
    judged.test_restore_test_used_non_production_environment(Population(tuple(held([one], around))), examine)
    (finding,) = examine.findings

    is_as_declared = declared is not None and (to.account, to.region, to.vpc, to.subnet_group) == (
        declared.account,
        declared.region,
        declared.vpc,
        "restore-drill",
    )
    is_another = to.identifier == "restore-drill-1" and to.resource_id != "db-APP"
    if to.identifier in ("app", "APP") and to.resource_id != "db-APP":
        is_another = (to.account, to.region) != (ACCOUNT, region) and to.account != ""
    production_elsewhere = (to.account, to.region) != (ACCOUNT, region)
    is_apart = to.vpc not in networks and (bool(networks) or production_elsewhere)
    is_confirmed = to.account != ACCOUNT or [one.vpc for one in groups if one.region == to.region] == [to.vpc]
    assert finding.complies == (is_as_declared and is_another and is_apart and is_confirmed), finding.seen


def test_process_of_the_drill() -> None:
    """The embedded drill restores in nobody's account; it still has to bear a name, and not that of production."""
    for identifier, expected in (("restore-drill-1", True), ("", False), ("app", False)):
        test = restore_test(kind=Kind.EMBEDDED, measured=Measured.STAND_IN, destination=Destination(identifier))
        (one,) = restored([database()], [test], (database().id,), (), KNOWN)
        (target,) = held([one], Surroundings(None, (database(),), {ACCOUNT}, Population()))
        assert (not target.ties) == expected
    manual = restore_test(kind=Kind.MANUAL, destination=Destination("restore-drill-1"))
    (one,) = restored([database()], [manual], (), (), KNOWN)
    (target,) = held([one], Surroundings(DECLARED, (database(),), {ACCOUNT}, Population((GROUP,))))
    assert target.ties


def test_group_in_what_could_not_be_read() -> None:
    """A subnet group that is not there may be where nobody could look: that is left to the gap."""
    (one,) = restored([database()], [restore_test()], (), (), KNOWN)
    for region, is_left_open in ((IRELAND, True), ("", True), ("eu-west-3", False)):
        unread = Unread("aws", ACCOUNT, region, "rds:DescribeDBSubnetGroups", "denied", "allow it")
        (place,) = held([one], Surroundings(DECLARED, (database(),), {ACCOUNT}, Population((), (unread,))))
        assert (not place.ties) == is_left_open
