import pytest

from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle import actions
from usecases.lifecycle.models import Attestation, CriteriaSet, SignOff

GATES = "/use-cases/spring/gates/"
SAID = "Claire Morel, 28 April, with the sponsor."


@pytest.mark.parametrize("address", ["", "poc/", "industrialisation/", "production/", "beyond/"])
def test_the_team_reads_and_a_stranger_gets_404(in_poc, viewer, stranger, sign_in, address):
    assert sign_in(viewer).get(GATES + address).status_code == 200
    assert sign_in(stranger).get(GATES + address).status_code == 404


@pytest.mark.parametrize("stage", ["exploration", "retired", "stopped", "nowhere"])
def test_only_gates_have_a_page(use_case, business, sign_in, stage):
    assert sign_in(business).get(f"{GATES}{stage}/").status_code == 404


@pytest.mark.parametrize("action", ["attest", "sign", "pass"])
def test_a_stranger_may_not_post(in_poc, stranger, sign_in, action):
    assert sign_in(stranger).post(f"{GATES}industrialisation/{action}/", {"role": "data"}).status_code == 404


def test_what_is_missing_is_shown_with_who_can_do_it(in_poc, it, business, sign_in):
    page = sign_in(business).get(GATES + "industrialisation/").text
    assert "Missing before it opens: 3 criteria and 3 signatures." in page
    assert f"IT: {it}" in page
    assert "disabled" in page


def test_a_criterion_is_attested_from_the_page(use_case, business, sign_in):
    browser = sign_in(business)
    sent = {"code": "lifecycle.business_case", "statement": SAID}
    assert browser.post(GATES + "production/attest/", sent).status_code == 302
    assert SAID in browser.get(GATES + "production/").text


def test_a_short_statement_is_said_beside_its_field(use_case, business, sign_in):
    sent = {"code": "lifecycle.business_case", "statement": "yes"}
    answer = sign_in(business).post(GATES + "production/attest/", sent)
    assert (answer.status_code, "ten characters" in answer.text) == (400, True)


def test_a_viewer_may_not_attest(use_case, viewer, sign_in):
    sent = {"code": "lifecycle.business_case", "statement": SAID}
    assert sign_in(viewer).post(GATES + "production/attest/", sent).status_code == 403
    assert not Attestation.objects.exists()


def test_an_attestation_is_withdrawn_from_the_page(use_case, business, stranger, sign_in):
    said = actions.attest(use_case, Stage.PRODUCTION, "lifecycle.business_case", SAID, by=business)
    address = f"{GATES}production/attestations/{said.uid}/withdraw/"
    assert sign_in(stranger).post(address).status_code == 404
    assert sign_in(business).post(address).status_code == 302
    said.refresh_from_db()
    assert said.withdrawn_at


def test_a_gate_is_signed_from_the_page(in_poc, data, viewer, sign_in):
    address = GATES + "industrialisation/sign/"
    assert sign_in(viewer).post(address, {"role": "data"}).status_code == 403
    assert sign_in(data).post(address, {"role": "nobody"}).status_code == 400
    assert sign_in(data).post(address, {"role": "data", "comment": "Simple model."}).status_code == 302
    assert SignOff.objects.get().comment == "Simple model."
    assert "3 criteria were not met then" in sign_in(viewer).get(GATES + "industrialisation/").text


def test_a_gate_is_passed_from_the_page(use_case, business, viewer, sign_in):
    assert sign_in(viewer).post(GATES + "poc/pass/").status_code == 403
    assert sign_in(business).post(GATES + "poc/pass/", {"reason": "Let us try."}).status_code == 302
    assert UseCase.objects.get().stage == "poc"
    page = sign_in(viewer).get(GATES + "poc/").text
    assert "This gate is behind us." in page
    assert "Let us try." in page


def test_a_shut_gate_answers_409(in_poc, business, sign_in):
    assert sign_in(business).post(GATES + "industrialisation/pass/").status_code == 409


def test_anybody_reads_the_criteria_and_administrators_change_them(admin, business, sign_in):
    assert "New version" not in sign_in(business).get("/administration/criteria/").text
    assert "New version" in sign_in(admin).get("/administration/criteria/").text


def test_the_criteria_say_who_finds_them(business, sign_in):
    sections = sign_in(business).get("/administration/criteria/").context["sections"]
    computed = {one["asked"].code: one["computed"] for section in sections for one in section["asked"]}
    assert (computed["kpis.validated"], computed["lifecycle.business_case"]) == (True, False)


EDIT = "/administration/criteria/production/"


def filled(rows, **more):
    """The form as a browser sends it."""
    told = {"asked-TOTAL_FORMS": len(rows), "asked-INITIAL_FORMS": len(rows), "seen": 2, "signed_by": ["it"], **more}
    return told | {f"asked-{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}


def test_a_version_is_previewed_in_both_languages_then_published(admin, business, in_poc, sign_in):
    own = {
        "code": "own.legal",
        "mode": "block",
        "role": "it",
        "title_en": "Legal read it",
        "title_fr": "Lu par le droit",
    }
    rows = [{"code": "kpis.validated", "mode": "warn", "position": 2}, {**own, "position": 1}]
    assert sign_in(business).get(EDIT).status_code == 403
    assert "own.something" in sign_in(admin).get(EDIT).text
    page = sign_in(admin).post(EDIT, filled(rows, preview="1"))
    assert (page.status_code, "Lu par le droit" in page.text, "As it will read" in page.text) == (200, True, True)
    assert CriteriaSet.objects.get(gate="production", is_current=True).version == 2
    assert sign_in(admin).post(EDIT, filled(rows, publish="1")).status_code == 302
    made = CriteriaSet.objects.get(gate="production", is_current=True)
    assert [(one.code, one.mode) for one in made.settings.all()] == [("own.legal", "block"), ("kpis.validated", "warn")]
    assert made.signed_by == ["it"]


def test_what_cannot_be_published_is_said(admin, business, sign_in):
    wrong = filled([{"code": "own.legal", "mode": "block", "title_en": "Legal"}], publish="1")
    answer = sign_in(admin).post(EDIT, wrong)
    assert (answer.status_code, "in English and in French" in answer.text) == (400, True)
    assert sign_in(admin).post(EDIT, {**wrong, "seen": "x"}).status_code == 400
    assert sign_in(business).post(EDIT, wrong).status_code == 403
    assert sign_in(admin).get("/administration/criteria/nowhere/").status_code == 404
