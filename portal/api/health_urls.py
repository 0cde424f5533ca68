"""What every group of web processes answers about itself, and for an address of the API that does not exist."""

from django.urls import path, re_path

from portal.api import health, metrics, problems

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    # The last of the map: what no address of the API matched.
    re_path(r"^api/", problems.not_found, name="api_not_found"),
]
