"""`manage.py up`: start everything, serve, stop everything on Ctrl-C."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.embedded import home as homes
from portal.embedded import plan, processes
from portal.embedded.supervisor import Supervisor
from portal.errors import Refused


class Command(BaseCommand):
    help = "Starts PostgreSQL, Valkey, MLflow, the web groups, the worker and the clock, and watches over them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="of the pages; ingestion listens one above")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--demo", action="store_true", help="sign in as anybody at one click; this machine only")

    def handle(self, *_args: Any, port: int, host: str, demo: bool, **_options: Any) -> None:
        wish = plan.Wish(port=port, host=host, demo=demo)
        taken = _("Passerelle already runs on %(home)s, as process %%(pid)s.") % {"home": settings.HOME}
        try:
            with homes.only_one(settings.HOME, taken):
                self._run(wish)
        except Refused as error:
            raise CommandError(str(error)) from error

    def _run(self, wish: plan.Wish) -> None:
        plan.check(wish)
        embedded = plan.Embedded(settings.HOME)
        homes.write(homes.services_file(settings.HOME), plan.services(wish, embedded))
        self._say(_("Starting on %(home)s …") % {"home": settings.HOME})
        parts = plan.parts(wish, embedded, served=lambda: self._served(wish), say=self._say)
        supervisor = Supervisor(parts, settings.HOME, say=self._say)
        supervisor.run()
        self._say(_("Stopped."))

    def _served(self, wish: plan.Wish) -> None:
        self.stdout.write(self.style.SUCCESS(_("Open %(url)s") % {"url": wish.url(wish.port)}))
        self._say(_("Ctrl-C stops. MLflow and the rest are still starting; `manage.py doctor` says how they are."))
        if not wish.demo:
            self._offer_first_administrator()
        self.stdout.flush()

    def _offer_first_administrator(self) -> None:
        """Print the one-time link for the first administrator, when there is no administrator yet."""
        answer = processes.run([sys.executable, str(homes.ROOT / "manage.py"), "first_admin_link"], cwd=homes.ROOT)
        if answer.returncode != 0:
            self._say(_("The link for the first administrator failed: %(reason)s") % {"reason": answer.stderr.strip()})
        elif link := answer.stdout.strip():
            self.stdout.write(self.style.SUCCESS(_("First administrator, valid once: %(link)s") % {"link": link}))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
