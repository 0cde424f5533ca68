"""Every address of the portal, walked by nobody, by a stranger and by a member. An address that is not here fails."""

import uuid
from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from monitoring.checks.models import Check
from monitoring.incidents.models import Incident
from monitoring.series.models import Series
from portal.audit.record import record
from portal.jobs import queue
from portal.notifications.models import ChatRoom, Endpoint, Message, Notification
from portal.people import actions as people
from portal.people.models import Membership, Scope
from portal.saved_views.actions import save_view
from portal.talk.models import Comment
from usecases.deployments.models import Deployment, Environment, Release, Target
from usecases.kpis.models import KPI, Measurement
from usecases.lifecycle.models import Attestation
from usecases.runs.models import Run, TrackingServer

# Answered to anybody, and why.
PUBLIC = {
    "accounts:sign_in": "the way in",
    "account_login": "the same",
    "mfa_authenticate": "its second step: holds what the first one left in the session",
    "openid_connect_login": "goes to a provider, 404 unless configured",
    "openid_connect_callback": "comes back from one",
    "accounts:demo_sign_in": "the way in of the demo, 404 otherwise",
    "accounts:welcome": "holds a secret of its own, refuses without it",
    "status_banner": "says only whether the portal is starting",
    "set_language": "keeps a choice in the session",
    "healthz": "asked by the supervisor",
    "readyz": "asked by a balancer",
    "metrics": "asked by Prometheus on this machine, or with its token; counts by view and kind, no name",
    "api_not_found": "says that there is nothing",
    "openapi_yaml": "the contract, as everybody can read it in the source",
    "openapi_json": "the contract, as everybody can read it in the source",
}
# Any signed-in person may ask; what they see is theirs.
ANYBODY = {
    "home",
    "portfolio",
    "use_case_new",
    "sites",
    "site_new",
    "criteria",
    "criteria_publish",
    "runs",
    "servers",
    "identities",
    "deployments",
    "environments",
    "monitoring",
    "jobs",
    "contract",
    "search",
    "saved_views",
    "saved_view_new",
    "following",
    "accounts:switch",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "second_factor",
    "second_factor_set_up",
    "second_factor_codes",
    "second_factor_remove",
    "sessions",
    "sessions_end_others",
    "session_end",
    "sign_in_rules",
    "sign_in_unlock",
    "group_rule_new",
    "group_rule_remove",
    "organisation_journal",
    "exceptions",
    "seals",
    "seals_verify",
    "accounts:sign_out",
    "accounts:password",
    "accounts:rights",
    "accounts:tokens",
    "accounts:token_new",
    "accounts:administration",
    "accounts:person_new",
    "accounts:team_new",
    "notifications:list",
    "notifications:bell",
    "notifications:read",
    "notifications:choices",
    "notifications:receivers",
    "notifications:endpoint_new",
    "notifications:room_new",
}
# Administrators only: 403 to others, who may know that people exist.
ADMINISTRATION = {
    "accounts:person",
    "accounts:person_invite",
    "accounts:person_deactivate",
    "accounts:person_reactivate",
    "accounts:role_grant",
    "accounts:role_revoke",
    "second_factor_reset",
}
API_OF_ANYBODY = {"api_me", "api_jobs"}
API = {"api_measurements", "api_points", "api_series"}
API_OF_JOB = {"api_job", "api_job_retry", "api_job_cancel"}
# Use case, team or token: 404 to strangers. Name → what else its address holds.
USE_CASE: dict[str, dict[str, str]] = {
    "use_case_edit": {},
    "use_case_sites": {},
    "use_case_site_leave": {"site": "site.slug"},
    "team": {"slug": "team.slug"},
    "team_member_remove": {"slug": "team.slug", "membership": "membership.pk"},
    "talk": {"slug": "", "type": "subject", "uid": "use_case.uid"},
    "comment_write": {"slug": "", "type": "subject", "uid": "use_case.uid"},
    "comment_edit": {"slug": "", "type": "subject", "uid": "use_case.uid", "comment": "comment.uid"},
    "comment_remove": {"slug": "", "type": "subject", "uid": "use_case.uid", "comment": "comment.uid"},
    "talk_follow": {"slug": "", "type": "subject", "uid": "use_case.uid"},
    "talk_people": {"slug": "", "type": "subject", "uid": "use_case.uid"},
    "talk_activity": {"slug": "", "type": "subject", "uid": "use_case.uid"},
    "journal": {},
    "journal_csv": {},
    "overview": {},
    "kpis": {},
    "kpi_new": {},
    "kpi": {"number": "kpi.number"},
    "kpi_edit": {"number": "kpi.number"},
    "kpi_headline": {"number": "kpi.number"},
    "measurements_csv": {"number": "kpi.number"},
    "measurement_new": {"number": "kpi.number"},
    "measurements_upload": {"number": "kpi.number"},
    "measurements_validate_all": {"number": "kpi.number"},
    "measurement_validate": {"number": "kpi.number", "uid": "measurement.uid"},
    "gates": {},
    "gate": {"stage": "stage"},
    "gate_attest": {"stage": "stage"},
    "gate_withdraw": {"stage": "stage", "uid": "attestation.uid"},
    "gate_sign": {"stage": "stage"},
    "gate_pass": {"stage": "stage"},
    "use_case_runs": {},
    "runs_progress": {},
    "runs_sync": {},
    "experiment_link": {},
    "run": {"mlflow_id": "run.mlflow_id"},
    "run_mark": {"mlflow_id": "run.mlflow_id"},
    "use_case_deployments": {},
    "deployment_new": {},
    "deployment": {"number": "deployment.number"},
    "deployment_progress": {"number": "deployment.number"},
    "deployment_approve": {"number": "deployment.number"},
    "deployment_ask_changes": {"number": "deployment.number"},
    "deployment_reject": {"number": "deployment.number"},
    "deployment_withdraw": {"number": "deployment.number"},
    "deployment_roll_back": {"number": "deployment.number"},
    "deployment_retry": {"number": "deployment.number"},
    "release_new": {},
    "release_in_place": {},
    "release": {"number": "release.number"},
    "release_progress": {"number": "release.number"},
    "ran_here": {},
    "use_case_monitoring": {},
    "series": {"uid": "series.uid"},
    "points_upload": {},
    "series_csv": {"uid": "series.uid"},
    "check_new": {},
    "check": {"number": "check.number"},
    "check_switch": {"number": "check.number"},
    "incident": {"number": "incident.number"},
    "incident_acknowledge": {"number": "incident.number"},
    "incident_resolve": {"number": "incident.number"},
    "job": {"uid": "job.uid", "slug": ""},
    "job_progress": {"uid": "job.uid", "slug": ""},
    "job_retry": {"uid": "job.uid", "slug": ""},
    "job_cancel": {"uid": "job.uid", "slug": ""},
    "saved_view": {"code": "view.code", "slug": ""},
    "saved_view_edit": {"code": "view.code", "slug": ""},
    "saved_view_copy": {"code": "view.code", "slug": ""},
    "saved_view_delete": {"code": "view.code", "slug": ""},
    "saved_view_default": {"code": "view.code", "slug": ""},
    "accounts:token_revoke": {"uid": "token.uid", "slug": ""},
    "notifications:go": {"uid": "notification.uid", "slug": ""},
    "notifications:endpoint": {"uid": "endpoint.uid", "slug": ""},
    "notifications:endpoint_rotate": {"uid": "endpoint.uid", "slug": ""},
    "notifications:endpoint_test": {"uid": "endpoint.uid", "slug": ""},
    "notifications:endpoint_replay": {"uid": "endpoint.uid", "slug": ""},
    "notifications:endpoint_enable": {"uid": "endpoint.uid", "slug": ""},
    "notifications:endpoint_remove": {"uid": "endpoint.uid", "slug": ""},
    "notifications:room_remove": {"uid": "room.uid", "slug": ""},
    "event": {"uid": "event.uid", "slug": ""},
}


