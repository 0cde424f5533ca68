"""The tab of KPIs."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Tab

TABS = [Tab("kpis", _("KPIs & ROI"), "kpis", 20)]
