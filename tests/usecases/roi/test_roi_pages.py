from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal import registry
from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.notifications.models import Notification
from portal.people import actions as people
from portal.people.models import Scope
from usecases.roi import actions
from usecases.roi.models import BusinessCase, Cost, DayRate

BASE = "/use-cases/spring/roi/"
JAN = date(2026, 1, 1)


@pytest.fixture
def case(use_case, data):
    """A business case that waits."""
    months = [{"month": JAN, "value": Decimal(100), "cost": Decimal(40)}]
    return actions.write_case(use_case, months, by=data, assumptions="Ten visits.")


def test_the_team_reads_and_a_stranger_gets_404(spend, business, stranger, sign_in):
    spend(amount=Decimal(100))
    inside, outside = sign_in(business), sign_in(stranger)
    for address in ("", "costs/new/", "costs/1/", "business-case/"):
        assert inside.get(BASE + address).status_code == 200
        assert outside.get(BASE + address).status_code == 404


def test_an_account_of_nothing_teaches(use_case, business, viewer, sign_in):
    page = sign_in(business).get(BASE).text
    assert "No KPI says what one unit is worth" in page
    assert "Record a cost" in page
    assert "Record a cost" not in sign_in(viewer).get(BASE).text


def test_the_page_says_what_was_gained_spent_and_when_it_pays_back(use_case, kpi, measure, spend, business, sign_in):
    measure(JAN, 10.5, n=10_000, standard_error=0.2)
    spend(amount=Decimal(200))
    page = sign_in(business).get(BASE).text
    assert "€300 gained (95 %: €65 to €535) in periods before 29 Jan 2026, against €200 spent so far." in page
    assert "Paid back: expected unknown; by the estimate not yet; by its lower bound not yet." in page


def test_a_cost_is_recorded_from_the_form_until_the_end_of_its_month(use_case, it, sign_in):
    sent = {"kind": "integration", "period_start": "2026-02-10", "person_days": "12.5", "note": "Firewall"}
    assert sign_in(it).post(BASE + "costs/new/", sent).status_code == 302
    made = Cost.objects.get()
    assert (made.kind, made.period_end, made.currency) == ("integration", date(2026, 3, 1), "EUR")
    assert made.person_days == Decimal("12.5")


def test_what_is_wrong_is_said_beside_its_field(use_case, it, sign_in):
    browser = sign_in(it)
    for sent, field in (
        ({"person_days": "1", "amount": "2"}, "person_days"),
        ({}, "person_days"),
        ({"amount": "-2"}, "amount"),
        ({"amount": "2", "period_end": "2025-12-01"}, "period_end"),
        ({"amount": "2", "period_end": "2999-01-01"}, "period_end"),
        ({"amount": "2", "currency": "€"}, "currency"),
    ):
        answer = browser.post(BASE + "costs/new/", {"kind": "ml", "period_start": "2026-01-01", **sent})
        assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    assert Cost.objects.count() == 0


def test_a_viewer_records_nothing(use_case, viewer, sign_in, spend):
    with pytest.raises(NotAllowed):
        spend(amount=Decimal(1), by=viewer)
    assert sign_in(viewer).get(BASE + "costs/new/").status_code == 403


def test_a_correction_strikes_the_former_one_out_and_counts_once(spend, it, sign_in):
    spend(amount=Decimal(100), note="Cloud")
    sent = {"kind": "run", "period_start": "2026-01-01", "period_end": "2026-02-01", "amount": "90", "currency": "EUR"}
    sign_in(it).post(BASE + "costs/1/", sent)
    assert [(one.number, one.amount) for one in Cost.objects.standing()] == [(2, Decimal(90))]
    assert Cost.objects.get(number=1).struck_reason == "Corrected by #2"
    event = Event.objects.get(verb="cost.corrected")
    assert (event.data["before"]["amount"], event.data["after"]["amount"]) == ("100.00", "90")


def test_striking_asks_why_and_happens_once(spend, it, sign_in):
    cost = spend(amount=Decimal(100))
    assert sign_in(it).post(BASE + "costs/1/strike/", {"reason": ""}).status_code == 400
    sign_in(it).post(BASE + "costs/1/strike/", {"reason": "Counted twice."})
    assert Cost.objects.standing().count() == 0
    with pytest.raises(Refused):
        actions.strike_cost(cost, by=it, reason="Again.")


def test_a_business_case_is_written_line_by_line(use_case, data, business, sign_in):
    months = "2026-01; 1 200,50; 300\n2026-02; 1500\n\n2026-03\t1500\t0"
    sign_in(data).post(BASE + "business-case/", {"assumptions": "Ten visits.", "months": months})
    rows = BusinessCase.objects.get().months.values_list("month", "value", "cost")
    assert list(rows) == [
        (JAN, Decimal("1200.50"), Decimal(300)),
        (date(2026, 2, 1), Decimal(1500), Decimal(0)),
        (date(2026, 3, 1), Decimal(1500), Decimal(0)),
    ]
    assert [one.person for one in Notification.objects.all()] == [business]


def test_a_wrong_line_is_named_and_nothing_is_kept(use_case, data, sign_in):
    browser = sign_in(data)
    for months, said in (
        ("May; 12", "Line 1 is not"),
        ("2026-01; 12\n2026-13; 1", "Line 2 is not"),
        ("2026-01; 12; 3; 4", "Line 1 is not"),
        ("2026-01; NaN", "Line 1 is not"),
        ("2026-01; 1\n2026-01; 2", "Line 2: This month is there twice."),
        ("2026-01; 1; -2", "Line 1: A cost is not below zero."),
        ("2026-01; 1.005", "Line 1: This is no amount of money"),
    ):
        answer = browser.post(BASE + "business-case/", {"assumptions": "Ten.", "months": months})
        assert (answer.status_code, said in answer.text) == (400, True), months
    assert BusinessCase.objects.count() == 0


