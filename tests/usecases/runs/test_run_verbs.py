import pytest

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.jobs.models import Job
from usecases.runs import actions
from usecases.runs.models import Mark, Run


def test_an_administrator_declares_a_server_and_it_is_read_at_once(admin):
    server = actions.declare_server("Lab", "http://mlflow.example:5000/", by=admin)
    assert server.url == "http://mlflow.example:5000"
    assert Job.objects.get(kind="runs.sync").arguments == {"server_id": server.pk}
    assert Event.objects.get().sentence == "declared the tracking server Lab (mlflow.example:5000)"


def test_a_data_scientist_may_not_declare_a_server(data):
    with pytest.raises(NotAllowed):
        actions.declare_server("Lab", "http://mlflow.example", by=data)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://mlflow.example",
        "file:///etc/passwd",
        "http://user:secret@mlflow.example",
        "http://mlflow.example/#here",
        "http://mlflow.example/?a=b",
        "http://",
        "http://mlflow.example:port",
        "http://mlflow.example/ x",
        "http://mlflow.example\\@other",
        "//mlflow.example",
    ],
)
def test_only_plain_web_addresses_are_declared(admin, url):
    with pytest.raises(BadInput) as refusal:
        actions.declare_server("Lab", url, by=admin)
    assert refusal.value.problems[0].field == "url"


def test_a_server_is_declared_once(admin, server):
    with pytest.raises(Refused, match="declared already"):
        actions.declare_server("Other", server.url, by=admin)


def test_linking_an_experiment_asks_for_its_runs(use_case, server, data):
    experiment = actions.link_experiment(use_case, server, "uplift", by=data)
    assert experiment.use_case == use_case
    assert Job.objects.get().key == str(server.pk)


def test_business_may_not_link_an_experiment(use_case, server, business):
    with pytest.raises(NotAllowed):
        actions.link_experiment(use_case, server, "uplift", by=business)


def test_an_experiment_is_linked_once(use_case, server, data):
    actions.link_experiment(use_case, server, "uplift", by=data)
    with pytest.raises(Refused, match="linked already"):
        actions.link_experiment(use_case, server, "uplift", by=data)


def test_asking_to_read_again_reads_everything(use_case, add_run, data):
    add_run("first")
    (job,) = actions.request_sync(use_case, by=data)
    assert job.arguments["everything"] is True


def test_a_viewer_may_not_ask_to_read_again(use_case, add_run, viewer):
    add_run("first")
    with pytest.raises(NotAllowed):
        actions.request_sync(use_case, by=viewer)


def test_without_a_server_reading_again_says_who_can_declare_one(use_case, data):
    with pytest.raises(Refused, match="administrator"):
        actions.request_sync(use_case, by=data)


def test_a_new_candidate_takes_the_mark_from_the_former(add_run, data):
    former, new = add_run("former", Mark.CANDIDATE), add_run("new")
    actions.mark(new, Mark.CANDIDATE, by=data)
    former.refresh_from_db()
    assert (former.mark, new.mark) == (Mark.NONE, Mark.CANDIDATE)
    assert Event.objects.get().sentence == "marked new as the candidate (before: former)"


def test_a_mark_is_taken_off(add_run, data):
    run = add_run("one", Mark.BASELINE)
    actions.mark(run, Mark.NONE, by=data)
    assert Run.objects.get().mark == Mark.NONE


def test_it_may_not_mark(add_run, it):
    with pytest.raises(NotAllowed):
        actions.mark(add_run("one"), Mark.CANDIDATE, by=it)


def test_a_mark_on_a_stale_page_is_told(add_run, data):
    run = add_run("one")
    stale = Run.objects.select_related("use_case__team").get()
    actions.mark(run, Mark.BASELINE, by=data)
    with pytest.raises(Refused, match="meanwhile"):
        actions.mark(stale, Mark.CANDIDATE, by=data)


def test_an_identity_is_mapped_and_mapped_again(admin, data, it):
    actions.map_identity("ana@lab", data, by=admin)
    assert actions.map_identity("ana@lab", it, by=admin).user == it


def test_a_data_scientist_may_not_say_who_somebody_is(data):
    with pytest.raises(NotAllowed):
        actions.map_identity("ana@lab", data, by=data)
