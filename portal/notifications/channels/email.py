"""Letters, through the server that EMAIL_URL names."""

import smtplib
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from portal.notifications.channels import NotSent

PATIENCE = 20  # seconds


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent to one person, as text and as HTML. `identifier` is the same at every attempt."""

    identifier: str
    to: str
    subject: str
    text: str
    html: str
    language: str


def is_on() -> bool:
    """Whether this installation can send e-mail."""
    return bool(settings.EMAIL_URL)


def send(letter: Letter) -> None:
    """Hand the letter to the server. Raises NotSent."""
    host = settings.EMAIL_FROM.rpartition("@")[2].strip("<> ")
    message = EmailMultiAlternatives(
        " ".join(letter.subject.split())[:200],
        letter.text,
        settings.EMAIL_FROM,
        [letter.to],
        headers={
            "Message-ID": f"<{letter.identifier}@{host}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": letter.language,
        },
        connection=get_connection(timeout=PATIENCE),
    )
    message.attach_alternative(letter.html, "text/html")
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise NotSent("email.refused", again=code < 500, status=code) from error
    except smtplib.SMTPResponseException as error:
        raise NotSent("email.refused", again=error.smtp_code < 500, status=error.smtp_code) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent("email.unreachable", error=type(error).__name__) from error
