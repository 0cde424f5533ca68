"""How far use cases come and how long it takes, from histories told by hand."""

from datetime import timedelta

from django.utils import timezone

from usecases.catalog.models import Stage
from usecases.steering.leads import Lead, leads

POC, IND, STOPPED = Stage.POC, Stage.INDUSTRIALISATION, Stage.STOPPED


def read(*cases, ago: int = 0):
    return leads([one.pk for one in cases], timezone.now() - timedelta(days=ago))


def test_the_funnel_counts_who_entered_who_is_there_and_who_was_stopped_where(lived):
    found = read(
        lived("A", 100, (POC, 10), (IND, 40)),
        lived("B", 100, (POC, 20)),
        lived("C", 100, (POC, 30), (STOPPED, 60)),
        lived("D", 50),
        lived("E", 50, (STOPPED, 5)),
    )
    assert (found.opened, found.going_on, found.stopped, found.retired) == (5, 3, 2, 0)
    exploration, poc, industrialisation, production = found.steps
    assert [step.entered for step in found.steps] == [5, 3, 1, 0]
    assert (exploration.there.count, poc.there.count, industrialisation.there.count) == (1, 1, 1)
    assert (exploration.stopped, poc.stopped, production.stopped) == (1, 1, 0)
    assert poc.share == 3 / 5


def test_lead_times_are_of_stages_that_were_left_with_median_and_75_percent(lived):
    found = read(*(lived(f"{n}", 100, (POC, n)) for n in (10, 20, 30, 70)), lived("still there", 90))
    exploration = found.steps[0]
    assert (exploration.left.count, round(exploration.left.median), round(exploration.left.p75)) == (4, 25, 40)
    assert (exploration.there.count, round(exploration.there.median)) == (1, 90)
    assert found.steps[1].left == Lead()


def test_it_is_read_as_of_a_day(lived):
    case = lived("A", 100, (POC, 10), (STOPPED, 60))
    then = read(case, ago=70)
    assert (then.stopped, then.steps[1].there.count, round(then.steps[1].there.median)) == (0, 1, 20)
    assert read(case).steps[1].stopped == 1


def test_nothing_is_no_zero_division(db):
    assert read().opened == 0
