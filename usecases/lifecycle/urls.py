"""Addresses of gates."""

from django.urls import path

from usecases.lifecycle import editor, views

BASE = "use-cases/<slug:slug>/gates/"
ROAD = "use-cases/<slug:slug>/road/"

urlpatterns = [
    path(BASE, views.gates, name="gates"),
    path(BASE + "<str:stage>/", views.gate, name="gate"),
    path(BASE + "<str:stage>/attest/", views.gate_attest, name="gate_attest"),
    path(BASE + "<str:stage>/attestations/<uuid:uid>/withdraw/", views.gate_withdraw, name="gate_withdraw"),
    path(BASE + "<str:stage>/sign/", views.gate_sign, name="gate_sign"),
    path(BASE + "<str:stage>/pass/", views.gate_pass, name="gate_pass"),
    path(BASE + "<str:stage>/break-glass/", views.gate_break, name="gate_break"),
    path(BASE + "<str:stage>/answer/", views.gate_answer, name="gate_answer"),
    path(ROAD + "step-back/", views.stage_step_back, name="stage_step_back"),
    path(ROAD + "stop/", views.stage_stop, name="stage_stop"),
    path(ROAD + "resume/", views.stage_resume, name="stage_resume"),
    path(ROAD + "retire/", views.stage_retire, name="stage_retire"),
    path("administration/criteria/", editor.criteria, name="criteria"),
    path("administration/criteria/<str:stage>/", editor.criteria_edit, name="criteria_edit"),
]
