"""The machine verifies the journal: reads the chain, compares it with this installation's heads, keeps the verdict."""

from django.db import transaction

from portal.audit import heads
from portal.audit.models import Seal, Verification
from portal.audit.record import record
from portal.audit.verify import verify
from portal.jobs.runner import Progress


def inspect(progress: Progress) -> Verification:
    """Verify, and write what was found; what is wrong is told in the journal, too."""
    total = Seal.objects.count()
    try:
        found, strange = heads.read(heads.folders()[0], heads.public_key())
    except FileNotFoundError:
        found, strange = [], []
    report = verify(found, strange, told=lambda rows: progress(rows, total, "chain.reading"))
    with transaction.atomic():
        verdict = Verification.objects.create(
            sequence=report.sequence,
            heads=report.heads,
            late=report.late,
            findings=report.findings,
            wrong=report.wrong,
        )
        if report.wrong:
            record("journal.verification_failed", verdict, by=None, machine="journal.inspection", number=report.wrong)
    return verdict