def _names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"


def test_every_address_is_walked_here():
    named = list(_names(get_resolver("portal.urls")))
    assert len(named) == len(set(named)) > 60
    assert set(named) == set(PUBLIC) | ANYBODY | ADMINISTRATION | API | API_OF_ANYBODY | API_OF_JOB | set(USE_CASE)


@pytest.fixture
def world(use_case, site, team, business, data, it) -> dict[str, object]:
    """One of everything, on the use case of the cast."""
    now = timezone.now()
    kpi = KPI.objects.create(use_case=use_case, number=1, name="Visits", unit="%", owner=business, is_headline=True)
    measurement = Measurement.objects.create(
        kpi=kpi,
        period_start=date(2026, 3, 2),
        period_end=date(2026, 3, 9),
        value=1,
        source="typed",
        recorded_by=data,
    )
    server = TrackingServer.objects.create(name="MLflow", url="http://127.0.0.1:5000")
    run = Run.objects.create(
        use_case=use_case,
        server=server,
        mlflow_id="ab" * 16,
        experiment_id="1",
        name="first",
        status="FINISHED",
        seen_at=now,
    )
    environment = Environment.objects.create(name="Production", slug="production", is_production=True)
    target = Target.objects.create(use_case=use_case, environment=environment, site=site)
    release = Release.objects.create(
        use_case=use_case, number=1, kind="in_place", title="Manual", status="ready", digest="a" * 64, created_by=it
    )
    deployment = Deployment.objects.create(
        use_case=use_case,
        number=1,
        target=target,
        release=release,
        status_since=now,
        requested_by=data,
        digest=release.digest,
    )
    series = Series.objects.create(use_case=use_case, kind="business", name="Visits")
    check = Check.objects.create(
        use_case=use_case, number=1, name="Low", series=series, comparator="below", bound=1, created_by=data
    )
    incident = Incident.objects.create(
        use_case=use_case, number=1, check_that_failed=check, severity="warning", began_at=now, value=0.5
    )
    attestation = Attestation.objects.create(
        use_case=use_case, gate="production", code="lifecycle.business_case", statement="Read.", by=business
    )
    view = save_view(by=data, name="Mine", path="/portfolio/", list_key="portfolio", list_title="Portfolio", query="")
    token, _secret = people.create_token(by=data, name="Night job", scopes=[Scope.POINTS], days=30)
    job = queue.enqueue("checks.evaluate", "1", about=queue.About("Spring", team, use_case.slug))
    message = Message.objects.create(kind="notice.test", url="/")
    endpoint = Endpoint.objects.create(
        team=team, url="https://hooks.example.org/spring", secret="whsec_c2VjcmV0", created_by=it
    )
    return {
        "notification": Notification.objects.create(message=message, person=data),
        "endpoint": endpoint,
        "room": ChatRoom.objects.create(team=team, name="Spring room", address="slack://a/b/c", created_by=it),
        "job": job,
        "use_case": use_case,
        "site": site,
        "team": team,
        "membership": Membership.objects.get(user=data),
        "kpi": kpi,
        "measurement": measurement,
        "run": run,
        "release": release,
        "deployment": deployment,
        "series": series,
        "check": check,
        "incident": incident,
        "attestation": attestation,
        "token": token,
        "event": record("usecase.edited", use_case, by=data, team=team, use_case="spring", fields="name"),
        "view": view,
        "stage": "poc",
        "subject": "use_case",
        "comment": Comment.objects.create(
            subject_type="use_case",
            subject_uid=use_case.uid,
            subject_title=use_case.name,
            use_case=use_case.slug,
            team=team,
            author=data,
            body="Read.",
        ),
    }


