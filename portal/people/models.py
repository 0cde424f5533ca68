"""People, feature teams, who plays which role, organisation roles, tokens and one-time links."""

import pgtrigger
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import plain
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


class User(AbstractUser):
    """A person. Never deleted: deactivated, later pseudonymised."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    # The journal keeps the uid, never the name.
    is_personal = True
    # Marks the cast of the demo: only these can be signed in as at one click.
    is_demo = models.BooleanField(default=False)
    # Set once: from then on the row cannot change any more.
    pseudonymised_at = models.DateTimeField(null=True, editable=False)

    class Meta(AbstractUser.Meta):
        triggers = [
            pgtrigger.Protect(
                name="pseudonym_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__pseudonymised_at__isnull=False),
            )
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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="organisation_grant_once")]

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


class Membership(Record):
    """A person plays a role in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user", "role"], name="membership_once")]
        ordering = ["role", "user__last_name", "user_id"]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


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
