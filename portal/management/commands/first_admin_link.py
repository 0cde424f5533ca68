"""`manage.py first_admin_link`: print the one-time link for the first administrator, or nothing when there is one."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from portal.people import actions


class Command(BaseCommand):
    help = "Prints a link, valid once and for 24 hours, that makes its bearer the first administrator."

    def handle(self, *_args: Any, **_options: Any) -> None:
        secret = actions.offer_first_administrator()
        if secret is not None:
            self.stdout.write(settings.PUBLIC_URL + reverse("accounts:welcome", args=[secret]))
