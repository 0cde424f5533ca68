"""How much one request may hold, said before it is read: pages and API alike."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal.api import problems
from portal.errors import Refused
from portal.ui import middleware

# What surrounds a file in a form: boundaries, other fields.
ENVELOPE = 256 * 1024


class TooLarge(Refused):
    """More in one request than is taken: 413."""

    status = 413


class BodyLimit:
    """Refuses a body by the length it announces: nobody, signed in or not, fills the disk or the memory.

    A body that announces none is empty for Django. Among middleware this comes last: the check of CSRF, which reads
    the form, comes after every middleware was entered.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or say that it is too large."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if _announced(request) <= most + ENVELOPE:
            return self.get_response(request)
        refusal = TooLarge(_("One request holds at most %(most)s MiB. Send several.") % {"most": most >> 20})
        if request.path.startswith(middleware.API):
            return problems.refusal(refusal)
        return middleware.page(request, refusal)


def _announced(request: HttpRequest) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
