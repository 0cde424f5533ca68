"""The tab of reviews."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Tab

TABS = [Tab("reviews", _("Reviews"), "use_case_reviews", 85)]
