"""The pages of steering: who reads them, filtered, as of a day, exported, at a constant cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal import registry
from tests.factories import SiteFactory
from usecases.catalog.models import Stage
from usecases.curse.models import Raised
from usecases.steering.actions import decide, say_learnt
from usecases.steering.models import SteeringDecision

PAGES = ["/steering/", "/steering/stopped/", "/steering/decisions/", "/steering/curse/"]
SIGN = "endless"
WHY = "Nobody can label the pictures this year."


@pytest.mark.parametrize("address", PAGES)
def test_steering_is_read_by_those_who_steer(use_case, steering, admin, auditor, business, stranger, sign_in, address):
    for person in (steering, admin, auditor):
        assert sign_in(person).get(address).status_code == 200
    for person in (business, stranger):
        assert sign_in(person).get(address).status_code == 403


def test_the_rail_leads_there_only_who_may(use_case, steering, business, sign_in):
    assert 'href="/steering/"' in sign_in(steering).get("/").text
    assert 'href="/steering/"' not in sign_in(business).get("/").text


@pytest.mark.parametrize("address", PAGES)
def test_three_or_thirty_use_cases_cost_the_same_queries(lived, steering, sign_in, address, django_assert_num_queries):
    browser = sign_in(steering)

    def add(number: int) -> None:
        for n in range(number):
            lived(f"Case {n}", 50, (Stage.POC, 5))
            case = lived(f"Stopped {n}", 50, (Stage.POC, 5), (Stage.STOPPED, 9))
            say_learnt(case, WHY, by=steering)
            other = lived(f"Paused {n}", 40)
            decide(other, "pause", by=steering, reason=WHY, seen="undecided")
            Raised.objects.create(use_case=other, code=SIGN, reason=f"curse.{SIGN}", url="/x/")

    add(3)
    browser.get(address)
    with CaptureQueriesContext(connection) as few:
        browser.get(address + "?size=100")
    add(9)
    with django_assert_num_queries(len(few)):
        browser.get(address + "?size=100")


def test_a_stop_says_why_and_what_was_learnt(lived, business, steering, sign_in):
    case = lived("Seal wear", 80, (Stage.POC, 10), (Stage.STOPPED, 50), reason=WHY)
    browser = sign_in(steering)
    assert "Nobody has said what was learnt." in browser.get("/steering/stopped/").text
    say_learnt(case, "Ask for annotation capacity first.", by=business)
    for address in ("/steering/", "/steering/stopped/"):
        page = browser.get(address).text
        assert WHY in page
        assert "Ask for annotation capacity first." in page
    row = browser.get("/steering/stopped/?export=csv").getvalue().decode()
    assert "Seal wear,POC," in row
    assert "Ask for annotation capacity first." in row


def test_filters_hold_for_the_figures_too(lived, steering, sign_in):
    wells = lived("Wells", 80, (Stage.POC, 10), tags=["Wells"])
    wells.sites.add(SiteFactory(slug="field", parent=SiteFactory(slug="gabon")))
    lived("Letters", 20, tags=["Campaigns"])
    browser = sign_in(steering)
    since = (timezone.localdate() - timedelta(days=30)).isoformat()
    for query, opened in (("", 2), ("tag=Wells", 1), ("site=gabon", 1), (f"opened_from={since}", 1), ("q=nothing", 0)):
        page = browser.get(f"/steering/?{query}&page=1")
        assert page.context["summary"].leads.opened == opened, query


def test_it_is_shown_as_of_a_day(lived, steering, sign_in):
    lived("Old", 80, (Stage.POC, 10), (Stage.STOPPED, 60), reason=WHY)
    lived("New", 5)
    browser = sign_in(steering)
    day = timezone.localdate() - timedelta(days=40)
    page = browser.get(f"/steering/?as_of={day.isoformat()}")
    assert page.context["summary"].leads.opened == 1
    assert [row.stage for row in page.context["table"].items] == [Stage.POC]
    assert WHY not in page.text
    for wrong in ("2999-01-01", "yesterday", "0001-01-01"):
        assert browser.get(f"/steering/?as_of={wrong}").status_code == 400


def test_decisions_are_listed_with_their_reason(use_case, steering, sign_in):
    decide(use_case, "pause", by=steering, reason=WHY, seen="undecided")
    browser = sign_in(steering)
    assert WHY in browser.get("/steering/decisions/").text
    assert WHY in browser.get("/steering/").text
    assert WHY not in browser.get("/steering/decisions/?kind=fund").text


def test_signs_of_the_curse_are_listed_with_their_next_action(use_case, steering, sign_in):
    signal = registry.signals()[SIGN]
    Raised.objects.create(use_case=use_case, code=SIGN, reason=f"curse.{SIGN}", url="/x/")
    browser = sign_in(steering)
    for address in ("/steering/", "/steering/curse/"):
        page = browser.get(address).text
        assert str(signal.title) in page
        assert 'href="/x/"' in page
    use_case.stage = Stage.STOPPED
    use_case.save()
    assert 'href="/x/"' not in browser.get("/steering/curse/").text


def test_a_use_case_that_is_not_seen_is_nowhere(lived, auditor, steering, sign_in):
    case = lived("Seen by all who steer", 10)
    decide(case, "fund", by=steering, reason=WHY, seen="undecided")
    assert SteeringDecision.objects.count() == 1
    assert "Decide about" not in sign_in(auditor).get("/steering/").text
    assert "Decide about" in sign_in(steering).get("/steering/").text
