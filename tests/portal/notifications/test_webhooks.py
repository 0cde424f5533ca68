"""Webhooks: Standard Webhooks 1.0.0, to a real receiver."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.notifications import actions, runner
from portal.notifications.models import Attempt, Delivery, DeliveryStatus, Endpoint, Notification

ASKED = ["deployment.requested"]


@pytest.fixture
def added(receiver, team, it):
    """The webhook of the team, and its secret."""
    return actions.add_endpoint(by=it, team=team, url=receiver.url, events=ASKED)


def _try(again=True):
    """Whatever waits is attempted now."""
    for delivery in Delivery.objects.filter(status=DeliveryStatus.WAITING):
        if again:
            Delivery.objects.filter(pk=delivery.pk).update(due_at=Now() - timedelta(seconds=1))
        runner.deliver(delivery.pk)


def test_it_arrives_signed_thin_and_with_an_identifier(added, receiver, told):
    _endpoint, secret = added
    told()
    _try()
    ((headers, body),) = receiver.taken
    payload = Webhook(secret).verify(body, headers)
    assert payload == {
        "type": "deployment.requested",
        "timestamp": payload["timestamp"],
        "data": {"use_case": "spring", "deployment": 1},
    }
    assert b"Release 1" not in body
    delivery = Delivery.objects.get()
    assert (delivery.status, headers["webhook-id"]) == ("sent", f"msg_{delivery.uid.hex}")
    assert (delivery.tries.get().status, delivery.tries.get().excerpt) == (200, "thanks")


def test_another_secret_does_not_verify(added, receiver, told):
    told()
    _try()
    headers, body = receiver.taken[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(actions.new_secret()).verify(body, headers)


def test_each_attempt_has_the_same_identifier_and_waits_longer(added, receiver, told):
    receiver.script = [(500, {}, b"no"), (503, {}, b"no"), (200, {}, b"yes")]
    told()
    waits = []
    for _ in range(3):
        _try()
        waits.append((Delivery.objects.get().due_at - timezone.now()).total_seconds())
    assert len(set(receiver.ids())) == 1
    assert [one.status for one in Attempt.objects.order_by("id")] == [500, 503, 200]
    assert 0 < waits[0] <= 6
    assert 290 <= waits[1] <= 360
    assert Delivery.objects.get().status == "sent"


def test_killed_between_sending_and_marking_it_is_sent_twice_with_one_identifier(added, receiver, told, monkeypatch):
    told()

    def die(*args):
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(runner, "_sent", die)
        with pytest.raises(SystemExit):
            runner.deliver(Delivery.objects.get().pk)
    assert Delivery.objects.get().status == "waiting"
    _try()
    assert len(receiver.ids()) == 2
    assert len(set(receiver.ids())) == 1


def test_while_an_attempt_is_under_way_no_other_is_made(added, receiver, told):
    told()
    _try()
    _try(again=False)
    runner.deliver(Delivery.objects.get().pk)
    assert len(receiver.taken) == 1


def test_a_receiver_says_when_to_come_back(added, receiver, told):
    receiver.script = [(429, {"Retry-After": "3600"}, b"")]
    told()
    _try()
    wait = Delivery.objects.get().due_at - timezone.now()
    assert timedelta(minutes=59) < wait <= timedelta(hours=1)


def test_a_nonsense_wait_is_bounded(added, receiver, told):
    receiver.script = [(429, {"Retry-After": "99999999"}, b"")]
    told()
    _try()
    assert Delivery.objects.get().due_at - timezone.now() <= timedelta(days=1)


def test_who_is_gone_is_disabled_and_its_owner_told(added, receiver, told, it):
    receiver.script = [(410, {}, b"")]
    told()
    _try()
    endpoint = Endpoint.objects.get()
    assert (endpoint.disabled_code, Delivery.objects.get().status) == ("webhook.gone", "dead")
    assert Notification.objects.get(message__kind="notice.webhook_disabled").person == it
    assert Event.objects.filter(verb="endpoint.disabled").count() == 1
    told()
    assert Delivery.objects.count() == 1


def test_after_the_last_attempt_it_is_given_up_with_the_reason_and_can_be_replayed(added, receiver, told, it):
    endpoint, _secret = added
    receiver.script = [(500, {}, b"down")] * (len(runner.SCHEDULE) + 1)
    told()
    for _ in range(len(runner.SCHEDULE) + 1):
        _try()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.reason) == ("dead", "The receiver answered 500.")
    assert actions.replay(endpoint, by=it) == 1
    _try()
    delivery.refresh_from_db()
    assert delivery.status == "sent"
    assert len(set(receiver.ids())) == 1
    with pytest.raises(Refused):
        actions.replay(endpoint, by=it)


def test_a_changed_secret_signs_beside_the_former_one_for_a_day(added, receiver, told, it):
    endpoint, former = added
    secret = actions.rotate_secret(endpoint, by=it)
    told()
    _try()
    headers, body = receiver.taken[0]
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert Webhook(former).verify(body, headers) == Webhook(secret).verify(body, headers)
    Endpoint.objects.update(former_until=timezone.now() - timedelta(seconds=1))
    told()
    _try()
    headers, body = receiver.taken[1]
    with pytest.raises(WebhookVerificationError):
        Webhook(former).verify(body, headers)
    assert Webhook(secret).verify(body, headers)


def test_the_secret_is_not_readable_in_the_database(added):
    _endpoint, secret = added
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM portal_endpoint")
        (kept,) = cursor.fetchone()
    assert secret not in kept
    assert Endpoint.objects.get().secret == secret


def test_only_what_was_asked_for_is_sent_and_only_of_the_team(added, receiver, told, stranger, use_case):
    told(kind="notice.deployment_approved")
    assert not Delivery.objects.exists()


def test_an_address_inside_is_refused_when_it_is_added(team, it):
    for url in ("http://169.254.169.254/", "https://[::1]/", "https://10.0.0.1/", "file:///etc/passwd"):
        with pytest.raises(BadInput):
            actions.add_endpoint(by=it, team=team, url=url, events=ASKED)


def test_plain_http_is_for_listed_hosts_only(team, it):
    with pytest.raises(BadInput) as refusal:
        actions.add_endpoint(by=it, team=team, url="http://hooks.example.org/", events=ASKED)
    assert refusal.value.problems[0].field == "url"


def test_a_host_taken_off_the_list_is_reached_no_more(added, receiver, told, settings):
    told()
    settings.OUTGOING_HOSTS = []
    _try()
    assert receiver.taken == []
    assert Delivery.objects.get().reason_code == "webhook.forbidden"


@pytest.mark.parametrize("who", ["business", "viewer", "decision_user", "steering", "auditor", "stranger"])
def test_only_data_and_it_of_the_team_and_administrators_manage(request, added, team, who):
    person = request.getfixturevalue(who)
    endpoint, _secret = added
    for verb in (actions.rotate_secret, actions.remove_endpoint, actions.test_endpoint, actions.replay):
        with pytest.raises(NotAllowed):
            verb(endpoint, by=person)
    with pytest.raises(NotAllowed):
        actions.add_endpoint(by=person, team=team, url="https://example.org/", events=ASKED)


def test_every_change_is_in_the_journal(added, it):
    endpoint, _secret = added
    actions.rotate_secret(endpoint, by=it)
    actions.test_endpoint(endpoint, by=it)
    actions.remove_endpoint(endpoint, by=it)
    verbs = list(Event.objects.filter(verb__startswith="endpoint.").order_by("id").values_list("verb", flat=True))
    assert verbs == ["endpoint.added", "endpoint.rotated", "endpoint.tested", "endpoint.removed"]
    assert "whsec_" not in str(list(Event.objects.values_list("data", flat=True)))


def test_the_page_adds_shows_the_secret_once_tests_and_replays(receiver, team, it, sign_in):
    browser = sign_in(it)
    form = {"team": str(team.uid), "url": receiver.url, "events": ASKED}
    page = browser.post("/notifications/webhooks/new/", form)
    assert page.status_code == 201
    secret = Endpoint.objects.get().secret
    assert secret in page.text
    address = f"/notifications/webhooks/{Endpoint.objects.get().uid}/"
    assert secret not in browser.get(address).text
    browser.post(f"{address}test/")
    _try()
    assert json.loads(receiver.taken[0][1])["type"] == "test"
    log = browser.get(address).text
    assert "HTTP 200" in log
    assert "thanks" in log
    browser.post(f"{address}replay/", {"delivery": str(Delivery.objects.get().uid)})
    _try()
    assert receiver.ids()[0] == receiver.ids()[1]


def test_a_stranger_finds_no_webhook_of_ours(added, stranger, sign_in):
    endpoint, _secret = added
    browser = sign_in(stranger)
    assert browser.get(f"/notifications/webhooks/{endpoint.uid}/").status_code == 404
    for verb in ("rotate", "test", "replay", "enable", "remove"):
        assert browser.post(f"/notifications/webhooks/{endpoint.uid}/{verb}/").status_code == 404
    assert endpoint.url not in browser.get("/notifications/receivers/").text
