"""Addresses of steering."""

from django.urls import path

from usecases.steering import views

urlpatterns = [
    path("steering/", views.steering, name="steering"),
    path("steering/stopped/", views.stopped, name="steering_stopped"),
    path("steering/decisions/", views.decisions, name="steering_decisions"),
    path("steering/curse/", views.curse, name="steering_curse"),
    path("use-cases/<slug:slug>/decide/", views.decide, name="steering_decide"),
    path("use-cases/<slug:slug>/lessons/new/", views.lesson_new, name="lesson_new"),
]
