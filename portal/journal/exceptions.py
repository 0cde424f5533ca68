"""Exceptions: what of people and of the journal itself is one, and the question that finds them all."""

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal import registry
from portal.audit.models import Event
from portal.registry import Exceptional

EXCEPTIONS = (
    Exceptional(
        "break_glass",
        _("Break-glass"),
        _("A safeguard was passed over in an emergency."),
        ("break_glass.",),
        tone="err",
    ),
    Exceptional(
        "role.self_granted",
        _("Role given to oneself"),
        _("Somebody who manages people gave a role to themselves."),
        ("role.granted.", "team.member_added."),
        only={"actor": F("person")},
    ),
    Exceptional(
        "second_factor.reset",
        _("Second factor reset"),
        _("Somebody may now sign in without the second factor they had."),
        ("second_factor.reset",),
    ),
    Exceptional(
        "lock.lifted",
        _("Forced unlock"),
        _("An account locked after failed sign-ins was opened again by hand."),
        ("signin.unlocked", "signin.unlocked.nobody"),
    ),
    Exceptional(
        "deputy.approved",
        _("Decision by a deputy"),
        _("Somebody decided in the name of somebody else."),
        (),
        only={"on_behalf_of__isnull": False},
    ),
    Exceptional(
        "journal.failed",
        _("The journal failed its verification"),
        _("What is in the journal is not what was sealed."),
        ("journal.verification_failed",),
        tone="err",
    ),
)


def matching(code: str = "") -> Q:
    """What makes an event an exception: of this kind, or of any."""
    kinds = registry.exceptions()
    chosen = [kinds[code]] if code in kinds else kinds.values()
    found = Q(pk__in=[])
    for kind in chosen:
        # What is exceptional whatever the verb names none.
        found |= Q(**kind.only) if not kind.verbs else Q(verb__in=_verbs(kind), **kind.only)
    return found


def kind_of(event: Event) -> Exceptional | None:
    """The first kind whose verbs an event has. An event that `matching` did not find may have one, too."""
    kinds = registry.exceptions()
    by_verb = (kind for kind in kinds.values() if event.verb in _verbs(kind))
    return next(by_verb, kinds["deputy.approved"] if event.on_behalf_of_id else None)


def _verbs(kind: Exceptional) -> list[str]:
    """Families spelled out, so that the index on verbs serves them."""
    exact = [verb for verb in kind.verbs if not verb.endswith(".")]
    families = tuple(verb for verb in kind.verbs if verb.endswith("."))
    return exact + [verb for verb in registry.words() if families and verb.startswith(families)]
