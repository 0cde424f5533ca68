"""Addresses of points; the page of a series, which shows checks and incidents too, is among the boards."""

from django.urls import path

from monitoring.series import views

urlpatterns = [
    path("use-cases/<slug:slug>/monitoring/points/", views.points_upload, name="points_upload"),
    path("use-cases/<slug:slug>/series/<uuid:uid>/points.csv", views.series_csv, name="series_csv"),
]
