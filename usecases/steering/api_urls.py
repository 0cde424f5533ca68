"""Addresses of the API of steering."""

from django.urls import path

from usecases.steering import api

urlpatterns = [
    path("steering", api.Steering.as_view(), name="api_steering"),
    path("steering/use-cases", api.Steered.as_view(), name="api_steered"),
    path("steering/stops", api.Stops.as_view(), name="api_stops"),
    path("steering/decisions", api.Decisions.as_view(), name="api_steering_decisions"),
    path(
        "use-cases/<slug:slug>/steering-decisions", api.DecisionsOfUseCase.as_view(), name="api_steering_decisions_of"
    ),
    path("use-cases/<slug:slug>/lessons", api.Lessons.as_view(), name="api_lessons"),
]
