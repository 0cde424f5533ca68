"""Whom a business case concerns, and in what words."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Notice

WORDS = {"notice.case_waits": _("The business case of %(use_case_name)s waits for your validation.")}
NOTICES = [
    Notice("notice.case_waits", _("A business case waits for my validation"), "coin", event="business_case.written")
]
