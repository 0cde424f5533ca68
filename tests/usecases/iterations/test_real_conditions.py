from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.series.actions import send_points
from monitoring.series.payload import Payload, SeriesIn
from tests.factories import SiteFactory
from usecases.iterations.conditions import conditions
from usecases.iterations.models import Arrival


def at(iteration):
    return {site.slug: site for site in conditions([iteration])[iteration.pk]}


@pytest.fixture
def send(in_poc, data):
    """Points of a site, some days ago, by the door they come through."""

    def _send(site, *days_ago: float) -> None:
        now = timezone.now()
        ts: list[int | str] = [int((now - timedelta(days=day)).timestamp() * 1000) for day in days_ago]
        named = [SeriesIn("Visits", "business", "%", site.slug if site else None)]
        send_points(in_poc, Payload(named, [0] * len(ts), ts, [1.0] * len(ts)), by=data)

    return _send


def test_live_while_points_come_is_on_production_flows(iteration, site, go_live, send):
    go_live(site, 5)
    send(site, 3, 2)
    here = at(iteration)[site.slug]
    assert (here.on_flows, here.days, here.releases) == (True, 2, (1,))
    assert "points on 2 days" in here.sentence


@pytest.mark.parametrize("place", [{"is_production": False}, {"is_model": False}])
def test_only_a_model_in_production_counts(iteration, site, go_live, send, place):
    go_live(site, 5, **place)
    send(site, 3)
    assert not at(iteration)[site.slug].live_since


def test_live_without_points_is_not_enough(iteration, site, go_live, send):
    go_live(site, 5)
    send(site, 8)  # before
    send(None, 3)  # from nowhere in particular
    here = at(iteration)[site.slug]
    assert (here.on_flows, bool(here.live_since)) == (False, True)


def test_points_after_it_was_taken_back_do_not_count(iteration, site, go_live, send):
    go_live(site, 8, until=5)
    send(site, 3)
    assert not at(iteration)[site.slug].on_flows


def test_another_site_does_not_count(in_poc, iteration, site, go_live, send):
    other = SiteFactory(name="Urban")
    in_poc.sites.add(other)
    go_live(other, 5)
    send(other, 3)
    send(site, 3)
    assert [here.on_flows for here in at(iteration).values()] == [False]


def test_what_comes_from_a_well_comes_from_its_field(in_poc, iteration, site, go_live, send):
    well = SiteFactory(name="Well 1", parent=site)
    in_poc.sites.add(well)
    go_live(site, 5)
    send(well, 3)
    assert at(iteration)[site.slug].on_flows


def test_before_the_first_day_nothing_counts(iteration, site, go_live, send):
    go_live(site, 30, until=12)
    send(site, 20)
    assert not at(iteration)[site.slug].live_since


def test_an_arrival_is_noted_once_a_day_however_often_it_comes(site, send):
    for _time in range(3):
        send(site, 3, 2.999)
    noted = Arrival.objects.filter(site=site)
    assert noted.count() in (1, 2)  # around midnight it is two days
    assert all(one.first_at <= one.last_at for one in noted)


def test_any_number_of_iterations_costs_one_query(iteration, django_assert_num_queries):
    with django_assert_num_queries(1):
        conditions([iteration] * 5)
