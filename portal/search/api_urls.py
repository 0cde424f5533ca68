"""The address of the API of the search."""

from django.urls import path

from portal.search import api

urlpatterns = [
    path("search", api.Search.as_view(), name="api_search"),
]
