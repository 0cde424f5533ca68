import threading

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.jobs.models import Job
from portal.people import rights
from portal.people.models import Role
from tests.factories import MembershipFactory
from usecases.catalog.models import UseCaseSite
from usecases.deployments import actions
from usecases.deployments.inbox import waiting
from usecases.deployments.models import Approval, Deployment


def test_an_approval_starts_the_machine(request_it, it):
    deployment = request_it()
    actions.approve(deployment, by=it, comment="Seen")
    deployment.refresh_from_db()
    assert deployment.status == "approved"
    assert Job.objects.get(kind="deployments.execute").key == str(deployment.uid)
    assert Event.objects.latest("id").verb == "deployment.approved"


def test_a_data_scientist_may_not_approve(request_it, data):
    with pytest.raises(NotAllowed):
        actions.approve(request_it(), by=data)


def test_who_asked_may_not_approve(seal, environment, site, author, it):
    deployment = actions.request_deployment(seal(), environment, site, by=it)
    with pytest.raises(NotAllowed, match="asked for it"):
        actions.approve(deployment, by=it)


def test_who_wrote_the_model_may_not_approve(seal, environment, site, author, team, data, it):
    deployment = actions.request_deployment(seal(), environment, site, by=it)
    MembershipFactory(team=team, user=data, role=Role.IT)
    rights.forget(data)
    with pytest.raises(NotAllowed, match="wrote the model"):
        actions.approve(deployment, by=data)


def test_two_approvals_are_two_people(seal, environment, site, data, it, second_it):
    deployment = actions.request_deployment(seal(), environment, site, by=data)
    actions.approve(deployment, by=it)
    with pytest.raises(Refused, match="already"):
        actions.approve(deployment, by=it)
    assert Deployment.objects.get().status == "requested"
    actions.approve(deployment, by=second_it)
    assert Deployment.objects.get().status == "approved"


def test_a_site_that_changed_voids_the_request(request_it, it):
    deployment = request_it()
    UseCaseSite.objects.update(specifics="Closed on Mondays")
    with pytest.raises(Refused, match="void"):
        actions.approve(deployment, by=it)
    assert Deployment.objects.get().status == "expired"


def test_a_reason_is_needed_to_reject(request_it, it):
    with pytest.raises(BadInput):
        actions.reject(request_it(), by=it, comment=" ")


def test_what_was_rejected_is_not_approved(request_it, it, second_it):
    deployment = request_it()
    actions.reject(deployment, by=it, comment="No")
    with pytest.raises(Refused, match="Somebody else decided first"):
        actions.approve(deployment, by=second_it)


def test_the_database_refuses_an_approval_of_ones_own_request(request_it, data, team):
    deployment = request_it()
    MembershipFactory(team=team, user=data, role=Role.IT)
    insert = (
        "INSERT INTO usecases_approval (uid, occurred_at, is_demo, deployment_id, approver_id, requester_id, role,"
        " verdict, digest, comment) VALUES (gen_random_uuid(), now(), false, %s, %s, %s, 'it', 'approve', %s, '')"
    )
    # Lying about the requester does not help: the copy is taken from the deployment.
    liar = [deployment.pk, data.pk, data.pk + 1, deployment.digest]
    with pytest.raises(Error, match="approval_not_by"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, liar)


@pytest.mark.parametrize("status", ["approved", "running", "live"])
def test_the_database_refuses_a_status_without_approvals(request_it, status):
    request_it()
    with pytest.raises(Error, match="lacks approvals"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE usecases_deployment SET status = %s, live_from = %s", [status, timezone.now()])


def test_it_waits_for_it_and_not_for_who_asked(request_it, it, second_it, data, business):
    request_it()
    assert [len(waiting(person)) for person in (it, second_it, data, business)] == [1, 1, 0, 0]


def test_the_inbox_is_one_question(request_it, it, django_assert_num_queries):
    request_it()
    with django_assert_num_queries(1):
        assert waiting(it)[0].action == "Decide"


def test_twenty_races_of_two_approvers_each_have_one_winner(
    committed_db, seal, environment, site, author, it, second_it
):
    for number in range(20):
        deployment = actions.request_deployment(seal(f"Round {number}"), environment, site, by=author)
        told = _race(deployment, it, second_it)
        assert len(told) == 1
        assert "Somebody else decided first" in told[0]
        assert Approval.objects.filter(deployment=deployment).count() == 1
        assert Job.objects.filter(kind="deployments.execute", key=str(deployment.uid)).count() == 1
        Deployment.objects.filter(pk=deployment.pk).update(status="rejected")


def _race(deployment: Deployment, *people) -> list[str]:
    """All approve at once; what the losers are told."""
    told: list[str] = []
    start = threading.Barrier(len(people))

    def approve(person) -> None:
        mine = Deployment.objects.for_pages().get(pk=deployment.pk)
        start.wait()
        try:
            actions.approve(mine, by=person)
        except Refused as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told
