"""A gate with criteria in force, and things that happened."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.audit import record as audit
from usecases.catalog.models import Stage
from usecases.lifecycle.models import CriteriaSet, CriterionSetting, Mode


@pytest.fixture
def to_poc(db) -> CriteriaSet:
    """The gate to POC asks three things of the use case itself; two block."""
    CriteriaSet.objects.filter(gate=Stage.POC, is_current=True).update(is_current=False)
    last = CriteriaSet.objects.filter(gate=Stage.POC).count()
    criteria = CriteriaSet.objects.create(gate=Stage.POC, version=last + 1)
    asked = {"catalog.decision_named": Mode.BLOCK, "catalog.three_roles": Mode.BLOCK, "catalog.site_served": Mode.WARN}
    for position, (code, mode) in enumerate(asked.items()):
        CriterionSetting.objects.create(criteria_set=criteria, code=code, mode=mode, position=position)
    return criteria


@pytest.fixture
def happened(use_case, business):
    """Tell so many events of the use case."""

    def _happened(number: int, verb: str = "usecase.edited", by=business, **params) -> None:
        with transaction.atomic():
            for _ in range(number):
                audit.record(verb, use_case, by=by, team=use_case.team, use_case=use_case.slug, **params)

    return _happened


@pytest.fixture
def queries_of() -> Callable[[Client, str], int]:
    """How many queries a page costs."""

    def _queries_of(browser: Client, address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    return _queries_of
