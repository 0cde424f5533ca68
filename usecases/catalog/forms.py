"""What people fill in: a use case, a site it serves, a site of the organisation, a member of a team."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.errors import BadInput
from portal.people.models import Team
from usecases.catalog.models import Availability, RiskTier, Score, Site, UseCase

CURRENCY = r"^[A-Z]{3}$"
HIDDEN: dict[str, Any] = {"coerce": int, "empty_value": None, "required": False, "widget": forms.HiddenInput}


def explain(form: forms.Form, refusal: BadInput) -> None:
    """Put what an action refused beside the fields it speaks of."""
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.sentence))
    if not refusal.problems:
        form.add_error(None, str(refusal))


class TagsField(forms.CharField):
    """Texts with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        """As it is typed."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The texts."""
        return [part.strip() for part in (super().to_python(value) or "").split(",") if part.strip()]


class DescriptionForm(forms.Form):
    """What a use case is about."""

    name = forms.CharField(label=_("Name"), max_length=120)
    decision = forms.CharField(
        label=_("Decision"),
        max_length=240,
        required=False,
        help_text=_("Who decides what, and how often: “Each Monday, decide which customer gets which e-mail.”"),
    )
    decision_users = forms.CharField(
        label=_("Users of the decision"),
        max_length=240,
        required=False,
        help_text=_("The people whose work changes: campaign operators, maintenance planners…"),
    )
    problem = forms.CharField(label=_("Problem"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    hypothesis = forms.CharField(
        label=_("Hypothesis"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What is believed to be possible, and what would show that it is not."),
    )
    tags = TagsField(
        label=_("Tags"),
        required=False,
        help_text=_("With commas between them: a programme, a domain. The portfolio and the steering filter by them."),
    )
    currency = forms.RegexField(
        CURRENCY, label=_("Currency"), initial="EUR", help_text=_("Three letters: EUR, USD, XAF…")
    )


class NewUseCaseForm(DescriptionForm):
    """A use case to open."""

    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), empty_label=None)
    slug = forms.SlugField(
        label=_("Short name in addresses"),
        max_length=60,
        required=False,
        help_text=_("Made from the name when left empty. It never changes: runs are tagged with it."),
    )
    field_order = ["team", "name"]

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]


class EditUseCaseForm(DescriptionForm):
    """A use case to describe better."""

    data_availability = forms.ChoiceField(
        label=_("Availability"), required=False, choices=[("", _("Nobody has said")), *Availability.choices]
    )
    data_frequency = forms.CharField(
        label=_("Frequency"),
        max_length=240,
        required=False,
        help_text=_("How often each source comes: sensors each second, production each day, workovers each quarter."),
    )
    annotation_capacity = forms.CharField(
        label=_("Annotation capacity"),
        max_length=240,
        required=False,
        help_text=_("Who writes the outcomes down that a model learns from, and how many a week."),
    )
    algorithm = forms.CharField(
        label=_("Algorithm"), max_length=240, required=False, help_text=_("The family chosen: linear regression, …")
    )
    algorithm_reason = forms.CharField(
        label=_("Why this one"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What it brings over the simple one, and what it costs to run and to explain."),
    )
    risk_tier = forms.ChoiceField(
        label=_("Risk tier"),
        required=False,
        choices=[("", _("Not judged yet")), *RiskTier.choices],
        help_text=_("What it could do to people, in the tiers of the European AI Act."),
    )
    is_shared = forms.BooleanField(label=_("Everybody in the organisation may read it"), required=False)
    data_note = forms.CharField(
        label=_("Note about the data"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Shown at the foot of each page: where the data comes from, and what in it is simulated."),
    )

    @classmethod
    def showing(cls, use_case: UseCase) -> "EditUseCaseForm":
        """The form filled with what is known."""
        return cls(initial={name: getattr(use_case, name) for name in cls.base_fields})


class ScoreForm(forms.Form):
    """What one judges a use case to be worth, and how feasible. `seen_…`: what one started from."""

    value = forms.TypedChoiceField(
        label=_("Value"),
        choices=list(reversed(Score.choices)),
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("What it would bring each year if it worked, among all that the organisation could do."),
    )
    feasibility = forms.TypedChoiceField(
        label=_("Feasibility"),
        choices=list(reversed(Score.choices)),
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("Data that exists, a decision that can be changed, people and systems that can follow."),
    )
    reason = forms.CharField(label=_("Why"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    seen_value = forms.TypedChoiceField(choices=[("", ""), *Score.choices], **HIDDEN)
    seen_feasibility = forms.TypedChoiceField(choices=[("", ""), *Score.choices], **HIDDEN)

    @classmethod
    def showing(cls, use_case: UseCase) -> "ScoreForm":
        """The form filled with what is judged so far."""
        value, feasibility = use_case.value_score, use_case.feasibility_score
        known = {"value": value, "feasibility": feasibility}
        return cls(initial={**known, **{f"seen_{name}": score for name, score in known.items()}})

    @property
    def judged(self) -> dict[str, Any]:
        """What the action takes; once valid."""
        sent = self.cleaned_data
        seen = (sent["seen_value"], sent["seen_feasibility"])
        return {name: sent[name] for name in ("value", "feasibility", "reason")} | {"seen": seen}


class ServedSiteForm(forms.Form):
    """A site to serve, and what is particular there."""

    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), empty_label=_("Choose a site"))
    specifics = forms.CharField(
        label=_("What is particular here"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Local rules, sources, people. It is part of what IT approves."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = Site.objects.order_by("name")  # type: ignore[attr-defined]


class SiteForm(forms.Form):
    """A site of the organisation."""

    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.CharField(
        label=_("Kind"), max_length=40, required=False, help_text=_("Country, region, well, pump, shop…")
    )
    parent = forms.ModelChoiceField(
        Site.objects.none(), label=_("Part of"), required=False, empty_label=_("Nothing: it is at the top")
    )
    slug = forms.SlugField(
        label=_("Short name in addresses"),
        max_length=60,
        required=False,
        help_text=_("Made from the name when left empty. It never changes."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Site.objects.order_by("name")  # type: ignore[attr-defined]
