"""Who handles incidents where: roles limited to a site of the tree."""

import pytest

from monitoring.checks.actions import define_check
from monitoring.checks.evaluate import evaluate
from monitoring.incidents import actions
from monitoring.incidents.inbox import waiting
from monitoring.incidents.models import Incident
from monitoring.incidents.sweep import sweep
from monitoring.series.models import Series
from portal.errors import NotAllowed
from portal.notifications.models import Notification
from portal.people.models import Role
from tests.factories import MembershipFactory, SiteFactory

CAUSE = "The nightly load was cut; it was started again."


@pytest.fixture
def gabon():
    return SiteFactory(name="Gabon")


@pytest.fixture
def fails(feed, use_case, it):
    """An incident of a series at a site, or of all sites together."""

    def _fails(site=None):
        name = f"errors {site}"
        series = feed([0.9], name=name)
        Series.objects.filter(pk=series.pk).update(site=site)
        define_check(use_case, series, name=name, comparator="above", bound=0.5, severity="error", by=it)
        evaluate()
        sweep()
        return Incident.objects.select_related("use_case__team", "check_that_failed__series__site").get(
            check_that_failed__name=name
        )

    return _fails


@pytest.fixture
def limited(team, gabon):
    return MembershipFactory(team=team, role=Role.IT, site=gabon).user


def test_a_limited_role_handles_what_is_wrong_below_its_site(fails, gabon, limited):
    incident = fails(SiteFactory(name="Well 12", parent=gabon))
    assert [str(item.title) for item in waiting(limited)] == ["errors Well 12"]
    assert Notification.objects.filter(person=limited).count() == 1
    actions.acknowledge(incident, by=limited)
    assert actions.resolve(incident, by=limited, cause=CAUSE).resolved_by == limited


@pytest.mark.parametrize("somewhere", [True, False])
def test_and_nothing_elsewhere_nor_for_all_sites(fails, limited, it, sign_in, somewhere):
    incident = fails(SiteFactory(name="Norway") if somewhere else None)
    assert [len(waiting(one)) for one in (limited, it)] == [0, 1]
    assert not Notification.objects.filter(person=limited).exists()
    for act in (actions.acknowledge, lambda one, by: actions.resolve(one, by=by, cause=CAUSE)):
        with pytest.raises(NotAllowed, match="does not reach there"):
            act(incident, by=limited)
    address = incident.get_absolute_url()
    assert f"{address}acknowledge/" not in sign_in(limited).get(address).content.decode()
    assert sign_in(limited).post(f"{address}acknowledge/").status_code == 403
    assert Incident.objects.get().status == "open"


def test_what_waits_is_one_query(fails, limited, django_assert_num_queries):
    fails()
    waiting(limited)
    with django_assert_num_queries(1):
        waiting(limited)
