"""Costs sent in a file or in a batch: errors by line, all or nothing, nothing twice."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed
from usecases.kpis.rows import parse_csv
from usecases.roi import actions, rows
from usecases.roi.models import Cost

FILE = """kind;period_start;period_end;person_days;amount;currency;note
ml;2026-01-01;2026-02-01;12,5;;;
integration;2026-01-01;;;4200,00;USD;Licences
"""
ADDRESS = "/use-cases/spring/roi/costs/upload/"


def send(client, text):
    return client.post(ADDRESS, {"file": SimpleUploadedFile("costs.csv", text.encode(), "text/csv")})


def test_a_file_is_kept_once_however_often_it_is_sent(use_case, data, sign_in):
    client = sign_in(data)
    assert send(client, FILE).status_code == 302
    told = Cost.objects.order_by("number").values_list(
        "number", "kind", "period_end", "person_days", "amount", "currency"
    )
    assert list(told) == [
        (1, "ml", date(2026, 2, 1), Decimal("12.50"), None, "EUR"),
        (2, "integration", date(2026, 2, 1), None, Decimal("4200.00"), "USD"),
    ]
    assert "Kept: 0 new, 2 there already." in client.get(send(client, FILE).headers["Location"]).text
    assert Cost.objects.count() == 2
    event = Event.objects.get(verb="costs.recorded")
    assert event.sentence == "2 costs were recorded (#1 to #2)."


def test_one_wrong_line_and_nothing_is_kept(use_case, data, sign_in):
    answer = send(
        sign_in(data), FILE + "play;2026-02-30;;1;2;euro;\nml;2026-01-01;2026-02-01;12.5;;;\nrun;2026-01-01;;;;;\n"
    )
    assert answer.status_code == 400
    found = {(one.line, one.field) for one in answer.context["refused"].problems}
    assert {(4, "period_start"), (5, "note"), (6, "person_days")} <= found
    assert "The same as line 2" in answer.text
    assert not Cost.objects.exists()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("kind,amount\nml,1\n", "period_start"),
        ("kind,period_start\nml,2026-01-01\n", "amount"),
        ("kind,period_start,amount,colour\nml,2026-01-01,1,red\n", "colour"),
    ],
)
def test_a_header_that_cannot_be_read(text, field):
    with pytest.raises(BadInput) as refused:
        parse_csv(text.encode(), rows.LAYOUT)
    assert field in {one.field for one in refused.value.problems}


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"kind": "fun"}, "kind"),
        ({"amount": "1e9"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"person_days": "3"}, "person_days"),
        ({"period_end": "2025-12-01"}, "period_end"),
        ({"period_start": "2999-01-01"}, "period_end"),
        ({"currency": "E1"}, "currency"),
        ({"note": "a\x00b"}, "note"),
    ],
)
def test_what_is_wrong_in_a_line_is_said_by_its_column(cells, field, use_case, data):
    with pytest.raises(BadInput) as refused:
        actions.record_costs(
            use_case, [{"kind": "ml", "period_start": "2026-01-01", "amount": "1", **cells}], by=data, lines=[7]
        )
    assert [(one.line, one.field) for one in refused.value.problems] == [(7, field)]


def test_a_cost_that_was_struck_out_may_be_sent_again(use_case, spend, data):
    cost = spend(amount=Decimal(1))
    row = {"kind": "ml", "period_start": "2026-01-01", "amount": "1"}
    assert actions.record_costs(use_case, [row], by=data) == actions.Recorded(0, 1)
    actions.strike_cost(cost, by=data, reason="Twice")
    assert actions.record_costs(use_case, [row], by=data) == actions.Recorded(1, 0)


def test_who_may_not(use_case, viewer, stranger, sign_in):
    with pytest.raises(NotAllowed):
        actions.record_costs(use_case, [{"kind": "ml", "period_start": "2026-01-01", "amount": "1"}], by=viewer)
    assert sign_in(viewer).get(ADDRESS).status_code == 403
    assert sign_in(stranger).get(ADDRESS).status_code == 404


def test_a_batch_on_the_api(use_case, data, call):
    row = {"kind": "ml", "period_start": "2026-01-01", "amount": 12.5}
    made = call(data, "post", "use-cases/spring/costs/batch", {"costs": [row]})
    assert (made.status_code, made.json()) == (201, {"recorded": 1, "unchanged": 0})
    wrong = call(data, "post", "use-cases/spring/costs/batch", {"costs": [row | {"kind": "fun"}]})
    assert (wrong.status_code, wrong.json()["errors"][0]["line"]) == (400, 1)
