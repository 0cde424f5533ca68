"""Addresses of the API of saved views."""

from django.urls import path

from portal.saved_views import api

urlpatterns = [
    path("views", api.Views.as_view(), name="api_saved_views"),
    path("views/<slug:code>", api.OneView.as_view(), name="api_saved_view"),
    path("views/<slug:code>/copy", api.CopyView.as_view(), name="api_saved_view_copy"),
    path("views/<slug:code>/default", api.OpenByDefault.as_view(), name="api_saved_view_default"),
]
