"""Addresses of KPIs."""

from django.urls import path

from usecases.kpis import measuring, views

BASE = "use-cases/<slug:slug>/kpis/"

urlpatterns = [
    path(BASE, views.kpis, name="kpis"),
    path(BASE + "new/", views.kpi_new, name="kpi_new"),
    path(BASE + "<int:number>/", views.kpi, name="kpi"),
    path(BASE + "<int:number>/edit/", views.kpi_edit, name="kpi_edit"),
    path(BASE + "<int:number>/versions/", views.kpi_versions, name="kpi_versions"),
    path(BASE + "<int:number>/decide/", views.kpi_decide, name="kpi_decide"),
    path(BASE + "<int:number>/headline/", views.kpi_headline, name="kpi_headline"),
    path(BASE + "<int:number>/measurements.csv", measuring.measurements_csv, name="measurements_csv"),
    path(BASE + "<int:number>/measurements/new/", measuring.measurement_new, name="measurement_new"),
    path(BASE + "<int:number>/measurements/upload/", measuring.measurements_upload, name="measurements_upload"),
    path(
        BASE + "<int:number>/measurements/validate/",
        measuring.measurements_validate_all,
        name="measurements_validate_all",
    ),
    path(
        BASE + "<int:number>/measurements/<uuid:uid>/validate/",
        measuring.measurement_validate,
        name="measurement_validate",
    ),
    path(BASE + "<int:number>/measurements/<uuid:uid>/", measuring.measurement, name="measurement"),
    path(
        BASE + "<int:number>/measurements/<uuid:uid>/correct/",
        measuring.measurement_correct,
        name="measurement_correct",
    ),
    path(
        BASE + "<int:number>/measurements/<uuid:uid>/reject/",
        measuring.measurement_reject,
        name="measurement_reject",
    ),
]
