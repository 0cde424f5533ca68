"""`manage.py verify_audit`: read the journal's chain from end to end, and compare it with heads kept outside."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.audit import heads
from portal.audit.verify import verify
from portal.words import say


class Command(BaseCommand):
    """Say what is wrong with the journal and which event; exit code 1 when anything is."""

    help = "Verify the chain of the journal: edits, deletions, insertions, moves, a cut end, a rewritten past."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--heads", type=Path, help="the folder of exported heads (default: this installation's)")
        parser.add_argument("--key", default="", help="the public key the heads are signed with, in hexadecimal")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["heads"] or heads.folders()[0]
        key = options["key"] or heads.public_key()
        try:
            found, strange = heads.read(folder, key)
        except FileNotFoundError as error:
            if options["heads"]:
                raise CommandError(f"There is no folder {folder}.") from error
            found, strange = [], []
        began = time.perf_counter()
        report = verify(found, strange)
        pace = report.checked / max(time.perf_counter() - began, 1e-9)
        for finding in report.findings:
            self.stdout.write(say(finding["code"], finding["params"]))
        if report.late:
            self.stdout.write(f"Remark: {report.late} events were sealed late.")
        if not found:
            self.stdout.write("Remark: without an exported head, a rewritten or shortened chain would not show.")
        self.stdout.write(
            f"{report.checked} seals read ({pace:,.0f} a second), {report.heads} heads compared, {report.wrong} faults."
        )
        if report.wrong:
            raise CommandError("The journal is not what was sealed.")
