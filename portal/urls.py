"""The one map of all addresses."""

from django.urls import include, path

urlpatterns = [
    path("", include("usecases.urls")),
    path("", include("monitoring.urls")),
    path("accounts/", include("portal.accounts.urls")),
    path("accounts/", include("portal.signin.urls")),
    path("", include("portal.teams.urls")),
    path("", include("portal.jobs.urls")),
    path("", include("portal.search.urls")),
    path("notifications/", include("portal.notifications.urls")),
    path("", include("portal.talk.urls")),
    path("journal/", include("portal.journal.urls")),
    path("", include("portal.ui.urls")),
    path("", include("portal.api.urls")),
    path("", include("portal.saved_views.urls")),
    path("api/v1/", include("portal.jobs.api_urls")),
    path("api/v1/", include("portal.notifications.api_urls")),
    path("api/v1/", include("portal.talk.api_urls")),
    path("api/v1/", include("portal.search.api_urls")),
    path("api/v1/", include("portal.journal.api_urls")),
    path("api/v1/", include("portal.saved_views.api_urls")),
    path("api/v1/", include("portal.signin.api_urls")),
    path("api/v1/", include("portal.accounts.api_urls")),
    path("api/v1/", include("portal.teams.api_urls")),
    path("api/v1/", include("usecases.api_urls")),
    path("api/v1/", include("monitoring.api_urls")),
    path("", include("portal.api.health_urls")),
]

handler500 = "portal.api.problems.crashed"
