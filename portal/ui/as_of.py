"""`?as_of=2026-05-12`: a page as it was at the end of that day, in the organisation's zone.

A view that knows its past says so with `@shows_the_past`. Everything below reads `portal.clock.past()`; nothing is
written, no button that writes is offered, and the links of the page stay on that day.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import BadInput, Refused
from portal.people import rights
from portal.people.models import User
from portal.ui import wording
from portal.ui.middleware import API, page

NAME = "as_of"
READING = ("GET", "HEAD")
View = TypeVar("View", bound=Callable[..., HttpResponseBase])
# Links and questions of a page to pages of the same use case, of what was said there, or to itself.
LINK = re.compile(rb'(data-today )?((?:href|hx-get)=")((?:/use-cases/|/talk/|/reviews/)[^"#]*|\?[^"#]*)')
ASKING = re.compile(rb"<form(?![^>]*(?:method=\"post\"|data-own-day|action=\"/(?!use-cases/|talk/)))[^>]*>")


def shows_the_past(view: View) -> View:
    """Mark a view that can be asked with `?as_of=`."""
    view.shows_the_past = True  # type: ignore[attr-defined]
    return view


def read(text: str) -> tuple[date, datetime]:
    """The day of a parameter, and its last moment (at most now). Raises BadInput for no date, or one of the future."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not date(1900, 1, 1) <= day:
        raise BadInput(_("as_of is a day, as 2026-05-12; “%(text)s” is none.") % {"text": text[:40]})
    now = clock.now()
    if day > timezone.localdate(now, timezone.get_default_timezone()):
        raise BadInput(_("%(day)s is still to come: nobody knows yet how it will be.") % {"day": wording.day(day)})
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=timezone.get_default_timezone())
    return day, min(midnight - timedelta(microseconds=1), now)


class AsOfMiddleware:
    """Answers a page as it was; refuses to write into the past, and pages that know only the present."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look back while the page is made, and while it is sent."""
        user = request.user
        if NAME not in request.GET or request.path.startswith(API) or not isinstance(user, User):
            return self.get_response(request)
        try:
            if request.method not in READING:
                raise Refused(_("The past is read, not written: leave as_of out to change something today."))
            day, at = read(request.GET[NAME])
        except Refused as refusal:
            return page(request, refusal)
        # What one may see is decided by what one is today.
        rights.team_ids(user), rights.organisation_roles(user)
        with clock.looking_back(at):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = _during(at, iter(response))
        elif isinstance(response, HttpResponse) and response["Content-Type"].startswith("text/html"):
            response.content = _staying(response.content, day)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """A page that was not made for it shows only the present, and says so."""
        if clock.past() is None or getattr(view, "shows_the_past", False):
            return None
        return page(request, BadInput(_("This page shows only how things are today: leave as_of out.")))


def _during(at: datetime, source: Iterator[bytes]) -> Iterator[bytes]:
    while True:
        with clock.looking_back(at):
            chunk = next(source, None)
        if chunk is None:
            return
        yield chunk


def _staying(content: bytes, day: date) -> bytes:
    """The links and the questions of a page stay on that day."""
    told = f"{NAME}={day.isoformat()}".encode()
    hidden = f'<input type="hidden" name="{NAME}" value="{day.isoformat()}">'.encode()

    def linked(found: re.Match[bytes]) -> bytes:
        today, start, address = found.groups()
        if today or NAME.encode() + b"=" in address:
            return found.group()
        return start + address + (b"&amp;" if b"?" in address else b"?") + told

    return ASKING.sub(lambda found: found.group() + hidden, LINK.sub(linked, content))
