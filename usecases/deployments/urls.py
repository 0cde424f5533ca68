"""Addresses of deployments, releases and environments."""

from django.urls import path

from usecases.deployments import views

CASE = "use-cases/<slug:slug>/"
ONE = CASE + "deployments/<int:number>/"

urlpatterns = [
    path("deployments/", views.deployments, name="deployments"),
    path(CASE + "deployments/", views.use_case_deployments, name="use_case_deployments"),
    path(CASE + "deployments/new/", views.deployment_new, name="deployment_new"),
    path(ONE, views.deployment, name="deployment"),
    path(ONE + "progress/", views.deployment_progress, name="deployment_progress"),
    path(ONE + "approve/", views.deployment_approve, name="deployment_approve"),
    path(ONE + "ask-changes/", views.deployment_ask_changes, name="deployment_ask_changes"),
    path(ONE + "reject/", views.deployment_reject, name="deployment_reject"),
    path(ONE + "withdraw/", views.deployment_withdraw, name="deployment_withdraw"),
    path(ONE + "roll-back/", views.deployment_roll_back, name="deployment_roll_back"),
    path(ONE + "retry/", views.deployment_retry, name="deployment_retry"),
    path(CASE + "releases/new/", views.release_new, name="release_new"),
    path(CASE + "releases/in-place/", views.release_in_place, name="release_in_place"),
    path(CASE + "releases/<int:number>/", views.release, name="release"),
    path(CASE + "releases/<int:number>/progress/", views.release_progress, name="release_progress"),
    path(CASE + "ran-here/", views.ran_here, name="ran_here"),
    path("administration/environments/", views.environments, name="environments"),
    path(
        "administration/environments/<slug:environment>/emergency/",
        views.environment_emergency,
        name="environment_emergency",
    ),
]
