"""The contract: what every endpoint says of itself in OpenAPI 3.1, and the document of all of them."""

from functools import cache
from typing import Any

from django.utils.translation import override
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from portal.api import etags, idempotency, problems
from portal.api.endpoints import Acting, Changing, Creating, Listing, Reading, Removing
from portal.api.filters import looks_back
from portal.api.permissions import declared
from portal.ui.as_of import NAME as AS_OF

INTRODUCTION = """Everything the pages do, for machines, with the same rights and the same sentences.

- **Who**: `Authorization: Bearer pas_…`, a token made under *My tokens*. It does what its owner may, within its scopes.
- **Errors** are `application/problem+json` (RFC 9457) with a sentence in the language of `Accept-Language` (en, fr);
  `errors` names each field or line. What one may not see is a 404.
- **Lists** come a page at a time: follow `next` until it is null. A parameter that is not declared is a 400.
- **Changes** to a thing need the `ETag` that was read in `If-Match`: 428 without, 412 when it has changed since.
- **Creating** needs an `Idempotency-Key` of your own: sent again within 24 hours it has one effect and gets the first
  answer; with another request it is a 422, while the first still runs a 409.
- **Limits** are per token and minute, as `RateLimit` says; beyond them 429 with `Retry-After`.
- **The past**: where a page can be asked how things were, so can its address here, with `as_of`; nobody writes it.
- **Times** are RFC 3339; periods are half-open; decimal numbers are texts.
"""


class WrongField(serializers.Serializer[Any]):
    """One thing wrong with what was sent."""

    field = serializers.CharField()
    line = serializers.IntegerField(allow_null=True, help_text="Counted from 1; null when there are no lines.")
    detail = serializers.CharField(help_text="A sentence for people.")


class Problem(serializers.Serializer[Any]):
    """What the API says when it says no (RFC 9457)."""

    type = serializers.CharField(help_text="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for people.")
    errors = WrongField(many=True, required=False)  # type: ignore[assignment]


class Contract(AutoSchema):
    """Scopes, headers and problems, taken from what the endpoint is made of."""

    def get_tags(self) -> list[str]:
        """The feature: the folder the endpoint is written in."""
        return [getattr(self.view, "tag", self.view.__module__.split(".")[-2])]

    def get_operation_id(self) -> str:
        """From the address; a verb is the last word of its address. An endpoint may name its own (`operation`)."""
        name = getattr(self.view, "operation", "") or super().get_operation_id()
        return name.removesuffix("_create") if isinstance(self.view, Acting) else name

    def get_summary(self) -> str:
        """The first line of what it does."""
        return self.get_description().partition("\n")[0].rstrip(".")

    def get_description(self) -> str:  # type: ignore[override]
        """The docstring of the endpoint's own verb, else of the endpoint; and the scopes."""
        verb = {"POST": "act" if isinstance(self.view, Acting) else "create", "PATCH": "change", "DELETE": "remove"}
        own = getattr(self.view, verb.get(self.method, ""), None)
        said = (own.__doc__ if own else "") or self.view.__doc__ or ""
        scopes = " or ".join(f"`{scope.value}`" for scope in declared(self.view, self.method))
        return "\n".join(line.strip() for line in said.strip().splitlines()) + f"\n\nScope: {scopes}."

    def get_extensions(self) -> dict[str, Any]:
        """`x-rules` when some refusals of what fits the schema are rules that no schema says."""
        name = "query_has_rules" if self.method == "GET" else "has_rules"
        # Whether a day is to come is not said in a schema.
        known = getattr(self.view, name, False) or looks_back(self.view, self.method)
        return {"x-rules": True} if known else {}

    def _get_request_body(self, direction: Any = "request") -> dict[str, Any] | None:
        """What is taken, with the endpoint's own example in JSON."""
        found: dict[str, Any] | None = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        example = getattr(self.view, "example", None)
        if found and isinstance(getattr(self.view, "body", None), dict):
            found["required"] = True
        if found and example is not None and "application/json" in found["content"]:
            found["content"]["application/json"]["example"] = dict(example)
        return found

    def _is_list_view(self, serializer: Any = None) -> bool:
        return isinstance(self.view, Listing) and self.method == "GET"

    def get_request_serializer(self) -> Any:
        """What the endpoint takes; a mapping of media types when it takes several."""
        return None if self.method in ("GET", "DELETE") else getattr(self.view, "body", None)

    def get_response_serializers(self) -> Any:
        """What it tells, and the problems that are possible."""
        answers = dict(getattr(self.view, "answers", {}).get(self.method, {})) or self._answer()
        if isinstance(self.view, Reading) and self.method == "GET":
            answers["304"] = OpenApiResponse(None, "It is the one that If-None-Match names.")
        for code in sorted(self._problems()):
            answers[str(code), problems.CONTENT_TYPE] = OpenApiResponse(Problem, str(problems.TITLES[code]))
        return answers

    def _answer(self) -> dict[Any, Any]:
        if self.method == "DELETE":
            return {"204": OpenApiResponse(None, "Done.")}
        created = self.method == "POST" and isinstance(self.view, Creating)
        told = self.view.get_serializer()  # type: ignore[attr-defined]
        return {"201": OpenApiResponse(told, "Made.")} if created else {"200": OpenApiResponse(told, "Told.")}

    def _problems(self) -> set[int]:
        found = {400, 401, 403, 406, 429, 500, 503}
        if "{" in self.path:
            found.add(404)
        if self.method != "GET":
            found |= {409, 413, 415}
        if self._conditional():
            found |= {412, 428}
        if self._keyed():
            found.add(422)
        return found

    def _conditional(self) -> bool:
        changes = {"PATCH": Changing, "POST": Acting, "DELETE": Removing}
        return self.method in changes and isinstance(self.view, changes[self.method])

    def _keyed(self) -> bool:
        """Whether an Idempotency-Key is understood."""
        optional = getattr(self.view, "key_is_optional", False)
        return self.method == "POST" and (isinstance(self.view, Creating) or optional)

    def get_override_parameters(self) -> list[Any]:
        """Headers of the request and of the answers."""
        found = [_answer_header("RateLimit", "What is left of the limit, and seconds until it begins again.")]
        found.append(_answer_header("Retry-After", "Seconds to wait.", [429, 503]))
        if self.method == "GET":
            found += getattr(self.view, "parameters", ())
            found += [_AS_OF] if looks_back(self.view, self.method) else []
        if self._keyed():
            keyed = not getattr(self.view, "key_is_optional", False)
            found.append(_header(idempotency.HEADER, idempotency.PATTERN, _KEY, "night-2026-05-11", required=keyed))
        if self._conditional():
            found.append(_header("If-Match", etags.PATTERN, _IF_MATCH, "*", required=True))
        if isinstance(self.view, Reading) and self.method == "GET":
            found.append(_header("If-None-Match", etags.PATTERN, "An ETag already held: 304 when it is still it.", ""))
        tagged = isinstance(self.view, Reading) and self.method == "GET"
        if tagged or (self._conditional() and self.method != "DELETE"):
            found.append(_answer_header("ETag", "The state that was told.", [200]))
        if isinstance(self.view, Creating) and self.method == "POST":
            found.append(_answer_header("Idempotent-Replayed", "true when this is the first answer again.", [201]))
        return found


