"""The kanban by mouse and by keyboard: a card opens its gate, and never moves without it."""

import pytest
from playwright.sync_api import expect

from usecases.catalog.models import Stage, UseCase

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]


def test_a_card_dragged_or_moved_by_its_key_opens_the_gate_and_stays(use_case, business, sits, live_server):
    UseCase.objects.filter(pk=use_case.pk).update(stage=Stage.POC)
    page = sits(business).page
    board, gates = f"{live_server.url}/portfolio/?view=kanban", f"{live_server.url}/use-cases/spring/gates/"
    card = page.locator("[data-stage=poc] .kan-card")

    page.goto(board)
    card.drag_to(page.locator("[data-stage=industrialisation]"), target_position={"x": 40, "y": 60})
    expect(page).to_have_url(f"{gates}industrialisation/")

    page.goto(board)
    card.drag_to(page.locator("[data-stage=exploration]"), target_position={"x": 40, "y": 60})
    expect(page).to_have_url(gates)

    page.goto(board)
    card.get_by_role("link", name="Spring e-mail campaign", exact=True).focus()
    page.keyboard.press("m")
    expect(page).to_have_url(f"{gates}industrialisation/")

    page.goto(board)
    expect(card).to_have_count(1)
    assert UseCase.objects.get(pk=use_case.pk).stage == Stage.POC
