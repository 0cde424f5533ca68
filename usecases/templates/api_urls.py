"""Addresses of the API of templates."""

from django.urls import path

from usecases.templates import api

urlpatterns = [
    path("templates", api.Templates.as_view(), name="api_templates"),
    path("templates/<slug:code>/start", api.StartFromTemplate.as_view(), name="api_template_start"),
    path("use-cases/<slug:slug>/template", api.MakeTemplate.as_view(), name="api_template_make"),
    path("use-cases/<slug:slug>/start-from", api.StartFromCase.as_view(), name="api_start_from"),
]
