"""Addresses of the boards."""

from django.urls import path

from monitoring.boards import views

urlpatterns = [
    path("monitoring/", views.monitoring, name="monitoring"),
    path("use-cases/<slug:slug>/monitoring/", views.use_case_monitoring, name="use_case_monitoring"),
    path("use-cases/<slug:slug>/series/<uuid:uid>/", views.series, name="series"),
]
