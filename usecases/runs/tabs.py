"""The tab of a use case."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Tab

TABS = (Tab("runs", _("Runs & models"), "use_case_runs", order=40),)
