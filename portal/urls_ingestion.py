"""What the ingestion processes answer: points and their own health, nothing else."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("monitoring.series.api_urls")),
    path("", include("portal.api.health_urls")),
]

handler500 = "portal.api.problems.crashed"
