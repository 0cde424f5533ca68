"""Addresses of the pages of teams."""

from django.urls import path

from portal.teams import views

urlpatterns = [
    path("teams/<slug:slug>/members/<uuid:uid>/", views.member_change, name="team_member_change"),
    path("teams/<slug:slug>/members/<uuid:uid>/deputy/", views.deputy_new, name="team_deputy_new"),
    path("teams/<slug:slug>/deputies/<uuid:uid>/end/", views.deputy_end, name="team_deputy_end"),
    path("teams/<slug:slug>/roles/", views.team_roles, name="team_roles"),
    path("teams/<slug:slug>/tokens/", views.team_tokens, name="team_tokens"),
    path("teams/<slug:slug>/tokens/new/", views.team_token_new, name="team_token_new"),
    path("administration/roles/", views.organisation_roles, name="organisation_roles"),
    path("administration/tokens/", views.organisation_tokens, name="organisation_tokens"),
    path("administration/tokens/new/", views.organisation_token_new, name="organisation_token_new"),
]
