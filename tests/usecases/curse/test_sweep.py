import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed
from portal.notifications.models import Notification
from tests.factories import UseCaseFactory
from usecases.catalog.models import UseCase
from usecases.curse import actions
from usecases.curse.models import Raised, StageLimit
from usecases.curse.raised import curse_list, signs
from usecases.curse.sweep import look_at, sweep
from usecases.problems import actions as problems
from usecases.problems.models import Problem


def raised(use_case):
    return {one.code for one in signs([use_case]).get(use_case.pk, [])}


def test_signals_come_with_the_facts_and_go_with_them_and_the_journal_tells_both(past, data):
    use_case = past("created 40 · debt 30 due 2 costs 300 · business 1 · data 1 · it 1")
    assert sweep() == 1
    first = Raised.objects.get()
    assert sweep() == 1
    again = Raised.objects.get()
    assert (again.pk, again.occurred_at) == (first.pk, first.occurred_at)
    assert again.looked_at >= first.looked_at
    debt = Problem.objects.select_related("use_case__team").get()
    problems.solve(debt, by=data)
    assert sweep() == 0
    assert raised(use_case) == set()
    told = Event.objects.filter(verb__startswith="curse.").order_by("id")
    assert [one.verb for one in told] == ["curse.raised.debt", "curse.cleared.debt"]
    assert str(told[0].sentence) == "A signal was raised: a debt is unpaid."


def test_a_sign_is_worded_for_its_reader(past, french):
    use_case = past("created 40 · debt 30 due 2 · business 1 · data 1 · it 1")
    sweep()
    (sign,) = signs([use_case])[use_case.pk]
    assert sign.title == "Dette impayée"
    title = "«\N{NO-BREAK SPACE}Keys by hand\N{NO-BREAK SPACE}»"
    assert sign.reason == f"{title} devrait être payé, et personne ne sait ce que cela coûte par mois."
    assert sign.action == "Payer la dette, ou dire jusqu'à quand"


@pytest.fixture
def french(settings):
    from django.utils.translation import override

    with override("fr"):
        yield


def test_what_is_stopped_shows_nothing_any_more(past):
    use_case = past("created 200 · poc 150")
    sweep()
    assert {"stayed", "flows", "kpi", "role"} == raised(use_case)
    past("stopped 0")
    assert sweep() == 0


def test_the_oldest_comes_first_on_the_overview_with_its_next_step(past, business, sign_in):
    past("created 200 · poc 150")
    sweep()
    page = sign_in(business).get("/use-cases/spring/").text
    assert "In POC for 150 days; the portfolio allows 120." in page
    assert page.index("POC never on production flows") < page.index("Too long in its stage")
    assert "Define the KPI" in page


def test_the_curse_list_holds_what_one_may_see_in_one_query(past, business, stranger, steering):
    past("created 200 · poc 150")
    elsewhere = UseCaseFactory(stage="poc")
    sweep()
    mine, all_, nothing = (curse_list(UseCase.objects.visible_to(person)) for person in (business, steering, stranger))
    assert {one.use_case.slug for one in mine} == {"spring"}
    assert {one.use_case.slug for one in all_} == {"spring", elsewhere.slug}
    assert {one.use_case.slug for one in nothing} == set()
    with CaptureQueriesContext(connection) as asked:
        assert [one.use_case.team.name for one in curse_list(UseCase.objects.all())]
    assert len(asked) == 1


def test_looking_at_one_and_at_forty_costs_the_same_queries(past, team):
    use_case = past("created 200 · poc 150")
    look_at([use_case])
    with CaptureQueriesContext(connection) as few:
        look_at([use_case])
    others = [UseCaseFactory(team=team) for _number in range(40)]
    look_at([use_case, *others])
    with CaptureQueriesContext(connection) as many:
        look_at([use_case, *others])
    assert len(many) == len(few)


def test_a_limit_is_set_by_administrators_and_steering_and_told(past, admin, steering, business, sign_in):
    use_case = past("created 50")
    address = "/administration/stage-limits/"
    assert sign_in(business).post(address, {"exploration": "40"}).status_code == 403
    assert sign_in(admin).get(address).context["form"].initial == {
        "exploration": 90,
        "poc": 120,
        "industrialisation": 180,
    }
    sign_in(steering).post(address, {"exploration": "40", "poc": "120", "industrialisation": ""})
    sweep()
    assert "stayed" in raised(use_case)
    assert actions.limits() == {"exploration": 40, "poc": 120, "industrialisation": None}
    events = Event.objects.filter(verb__startswith="stage_limit.").order_by("id")
    assert [str(one.sentence) for one in events] == [
        "The limit of exploration was set to 40 days.",
        "The limit of industrialisation was lifted.",
    ]


def test_a_limit_that_makes_no_sense_is_refused_and_nothing_changes(admin, business):
    for days in (0, -1, 99_999):
        with pytest.raises(BadInput):
            actions.set_limits({"poc": days, "exploration": 10}, by=admin)
    with pytest.raises(BadInput):
        actions.set_limits({"production": 10}, by=admin)
    with pytest.raises(NotAllowed):
        actions.set_limits({"poc": 10}, by=business)
    assert dict(StageLimit.objects.values_list("stage", "days")) == {
        "exploration": 90,
        "poc": 120,
        "industrialisation": 180,
    }


def test_machines_read_the_signals_of_what_they_may_see(past, business, stranger, call):
    past("created 200 · poc 150")
    sweep()
    told = call(business, "get", "signals?code=stayed").json()["results"]
    assert [(one["use_case"], one["reason"]) for one in told] == [
        ("spring", "In POC for 150 days; the portfolio allows 120.")
    ]
    assert call(stranger, "get", "signals").json()["results"] == []


def test_members_are_told_once_when_it_rises_and_once_when_it_goes(past, business, data, it, viewer, decision_user):
    past("created 40 · debt 30 due 2 costs 300 · business 1 · data 1 · it 1")
    sweep()
    sweep()
    problems.solve(Problem.objects.select_related("use_case__team").get(), by=data)
    sweep()
    sweep()
    told = Notification.objects.filter(message__kind__startswith="notice.curse_")
    assert {one.username for one in {row.person for row in told}} == {"business", "data", "it"}
    mine = told.filter(person=business).order_by("id")
    raised_, cleared = (row.message for row in mine)
    assert "A signal was raised: a debt is unpaid. “Keys by hand” should be paid" in str(raised_)
    assert str(cleared).endswith("A signal is gone: no debt is overdue.")


def test_who_stops_a_use_case_is_not_told_that_its_signals_are_gone(past):
    past("created 200 · poc 150")
    sweep()
    past("stopped 0")
    sweep()
    assert not Notification.objects.filter(message__kind="notice.curse_cleared").exists()
