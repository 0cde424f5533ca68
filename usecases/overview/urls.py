"""Addresses of home, of the overview of a use case and of its journal."""

from django.urls import path

from usecases.overview import views

urlpatterns = [
    path("", views.home, name="home"),
    path("use-cases/<slug:slug>/journal/", views.journal, name="journal"),
    path("use-cases/<slug:slug>/journal.csv", views.journal_csv, name="journal_csv"),
    path("use-cases/<slug:slug>/journal.xlsx", views.journal_xlsx, name="journal_xlsx"),
    path("use-cases/<slug:slug>/timeline/", views.timeline, name="timeline"),
    path("use-cases/<slug:slug>/", views.overview, name="overview"),
]
