"""Addresses of the API of what somebody looks at first."""

from django.urls import path

from usecases.overview import api

urlpatterns = [
    path("inbox", api.Inbox.as_view(), name="api_inbox"),
    path("use-cases/<slug:slug>/overview", api.Overview.as_view(), name="api_overview"),
    path("use-cases/<slug:slug>/timeline", api.Timeline.as_view(), name="api_timeline"),
]
