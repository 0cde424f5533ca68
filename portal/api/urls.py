"""The contract, the page that shows it, and the addresses that belong to no feature."""

from django.urls import path

from portal.api import me, views

urlpatterns = [
    path("api/", views.contract_page, name="contract"),
    path("api/v1/openapi.yaml", views.openapi_yaml, name="openapi_yaml"),
    path("api/v1/openapi.json", views.openapi_json, name="openapi_json"),
    path("api/v1/me", me.Me.as_view(), name="api_me"),
]
