from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.notifications.models import Notification
from portal.people import deputies, rights
from portal.people.models import Role
from tests.factories import MembershipFactory, SiteFactory, UserFactory
from usecases.catalog.models import Stage
from usecases.iterations import actions
from usecases.iterations.criteria import closed_go_in_real_conditions
from usecases.iterations.inbox import waiting
from usecases.iterations.models import Iteration, IterationSignature
from usecases.kpis import actions as kpis
from usecases.kpis.models import KPI, KPIVersion, Measurement

OUTSIDE = ["viewer", "decision_user", "admin", "steering", "auditor", "stranger"]
CONCLUSION = {"decision": "go", "reason": "Worth it.", "findings": "The file came late."}


def all_sign(iteration, *people):
    for person in people:
        actions.sign(iteration, by=person)


def test_it_is_opened_on_what_was_agreed(iteration, kpi, site, business):
    assert (iteration.number, iteration.status, list(iteration.sites.all())) == (0, "open", [site])
    assert iteration.kpi_version.facts | {"baseline": 2.0, "proxy_metric": "auuc"} == iteration.kpi_version.facts
    assert "version 1" in Event.objects.get(verb="iteration.opened").sentence
    assert Notification.objects.get(person=business, message__kind="notice.iteration_opened").message.url


@pytest.mark.parametrize("person", OUTSIDE)
def test_nobody_else_may(in_poc, agreed, iteration, concluded, request, person):
    outsider = request.getfixturevalue(person)
    for verb in (
        lambda: actions.open_iteration(in_poc, by=outsider, **agreed),
        lambda: actions.agree_again(iteration, by=outsider),
        lambda: actions.conclude(iteration, by=outsider, **CONCLUSION),
        lambda: actions.take_back(concluded, by=outsider, reason="No."),
        lambda: actions.sign(concluded, by=outsider),
    ):
        with pytest.raises(NotAllowed):
            verb()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"hypothesis": ""}, "hypothesis"),
        ({"sites": []}, "sites"),
        ({"plugs": "model"}, "plugs"),
        ({"plugs": "magic"}, "plugs"),
    ],
)
def test_what_is_missing_is_said_field_by_field(in_poc, agreed, data, wrong, field):
    with pytest.raises(BadInput) as refusal:
        actions.open_iteration(in_poc, by=data, **{**agreed, **wrong})
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert not Iteration.objects.exists()


def test_dates_go_forward_and_not_far_back(in_poc, agreed, data, today):
    for wrong in ({"ends_on": agreed["starts_on"]}, {"starts_on": today - timedelta(days=60)}):
        with pytest.raises(BadInput):
            actions.open_iteration(in_poc, by=data, **{**agreed, **wrong})


def test_neither_site_nor_kpi_of_others(in_poc, agreed, data, business):
    from tests.factories import UseCaseFactory

    foreign = KPI.objects.create(use_case=UseCaseFactory(), number=1, name="X", unit="%", owner=business)
    with pytest.raises(BadInput) as refusal:
        actions.open_iteration(in_poc, by=data, **{**agreed, "kpi": foreign, "sites": [SiteFactory()]})
    assert {problem.field for problem in refusal.value.problems} == {"kpi", "sites"}


@pytest.mark.parametrize("stage", [Stage.EXPLORATION, Stage.STOPPED, Stage.RETIRED])
def test_nothing_is_tried_before_the_poc_or_off_the_road(in_poc, agreed, data, stage):
    type(in_poc).objects.update(stage=stage)
    with pytest.raises(Refused):
        actions.open_iteration(in_poc, by=data, **agreed)


def test_one_at_a_time(in_poc, iteration, agreed, data, business, it):
    with pytest.raises(Refused, match="not closed yet"):
        actions.open_iteration(in_poc, by=data, **agreed)
    actions.conclude(iteration, by=data, **CONCLUSION)
    all_sign(iteration, business, data, it)
    following = actions.open_iteration(in_poc, by=data, **{**agreed, "plugs": "model"})
    assert (following.number, following.kpi_version.number) == (1, 1)


def test_a_kpi_that_changed_is_agreed_on_again(iteration, kpi, business, data):
    with pytest.raises(Refused, match="nothing to agree"):
        actions.agree_again(iteration, by=business)
    kpis.edit_kpi(kpi, by=business, target=4.0)
    actions.agree_again(iteration, by=business)
    iteration.refresh_from_db()
    assert (iteration.kpi_version.number, iteration.kpi_version.facts["target"]) == (2, 4.0)
    assert KPIVersion.objects.get(number=1).facts["target"] is None


def test_sites_and_last_day_change_while_it_is_open(iteration, data, today, site):
    actions.amend(iteration, by=data, ends_on=today + timedelta(days=40), sites=[site])
    iteration.refresh_from_db()
    assert iteration.ends_on == today + timedelta(days=40)
    assert Event.objects.get(verb="iteration.amended").data["before"]["sites"] == [site.slug]


def test_three_signatures_close_it(concluded, business, data, it):
    actions.sign(concluded, by=business)
    actions.sign(concluded, by=data)
    assert concluded.status == "concluded"
    actions.sign(concluded, by=it)
    assert concluded.status == "closed"
    assert [step.status for step in concluded.steps.all()] == ["open", "concluded", "closed"]
    assert "business, data and IT" in Event.objects.get(verb="iteration.closed_go").sentence


