"""B12: too many failures lock a name for an address, whether the name is somebody's or nobody's."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.db.models import F
from django.utils import timezone

from portal.audit.models import Event
from portal.errors import NotAllowed, Refused
from portal.people.models import User
from portal.signin import actions
from portal.signin.lockout import locked_now


def _fail(client, try_password, times, **how):
    return [try_password(client, "wrong", **how) for _ in range(times)][-1]


def test_five_failures_lock_even_with_the_right_password(client, known, try_password, who):
    assert _fail(client, try_password, 4).status_code == 200
    answer = _fail(client, try_password, 1)
    assert answer.status_code == 429
    assert "Try again after" in answer.content.decode()
    assert 0 < int(answer["Retry-After"]) <= 900
    assert try_password(client).status_code == 429
    assert who(client) is None


def test_a_name_that_is_nobodys_is_answered_and_locked_the_same(client, known, try_password):
    first = [_fail(client, try_password, 1, username=name).content.decode() for name in ("business", "nobody")]
    sentences = [page[page.index("<main") :].replace("nobody", "business") for page in first]
    assert sentences[0].split("csrfmiddlewaretoken")[0] == sentences[1].split("csrfmiddlewaretoken")[0]
    statuses = [_fail(client, try_password, 4, username=name).status_code for name in ("business", "nobody")]
    assert statuses == [429, 429]


def test_a_name_that_is_nobodys_costs_the_same_hash(client, known, try_password, monkeypatch):
    hashed: list[str] = []

    def encode(self, password: str, salt: str) -> str:
        hashed.append(password)
        return f"md5${salt}$x"

    monkeypatch.setattr("django.contrib.auth.hashers.MD5PasswordHasher.encode", encode)
    _fail(client, try_password, 1)
    for_somebody = len(hashed)
    _fail(client, try_password, 1, username="nobody")
    assert len(hashed) == 2 * for_somebody > 0


def test_a_deactivated_person_is_answered_like_a_wrong_password(client, known, try_password, who):
    User.objects.filter(pk=known.pk).update(is_active=False)
    assert try_password(client).status_code == 200
    assert who(client) is None


def test_another_address_is_not_locked(client, known, try_password, who):
    _fail(client, try_password, 5)
    client.defaults["REMOTE_ADDR"] = "198.51.100.7"
    try_password(client)
    assert who(client) == known.pk


def test_coming_in_forgets_the_failures(client, known, try_password):
    _fail(client, try_password, 4)
    try_password(client)
    assert not AccessAttempt.objects.exists()


def _later(**time):
    """As if every attempt were so much older."""
    for attempt in AccessAttempt.objects.select_related("expiration"):
        attempt.expiration.expires_at -= timedelta(**time)
        attempt.expiration.save()
    AccessFailureLog.objects.update(attempt_time=F("attempt_time") - timedelta(**time))


def test_the_lock_ends_by_itself(client, known, try_password, who):
    _fail(client, try_password, 5)
    _later(minutes=15)
    assert locked_now() == []
    try_password(client)
    assert who(client) == known.pk


def _minutes(answer):
    return round(int(answer["Retry-After"]) / 60)


def test_each_lock_is_twice_as_long_and_the_page_says_until_when(client, known, try_password):
    assert _minutes(_fail(client, try_password, 5)) == 15
    _later(minutes=16)
    again = _fail(client, try_password, 5)
    assert (_minutes(again), _minutes(try_password(client))) == (30, 30)
    until = timezone.localtime(AccessAttempt.objects.get().expiration.expires_at)
    assert f"{until:%H:%M}" in again.content.decode()
    _later(minutes=16)
    assert try_password(client).status_code == 429
    _later(minutes=16)
    assert _minutes(_fail(client, try_password, 5)) == 60


def test_another_name_neither_waits_longer_nor_ends_the_lock(client, known, try_password):
    _fail(client, try_password, 5)
    _later(minutes=16)
    _fail(client, try_password, 5)
    _later(minutes=16)
    assert _minutes(_fail(client, try_password, 5, username="nobody")) == 15
    assert [(one.username, one.failures) for one in locked_now()] == [("nobody", 5), ("business", 5)]


@pytest.mark.parametrize("how", ["coming in", "a day", "an administrator"])
def test_what_was_long_ago_or_forgiven_counts_no_more(client, known, admin, try_password, how):
    _fail(client, try_password, 5)
    if how == "an administrator":
        actions.unlock("business", "127.0.0.1", by=admin)
    else:
        _later(minutes=16) if how == "coming in" else _later(days=1)
    if how == "coming in":
        try_password(client)
        client.logout()
    assert _minutes(_fail(client, try_password, 5)) == 15


def test_an_administrator_unlocks(client, known, admin, sign_in, try_password, who):
    _fail(client, try_password, 5)
    browser = sign_in(admin)
    assert "Unlock business" in browser.get("/accounts/rules/").content.decode()
    browser.post("/accounts/rules/unlock/", {"username": "business", "ip": "127.0.0.1"})
    event = Event.objects.get(verb="signin.unlocked")
    assert (event.actor, event.person, event.data) == (admin, known, {})
    try_password(client)
    assert who(client) == known.pk


def test_what_was_typed_stays_outside_the_chain(client, known, admin, sign_in, try_password):
    for _time in range(5):
        try_password(client, username="mistyped@home.example", password="wrong")
    sign_in(admin).post("/accounts/rules/unlock/", {"username": "mistyped@home.example", "ip": "127.0.0.1"})
    event = Event.objects.get(verb="signin.unlocked.nobody")
    assert "mistyped" not in str(event.data) + event.target_label
    assert "127.0.0.1" not in str(event.data)


def test_who_is_not_locked_is_not_unlocked(admin):
    with pytest.raises(Refused):
        actions.unlock("business", "127.0.0.1", by=admin)


def test_a_colleague_does_not_unlock(it):
    with pytest.raises(NotAllowed):
        actions.unlock("business", "127.0.0.1", by=it)


def test_no_password_is_kept_of_a_failure(client, known, try_password):
    try_password(client, "my other password")
    kept = [*AccessAttempt.objects.values(), *AccessFailureLog.objects.values()]
    assert "my other password" not in str(kept)


@pytest.mark.parametrize(
    ("proxies", "said", "counted"),
    [
        ([], "203.0.113.9", "127.0.0.1"),
        (["127.0.0.1"], "203.0.113.9", "203.0.113.9"),
        (["127.0.0.0/8", "10.0.0.0/8"], "6.6.6.6, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        (["127.0.0.1"], "nonsense", "127.0.0.1"),
        (["192.0.2.1"], "203.0.113.9", "127.0.0.1"),
    ],
)
def test_only_a_trusted_proxy_says_who_asks(client, known, try_password, settings, proxies, said, counted):
    settings.TRUSTED_PROXIES = proxies
    _fail(client, try_password, 1)
    AccessAttempt.objects.all().delete()
    client.post("/accounts/sign-in/", {"username": "business", "password": "x"}, headers={"X-Forwarded-For": said})
    assert AccessAttempt.objects.get().ip_address == counted


def test_tokens_that_do_not_exist_wait_after_many(client, data):
    guesses = [client.get("/api/v1/use-cases/x/series", headers={"Authorization": "Bearer pas_x"}) for _ in range(21)]
    assert {one.status_code for one in guesses[:20]} == {401}
    assert guesses[20].status_code == 429
    assert int(guesses[20]["Retry-After"]) == 60
