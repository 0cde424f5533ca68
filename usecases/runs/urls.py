"""Addresses of runs, tracking servers and identities."""

from django.urls import path

from usecases.runs import views

urlpatterns = [
    path("runs/", views.runs, name="runs"),
    path("use-cases/<slug:slug>/runs/", views.use_case_runs, name="use_case_runs"),
    path("use-cases/<slug:slug>/runs-progress/", views.runs_progress, name="runs_progress"),
    path("use-cases/<slug:slug>/runs-sync/", views.runs_sync, name="runs_sync"),
    path("use-cases/<slug:slug>/experiments/link/", views.experiment_link, name="experiment_link"),
    path("use-cases/<slug:slug>/runs/<slug:mlflow_id>/", views.run, name="run"),
    path("use-cases/<slug:slug>/runs/<slug:mlflow_id>/mark/", views.run_mark, name="run_mark"),
    path("administration/servers/", views.servers, name="servers"),
    path("administration/identities/", views.identities, name="identities"),
]
