"""Taking a person's name away for good: what they did stays told, by "Person 7F3A"."""

import secrets

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.hashers import make_password
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.audit.record import record
from portal.errors import BadInput, Refused
from portal.people import rights
from portal.people.models import User


@transaction.atomic
def pseudonymise_person(person: User, *, by: User, confirmed: str) -> None:
    """Replace the names of a deactivated person by a pseudonym; it cannot be undone.

    What is theirs alone goes: roles, tokens, links, sessions, second factors, notifications. What they did stays, and
    the seals hold: no name is in the journal. `confirmed`: their user name, typed again. Raises BadInput, Refused.
    """
    rights.require(by, "people.pseudonymise")
    if confirmed != person.username:
        sentence = _("Type the user name of the person whose name is to go.")
        raise BadInput.of(sentence, {"confirmed": sentence})
    former, code = person.username, _free_code()
    named = User.objects.filter(pk=person.pk, is_active=False, pseudonymised_at=None)
    if not named.exists():
        raise Refused(_("Only a deactivated person who still has a name is pseudonymised."))
    _take_away(person)
    changed = named.update(
        username=code,
        first_name="",
        last_name="",
        email="",
        password=make_password(None),
        last_login=None,
        pseudonymised_at=timezone.now(),
    )
    if not changed:
        raise Refused(_("Somebody else decided first: look again."))
    for log in (AccessAttempt, AccessFailureLog, AccessLog):
        log.objects.filter(username=former).delete()
    person.refresh_from_db()
    rights.forget(person)
    record("person.pseudonymised", person, by=by)


def _take_away(person: User) -> None:
    """Whatever would go with the row of a person goes; what must outlive it is protected, and stays."""
    for relation in User._meta.related_objects:
        if getattr(relation, "on_delete", None) is models.CASCADE and isinstance(relation.field, models.ForeignKey):
            relation.related_model._base_manager.filter(**{relation.field.name: person}).delete()


def _free_code() -> str:
    """A random pseudonym: nothing of the person is in it."""
    while User.objects.filter(username=(code := f"person-{secrets.token_hex(2)}")).exists():
        continue
    return code
