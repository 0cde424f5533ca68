"""Addresses of talk."""

from django.urls import path

from portal.talk import views

ONE = "talk/<slug:type>/<uuid:uid>/"

urlpatterns = [
    path(ONE, views.talk, name="talk"),
    path(ONE + "write/", views.comment_write, name="comment_write"),
    path(ONE + "follow/", views.talk_follow, name="talk_follow"),
    path(ONE + "people/", views.talk_people, name="talk_people"),
    path(ONE + "activity/", views.talk_activity, name="talk_activity"),
    path(ONE + "<uuid:comment>/edit/", views.comment_edit, name="comment_edit"),
    path(ONE + "<uuid:comment>/remove/", views.comment_remove, name="comment_remove"),
    path("following/", views.following, name="following"),
]
