"""Addresses of the API of KPIs."""

from django.urls import path

from usecases.kpis import api, api_effect

KPIS = "use-cases/<slug:slug>/kpis"
ONE = KPIS + "/<int:number>"
MEASUREMENT = ONE + "/measurements/<uuid:uid>"

urlpatterns = [
    path(KPIS, api.Kpis.as_view(), name="api_kpis"),
    path(ONE, api.OneKpi.as_view(), name="api_kpi"),
    path(ONE + "/headline", api.KpiHeadline.as_view(), name="api_kpi_headline"),
    path(ONE + "/standings", api.Standings.as_view(), name="api_kpi_standings"),
    path(ONE + "/validate-all", api.KpiValidateAll.as_view(), name="api_kpi_validate_all"),
    path(ONE + "/measurements", api.Measurements.as_view(), name="api_measurements"),
    path(MEASUREMENT, api.OneMeasurement.as_view(), name="api_measurement"),
    path(MEASUREMENT + "/validate", api.ValidateMeasurement.as_view(), name="api_measurement_validate"),
    path(ONE + "/effect", api_effect.KpiEffect.as_view(), name="api_kpi_effect"),
    path(ONE + "/versions", api_effect.KpiVersions.as_view(), name="api_kpi_versions"),
    path(ONE + "/agree", api_effect.KpiAgree.as_view(), name="api_kpi_agree"),
    path(ONE + "/decisions", api_effect.KpiDecisions.as_view(), name="api_kpi_decisions"),
    path(
        MEASUREMENT + "/revisions",
        api_effect.MeasurementRevisions.as_view(),
        name="api_measurement_revisions",
    ),
    path(
        MEASUREMENT + "/correct",
        api_effect.MeasurementCorrect.as_view(),
        name="api_measurement_correct",
    ),
    path(MEASUREMENT + "/reject", api_effect.MeasurementReject.as_view(), name="api_measurement_reject"),
]
