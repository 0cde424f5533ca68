"""Addresses of the API of gates."""

from django.urls import path

from usecases.lifecycle import api, road_api

CASE = "use-cases/<slug:slug>/"
GATE = CASE + "gates/<slug:stage>"

urlpatterns = [
    path("criteria", road_api.PublishedCriteria.as_view(), name="api_criteria"),
    path(CASE + "gates", api.Gates.as_view(), name="api_gates"),
    path(CASE + "passages", api.Passages.as_view(), name="api_passages"),
    path(CASE + "road", road_api.Road.as_view(), name="api_road"),
    path(CASE + "road/step-back", road_api.StepBack.as_view(), name="api_road_step_back"),
    path(CASE + "road/stop", road_api.Stop.as_view(), name="api_road_stop"),
    path(CASE + "road/resume", road_api.Resume.as_view(), name="api_road_resume"),
    path(CASE + "road/retire", road_api.Retire.as_view(), name="api_road_retire"),
    path(GATE + "/break-glass", road_api.Glass.as_view(), name="api_gate_glass"),
    path(GATE + "/break-glass/answer", road_api.Answer.as_view(), name="api_gate_answer"),
    path(GATE, api.OneGate.as_view(), name="api_gate"),
    path(GATE + "/sign", api.SignGate.as_view(), name="api_gate_sign"),
    path(GATE + "/pass", api.PassGate.as_view(), name="api_gate_pass"),
    path(GATE + "/attestations", api.Attestations.as_view(), name="api_attestations"),
    path(
        GATE + "/attestations/<uuid:uid>/withdraw",
        api.WithdrawAttestation.as_view(),
        name="api_attestation_withdraw",
    ),
]
