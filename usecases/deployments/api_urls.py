"""Addresses of the API of deployments and releases."""

from django.urls import path

from usecases.deployments import api, releases_api

CASE = "use-cases/<slug:slug>/"
ONE = CASE + "deployments/<int:number>"

urlpatterns = [
    path("environments", api.Environments.as_view(), name="api_environments"),
    path("environments/<slug:environment>", api.OneEnvironment.as_view(), name="api_environment"),
    path("deployments", api.Deployments.as_view(), name="api_deployments"),
    path(CASE + "targets", api.Targets.as_view(), name="api_targets"),
    path(CASE + "deployments", api.UseCaseDeployments.as_view(), name="api_use_case_deployments"),
    path(ONE, api.OneDeployment.as_view(), name="api_deployment"),
    path(ONE + "/approve", api.Approve.as_view(), name="api_deployment_approve"),
    path(ONE + "/ask-changes", api.AskChanges.as_view(), name="api_deployment_ask_changes"),
    path(ONE + "/reject", api.Reject.as_view(), name="api_deployment_reject"),
    path(ONE + "/withdraw", api.Withdraw.as_view(), name="api_deployment_withdraw"),
    path(ONE + "/roll-back", api.RollBack.as_view(), name="api_deployment_roll_back"),
    path(ONE + "/retry", api.Retry.as_view(), name="api_deployment_retry"),
    path(CASE + "releases", releases_api.Releases.as_view(), name="api_releases"),
    path(CASE + "releases/in-place", releases_api.InPlace.as_view(), name="api_release_in_place"),
    path(CASE + "releases/<int:number>", releases_api.OneRelease.as_view(), name="api_release"),
]
