"""A handler with everything a job can have: it reads, calls outside, and writes in one transaction."""

import uuid

import requests
from django.db import transaction

from portal.jobs import runner
from portal.people.models import Team
from usecases.deployments.executors import Order, Outcome

KIND = "test.fault"


def settle(progress: runner.Progress, team_id: int, url: str) -> None:
    """Ask the outside to do it (the same key, so that twice is once), then write that it is done, if it was not."""
    team = Team.objects.get(pk=team_id)
    requests.put(f"{url}/{team.slug}", timeout=60).raise_for_status()
    with transaction.atomic():
        if Team.objects.filter(pk=team_id, name=f"open {team.slug}").update(name=f"settled {team.slug}"):
            # Each effect is a row of its own: done twice, there would be two.
            Team.objects.create(name=f"effect {uuid.uuid4()}", slug=f"{team.slug}-{uuid.uuid4()}"[:60])


class OutsideExecutor:
    """Stands in for `mlflow_alias` where a whole MLflow costs too much: an alias is what was put last."""

    name = "mlflow_alias"

    def deploy(self, order: Order) -> Outcome:
        """Put the version behind the alias."""
        assert order.place is not None
        requests.put(f"{order.place.server_url}/{order.alias}/{order.version}", timeout=60).raise_for_status()
        return Outcome(True)


def register() -> None:
    """Make workers of this process know it."""
    runner.handler(KIND)(settle)
