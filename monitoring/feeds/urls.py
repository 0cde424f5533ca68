"""Addresses of feeds."""

from django.urls import path

from monitoring.feeds import views

urlpatterns = [
    path("use-cases/<slug:slug>/series/<uuid:uid>/feed/", views.feed, name="feed"),
    path("use-cases/<slug:slug>/series/<uuid:uid>/feed/stop/", views.feed_stop, name="feed_stop"),
]
