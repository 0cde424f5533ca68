import pytest
from django.urls import reverse

from tests.factories import TeamFactory, UseCaseFactory
from usecases.runs.models import Experiment, ExternalIdentity, Mark, ModelVersion, Run, TrackingServer


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


def test_the_list_shows_only_visible_runs(sign_in, data, add_run):
    add_run("ours")
    add_run("theirs", use_case=UseCaseFactory(team=TeamFactory()))
    content = page(sign_in(data), "runs").content.decode()
    assert "ours" in content
    assert "theirs" not in content


def test_the_tab_shows_what_tells_runs_apart(sign_in, data, use_case, add_run):
    add_run("a", params={"depth": "3", "seed": "1"}, metrics={"auc": 0.71, "auc_low": 0.6, "auc_high": 0.8})
    add_run("b", params={"depth": "5", "seed": "1"}, metrics={"auc": 0.69})
    table = page(sign_in(data), "use_case_runs", use_case.slug).context["table"]
    keys = [column.key for column in table.columns]
    assert keys == ["run", "status", "m.auc", "p.depth", "started", "mlflow"]


@pytest.mark.parametrize(("sort", "first"), [("m.auc", "low"), ("-m.auc", "high"), ("run", "high")])
def test_runs_are_sorted_by_a_metric_or_a_name(sign_in, data, use_case, add_run, sort, first):
    add_run("high", metrics={"auc": 0.9})
    add_run("low", metrics={"auc": 0.1})
    add_run("none", metrics={"auc": None})
    found = page(sign_in(data), "use_case_runs", use_case.slug, sort=sort).context["table"].items
    assert found[0].name == first


def test_filters_narrow_and_nonsense_is_harmless(sign_in, data, use_case, add_run):
    add_run("one", Mark.BASELINE)
    add_run("two", status="FAILED")
    client = sign_in(data)
    assert [run.name for run in page(client, "runs", mark="baseline").context["table"].items] == ["one"]
    assert [run.name for run in page(client, "runs", q="TW", status="FAILED").context["table"].items] == ["two"]
    assert page(client, "runs", sort="x", mark="y", page="z", metric="'; drop").status_code == 200


@pytest.mark.parametrize("name", ["runs", "use_case_runs"])
def test_a_list_asks_as_many_questions_for_two_as_for_sixty(
    sign_in, data, use_case, add_run, django_assert_max_num_queries, name
):
    client, arguments = sign_in(data), [use_case.slug] if name == "use_case_runs" else []
    for number in range(60):
        add_run(f"run-{number}", params={"seed": str(number)}, metrics={"auc": number})
    page(client, name, *arguments)  # what stands at the head of every page is remembered from here on
    with django_assert_max_num_queries(27):
        page(client, name, *arguments)


def test_a_run_says_where_it_comes_from(sign_in, viewer, use_case, add_run, data):
    run = add_run("one", metrics={"auc": 0.5}, tags={"passerelle.data_sha256": "ab" * 32})
    ModelVersion.objects.create(
        use_case=use_case, server=run.server, run=run, name="uplift", version="4", seen_at=run.seen_at, aliases=["live"]
    )
    ExternalIdentity.objects.create(name="ana", user=data)
    content = page(sign_in(viewer), "run", use_case.slug, run.mlflow_id).content.decode()
    assert all(text in content for text in ("uplift 4", "live", "abababab", str(data), run.mlflow_url))


def test_a_data_scientist_marks_on_the_page(sign_in, data, use_case, add_run):
    run = add_run("one")
    answer = sign_in(data).post(reverse("run_mark", args=[use_case.slug, run.mlflow_id]), {"mark": "candidate"})
    assert answer.status_code == 302
    assert Run.objects.get().mark == Mark.CANDIDATE


def test_a_viewer_has_no_button_and_is_refused(sign_in, viewer, use_case, add_run):
    run = add_run("one")
    client = sign_in(viewer)
    assert "Mark as" not in page(client, "run", use_case.slug, run.mlflow_id).content.decode()
    url = reverse("run_mark", args=[use_case.slug, run.mlflow_id])
    assert client.post(url, {"mark": "candidate"}).status_code == 403


@pytest.mark.parametrize("name", ["use_case_runs", "runs_progress", "experiment_link"])
def test_a_stranger_sees_no_page(sign_in, stranger, use_case, name):
    assert page(sign_in(stranger), name, use_case.slug).status_code == 404


def test_an_experiment_is_linked_on_the_page(sign_in, data, use_case, server):
    client, url = sign_in(data), reverse("experiment_link", args=[use_case.slug])
    assert "Link and read" in client.get(url).content.decode()
    assert client.post(url, {"server": server.pk, "name": "uplift"}).status_code == 302
    assert Experiment.objects.get().name == "uplift"


def test_progress_asks_again_only_while_something_is_open(sign_in, data, use_case, add_run):
    add_run("one")
    client = sign_in(data)
    assert "hx-get" not in page(client, "runs_progress", use_case.slug).content.decode()
    client.post(reverse("runs_sync", args=[use_case.slug]))
    assert "hx-get" in page(client, "runs_progress", use_case.slug).content.decode()


def test_an_administrator_declares_a_server_on_the_page(sign_in, admin):
    client, url = sign_in(admin), reverse("servers")
    wrong = client.post(url, {"name": "Lab", "url": "ftp://x"})
    assert "Only http and https." in wrong.content.decode()
    assert client.post(url, {"name": "Lab", "url": "http://mlflow.example"}).status_code == 302
    assert TrackingServer.objects.get().name == "Lab"


def test_an_administrator_says_who_an_author_is(sign_in, admin, data, add_run):
    add_run("one", author="ana@lab")
    client, url = sign_in(admin), reverse("identities")
    assert "ana@lab" in client.get(url).content.decode()
    client.post(url, {"name": "ana@lab", "user": data.pk})
    assert ExternalIdentity.objects.get().user == data


@pytest.mark.parametrize("name", ["servers", "identities"])
def test_only_administrators_see_the_administration(sign_in, data, name):
    assert page(sign_in(data), name).status_code == 403
