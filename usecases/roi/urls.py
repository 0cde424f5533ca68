"""Addresses of cost and value."""

from django.urls import path

from usecases.roi import views

BASE = "use-cases/<slug:slug>/roi/"

urlpatterns = [
    path(BASE, views.roi, name="roi"),
    path(BASE + "costs/new/", views.cost_new, name="cost_new"),
    path(BASE + "costs/upload/", views.costs_upload, name="costs_upload"),
    path(BASE + "costs/<int:number>/", views.cost_correct, name="cost_correct"),
    path(BASE + "costs/<int:number>/strike/", views.cost_strike, name="cost_strike"),
    path(BASE + "business-case/", views.business_case_new, name="business_case_new"),
    path(BASE + "business-case/<int:number>/validate/", views.business_case_validate, name="business_case_validate"),
    path("administration/day-rates/", views.day_rates, name="day_rates"),
    path("teams/<slug:slug>/day-rates/", views.team_day_rates, name="team_day_rates"),
]
