"""Addresses of the API of jobs."""

from django.urls import path

from portal.jobs import api

urlpatterns = [
    path("jobs", api.Jobs.as_view(), name="api_jobs"),
    path("jobs/<uuid:uid>", api.OneJob.as_view(), name="api_job"),
    path("jobs/<uuid:uid>/retry", api.RetryJob.as_view(), name="api_job_retry"),
    path("jobs/<uuid:uid>/cancel", api.CancelJob.as_view(), name="api_job_cancel"),
]
