"""Addresses of the API of feeds."""

from django.urls import path

from monitoring.feeds import api

urlpatterns = [
    path("use-cases/<slug:slug>/kpi-feeds", api.KpiFeeds.as_view(), name="api_kpi_feeds"),
    path("use-cases/<slug:slug>/kpi-feeds/<uuid:uid>", api.OneKpiFeed.as_view(), name="api_kpi_feed"),
]
