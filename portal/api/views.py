"""The contract of the API, for machines and for people."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from portal.api import schema


@login_not_required
@require_safe
def openapi_yaml(request: HttpRequest) -> HttpResponse:
    """The contract as OpenAPI 3.1, in YAML."""
    return HttpResponse(schema.written(), content_type="application/yaml")


@login_not_required
@require_safe
def openapi_json(request: HttpRequest) -> JsonResponse:
    """The contract as OpenAPI 3.1, in JSON."""
    return JsonResponse(schema.document())


@require_safe
def contract_page(request: HttpRequest) -> HttpResponse:
    """The contract, to be read: every operation by feature, what it takes and what it tells."""
    return render(request, "portal/api/contract.html", {"operations": _operations(get_language() or "en")})


@cache
def _operations(language: str) -> SafeString:
    """Every operation, drawn once per process and language: what a running version offers does not change."""
    return render_to_string("portal/api/operations.html", {"features": _features(schema.document())})


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address, ready to be shown."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]
    takes: list[tuple[str, list[tuple[str, str, bool, str]]]]
    answers: list[tuple[str, str, list[tuple[str, str, bool, str]]]]


def _features(document: dict[str, Any]) -> list[tuple[str, list[Operation]]]:
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            found.setdefault(told["tags"][0], []).append(_operation(document, path, method.upper(), told))
    return sorted(found.items())


def _operation(document: dict[str, Any], path: str, method: str, told: dict[str, Any]) -> Operation:
    takes = told.get("requestBody", {}).get("content", {})
    answers = []
    for code, given in told["responses"].items():
        answer = document["components"]["responses"][given["$ref"].rpartition("/")[2]] if "$ref" in given else given
        shape: dict[str, Any] = {}
        for content in answer.get("content", {}).values():
            shape = content["schema"]
        answers.append((code, answer["description"], _told(document, shape) if code < "300" else []))
    summary, _line, description = told["description"].replace("`", "").partition("\n")
    return Operation(
        id=told["operationId"],
        method=method,
        path=path,
        summary=summary,
        description=description.strip(),
        parameters=[{**one, "kind": _kind(one["schema"])} for one in told.get("parameters", [])],
        takes=[(media, _fields(document, content["schema"])) for media, content in takes.items()],
        answers=answers,
    )


def _fields(document: dict[str, Any], shape: dict[str, Any], prefix: str = "") -> list[tuple[str, str, bool, str]]:
    """Dotted name, type, whether required, description of each field of a schema."""
    shape = _resolved(document, shape)
    if "items" in shape:
        return _fields(document, shape["items"], f"{prefix.removesuffix('.')}[]." if prefix else "[].")
    found: list[tuple[str, str, bool, str]] = []
    for name, inner in shape.get("properties", {}).items():
        resolved = _resolved(document, inner)
        required = name in shape.get("required", [])
        found.append((prefix + name, _kind(resolved), required, resolved.get("description", "")))
        found += _fields(document, inner, f"{prefix}{name}.")
    return found


def _told(document: dict[str, Any], shape: dict[str, Any]) -> list[tuple[str, str, bool, str]]:
    """The fields of an answer: all of them are there, so none is said to be required."""
    return [(name, kind, False, description) for name, kind, _required, description in _fields(document, shape)]


def _resolved(document: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    """What a schema says once its references are followed; of an alternative, the first that is not null."""
    for key in ("allOf", "oneOf", "anyOf"):
        if key in shape:
            chosen = next(one for one in shape[key] if one.get("type") != "null")
            return {**_resolved(document, chosen), **{k: v for k, v in shape.items() if k != key}}
    if "$ref" not in shape:
        return shape
    name = shape["$ref"].rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"][name]
    return {**found, **{key: value for key, value in shape.items() if key != "$ref"}}


def _kind(shape: dict[str, Any]) -> str:
    """The type of a value, in a word or two."""
    if "enum" in shape:
        return " | ".join("null" if one is None else str(one) or '""' for one in shape["enum"])
    types = shape.get("type", "")
    kind = " | ".join(types) if isinstance(types, list) else types
    return f"{kind} ({shape['format']})" if "format" in shape else kind
