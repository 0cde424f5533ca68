"""One of everything on one use case, the cast that asks for it, and the address of every route: built once a module."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from monitoring.checks.models import Check
from monitoring.feeds.models import KpiFeed
from monitoring.incidents.models import Incident
from monitoring.series.models import Series
from portal.accounts.doors import Door
from portal.audit.models import Event
from portal.audit.record import record
from portal.jobs import queue
from portal.notifications.models import ChatRoom, Endpoint, Message, Notification
from portal.people import actions as people
from portal.people import service_tokens
from portal.people.models import AccessToken, Deputy, Membership, OrganisationRole, Role, Scope, Team, User
from portal.saved_views.actions import save_view
from portal.signin.models import GroupRule, Session
from portal.talk.models import Comment
from tests.factories import (
    MembershipFactory,
    OrganisationGrantFactory,
    SiteFactory,
    TeamFactory,
    UseCaseFactory,
    UserFactory,
)
from usecases.deployments.models import Deployment, Environment, Release, Target
from usecases.iterations.models import Iteration
from usecases.kpis.models import KPI, KPIVersion, Measurement
from usecases.lifecycle.models import Attestation, BreakGlass
from usecases.problems.models import Problem
from usecases.reviews.models import Document, Review, ReviewAction
from usecases.roi.models import BusinessCase, Cost
from usecases.runs.models import ModelVersion, Run, TrackingServer
from usecases.templates.models import Template

# What a parameter of an address names. A route of its own kind of number or uid says so below.
PARAMETERS: dict[str, str] = {
    "code": "view.code",
    "comment": "comment.uid",
    "environment": "environment.slug",
    "mark": "session.mark",
    "membership": "membership.pk",
    "mlflow_id": "run.mlflow_id",
    "number": "one",
    "provider_id": "nowhere",
    "role": "auditor",
    "secret": "secret",
    "site": "site.slug",
    "slug": "use_case.slug",
    "stage": "poc",
    "type": "subject",
}
# Route → parameter → what it names, where PARAMETERS does not say.
ADDRESSES: dict[str, dict[str, str]] = {
    "api_template_start": {"code": "read"},
    "template_archive": {"code": "read"},
    "template_start": {"code": "read"},
    "comment_edit": {"uid": "use_case.uid"},
    "comment_remove": {"uid": "use_case.uid"},
    "comment_write": {"uid": "use_case.uid"},
    "event": {"uid": "event.uid"},
    "group_rule_remove": {"uid": "group_rule.uid"},
    "notifications:endpoint": {"uid": "endpoint.uid"},
    "notifications:endpoint_disable": {"uid": "endpoint.uid"},
    "notifications:endpoint_edit": {"uid": "endpoint.uid"},
    "notifications:endpoint_enable": {"uid": "endpoint.uid"},
    "notifications:endpoint_remove": {"uid": "endpoint.uid"},
    "notifications:endpoint_replay": {"uid": "endpoint.uid"},
    "notifications:endpoint_rotate": {"uid": "endpoint.uid"},
    "notifications:endpoint_test": {"uid": "endpoint.uid"},
    "notifications:go": {"uid": "notification.uid"},
    "notifications:room_edit": {"uid": "room.uid"},
    "notifications:room_remove": {"uid": "room.uid"},
    "notifications:room_test": {"uid": "room.uid"},
    "second_factor_reset": {"uid": "member.uid"},
    "accounts:person": {"uid": "member.uid"},
    "accounts:person_deactivate": {"uid": "member.uid"},
    "accounts:person_invite": {"uid": "member.uid"},
    "accounts:person_pseudonymise": {"uid": "member.uid"},
    "accounts:person_reactivate": {"uid": "member.uid"},
    "accounts:role_grant": {"uid": "member.uid"},
    "accounts:role_revoke": {"uid": "member.uid"},
    "accounts:token_revoke": {"uid": "token.uid"},
    "api_site": {"slug": "site.slug"},
    **{f"api_{name}": {"uid": "use_case.uid"} for name in ("activity", "comment", "comments", "follow")},
    "api_event": {"uid": "event.uid"},
    "api_deliveries": {"uid": "endpoint.uid"},
    "api_notification": {"uid": "notification.uid"},
    "api_notification_read": {"uid": "notification.uid"},
    "api_room": {"uid": "room.uid"},
    "api_room_test": {"uid": "room.uid"},
    "api_webhook": {"uid": "endpoint.uid"},
    **{f"api_webhook_{verb}": {"uid": "endpoint.uid"} for verb in ("disable", "enable", "replay", "rotate", "test")},
    "api_job": {"uid": "job.uid"},
    "api_job_cancel": {"uid": "job.uid"},
    "api_job_retry": {"uid": "job.uid"},
    "job": {"uid": "job.uid"},
    "job_cancel": {"uid": "job.uid"},
    "job_progress": {"uid": "job.uid"},
    "job_retry": {"uid": "job.uid"},
    "api_attestation_withdraw": {"stage": "production", "uid": "attestation.uid"},
    "gate_withdraw": {"stage": "production", "uid": "attestation.uid"},
    "api_measurement": {"uid": "measurement.uid"},
    **{f"api_measurement_{verb}": {"uid": "measurement.uid"} for verb in ("correct", "reject", "revisions")},
    "api_measurement_validate": {"uid": "measurement.uid"},
    "measurement": {"uid": "measurement.uid"},
    "measurement_correct": {"uid": "measurement.uid"},
    "measurement_reject": {"uid": "measurement.uid"},
    "measurement_validate": {"uid": "measurement.uid"},
    "api_person": {"uid": "member.uid"},
    "api_person_deactivate": {"uid": "member.uid"},
    "api_person_invite": {"uid": "member.uid"},
    "api_person_pseudonymise": {"uid": "member.uid"},
    "api_person_reactivate": {"uid": "member.uid"},
    "api_role_grant": {"uid": "member.uid"},
    "api_role_revoke": {"uid": "member.uid"},
    "api_token_revoke": {"uid": "token.uid"},
    "api_kpi_feed": {"uid": "feed.uid"},
    "feed": {"uid": "series.uid"},
    "feed_stop": {"uid": "fed.uid"},
    "series": {"uid": "series.uid"},
    "series_csv": {"uid": "series.uid"},
    **{
        route: {"uid": "review.uid"}
        for route in (
            "review",
            "review_agree",
            "review_attend",
            "review_close",
            "review_decide",
            "review_documents",
            "review_prepare",
            "review_print",
            "api_review",
            "api_review_agree",
            "api_review_attend",
            "api_review_close",
            "api_review_decide",
            "api_review_prepare",
        )
    },
    "review_pdf": {"uid": "review.uid", "language": "en"},
    "action_finish": {"uid": "review_action.uid"},
    "action_take_back": {"uid": "done_action.uid"},
    "api_action_finish": {"uid": "review_action.uid"},
    "api_action_take_back": {"uid": "done_action.uid"},
    "talk": {"uid": "use_case.uid"},
    "talk_activity": {"uid": "use_case.uid"},
    "talk_follow": {"uid": "use_case.uid"},
    "talk_people": {"uid": "use_case.uid"},
    "api_team_day_rates": {"slug": "team.slug"},
    "team_day_rates": {"slug": "team.slug"},
    "team": {"slug": "team.slug"},
    "team_member_change": {"slug": "team.slug", "uid": "membership.uid"},
    "team_deputy_new": {"slug": "team.slug", "uid": "membership.uid"},
    "team_deputy_end": {"slug": "team.slug", "uid": "named.uid"},
    "team_roles": {"slug": "team.slug"},
    "team_tokens": {"slug": "team.slug"},
    "team_token_new": {"slug": "team.slug"},
    "api_team": {"slug": "team.slug"},
    "api_members": {"slug": "team.slug"},
    "api_member": {"slug": "team.slug", "uid": "membership.uid"},
    "api_deputies": {"slug": "team.slug"},
    "api_deputy_end": {"slug": "team.slug", "uid": "named.uid"},
    "api_team_history": {"slug": "team.slug"},
    "api_who_could": {"slug": "team.slug"},
    "api_team_tokens": {"slug": "team.slug"},
    "api_team_token_revoke": {"slug": "team.slug", "uid": "service_token.uid"},
    "team_member_remove": {"slug": "team.slug"},
}
# Enough to pass most forms, so that a refusal is a refusal of the person and not of what was filled in.
FILLED: dict[str, object] = {
    "second_person_at_once": "no",
    "body": "Taken over",
    "bound": "1",
    "cadence": "week",
    "cause": "Taken over by a reader",
    "code": "lifecycle.business_case",
    "comment": "Taken over by a reader",
    "comparator": "above",
    "currency": "EUR",
    "direction": "up",
    "k": "1",
    "mark": "baseline",
    "name": "Taken over",
    "number": "1",
    "on": "0",
    "face": "data",
    "period_start": "2026-03-16",
    "place": "2",
    "proof": "ab",
    "reason": "Taken over by a reader",
    "due": "2099-01-01",
    "meets_at": "2026-01-01T10:00",
    "owner": "0",
    "role": "it",
    "severity": "error",
    "slug": "taken-over",
    "specifics": "Taken over",
    "statement": "Taken over by a reader",
    "title": "Taken over",
    "unit": "%",
    "url": "http://taken.example",
    "value": "1",
    "window": "1",
}
# What a machine sends, by route of the API; "@thing.attribute" is of the world.
SENT: dict[str, dict[str, object]] = {
    "api_check_switch": {"on": False},
    "api_lessons": {"text": "Taken over by a reader"},
    "api_scores": {"value": 4, "feasibility": 2, "seen_value": None, "seen_feasibility": None},
    "api_steering_decisions_of": {"kind": "pause", "reason": "Taken over by a reader", "seen": "undecided"},
    "api_checks": {"name": "Taken over", "series": "@series.uid", "comparator": "above", "bound": 1},
    "api_deployment_ask_changes": {"comment": "Taken over by a reader"},
    "api_deployment_reject": {"comment": "Taken over by a reader"},
    "api_deployment_roll_back": {"comment": "Taken over by a reader"},
    "api_environment": {"second_person_at_once": False},
    "api_environments": {"name": "Rehearsal", "slug": "rehearsal"},
    "api_release_in_place": {"title": "Letters", "environment": "production", "sites": ["rural"]},
    "api_releases": {"title": "Model", "model_version": "@version.uid"},
    "api_use_case_deployments": {"release": 1, "environment": "production", "site": "rural", "reason": "Now."},
    "api_experiments": {"server": "MLflow", "name": "spring"},
    "api_identities": {"name": "ana", "user": "@member.uid"},
    "api_run_mark": {"mark": "candidate"},
    "api_servers": {"name": "Research", "url": "https://mlflow.example.org"},
    "api_attestations": {"code": "lifecycle.business_case", "statement": "Taken over by a reader"},
    "api_criteria": {"gate": "poc", "seen": 2, "criteria": [{"code": "kpis.validated", "mode": "warn"}]},
    "api_gate_answer": {"agree": True},
    "api_gate_glass": {"reason": "Taken over by a reader"},
    "api_gate_pass": {"reason": "Taken over by a reader"},
    "api_iteration_conclude": {"decision": "go", "reason": "Taken over by a reader", "findings": "None."},
    "api_iteration_take_back": {"reason": "Taken over by a reader"},
    "api_iterations": {
        "title": "Taken over",
        "hypothesis": "None.",
        "plugs": "model",
        "kpi": 1,
        "sites": ["rural"],
        "starts_on": "2026-03-02",
        "ends_on": "2026-04-02",
    },
    "api_road_retire": {"reason": "Taken over by a reader"},
    "api_road_step_back": {"to": "exploration", "reason": "Taken over by a reader"},
    "api_road_stop": {"reason": "Taken over by a reader"},
    "api_template_make": {"name": "Taken over"},
    "api_incident_resolve": {"cause": "Taken over by a reader"},
    "api_measurements": {"measurements": [{"period_start": "2026-03-16", "value": 1, "site": "rural"}]},
    "api_deputies": {
        "membership": "@membership_uid",
        "deputy": "stranger",
        "first_day": "2026-01-01",
        "last_day": "2126-01-01",
    },
    "api_members": {"user": "member", "role": "it"},
    "api_people": {"username": "taken", "first_name": "Taken", "last_name": "Over"},
    "api_person_pseudonymise": {"confirmed": "taken"},
    "api_teams": {"name": "Taken over", "slug": "taken-over"},
    "api_sites": {"name": "Taken over"},
    "api_use_case": {"name": "Taken over"},
    "api_use_case_site": {"specifics": "Taken over"},
    "api_use_case_sites": {"site": "rural", "specifics": "Taken over"},
    "api_use_cases": {"team": "harbour", "name": "Taken over"},
    "api_comment": {"body": "Taken over"},
    "api_comments": {"body": "Taken over"},
    "api_follow": {"follows": True},
    "api_following_choices": {"automatically": False},
    "api_saved_view": {"name": "Taken over"},
    "api_saved_view_default": {"wanted": True},
    "api_saved_views": {"name": "Taken over", "path": "/portfolio/", "list_key": "portfolio"},
    "api_rooms": {"name": "Taken over", "team": "harbour", "address": "slack://a/b/c", "kinds": ["notice.test"]},
    "api_webhooks": {"team": "harbour", "url": "https://taken.example", "events": ["test"]},
    "api_business_cases": {"assumptions": "Taken over", "months": [{"month": "2026-05-01", "value": "1.00"}]},
    "api_cost_strike": {"reason": "Taken over"},
    "api_costs_batch": {"costs": [{"kind": "ml", "period_start": "2026-03-01", "amount": "1.00"}]},
    "api_costs": {"kind": "ml", "period_start": "2026-03-01", "amount": "1.00"},
    "api_day_rates": {"amount": "500.00", "currency": "EUR", "valid_from": "2026-03-01"},
    "api_team_day_rates": {"amount": "500.00", "currency": "EUR", "valid_from": "2026-03-01"},
    "api_problem": {"description": "Taken over"},
    "api_review_agree": {"text": "Taken over", "owner": "member", "due": "2099-01-01"},
    "api_review_attend": {"people": []},
    "api_review_decide": {"text": "Taken over"},
    "api_reviews": {"meets_at": "2026-01-01T10:00:00Z"},
    "api_use_case_reviews": {"meets_at": "2026-01-01T10:00:00Z"},
    "api_problem_drop": {"reason": "Taken over"},
    "api_problem_rank": {"place": 1},
    "api_problems": {"title": "Taken over", "face": "data"},
    "api_kpi": {"target": 2},
    "api_kpi_agree": {"seen": 1},
    "api_kpi_feeds": {"series": "@series.uid", "kpi": 1, "since": "2026-03-02"},
    "api_kpi_decisions": {"is_better": True, "evidence": "Taken over", "seen": 1},
    "api_measurement_correct": {"value": 2, "reason": "Taken over"},
    "api_measurement_reject": {"reason": "Taken over"},
    "api_kpi_validate_all": {"number": 1},
    "api_kpis": {"name": "Taken over", "unit": "%"},
    "api_points": {"series": [{"name": "x", "kind": "model"}], "index": [0], "ts": [1700000000000], "value": [1]},
}
# No such thing, by parameter.
NOWHERE: dict[str, object] = {"uid": uuid.UUID(int=0), "comment": uuid.UUID(int=0), "number": 404, "membership": 404404}
# What nobody outside may read; the sites are the organisation's.
NAMES = (b"Spring", b"Harbour marketing", b"Business Martin")
WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: the status, where to, the body, what was written in the database, and in the journal."""

    status: int
    to: str
    content: bytes
    writes: tuple[str, ...]
    events: int

    @property
    def sign_in(self) -> bool:
        """Whether it sends to the sign-in page, or says 401."""
        return self.status == 401 or (self.status == 302 and self.to.startswith(reverse("accounts:sign_in") + "?next="))


