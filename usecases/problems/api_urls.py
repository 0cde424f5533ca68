"""Addresses of the API of problems and debts."""

from django.urls import path

from usecases.problems import api

BASE = "use-cases/<slug:slug>/problems"

urlpatterns = [
    path(BASE, api.Problems.as_view(), name="api_problems"),
    path(BASE + "/<int:number>", api.OneProblem.as_view(), name="api_problem"),
    path(BASE + "/<int:number>/solve", api.Solve.as_view(), name="api_problem_solve"),
    path(BASE + "/<int:number>/drop", api.Drop.as_view(), name="api_problem_drop"),
    path(BASE + "/<int:number>/reopen", api.Reopen.as_view(), name="api_problem_reopen"),
    path(BASE + "/<int:number>/rank", api.Rank.as_view(), name="api_problem_rank"),
]
