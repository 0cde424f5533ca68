"""Addresses of the API of talk."""

from django.urls import path

from portal.talk import api

ONE = "talk/<slug:type>/<uuid:uid>"

urlpatterns = [
    path(ONE + "/comments", api.Comments.as_view(), name="api_comments"),
    path(ONE + "/comments/<uuid:comment>", api.OneComment.as_view(), name="api_comment"),
    path(ONE + "/follow", api.FollowSubject.as_view(), name="api_follow"),
    path(ONE + "/activity", api.Activity.as_view(), name="api_activity"),
    path("following", api.Following.as_view(), name="api_following"),
    path("following/choices", api.FollowChoices.as_view(), name="api_following_choices"),
    path("following/activity", api.FollowedActivity.as_view(), name="api_following_activity"),
]
