"""Addresses of the API of signals."""

from django.urls import path

from usecases.curse import api

urlpatterns = [
    path("signals", api.Signals.as_view(), name="api_signals"),
    path("stage-limits", api.StageLimits.as_view(), name="api_stage_limits"),
]
