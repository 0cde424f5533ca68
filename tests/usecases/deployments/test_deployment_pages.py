from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import SiteFactory
from usecases.deployments import actions
from usecases.deployments.models import Deployment, Environment, Release


def text(client, name, *args, **query) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_waits_comes_first_and_says_whom_it_waits_for(sign_in, it, request_it, in_place):
    content = text(sign_in(it), "deployments")
    assert "Nothing waits for you" in content
    request_it()
    content = text(sign_in(it), "deployments")
    assert "1 request waits for you" in content
    assert content.index("Waits for you") < content.index("The manual rule")


def test_the_list_is_filtered_and_nonsense_is_harmless(sign_in, it, request_it, in_place):
    request_it()
    client = sign_in(it)
    assert "manual rule" not in text(client, "deployments", status="requested")
    assert "Nothing matches" in text(client, "deployments", q="nowhere")
    assert text(client, "deployments", status="x", page="-3", environment="y")


def test_a_list_asks_as_many_questions_for_one_as_for_many(
    sign_in, it, use_case, environment, django_assert_max_num_queries
):
    use_case.sites.add(*(SiteFactory() for _ in range(30)))
    actions.declare_in_place(use_case, environment, use_case.sites.all(), "The manual rule", by=it)
    client = sign_in(it)
    with django_assert_max_num_queries(16):
        text(client, "deployments")
    with django_assert_max_num_queries(34):
        text(client, "use_case_deployments", use_case.slug)


def test_the_approval_page_says_what_changes_and_lets_it_decide(sign_in, it, use_case, in_place, request_it):
    deployment = request_it()
    content = text(sign_in(it), "deployment", use_case.slug, deployment.number)
    assert "Rural would leave the system in place (The manual rule) for release 2 (uplift 4)." in content
    assert "0.7000" in content
    assert "Never rehearsed here" in content
    assert all(f"/{verb}/" in content for verb in ("approve", "reject", "ask-changes"))


def test_who_asked_sees_why_not_and_who_can(sign_in, data, it, use_case, request_it):
    deployment = request_it()
    content = text(sign_in(data), "deployment", use_case.slug, deployment.number)
    assert "You asked for it, so you cannot approve it" in content
    assert str(it) in content
    assert "/approve/" not in content


@pytest.mark.parametrize(
    ("verb", "status"), [("approve", "approved"), ("reject", "rejected"), ("ask_changes", "changes_asked")]
)
def test_it_decides_on_the_page(sign_in, it, use_case, request_it, verb, status):
    deployment = request_it()
    url = reverse(f"deployment_{verb}", args=[use_case.slug, deployment.number])
    assert sign_in(it).post(url, {"comment": "Because"}).status_code == 302
    assert Deployment.objects.get().status == status


def test_a_refusal_has_its_status_and_its_sentence(sign_in, data, it, use_case, request_it):
    deployment = request_it()
    url = reverse("deployment_approve", args=[use_case.slug, deployment.number])
    assert sign_in(data).post(url).status_code == 403
    actions.reject(deployment, by=it, comment="No")
    answer = sign_in(it).post(url)
    assert answer.status_code == 409
    assert "Somebody else decided first" in answer.content.decode()


def test_withdrawn_rolled_back_and_run_again_on_the_page(sign_in, it, use_case, in_place, go_live, request_it):
    client, live = sign_in(it), go_live()
    waits = request_it(title="Next")
    client.post(reverse("deployment_withdraw", args=[use_case.slug, waits.number]))
    client.post(reverse("deployment_roll_back", args=[use_case.slug, live.number]), {"comment": "Opt-outs"})
    back = Deployment.objects.get(kind="roll_back")
    Deployment.objects.filter(pk=back.pk).update(status="failed", failure_code="deployments.alias_differs")
    client.post(reverse("deployment_retry", args=[use_case.slug, back.number]))
    found = dict(Deployment.objects.values_list("number", "status"))
    assert (found[waits.number], found[back.number]) == ("withdrawn", "approved")


def test_progress_asks_again_only_while_the_machine_works(sign_in, it, use_case, request_it, executor, carry_out):
    deployment = request_it()
    client, arguments = sign_in(it), (use_case.slug, deployment.number)
    actions.approve(deployment, by=it)
    assert "hx-get" in text(client, "deployment_progress", *arguments)
    carry_out(deployment)
    assert "hx-get" not in text(client, "deployment_progress", *arguments)