def test_one_person_with_two_roles_signs_once(concluded, team, data):
    MembershipFactory(team=team, user=data, role=Role.IT)
    rights.forget(data)
    with pytest.raises(BadInput, match="several roles"):
        actions.sign(concluded, by=data)
    actions.sign(concluded, by=data, role="it")
    with pytest.raises(Refused, match="one person signs once"):
        actions.sign(concluded, by=data, role="data")


def test_a_role_signs_once_and_nobody_for_another(concluded, it, second_it):
    actions.sign(concluded, by=it)
    with pytest.raises(Refused, match="has signed already"):
        actions.sign(concluded, by=second_it)
    with pytest.raises(NotAllowed):
        actions.sign(concluded, by=second_it, role="business")


def test_what_is_taken_back_is_signed_again(concluded, business, data, it):
    actions.sign(concluded, by=it)
    actions.take_back(concluded, by=data, reason="The figure was wrong.")
    assert (concluded.status, concluded.round) == ("open", 2)
    actions.conclude(concluded, by=data, **{**CONCLUSION, "decision": "pivot"})
    assert not concluded.signatures.filter(round=2).exists()
    all_sign(concluded, business, data, it)
    assert (concluded.status, concluded.decision, concluded.signatures.count()) == ("closed", "pivot", 4)


@pytest.mark.parametrize("missing", ["decision", "reason", "findings"])
def test_a_conclusion_says_what_why_and_what_was_learnt(iteration, data, missing):
    with pytest.raises(BadInput) as refusal:
        actions.conclude(iteration, by=data, **{**CONCLUSION, missing: ""})
    assert [problem.field for problem in refusal.value.problems] == [missing]


def test_a_closed_iteration_does_not_change(concluded, business, data, it):
    all_sign(concluded, business, data, it)
    for verb in (
        lambda: actions.take_back(concluded, by=data, reason="Late."),
        lambda: actions.conclude(concluded, by=data, **CONCLUSION),
        lambda: actions.agree_again(concluded, by=data),
    ):
        with pytest.raises(Refused, match="Closed"):
            verb()


def test_the_database_holds_it_too(concluded, data):
    def refused(change):
        with pytest.raises(Exception, match=r"lacks signatures|Cannot|no such conclusion"), transaction.atomic():
            change()

    refused(lambda: Iteration.objects.filter(pk=concluded.pk).update(status="closed"))
    actions.sign(concluded, by=data)
    refused(lambda: IterationSignature.objects.update(role="it"))
    refused(lambda: IterationSignature.objects.all().delete())
    other = UserFactory.create()
    refused(lambda: IterationSignature.objects.create(iteration=concluded, round=9, role="it", by=other))
    with pytest.raises(IntegrityError), transaction.atomic():
        IterationSignature.objects.create(iteration=concluded, round=1, role="it", by=data)
    assert connection.in_atomic_block


def test_the_result_is_what_was_measured_there_and_then(iteration, kpi, site, data, today):
    told = {"period_start": today - timedelta(days=9), "period_end": today - timedelta(days=2)}
    before = {"period_start": today - timedelta(days=29), "period_end": today - timedelta(days=22)}
    for period, value in ((told, 3.0), (before, 9.0)):
        Measurement.objects.create(
            kpi=kpi, site=site, value=value, standard_error=0.1, n=100, source="api", recorded_by=data, **period
        )
    actions.conclude(iteration, by=data, **CONCLUSION)
    assert [iteration.result[name] for name in ("measured", "value", "difference")] == [1, 3.0, 1.0]
    assert set(iteration.result["sentence"]) == {"en", "fr"}
    assert "+1.0" in iteration.result["sentence"]["en"]


def test_nothing_measured_is_said_not_invented(concluded):
    assert concluded.result["value"] is None
    assert "not measured" in concluded.result["sentence"]["en"]


def test_who_has_to_sign_is_told(concluded, business, it, viewer, stranger):
    deputy, today = UserFactory(), rights.today()
    deputies.name_deputy(it.memberships.get(), deputy, today, today + timedelta(days=6), by=it)
    assert [[item.url for item in waiting(one)] for one in (it, deputy)] == [[concluded.get_absolute_url()]] * 2
    actions.sign(concluded, by=it)
    assert [waiting(person) for person in (it, viewer, stranger)] == [[], [], []]
    assert len(waiting(business)) == 1


def test_the_gate_asks_for_go_in_real_conditions(concluded, site, business, data, it, go_live, points_came):
    use_case = concluded.use_case
    assert "waits for signatures" in str(closed_go_in_real_conditions(use_case).sentence)
    all_sign(concluded, business, data, it)
    assert closed_go_in_real_conditions(use_case).met is False
    assert "without having been live" in str(closed_go_in_real_conditions(use_case).sentence)


def test_and_is_met_by_it(iteration, site, business, data, it, go_live, points_came):
    go_live(site, 5)
    points_came(site, 3)
    assert "not concluded yet" in str(closed_go_in_real_conditions(iteration.use_case).sentence)
    actions.conclude(iteration, by=data, **CONCLUSION)
    all_sign(iteration, business, data, it)
    found = closed_go_in_real_conditions(iteration.use_case)
    assert (found.met, found.url) == (True, iteration.get_absolute_url())
