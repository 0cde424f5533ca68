"""The API does what docs/openapi.yaml says: every operation, with every check of schemathesis, as several people.

In `make test` as a member who may do everything and as a stranger; as everybody of the cast in `make proof`.
"""

import copy
import json
import re
import uuid
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, openapi
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance

from portal.api import authentication
from portal.people import actions as people
from portal.people.models import OrganisationRole, Role, Scope
from portal.wsgi import application
from tests.factories import MembershipFactory, OrganisationGrantFactory, UserFactory
from tests.things import own, world

__all__ = ["world"]  # the fixture

CONTRACT = yaml.safe_load((settings.BASE_DIR / "docs" / "openapi.yaml").read_text())
OPERATIONS = sorted(
    f"{method.upper()} {path}"
    for path, methods in CONTRACT["paths"].items()
    for method in methods
    if method != "parameters"
)
CAST = ("business", "data", "it", "decision_user", "viewer", "admin", "steering", "auditor", "stranger")
# What stands in an address for each thing of the world: the word before it → where it is in the world.
IDENTIFIERS = {
    "use-cases": "use_case.slug",
    "teams": "team.slug",
    "environments": "environment.slug",
    "sites": "site.slug",
    "people": "colleague.uid",
    "kpis": "kpi.number",
    "problems": "problem.number",
    "reviews": "review.uid",
    "actions": "review_action.uid",
    "costs": "cost.number",
    "business-cases": "business_case.number",
    "measurements": "measurement.uid",
    "series": "series.uid",
    "runs": "run.mlflow_id",
    "releases": "release.number",
    "deployments": "deployment.number",
    "checks": "check.number",
    "kpi-feeds": "feed.uid",
    "incidents": "incident.number",
    "iterations": "iteration.number",
    "templates": "template.slug",
    "gates": "stage",
    "attestations": "attestation.uid",
    "tokens": "token.uid",
    "jobs": "job.uid",
    "notifications": "notification.uid",
    "rooms": "room.uid",
    "journal": "event.uid",
    "talk": "subject",
    "talk.uid": "use_case.uid",
    "comments": "comment.uid",
    "views": "view.code",
    "sessions": "session.mark",
    "webhooks": "endpoint.uid",
    "members": "membership.uid",
    "deputies": "deputy.uid",
    "roles": "role",
    "memberships": "membership.uid",
}
# What can only be done to a thing that is in another state than the one of this world.
IN_ANOTHER_STATE = {
    "/api/v1/use-cases/{slug}/deployments/{number}/roll-back": "live.number",
    "/api/v1/use-cases/{slug}/deployments/{number}/retry": "failed.number",
    "/api/v1/jobs/{uid}/retry": "failed_job.uid",
    "/api/v1/teams/{slug}/tokens/{uid}/revoke": "service_token.uid",
    "/api/v1/people/{uid}/pseudonymise": "gone.uid",
    "/api/v1/people/{uid}/reactivate": "gone.uid",
    "/api/v1/people/{uid}/roles/{role}/revoke": "held_role",
    "/api/v1/webhooks/{uid}/enable": "dead_endpoint.uid",
    "/api/v1/use-cases/{slug}/problems/{number}/reopen": "solved_problem.number",
    "/api/v1/actions/{uid}/take-back": "done_action.uid",
    "/api/v1/use-cases/{slug}/kpis/{number}/headline": "other_kpi.number",
    "/api/v1/use-cases/{slug}/kpis/{number}/decisions": "other_kpi.number",
}
# What can only be done under something else: address → parameter → where it is in the world.
UNDER_SOMETHING_ELSE = {
    "/api/v1/use-cases/{slug}/gates/{stage}/sign": {"slug": "trying.slug", "stage": "signed_stage"},
    "/api/v1/use-cases/{slug}/gates/{stage}/attestations": {"stage": "attestation.gate"},
    "/api/v1/use-cases/{slug}/gates/{stage}/attestations/{uid}/withdraw": {"stage": "attestation.gate"},
}
# What the example of a body names: address → field → where it is in the world.
IN_BODY = {
    "/api/v1/teams/{slug}/members": {"user": "colleague.username"},
    "/api/v1/teams/{slug}/deputies": {"deputy": "colleague.username", "membership": "membership.uid"},
    "/api/v1/use-cases/{slug}/releases": {"model_version": "version.uid"},
    "/api/v1/identities": {"user": "business.uid"},
    "/api/v1/use-cases/{slug}/checks": {"series": "series.uid"},
    "/api/v1/use-cases/{slug}/kpi-feeds": {"series": "series.uid"},
    # No day of an example stays ahead for ever.
    "/api/v1/reviews": {"meets_at": "soon"},
    "/api/v1/use-cases/{slug}/reviews": {"meets_at": "soon"},
    "/api/v1/use-cases/{slug}/start-from": {"team": "team.slug"},
    "/api/v1/templates/{code}/start": {"team": "team.slug"},
}
# One use case is in one state: what these ask needs another, as the refusal says. Their features' tests do them.
OF_ANOTHER_STATE = {
    f"POST /api/v1/use-cases/{{slug}}/{end}"
    for end in (
        "gates/{stage}/break-glass",
        "gates/{stage}/pass",
        "iterations",
        "iterations/{number}/agree",
        "iterations/{number}/sign",
        "iterations/{number}/take-back",
        "lessons",
        "reviews",
        "road/resume",
        "road/retire",
        "road/step-back",
        "start-from",
    )
}
# Examples per operation, each of data that fits the schema and of data that does not: fewer the more there are.
QUICK, LONG = max(2, min(6, 120 // len(OPERATIONS))), 15
REFUSED_BY_RULE = {400, 409, 413}


def test_the_committed_contract_is_what_the_code_says():
    call_command("openapi", check=True)


def test_every_operation_is_named_once_and_says_its_scope():
    told = [one for methods in CONTRACT["paths"].values() for one in methods.values()]
    names = [one["operationId"] for one in told]
    assert len(names) == len(set(names)) >= 4
    for one in told:
        assert one["security"] == [{"token": []}]
        assert "Scope: `" in one["description"], one["operationId"]
        assert {"401", "403", "429", "500", "503"} <= set(one["responses"])
        assert one["summary"]
        assert one["tags"]


def _of(world: dict[str, Any], path: str) -> Any:
    thing, _dot, attribute = path.partition(".")
    return getattr(world[thing], attribute) if attribute else world[thing]


def _placed(contract: dict[str, Any], world: dict[str, Any]) -> dict[str, Any]:
    """The contract in which every identifier of an address is the one of this world."""
    found = copy.deepcopy(contract)
    for path, methods in found["paths"].items():
        words: dict[str, str] = {}
        for word, run in re.findall(r"([\w-]+)/((?:\{\w+\}/?)+)", path):
            first, *rest = re.findall(r"\w+", run)
            words |= {first: word} | {name: f"{word}.{name}" for name in rest}
        for told in methods.values():
            for one in told.get("parameters", []):
                if one["in"] == "path":
                    last = path.rindex("{" + one["name"] + "}") == path.rindex("{")
                    other = IN_ANOTHER_STATE.get(path) if last else None
                    other = UNDER_SOMETHING_ELSE.get(path, {}).get(one["name"], other)
                    value = _of(world, other or IDENTIFIERS[words[one["name"]]])
                    one["schema"] = {"enum": [value if isinstance(value, int) else str(value)]}
                elif one["name"] == "If-Match":
                    one["schema"] = {"enum": ["*"]}
    return found


class Caller:
    """Somebody with a token of every scope, the operations of the contract, and what came back."""

    def __init__(self, person: Any, world: dict[str, Any], contract: dict[str, Any] = CONTRACT) -> None:
        _token, secret = people.create_token(by=person, name="contract", scopes=list(Scope), days=1)
        self.headers = {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}
        self.world, self.contract = world, _placed(contract, world)
        generation = GenerationConfig(allow_x00=False, deterministic=True, with_security_parameters=False)
        config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))
        schema = openapi.from_dict(self.contract, config=config)
        schema.app = application
        self.operations = {one.ok().label: one.ok() for one in schema.get_all_operations()}
        self.answers: dict[str, Counter[int]] = {label: Counter() for label in self.operations}
        self.failures: list[str] = []
        self.leaks: list[str] = []

    def example(self, label: str) -> None:
        """Send the example of the contract, undone afterwards: what shows that the operation works at all."""
        method, path = label.split(" ", 1)
        told = self.contract["paths"][path][method.lower()]
        headers, url = dict(self.headers), path
        for one in told.get("parameters", []):
            if one["in"] == "path":
                url = url.replace(f"{{{one['name']}}}", str(one["schema"]["enum"][0]))
            elif one.get("required"):
                headers[one["name"]] = "*" if one["name"] == "If-Match" else uuid.uuid4().hex
        body = dict(told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example", {}))
        body |= {field: str(_of(self.world, thing)) for field, thing in IN_BODY.get(path, {}).items()}
        with Undone():
            client = Client(raise_request_exception=False)
            answer = client.generic(method, url, json.dumps(body), content_type="application/json", headers=headers)
        self.answers[label][answer.status_code] += 1

    def fuzz(self, label: str, examples: int) -> None:
        """Send data that fits the schema, and data that does not; note every check that fails."""
        operation = self.operations[label]
        for mode in GenerationMode:
            strategy = operation.as_strategy(generation_mode=mode)

            @hypothesis_settings(
                max_examples=examples,
                derandomize=True,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],
            )
            @given(case=strategy)
            def send(case: Any) -> None:
                self._send(label, case)

            with warnings.catch_warnings(), suppress(Unsatisfiable):  # where nothing is taken, nothing is wrong
                warnings.simplefilter("ignore")
                send()

    def _send(self, label: str, case: Any) -> None:
        if case.headers.get("Idempotency-Key"):
            case.headers["Idempotency-Key"] = uuid.uuid4().hex
        with Undone():
            response = case.call(headers=self.headers)
            self.answers[label][response.status_code] += 1
            excluded = [positive_data_acceptance] if _may_be_refused(case, response.status_code) else []
            try:
                case.validate_response(response, headers=self.headers, excluded_checks=excluded)
            except FailureGroup as group:
                self.failures += [f"{label}: {one.title} ({response.status_code})\n{one}" for one in group.exceptions]
        if b"Spring" in response.content or b"Harbour" in response.content:
            self.leaks.append(label)


