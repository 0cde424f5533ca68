"""What people do to the journal: ask that it be verified."""

from django.db import transaction

from portal.audit.record import record
from portal.jobs import queue
from portal.people import rights
from portal.people.models import User


@transaction.atomic
def ask_to_verify(*, by: User) -> None:
    """Ask a worker to read the chain from end to end; asked again while it waits, it is the same job."""
    rights.require(by, "journal.verify")
    record("journal.verification_asked", by, by=by)
    queue.enqueue("audit.verify", "all")
