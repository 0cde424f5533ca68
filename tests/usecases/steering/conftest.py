"""Use cases with a past: opened, moved through stages, stopped."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import UseCaseFactory
from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle.models import StageChange

Road = tuple[tuple[Stage, int], ...]


@pytest.fixture
def lived(team, business) -> Callable[..., UseCase]:
    """A use case opened so many days ago that entered each stage so many days after."""

    def _lived(name: str, opened: int, *road: tuple[Stage, int], reason: str = "Because.", **facts: Any) -> UseCase:
        start = timezone.now() - timedelta(days=opened)
        use_case = UseCaseFactory(team=team, name=name, occurred_at=start, stage_since=start, **facts)
        stage = Stage.EXPLORATION
        for to, after in road:
            at = start + timedelta(days=after)
            StageChange.objects.create(
                use_case=use_case, from_stage=stage, to_stage=to, occurred_at=at, by=business, reason=reason
            )
            stage = to
            UseCase.objects.filter(pk=use_case.pk).update(stage=to, stage_since=at)
        use_case.refresh_from_db()
        return use_case

    return _lived
