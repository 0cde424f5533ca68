"""The door of the search: a page, and the fragment that the palette shows while one types."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.people.models import User
from portal.search.find import find

IN_PALETTE, ON_PAGE = 24, 100


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """What answers `?q=`; for htmx, the options of the palette."""
    is_palette = bool(request.headers.get("HX-Request"))
    found = find(cast(User, request.user), request.GET.get("q", ""), IN_PALETTE if is_palette else ON_PAGE)
    template = "portal/search/options.html" if is_palette else "portal/search/search.html"
    return render(request, template, {"nav": "search", "found": found})
