"""Addresses of use cases."""

from django.urls import include, path

urlpatterns = [
    # before "use-cases/<slug>/": "use-cases/new/" is of the catalogue
    path("", include("usecases.catalog.urls")),
    path("", include("usecases.overview.urls")),
    path("", include("usecases.reviews.urls")),
    path("", include("usecases.kpis.urls")),
    path("", include("usecases.problems.urls")),
    path("", include("usecases.curse.urls")),
    path("", include("usecases.iterations.urls")),
    path("", include("usecases.templates.urls")),
    path("", include("usecases.roi.urls")),
    path("", include("usecases.lifecycle.urls")),
    path("", include("usecases.runs.urls")),
    path("", include("usecases.deployments.urls")),
    path("", include("usecases.steering.urls")),
]