def test_a_release_is_prepared_and_watched_on_the_page(sign_in, data, use_case, version):
    client = sign_in(data)
    form = {"model_version": version.pk, "title": "One", "configuration": '{"threshold": 0.5}'}
    asked = text(client, "release_new", use_case.slug)
    assert "Prepare" in asked
    assert "null" not in asked.partition("<form")[2].partition("Configuration")[2]
    assert client.post(reverse("release_new", args=[use_case.slug]), form).status_code == 302
    assert "hx-get" in text(client, "release", use_case.slug, Release.objects.get().number)
    assert "hx-get" in text(client, "release_progress", use_case.slug, 1)


@pytest.mark.parametrize("configuration", ["[1]", "{", '{"a": "\\u0000"}'])
def test_a_configuration_that_cannot_be_kept_is_said(sign_in, data, use_case, version, configuration):
    form = {"model_version": version.pk, "title": "One", "configuration": configuration}
    assert sign_in(data).post(reverse("release_new", args=[use_case.slug]), form).status_code == 200
    assert not Release.objects.exists()


def test_the_system_in_place_is_declared_on_the_page(sign_in, it, use_case, environment, site):
    client, url = sign_in(it), reverse("release_in_place", args=[use_case.slug])
    assert "Declare" in client.get(url).content.decode()
    client.post(url, {"title": "Rule", "environment": environment.pk, "sites": [site.pk]})
    assert "Rule" in text(client, "release", use_case.slug, 1)


def test_a_deployment_is_requested_on_the_page(sign_in, data, use_case, environment, site, seal):
    release, client = seal(), sign_in(data)
    assert "Ask IT" in text(client, "deployment_new", use_case.slug, release="1")
    form = {"release": release.pk, "environment": environment.pk, "site": site.pk, "reason": "Better"}
    assert client.post(reverse("deployment_new", args=[use_case.slug]), form).status_code == 302
    assert Deployment.objects.get().reason == "Better"


def test_what_ran_here_says_who_approved(sign_in, viewer, it, use_case, site, in_place, go_live):
    go_live()
    client = sign_in(viewer)
    now = timezone.localtime(timezone.now() + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
    content = text(client, "ran_here", use_case.slug, site=site.pk, at=now)
    assert f"Approved by {it}." in content
    assert "Nothing is known" in text(client, "ran_here", use_case.slug, site=site.pk, at="2020-01-01T00:00")


def test_an_administrator_creates_an_environment_on_the_page(sign_in, admin, data):
    url = reverse("environments")
    assert sign_in(data).get(url).status_code == 403
    sign_in(admin).post(url, {"name": "Integration", "slug": "integration"})
    assert Environment.objects.get().slug == "integration"


@pytest.mark.parametrize(
    "name", ["use_case_deployments", "deployment_new", "release_new", "release_in_place", "ran_here"]
)
def test_a_stranger_sees_no_page(sign_in, stranger, use_case, name):
    assert sign_in(stranger).get(reverse(name, args=[use_case.slug])).status_code == 404


def test_a_stranger_sees_no_deployment(sign_in, stranger, use_case, in_place):
    client = sign_in(stranger)
    for name in ("deployment", "release", "deployment_progress", "release_progress"):
        assert client.get(reverse(name, args=[use_case.slug, 1])).status_code == 404
    assert client.post(reverse("deployment_withdraw", args=[use_case.slug, 1])).status_code == 404


def test_a_viewer_sees_but_has_no_form(sign_in, viewer, use_case, in_place):
    client = sign_in(viewer)
    assert "The manual rule" in text(client, "use_case_deployments", use_case.slug)
    assert client.get(reverse("deployment_new", args=[use_case.slug])).status_code == 403


def test_what_went_live_within_the_minute_that_is_asked_for_ran_then(
    sign_in, viewer, use_case, site, in_place, go_live
):
    live = go_live()
    minute = timezone.localtime(live.live_from).strftime("%Y-%m-%dT%H:%M")
    content = text(sign_in(viewer), "ran_here", use_case.slug, site=site.pk, at=minute)
    assert live.release.title in content
