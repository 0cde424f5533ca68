"""Addresses of the shell."""

from django.urls import path

from portal.ui import views

urlpatterns = [
    path("status/banner/", views.status_banner, name="status_banner"),
    path("language/", views.set_language, name="set_language"),
]
