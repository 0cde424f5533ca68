"""Addresses of gates."""

from django.urls import path

from usecases.lifecycle import views

BASE = "use-cases/<slug:slug>/gates/"

urlpatterns = [
    path(BASE, views.gates, name="gates"),
    path(BASE + "<str:stage>/", views.gate, name="gate"),
    path(BASE + "<str:stage>/attest/", views.gate_attest, name="gate_attest"),
    path(BASE + "<str:stage>/attestations/<uuid:uid>/withdraw/", views.gate_withdraw, name="gate_withdraw"),
    path(BASE + "<str:stage>/sign/", views.gate_sign, name="gate_sign"),
    path(BASE + "<str:stage>/pass/", views.gate_pass, name="gate_pass"),
    path("administration/criteria/", views.criteria, name="criteria"),
    path("administration/criteria/<str:stage>/publish/", views.criteria_publish, name="criteria_publish"),
]