def _may_be_refused(case: Any, status: int) -> bool:
    """Whether what fits the schema may be refused: a cursor is only ours, some rules are in no schema."""
    if "cursor" in (case.query or {}):
        return status == 400
    return bool(case.operation.definition.raw.get("x-rules")) and status in REFUSED_BY_RULE


class Undone(transaction.Atomic):
    """What is done inside is undone: everything is there for the next request."""

    def __init__(self) -> None:
        super().__init__(using="default", savepoint=True, durable=False)

    def __exit__(self, *error: Any) -> None:
        transaction.set_rollback(True)
        super().__exit__(*error)


@pytest.fixture
def unlimited(settings, monkeypatch) -> Iterator[None]:
    """Nobody is held back, though more is asked in a minute than anybody may; the test's transaction stays open."""
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, 10**9)
    monkeypatch.setattr(authentication, "MOST_FAILURES", 10**9)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def everybody(team):
    """Somebody who may do everything: every role but that of an auditor, who changes nothing."""
    person = UserFactory(username="everybody")
    for role in Role:
        MembershipFactory(team=team, user=person, role=role)
    for organisation_role in (OrganisationRole.ADMIN, OrganisationRole.STEERING):
        OrganisationGrantFactory(user=person, role=organisation_role)
    return person


def _told(name: str, caller: Caller) -> str:
    total: Counter[int] = Counter()
    for counts in caller.answers.values():
        total += counts
    by_status = ", ".join(f"{status}: {number}" for status, number in sorted(total.items()))
    line = f"{name}: {len(caller.answers)} operations, {total.total()} requests, {len(caller.failures)} failures"
    return f"{line} ({by_status})"


