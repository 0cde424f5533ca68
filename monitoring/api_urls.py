"""Addresses of the API of monitoring."""

from django.urls import include, path

urlpatterns = [
    path("", include("monitoring.series.api_urls")),
]
