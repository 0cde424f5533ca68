"""Addresses of the API of teams."""

from django.urls import path

from portal.teams import api

urlpatterns = [
    path("teams", api.Teams.as_view(), name="api_teams"),
    path("teams/<slug:slug>", api.OneTeam.as_view(), name="api_team"),
    path("teams/<slug:slug>/members", api.Members.as_view(), name="api_members"),
    path("teams/<slug:slug>/members/<uuid:uid>", api.OneMember.as_view(), name="api_member"),
    path("teams/<slug:slug>/deputies", api.Deputies.as_view(), name="api_deputies"),
    path("teams/<slug:slug>/deputies/<uuid:uid>/end", api.EndDeputy.as_view(), name="api_deputy_end"),
    path("teams/<slug:slug>/history", api.TeamHistory.as_view(), name="api_team_history"),
    path("teams/<slug:slug>/who-could", api.WhoCould.as_view(), name="api_who_could"),
    path("teams/<slug:slug>/tokens", api.TeamTokens.as_view(), name="api_team_tokens"),
    path("teams/<slug:slug>/tokens/<uuid:uid>/revoke", api.RevokeTeamToken.as_view(), name="api_team_token_revoke"),
]
