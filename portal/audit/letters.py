"""The sink of heads that sends letters: a mailbox elsewhere holds what a rewritten chain cannot agree with."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

PATIENCE = 20  # seconds


def to_addresses(line: Mapping[str, Any]) -> int:
    """Mail a head to each address of AUDIT_HEADS_EMAIL; returns to how many. Raises OSError (smtplib's are).

    The letter is one line of JSON, the same as in the folders: saved as *.jsonl, `verify_audit` reads it.
    """
    if not settings.AUDIT_HEADS_EMAIL:
        return 0
    if not settings.EMAIL_URL:
        raise ConnectionError("PASSERELLE_AUDIT_HEADS_EMAIL is set, and EMAIL_URL is not.")
    text = json.dumps(line, sort_keys=True) + "\n"
    letter = EmailMessage(
        f"Passerelle: head {line['sequence']} of the journal of {line['installation'][:8]}",
        text,
        settings.EMAIL_FROM,
        list(settings.AUDIT_HEADS_EMAIL),
        headers={"Auto-Submitted": "auto-generated"},
        connection=get_connection(timeout=PATIENCE),
    )
    # Mail programs fold long lines: the file is what is kept.
    letter.attach(f"head-{line['sequence']}.jsonl", text, "application/json")
    letter.send()
    return len(settings.AUDIT_HEADS_EMAIL)
