"""Addresses of saved views."""

from django.urls import path

from portal.saved_views import views

urlpatterns = [
    path("views/", views.index, name="saved_views"),
    path("views/new/", views.new, name="saved_view_new"),
    path("v/<slug:code>/", views.open_view, name="saved_view"),
    path("views/<slug:code>/edit/", views.edit, name="saved_view_edit"),
    path("views/<slug:code>/copy/", views.copy, name="saved_view_copy"),
    path("views/<slug:code>/delete/", views.delete, name="saved_view_delete"),
    path("views/<slug:code>/default/", views.default, name="saved_view_default"),
]
