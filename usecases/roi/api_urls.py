"""Addresses of the API of cost and value."""

from django.urls import path

from usecases.roi import api

BASE = "use-cases/<slug:slug>/"

urlpatterns = [
    path(BASE + "roi", api.Roi.as_view(), name="api_roi"),
    path(BASE + "costs", api.Costs.as_view(), name="api_costs"),
    path(BASE + "costs/batch", api.CostsBatch.as_view(), name="api_costs_batch"),
    path(BASE + "costs/<int:number>/strike", api.CostStrike.as_view(), name="api_cost_strike"),
    path(BASE + "business-cases", api.BusinessCases.as_view(), name="api_business_cases"),
    path(
        BASE + "business-cases/<int:number>/validate",
        api.BusinessCaseValidate.as_view(),
        name="api_business_case_validate",
    ),
    path("day-rates", api.DayRates.as_view(), name="api_day_rates"),
    path("teams/<slug:slug>/day-rates", api.TeamDayRates.as_view(), name="api_team_day_rates"),
]
