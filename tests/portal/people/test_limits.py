"""Roles limited to a site and an environment: where they count, where they do not, and what is said then."""

from typing import Any

import pytest
from django.db import Error, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.audit.models import Event
from portal.errors import NotAllowed, Refused
from portal.people import actions, rights
from portal.people.models import Membership, Role
from portal.people.rights import VERBS, Place, Reach
from tests.factories import MembershipFactory, SiteFactory, TeamFactory, UserFactory


def test_a_limited_role_counts_below_its_site_and_in_its_environment(team, gabon_it, gabon, well, production, place):
    for there in (place(gabon, production), place(well, production)):
        assert rights.can(gabon_it, "deployment.approve", team, there)


def test_and_nowhere_else(team, gabon_it, gabon, norway, production, integration, place):
    for elsewhere in (place(norway, production), place(gabon, integration), Place(None, production.pk), Place()):
        assert not rights.can(gabon_it, "deployment.approve", team, elsewhere)
    assert not rights.can(gabon_it, "deployment.approve", TeamFactory(), place(gabon, production))


def test_a_role_without_limits_counts_everywhere(team, it, norway, integration, place):
    assert rights.can(it, "deployment.approve", team, place(norway, integration))
    assert rights.can(it, "deployment.approve", team, Place())


def test_what_concerns_the_whole_team_asks_for_the_whole_role(team, gabon_it):
    assert not rights.can(gabon_it, "gate.sign", team)
    assert not rights.can(gabon_it, "team.manage", team)
    with pytest.raises(NotAllowed, match="concerns the whole team, and your role IT is limited"):
        rights.require(gabon_it, "gate.sign", team)


@pytest.mark.parametrize("verb", ["kpi.measure", "kpi.validate", "incident.handle"])
def test_what_is_said_for_all_sites_asks_for_the_whole_role(team, gabon, well, verb):
    limited = [MembershipFactory(team=team, role=role, site=gabon).user for role in VERBS[verb].roles]
    whole = MembershipFactory(team=team, role=VERBS[verb].roles[0]).user
    assert not any(rights.can(person, verb, team, Place()) for person in limited)
    assert all(rights.can(person, verb, team, Place(well.pk)) for person in limited)
    assert rights.can(whole, verb, team, Place())


def test_whoever_is_limited_still_reads_and_speaks(team, gabon_it):
    assert rights.can(gabon_it, "usecase.view", team)
    assert rights.can(gabon_it, "comment.write", team)
    assert rights.team_ids(gabon_it) == [team.pk]


def test_a_refusal_says_which_role_is_needed_where_and_who_could(team, gabon_it, it, norway, production, place):
    with pytest.raises(NotAllowed) as refusal:
        rights.require(gabon_it, "deployment.approve", team, place(norway, production))
    sentence = str(refusal.value)
    assert "needs the role IT at Norway, Production" in sentence
    assert str(it) in sentence
    assert str(gabon_it) not in sentence


def test_where_nobody_could_it_says_so(team, gabon_it, norway, production, place):
    with pytest.raises(NotAllowed, match="Who could: nobody today"):
        rights.require(gabon_it, "deployment.approve", team, place(norway, production))


def test_two_limited_roles_add_up(team, gabon_it, norway, integration, place):
    MembershipFactory(team=team, user=gabon_it, role=Role.IT, site=norway)
    assert rights.can(gabon_it, "deployment.approve", team, place(norway, integration))


def test_deciding_asks_the_tree_once_whatever_its_depth(
    team, gabon_it, well, norway, production, place, django_assert_num_queries
):
    rights.can(gabon_it, "comment.write", team)
    with django_assert_num_queries(1):
        rights.can(gabon_it, "deployment.approve", team, place(well, production))
    with django_assert_num_queries(0):
        rights.can(gabon_it, "deployment.roll_back", team, place(well, production))


