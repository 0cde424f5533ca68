"""Addresses of iterations."""

from django.urls import path

from usecases.iterations import views

BASE = "use-cases/<slug:slug>/iterations/"

urlpatterns = [
    path(BASE + "new/", views.iteration_new, name="iteration_new"),
    path(BASE + "<int:number>/", views.iteration, name="iteration"),
    path(BASE + "<int:number>/amend/", views.iteration_amend, name="iteration_amend"),
    path(BASE + "<int:number>/agree/", views.iteration_agree, name="iteration_agree"),
    path(BASE + "<int:number>/conclude/", views.iteration_conclude, name="iteration_conclude"),
    path(BASE + "<int:number>/take-back/", views.iteration_take_back, name="iteration_take_back"),
    path(BASE + "<int:number>/sign/", views.iteration_sign, name="iteration_sign"),
]
