import pytest

from portal import registry
from portal.audit.models import Event
from portal.errors import NotAllowed, Refused
from usecases.kpis import actions
from usecases.kpis.inbox import waiting
from usecases.kpis.models import Measurement


def test_the_business_validates(measure, business):
    row = measure()
    actions.validate(row, by=business)
    row.refresh_from_db()
    assert (row.status, row.validated_by) == ("validated", business)
    assert Event.objects.filter(verb="measurement.validated", actor=business).count() == 1


@pytest.mark.parametrize("person", ["data", "it", "viewer", "admin", "steering", "auditor", "stranger"])
def test_nobody_else_may(measure, request, person):
    row = measure()
    with pytest.raises(NotAllowed):
        actions.validate(row, by=request.getfixturevalue(person))
    with pytest.raises(NotAllowed):
        actions.validate_all(row.kpi, by=request.getfixturevalue(person))
    assert Measurement.objects.get().status == "provisional"


def test_one_validates_once(measure, business):
    row = measure()
    actions.validate(row, by=business)
    with pytest.raises(Refused, match="in the meantime"):
        actions.validate(row, by=business)


def test_what_was_corrected_meanwhile_is_not_validated(measure, business):
    read = measure(value=18.2)
    measure(value=99.0)
    with pytest.raises(Refused, match="corrected"):
        actions.validate(read, by=business)
    assert Measurement.objects.get().status == "provisional"


def test_all_are_validated_at_once(kpi, measure, business):
    measure("2026-05-04")
    measure("2026-05-11")
    assert actions.validate_all(kpi, by=business, seen=2) == 2
    with pytest.raises(Refused, match="No measurement waits"):
        actions.validate_all(kpi, by=business)


def test_what_arrived_since_the_page_was_read_is_not_validated(kpi, measure, business):
    measure("2026-05-04")
    measure("2026-05-11")
    with pytest.raises(Refused, match="look at them again"):
        actions.validate_all(kpi, by=business, seen=1)
    assert not Measurement.objects.filter(status="validated").exists()


def test_it_waits_in_the_inbox_of_the_business_only(kpi, measure, business, data, stranger, admin):
    measure("2026-05-04")
    measure("2026-05-11")
    (item,) = waiting(business)
    assert isinstance(item, registry.InboxItem)
    assert "2 measurements" in str(item.detail)
    assert [waiting(person) for person in (data, stranger, admin)] == [[], [], []]


def test_the_inbox_is_one_query(measure, business, django_assert_num_queries):
    measure()
    with django_assert_num_queries(1):
        waiting(business)
