"""Addresses of the API of checks."""

from django.urls import path

from monitoring.checks import api

urlpatterns = [
    path("use-cases/<slug:slug>/checks", api.Checks.as_view(), name="api_checks"),
    path("use-cases/<slug:slug>/checks/<int:number>", api.OneCheck.as_view(), name="api_check"),
    path("use-cases/<slug:slug>/checks/<int:number>/switch", api.SwitchCheck.as_view(), name="api_check_switch"),
]
