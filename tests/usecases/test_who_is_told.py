"""Each action of a feature tells whom it concerns, and nobody else: one row per action."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from monitoring.checks.models import Check
from monitoring.incidents import actions as incidents
from monitoring.incidents import transitions
from monitoring.series.models import Series
from portal.notifications import runner
from portal.notifications.models import Notification
from portal.people import actions as people
from portal.people.models import Role, User
from portal.registry import Subject
from portal.talk import actions as talk
from tests.factories import UserFactory
from usecases.catalog.models import Stage, UseCase
from usecases.catalog.subjects import several
from usecases.kpis import actions as kpis
from usecases.kpis.models import KPI
from usecases.lifecycle import actions as gates


class Story:
    """The use case, its cast by name, and what happens to it."""

    def __init__(self, use_case: UseCase, **cast: Any) -> None:
        self.use_case, self.cast = use_case, cast

    def incident(self) -> Any:
        series = Series.objects.create(use_case=self.use_case, kind="business", name="Visits")
        facts = {"series": series, "comparator": "above", "bound": 1, "created_by": self.cast["data"], "name": "Many"}
        now = timezone.now()
        check = Check.objects.create(
            use_case=self.use_case, number=1, state="error", last_ts=now, last_value=2, **facts
        )
        return transitions.open_incident(check)

    def kpi(self) -> KPI:
        owner = self.cast["business"]
        return KPI.objects.create(use_case=self.use_case, number=1, name="Visits", unit="%", owner=owner)

    def seen_by(self, person: User) -> Subject:
        return next(several(person, [self.use_case.uid]))


def measured(story: Story) -> None:
    rows = [{"period_start": "2026-05-04", "value": "1"}]
    kpis.record_measurements(story.kpi(), rows, by=story.cast["data"], source="typed")


def comment_with_mention(story: Story) -> None:
    talk.write(story.seen_by(story.cast["data"]), by=story.cast["data"], body="Look, @it.")


def followed(story: Story) -> None:
    viewer, data = story.cast["viewer"], story.cast["data"]
    talk.follow(story.seen_by(viewer), by=viewer, is_on=True)
    talk.write(story.seen_by(data), by=data, body="Said.")


def resolved(story: Story) -> None:
    incidents.resolve(story.incident(), by=story.cast["it"], cause="The file came twice.")


def signed(story: Story) -> None:
    UseCase.objects.update(stage=Stage.POC)
    story.use_case.refresh_from_db()
    gates.sign(story.use_case, Stage.INDUSTRIALISATION, by=story.cast["it"])


def joined(story: Story) -> None:
    person = UserFactory(username="newcomer")
    people.add_member(story.use_case.team, person, Role.VIEWER, by=story.cast["it"])
    runner.watch()


def token_near_its_end(story: Story) -> None:
    people.create_token(by=story.cast["data"], name="Night", scopes=["read"], days=3)
    runner.watch()


TOLD: list[tuple[str, Callable[[Story], object], str, set[str]]] = [
    ("a KPI is measured", measured, "notice.measurements_wait", {"business"}),
    ("somebody is named", comment_with_mention, "notice.mentioned", {"it"}),
    ("who made it follows it", comment_with_mention, "notice.commented", {"business"}),
    ("a comment on what one follows", followed, "notice.commented", {"business", "viewer"}),
    ("an incident opens", lambda story: story.incident(), "notice.incident_opened", {"business", "data", "it"}),
    ("an incident is resolved", resolved, "notice.incident_resolved", {"business", "data"}),
    ("a gate is signed", signed, "notice.gate_signed", {"business", "data"}),
    (
        "a gate is passed",
        lambda story: gates.pass_gate(story.use_case, Stage.POC, by=story.cast["business"]),
        "notice.gate_passed",
        {"data", "it"},
    ),
    ("a member is added", joined, "notice.member_added", {"newcomer"}),
    ("a token ends soon", token_near_its_end, "notice.token_ends", {"data"}),
]


@pytest.mark.parametrize(("happens", "kind", "whom"), [row[1:] for row in TOLD], ids=[row[0] for row in TOLD])
def test_whom_it_concerns_is_told_and_nobody_else(
    happens, kind, whom, use_case, business, data, it, decision_user, viewer, admin, stranger
):
    cast = {"business": business, "data": data, "it": it, "viewer": viewer}
    Notification.objects.all().delete()
    happens(Story(use_case, **cast))
    found = Notification.objects.filter(message__kind=kind)
    if kind == "notice.member_added":
        found = found.filter(person__username="newcomer")
    assert {one.person.username for one in found.select_related("person")} == whom
