"""Addresses of the API of KPIs."""

from django.urls import path

from usecases.kpis import api

KPIS = "use-cases/<slug:slug>/kpis"
ONE = KPIS + "/<int:number>"

urlpatterns = [
    path(KPIS, api.Kpis.as_view(), name="api_kpis"),
    path(ONE, api.OneKpi.as_view(), name="api_kpi"),
    path(ONE + "/headline", api.KpiHeadline.as_view(), name="api_kpi_headline"),
    path(ONE + "/standings", api.Standings.as_view(), name="api_kpi_standings"),
    path(ONE + "/validate-all", api.KpiValidateAll.as_view(), name="api_kpi_validate_all"),
    path(ONE + "/measurements", api.Measurements.as_view(), name="api_measurements"),
    path(ONE + "/measurements/<uuid:uid>", api.OneMeasurement.as_view(), name="api_measurement"),
    path(ONE + "/measurements/<uuid:uid>/validate", api.ValidateMeasurement.as_view(), name="api_measurement_validate"),
]
