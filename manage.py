#!/usr/bin/env python
"""Passerelle's command line: `manage.py up`, `doctor`, `demo`, and Django's own commands."""

import os
import secrets
import sys


def main() -> None:
    """Run one management command; `up` and `doctor` work before there is anything to read settings from."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in ("up", "doctor"):
        from portal.embedded import home

        folder = home.folder()
        try:
            if command == "up":
                home.prepare(folder)
            elif "SECRET_KEY" not in home.read(home.services_file(folder)):
                os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))  # nothing has started yet: only to look
        except (OSError, ValueError) as error:
            sys.exit(f"{folder} cannot be used ({error}): set PASSERELLE_HOME to a folder you may write to.")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
