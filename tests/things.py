"""One of everything on the use case of the cast, written for each test: what a fuzzed API finds by identifiers."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.notifications.models import Notification
from portal.people import service_tokens
from portal.people.models import Deputy, Scope, User
from portal.saved_views.actions import save_view
from portal.signin.models import Session
from portal.talk.models import Comment
from tests.everything import Cast, one_of_everything
from tests.factories import OrganisationGrantFactory, UseCaseFactory, UserFactory


def own(world: dict[str, Any], person: User) -> dict[str, object]:
    """What only its owner may touch, owned by this person."""
    names = ("subject_type", "subject_uid", "subject_title", "use_case", "team", "body")
    said = {name: getattr(world["comment"], name) for name in names}
    page: dict[str, Any] = {"path": "/portfolio/", "list_key": "portfolio", "list_title": "Portfolio", "query": ""}
    began = timezone.now()
    return {
        "session": Session.objects.create(
            session_key=f"{person.pk:032d}", user=person, expire_date=began + timedelta(days=1), began_at=began
        ),
        "notification": Notification.objects.create(message=world["notification"].message, person=person),
        "view": save_view(by=person, name="Mine too", **page),
        "comment": Comment.objects.create(author=person, **said),
    }


@pytest.fixture
def world(use_case, site, team, business, data, it) -> dict[str, object]:
    """One of everything on the use case of the cast, and what the examples of the contract name beside."""
    now = timezone.now()
    things = one_of_everything(Cast(use_case, site, business=business, data=data, author=it, owner=data))
    days = {"since": now, "until": now + timedelta(days=1)}
    given: dict[str, Any] = {"name": "Night job", "scopes": [Scope.POINTS], "days": 30, "team": team, "role": "it"}
    return things | {
        "session": Session(session_key="0" * 32),
        "soon": (now + timedelta(days=7)).isoformat(),
        "deputy": Deputy.objects.create(team=team, role="it", member=it, deputy=business, named_by=it, **days),
        "service_token": service_tokens.create_service_token(by=it, **given)[0],
        "role": "auditor",
        "held_role": "steering",
        "colleague": OrganisationGrantFactory(user__username="colleague", role="steering").user,
        "gone": UserFactory(username="gone", is_active=False),
        "stage": "poc",
        "signed_stage": "industrialisation",
        "trying": UseCaseFactory(team=team, slug="trying", stage="poc", created_by=business),
    }
