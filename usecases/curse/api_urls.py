"""Addresses of the API of signals."""

from django.urls import path

from usecases.curse import api

urlpatterns = [path("signals", api.Signals.as_view(), name="api_signals")]