@dataclass
class World:
    """The things by name, and the people who ask by the name of their caller."""

    things: dict[str, Any]
    people: dict[str, User]
    secrets: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def address(self, route: str, **instead: object) -> str:
        """The address of a route, on the one of everything; `instead` replaces parameters."""
        if route == "api_not_found":
            return "/api/v1/nothing/here"
        named = PARAMETERS | ADDRESSES.get(route, {})
        return reverse(route, kwargs={name: self._named(named[name]) for name in parameters(route)} | instead)

    def ask(self, caller: str, door: Door, method: str, address: str = "", *, shared: bool = False) -> Heard:
        """Ask at a door as somebody, and undo whatever it did."""
        address = address or self.address(door.route)
        with transaction.atomic():
            if shared:
                self.things["use_case"].__class__.objects.update(is_shared=True)
            before = Event.objects.count()
            # What copies rows in speaks to the driver itself: only reading is listened to.
            with CaptureQueriesContext(connection) if method == "GET" else nullcontext(()) as asked:
                answer = self._send(caller, door, method, address)
                content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            # What a browser's own session remembers is no change.
            told = [one["sql"] for one in asked if '"portal_session"' not in one["sql"]]
            writes = tuple(sql for sql in told if sql.lstrip().startswith(WRITES))
            heard = Heard(
                answer.status_code,
                answer.get("Location", ""),
                content,
                writes,
                Event.objects.count() - before if answer.status_code < 500 else 0,
            )
            transaction.set_rollback(True)
        return heard

    def _send(self, caller: str, door: Door, method: str, address: str) -> Any:
        self.client.cookies = SimpleCookie()
        headers = {}
        if caller in self.secrets and (door.is_api or caller.startswith("token")):
            headers["Authorization"] = f"Bearer {self.secrets[caller]}"
            # Whatever state it is in: who may is asked first, which state was read comes after.
            headers["If-Match"] = "*"
        elif caller in self.sessions and not door.is_api:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[caller]
        send = getattr(self.client, method.lower())
        if method == "GET":
            return send(address, headers=headers)
        if door.is_api:
            headers["Idempotency-Key"] = "taken-over"
            return send(address, self._sent(door.route), content_type="application/json", headers=headers)
        if method == "POST":
            return send(address, self._filled(), headers=headers)
        return send(address, headers=headers)

    def _sent(self, route: str) -> dict[str, object]:
        body = SENT.get(route, {})
        return {
            name: self._named(value[1:]) if isinstance(value, str) and value.startswith("@") else value
            for name, value in body.items()
        }

    def _filled(self) -> dict[str, object]:
        member, site, target = self.things["member"], self.things["site"], self.things["deployment"].target
        things = {"user": member.pk, "owner": member.pk, "site": site.pk, "series": self.things["series"].pk}
        return {**FILLED, **things, "release": self.things["release"].pk, "environment": target.environment_id}

    def _named(self, path: str) -> object:
        thing, _dot, attribute = path.partition(".")
        return getattr(self.things[thing], attribute) if attribute else self.things.get(thing, thing)