def _address(name: str, world: dict[str, object]) -> str:
    parts = {"slug": "use_case.slug"} | USE_CASE[name]
    return reverse(name, kwargs={key: _of(world, path) for key, path in parts.items() if path})


def _of(world: dict[str, object], path: str) -> object:
    thing, _dot, attribute = path.partition(".")
    return getattr(world[thing], attribute) if attribute else world[thing]


def _other(name: str, business) -> str:
    """An address that belongs to no use case."""
    arguments: dict[str, list[object]] = {
        "accounts:welcome": ["not-a-secret"],
        "openid_connect_login": ["nowhere"],
        "openid_connect_callback": ["nowhere"],
        "session_end": ["ab" * 16],
        "group_rule_remove": [uuid.uuid4()],
        "criteria_publish": ["poc"],
        "accounts:role_grant": [business.uid, "auditor"],
        "accounts:role_revoke": [business.uid, "auditor"],
    }
    if name == "api_not_found":
        return "/api/v1/nothing/here"
    if name in ADMINISTRATION:
        return reverse(name, args=arguments.get(name, [business.uid]))
    return reverse(name, args=arguments.get(name, []))


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(USE_CASE))
def test_nobody_is_sent_to_the_sign_in_page(name, method, client: Client, world):
    answer = getattr(client, method)(_address(name, world))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:sign_in"))


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(USE_CASE))
def test_a_stranger_finds_nothing(name, method, world, stranger, sign_in):
    answer = getattr(sign_in(stranger), method)(_address(name, world))
    # 405 is said before anything is looked up.
    assert answer.status_code in (404, 405)
    assert answer.status_code == 404 or name in POSTED or method == "post"
    assert b"Spring" not in answer.content


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(USE_CASE))
def test_what_does_not_exist_is_not_found_by_a_member_either(name, method, use_case, data, sign_in):
    parts = {"slug": "nowhere"} | {key: _nowhere(key) for key in USE_CASE[name] if USE_CASE[name][key]}
    if "slug" in USE_CASE[name] and not USE_CASE[name]["slug"]:
        del parts["slug"]
    answer = getattr(sign_in(data), method)(reverse(name, kwargs=parts))
    assert answer.status_code in (404, 405)


