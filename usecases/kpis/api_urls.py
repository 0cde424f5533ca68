"""Addresses of the API of KPIs."""

from django.urls import path

from usecases.kpis import api

urlpatterns = [
    path("use-cases/<slug:slug>/kpis/<int:number>/measurements", api.Measurements.as_view(), name="api_measurements"),
]
