"""Addresses of the API of notifications, rooms and webhooks."""

from django.urls import path

from portal.notifications import api, receivers_api

WEBHOOK = "webhooks/<uuid:uid>"

urlpatterns = [
    path("notifications", api.Notifications.as_view(), name="api_notifications"),
    path("notifications/choices", api.Choices.as_view(), name="api_notification_choices"),
    path("notifications/read-all", api.ReadAll.as_view(), name="api_notifications_read"),
    path("notifications/<uuid:uid>", api.OneNotification.as_view(), name="api_notification"),
    path("notifications/<uuid:uid>/read", api.ReadNotification.as_view(), name="api_notification_read"),
    path("rooms", receivers_api.Rooms.as_view(), name="api_rooms"),
    path("rooms/<uuid:uid>", receivers_api.OneRoom.as_view(), name="api_room"),
    path("rooms/<uuid:uid>/test", receivers_api.TestRoom.as_view(), name="api_room_test"),
    path("webhooks", receivers_api.Webhooks.as_view(), name="api_webhooks"),
    path(WEBHOOK, receivers_api.OneWebhook.as_view(), name="api_webhook"),
    path(WEBHOOK + "/deliveries", receivers_api.Deliveries.as_view(), name="api_deliveries"),
    path(WEBHOOK + "/disable", receivers_api.DisableWebhook.as_view(), name="api_webhook_disable"),
    path(WEBHOOK + "/enable", receivers_api.EnableWebhook.as_view(), name="api_webhook_enable"),
    path(WEBHOOK + "/replay", receivers_api.ReplayWebhook.as_view(), name="api_webhook_replay"),
    path(WEBHOOK + "/rotate", receivers_api.RotateSecret.as_view(), name="api_webhook_rotate"),
    path(WEBHOOK + "/test", receivers_api.TestWebhook.as_view(), name="api_webhook_test"),
]
