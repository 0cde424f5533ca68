"""Addresses of checks."""

from django.urls import path

from monitoring.checks import views

urlpatterns = [
    path("use-cases/<slug:slug>/checks/new/", views.check_new, name="check_new"),
    path("use-cases/<slug:slug>/checks/<int:number>/", views.check, name="check"),
    path("use-cases/<slug:slug>/checks/<int:number>/switch/", views.check_switch, name="check_switch"),
]