_KEY = "A name of your own for this request: sent again it has one effect."
_IF_MATCH = "The ETag that was read; a star for whatever state it is in."


_AS_OF = OpenApiParameter(
    AS_OF,
    {"type": "string", "format": "date"},
    "query",
    description="As it was at the end of this day; 400 if to come.",
)


def _header(name: str, pattern: str, description: str, example: str, *, required: bool = False) -> OpenApiParameter:
    examples = [OpenApiExample(name, example)] if example else []
    schema = {"type": "string", "pattern": pattern}
    return OpenApiParameter(name, schema, "header", required=required, description=description, examples=examples)


def _answer_header(name: str, description: str, codes: list[int] | bool = True) -> OpenApiParameter:
    return OpenApiParameter(name, str, "header", description=description, response=codes)


class TokenScheme(OpenApiAuthenticationExtension):
    """The token, in the words of OpenAPI."""

    target_class = "portal.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "pas_ and 38 letters and digits"}


class BodyScheme(OpenApiSerializerExtension):
    """A body takes declared fields only, and a text that is not empty holds something."""

    target_class = "portal.api.serializers.Body"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        """The serializer's schema, closed."""
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        for name, told in schema.get("properties", {}).items():
            field = self.target.fields[name]
            plain = isinstance(field, serializers.CharField) and "pattern" not in told and "enum" not in told
            if plain and not field.allow_blank:
                told |= {"minLength": max(1, told.get("minLength", 1)), "pattern": r"\S"}
        return {**schema, "additionalProperties": False}


class NamedScheme(OpenApiSerializerFieldExtension):
    """A thing named in a body, in the words of OpenAPI."""

    target_class = "portal.api.serializers.Named"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        """A number, a uid, or a slug."""
        shapes: dict[str, dict[str, Any]] = {
            "number": {"type": "integer", "minimum": 1},
            "uid": {"type": "string", "format": "uuid"},
        }
        return shapes.get(self.target.by, {"type": "string", "minLength": 1, "maxLength": 250})


@cache
def document() -> dict[str, Any]:
    """The whole contract, in English: made once per process, and not to be changed."""
    with override("en"):
        generator = SchemaGenerator(urlconf="portal.urls")
        found: dict[str, Any] = generator.get_schema(request=None, public=True)
    found["info"]["description"] = INTRODUCTION
    _gather_problems(found)
    return found


def _gather_problems(found: dict[str, Any]) -> None:
    """Say each problem once, not under every operation."""
    problems_told = found["components"].setdefault("responses", {})
    for methods in found["paths"].values():
        for operation in methods.values():
            for code, answer in operation["responses"].items():
                if problems.CONTENT_TYPE in answer.get("content", {}):
                    problems_told.setdefault(f"Problem{code}", answer)
                    operation["responses"][code] = {"$ref": f"#/components/responses/Problem{code}"}


@cache
def written() -> bytes:
    """The contract as YAML, made once per process."""
    text: bytes = OpenApiYamlRenderer().render(document(), renderer_context={})
    return text
