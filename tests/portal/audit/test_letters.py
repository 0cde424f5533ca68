"""Heads of the journal are mailed to who keeps them elsewhere."""

import smtplib
from email import message_from_bytes
from email.policy import default

import pytest
from django.core import mail

from portal.audit import heads
from portal.audit.models import Head
from portal.audit.record import record
from portal.audit.sealing import seal


@pytest.fixture
def elsewhere(settings, tmp_path, team, admin):
    settings.AUDIT_HEADS_FOLDERS, settings.HOME = [tmp_path / "heads"], tmp_path
    settings.AUDIT_HEADS_EMAIL = ["auditor@elsewhere.example", "notary@elsewhere.example"]
    settings.EMAIL_URL = "smtp://127.0.0.1"
    record("team.created", team, by=admin, team=team)
    seal()
    return tmp_path


def test_a_head_is_mailed_as_a_file_that_is_verified(elsewhere):
    head = heads.export()
    (letter,) = mail.outbox
    assert letter.to == ["auditor@elsewhere.example", "notary@elsewhere.example"]
    read = message_from_bytes(letter.message().as_bytes(), policy=default)
    (file,) = read.iter_attachments()
    (elsewhere / "kept").mkdir()
    (elsewhere / "kept" / file.get_filename()).write_bytes(file.get_payload(decode=True))
    found, wrong = heads.read(elsewhere / "kept", heads.public_key())
    assert wrong == []
    assert [one.sequence for one in found] == [head.sequence]
    assert Head.objects.get().places == 3


def test_a_mail_server_that_is_away_keeps_no_head_from_the_folder(elsewhere, settings, monkeypatch):
    def away(*_args, **_how):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(mail.EmailMessage, "send", away)
    with pytest.raises(OSError, match="gone"):
        heads.export()
    assert Head.objects.get().places == 1


def test_without_addresses_nothing_is_mailed(elsewhere, settings):
    settings.AUDIT_HEADS_EMAIL = []
    heads.export()
    assert mail.outbox == []


def test_addresses_without_a_mail_server_are_no_silence(elsewhere, settings):
    settings.EMAIL_URL = ""
    with pytest.raises(OSError, match="EMAIL_URL"):
        heads.export()
