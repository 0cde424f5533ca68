"""Sessions, the rules of signing in, and which group of a provider gives which role."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.people.limits import Limited
from portal.people.models import OrganisationRole, Role, Team, User
from portal.records import Record


class SessionQuerySet(models.QuerySet["Session"]):
    """Questions about who is signed in where."""

    def of(self, person: User) -> "SessionQuerySet":
        """The sessions of this person that still count, last seen first."""
        return self.filter(user=person, expire_date__gt=timezone.now()).order_by("-seen_at")

    def make_stale(self, people: Iterable[User] | None = None) -> None:
        """Give these people (everybody without) a new key at their next request, and look at the rules again."""
        rows = self if people is None else self.filter(user__in=people)
        rows.filter(user__isnull=False).update(stale=True)


class Session(AbstractBaseSession):
    """A browser that somebody signed in with. Written by `portal.people.sessions`."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ip = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=250, blank=True)
    # Set when this person's roles or the rules changed: the next request gets a new key and looks at the rules again.
    stale = models.BooleanField(default=False)

    objects = SessionQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        indexes = [
            # "my sessions", and ending all of somebody
            models.Index(fields=["user", "-seen_at"], name="session_by_user")
        ]

    @property
    def mark(self) -> str:
        """What names it in an address: its key is a secret."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:32]

    @classmethod
    def get_session_store_class(cls) -> Any:
        """The store that writes these rows."""
        from portal.people.sessions import SessionStore

        return SessionStore

    def save(self, *, force_update: bool = False, **how: Any) -> None:
        """Write the row. An update leaves `stale` alone: a request under way must not undo what was set meanwhile."""
        if force_update:
            how["update_fields"] = [
                one.name for one in self._meta.concrete_fields if one.name not in ("stale", "session_key")
            ]
        super().save(force_update=force_update, **how)


class Requirement(models.TextChoices):
    """Who must have a second factor."""

    NOBODY = "nobody", _("Nobody has to")
    APPROVERS = "approvers", _("Administrators, and whoever approves (IT)")
    EVERYBODY = "everybody", _("Everybody")


class SignInPolicy(models.Model):
    """The rules of signing in: one row."""

    second_factor = models.CharField(max_length=10, choices=Requirement, default=Requirement.NOBODY)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="sign_in_policy_is_one")]

    def __str__(self) -> str:
        return str(_("Rules of signing in"))


class SecondFactorReset(models.Model):
    """An administrator took somebody's second factor away; they are told at their next sign-in."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="second_factor_resets")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # "what is this person not told yet", at each sign-in
            models.Index(fields=["user"], condition=models.Q(told_at=None), name="second_factor_reset_untold")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.recorded_at}"


class GroupRule(Limited, Record):
    """Whoever a provider says is in this group gets this role: in the organisation, or in a team, within limits."""

    provider = models.CharField(_("Provider"), max_length=40)
    group = models.CharField(_("Group"), max_length=200)
    organisation_role = models.CharField(
        _("Role in the organisation"), max_length=10, choices=OrganisationRole, blank=True
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="group_rules")
    role = models.CharField(_("Role in the team"), max_length=10, choices=Role, blank=True)

    class Meta:
        ordering = ["provider", "group", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "group", "organisation_role", "team", "role", "site", "environment"],
                nulls_distinct=False,
                name="group_rule_once",
            ),
            models.CheckConstraint(
                condition=models.Q(team=None, role="", site=None, environment=None) & ~models.Q(organisation_role="")
                | models.Q(team__isnull=False, organisation_role="") & ~models.Q(role=""),
                name="group_rule_gives_one_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} → {self.gives}"

    @property
    def gives(self) -> str:
        """The role, in words."""
        if self.team is None:
            return str(OrganisationRole(self.organisation_role).label)
        where = f" ({self.limits})" if self.limits else ""
        return f"{Role(self.role).label}, {self.team}{where}"

    @property
    def membership(self) -> dict[str, Any]:
        """The role in a team that it gives, as lookups: two rules give the same when these, and the other role, are."""
        return {name: getattr(self, name) for name in ("team_id", "role", "site_id", "environment_id")}


class GroupGrant(models.Model):
    """This person has the rule's role because of the rule: only such roles are ever taken back by a provider."""

    rule = models.ForeignKey(GroupRule, on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="group_grants")
    recorded_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "user"], name="group_grant_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.rule}"
