"""The use case, the sites of the organisation, and what is particular to a use case at a site."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from tree_queries.models import TreeNode

from portal import plain
from portal.people import rights
from portal.people.models import Team, User
from portal.records import Known, Record
from portal.registry import Tone
from portal.words import say

TAG_LENGTH = 40
# What the search reads of a use case.
TOLD = (
    *("name", "decision", "decision_users", "problem", "hypothesis"),
    *("data_frequency", "annotation_capacity", "algorithm", "algorithm_reason"),
)


class Stage(models.TextChoices):
    """Where a use case stands on its road."""

    EXPLORATION = "exploration", _("Exploration")
    POC = "poc", _("POC")
    INDUSTRIALISATION = "industrialisation", _("Industrialisation")
    PRODUCTION = "production", _("Production")
    RETIRED = "retired", _("Retired")
    STOPPED = "stopped", _("Stopped")

    @property
    def ahead(self) -> "Stage | None":
        """The stage that the gate ahead opens; None from production on."""
        road = (Stage.EXPLORATION, Stage.POC, Stage.INDUSTRIALISATION, Stage.PRODUCTION)
        return road[road.index(self) + 1] if self in road[:-1] else None


class Health(models.TextChoices):
    """The four states of everything that is watched. Unknown is never green."""

    HEALTHY = "healthy", _("Healthy")
    WARNING = "warning", _("Warning")
    ERROR = "error", _("Error")
    UNKNOWN = "unknown", _("Unknown")

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        tones: dict[str, Tone] = {"healthy": "ok", "warning": "warn", "error": "err", "unknown": "unk"}
        return tones[self.value]


class Score(models.IntegerChoices):
    """How much value is expected of a use case, and how feasible it is: an agreed judgement, not a measurement."""

    VERY_LOW = 1, _("Very low")
    LOW = 2, _("Low")
    MIDDLE = 3, _("Middling")
    HIGH = 4, _("High")
    VERY_HIGH = 5, _("Very high")


def _score_field() -> "models.PositiveSmallIntegerField[int | None, int | None]":
    return models.PositiveSmallIntegerField(null=True, blank=True, choices=Score)


class Availability(models.TextChoices):
    """Whether the data that a use case needs can be had. Empty: nobody has said."""

    NONE = "none", _("Not there")
    ASKED = "asked", _("Asked for")
    PARTLY = "partly", _("Partly there")
    THERE = "there", _("There")


class RiskTier(models.TextChoices):
    """How much harm it could do to people, in the tiers of the European AI Act. Empty: nobody has judged it."""

    MINIMAL = "minimal", _("Minimal")
    LIMITED = "limited", _("Limited")
    HIGH = "high", _("High")
    UNACCEPTABLE = "unacceptable", _("Unacceptable")


class Funding(models.TextChoices):
    """What the organisation decided about paying for a use case. To stop it is a stage."""

    UNDECIDED = "undecided", _("Not decided")
    FUNDED = "funded", _("Funded")
    PAUSED = "paused", _("Paused")

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        tones: dict[str, Tone] = {"undecided": "unk", "funded": "ok", "paused": "warn"}
        return tones[self.value]


class Site(TreeNode):
    """A place of the organisation: country, field, well; a leaf may be an asset. One tree for everybody."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=40, blank=True, help_text=_("Country, region, well, pump, shop…"))

    class Meta:
        ordering = ["name"]
        indexes = [
            # the search: parts of its name
            plain.name_index("site_name_parts", "name", "slug"),
        ]
        constraints = [models.UniqueConstraint(fields=["parent", "name"], name="site_name_once_per_parent")]

    def __str__(self) -> str:
        return self.name


def place_at(site: Site | None) -> rights.Place:
    """Where something of a site is, or of all sites together, for the rights; it is of no environment."""
    return rights.Place(site.pk, None, site.name) if site else rights.Place(name=str(_("all sites together")))


class UseCaseQuerySet(models.QuerySet["UseCase"]):
    """Questions of the pages."""

    def visible_to(self, user: User) -> "UseCaseQuerySet":
        """What this person may know exists. Everything else is a 404."""
        if not user.is_authenticated:
            return self.none()
        if rights.sees_everything(user):
            return self
        mine = models.Q(team_id__in=rights.team_ids(user))
        return self.filter(mine | models.Q(is_shared=True))


