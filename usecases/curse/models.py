"""The signals that are raised now on use cases, and how long a use case may stay in a stage."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal.records import Record
from portal.words import say
from usecases.catalog.models import Stage, UseCase

# Where a use case can stay too long; in production it is meant to stay.
LIMITED = (Stage.EXPLORATION, Stage.POC, Stage.INDUSTRIALISATION)


class StageLimit(models.Model):
    """How many days a use case may stay in a stage before the portfolio asks why. No row: as long as it takes."""

    stage = models.CharField(max_length=20, choices=Stage, unique=True)
    days = models.PositiveIntegerField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stage__in=[str(stage) for stage in LIMITED]), name="stage_limit_of_a_stage_to_leave"
            ),
            models.CheckConstraint(condition=models.Q(days__gte=1), name="stage_limit_a_day_at_least"),
        ]

    def __str__(self) -> str:
        return _("%(stage)s: %(days)s days") % {"stage": self.get_stage_display(), "days": self.days}


class Raised(Record):
    """A signal that a use case shows now: why, where to mend it, since when. It goes with its reason."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="signals_raised")
    code = models.CharField(max_length=40)
    # The sentence that says why, as a code with parameters; the same code with ".do" says what to do next.
    reason = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300)
    # Null: nobody knows since when.
    since = models.DateTimeField(null=True)
    # The last time the facts were looked at (the database's clock).
    looked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # also the overview of a use case
            models.UniqueConstraint(fields=["use_case", "code"], name="signal_raised_once"),
        ]
        indexes = [
            # the curse list, the oldest first
            models.Index(fields=["since", "id"], name="signal_raised_by_age"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def reason_words(self) -> str:
        """Why, in the reader's language."""
        return say(self.reason, self.params)

    @property
    def action_words(self) -> str:
        """What to do next, in the reader's language."""
        return say(f"{self.reason}.do", self.params)
