"""Addresses of the API of incidents."""

from django.urls import path

from monitoring.incidents import api

ONE = "use-cases/<slug:slug>/incidents/<int:number>"

urlpatterns = [
    path("incidents", api.AllIncidents.as_view(), name="api_all_incidents"),
    path("use-cases/<slug:slug>/incidents", api.Incidents.as_view(), name="api_incidents"),
    path(ONE, api.OneIncident.as_view(), name="api_incident"),
    path(ONE + "/acknowledge", api.Acknowledge.as_view(), name="api_incident_acknowledge"),
    path(ONE + "/resolve", api.Resolve.as_view(), name="api_incident_resolve"),
]
