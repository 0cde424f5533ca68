"""The first and the last tab of a use case."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Tab

TABS = [Tab("overview", _("Overview"), "overview", 10)]
JOURNAL = [Tab("journal", _("Journal"), "journal", 90)]
