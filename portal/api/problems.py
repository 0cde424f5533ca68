"""What the API says when it says no: RFC 9457 problem details, in the caller's language."""

import logging
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from portal.errors import BadInput, Problem, Refused
from portal.ui.middleware import API

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: _("What was sent cannot be taken"),
    401: _("Who is asking is not known"),
    403: _("Not among your rights"),
    404: _("Not found"),
    405: _("This address does not do that"),
    406: _("This form of answer does not exist"),
    409: _("The state of things does not allow it"),
    412: _("It has changed meanwhile"),
    413: _("Too large"),
    415: _("This form of content cannot be read"),
    422: _("Not what was sent before"),
    428: _("Say which state you change"),
    429: _("Too many requests"),
    500: _("Something broke on our side"),
    503: _("Not available for the moment"),
}
RETRY_AFTER = "5"  # seconds


def problem(status: int, detail: Any, errors: Sequence[Problem] = ()) -> dict[str, Any]:
    """The body of a problem: type, title, status, detail and, when there are any, errors: [{field, line, detail}]."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": str(TITLES.get(status, "")) or str(detail),
        "status": status,
        "detail": str(detail),
    }
    if errors:
        body["errors"] = [{"field": one.field, "line": one.line, "detail": str(one.sentence)} for one in errors]
    return body


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler: refusals and its own errors as problems; None (a crash) for the rest."""
    if isinstance(error, Refused):
        set_rollback()
        errors = error.problems if isinstance(error, BadInput) else ()
        return Response(problem(error.status, error, errors), status=error.status, content_type=CONTENT_TYPE)
    if isinstance(error, (OperationalError, InterfaceError)):
        log.error("database_unavailable error=%s", type(error).__name__, exc_info=error)
        set_rollback()
        headers = {"Retry-After": RETRY_AFTER}
        return Response(problem(503, _UNAVAILABLE), status=503, headers=headers, content_type=CONTENT_TYPE)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        flat = list(_flatten(error.detail))
        response.data = problem(response.status_code, gettext("Nothing was saved: see the errors."), flat)
    else:
        response.data = problem(response.status_code, response.data["detail"])
    response.content_type = CONTENT_TYPE
    return response


_UNAVAILABLE = _("The database does not answer. Nothing was changed; try again in a few seconds.")
_BROKEN = _("The error is in the log with its place and time, and nothing half-done was kept.")


def crashed(request: HttpRequest) -> HttpResponse:
    """What is said when an error was foreseen by nobody (500), or the database does not answer (503)."""
    gone = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    status, sentence = (503, _UNAVAILABLE) if gone else (500, _BROKEN)
    headers = {"Retry-After": RETRY_AFTER} if gone else {}
    if request.path.startswith(API):
        body = problem(status, sentence)
        return JsonResponse(body, status=status, content_type=CONTENT_TYPE, headers=headers)
    text = loader.get_template("503.html" if gone else "500.html").render()
    return HttpResponse(text, status=status, headers=headers)


def refusal(error: Refused) -> JsonResponse:
    """The same for a door that is not made with REST framework."""
    errors = error.problems if isinstance(error, BadInput) else ()
    return JsonResponse(problem(error.status, error, errors), status=error.status, content_type=CONTENT_TYPE)


@csrf_exempt
@login_not_required
def not_found(request: HttpRequest) -> JsonResponse:
    """An address of the API that does not exist."""
    sentence = gettext("There is nothing at %(path)s.") % {"path": request.path}
    return JsonResponse(problem(404, sentence), status=404, content_type=CONTENT_TYPE)


def _flatten(detail: Any, path: str = "") -> Iterator[Problem]:
    """REST framework's nested errors, one Problem per sentence; the field is a dotted path."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            yield from _flatten(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            # A list of sentences belongs to its field; a list of items has positions.
            yield from _flatten(inner, path if isinstance(inner, str) else f"{path}.{index}" if path else str(index))
    else:
        yield Problem(path, str(detail))
