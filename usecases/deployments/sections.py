"""What deployments say in a review: what is live where."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.registry import Grid, Part, Section
from usecases.catalog.models import UseCase
from usecases.deployments.models import Deployment


def render(use_case: UseCase, as_of: datetime) -> list[Part]:
    """A row per place where something is live. One query."""
    live = Deployment.objects.filter(use_case=use_case).live_on(as_of).for_pages()
    rows = [
        [one.target.site.name, one.target.environment.name, str(one.release), one.live_from]
        for one in live.order_by("target__environment__name", "target__site__name")
    ]
    if not rows:
        return [_("Nothing is known to run.")]
    return [Grid([_("Where"), _("Environment"), _("What runs"), _("Since")], rows)]


SECTIONS = [
    Section(
        "deployments",
        gettext_lazy("What runs where"),
        render,
        30,
        ("deployment.live", "deployment.rejected", "deployment.rolled_back", "deployment.failed"),
    )
]
