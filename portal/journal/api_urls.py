"""Addresses of the API of the journal."""

from django.urls import path

from portal.journal import api

urlpatterns = [
    path("journal", api.Journal.as_view(), name="api_journal"),
    path("journal/exceptions", api.Exceptions.as_view(), name="api_exceptions"),
    path("journal/heads", api.Heads.as_view(), name="api_heads"),
    path("journal/seals", api.Standing.as_view(), name="api_seals"),
    path("journal/verify", api.Verify.as_view(), name="api_seals_verify"),
    path("journal/<uuid:uid>", api.OneEvent.as_view(), name="api_event"),
]
