"""What of deployments is on the page of exceptions."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Exceptional

EXCEPTIONS = (
    Exceptional(
        "deployment.rolled_back",
        _("Roll-back"),
        _("What was live was taken back without a new approval."),
        ("deployment.rolled_back",),
    ),
)
