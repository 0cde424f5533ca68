"""The tab of problems and debts."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Tab

TABS = [Tab("problems", _("Problems & debt"), "problems", 35)]