def _fuzz(name: str, caller: Caller, examples: int) -> None:
    for label in OPERATIONS:
        caller.fuzz(label, examples)
    print(_told(name, caller))
    assert not caller.failures, "\n\n".join(caller.failures[:10])


def test_every_operation_succeeds_for_who_may(world, business, everybody, unlimited):
    caller = Caller(everybody, {**world, "business": business, **own(world, everybody)})
    assert sorted(caller.operations) == OPERATIONS
    for label in OPERATIONS:
        caller.example(label)
    silent = {label: dict(counts) for label, counts in caller.answers.items() if not any(c < 300 for c in counts)}
    assert silent == {label: {409: 1} for label in OF_ANOTHER_STATE}


def test_the_api_keeps_its_contract_with_a_member(world, business, everybody, unlimited):
    _fuzz("everybody", Caller(everybody, {**world, "business": business, **own(world, everybody)}), QUICK)


def test_the_api_keeps_its_contract_with_a_stranger(world, business, stranger, unlimited):
    caller = Caller(stranger, {**world, "business": business})
    _fuzz("stranger", caller, QUICK)
    assert caller.leaks == []


@pytest.mark.proof
@pytest.mark.parametrize("name", ["everybody", *CAST])
def test_the_api_keeps_its_contract_with_everybody(name, world, business, everybody, unlimited, request):
    person = request.getfixturevalue(name)
    theirs = {} if name == "stranger" else own(world, person)
    caller = Caller(person, {**world, "business": business, **theirs})
    _fuzz(name, caller, LONG)
    assert name != "stranger" or caller.leaks == []


@pytest.mark.parametrize("path", sorted(CONTRACT["paths"]))
def test_a_method_that_is_not_in_the_contract_is_refused_by_name(path, world, business, everybody, unlimited):
    caller = Caller(everybody, {**world, "business": business, **own(world, everybody)})
    offered = {method.upper() for method in CONTRACT["paths"][path]}
    url = path
    for one in next(iter(caller.contract["paths"][path].values())).get("parameters", []):
        if one["in"] == "path":
            url = url.replace(f"{{{one['name']}}}", str(one["schema"]["enum"][0]))
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"} - offered:
        answer = Client().generic(method, url, "{}", content_type="application/json", headers=caller.headers)
        assert answer.status_code == 405, method
        assert answer["Content-Type"] == "application/problem+json"
        assert set(answer["Allow"].split(", ")) - {"HEAD", "OPTIONS"} == offered


@pytest.mark.parametrize("broken", ["status", "shape"])
def test_a_broken_promise_would_be_noticed(broken, world, business, everybody, unlimited):
    contract = copy.deepcopy(CONTRACT)
    if broken == "status":
        contract["paths"]["/api/v1/me"]["get"]["responses"].pop("200")
    else:
        contract["components"]["schemas"]["MeOut"]["required"].append("never told")
    caller = Caller(everybody, {**world, "business": business, **own(world, everybody)}, contract)
    caller.fuzz("GET /api/v1/me", 2)
    assert caller.failures
