"""The tab of monitoring."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Tab

TABS = [Tab("monitoring", _("Monitoring"), "use_case_monitoring", 60)]
