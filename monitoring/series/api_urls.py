"""Addresses of the API of series."""

from django.urls import path

from monitoring.series import api

urlpatterns = [
    path("use-cases/<slug:slug>/points", api.Points.as_view(), name="api_points"),
    path("use-cases/<slug:slug>/series", api.SeriesList.as_view(), name="api_series"),
]