def parameters(route: str) -> list[str]:
    """The names of the parameters in the address of a route."""
    namespace, _colon, name = route.rpartition(":")
    resolver = get_resolver("portal.urls")
    if namespace:
        _prefix, resolver = resolver.namespace_dict[namespace]
    return list(resolver.reverse_dict.getlist(name)[0][0][0][1])


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """One of everything, in a transaction that ends with the module; what a request changes is undone at once."""
    # Each of thousands of refusals would be logged, and each line kept for a failure that reads none of them.
    logging.disable(logging.CRITICAL)
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


def build() -> World:
    """Write the rows."""
    team = TeamFactory(name="Harbour marketing", slug="harbour")
    cast = {role.value: _member(team, role) for role in Role}
    cast |= {
        role.value: OrganisationGrantFactory(user__username=role.value, role=role).user for role in OrganisationRole
    }
    elsewhere = TeamFactory(name="Elsewhere", slug="elsewhere")
    stranger = MembershipFactory(team=elsewhere, user__username="stranger", role=Role.DATA).user
    # Whoever of the organisation reads a shared use case is a stranger too.
    cast |= {"stranger": stranger, "reader": stranger}
    made = World(_things(team, cast), cast)
    cast |= _limited(team, made.things)
    UseCaseFactory(team=elsewhere, slug="mine", created_by=stranger)
    for name, person in cast.items():
        made.secrets[name] = _token(person, list(Scope))
        browser = Client()
        browser.force_login(person)
        made.sessions[name] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    given: dict[str, Any] = {"name": "Night job", "scopes": list(Scope), "days": 1, "team": team, "role": "data"}
    service, made.secrets["service"] = service_tokens.create_service_token(by=cast["data"], **given)
    AccessToken.objects.filter(pk=service.pk).update(last_used_at=timezone.now() + timedelta(hours=1))
    made.things["service_token"] = service
    for scope in Scope:
        made.secrets[f"token:{scope.value}"] = _token(cast["data"], [scope])
    return made


