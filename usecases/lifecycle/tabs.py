"""The tab of iterations and gates."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Tab

TABS = [Tab("gates", _("Iterations & gates"), "gates", 30)]
