"""The tab of a use case."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Tab

TABS = (Tab("deployments", _("Deployments"), "use_case_deployments", order=50),)
