"""Addresses of the API of one's sessions."""

from django.urls import path

from portal.signin import api

urlpatterns = [
    path("sessions", api.Sessions.as_view(), name="api_sessions"),
    path("sessions/end-all", api.EndSessions.as_view(), name="api_sessions_end"),
    path("sessions/<str:mark>", api.OneSession.as_view(), name="api_session"),
]
