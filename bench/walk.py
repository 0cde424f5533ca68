"""Every page and every address of the API that answers GET, on the busy use case of the seeded data.

Complete by construction: a test holds `doors.txt` to this file. Each of its GET routes is opened, with what NAMED says
for every parameter, or left out with a reason.
"""

from datetime import timedelta
from operator import attrgetter
from typing import Any

from django.urls import get_resolver, resolve, reverse
from django.utils import timezone

from bench.seed import World
from portal.accounts.doors import doors

_FILE = "a whole file"
_AWAY = "leads elsewhere"
_MACHINES = "read by machines that watch, not by people"
_AGAIN = "a form that asks again, after five minutes, who one is"
_OUTSIDE = "for whoever is not signed in: no list and no detail of anything"
# Neither a list, nor a detail page, nor the twin of one; and why.
LEFT_OUT = {
    "account_login": _OUTSIDE,
    "accounts:sign_in": _OUTSIDE,
    "accounts:token_new": _AGAIN,
    "accounts:welcome": _OUTSIDE,
    "api_not_found": "says that there is nothing",
    "confirm_provider": "nothing there but for whoever signs in by a provider",
    "contract": "the documentation of the whole API, drawn once per process: no list and no detail of anything kept",
    "healthz": _MACHINES,
    "journal_csv": _FILE,
    "journal_xlsx": _FILE,
    "measurements_csv": _FILE,
    "metrics": _MACHINES,
    "mfa_authenticate": _OUTSIDE,
    "mfa_reauthenticate": "a question before another page, to whoever has a second factor",
    "notifications:go": _AWAY,
    "openapi_json": _FILE,
    "openapi_yaml": _FILE,
    "openid_connect_callback": _OUTSIDE,
    "organisation_token_new": _AGAIN,
    "readyz": _MACHINES,
    "review_pdf": _FILE,
    "saved_view": _AWAY,
    "second_factor_set_up": _AGAIN,
    "series_csv": _FILE,
    "team_token_new": _AGAIN,
}
# What a parameter of an address names: an attribute of the world.
NAMED = {
    "code": "view.code",
    "comment": "comment.uid",
    "environment": "deployment.target.environment.slug",
    "mark": "session.mark",
    "mlflow_id": "run.mlflow_id",
    "number": "kpi.number",
    "site": "site.slug",
    "slug": "use_case.slug",
    "stage": "stage",
    "type": "subject",
    "uid": "use_case.uid",
}
# What a page is asked for beside its address: "" is the page alone. Pages that know their past are asked for it, too.
QUERIES = {
    "api_search": ("q=use+case",),
    "portfolio": ("", "view=kanban", "view=matrix"),
    "saved_view_new": ("path=/portfolio/&list=portfolio&title=Portfolio",),
    "search": ("q=use+case",),
}
PAST = timedelta(days=20)
# Route → parameter → what it names there, where NAMED does not say.
_OF_TEAM = (
    *("team", "team_day_rates", "team_deputy_new", "team_member_change", "team_roles", "team_tokens"),
    *("api_deputies", "api_member", "api_members", "api_team", "api_team_day_rates", "api_team_history"),
    *("api_team_tokens", "api_who_could"),
)
_UIDS = {
    "accounts:person": "reader",
    "api_deliveries": "endpoint",
    "api_event": "event",
    "api_job": "job",
    "api_kpi_feed": "feed",
    "api_measurement": "measurement",
    "api_measurement_revisions": "measurement",
    "api_member": "membership",
    "api_notification": "notification",
    "api_person": "reader",
    "api_review": "review",
    "api_room": "room",
    "api_webhook": "endpoint",
    "event": "event",
    "feed": "series",
    "job": "job",
    "job_progress": "job",
    "measurement": "measurement",
    "notifications:endpoint": "endpoint",
    "notifications:endpoint_edit": "endpoint",
    "notifications:room_edit": "room",
    "review": "review",
    "review_documents": "review",
    "series": "series",
    "team_deputy_new": "membership",
    "team_member_change": "membership",
}
NAMED_IN: dict[str, dict[str, str]] = {
    "api_site": {"slug": "site.slug"},
    "template_start": {"code": "template.slug"},
    **{route: {"slug": "team.slug"} for route in _OF_TEAM if route not in _UIDS},
    **{
        route: {"uid": f"{thing}.uid"} | ({"slug": "team.slug"} if route in _OF_TEAM else {})
        for route, thing in _UIDS.items()
    },
}


def walked() -> list[str]:
    """The routes to open: those that answer GET and are not left out."""
    return sorted({door.route for door in doors() if "GET" in door.methods} - LEFT_OUT.keys())


def parameters(route: str) -> dict[str, str]:
    """Each parameter in the address of a route → what it names in the world. Raises KeyError for an unknown one."""
    namespace, _colon, name = route.rpartition(":")
    resolver = get_resolver("portal.urls")
    if namespace:
        _prefix, resolver = resolver.namespace_dict[namespace]
    known = NAMED | NAMED_IN.get(route, {})
    return {key: known[key] for key in resolver.reverse_dict.getlist(name)[0][0][0][1]}


def addresses(world: World) -> dict[str, str]:
    """Address by the name of its route, and what it is asked for."""
    found: dict[str, str] = {}
    for route in walked():
        path = reverse(route, kwargs=_arguments(route, world))
        queries = QUERIES.get(route, ("",))
        if getattr(resolve(path).func, "shows_the_past", False):
            queries += (f"as_of={timezone.localdate() - PAST}",)
        found |= {f"{route} {query}".strip(): f"{path}?{query}".rstrip("?") for query in queries}
    return found


def _arguments(route: str, world: World) -> dict[str, Any]:
    return {key: attrgetter(named)(world) for key, named in parameters(route).items()}
