"""What people fill in: how they are told, which rooms and machines are."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal import registry
from portal.errors import BadInput
from portal.notifications.managed import teams_of
from portal.notifications.models import ChatRoom, Endpoint, Habits, Rhythm
from portal.people import rights
from portal.people.models import User


def explain(form: forms.Form, refusal: BadInput) -> None:
    """Put what an action refused beside the fields it speaks of, or above the form."""
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.sentence))
    if not refusal.problems:
        form.add_error(None, str(refusal))


class ChoicesForm(forms.Form):
    """Language, zone, hour, and when each kind is wanted in the mail."""

    language = forms.ChoiceField(label=_("Language of my e-mails"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("My time zone"), choices=[(z, z) for z in sorted(available_timezones())])
    hour = forms.TimeField(
        label=_("Hour of the daily e-mail"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    rhythm = forms.ChoiceField(label=_("E-mail me"), choices=Rhythm.choices)

    def __init__(self, *args: Any, habits: Habits, **kwargs: Any) -> None:
        start = {name: getattr(habits, name) for name in ("language", "time_zone", "hour", "rhythm")}
        super().__init__(*args, **kwargs)
        self.initial = start
        self.kinds = {f"kind_{number}": notice for number, notice in enumerate(registry.notices().values())}
        usual = [("", _("As for all"))]
        for name, notice in self.kinds.items():
            self.fields[name] = forms.ChoiceField(
                label=str(notice.title),
                choices=[*usual, *Rhythm.choices],
                required=False,
                initial=habits.by_kind.get(notice.code, ""),
            )

    def chosen(self) -> dict[str, Any]:
        """What `actions.choose` takes."""
        given = self.cleaned_data
        by_kind = {notice.code: given[name] for name, notice in self.kinds.items() if given[name]}
        return {name: given[name] for name in ("language", "time_zone", "hour", "rhythm")} | {"by_kind": by_kind}

    def general(self) -> list[forms.BoundField]:
        """The fields that are not of one kind."""
        return [self[name] for name in ("rhythm", "hour", "time_zone", "language")]

    def by_kind(self) -> list[forms.BoundField]:
        """One field per kind."""
        return [self[name] for name in self.kinds]


class _OfTeam(forms.Form):
    """Something of a team that its author chooses; of the organisation for an administrator who chooses none."""

    team = forms.ChoiceField(label=_("Team"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.teams = {str(team.uid): team for team in teams_of(user)}
        whole = [("", _("The whole organisation"))] if rights.can(user, "channel.manage") else []
        field = self.fields["team"]
        field.choices = [*whole, *((uid, team.name) for uid, team in self.teams.items())]  # type: ignore[attr-defined]
        field.required = not whole

    def chosen(self) -> dict[str, Any]:
        """What the action takes."""
        return {**self.cleaned_data, "team": self.teams.get(self.cleaned_data["team"])}


class EventsForm(forms.Form):
    """What a machine is told."""

    events = forms.MultipleChoiceField(label=_("Tell it when"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events = [(one.event, f"{one.title} ({one.event})") for one in registry.notices().values() if one.event]
        self.fields["events"].choices = events  # type: ignore[attr-defined]

    @classmethod
    def showing(cls, endpoint: Endpoint) -> "EventsForm":
        """The form as the webhook fills it."""
        return cls(initial={"events": endpoint.events})


class EndpointForm(EventsForm, _OfTeam):
    """A webhook to add."""

    url = forms.CharField(
        label=_("Address"), max_length=2000, help_text=_("An https:// address on the public Internet.")
    )

    field_order = ("team", "url", "events")


class ToldForm(forms.Form):
    """What a room is called, what it is told, in which language."""

    name = forms.CharField(label=_("Name of the room"), max_length=80)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    kinds = forms.MultipleChoiceField(label=_("Tell it when"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(one.code, str(one.title)) for one in registry.notices().values()]
        self.fields["kinds"].choices = kinds  # type: ignore[attr-defined]

    @classmethod
    def showing(cls, room: ChatRoom) -> "ToldForm":
        """The form as the room fills it."""
        return cls(initial={name: getattr(room, name) for name in ("name", "language", "kinds")})


class RoomForm(ToldForm, _OfTeam):
    """A chat room to add."""

    field_order = ("team", "name", "address", "language", "kinds")
    address = forms.CharField(
        label=_("Apprise address"),
        max_length=2000,
        help_text=_("For example slack://TokenA/TokenB/TokenC or workflows://… It is kept encrypted."),
    )
