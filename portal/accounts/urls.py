"""Addresses of accounts."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from portal.accounts import views
from portal.signin.views import SignIn

app_name = "accounts"

urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-in/demo/", views.demo_sign_in, name="demo_sign_in"),
    path("switch/", views.switch, name="switch"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("password/", views.password, name="password"),
    path("welcome/<str:secret>/", views.welcome, name="welcome"),
    path("rights/", views.rights_table, name="rights"),
    path("rights/addresses/", views.doors, name="doors"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/new/", views.token_new, name="token_new"),
    path("tokens/<uuid:uid>/revoke/", views.token_revoke, name="token_revoke"),
    path("administration/", views.administration, name="administration"),
    path("people/new/", views.person_new, name="person_new"),
    path("people/<uuid:uid>/", views.person, name="person"),
    path("people/<uuid:uid>/invite/", views.person_invite, name="person_invite"),
    path("people/<uuid:uid>/deactivate/", views.person_deactivate, name="person_deactivate"),
    path("people/<uuid:uid>/pseudonymise/", views.person_pseudonymise, name="person_pseudonymise"),
    path("people/<uuid:uid>/reactivate/", views.person_reactivate, name="person_reactivate"),
    path("people/<uuid:uid>/roles/<str:role>/grant/", views.role_grant, name="role_grant"),
    path("people/<uuid:uid>/roles/<str:role>/revoke/", views.role_revoke, name="role_revoke"),
    path("teams/new/", views.team_new, name="team_new"),
]
