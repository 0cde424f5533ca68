"""Addresses of the API of reviews and their actions."""

from django.urls import path

from usecases.reviews import api

ONE = "reviews/<uuid:uid>"

urlpatterns = [
    path("reviews", api.Reviews.as_view(), name="api_reviews"),
    path("use-cases/<slug:slug>/reviews", api.UseCaseReviews.as_view(), name="api_use_case_reviews"),
    path(ONE, api.OneReview.as_view(), name="api_review"),
    path(ONE + "/prepare", api.PrepareReview.as_view(), name="api_review_prepare"),
    path(ONE + "/decide", api.DecideInReview.as_view(), name="api_review_decide"),
    path(ONE + "/agree", api.AgreeInReview.as_view(), name="api_review_agree"),
    path(ONE + "/attend", api.AttendReview.as_view(), name="api_review_attend"),
    path(ONE + "/close", api.CloseReview.as_view(), name="api_review_close"),
    path("actions", api.ReviewActions.as_view(), name="api_actions"),
    path("actions/<uuid:uid>/finish", api.FinishAction.as_view(), name="api_action_finish"),
    path("actions/<uuid:uid>/take-back", api.TakeBackAction.as_view(), name="api_action_take_back"),
]
