"""Addresses of the API of use cases."""

from django.urls import include, path

urlpatterns = [
    path("", include("usecases.catalog.api_urls")),
    path("", include("usecases.deployments.api_urls")),
    path("", include("usecases.kpis.api_urls")),
    path("", include("usecases.iterations.api_urls")),
    path("", include("usecases.templates.api_urls")),
    path("", include("usecases.lifecycle.api_urls")),
    path("", include("usecases.steering.api_urls")),
    path("", include("usecases.runs.api_urls")),
    path("", include("usecases.overview.api_urls")),
    path("", include("usecases.problems.api_urls")),
    path("", include("usecases.reviews.api_urls")),
    path("", include("usecases.curse.api_urls")),
    path("", include("usecases.roi.api_urls")),
]