def _limited(team: Any, things: dict[str, Any]) -> dict[str, User]:
    """IT that reaches the one of everything, or not; who stands in for IT, and who no longer does."""
    here = {"site": things["site"], "environment": things["deployment"].target.environment}
    elsewhere = {
        "it-here": here,
        "it-below": {"site": things["site"]},
        "it-site": {"site": SiteFactory(name="Northern", slug="northern")},
        "it-environment": {"environment": Environment.objects.create(name="Integration", slug="integration")},
    }
    found = {}
    for name, limits in elsewhere.items():
        found[name] = MembershipFactory(team=team, user__username=name, role=Role.IT, **limits).user
    now, it = timezone.now(), User.objects.get(username="it")
    days = {"deputy": (now, timedelta(days=2)), "former-deputy": (now - timedelta(days=3), timedelta(days=2))}
    for name, (since, during) in days.items():
        found[name] = UserFactory(username=name)
        if name == "former-deputy":
            MembershipFactory(team=Team.objects.get(slug="elsewhere"), user=found[name], role=Role.DATA)
        Deputy.objects.create(
            team=team, role=Role.IT, member=it, deputy=found[name], since=since, until=since + during, named_by=it
        )
    return found


def _member(team: Any, role: Role) -> User:
    return MembershipFactory(team=team, user__username=role.value, role=role).user