def _nowhere(key: str) -> object:
    return {"uid": uuid.uuid4(), "comment": uuid.uuid4(), "number": 404, "membership": 404404}.get(key, "nowhere")


@pytest.mark.parametrize("name", sorted(set(USE_CASE)))
def test_a_member_is_answered(name, world, data, sign_in):
    """Read pages answer; what is only posted says so."""
    answer = sign_in(data).get(_address(name, world))
    assert answer.status_code == (
        405 if name in POSTED else 403 if name in NOT_DATA else 302 if name in LEADS_ON else 200
    )


@pytest.mark.parametrize("name", sorted(ANYBODY | ADMINISTRATION))
def test_nobody_reads_the_organisation_either(name, client: Client, business):
    for answer in (client.get(_other(name, business)), client.post(_other(name, business))):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("accounts:sign_in"))


@pytest.mark.parametrize("name", sorted(ANYBODY | ADMINISTRATION))
def test_the_organisation_pages_hide_what_is_not_mine(name, world, business, stranger, sign_in):
    answer = sign_in(stranger).get(_other(name, business))
    assert answer.status_code in (200, 302, 403, 404, 405)
    assert b"Spring" not in answer.content
    assert b"Harbour marketing" not in answer.content


@pytest.mark.parametrize("name", sorted(ADMINISTRATION))
def test_only_an_administrator_manages_people(name, business, data, sign_in):
    for answer in (sign_in(data).get(_other(name, business)), sign_in(data).post(_other(name, business))):
        assert answer.status_code in (403, 405)


@pytest.mark.parametrize("name", sorted(API))
def test_the_api_asks_for_a_token(name, client: Client, world):
    answer = client.post(_api(name, world), b"{}", content_type="application/json")
    assert answer.status_code in (401, 405)
    assert answer["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize("name", sorted(API))
def test_a_strangers_token_finds_nothing(name, client: Client, world, stranger):
    _token, secret = people.create_token(by=stranger, name="t", scopes=list(Scope), days=1)
    answer = client.get(_api(name, world), headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code in (404, 405)
    answer = client.post(
        _api(name, world), b"{}", content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code in (404, 405)


def _api(name: str, world: dict[str, object]) -> str:
    number = {"number": 1} if name == "api_measurements" else {}
    return reverse(name, kwargs={"slug": _of(world, "use_case.slug"), **number})


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_what_is_public_says_nothing_of_anybody(name, client: Client, world, business):
    answer = client.get(_other(name, business))
    assert answer.status_code in ((302,) if name == "mfa_authenticate" else (200, 404, 405, 409, 503))
    assert b"Spring" not in answer.content


# Asked by POST alone.
POSTED = {
    "comment_write",
    "comment_remove",
    "talk_follow",
    "job_retry",
    "job_cancel",
    "use_case_site_leave",
    "team_member_remove",
    "kpi_headline",
    "measurements_validate_all",
    "measurement_validate",
    "gate_attest",
    "gate_withdraw",
    "gate_sign",
    "gate_pass",
    "runs_sync",
    "run_mark",
    "deployment_approve",
    "deployment_ask_changes",
    "deployment_reject",
    "deployment_withdraw",
    "deployment_roll_back",
    "deployment_retry",
    "check_switch",
    "incident_acknowledge",
    "incident_resolve",
    "saved_view_copy",
    "saved_view_delete",
    "saved_view_default",
    "accounts:token_revoke",
    "notifications:endpoint_rotate",
    "notifications:endpoint_test",
    "notifications:endpoint_replay",
    "notifications:endpoint_enable",
    "notifications:endpoint_remove",
    "notifications:room_remove",
}
# Pages that a data scientist of the team may not open.
NOT_DATA = {"release_in_place"}
# Leads to another page.
LEADS_ON = {"saved_view", "notifications:go"}
