"""Write the contract of the API to docs/openapi.yaml, or say whether it is there as it is."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from drf_spectacular.drainage import GENERATOR_STATS


class Command(BaseCommand):
    """`manage.py openapi` writes docs/openapi.yaml; with --check it fails when that would change it."""

    help = "Write the OpenAPI document of the API to docs/openapi.yaml."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--check` writes nothing."""
        parser.add_argument("--check", action="store_true", help="Fail when the committed document is not the code's.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or compare."""
        from portal.api import schema

        path = settings.BASE_DIR / "docs" / "openapi.yaml"
        text = schema.written()
        if GENERATOR_STATS:
            raise CommandError("Mend what is said above: two shapes of one name would be told as one.")
        if not options["check"]:
            path.write_bytes(text)
            self.stdout.write(f"{path.name}: {len(schema.document()['paths'])} addresses")
        elif not path.exists() or path.read_bytes() != text:
            raise CommandError("docs/openapi.yaml is not what the code says: run manage.py openapi and commit it.")
