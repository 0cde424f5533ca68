"""`manage.py demo`: play the demonstration through the portal's own actions, workers and MLflow."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.errors import Refused

WIDTH = 24


class Command(BaseCommand):
    """Load the demo, with a progress bar; run again, it goes on where it stopped."""

    help = "Play the demonstration: two real cases, from exploration to production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-needed", action="store_true", help="do nothing when it was loaded before")

    def handle(self, *args: Any, **options: Any) -> None:
        from portal.demo import loading

        if options["if_needed"] and loading.is_told():
            return
        try:
            loading.load(self._show)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self._show(1, 1, "")

    def _show(self, done: int, total: int, note: str) -> None:
        full = WIDTH * done // total
        bar = "█" * full + "░" * (WIDTH - full)
        line = f"demo {bar} {100 * done // total:3d} %  {note}"
        if self.stdout.isatty():
            self.stdout.write(f"\r\033[K{line}", ending="\n" if done == total else "")
            self.stdout.flush()
        else:
            self.stdout.write(line)
