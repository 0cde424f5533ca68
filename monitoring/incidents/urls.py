"""Addresses of incidents."""

from django.urls import path

from monitoring.incidents import views

BASE = "use-cases/<slug:slug>/incidents/<int:number>/"

urlpatterns = [
    path(BASE, views.incident, name="incident"),
    path(BASE + "acknowledge/", views.incident_acknowledge, name="incident_acknowledge"),
    path(BASE + "resolve/", views.incident_resolve, name="incident_resolve"),
]
