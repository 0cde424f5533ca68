"""Addresses of jobs."""

from django.urls import path

from portal.jobs import views

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<uuid:uid>/", views.job, name="job"),
    path("jobs/<uuid:uid>/progress/", views.job_progress, name="job_progress"),
    path("jobs/<uuid:uid>/retry/", views.job_retry, name="job_retry"),
    path("jobs/<uuid:uid>/cancel/", views.job_cancel, name="job_cancel"),
]
