"""Addresses of the API of iterations."""

from django.urls import path

from usecases.iterations import api

LIST = "use-cases/<slug:slug>/iterations"
ONE = LIST + "/<int:number>"

urlpatterns = [
    path(LIST, api.Iterations.as_view(), name="api_iterations"),
    path(ONE, api.OneIteration.as_view(), name="api_iteration"),
    path(ONE + "/conditions", api.Conditions.as_view(), name="api_iteration_conditions"),
    path(ONE + "/agree", api.AgreeAgain.as_view(), name="api_iteration_agree"),
    path(ONE + "/conclude", api.Conclude.as_view(), name="api_iteration_conclude"),
    path(ONE + "/take-back", api.TakeBack.as_view(), name="api_iteration_take_back"),
    path(ONE + "/sign", api.Sign.as_view(), name="api_iteration_sign"),
]
