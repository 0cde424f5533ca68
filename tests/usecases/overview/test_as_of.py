"""`?as_of=`: the pages of a use case as they were at the end of a day, never with what was known later."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from monitoring.checks.models import Check
from monitoring.incidents.models import Incident
from monitoring.series.models import Series
from portal import clock
from portal.people import actions as people
from portal.people.models import Role
from portal.records import Known, Record
from portal.talk import actions as talk
from portal.talk.subjects import load
from tests.factories import UseCaseFactory, UserFactory
from usecases.catalog.actions import edit_use_case
from usecases.catalog.models import Health, Stage, UseCase
from usecases.catalog.transitions import set_health
from usecases.deployments.models import Deployment, DeploymentStep, Environment, Release, Target
from usecases.kpis import actions as kpis
from usecases.kpis.models import KPI
from usecases.lifecycle.models import StageChange

pytestmark = pytest.mark.django_db

MARCH, APRIL, MAY = (datetime(2026, month, 10, 12, tzinfo=UTC) for month in (3, 4, 5))
ON_MARCH, ON_APRIL = "2026-03-15", "2026-04-15"
# Not hidden by their manager: keys, rules and places that rows of then point at; problems are asked which were open.
TIMELESS = {"AccessToken", "CriteriaSet", "Deputy", "Membership", "Problem", "SavedView", "TrackingServer"}


@pytest.fixture
def storied(team, business):
    """A use case opened in March, renamed in April, in POC since May."""
    with time_machine.travel(MARCH, tick=False):
        use_case = UseCaseFactory(
            team=team, created_by=business, name="Letters", slug="letters", stage_since=MARCH, decision="Whom to write"
        )
    with time_machine.travel(APRIL, tick=False):
        edit_use_case(use_case, by=business, name="E-mails", decision="Whom to mail")
        set_health(use_case, Health.ERROR, "health.unwatched")
    with time_machine.travel(MAY, tick=False):
        UseCase.objects.filter(pk=use_case.pk).update(stage=Stage.POC, stage_since=MAY)
        StageChange.objects.create(use_case=use_case, from_stage="exploration", to_stage="poc", by=business)
    return use_case


def page(client, route, *args, day, **query):
    return client.get(reverse(route, args=args), {"as_of": day, **query})


def test_the_overview_says_what_was_true_then_and_offers_nothing_to_write(storied, business, sign_in):
    answer = page(sign_in(business), "overview", "letters", day=ON_MARCH)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "As it was on" in text
    assert "15 Mar 2026" in text
    assert "Letters" in text
    assert "Whom to write" in text
    assert "E-mails" not in text
    assert reverse("use_case_edit", args=["letters"]) not in text
    then = answer.context["use_case"]
    assert (then.stage, then.health) == ("exploration", "unknown")
    assert "Next for you" not in text


def test_stage_name_and_health_follow_the_day(storied, business, sign_in):
    client = sign_in(business)
    april = page(client, "overview", "letters", day=ON_APRIL).context["use_case"]
    assert (april.name, april.stage, april.health, april.health_since) == ("E-mails", "exploration", "error", APRIL)
    may = page(client, "overview", "letters", day="2026-05-10").context["use_case"]
    assert (may.stage, may.stage_since) == ("poc", MAY)
    assert client.get(reverse("overview", args=["letters"])).context["use_case"].stage == "poc"


def test_a_day_ends_at_midnight_of_the_organisation(storied, business, sign_in):
    # 22:30 UTC is 00:30 of the next day in Paris.
    with time_machine.travel(datetime(2026, 4, 20, 22, 30, tzinfo=UTC), tick=False):
        edit_use_case(storied, by=business, name="Night mail")
    client = sign_in(business)
    assert page(client, "overview", "letters", day="2026-04-20").context["use_case"].name == "E-mails"
    assert page(client, "overview", "letters", day="2026-04-21").context["use_case"].name == "Night mail"


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("yesterday", "is a day, as 2026-05-12"),
        ("2026-02-30", "is a day, as 2026-05-12"),
        ("", "is a day, as 2026-05-12"),
        ("9999-01-01", "is still to come"),
        ("2026-02-01", "was opened on 10 Mar 2026"),
    ],
)
def test_a_wrong_day_is_told_in_a_sentence(storied, business, sign_in, day, sentence):
    answer = page(sign_in(business), "overview", "letters", day=day)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


def test_a_stranger_learns_nothing_of_the_past(storied, stranger, sign_in):
    client = sign_in(stranger)
    for day in (ON_MARCH, "2026-01-01"):
        answer = page(client, "overview", "letters", day=day)
        assert answer.status_code == 404
        assert b"Letters" not in answer.content


def test_the_past_cannot_be_written(storied, business, sign_in):
    address = reverse("use_case_edit", args=["letters"])
    answer = sign_in(business).post(f"{address}?as_of={ON_MARCH}", {"name": "Forged"})
    assert answer.status_code == 409
    assert "The past is read, not written" in answer.content.decode()
    storied.refresh_from_db()
    assert storied.name == "E-mails"


def test_a_page_of_the_present_says_so(storied, business, sign_in):
    answer = page(sign_in(business), "use_case_edit", "letters", day=ON_MARCH)
    assert answer.status_code == 400
    assert "only how things are today" in answer.content.decode()


def test_rights_are_those_of_today_and_members_those_of_then(storied, team, business, sign_in):
    newcomer, leaver = UserFactory(username="newcomer"), UserFactory(username="leaver")
    with time_machine.travel(MARCH, tick=False):
        people.add_member(team, leaver, Role.IT, by=business)
    with time_machine.travel(APRIL, tick=False):
        people.remove_member(team, leaver, Role.IT, by=business)
        people.add_member(team, newcomer, Role.IT, by=business)
    answer = page(sign_in(newcomer), "overview", "letters", day=ON_MARCH)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Leaver Martin" in text
    faces = text[text.index('<ul class="faces') : text.index("uc-rail")]
    assert "Newcomer Martin" not in faces
    assert sign_in(leaver).get(reverse("overview", args=["letters"]), {"as_of": ON_MARCH}).status_code == 404


def test_links_and_questions_of_the_page_stay_on_the_day(storied, business, sign_in):
    text = page(sign_in(business), "journal", "letters", day=ON_APRIL).content.decode()
    assert f'href="{reverse("kpis", args=["letters"])}?as_of={ON_APRIL}"' in text
    assert f'<input type="hidden" name="as_of" value="{ON_APRIL}">' in text
    assert f'data-today href="{reverse("journal", args=["letters"])}"' in text


def test_the_journal_ends_on_the_day(storied, business, sign_in):
    text = page(sign_in(business), "journal", "letters", day=ON_MARCH).content.decode()
    assert "The description of the use case was changed" not in text
    csv = b"".join(page(sign_in(business), "journal_csv", "letters", day=ON_MARCH).streaming_content).decode()
    assert "usecase.edited" not in csv
    assert (
        "usecase.edited"
        in b"".join(page(sign_in(business), "journal_csv", "letters", day=ON_APRIL).streaming_content).decode()
    )


def test_a_kpi_defined_later_is_not_there(storied, business, sign_in):
    with time_machine.travel(APRIL, tick=False):
        KPI.objects.create(use_case=storied, number=1, name="Visits", unit="%", owner=business, is_headline=True)
    client = sign_in(business)
    assert b"Visits" not in page(client, "kpis", "letters", day=ON_MARCH).content
    assert b"Visits" in page(client, "kpis", "letters", day=ON_APRIL).content


def test_a_kpi_says_what_it_said_and_measured_what_was_known(storied, business, sign_in):
    with time_machine.travel(MARCH, tick=False):
        kpi = kpis.define_kpi(storied, by=business, name="Visits", unit="%", baseline=1.0)
        week = {"period_start": date(2026, 3, 2), "value": 2.5}
        kpis.record_measurements(kpi, [week], by=business, source="typed")
    with time_machine.travel(APRIL, tick=False):
        kpis.edit_kpi(kpi, by=business, name="Visits by mail", baseline=1.5)
        kpis.record_measurements(kpi, [week | {"value": 7.25}], by=business, source="typed")
    with time_machine.travel(MAY, tick=False):
        kpis.validate(kpi.measurements.get(), by=business)
    client = sign_in(business)
    march = page(client, "kpi", "letters", 1, day=ON_MARCH)
    then = march.context["kpi"]
    assert (then.name, then.baseline) == ("Visits", 1.0)
    assert [(row.value, row.status) for row in march.context["table"].items] == [(2.5, "provisional")]
    assert b"7.25" not in march.content
    assert b"2.5" in page(client, "kpis", "letters", day=ON_MARCH).content
    april = page(client, "kpi", "letters", 1, day=ON_APRIL)
    assert [(row.value, row.status) for row in april.context["table"].items] == [(7.25, "provisional")]
    may = page(client, "kpi", "letters", 1, day="2026-05-11")
    assert [row.status for row in may.context["table"].items] == ["validated"]


def test_what_was_live_then(storied, business, site, data, sign_in):
    with time_machine.travel(MARCH, tick=False):
        environment = Environment.objects.create(name="Production", slug="production", is_production=True)
        target = Target.objects.create(use_case=storied, environment=environment, site=site)
        releases = [
            Release.objects.create(
                use_case=storied,
                number=number,
                kind="in_place",
                title=title,
                status="ready",
                digest=str(number) * 64,
                created_by=data,
            )
            for number, title in ((1, "By hand"), (2, "By rule"))
        ]
        first = _live(storied, 1, target, releases[0], data, MARCH, until=APRIL)
    with time_machine.travel(APRIL, tick=False):
        _live(storied, 2, target, releases[1], data, APRIL)
    DeploymentStep.objects.create(deployment=first, status="replaced", at=APRIL)
    client = sign_in(business)
    march = page(client, "use_case_deployments", "letters", day=ON_MARCH)
    assert [(one.release.title, one.status) for one in march.context["live"]] == [("By hand", "live")]
    assert [row.status for row in march.context["history"].items] == ["live"]
    april = page(client, "use_case_deployments", "letters", day=ON_APRIL)
    assert [one.release.title for one in april.context["live"]] == ["By rule"]
    assert sorted(row.status for row in april.context["history"].items) == ["live", "replaced"]


def _live(use_case, number, target, release, by, at, until=None):
    one = Deployment.objects.create(
        use_case=use_case,
        number=number,
        kind="declaration",
        target=target,
        release=release,
        status="replaced" if until else "live",
        status_since=at,
        requested_by=by,
        digest=release.digest,
        live_from=at,
        live_until=until,
    )
    DeploymentStep.objects.create(deployment=one, status="live", at=at)
    return one


def test_an_incident_resolved_later_was_open(storied, business, data, sign_in):
    with time_machine.travel(MARCH, tick=False):
        series = Series.objects.create(use_case=storied, kind="model", name="AUUC")
        check = Check.objects.create(
            use_case=storied, number=1, name="Low", series=series, comparator="below", bound=1, created_by=data
        )
        Incident.objects.create(
            use_case=storied,
            number=1,
            check_that_failed=check,
            severity="error",
            began_at=MARCH,
            value=0,
            status="resolved",
            resolved_at=APRIL,
            resolved_by=data,
            cause="A file came late",
        )
    client = sign_in(business)
    march = page(client, "use_case_monitoring", "letters", day=ON_MARCH)
    assert [one.status for one in march.context["incidents"].items] == ["open"]
    assert b"A file came late" not in page(client, "incident", "letters", 1, day=ON_MARCH).content
    april = page(client, "use_case_monitoring", "letters", day=ON_APRIL, **{"i-status": "resolved"})
    assert [one.status for one in april.context["incidents"].items] == ["resolved"]


def test_the_gate_ahead_says_what_was_not_kept(storied, business, sign_in):
    answer = page(sign_in(business), "gate", "letters", "poc", day=ON_MARCH)
    text = answer.content.decode()
    assert "What was computed that day was not kept" in text
    assert answer.context["gate"].state == "open"
    assert 'method="post" action="' + reverse("gate_pass", args=["letters", "poc"]) not in text
    assert page(sign_in(business), "gate", "letters", "poc", day="2026-05-11").context["gate"].state == "passed"


def test_comments_say_what_they_said(storied, business, sign_in):
    subject = load(business, "use_case", storied.uid)
    with time_machine.travel(MARCH, tick=False):
        comment = talk.write(subject, by=business, body="First word")
    with time_machine.travel(MARCH + timedelta(hours=20), tick=False):
        talk.edit(comment, subject, by=business, body="Second word")
    client = sign_in(business)
    address = reverse("talk", args=["use_case", storied.uid])
    then = client.get(address, {"as_of": "2026-03-10"}).content
    assert b"First word" in then
    assert b"Second word" not in then
    assert b"<textarea" not in then
    assert b"Second word" in client.get(address, {"as_of": "2026-03-11"}).content


def test_pages_of_the_past_cost_a_fixed_number_of_queries(storied, business, sign_in, django_assert_max_num_queries):
    client = sign_in(business)
    for route in ("kpis", "use_case_runs", "use_case_deployments", "use_case_monitoring", "journal"):
        with django_assert_max_num_queries(32):
            assert page(client, route, "letters", day=ON_APRIL).status_code == 200


def test_every_record_hides_the_future_by_construction():
    left = {model.__name__ for model in _models(Record) if not isinstance(model._default_manager, Known)}
    assert left == TIMELESS


def _models(base):
    for model in base.__subclasses__():
        yield from _models(model)
        if not model._meta.abstract:
            yield model


def test_looking_back_does_not_outlive_its_page(storied, business, sign_in):
    page(sign_in(business), "overview", "letters", day=ON_MARCH)
    assert clock.past() is None
    assert clock.now().date() >= date(2026, 1, 1)
