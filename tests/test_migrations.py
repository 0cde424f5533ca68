"""Schema changes come as named migrations, and none is missing."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

AUTOMATIC = re.compile(r"^\d{4}_(auto_\d+.*|.*_and_more|(alter|remove|rename|add)_\w+_\w+_\w+_\w+_\w+.*)$")


def _names() -> list[str]:
    found = Path(settings.BASE_DIR).glob("*/migrations/[0-9]*.py")
    return [path.stem for path in found]


@pytest.mark.django_db
def test_no_migration_is_missing():
    said = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    assert "No changes detected" in said.getvalue()


def test_every_migration_has_a_name_of_its_own():
    assert _names()
    assert [name for name in _names() if AUTOMATIC.match(name)] == []


def test_the_pattern_knows_automatic_names():
    assert AUTOMATIC.match("0004_alter_usecase_name_and_more")
    assert AUTOMATIC.match("0004_auto_20261123_1010")
