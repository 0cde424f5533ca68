"""Addresses of the API of health."""

from django.urls import path

from monitoring.boards import api

urlpatterns = [
    path("health", api.HealthOfAll.as_view(), name="api_health_of_all"),
    path("use-cases/<slug:slug>/health", api.HealthOfUseCase.as_view(), name="api_health"),
]
