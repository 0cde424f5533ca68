"""Addresses of the API of gates."""

from django.urls import path

from usecases.lifecycle import api

CASE = "use-cases/<slug:slug>/"
GATE = CASE + "gates/<slug:stage>"

urlpatterns = [
    path("criteria", api.Criteria.as_view(), name="api_criteria"),
    path(CASE + "gates", api.Gates.as_view(), name="api_gates"),
    path(CASE + "passages", api.Passages.as_view(), name="api_passages"),
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
