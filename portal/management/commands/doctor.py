"""`manage.py doctor`: what runs, what is wrong, how to mend it."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.embedded import doctor


class Command(BaseCommand):
    help = "Says in plain words what runs, which versions, what is wrong and how to mend it; exits 1 when something is."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        wrong = 0
        for finding in doctor.examine(settings.HOME):
            wrong += not finding.fine
            mark = self.style.SUCCESS("✓") if finding.fine else self.style.ERROR("✗")
            self.stdout.write(f"{mark} {finding.name}: {finding.sentence}")
            if finding.mend:
                self.stdout.write(f"    → {finding.mend}")
        if not wrong:
            self.stdout.write(_("All is well."))
            return
        self.stdout.write(
            ngettext("%(number)d thing to mend.", "%(number)d things to mend.", wrong) % {"number": wrong}
        )
        sys.exit(1)
