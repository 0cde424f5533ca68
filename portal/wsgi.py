"""The WSGI door; `PASSERELLE_WEB_GROUP` says which of the two web groups this process belongs to."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

if os.environ.get("PASSERELLE_LEASHED"):
    # Set by our own supervisor, whose web server starts one process for each worker.
    from portal.embedded.processes import die_with_parent

    die_with_parent()

application = get_wsgi_application()
