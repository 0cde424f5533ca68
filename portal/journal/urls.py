"""Addresses of the organisation's journal."""

from django.urls import path

from portal.journal import views

urlpatterns = [
    path("", views.journal, name="organisation_journal"),
    path("exceptions/", views.exceptions_page, name="exceptions"),
    path("seals/", views.seals, name="seals"),
    path("seals/verify/", views.verify, name="seals_verify"),
    path("<uuid:uid>/", views.event, name="event"),
]
