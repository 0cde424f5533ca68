"""What the page of a list answers: the page, the fragment that changed, a file, or what a bulk verb did."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.errors import Refused
from portal.ui.tables import export
from portal.ui.tables.listing import Listing
from portal.ui.tables.state import LONGEST
from portal.ui.tables.table import Bulk

# A page shows so many rows at most; more keys than that were not ticked in one.
TICKED = 200
FRAGMENT = "components/table.html"


def answer(
    request: HttpRequest, template: str, context: dict[str, Any], *listings: Listing, status: int = 200
) -> HttpResponseBase:
    """The page `template`, or what one of its lists is asked for. The first list is `table` in the context."""
    for listing in listings:
        special = _special(request, listing, context)
        if special is not None:
            return special
    page = render(request, template, {"table": listings[0], **context}, status=status)
    patch_vary_headers(page, ("HX-Target",))
    return page


def _special(request: HttpRequest, listing: Listing, context: dict[str, Any]) -> HttpResponseBase | None:
    if request.method == "POST":
        return bulk(request, listing) if request.POST.get("list") == listing.table.key else None
    kind = request.GET.get(f"{listing.table.prefix}export", "")
    if kind in export.KINDS:
        return export.KINDS[kind](listing)
    asked_for = request.headers.get("HX-Target") == listing.id
    if asked_for and not request.headers.get("HX-History-Restore-Request"):
        fragment = render(request, FRAGMENT, {**context, "table": listing})
        patch_vary_headers(fragment, ("HX-Target",))
        return fragment
    if not request.GET and listing.default_query:
        return redirect(f"{request.path}?{listing.default_query}")
    return None


def bulk(request: HttpRequest, listing: Listing) -> HttpResponse:
    """Do a verb to each ticked row by the action of one row; say how many were done, and why each other was not."""
    verb = next((each for each in listing.bulk if each.key == request.POST.get("verb")), None)
    ticked = {tick.partition(" ")[0]: tick for tick in request.POST.getlist("row")[:TICKED]}
    keys = [key for key in ticked if key.isdecimal() and len(key) < 19]
    rows = list(listing.all.filter(pk__in=keys)) if verb else []
    if verb is None or not rows:
        messages.warning(request, _("Nothing was done: tick at least one row, then choose what to do with it."))
        return redirect(request.get_full_path())
    refused = _each(verb, rows, listing, ticked)
    done = len(rows) - len(refused)
    words = {"verb": verb.label, "number": done, "all": len(rows)}
    if done:
        said = ngettext("%(verb)s: done for %(number)s row.", "%(verb)s: done for %(number)s rows.", done) % words
        messages.success(request, said)
    for row, sentence in refused:
        messages.error(request, _("Not for %(row)s: %(why)s") % {"row": str(row)[:LONGEST], "why": sentence})
    return redirect(request.get_full_path())


def _each(verb: Bulk, rows: list[Any], listing: Listing, ticked: dict[str, str]) -> list[tuple[Any, str]]:
    """Those that were refused, each with its sentence."""
    refused = []
    for row in rows:
        try:
            if ticked[str(row.pk)] != listing.table.tick(row):
                raise Refused(_("It changed since you read the page: look at it again."))
            verb.act(row, listing.user)
        except Refused as refusal:
            refused.append((row, str(refusal)))
    return refused
