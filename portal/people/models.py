"""People, feature teams, who plays which role, organisation roles, tokens and one-time links."""

from datetime import date, datetime, timedelta
from typing import ClassVar

import pgtrigger
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import clock, plain
from portal.people.limits import Limited, LimitedQuerySet
from portal.people.tenures import SAME_ROLE, begins_tenure, ends_tenure, follows_activity
from portal.records import Record, new_uid


class Role(models.TextChoices):
    """What a person is in a feature team."""

    BUSINESS = "business", _("Business")
    DATA = "data", _("Data science")
    IT = "it", _("IT")
    USER = "user", _("User of the decision")
    VIEWER = "viewer", _("Viewer")


class OrganisationRole(models.TextChoices):
    """What a person is for the whole organisation."""

    ADMIN = "admin", _("Administrator")
    STEERING = "steering", _("Steering")
    AUDITOR = "auditor", _("Auditor")


class PeopleManager(UserManager["User"]):
    """People only: what stands for a service is no member, no colleague, and signs in nowhere."""

    use_in_migrations = False

    def get_queryset(self) -> models.QuerySet["User"]:
        """Without services."""
        return super().get_queryset().filter(is_service=False)


class User(AbstractUser):
    """A person. Never deleted: deactivated, later pseudonymised. With `is_service`, what stands for a service."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    # The journal keeps the uid, never the name.
    is_personal = True
    # Marks the cast of the demo: only these can be signed in as at one click.
    is_demo = models.BooleanField(default=False)
    # The actor of a service token: no person, and never found among people.
    is_service = models.BooleanField(default=False, editable=False)
    # Set once: from then on the row cannot change any more.
    pseudonymised_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[PeopleManager] = PeopleManager()
    everybody = models.Manager["User"]()

    class Meta(AbstractUser.Meta):
        triggers = [
            follows_activity(),
            pgtrigger.Protect(
                name="pseudonym_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__pseudonymised_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pseudonymised_at=None)
                | models.Q(is_active=False, first_name="", last_name="", email=""),
                name="pseudonym_has_no_name",
            )
        ]
        indexes = [
            # the search: parts of their names
            plain.name_index("person_name_parts", "first_name", "last_name", "username"),
        ]

    def __str__(self) -> str:
        if self.is_service:
            return gettext("Service “%(name)s”") % {"name": self.first_name}
        if self.pseudonymised_at:
            return gettext("Person %(code)s") % {"code": self.username.removeprefix("person-").upper()}
        return self.get_full_name() or self.username

    @property
    def initials(self) -> str:
        """Two letters for a face."""
        parts = str(self).split()
        return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts[:1])).upper()


class OrganisationGrant(models.Model):
    """A role for the whole organisation given to a person."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="organisation_grants")
    role = models.CharField(max_length=10, choices=OrganisationRole)
    since = models.DateTimeField(default=clock.now, editable=False)
    # Null: a provider's group gave it.
    given_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="organisation_grant_once")]
        triggers = [
            begins_tenure("NULL, '', NEW.role, NULL, NULL, NEW.since"),
            ends_tenure("team_id IS NULL AND organisation_role = OLD.role"),
            pgtrigger.Protect(name="grant_stays", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class Team(Record):
    """A feature team: business, data and IT people who share one goal."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=60, unique=True)

    class Meta:
        ordering = ["name"]
        indexes = [
            # the search: parts of its name
            plain.name_index("team_name_parts", "name", "slug"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(Limited, Record):
    """A person plays a role in a team, everywhere or within limits. It does not change: another is another."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    # Null: a provider's group gave it.
    given_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = LimitedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user", "role", "site", "environment"], nulls_distinct=False, name="membership_once"
            )
        ]
        ordering = ["role", "user__last_name", "user_id"]
        triggers = [
            begins_tenure("NEW.team_id, NEW.role, '', NEW.site_id, NEW.environment_id, NEW.occurred_at"),
            ends_tenure(
                SAME_ROLE,
                f"""UPDATE portal_deputy SET until = LEAST(until, GREATEST(since, clock_timestamp()))
                    WHERE member_id = OLD.user_id AND {SAME_ROLE};""",  # noqa: S608
            ),
            pgtrigger.Protect(name="membership_stays", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class Tenure(Limited):
    """Who held which role from when to when: written by the database with memberships and grants, never deleted."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tenures")
    # Null with a role of the organisation.
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="tenures")
    role = models.CharField(max_length=10, choices=Role, blank=True)
    organisation_role = models.CharField(max_length=10, choices=OrganisationRole, blank=True)
    since = models.DateTimeField()
    # Null: to this day.
    until = models.DateTimeField(null=True)
    # Null: the machine.
    given_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = LimitedQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(team=None, role="") & ~models.Q(organisation_role="")
                | models.Q(team__isnull=False, organisation_role="") & ~models.Q(role=""),
                name="tenure_of_one_role",
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")), name="tenure_ends_after_since"
            ),
            models.UniqueConstraint(
                fields=["user", "team", "role", "organisation_role", "site", "environment"],
                condition=models.Q(until=None),
                nulls_distinct=False,
                name="tenure_open_once",
            ),
        ]
        indexes = [
            # "who could approve here on that day"
            models.Index(fields=["team", "role", "since"], name="tenure_by_team"),
            models.Index(
                fields=["organisation_role", "since"], condition=models.Q(team=None), name="tenure_by_organisation"
            ),
        ]
        triggers = [pgtrigger.Protect(name="tenure_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.user}: {self.role_label}"

    @property
    def role_label(self) -> str:
        """The role, in words."""
        return str(self.get_role_display() or self.get_organisation_role_display())


class Deputy(Limited, Record):
    """A person may do what a role of another lets, from day to day: the role and its limits are copied."""

    member = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deputies")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stands_in")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="deputies")
    role = models.CharField(max_length=10, choices=Role)
    # Midnights in the organisation's zone; `until` comes sooner when it is ended.
    since = models.DateTimeField()
    until = models.DateTimeField()
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = LimitedQuerySet.as_manager()

    class Meta:
        ordering = ["since", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(deputy=models.F("member")), name="deputy_is_another"),
            models.CheckConstraint(condition=models.Q(until__gte=models.F("since")), name="deputy_ends_after_since"),
        ]
        indexes = [
            # "whose roles do I have now"; "who could approve here on that day"
            models.Index(fields=["deputy", "until"], name="deputy_by_deputy"),
            models.Index(fields=["team", "role", "since"], name="deputy_by_team"),
        ]
        triggers = [pgtrigger.Protect(name="deputy_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return gettext("%(deputy)s for %(member)s") % {"deputy": self.deputy, "member": self.member}

    @property
    def first_day(self) -> date:
        """The first day, in the organisation's zone."""
        return self.since.astimezone(timezone.get_default_timezone()).date()

    @property
    def last_day(self) -> date:
        """The last day it counts at all, in the organisation's zone."""
        last = max(self.since, self.until - timedelta(microseconds=1))
        return last.astimezone(timezone.get_default_timezone()).date()

    def counts(self, moment: datetime | None = None) -> bool:
        """Whether it counts at this moment, by default now."""
        return self.since <= (moment or clock.now()) < self.until

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.until <= clock.now()


class ServiceAccount(Limited, Record):
    """What a service token acts as: no person. Of a team with a role there, or of the organisation, which reads."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="service")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="services")
    role = models.CharField(max_length=10, choices=Role, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(team=None, role="") | models.Q(team__isnull=False) & ~models.Q(role=""),
                name="service_has_role_in_team",
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


class Scope(models.TextChoices):
    """What a token may be used for. A token never does more than its owner."""

    READ = "read", _("Read what I may see")
    WRITE = "write", _("Read what I may see, and change what I may change")
    MEASUREMENTS = "measurements", _("Send KPI measurements")
    POINTS = "points", _("Send points of series")

    @property
    def implied(self) -> "frozenset[Scope]":
        """What a token of this scope may be used for: changing includes reading and sending."""
        return frozenset(Scope) if self is Scope.WRITE else frozenset({self})


class AccessToken(Record):
    """A person's key for a machine. Only its SHA-256 is kept; it acts with its owner's rights, within its scopes."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    # Whoever looks at the past comes in with a key of today.
    objects = models.Manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def usable(self) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def scope_labels(self) -> list[str]:
        """What it may be used for, in words."""
        return [str(Scope(scope).label) for scope in self.scopes]

    def grants(self, *scopes: Scope) -> bool:
        """Whether one of these scopes is among its own, or implied by one of them."""
        return any(not Scope(held).implied.isdisjoint(scopes) for held in self.scopes)


class OneTimeLink(models.Model):
    """A link that lets its bearer in once: the first administrator, or a person who has no password yet."""

    digest = models.CharField(max_length=64, unique=True)
    # Null: the bearer becomes the first administrator.
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"one-time link {self.pk}"
