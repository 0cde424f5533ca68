"""Loading what the person asking may see; anything else is a 404."""

from django.db.models import OuterRef
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from portal import clock
from portal.audit.models import Event
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.catalog.past import as_it_was


class SignedInRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through: its user is a person."""

    user: User


def use_case_or_404(request: SignedInRequest, slug: str) -> UseCase:
    """The use case of this slug with its team, if this person may know that it exists; raises Http404.

    While they look back, as it was; raises BadInput before it existed.
    """
    at = clock.past()
    with clock.looking_back(None):
        rows = UseCase.objects.visible_to(request.user).select_related("team")
        if request.method == "GET":
            # What is remembered until something is recorded asks for it; who writes asks again.
            rows = rows.annotate(last_event=Event.objects.last_by(OuterRef("slug")))
        found = get_object_or_404(rows, slug=slug)
    return found if at is None else as_it_was(found, at)
