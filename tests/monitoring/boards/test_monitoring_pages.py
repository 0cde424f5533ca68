"""Pages of monitoring: what they show, to whom, and with how many queries."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from monitoring.checks.actions import define_check
from monitoring.checks.criteria import is_watched
from monitoring.checks.evaluate import evaluate
from monitoring.incidents.models import Incident
from monitoring.incidents.sweep import sweep
from monitoring.series import lanes, points
from monitoring.series.criteria import points_arrive
from portal import clock
from tests.factories import UseCaseFactory
from tests.monitoring.conftest import NOON


@pytest.fixture
def failing(feed, use_case, it):
    """A series, its check and the incident of the check."""
    series = feed([0.1, 0.9], unit="%")
    define_check(use_case, series, name="Errors", comparator="above", bound=0.5, severity="error", by=it)
    evaluate()
    sweep()
    return Incident.objects.get()


def page(client, name, *args, **asked):
    answer = client.get(reverse(name, args=args), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_board_shows_what_fails_first(failing, use_case, sign_in, steering):
    UseCaseFactory(name="Aaa calm")
    html = page(sign_in(steering), "monitoring")
    assert html.index("Errors") < html.index("Aaa calm")
    assert "1 use case out of 2 needs somebody" in html


def test_the_board_says_nothing_of_what_a_stranger_may_not_see(failing, sign_in, stranger):
    assert "Spring" not in page(sign_in(stranger), "monitoring")


def test_the_board_has_as_many_queries_for_thirty_use_cases(use_case, sign_in, steering, django_assert_max_num_queries):
    client = sign_in(steering)
    page(client, "monitoring")
    UseCaseFactory.create_batch(30)
    with django_assert_max_num_queries(12):
        page(client, "monitoring")


def test_the_tab_of_a_use_case_shows_incident_check_and_series(failing, use_case, sign_in, data):
    html = page(sign_in(data), "use_case_monitoring", use_case.slug)
    assert "nobody yet" in html
    assert reverse("series", args=[use_case.slug, failing.check_that_failed.series.uid]) in html


def test_an_empty_tab_teaches_to_send_points(use_case, sign_in, data):
    assert reverse("points_upload", args=[use_case.slug]) in page(sign_in(data), "use_case_monitoring", use_case.slug)


def test_every_page_is_a_404_for_a_stranger(failing, use_case, sign_in, stranger):
    client, slug, uid = sign_in(stranger), use_case.slug, failing.check_that_failed.series.uid
    for name, args in [
        *(("use_case_monitoring", [slug]), ("series", [slug, uid]), ("series_csv", [slug, uid])),
        *(("points_upload", [slug]), ("check_new", [slug]), ("check", [slug, 1]), ("incident", [slug, 1])),
    ]:
        assert client.get(reverse(name, args=args)).status_code == 404


def test_a_series_is_drawn_with_its_bound_and_its_incident(failing, use_case, sign_in, viewer):
    answer = sign_in(viewer).get(reverse("series", args=[use_case.slug, failing.check_that_failed.series.uid]))
    shapes = answer.context["figure"]["layout"]["shapes"]
    assert [shape["type"] for shape in shapes] == ["rect", "line"]


def test_the_range_is_in_the_address(feed, use_case, sign_in, viewer):
    series = feed([float(n) for n in range(24 * 10)])
    url = reverse("series", args=[use_case.slug, series.uid])
    assert sign_in(viewer).get(url, {"range": "7"}).context["total"] == 24 * 7 + 1
    assert sign_in(viewer).get(url, {"from": "2026-11-03", "to": "2026-11-03"}).context["total"] == 24
    assert sign_in(viewer).get(url, {"from": "nonsense", "range": "-1"}).context["total"] == 240


def test_of_many_points_each_bucket_keeps_its_lowest_and_highest(feed):
    values = [float((n * 7919) % 1000) for n in range(5000)]
    series = feed(values, start=NOON - timedelta(hours=5000))
    drawing = points.draw(series.pk, NOON - timedelta(hours=5000), NOON)
    assert len(drawing.x) <= points.DRAWN
    assert (drawing.total, min(drawing.y), max(drawing.y)) == (5000, min(values), max(values))


def test_the_points_leave_as_csv_and_come_back(feed, use_case, sign_in, data):
    series = feed([0.25, 0.5])
    client = sign_in(data)
    sent = b"".join(client.get(reverse("series_csv", args=[use_case.slug, series.uid])).streaming_content)
    assert sent.splitlines()[1] == b"error rate,2026-11-02T12:00:00+00:00,0.25"
    file = SimpleUploadedFile("points.csv", sent)
    answer = client.post(reverse("points_upload", args=[use_case.slug]), {"file": file}, follow=True)
    assert "2 points arrived, 0 of them new or changed" in answer.content.decode()


def test_a_wrong_file_is_told_by_line(use_case, sign_in, data):
    file = SimpleUploadedFile("points.csv", b"series,ts,value,kind\nauc,noon,1,model\n")
    answer = sign_in(data).post(reverse("points_upload", args=[use_case.slug]), {"file": file})
    assert answer.status_code == 400
    assert '<td class="num">2</td>' in answer.content.decode()


def test_a_viewer_may_not_send_a_file(use_case, sign_in, viewer):
    file = SimpleUploadedFile("points.csv", b"series,ts,value,kind\nauc,1790000000000,1,model\n")
    assert sign_in(viewer).post(reverse("points_upload", args=[use_case.slug]), {"file": file}).status_code == 403


def test_a_check_is_defined_and_switched_by_page(feed, use_case, sign_in, it):
    client, series = sign_in(it), feed([0.1])
    form = {"name": "Errors", "series": series.pk, "comparator": "above", "bound": "0.5", "severity": "error"}
    answer = client.post(reverse("check_new", args=[use_case.slug]), {**form, "k": 3, "window": 2})
    assert answer.status_code == 400
    answer = client.post(reverse("check_new", args=[use_case.slug]), {**form, "k": 1, "window": 1}, follow=True)
    assert "It is wrong when error rate" in answer.content.decode()
    client.post(reverse("check_switch", args=[use_case.slug, 1]), {"on": "0"})
    assert not use_case.checks.get().is_active


def test_an_incident_is_taken_and_resolved_by_page(failing, use_case, sign_in, it):
    client, args = sign_in(it), [use_case.slug, failing.number]
    assert "It still fails." in page(client, "incident", *args)
    client.post(reverse("incident_acknowledge", args=args))
    assert client.post(reverse("incident_resolve", args=args), {"cause": "bug"}).status_code == 400
    client.post(reverse("incident_resolve", args=args), {"cause": "The sensor was unplugged."})
    html = page(client, "incident", *args)
    assert "The sensor was unplugged." in html
    assert "was taken in hand" in html


def test_a_viewer_reads_an_incident_and_may_not_act(failing, use_case, sign_in, viewer):
    client, args = sign_in(viewer), [use_case.slug, failing.number]
    assert "Resolve the incident" not in page(client, "incident", *args)
    assert client.post(reverse("incident_acknowledge", args=args)).status_code == 403


def test_gates_learn_whether_points_arrive_and_a_check_watches(feed, use_case, it):
    assert (points_arrive(use_case).met, is_watched(use_case).met) == (False, False)
    series = feed([0.1], start=clock.now() - timedelta(days=2))
    define_check(use_case, series, name="Errors", comparator="above", bound=0.5, by=it)
    assert (points_arrive(use_case).met, is_watched(use_case).met) == (True, False)
    evaluate()
    assert is_watched(use_case).met


def test_gates_do_not_take_old_points_for_news(feed, use_case):
    feed([0.1], start=clock.now() - timedelta(days=90))
    assert points_arrive(use_case).met is False


def test_the_time_axis_gets_the_two_model_series_fed_last(feed, use_case):
    for days, name in enumerate(["auc", "brier", "recall"]):
        feed([0.5, 0.6], name=name, kind="model", start=NOON + timedelta(days=days))
    assert [lane.title for lane in lanes.lanes(use_case)] == ["recall", "brier"]
