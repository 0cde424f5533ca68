"""The whole chain by the queue: points arrive, checks are evaluated, an incident opens, the health is told."""

import monitoring.checks.tasks
import monitoring.incidents.tasks
import monitoring.series.tasks  # noqa: F401
from monitoring.checks.actions import define_check
from monitoring.incidents.models import Incident
from portal.jobs import queue, runner
from portal.jobs.models import Job, JobStatus


def work():
    while waiting := list(Job.objects.filter(status=JobStatus.QUEUED).order_by("id")):
        for job in waiting:
            runner.run(job.pk)


def test_a_point_across_the_bound_becomes_an_incident(feed, use_case, it):
    define_check(use_case, feed([0.1]), name="Errors", comparator="above", bound=0.5, severity="error", by=it)
    feed([0.1, 0.9])
    work()
    use_case.refresh_from_db()
    assert (Incident.objects.get().value, use_case.health) == (0.9, "error")
    assert not Job.objects.exclude(status=JobStatus.SUCCEEDED).exists()


def test_the_periodic_jobs_do_the_same_for_everybody(feed, use_case, it):
    define_check(use_case, feed([0.9]), name="Errors", comparator="above", bound=0.5, by=it)
    Job.objects.all().delete()
    for kind in ("checks.evaluate_due", "series.make_partitions"):
        queue.enqueue(kind, "all")
    work()
    assert Incident.objects.exists()
    assert not Job.objects.exclude(status=JobStatus.SUCCEEDED).exists()
