"""Addresses of KPIs."""

from django.urls import path

from usecases.kpis import views

BASE = "use-cases/<slug:slug>/kpis/"

urlpatterns = [
    path(BASE, views.kpis, name="kpis"),
    path(BASE + "new/", views.kpi_new, name="kpi_new"),
    path(BASE + "<int:number>/", views.kpi, name="kpi"),
    path(BASE + "<int:number>/edit/", views.kpi_edit, name="kpi_edit"),
    path(BASE + "<int:number>/headline/", views.kpi_headline, name="kpi_headline"),
    path(BASE + "<int:number>/measurements.csv", views.measurements_csv, name="measurements_csv"),
    path(BASE + "<int:number>/measurements/new/", views.measurement_new, name="measurement_new"),
    path(BASE + "<int:number>/measurements/upload/", views.measurements_upload, name="measurements_upload"),
    path(
        BASE + "<int:number>/measurements/validate/", views.measurements_validate_all, name="measurements_validate_all"
    ),
    path(
        BASE + "<int:number>/measurements/<uuid:uid>/validate/",
        views.measurement_validate,
        name="measurement_validate",
    ),
]
