"""The whole demonstration, in order."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from portal.demo import campaign, cast, exploration, portfolio, pumps, reviews, stopped, weeks
from portal.demo.datasets.campaigns import choose_campaign
from portal.demo.datasets.pumps import choose_pumps
from portal.demo.teller import Teller, days
from portal.errors import Refused
from portal.jobs import queue
from usecases.catalog.models import UseCase

STEPS = 1 + 2 + campaign.STEPS + pumps.STEPS + exploration.STEPS + portfolio.STEPS + stopped.STEPS


def tell(teller: Teller, anchor: datetime) -> None:
    """Tell the three stories, ending just before `anchor`. Raises Refused when a part is missing."""
    if not settings.MLFLOW_TRACKING_URI:
        raise Refused(_("No MLflow server: set MLFLOW_TRACKING_URI, or start with `make run`."))
    data = Path(settings.DATA) if settings.DATA else None
    teller.step("demo.cast")
    with teller.at(_monday(anchor, weeks.LONG.weeks) - days(30)), override("en"):
        folk = cast.gather(settings.MLFLOW_TRACKING_URI)
    with override("en"):
        customers = choose_campaign(data, Path(settings.HOME) / "demo")
        teller.step("demo.data", title=str(customers.title))
        vibrations = choose_pumps(data)
        teller.step("demo.data", title=str(vibrations.title))
    exploration.tell(teller, folk, anchor)
    stopped.tell(teller, folk, anchor)
    campaign.tell(teller, folk, customers, _monday(anchor, weeks.calendar(customers).weeks))
    stopped.offer(teller, folk, UseCase.objects.select_related("team").get(slug=campaign.SLUG), anchor - days(1))
    pumps.tell(teller, folk, vibrations, _monday(anchor, pumps.WEEKS))
    portfolio.tell(teller, folk, anchor)
    reviews.go_on(teller, folk, None, anchor, reviews.PORTFOLIO)
    # What the stories show is looked for at once, not at the next round.
    with transaction.atomic():
        queue.enqueue("curse.sweep", "all")
    teller.wait("curse.sweep", "all")
    with teller.at(anchor), override("en"):
        cast.stand_in(folk, "marketing", member="jonas", deputy="ines", until=days(14))


def _monday(anchor: datetime, weeks: int) -> datetime:
    """Monday 00:00 (the organisation's zone) from which so many whole weeks end three days or more before `anchor`."""
    local = timezone.localtime(anchor - days(3))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=local.weekday()) - timedelta(weeks=weeks)
