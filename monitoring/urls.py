"""Addresses of monitoring."""

from django.urls import include, path

urlpatterns = [
    path("", include("monitoring.boards.urls")),
    path("", include("monitoring.series.urls")),
    path("", include("monitoring.feeds.urls")),
    path("", include("monitoring.checks.urls")),
    path("", include("monitoring.incidents.urls")),
]
