"""An event of the journal, as the API tells it: alone, in a feed, among the exceptions."""

from typing import Any

from rest_framework import serializers

from portal.audit.models import Event


class EventOut(serializers.ModelSerializer[Event]):
    """What happened; `sentence` in the caller's language, `actor` null when it was the machine."""

    actor = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    person = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    team = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    who = serializers.CharField(read_only=True)
    target = serializers.CharField(read_only=True)
    sentence = serializers.CharField(read_only=True)
    comment = serializers.CharField(read_only=True)

    class Meta:
        model = Event
        fields: tuple[str, ...] = (
            "uid",
            "occurred_at",
            "recorded_at",
            "is_demo",
            "who",
            "actor",
            "machine",
            "verb",
            "sentence",
            "comment",
            "target_type",
            "target_uid",
            "target",
            "person",
            "team",
            "use_case",
        )
        read_only_fields: tuple[str, ...] = fields
