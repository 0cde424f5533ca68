"""The banner, refreshed while something is under way, and the choice of language."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import i18n
from django.views.decorators.http import require_GET, require_POST

from portal.ui import banner


@login_not_required
@require_GET
def status_banner(request: HttpRequest) -> HttpResponse:
    """The banner as it is now; `?demo` says that the page saw the demo loading. Strangers see it only in the demo."""
    if not settings.DEMO and not request.user.is_authenticated:
        raise Http404
    now = banner.current()
    ended = "demo" in request.GET and not (now and now.demo)
    return render(request, "components/banner.html", {"banner": now, "demo_ended": ended and not now})


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie and go back to `next`."""
    return i18n.set_language(request)
