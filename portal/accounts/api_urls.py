"""Addresses of the API of people and of one's tokens."""

from django.urls import path

from portal.accounts import api

urlpatterns = [
    path("people", api.People.as_view(), name="api_people"),
    path("people/<uuid:uid>", api.OnePerson.as_view(), name="api_person"),
    path("people/<uuid:uid>/deactivate", api.DeactivatePerson.as_view(), name="api_person_deactivate"),
    path("people/<uuid:uid>/reactivate", api.ReactivatePerson.as_view(), name="api_person_reactivate"),
    path("people/<uuid:uid>/pseudonymise", api.PseudonymisePerson.as_view(), name="api_person_pseudonymise"),
    path("people/<uuid:uid>/invite", api.InvitePerson.as_view(), name="api_person_invite"),
    path("people/<uuid:uid>/roles/<str:role>/grant", api.GrantRole.as_view(), name="api_role_grant"),
    path("people/<uuid:uid>/roles/<str:role>/revoke", api.RevokeRole.as_view(), name="api_role_revoke"),
    path("tokens", api.Tokens.as_view(), name="api_tokens"),
    path("tokens/<uuid:uid>/revoke", api.RevokeToken.as_view(), name="api_token_revoke"),
]
