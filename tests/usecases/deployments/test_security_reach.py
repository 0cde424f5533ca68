"""Who decides where: limits of roles and deputies at deployments, in our code and in the database."""

from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.utils import timezone

from portal.audit.models import Event
from portal.errors import NotAllowed, Refused
from portal.people import deputies, rights
from portal.people.models import Membership, Role, User
from tests.factories import MembershipFactory, SiteFactory, UserFactory
from usecases.deployments import actions
from usecases.deployments.inbox import waiting
from usecases.deployments.models import Approval, Deployment, Environment


@pytest.fixture
def person(team):
    """Somebody who is IT within limits, or a stranger without any."""

    def _person(username: str, **limits) -> User:
        someone = UserFactory(username=username)
        if limits:
            MembershipFactory(team=team, user=someone, role=Role.IT, **limits)
        return someone

    return _person


@pytest.fixture
def reaching(person, site, environment) -> User:
    return person("reaching", site=site, environment=environment)


@pytest.fixture
def elsewhere(person) -> User:
    return person("elsewhere", site=SiteFactory(name="Norway"))


@pytest.fixture
def stand_in(person):
    """A stranger who stands in for a member this week."""

    def _stand_in(member: User, username: str = "deputy") -> User:
        someone, today = person(username), rights.today()
        mine = Membership.objects.get(user=member)
        deputies.name_deputy(mine, someone, today, today + timedelta(days=6), by=member)
        return someone

    return _stand_in


def test_whose_role_reaches_there_approves_and_the_role_is_kept(request_it, reaching, site, environment):
    deployment = request_it()
    actions.approve(deployment, by=reaching)
    kept = Approval.objects.get()
    assert (kept.role, kept.site, kept.environment, kept.stands_for) == (Role.IT, site, environment, None)
    assert Deployment.objects.get().status == "approved"


@pytest.mark.parametrize("verb", ["approve", "reject", "ask_changes", "withdraw"])
def test_whose_role_does_not_reach_there_decides_nothing_and_is_told_who_could(request_it, elsewhere, it, verb):
    deployment = request_it()
    said = {"comment": "No"} if verb in ("reject", "ask_changes") else {}
    with pytest.raises(NotAllowed) as refusal:
        getattr(actions, verb)(deployment, by=elsewhere, **said)
    assert f"at {deployment.target}" in str(refusal.value)
    assert verb == "withdraw" or str(it) in str(refusal.value)
    assert Deployment.objects.get().status == "requested"


def test_nor_do_they_ask_for_anything_there(seal, environment, site, elsewhere, author):
    with pytest.raises(NotAllowed, match="does not reach there"):
        actions.request_deployment(seal(), environment, site, by=elsewhere)


def test_nor_roll_back_nor_run_again(go_live, elsewhere, reaching, in_place):
    live = go_live()
    with pytest.raises(NotAllowed):
        actions.roll_back(live, by=elsewhere, reason="Bad")
    with pytest.raises(NotAllowed):
        actions.retry(live, by=elsewhere)
    assert actions.roll_back(live, by=reaching, reason="Bad").status == "approved"


def test_another_environment_is_elsewhere(request_it, person):
    integration = Environment.objects.create(name="Integration", slug="integration")
    with pytest.raises(NotAllowed):
        actions.approve(request_it(), by=person("tester", environment=integration))


def test_what_waits_is_what_one_reaches(request_it, reaching, elsewhere, it, stand_in):
    request_it()
    assert [len(waiting(one)) for one in (reaching, elsewhere, it, stand_in(it))] == [1, 0, 1, 1]


def test_a_deputy_approves_for_somebody(request_it, it, stand_in):
    deputy = stand_in(it)
    deployment = request_it()
    actions.approve(deployment, by=deputy, comment="Fine")
    assert Approval.objects.get().stands_for == it
    approved = Event.objects.get(verb="deployment.approved")
    assert approved.who == f"{deputy}, for {it}"


def test_nobody_is_asked_for_and_stood_in_for(seal, environment, site, it, second_it, stand_in, author):
    """IT asked: their deputy does not approve in their name, nor does the deputy's own request."""
    deputy = stand_in(it)
    deployment = actions.request_deployment(seal(), environment, site, by=it)
    with pytest.raises(NotAllowed, match="stand in for somebody who asked"):
        actions.approve(deployment, by=deputy)
    assert waiting(deputy) == []
    actions.approve(deployment, by=second_it)


