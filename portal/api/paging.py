"""Lists a page at a time, by a cursor on indexed keys: what is inserted meanwhile moves nothing."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from portal.errors import BadInput

PARAMETERS = frozenset({"cursor", "limit"})


class Pages(BasePagination):
    """`?cursor=&limit=`: the rows after the cursor in the order of one of the endpoint's `orderings`.

    Each order is of a field or an annotation, and ends with the primary key, so that it is total; the cursor is signed,
    so that it is ours.
    """

    default = 100
    most = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the page. Raises BadInput for a cursor, a limit or an ordering that is none."""
        self.request = request
        self.ordering = _ordering(request, view.orderings)
        self.salt = f"portal.api.cursor {queryset.model._meta.label}"
        keys = [self.ordering, "-pk" if self.ordering.startswith("-") else "pk"]
        found = queryset.order_by(*keys)
        if "cursor" in request.query_params:
            found = found.filter(_after(keys, self._read(request.query_params["cursor"], queryset)))
        limit = self._limit(request)
        rows = list(found[: limit + 1])
        self.cursor = self._write(rows[limit - 1]) if len(rows) > limit else None
        return rows[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        """The rows told, and the address of the next page, null after the last."""
        following = None
        if self.cursor is not None:
            query = urlencode({**self.request.query_params.dict(), "cursor": self.cursor})
            following = self.request.build_absolute_uri(f"{self.request.path}?{query}")
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        return Response({"results": data, "next": following}, headers=headers)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The page, in the words of OpenAPI."""
        following = {"type": ["string", "null"], "format": "uri", "description": "The next page; null after the last."}
        properties = {"results": schema, "next": following}
        return {"type": "object", "properties": properties, "required": list(properties)}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Cursor, limit, and ordering when there is a choice, in the words of OpenAPI."""
        found = [
            _parameter("cursor", {"type": "string"}, "As given in `next`."),
            _parameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": self.most, "default": self.default},
                "Rows of a page.",
            ),
        ]
        if len(view.orderings) > 1:
            choice = {"type": "string", "enum": list(view.orderings), "default": view.orderings[0]}
            found.append(_parameter("ordering", choice, "A minus means the highest first."))
        return found

    def _limit(self, request: Request) -> int:
        text = request.query_params.get("limit", str(self.default))
        if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= self.most):
            raise _refused("limit", _("limit is a whole number from 1 to %(most)s.") % {"most": self.most})
        return int(text)

    def _write(self, row: models.Model) -> str:
        value = getattr(row, self.ordering.removeprefix("-"))
        told = value.isoformat() if isinstance(value, date) else str(value)
        return signing.dumps([self.ordering, told, row.pk], salt=self.salt)

    def _read(self, cursor: str, rows: models.QuerySet[Any]) -> list[Any]:
        try:
            ordering, value, pk = signing.loads(cursor, salt=self.salt)
        except signing.BadSignature:
            ordering = value = pk = None
        if ordering != self.ordering:
            raise _refused("cursor", _("This cursor is none of this list: begin again without one."))
        name = self.ordering.removeprefix("-")
        annotation = rows.query.annotations.get(name)
        field: Any = annotation.output_field if annotation is not None else rows.model._meta.get_field(name)
        return [field.to_python(value), pk]


def _after(keys: Sequence[str], values: Sequence[Any]) -> models.Q:
    """The rows that come after these two values; the first condition alone is what an index needs."""
    side = "lt" if keys[0].startswith("-") else "gt"
    (first, second), (value, pk) = (key.removeprefix("-") for key in keys), values
    beyond = models.Q(**{f"{first}__{side}": value}) | models.Q(**{first: value, f"{second}__{side}": pk})
    return models.Q(**{f"{first}__{side}e": value}) & beyond


def _ordering(request: Request, allowed: Sequence[str]) -> str:
    asked = str(request.query_params.get("ordering", allowed[0]))
    if asked not in allowed:
        raise _refused("ordering", _("ordering is one of: %(names)s.") % {"names": ", ".join(allowed)})
    return asked


def _refused(name: str, sentence: Any) -> BadInput:
    return BadInput.of(sentence, {name: sentence})


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
