"""The third story, only begun: what a use case looks like when almost nothing is known yet."""

from datetime import datetime

from portal.demo.cast import Cast
from portal.demo.teller import Teller, days, once
from usecases.catalog import actions as catalog
from usecases.catalog.models import UseCase

SLUG = "call-triage"
NAME = "Call triage"
STEPS = 1


def tell(teller: Teller, cast: Cast, anchor: datetime) -> None:
    """A use case in exploration for nine days: no KPI, nobody from IT."""
    teller.step("demo.opening", name=NAME)
    with teller.at(anchor - days(9)):
        once(
            UseCase.objects.filter(slug=SLUG),
            lambda: catalog.create_use_case(
                cast.teams["service"],
                by=cast["claire"],
                name=NAME,
                slug=SLUG,
                decision="Choose which incoming call an expert takes first.",
                problem="Urgent calls wait behind simple ones on busy mornings.",
                data_note="Invented for the demonstration: nothing is measured here.",
            ),
        )
