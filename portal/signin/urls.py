"""Addresses of signing in. Those named as allauth names them are where allauth sends people."""

from django.urls import path

from portal.signin import views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="account_login"),
    path("sign-in/code/", views.sign_in_code, name="mfa_authenticate"),
    path("confirm/", views.confirm, name="account_reauthenticate"),
    path("confirm/provider/", views.confirm_provider, name="confirm_provider"),
    path("confirm/code/", views.confirm_code, name="mfa_reauthenticate"),
    path("oidc/<slug:provider_id>/login/", views.provider_login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", views.provider_callback, name="openid_connect_callback"),
    path("second-factor/", views.second_factor_page, name="second_factor"),
    path("second-factor/set-up/", views.second_factor_set_up, name="second_factor_set_up"),
    path("second-factor/codes/", views.second_factor_codes, name="second_factor_codes"),
    path("second-factor/remove/", views.second_factor_remove, name="second_factor_remove"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/end-others/", views.sessions_end_others, name="sessions_end_others"),
    path("sessions/<str:mark>/end/", views.session_end, name="session_end"),
    path("rules/", views.sign_in_rules, name="sign_in_rules"),
    path("rules/unlock/", views.unlock, name="sign_in_unlock"),
    path("rules/groups/", views.group_rule_new, name="group_rule_new"),
    path("rules/groups/<uuid:uid>/remove/", views.group_rule_remove, name="group_rule_remove"),
    path("people/<uuid:uid>/second-factor/reset/", views.second_factor_reset, name="second_factor_reset"),
]