def test_a_deputy_does_not_approve_their_own_request(seal, environment, site, it, stand_in, author):
    deputy = stand_in(it)
    deployment = actions.request_deployment(seal(), environment, site, by=deputy)
    with pytest.raises(NotAllowed, match="You asked for it"):
        actions.approve(deployment, by=deputy)


def test_a_person_and_their_deputy_are_one_vote(seal, environment, site, data, it, second_it, stand_in):
    """Nobody knows the author, so two approvals are needed."""
    deputy = stand_in(it)
    deployment = actions.request_deployment(seal(), environment, site, by=data)
    assert deployment.approvals_needed == 2
    actions.approve(deployment, by=it)
    with pytest.raises(Refused, match="verdict on this request already"):
        actions.approve(deployment, by=deputy)
    assert Deployment.objects.get().status == "requested"
    actions.approve(deployment, by=second_it)
    assert Deployment.objects.get().status == "approved"


def test_a_deputy_with_a_role_of_their_own_uses_that(request_it, it, stand_in, team):
    deputy = stand_in(it)
    MembershipFactory(team=team, user=deputy, role=Role.IT)
    rights.forget(deputy)
    actions.approve(request_it(), by=deputy)
    assert Approval.objects.get().stands_for is None


def _insert(deployment: Deployment, approver: User, **changes: object) -> None:
    """What a forgetful line of code would write."""
    facts = {"role": Role.IT, "verdict": "approve", "digest": deployment.digest, "requester": approver}
    with transaction.atomic():
        Approval.objects.create(deployment=deployment, approver=approver, **{**facts, **changes})


@pytest.mark.parametrize("changes", [{"role": ""}, {"role": "viewer"}, {"role": "business"}])
def test_the_database_asks_for_a_role_that_approves(request_it, business, changes):
    with pytest.raises(Error, match="does not hold this role"):
        _insert(request_it(), business, **changes)


def test_the_database_asks_that_the_role_is_held_and_reaches(request_it, business, elsewhere, reaching):
    deployment, norway = request_it(), Membership.objects.get(user=elsewhere).site
    with pytest.raises(Error, match="does not hold this role"):
        _insert(deployment, business)
    with pytest.raises(Error, match="does not hold this role"):
        _insert(deployment, elsewhere)
    with pytest.raises(Error, match="does not reach there"):
        _insert(deployment, elsewhere, site=norway)
    with pytest.raises(Error, match="does not hold this role"):
        _insert(deployment, reaching)


def test_the_database_asks_that_the_deputy_is_one_that_day(request_it, it, business, stand_in):
    deployment, deputy = request_it(), stand_in(it)
    with pytest.raises(Error, match="does not hold this role"):
        _insert(deployment, business, stands_for=it)
    with pytest.raises(Error, match="does not hold this role"):
        _insert(deployment, deputy, stands_for=it, occurred_at=timezone.now() + timedelta(days=30))
    _insert(deployment, deputy, stands_for=it)


def test_the_database_lets_nobody_stand_in_for_who_asked(seal, environment, site, it, stand_in, author):
    deputy = stand_in(it)
    deployment = actions.request_deployment(seal(), environment, site, by=it)
    with pytest.raises(Error, match="approval_not_for_requester_or_author"):
        _insert(deployment, deputy, stands_for=it)


def test_the_pages_say_the_same(request_it, reaching, elsewhere, it, stand_in, sign_in):
    deployment, deputy = request_it(), stand_in(it)
    address = deployment.get_absolute_url()
    assert "Your role does not reach" in sign_in(elsewhere).get(address).content.decode()
    assert sign_in(elsewhere).post(f"{address}approve/").status_code == 403
    assert f"{address}approve/" in sign_in(reaching).get(address).content.decode()
    sign_in(deputy).post(f"{address}approve/")
    assert f"{deputy}, for {it}" in sign_in(it).get(address).content.decode()


def test_what_ran_here_says_who_could_then(go_live, business, it, reaching, sign_in):
    live = go_live()
    page = sign_in(business).get(
        f"/use-cases/spring/ran-here/?site={live.target.site_id}&at={timezone.localtime():%Y-%m-%dT%H:%M}"
    )
    assert {one.person for one in page.context["found"][0][1]} == {it, reaching}
