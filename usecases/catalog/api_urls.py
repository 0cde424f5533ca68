"""Addresses of the API of the catalogue."""

from django.urls import path

from usecases.catalog import api, portfolio_api

urlpatterns = [
    path("sites", api.Sites.as_view(), name="api_sites"),
    path("sites/<slug:slug>", api.OneSite.as_view(), name="api_site"),
    path("use-cases", api.UseCases.as_view(), name="api_use_cases"),
    path("use-cases/<slug:slug>", api.OneUseCase.as_view(), name="api_use_case"),
    path("portfolio", portfolio_api.Portfolio.as_view(), name="api_portfolio"),
    path("use-cases/<slug:slug>/scores", portfolio_api.Scores.as_view(), name="api_scores"),
    path("use-cases/<slug:slug>/sites", api.ServedSites.as_view(), name="api_use_case_sites"),
    path("use-cases/<slug:slug>/sites/<slug:site>", api.OneServedSite.as_view(), name="api_use_case_site"),
]
