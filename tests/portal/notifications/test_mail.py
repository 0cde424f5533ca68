"""Letters, by a real mail server."""

from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.db.models.functions import Now

from portal.notifications import actions, runner
from portal.notifications.models import Delivery, DeliveryStatus, Habits


@pytest.fixture
def reader(it):
    it.email = "it@harbour.example"
    it.save(update_fields=["email"])
    return it


def _letters(box):
    return [message_from_bytes(letter, policy=default) for letter in box.letters]


def _due_now():
    Delivery.objects.update(due_at=Now() - timedelta(seconds=1))


def test_a_letter_arrives_as_text_and_as_html_with_the_link(box, told, reader, settings):
    told(reader)
    runner.mail(reader.pk)
    (letter,) = _letters(box)
    text, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert letter["To"] == "it@harbour.example"
    assert "Release 1" in letter["Subject"]
    assert f"{settings.PUBLIC_URL}/use-cases/spring/" in text
    assert "<a href=" in html
    assert Delivery.objects.get().status == DeliveryStatus.SENT


def test_a_letter_is_sent_once_however_often_the_job_runs(box, told, reader):
    told(reader)
    for _ in range(3):
        runner.mail(reader.pk)
    assert len(box.letters) == 1


def test_a_worker_killed_after_sending_sends_the_same_letter_again(box, told, reader, monkeypatch):
    told(reader)

    def die(*args):
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(runner, "_sent", die)
        with pytest.raises(SystemExit):
            runner.mail(reader.pk)
    _due_now()
    runner.mail(reader.pk)
    first, second = _letters(box)
    assert first["Message-ID"] == second["Message-ID"]


def test_many_of_them_are_one_letter(box, told, reader):
    for _ in range(5):
        told(reader)
    runner.mail(reader.pk)
    (letter,) = _letters(box)
    assert "5 things happened" in letter["Subject"]
    assert Delivery.objects.filter(status=DeliveryStatus.SENT).count() == 5


def test_it_is_in_the_language_of_the_person(box, told, reader):
    actions.choose(reader, language="fr", time_zone="Europe/Paris", hour=time(8), rhythm="at_once", by_kind={})
    told(reader)
    runner.mail(reader.pk)
    assert "Bonjour" in _letters(box)[0].get_body(("plain",)).get_content()


def test_who_wants_one_a_day_waits_for_their_hour_except_for_what_is_urgent(box, told, reader):
    actions.choose(reader, language="en", time_zone="Asia/Tokyo", hour=time(7), rhythm="daily", by_kind={})
    told(reader)
    told(reader)
    runner.mail(reader.pk)
    assert box.letters == []
    assert {one.due_at.astimezone(UTC).hour for one in Delivery.objects.all()} == {22}
    told(reader, kind="notice.incident_opened")
    runner.mail(reader.pk)
    assert len(box.letters) == 1
    _due_now()
    runner.mail(reader.pk)
    assert len(box.letters) == 2


def test_never_is_never_and_a_kind_may_differ(told, reader):
    never = {"notice.deployment_requested": "never"}
    actions.choose(reader, language="en", time_zone="Europe/Paris", hour=time(8), rhythm="at_once", by_kind=never)
    told(reader)
    assert not Delivery.objects.exists()
    told(reader, kind="notice.deployment_approved")
    assert Delivery.objects.count() == 1


def test_the_daily_hour_is_of_the_persons_day_when_clocks_change():
    habits = Habits(time_zone="Europe/Paris", hour=time(8))
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert actions.next_letter(habits, before) == datetime(2026, 10, 25, 7, tzinfo=UTC)
    assert actions.next_letter(habits, before - timedelta(days=1)) == datetime(2026, 10, 24, 6, tzinfo=UTC)


def test_without_a_mail_server_letters_wait_and_administrators_see_how_many(told, reader, admin, sign_in):
    told(reader)
    runner.mail(reader.pk)
    assert runner.send_due() == 0
    assert Delivery.objects.get().status == DeliveryStatus.WAITING
    assert "1 message waits" in sign_in(admin).get("/notifications/receivers/").text


def test_a_server_that_is_down_is_tried_again_later(told, reader, settings):
    settings.EMAIL_URL, settings.EMAIL_PORT = "smtp://127.0.0.1", 1
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    told(reader)
    runner.mail(reader.pk)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.reason_code) == ("waiting", 1, "email.unreachable")


def test_an_address_that_is_refused_for_good_is_given_up_with_the_reason(box, told, reader):
    box.refuses = "550 no such person"
    told(reader)
    runner.mail(reader.pk)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.reason) == ("dead", "The mail server refused it (550).")


def test_a_name_cannot_write_a_header(box, told, reader):
    told(reader, release="R\r\nBcc: everybody@example.org")
    runner.mail(reader.pk)
    (letter,) = _letters(box)
    assert letter["Bcc"] is None


def test_a_choice_that_does_not_exist_is_refused_on_the_page(reader, sign_in):
    form = {"language": "en", "time_zone": "Mars/Base", "hour": "08:00", "rhythm": "daily"}
    browser = sign_in(reader)
    assert "form-error" in browser.post("/notifications/choices/", form).text
    assert browser.post("/notifications/choices/", {**form, "time_zone": "Africa/Libreville"}).status_code == 302
    assert Habits.objects.get().time_zone == "Africa/Libreville"
