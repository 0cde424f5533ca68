"""Addresses of problems and debts."""

from django.urls import path

from usecases.problems import views

BASE = "use-cases/<slug:slug>/problems/"

urlpatterns = [
    path(BASE, views.problems, name="problems"),
    path(BASE + "new/", views.problem_new, name="problem_new"),
    path(BASE + "<int:number>/", views.problem, name="problem"),
    path(BASE + "<int:number>/edit/", views.problem_edit, name="problem_edit"),
    path(BASE + "<int:number>/rank/", views.problem_rank, name="problem_rank"),
    path(BASE + "<int:number>/solve/", views.problem_solve, name="problem_solve"),
    path(BASE + "<int:number>/drop/", views.problem_drop, name="problem_drop"),
    path(BASE + "<int:number>/reopen/", views.problem_reopen, name="problem_reopen"),
]