def _token(owner: User, scopes: list[Scope]) -> str:
    token, secret = people.create_token(by=owner, name="t", scopes=scopes, days=1)
    # A use is noted once a minute at most: none while the suite runs, so that reading writes nothing.
    AccessToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now() + timedelta(hours=1))
    return secret


def _things(team: Any, cast: dict[str, User]) -> dict[str, Any]:
    now = timezone.now()
    # Neither asks at any door: four eyes, and "not to oneself", are tested where they are.
    member, author = _member_named(team, "member"), _member_named(team, "author")
    business, data = cast["business"], cast["data"]
    use_case = UseCaseFactory(team=team, created_by=business, name="Spring e-mail campaign", slug="spring")
    site = SiteFactory(name="Rural", slug="rural")
    use_case.sites.add(site)
    kpi = KPI.objects.create(use_case=use_case, number=1, name="Visits", unit="%", owner=business, is_headline=True)
    measurement = Measurement.objects.create(
        kpi=kpi,
        site=site,
        period_start=date(2026, 3, 2),
        period_end=date(2026, 3, 9),
        value=1,
        source="typed",
        recorded_by=data,
    )
    problem = Problem.objects.create(
        use_case=use_case, number=1, face="data", title="Late keys", rank=1, raised_by=data
    )
    page = {"title": "Spring", "line": "", "verdict": "", "sections": []}
    review = Review.objects.create(
        use_case=use_case, number=1, meets_at=now, as_of=now, opened_by=author, content={"en": page, "fr": page}
    )
    agreed = {
        "review": review,
        "text": "Brief the crew",
        "owner": author,
        "due": date(2026, 6, 1),
        "written_by": author,
    }
    review_action = ReviewAction.objects.create(**agreed)
    done_action = ReviewAction.objects.create(**agreed, done_at=now, done_by=author)
    Document.objects.create(review=review, language="en", content=b"%PDF-", sha256="a" * 64, pages=1)
    iteration = Iteration.objects.create(
        use_case=use_case,
        number=1,
        title="Constant",
        hypothesis="They read it.",
        kpi_version=KPIVersion.objects.create(kpi=kpi, number=1, facts={"name": "Visits"}, by=business),
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 4, 2),
        opened_by=business,
        status_since=now,
    )
    iteration.sites.add(site)
    Template.objects.create(name="Read", slug="read", content={"description": {}, "kpis": []}, created_by=author)
    BreakGlass.objects.create(
        use_case=use_case, gate="poc", round=1, reason="Read.", by=author, at_once=True, due_at=now + timedelta(days=1)
    )
    cost = Cost.objects.create(
        use_case=use_case,
        number=1,
        kind="ml",
        period_start=date(2026, 3, 1),
        period_end=date(2026, 4, 1),
        amount=100,
        currency="EUR",
        recorded_by=data,
    )
    business_case = BusinessCase.objects.create(
        use_case=use_case, number=1, currency="EUR", assumptions="Read.", written_by=data
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
    version = ModelVersion.objects.create(
        use_case=use_case, server=server, run=run, name="uplift", version="1", seen_at=now
    )
    environment = Environment.objects.create(name="Production", slug="production", is_production=True)
    target = Target.objects.create(use_case=use_case, environment=environment, site=site)
    release = Release.objects.create(
        use_case=use_case, number=1, kind="in_place", title="Manual", status="ready", digest="a" * 64, created_by=author
    )
    deployment = Deployment.objects.create(
        use_case=use_case,
        number=1,
        target=target,
        release=release,
        status_since=now,
        requested_by=author,
        digest=release.digest,
    )
    series = Series.objects.create(use_case=use_case, kind="business", name="Visits", site=site)
    fed = Series.objects.create(use_case=use_case, kind="business", name="Orders", site=site)
    feed = KpiFeed.objects.create(series=fed, kpi=kpi, since=date(2026, 3, 2), created_by=data)
    check = Check.objects.create(
        use_case=use_case, number=1, name="Low", series=series, comparator="below", bound=1, created_by=data
    )
    incident = Incident.objects.create(
        use_case=use_case, number=1, check_that_failed=check, severity="warning", began_at=now, value=0.5
    )
    attestation = Attestation.objects.create(
        # Of a criterion that is no longer installed: whoever attests may withdraw it, of whatever role.
        use_case=use_case,
        gate="production",
        code="gone.criterion",
        statement="Read.",
        by=business,
    )
    token, _secret = people.create_token(by=member, name="Night job", scopes=[Scope.POINTS], days=30)
    view = save_view(by=member, name="Mine", path="/portfolio/", list_key="portfolio", list_title="All", query="")
    notice = Notification.objects.create(message=Message.objects.create(kind="notice.test", url="/"), person=member)
    endpoint = Endpoint.objects.create(
        team=team, url="https://hooks.example.org/spring", secret="whsec_c2VjcmV0", created_by=author
    )
    room = ChatRoom.objects.create(
        team=team, name="Spring room", address="slack://a/b/c", kinds=["test"], created_by=author
    )
    group_rule = GroupRule.objects.create(provider="p", group="g", organisation_role=OrganisationRole.AUDITOR)
    comment = Comment.objects.create(
        subject_type="use_case",
        subject_uid=use_case.uid,
        subject_title=use_case.name,
        use_case=use_case.slug,
        team=team,
        author=author,
        body="Read.",
    )
    event = record("usecase.edited", use_case, by=author, team=team, use_case="spring", fields="name")
    job = queue.enqueue("checks.evaluate", "1", about=queue.About("Spring", team, use_case.slug))
    session = Session.objects.create(session_key="0" * 32, user=member, expire_date=now + timedelta(days=1))
    return {
        "session": session,
        "attestation": attestation,
        "check": check,
        "comment": comment,
        "deployment": deployment,
        "endpoint": endpoint,
        "event": event,
        "group_rule": group_rule,
        "incident": incident,
        "iteration": iteration,
        "job": job,
        "environment": environment,
        "kpi": kpi,
        "measurement": measurement,
        "member": member,
        "membership": Membership.objects.get(user=member),
        "membership_uid": str(Membership.objects.get(user=member).uid),
        # Of nobody who asks.
        "named": Deputy.objects.create(
            team=team,
            role=Role.DATA,
            member=member,
            deputy=author,
            since=now,
            until=now + timedelta(days=1),
            named_by=member,
        ),
        "one": 1,
        "notification": notice,
        "business_case": business_case,
        "cost": cost,
        "problem": problem,
        "review": review,
        "review_action": review_action,
        "done_action": done_action,
        "release": release,
        "room": room,
        "run": run,
        "series": series,
        "feed": feed,
        "fed": fed,
        "site": site,
        "subject": "use_case",
        "team": team,
        "token": token,
        "use_case": use_case,
        "version": version,
        "view": view,
    }


def _member_named(team: Any, username: str) -> User:
    return MembershipFactory(team=team, user=UserFactory(username=username), role=Role.DATA).user
