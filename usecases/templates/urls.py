"""Addresses of templates."""

from django.urls import path

from usecases.templates import views

urlpatterns = [
    path("templates/", views.templates, name="templates"),
    path("templates/<slug:code>/start/", views.template_start, name="template_start"),
    path("templates/<slug:code>/archive/", views.template_archive, name="template_archive"),
    path("use-cases/<slug:slug>/template/", views.template_make, name="template_make"),
    path("use-cases/<slug:slug>/start-from/", views.use_case_start_from, name="use_case_start_from"),
]
