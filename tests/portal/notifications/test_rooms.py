"""Chat rooms: only kinds of address that are allowed, only hosts that are."""

import pytest

from portal.errors import BadInput, NotAllowed
from portal.notifications import actions, runner
from portal.notifications.channels import NotSent, apprise
from portal.notifications.models import ChatRoom, Delivery

KINDS = ["notice.deployment_requested"]


@pytest.mark.parametrize(
    "address",
    [
        "json://127.0.0.1/",
        "jsons://example.org/",
        "xml://127.0.0.1/",
        "form://127.0.0.1/",
        "file:///etc/passwd",
        "exec://ls",
        "dbus://",
        "syslog://",
        "mailto://user:pass@example.org",
        "windows://",
        "mmosts://127.0.0.1/token",
        "mmosts://2130706433/token",
        "mmosts://10.0.0.1/token",
        "mmost://chat.example.org/token",
        "ntfys://169.254.169.254/topic",
        "slack://A/B/C?overflow=split",
        "nonsense",
        "",
    ],
)
def test_other_kinds_and_private_hosts_are_refused(address, team, it):
    with pytest.raises(BadInput):
        actions.add_room(by=it, team=team, name="Room", address=address, kinds=KINDS)
    with pytest.raises(NotSent):
        apprise.send(address, "title", "body")


def test_a_room_is_kept_without_its_address_being_readable_and_forgotten_when_removed(team, it):
    address = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/"
    room = actions.add_room(by=it, team=team, name="Room", address=address, kinds=KINDS)
    assert ChatRoom.objects.get().address == address
    actions.remove_room(room, by=it)
    assert "slack" not in ChatRoom.objects.get().address


def test_a_room_of_ones_own_server_gets_the_sentence_and_the_link(team, it, receiver, told):
    host = receiver.url.split("/")[2]
    actions.add_room(by=it, team=team, name="Room", address=f"mmost://{host}/{'a1' * 13}", kinds=KINDS)
    told()
    runner.deliver(Delivery.objects.get().pk)
    assert Delivery.objects.get().status == "sent"
    assert b"Release 1" in receiver.taken[0][1]


def test_a_room_that_does_not_take_it_is_tried_again(team, it, receiver, told):
    host = receiver.url.split("/")[2]
    actions.add_room(by=it, team=team, name="Room", address=f"mmost://{host}/{'a1' * 13}", kinds=KINDS)
    receiver.script = [(500, {}, b"no")]
    told()
    runner.deliver(Delivery.objects.get().pk)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.reason_code) == ("waiting", "chat.not_taken")


def test_business_does_not_add_a_room(team, business):
    with pytest.raises(NotAllowed):
        actions.add_room(by=business, team=team, name="Room", address="slack://A/B/C", kinds=KINDS)
