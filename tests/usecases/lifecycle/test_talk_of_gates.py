"""A gate is spoken about, though it is no row."""

import pytest

from usecases.lifecycle.models import GateKey
from usecases.lifecycle.subjects import uid_of


@pytest.mark.parametrize("stage", list(GateKey))
def test_a_gate_is_commented_on(stage, use_case, data, stranger, sign_in):
    where = f"/talk/gate/{uid_of(use_case, stage)}/"
    assert sign_in(data).post(where + "write/", {"body": "What is missing?"}).status_code == 302
    page = sign_in(data).get(where).content.decode()
    assert "What is missing?" in page
    assert f"/use-cases/spring/gates/{stage.value}/" in page
    assert sign_in(stranger).get(where).status_code == 404
    assert "What is missing?" not in sign_in(data).get(f"/talk/use_case/{use_case.uid}/").content.decode()


def test_its_page_leads_there(use_case, data, sign_in):
    page = sign_in(data).get("/use-cases/spring/gates/poc/").content.decode()
    assert f"/talk/gate/{uid_of(use_case, GateKey.POC)}/" in page


def test_gates_have_uids_of_their_own(use_case):
    uids = {uid_of(use_case, stage) for stage in GateKey}
    assert len(uids | {use_case.uid}) == 5
    assert {uid.version for uid in uids} == {use_case.uid.version}
