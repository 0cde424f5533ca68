"""Fund, pause, stop: who may, why, never over somebody else's head, and the team is told."""

from decimal import Decimal

import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.notifications.models import Notification
from usecases.catalog.models import Funding, Stage
from usecases.lifecycle.models import StageChange
from usecases.steering.actions import decide, say_learnt
from usecases.steering.models import Lesson, SteeringDecision

WHY = "The data is there, and the decision is taken each week."
NONE = Funding.UNDECIDED


def test_a_decision_is_in_force_kept_and_told(use_case, business, data, steering):
    decide(use_case, "fund", by=steering, reason=WHY, amount=Decimal("50000"), seen=NONE)
    use_case.refresh_from_db()
    assert use_case.funding == Funding.FUNDED
    kept = SteeringDecision.objects.get()
    assert (kept.kind, kept.reason, kept.amount, kept.currency, kept.by) == (
        "fund",
        WHY,
        Decimal("50000"),
        "EUR",
        steering,
    )
    event = Event.objects.get(verb="portfolio.fund")
    assert event.data["before"] == {"funding": "undecided"}
    assert event.data["params"]["reason"] == WHY
    told = Notification.objects.filter(message__kind="notice.portfolio_fund")
    assert {one.person for one in told} == {business, data}


def test_who_decides_sees_what_was_decided_meanwhile(use_case, steering):
    decide(use_case, "pause", by=steering, reason=WHY, seen=NONE)
    with pytest.raises(Refused, match="in the meantime"):
        decide(use_case, "fund", by=steering, reason=WHY, seen=NONE)
    with pytest.raises(Refused, match="already"):
        decide(use_case, "pause", by=steering, reason=WHY, seen=Funding.PAUSED)
    assert SteeringDecision.objects.count() == 1


def test_more_money_is_another_decision(use_case, steering):
    decide(use_case, "fund", by=steering, reason=WHY, seen=NONE)
    decide(use_case, "fund", by=steering, reason=WHY, amount=Decimal("10"), seen=Funding.FUNDED)
    assert SteeringDecision.objects.count() == 2


def test_to_stop_takes_it_off_its_road_with_the_reason(use_case, business, steering):
    decide(use_case, "stop", by=steering, reason=WHY, seen=NONE)
    use_case.refresh_from_db()
    assert use_case.stage == Stage.STOPPED
    change = StageChange.objects.get(use_case=use_case)
    assert (change.from_stage, change.reason, change.by) == ("exploration", WHY, steering)
    assert Notification.objects.filter(person=business).exists()
    with pytest.raises(Refused, match="off its road"):
        decide(use_case, "fund", by=steering, reason=WHY, seen=NONE)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"kind": "sell"}, "kind"),
        ({"reason": "short"}, "reason"),
        ({"reason": "nul\x00 in a reason"}, "reason"),
        ({"amount": Decimal("-1")}, "amount"),
        ({"amount": Decimal("0.001")}, "amount"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"kind": "pause", "amount": Decimal("5")}, "amount"),
    ],
)
def test_what_cannot_be_taken_is_named_and_nothing_is_written(use_case, steering, sent, field):
    with pytest.raises(BadInput) as refusal:
        decide(use_case, **{"kind": "fund", "reason": WHY, "seen": NONE, "by": steering, **sent})
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert not SteeringDecision.objects.exists()


def test_only_steering_decides(use_case, business, admin, auditor):
    for person in (business, admin, auditor):
        with pytest.raises(NotAllowed):
            decide(use_case, "fund", by=person, reason=WHY, seen=NONE)


def test_the_page_decides_and_shows_what_was(use_case, steering, business, stranger, sign_in):
    browser, address = sign_in(steering), "/use-cases/spring/decide/"
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"kind": "fund", "reason": "no", "seen": "undecided"}).status_code == 400
    sent = {"kind": "fund", "reason": WHY, "amount": "1200.50", "seen": "undecided"}
    page = browser.post(address, sent, follow=True)
    assert WHY in page.text
    assert "€1,200" in page.text or "€1,201" in page.text
    assert browser.post(address, {"kind": "pause", "reason": WHY, "seen": "undecided"}).status_code == 409
    assert sign_in(business).get(address).status_code == 403
    assert sign_in(stranger).get(address).status_code == 404


def test_a_lesson_is_said_by_the_team_once_it_is_off_its_road(use_case, business, viewer, sign_in):
    with pytest.raises(Refused):
        say_learnt(use_case, "Ask the experts first.", by=business)
    use_case.stage = Stage.STOPPED
    use_case.save()
    assert "Say what was learnt: Spring e-mail campaign" in sign_in(business).get("/").text
    say_learnt(use_case, "Ask the experts first.", by=business)
    assert "Say what was learnt" not in sign_in(business).get("/").text
    with pytest.raises(NotAllowed):
        say_learnt(use_case, "Ask the experts first.", by=viewer)
    page = sign_in(business).post("/use-cases/spring/lessons/new/", {"text": "And pay them."}, follow=True)
    assert [lesson.text for lesson in Lesson.objects.all()] == ["And pay them.", "Ask the experts first."]
    assert "And pay them." in page.text
