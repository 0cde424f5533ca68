"""Addresses of the API of monitoring."""

from django.urls import include, path

urlpatterns = [
    path("", include("monitoring.boards.api_urls")),
    path("", include("monitoring.series.api_urls")),
    path("", include("monitoring.feeds.api_urls")),
    path("", include("monitoring.checks.api_urls")),
    path("", include("monitoring.incidents.api_urls")),
]