class UseCase(Record):
    """A decision that a feature team wants to make better with AI."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True, help_text=_("Never changes: runs are tagged with it."))
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="use_cases")
    decision = models.CharField(max_length=240, blank=True)
    decision_users = models.CharField(max_length=240, blank=True)
    problem = models.TextField(blank=True)
    hypothesis = models.TextField(blank=True)
    data_availability = models.CharField(max_length=10, blank=True, choices=Availability)
    data_frequency = models.CharField(max_length=240, blank=True)
    annotation_capacity = models.CharField(max_length=240, blank=True)
    algorithm = models.CharField(max_length=240, blank=True)
    algorithm_reason = models.TextField(blank=True)
    risk_tier = models.CharField(max_length=12, blank=True, choices=RiskTier)
    currency = models.CharField(max_length=3, default="EUR")
    # What the organisation sorts its portfolio by: a programme, a domain, a quarter.
    tags = ArrayField(models.CharField(max_length=TAG_LENGTH), default=list, blank=True)
    # Steering's decision in force; each one there was is a SteeringDecision.
    funding = models.CharField(max_length=10, choices=Funding, default=Funding.UNDECIDED)
    funding_since = models.DateTimeField(null=True, blank=True)
    # Judged together or not at all; null: nobody has.
    value_score = _score_field()
    feasibility_score = _score_field()
    scored_at = models.DateTimeField(null=True, blank=True)
    scored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.EXPLORATION)
    stage_since = models.DateTimeField()
    health = models.CharField(max_length=10, choices=Health, default=Health.UNKNOWN)
    health_since = models.DateTimeField(null=True)
    health_code = models.CharField(max_length=60, blank=True)
    health_params = models.JSONField(default=dict, blank=True)
    is_shared = models.BooleanField(default=False, help_text=_("Everybody in the organisation may read it."))
    # Says where the data of a demonstration comes from, and what in it is simulated.
    data_note = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sites = models.ManyToManyField(Site, through="UseCaseSite", related_name="use_cases")

    objects = Known.from_queryset(UseCaseQuerySet)()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="use_case_currency_iso"),
            models.CheckConstraint(
                condition=models.Q(
                    value_score=None,
                    feasibility_score=None,
                    scored_at=None,
                    scored_by=None,
                )
                | models.Q(
                    value_score__range=(Score.VERY_LOW, Score.VERY_HIGH),
                    feasibility_score__range=(Score.VERY_LOW, Score.VERY_HIGH),
                    scored_at__isnull=False,
                    scored_by__isnull=False,
                ),
                name="use_case_scored_whole",
            ),
        ]
        indexes = [
            # the search: parts of its name, words of its description
            plain.name_index("use_case_name_parts", "name", "slug"),
            plain.words_index("use_case_words", *TOLD),
            # the portfolio, filtered by tag
            GinIndex(fields=["tags"], name="use_case_by_tag"),
            # the portfolio of a team, by stage
            models.Index(fields=["team", "stage"], name="use_case_by_team_stage"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its overview."""
        return reverse("overview", args=[self.slug])

    @property
    def stage_ahead(self) -> Stage | None:
        """The stage that its next gate opens."""
        return Stage(self.stage).ahead

    @property
    def health_tone(self) -> Tone:
        """How its health is coloured."""
        return Health(self.health).tone

    @property
    def funding_tone(self) -> Tone:
        """How the decision in force is coloured."""
        return Funding(self.funding).tone

    @property
    def health_reason(self) -> str:
        """Why it is so, in the reader's language."""
        return say(self.health_code, self.health_params) if self.health_code else ""


class UseCaseScore(Record):
    """What somebody judged the value and the feasibility of a use case to be. The last one counts; all are kept."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="scores")
    value = models.PositiveSmallIntegerField(choices=Score)
    feasibility = models.PositiveSmallIntegerField(choices=Score)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    value__range=(Score.VERY_LOW, Score.VERY_HIGH),
                    feasibility__range=(Score.VERY_LOW, Score.VERY_HIGH),
                ),
                name="use_case_score_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} × {self.feasibility}"


class UseCaseSite(Record):
    """A site that a use case serves, and what is particular there."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="served_sites")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="served_use_cases")
    specifics = models.TextField(blank=True, help_text=_("What is particular here; part of what is approved."))

    class Meta:
        ordering = ["site__name"]
        constraints = [models.UniqueConstraint(fields=["use_case", "site"], name="use_case_site_once")]

    def __str__(self) -> str:
        return str(self.site)