def test_a_member_is_added_with_limits_and_the_journal_says_which(team, business, outsider, gabon, production):
    membership = actions.add_member(team, outsider, Role.IT, by=business, site=gabon, environment=production)
    assert membership.limits == "Gabon, Production"
    assert membership.given_by == business
    assert Event.objects.get().sentence == f"{outsider} joined {team} as “IT”, limited to Gabon, Production."


def test_a_membership_is_changed_by_another(team, business, gabon_it, norway):
    before = Membership.objects.get(user=gabon_it)
    after = actions.change_member(before, Role.IT, by=business, site=norway)
    assert list(Membership.objects.filter(user=gabon_it)) == [after]
    assert after.limits == "Norway"


def test_the_same_role_with_the_same_limits_is_given_once(team, business, gabon_it, gabon, production):
    with pytest.raises(Refused, match="already has this role"):
        actions.add_member(team, gabon_it, Role.IT, by=business, site=gabon, environment=production)


@pytest.mark.parametrize("name", ["gabon_it", "viewer", "steering", "auditor", "stranger"])
def test_who_may_not_manage_changes_no_member(request, team, data, name):
    with pytest.raises(NotAllowed):
        actions.change_member(Membership.objects.get(user=data), Role.IT, by=request.getfixturevalue(name))
    assert Membership.objects.get(user=data).role == Role.DATA


def test_nobody_widens_their_own_role(team, it):
    limited = MembershipFactory(team=team, user=it, role=Role.VIEWER)
    with pytest.raises(NotAllowed, match="Nobody gives a role to themselves"):
        actions.change_member(limited, Role.BUSINESS, by=it)


def test_the_database_lets_no_membership_change(data):
    with pytest.raises(Error, match="membership_stays"), transaction.atomic():
        Membership.objects.filter(user=data).update(role=Role.IT)


# --- the decision against the simplest model there is ------------------------------------------------------------
SITES = (None, "root", "left", "right", "left leaf")
PARENTS = {"root": None, "left": "root", "right": "root", "left leaf": "left"}
ENVIRONMENTS = (None, "one", "two")
limits = st.tuples(st.sampled_from(list(Role)), st.sampled_from(SITES), st.sampled_from(ENVIRONMENTS))


def _below(site: str | None, root: str | None) -> bool:
    """Naively: walk up."""
    if root is None:
        return True
    while site is not None:
        if site == root:
            return True
        site = PARENTS[site]
    return False


def _naive(verb: str, held: set[Any], at: tuple[Any, Any] | None) -> bool:
    for role, site, environment in held:
        if role not in VERBS[verb].roles:
            continue
        reach = VERBS[verb].reach
        if reach is Reach.ANYWHERE or (site is None and environment is None):
            return True
        if reach is Reach.PLACE and (
            at is None or (_below(at[0], site) and (environment is None or environment == at[1]))
        ):
            return True
    return False


@pytest.fixture
def tree(db, production, integration) -> dict[str, Any]:
    sites: dict[Any, Any] = {None: None}
    for name, parent in PARENTS.items():
        sites[name] = SiteFactory(name=name, slug=name.replace(" ", "-"), parent=sites[parent])
    return {"sites": sites, "environments": {None: None, "one": production, "two": integration}}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    held=st.sets(limits, max_size=3),
    verb=st.sampled_from(sorted(VERBS)),
    at=st.one_of(st.none(), st.tuples(st.sampled_from(SITES[1:]), st.sampled_from(ENVIRONMENTS[1:]))),
)
def test_the_decision_is_that_of_a_naive_model(team, tree, held, verb, at):
    with transaction.atomic():
        person = UserFactory(username="somebody")
        for role, site, environment in held:
            there = {"site": tree["sites"][site], "environment": tree["environments"][environment]}
            MembershipFactory(team=team, user=person, role=role, **there)
        where = at and Place(tree["sites"][at[0]].pk, tree["environments"][at[1]].pk)
        assert rights.can(person, verb, team, where) is _naive(verb, held, at)
        assert not rights.can(person, verb, TeamFactory(), where)
        transaction.set_rollback(True)
