"""Whom a synchronisation that fails concerns, and in what words."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Notice

WORDS = {"notice.sync_failing": _("The runs of %(server)s are no longer read: the server does not answer.")}
NOTICES = [
    Notice("notice.sync_failing", _("The synchronisation of runs fails"), "refresh", event="runs.sync_failing"),
]
