"""Addresses of reviews."""

from django.urls import path

from usecases.reviews import views

ONE = "reviews/<uuid:uid>/"

urlpatterns = [
    path("reviews/", views.reviews, name="reviews"),
    path("reviews/new/", views.review_new, name="portfolio_review_new"),
    path("reviews/actions/", views.my_actions, name="my_actions"),
    path("reviews/actions/<uuid:uid>/finish/", views.action_finish, name="action_finish"),
    path("reviews/actions/<uuid:uid>/take-back/", views.action_take_back, name="action_take_back"),
    path(ONE, views.review, name="review"),
    path(ONE + "prepare/", views.review_prepare, name="review_prepare"),
    path(ONE + "decide/", views.review_decide, name="review_decide"),
    path(ONE + "agree/", views.review_agree, name="review_agree"),
    path(ONE + "attend/", views.review_attend, name="review_attend"),
    path(ONE + "close/", views.review_close, name="review_close"),
    path(ONE + "print/", views.review_print, name="review_print"),
    path(ONE + "documents/", views.review_documents, name="review_documents"),
    path(ONE + "pdf/<slug:language>/", views.review_pdf, name="review_pdf"),
    path("use-cases/<slug:slug>/reviews/", views.use_case_reviews, name="use_case_reviews"),
    path("use-cases/<slug:slug>/reviews/new/", views.review_new, name="review_new"),
]
