"""What is sent to the API: declared fields of the declared JSON type, and nothing else."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from portal.people.models import User

# REST framework would take "1" for 1 and 1 for "1": what a machine sends wrong it should be told.
_TYPES: tuple[tuple[tuple[type, ...], tuple[type, ...], Any], ...] = (
    ((serializers.BooleanField,), (bool,), _("This is true or false.")),
    ((serializers.IntegerField,), (int,), _("This is a whole number, without quotes.")),
    ((serializers.FloatField,), (int, float), _("This is a number, without quotes.")),
    (
        (
            *(serializers.CharField, serializers.UUIDField, serializers.DecimalField, serializers.ChoiceField),
            *(serializers.DateField, serializers.DateTimeField, serializers.TimeField, serializers.DurationField),
            *(serializers.SlugRelatedField, serializers.PrimaryKeyRelatedField),
        ),
        (str,),
        _("This is a text, in quotes."),
    ),
)


class PersonOut(serializers.ModelSerializer[User]):
    """A person, as whoever works with them knows them."""

    name = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = User
        fields = ("uid", "name")
        read_only_fields = fields


class Named(serializers.Field[Any, Any, Any, Any]):
    """A thing that is there already, named in a body by its slug (or its `number`, or its `uid`).

    `rows(view)` are those that this address may name: another one is not there.
    """

    default_error_messages = {"absent": _("There is none of this name here.")}

    def __init__(self, rows: Callable[[Any], QuerySet[Any]], *, by: str = "slug", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rows, self.by = rows, by

    def to_internal_value(self, data: Any) -> Any:
        """The row. Raises ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int if self.by == "number" else str):
            self.fail("absent")
        try:
            return self.rows(self.context["view"]).get(**{self.by: data})
        except (ObjectDoesNotExist, ValueError, ValidationError):
            self.fail("absent")


class Body(serializers.Serializer[Any]):
    """What may be sent: a field that is not declared, or not of its JSON type, is a 400 that names it."""

    def to_internal_value(self, data: Any) -> Any:
        """The values, checked. Raises ValidationError, field by field."""
        if isinstance(data, Mapping):
            writable = {field.field_name: field for field in self._writable_fields}
            wrong = {name: _wrong(writable.get(name), value) for name, value in data.items()}
            told = {name: [sentence] for name, sentence in wrong.items() if sentence}
            if told:
                raise serializers.ValidationError(told)
        return super().to_internal_value(data)


def _wrong(field: Any, value: Any) -> Any:
    """What is wrong with the JSON type of this value; None when nothing is, or when it is for the field to say."""
    if field is None:
        return _("This field is not known here, or cannot be set.")
    if value is None:
        return None
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return next((said for one in value if (said := _wrong(field.child, one))), None)
    for kinds, types, sentence in _TYPES:
        if isinstance(field, kinds):
            fits = isinstance(value, types) and (bool in types or not isinstance(value, bool))
            return None if fits else sentence
    return None
