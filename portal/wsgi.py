"""The WSGI door; `PASSERELLE_WEB_GROUP` says which of the two web groups this process belongs to."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()
