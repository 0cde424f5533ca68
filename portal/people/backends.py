"""Whoever comes back with a session: their row and their roles, in one query at every page."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from portal import clock
from portal.people import holders, rights
from portal.people.models import User


class PeopleBackend(ModelBackend):
    """As Django's, which checks passwords; the person brings along what they hold now."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of this key while they may sign in, else None."""
        found: Any = User.objects.annotate(held_now=holders.beside(clock.now())).filter(pk=user_id)
        user: User | None = next(iter(found), None)
        if user is None or not self.user_can_authenticate(user):
            return None
        rights.note(user, user.__dict__.pop("held_now") or [])
        return user
