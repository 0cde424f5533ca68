"""Pages to go to and things to do, among what is searched."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from portal import plain
from portal.people import rights
from portal.people.models import Team, User
from portal.registry import Hit


@dataclass(frozen=True, slots=True)
class Place:
    """A page, or something to do: what it is called, its address, the verb that it needs."""

    title: Promise
    address: str
    icon: str
    verb: str = ""


# What has no address of its own is done by the button of the top bar.
THEME, LANGUAGE = "#theme", "#language"
PLACES = (
    Place(_("Home"), "home", "home"),
    Place(_("Portfolio"), "portfolio", "layout-list"),
    Place(_("Monitoring"), "monitoring", "activity-heartbeat"),
    Place(_("Deployments"), "deployments", "rocket"),
    Place(_("Runs"), "runs", "flask"),
    Place(_("Sites & fleets"), "sites", "map-pin"),
    Place(_("What I follow"), "following", "eye"),
    Place(_("Criteria of gates"), "criteria", "list-check"),
    Place(_("Who may do what"), "accounts:rights", "shield-lock"),
    Place(_("My tokens"), "accounts:tokens", "key"),
    Place(_("Administration"), "accounts:administration", "settings", "people.manage"),
)
DEEDS = (
    Place(_("Create a use case"), "use_case_new", "plus", "usecase.create"),
    Place(_("Switch between light and dark"), THEME, "sun"),
    Place(_("Change the language"), LANGUAGE, "language"),
    Place(_("Change password"), "accounts:password", "lock"),
    Place(_("Add a person"), "accounts:person_new", "user-plus", "people.manage"),
    Place(_("Create a team"), "accounts:team_new", "users-group", "team.create"),
)


def places(user: User, query: str, limit: int) -> list[Hit]:
    """The pages and deeds whose name, in the reader's language or in English, has every word. At most one query."""
    asked = plain.ask(query)
    words = [plain.folded(word) for word in asked.words]
    found = []
    for kind, listed in ((gettext("Go to"), PLACES), (gettext("Do"), DEEDS)):
        for place in listed:
            score = _score(place, words, plain.folded(asked.text))
            if score and _may(user, place.verb):
                url = place.address if place.address.startswith("#") else reverse(place.address)
                found.append(Hit(kind=kind, title=place.title, detail="", url=url, score=score, icon=place.icon))
    return sorted(found, key=lambda hit: -hit.score)[:limit]


def offered(user: User) -> list[Hit]:
    """What is offered before anything is typed: every page, then every deed. At most one query."""
    listed = [(gettext("Go to"), place) for place in PLACES] + [(gettext("Do"), place) for place in DEEDS]
    return [
        Hit(
            kind=kind,
            title=place.title,
            detail="",
            url=place.address if place.address.startswith("#") else reverse(place.address),
            score=0.0,
            icon=place.icon,
        )
        for kind, place in listed
        if _may(user, place.verb)
    ]


def _score(place: Place, words: list[str], text: str) -> float:
    titles = {plain.folded(str(place.title))}
    if get_language() != "en":
        with override("en"):
            titles.add(plain.folded(str(place.title)))
    best = 0.0
    for title in titles:
        if words and all(any(part.startswith(word) for part in title.split()) for word in words):
            best = max(best, 1.0 if title == text else 0.88 if title.startswith(text) else 0.78)
    return best


def _may(user: User, verb: str) -> bool:
    """Whether this person may do it for the organisation or in some team of theirs."""
    if not verb or rights.can(user, verb):
        return True
    mine = Team.objects.filter(pk__in=rights.team_ids(user)) if rights.VERBS[verb].roles else Team.objects.none()
    return any(rights.can(user, verb, team) for team in mine)
