from datetime import timedelta

import pytest
from django.utils import timezone

from portal.people.models import Membership
from tests.usecases.curse.histories import Past


@pytest.fixture
def past(use_case, site, team, settings, business, data, it):
    """Tells the past of the use case in a line; its people have been there for two years."""
    settings.DEMO = True
    cast = {"business": business, "data": data, "it": it}
    for role, person in cast.items():
        Membership.objects.filter(user=person, team=team, role=role).delete()
        Membership.objects.create(user=person, team=team, role=role, occurred_at=timezone.now() - timedelta(days=730))
    return Past(use_case, site, cast).tell
