"""Addresses of notifications."""

from django.urls import path

from portal.notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.notifications, name="list"),
    path("bell/", views.bell, name="bell"),
    path("read/", views.read, name="read"),
    path("choices/", views.choices, name="choices"),
    path("receivers/", views.receivers, name="receivers"),
    path("webhooks/new/", views.endpoint_new, name="endpoint_new"),
    path("webhooks/<uuid:uid>/", views.endpoint, name="endpoint"),
    path("webhooks/<uuid:uid>/edit/", views.endpoint_edit, name="endpoint_edit"),
    path("webhooks/<uuid:uid>/disable/", views.endpoint_disable, name="endpoint_disable"),
    path("webhooks/<uuid:uid>/rotate/", views.endpoint_rotate, name="endpoint_rotate"),
    path("webhooks/<uuid:uid>/test/", views.endpoint_test, name="endpoint_test"),
    path("webhooks/<uuid:uid>/replay/", views.endpoint_replay, name="endpoint_replay"),
    path("webhooks/<uuid:uid>/enable/", views.endpoint_enable, name="endpoint_enable"),
    path("webhooks/<uuid:uid>/remove/", views.endpoint_remove, name="endpoint_remove"),
    path("rooms/new/", views.room_new, name="room_new"),
    path("rooms/<uuid:uid>/edit/", views.room_edit, name="room_edit"),
    path("rooms/<uuid:uid>/test/", views.room_test, name="room_test"),
    path("rooms/<uuid:uid>/remove/", views.room_remove, name="room_remove"),
    path("<uuid:uid>/", views.go, name="go"),
]
