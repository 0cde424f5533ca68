"""Addresses of the catalogue."""

from django.urls import path

from usecases.catalog import views

urlpatterns = [
    path("portfolio/", views.portfolio, name="portfolio"),
    path("use-cases/new/", views.use_case_new, name="use_case_new"),
    path("use-cases/<slug:slug>/edit/", views.use_case_edit, name="use_case_edit"),
    path("use-cases/<slug:slug>/score/", views.use_case_score, name="use_case_score"),
    path("use-cases/<slug:slug>/sites/", views.use_case_sites, name="use_case_sites"),
    path("use-cases/<slug:slug>/sites/<slug:site>/leave/", views.use_case_site_leave, name="use_case_site_leave"),
    path("teams/<slug:slug>/", views.team, name="team"),
    path("teams/<slug:slug>/members/<int:membership>/remove/", views.team_member_remove, name="team_member_remove"),
    path("sites/", views.sites, name="sites"),
    path("sites/new/", views.site_new, name="site_new"),
]
