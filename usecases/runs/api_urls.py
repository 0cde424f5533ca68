"""Addresses of the API of runs."""

from django.urls import path

from usecases.runs import api

CASE = "use-cases/<slug:slug>/"
ONE = CASE + "runs/<slug:mlflow_id>"

urlpatterns = [
    path("runs", api.Runs.as_view(), name="api_runs"),
    path("tracking-servers", api.Servers.as_view(), name="api_servers"),
    path("identities", api.Identities.as_view(), name="api_identities"),
    path(CASE + "runs", api.UseCaseRuns.as_view(), name="api_use_case_runs"),
    path(ONE, api.OneRun.as_view(), name="api_run"),
    path(ONE + "/mark", api.MarkRun.as_view(), name="api_run_mark"),
    path(CASE + "model-versions", api.ModelVersions.as_view(), name="api_model_versions"),
    path(CASE + "comparison", api.Comparison.as_view(), name="api_comparison"),
    path(CASE + "experiments", api.Experiments.as_view(), name="api_experiments"),
    path(CASE + "synchronisations", api.Synchronisations.as_view(), name="api_synchronisations"),
]
