"""The tab of gates."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Tab

TABS = [Tab("gates", _("Gates"), "gates", 30)]
