import pytest
from django.utils import timezone

from usecases.runs.models import Mark, Run, TrackingServer


@pytest.fixture
def server(db) -> TrackingServer:
    return TrackingServer.objects.create(name="Lab", url="http://mlflow.example:5000")


@pytest.fixture
def add_run(use_case, server):
    """Write a run as the synchronisation would."""

    def _add(name: str, mark: str = Mark.NONE, **changes) -> Run:
        moment = timezone.now()
        known = {"experiment_id": "1", "status": "FINISHED", "author": "ana", "started_at": moment, "seen_at": moment}
        return Run.objects.create(
            use_case=changes.pop("use_case", use_case),
            server=server,
            mlflow_id=f"id-{name}",
            name=name,
            mark=mark,
            **{**known, **changes},
        )

    return _add
