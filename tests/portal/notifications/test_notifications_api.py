"""The API of notifications, rooms and webhooks: each verb works, is refused to who may not, and once too late."""

import pytest

from portal.api.models import KeptAnswer
from portal.audit.models import Event
from portal.notifications.models import ChatRoom, Delivery, Endpoint, Habits, Message, Notification

KIND = "notice.deployment_requested"
HOOK = {"team": "harbour", "url": "https://hooks.example.org/in", "events": ["test"]}
ROOM = {"team": "harbour", "name": "Room", "address": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/"}


@pytest.fixture(autouse=True)
def harbour(team):
    team.slug = "harbour"
    team.save()
    return team


@pytest.fixture
def notification(data) -> Notification:
    return Notification.objects.create(message=Message.objects.create(kind="notice.test", url="/here"), person=data)


@pytest.fixture
def webhook(team, it) -> Endpoint:
    url = "https://hooks.example.org/spring"
    return Endpoint.objects.create(team=team, url=url, events=["test"], secret="whsec_c2VjcmV0", created_by=it)


@pytest.fixture
def room(team, it) -> ChatRoom:
    facts = {"name": "Room", "address": "slack://a/b/c", "kinds": ["notice.test"], "created_by": it}
    return ChatRoom.objects.create(team=team, **facts)


def test_ones_notifications_are_listed_and_read(notification, data, it, call):
    told = call(data, "get", "notifications?unread=true").json()["results"]
    assert [(one["text"], one["url"], one["read_at"]) for one in told] == [
        ("This is a test: the channel works.", "/here", None)
    ]
    where = f"notifications/{notification.uid}"
    assert call(it, "get", where).status_code == 404
    tag = call(data, "get", where)["ETag"]
    assert call(data, "post", where + "/read", match=tag).json()["read_at"]
    assert call(data, "post", where + "/read", match=tag).status_code == 412
    assert call(data, "get", "notifications?unread=true").json()["results"] == []


def test_all_are_read_at_once(notification, data, it, call):
    assert call(it, "post", "notifications/read-all").json() == {"read": 0}
    assert call(data, "post", "notifications/read-all").json() == {"read": 1}


def test_one_chooses_how_to_be_told_and_the_chain_does_not_say_what(data, call):
    before = call(data, "get", "notifications/choices")
    sent = {"rhythm": "daily", "by_kind": {KIND: "at_once"}}
    after = call(data, "patch", "notifications/choices", sent, match=before["ETag"])
    assert after.json() == {**before.json(), **sent}
    assert Habits.objects.get(person=data).by_kind == {KIND: "at_once"}
    event = Event.objects.get(verb="habits.chosen")
    assert event.data["params"] == {"fields": "by_kind, rhythm"}
    assert call(data, "patch", "notifications/choices", sent, match=before["ETag"]).status_code == 412
    wrong = call(data, "patch", "notifications/choices", {"by_kind": {"no.such": "daily"}}, match="*")
    assert wrong.json()["errors"][0]["field"] == "by_kind"


def test_a_webhook_is_added_and_its_secret_is_told_once(it, viewer, stranger, call):
    assert call(viewer, "post", "webhooks", HOOK).status_code == 403
    assert call(stranger, "post", "webhooks", HOOK).json()["errors"][0]["field"] == "team"
    made = call(it, "post", "webhooks", HOOK, **{"Idempotency-Key": "once"})
    assert made.status_code == 201, made.content
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    again = call(it, "post", "webhooks", HOOK, **{"Idempotency-Key": "once"})
    assert (again.json()["uid"], again.json()["secret"]) == (made.json()["uid"], None)
    assert secret not in KeptAnswer.objects.get().body
    one = call(it, "get", f"webhooks/{made.json()['uid']}")
    assert one["ETag"] == made["ETag"]
    assert "secret" not in one.json()


def test_a_webhook_into_a_private_network_is_refused(it, call):
    refused = call(it, "post", "webhooks", {**HOOK, "url": "https://10.0.0.1/"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "url"


def test_a_webhook_is_changed_disabled_enabled_rotated_and_removed(webhook, it, business, stranger, call):
    where = f"webhooks/{webhook.uid}"
    assert call(stranger, "get", where).status_code == 404
    assert call(business, "delete", where, match="*").status_code == 404
    tag = call(it, "get", where)["ETag"]
    changed = call(it, "patch", where, {"events": ["test", "job.failed"]}, match=tag)
    assert changed.json()["events"] == ["job.failed", "test"]
    assert call(it, "patch", where, {"events": ["test"]}, match=tag).status_code == 412
    assert call(it, "post", where + "/enable", match="*").status_code == 409
    off = call(it, "post", where + "/disable", match=changed["ETag"])
    assert off.json()["disabled_because"] == "It was disabled by hand."
    assert call(it, "post", where + "/test", match="*").status_code == 409
    on = call(it, "post", where + "/enable", match=off["ETag"])
    rotated = call(it, "post", where + "/rotate", match=on["ETag"])
    assert rotated.json()["secret"] != "whsec_c2VjcmV0"
    assert rotated["ETag"] == call(it, "get", where)["ETag"]
    assert call(it, "delete", where, match=rotated["ETag"]).status_code == 204
    assert call(it, "get", where).status_code == 404


def test_what_was_given_up_is_sent_again(webhook, it, viewer, call):
    message = Message.objects.create(kind="notice.test", url="/")
    lost = {"channel": "webhook", "endpoint": webhook, "status": "dead", "reason_code": "webhook.gone"}
    dead = Delivery.objects.create(message=message, **lost)
    where = f"webhooks/{webhook.uid}"
    told = call(it, "get", where + "/deliveries?status=dead").json()["results"]
    assert [(one["uid"], one["reason"]) for one in told] == [(str(dead.uid), "The receiver answered 410: it is gone.")]
    assert call(viewer, "get", where + "/deliveries").status_code == 404
    nothing = "00000000-0000-7000-8000-000000000000"
    assert call(it, "post", where + "/replay", {"delivery": nothing}, match="*").status_code == 400
    assert call(it, "post", where + "/replay", {"delivery": str(dead.uid)}, match="*").status_code == 200
    dead.refresh_from_db()
    assert dead.status == "waiting"
    assert call(it, "post", where + "/replay", {}, match="*").status_code == 409


def test_a_room_is_added_changed_tested_and_removed(it, business, call):
    sent = {**ROOM, "kinds": [KIND]}
    assert call(business, "post", "rooms", sent).status_code == 403
    made = call(it, "post", "rooms", sent)
    assert made.status_code == 201, made.content
    assert "slack" not in made.content.decode()
    where = f"rooms/{made.json()['uid']}"
    changed = call(it, "patch", where, {"name": "Bigger room", "language": "fr"}, match=made["ETag"])
    assert (changed.json()["name"], changed.json()["language"]) == ("Bigger room", "fr")
    assert call(it, "patch", where, {"kinds": ["no.such"]}, match="*").json()["errors"][0]["field"] == "kinds"
    assert call(business, "patch", where, {"name": "Mine"}, match="*").status_code == 404
    assert call(it, "post", where + "/test", match=changed["ETag"]).status_code == 200
    assert Delivery.objects.get().room.name == "Bigger room"
    assert call(it, "delete", where, match=made["ETag"]).status_code == 412
    assert call(it, "delete", where, match=changed["ETag"]).status_code == 204
    assert call(it, "get", "rooms").json()["results"] == []


def test_rooms_and_webhooks_are_tested_and_edited_on_their_pages(room, webhook, it, viewer, sign_in):
    page = sign_in(it).get("/notifications/receivers/").content.decode()
    assert f"/notifications/rooms/{room.uid}/test/" in page
    sign_in(it).post(f"/notifications/rooms/{room.uid}/test/")
    assert Delivery.objects.get().room == room
    answer = sign_in(it).post(
        f"/notifications/rooms/{room.uid}/edit/", {"name": "Other", "language": "fr", "kinds": [KIND]}
    )
    assert answer.status_code == 302
    room.refresh_from_db()
    assert (room.name, room.kinds) == ("Other", [KIND])
    assert sign_in(it).post(f"/notifications/webhooks/{webhook.uid}/edit/", {"events": []}).status_code == 400
    sign_in(it).post(f"/notifications/webhooks/{webhook.uid}/disable/")
    webhook.refresh_from_db()
    assert webhook.disabled_at
    assert sign_in(viewer).post(f"/notifications/rooms/{room.uid}/test/").status_code == 404


@pytest.mark.parametrize("what", ["notifications", "rooms", "webhooks", "webhooks/{uid}/deliveries"])
def test_a_list_costs_the_same_however_long(what, team, it, webhook, call, count_queries):
    def more() -> None:
        for _time in range(4):
            message = Message.objects.create(kind="notice.test", url="/")
            Notification.objects.create(message=message, person=it)
            Delivery.objects.create(message=message, channel="webhook", endpoint=webhook)
            facts = {"team": team, "created_by": it}
            ChatRoom.objects.create(name="Room", address="slack://a/b/c", **facts)
            Endpoint.objects.create(url="https://h.example", secret="s", **facts)

    more()
    path = what.format(uid=webhook.uid)
    call(it, "get", path)
    few = count_queries(lambda: call(it, "get", path))
    more()
    assert count_queries(lambda: call(it, "get", path)) == few