def test_the_business_validates_once_and_the_former_case_is_replaced(use_case, case, data, business, it, sign_in):
    with pytest.raises(NotAllowed):
        actions.validate_case(case, by=data)
    assert [item.title for item in registry.inbox(business) if item.icon == "coin"] == ["Validate the business case"]
    assert [item for item in registry.inbox(it) if item.icon == "coin"] == []
    sign_in(business).post(BASE + "business-case/1/validate/")
    second = actions.write_case(use_case, [{"month": JAN, "value": Decimal(90)}], by=data, assumptions="Nine.")
    actions.validate_case(second, by=business)
    assert list(BusinessCase.objects.order_by("number").values_list("status", flat=True)) == ["replaced", "validated"]
    with pytest.raises(Refused):
        actions.validate_case(second, by=business)


def test_the_gate_can_ask_for_it(use_case, case, business):
    check = registry.criteria()["roi.business_case"].check
    assert check is not None
    assert check(use_case).met is False
    actions.validate_case(case, by=business)
    found = check(use_case)
    assert (found.met, "validated by Business Martin" in str(found.sentence)) == (True, True)


def test_day_rates_are_set_by_their_people_and_seen_by_the_team(
    use_case, team, admin, business, data, stranger, sign_in
):
    sent = {"amount": "640", "currency": "eur", "valid_from": "2026-01-01"}
    assert sign_in(business).post("/administration/day-rates/", sent).status_code == 403
    sign_in(admin).post("/administration/day-rates/", sent)
    address = f"/teams/{team.slug}/day-rates/"
    assert sign_in(data).post(address, sent).status_code == 403
    sign_in(business).post(address, sent | {"amount": "700"})
    assert {(one.team_id, one.amount, one.currency) for one in DayRate.objects.all()} == {
        (None, Decimal(640), "EUR"),
        (team.pk, Decimal(700), "EUR"),
    }
    assert "640" in sign_in(data).get(address).text
    assert sign_in(stranger).get(address).status_code == 404


def test_a_rate_of_the_same_day_is_replaced_and_the_journal_keeps_the_former(admin):
    for amount in (640, 650, 650):
        actions.set_rate(by=admin, amount=Decimal(amount), currency="EUR", valid_from=JAN)
    assert [one.amount for one in DayRate.objects.all()] == [650]
    events = Event.objects.filter(verb="rate.set").order_by("id")
    assert [one.data.get("before") for one in events] == [None, {"amount": "640.00"}]
    with pytest.raises(BadInput):
        actions.set_rate(by=admin, amount=Decimal(0), currency="EUR", valid_from=date(2026, 2, 1))


def test_the_page_shows_an_earlier_day_as_it_was_known_then(use_case, kpi, measure, spend, business, data, sign_in):
    def at(day):
        return time_machine.travel(datetime(2026, 5, day, 12, tzinfo=UTC), tick=False)

    for thing in (use_case, kpi):
        type(thing).objects.filter(pk=thing.pk).update(occurred_at=datetime(2026, 1, 2, tzinfo=UTC))
    with at(4):
        spend(amount=Decimal(200))
        measure(JAN, 10.5, n=10_000, standard_error=0.2, validated_at=timezone.now())
    with at(11):
        actions.strike_cost(Cost.objects.get(), by=data, reason="Of another use case.")
        spend(amount=Decimal(70))
        browser = sign_in(business)
        then, now = (browser.get(BASE + query).text for query in ("?as_of=2026-05-05", ""))
        before = browser.get(BASE + "?as_of=2026-05-02").text
    assert "against €200 spent so far" in then
    assert "against €70 spent so far" in now
    assert "€0 spent so far; no value is validated yet." in before


def test_machines_record_read_and_validate(use_case, kpi, measure, data, business):
    def call(person, method, path, body=None, key="k"):
        _token, secret = people.create_token(by=person, name="t", scopes=[Scope.WRITE], days=1)
        headers = {"Authorization": f"Bearer {secret}", "If-Match": "*", "Idempotency-Key": key}
        address = f"/api/v1/use-cases/spring/{path}"
        return getattr(Client(), method)(address, body, content_type="application/json", headers=headers)

    measure(JAN, 10.5, n=10_000, standard_error=0.2)
    cost = call(data, "post", "costs", {"kind": "ml", "period_start": "2026-01-01", "amount": "100.00"})
    assert (cost.status_code, cost.json()["money"]) == (201, "100.00")
    months = [{"month": "2026-01-01", "value": "900.00", "cost": "100.00"}]
    call(data, "post", "business-cases", {"assumptions": "Ten.", "months": months}, key="c")
    assert call(data, "post", "business-cases/1/validate", {}).status_code == 403
    assert call(business, "post", "business-cases/1/validate", {}).json()["status"] == "validated"
    told = call(business, "get", "roi").json()["accounts"][0]
    assert (told["currency"], told["spent"], told["expected"]) == ("EUR", "100.00", "900.00")
    # 300 ± 1.959964 × 120
    assert (told["realised"], told["realised_low"]) == ("300.00", "64.80")
    assert told["months"][0]["all_realised_high"] == "535.20"
    wrong = call(data, "post", "costs", {"kind": "ml", "period_start": "2026-01-01"}, key="d")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "person_days")
