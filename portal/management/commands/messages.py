"""`manage.py messages`: collect the texts of code and templates, update the French catalogue, compile it.

Babel does it, so that no machine needs GNU gettext. `--check` changes nothing and fails when a text is
untranslated or the compiled catalogue is stale.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
FOLDER = Path(settings.LOCALE_PATHS[0]) / "fr" / "LC_MESSAGES"
PO, MO = FOLDER / "django.po", FOLDER / "django.mo"
# The spaces of French that hold what is on both sides together.
HELD = re.compile(r" (?=[:;?!»]|%%)|(?<=«) ")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def collect() -> Catalog:
    """Every text of the product, with the files it is in."""
    found = Catalog(project="Passerelle", charset="utf-8")
    for path, text in _sources():
        code = io.BytesIO(text.encode())
        for line, function, message, _comments in extract_python(code, KEYWORDS, ["Translators:"], {}):
            context, singular, plural = _parts(str(function), message)
            if singular:
                identifier = (singular, plural) if plural else singular
                found.add(identifier, locations=[(path, line)], context=context)
    return found


def _sources() -> Iterator[tuple[str, str]]:
    for app in ("portal", "usecases", "monitoring"):
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), path.read_text()
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            name = str(path.relative_to(ROOT))
            python = templatize(path.read_text(), origin=name)
            # Babel reads it as Python, where indentation means something.
            yield name, "\n".join(line.strip() for line in python.splitlines()) + "\n"


def _parts(function: str, message: Any) -> tuple[str | None, str | None, str | None]:
    """Context, singular and plural of one call, by what its function takes."""
    given = list(message) if isinstance(message, tuple) else [message]
    context = given.pop(0) if function.lstrip("n").startswith("pgettext") else None
    singular = given[0] if given else None
    plural = given[1] if "npgettext" in function or function.startswith("ngettext") else None
    return context, singular or None, plural or None


def stored() -> Catalog:
    """The French catalogue as committed."""
    if not PO.exists():
        return Catalog(
            locale="fr",
            project="Passerelle",
            version="",
            charset="utf-8",
            header_comment="# French texts of Passerelle, kept by `manage.py messages`.",
        )
    with PO.open("rb") as file:
        return read_po(file, locale="fr")


def missing(catalog: Catalog) -> list[str]:
    """The texts without a French sentence, plural forms and doubtful ones included."""
    return [
        str(message.id) for message in catalog if message.id and (message.fuzzy or not all(_strings(message.string)))
    ]


def _strings(string: Any) -> list[str]:
    return list(string) if isinstance(string, tuple | list) else [string]


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as gettext reads it: no line of a page begins with a colon, or ends with a quotation mark."""
    for one in catalog:
        if one.id:
            strings = one.string if isinstance(one.string, tuple | list) else (one.string,)
            held = tuple(HELD.sub("\N{NO-BREAK SPACE}", str(string or "")) for string in strings)
            one.string = held if len(held) > 1 else held[0]
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


class Command(BaseCommand):
    """Update and compile the French catalogue, or check it."""

    requires_system_checks = ()
    help = "Collect the texts, update the French catalogue and compile it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when something is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        catalog = stored()
        written = catalog.creation_date
        catalog.update(collect(), no_fuzzy_matching=True)
        catalog.creation_date, catalog.fuzzy = written, False
        catalog.obsolete.clear()
        gaps = missing(catalog)
        if options["check"]:
            if gaps:
                raise CommandError("Untranslated: " + "; ".join(gaps[:20]))
            if not MO.exists() or MO.read_bytes() != compiled(stored()):
                raise CommandError("The compiled catalogue is stale: run `manage.py messages`.")
            return
        FOLDER.mkdir(parents=True, exist_ok=True)
        with PO.open("wb") as file:
            write_po(file, catalog, sort_output=True, omit_header=False, width=110, include_lineno=False)
        MO.write_bytes(compiled(stored()))
        self.stdout.write(f"{len(catalog)} texts, {len(gaps)} without French")
