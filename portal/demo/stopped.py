"""A case that was stopped, and a template made of it: what a team leaves to the next one."""

from datetime import datetime

from django.utils.translation import override

from portal.demo.cast import Cast
from portal.demo.teller import Teller, days, once
from usecases.catalog import actions as catalog
from usecases.catalog.models import Stage, UseCase
from usecases.kpis import actions as kpis
from usecases.kpis.models import KPI, Direction, Proof
from usecases.lifecycle import actions as lifecycle
from usecases.lifecycle import road
from usecases.templates import actions as templates
from usecases.templates.models import Template

SLUG = "shop-opening-hours"
NAME = "Shop opening hours"
TEMPLATE = "Choose whom to contact"
STEPS = 1


def tell(teller: Teller, cast: Cast, anchor: datetime) -> None:
    """A POC stopped after two months, for a reason that the next team can read."""
    teller.step("demo.opening", name=NAME)
    with teller.at(anchor - days(150)), override("en"):
        use_case = once(
            UseCase.objects.filter(slug=SLUG),
            lambda: catalog.create_use_case(
                cast.teams["marketing"],
                by=cast["claire"],
                name=NAME,
                slug=SLUG,
                decision="Each month, decide which shops open on Sunday.",
                decision_users="Market managers",
                problem="Sunday hours are copied from last year.",
                hypothesis="Footfall counted at the door tells which shops are worth opening.",
                data_note="Invented for the demonstration: nothing is measured here.",
            ),
        )
        if not KPI.objects.filter(use_case=use_case).exists():
            kpis.define_kpi(
                use_case,
                by=cast["claire"],
                owner=cast["claire"],
                name="Margin per opened Sunday",
                unit="EUR",
                direction=Direction.UP,
                proof=Proof.BEFORE_AFTER,
            )
    if use_case.stage == Stage.EXPLORATION:
        with teller.at(anchor - days(140)), override("en"):
            lifecycle.pass_gate(use_case, Stage.POC, by=cast["claire"])
    if use_case.stage == Stage.POC:
        with teller.at(anchor - days(80)), override("en"):
            reason = (
                "Half of the shops have no counter at the door, and none is bought this year: no source, no decision."
                " Start again from here when counters are there."
            )
            road.stop(use_case, by=cast["sofia"], reason=reason)


def offer(teller: Teller, cast: Cast, source: UseCase, moment: datetime) -> None:
    """Keep what the campaign's team learnt as a template for others."""
    if Template.objects.filter(name=TEMPLATE).exists():
        return
    with teller.at(moment), override("en"):
        about = "For teams that choose whom to contact, on which channel: the decision, and what its KPI means."
        templates.make_template(source, by=cast["claire"], name=TEMPLATE, about=about)
