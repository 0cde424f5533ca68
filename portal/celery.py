"""The Celery application: workers are woken through it; what is to be done is in the database (`portal.jobs`)."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("passerelle")
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"max_retries": 1, "interval_start": 0, "socket_connect_timeout": 1, "socket_timeout": 30},
    task_publish_retry=False,
    task_default_queue=settings.QUEUE_PREFIX,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    # The row is the queue: a message is only a wake-up, so it is taken off the broker at once.
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    # A handler that hangs is killed after its lease was left to another.
    task_time_limit=settings.JOB_LONGEST.total_seconds() + 60,
    worker_hijack_root_logger=False,
    worker_max_tasks_per_child=500,
    beat_schedule={"tick": {"task": "jobs.tick", "schedule": 10.0, "options": {"expires": 10}}},
    imports=["portal.jobs.tasks", *settings.JOB_MODULES],
)
