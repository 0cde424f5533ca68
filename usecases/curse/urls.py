"""Addresses of stage limits."""

from django.urls import path

from usecases.curse import views

urlpatterns = [path("administration/stage-limits/", views.stage_limits, name="stage_limits")]
