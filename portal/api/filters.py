"""Which rows are asked for: declared filters only, and no parameter that is silently ignored."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from portal.api.paging import PARAMETERS
from portal.errors import BadInput, Problem


class Filters(DjangoFilterBackend):
    """The endpoint's `filterset_class`; a value that is none of its filter is a 400."""

    raise_exception = True


def refuse_unknown(request: Request, view: Any) -> None:
    """Raise BadInput naming every query parameter that this address does not know, or that comes twice."""
    known = known_parameters(view) if request.method in ("GET", "HEAD") else frozenset()
    sentence, twice = _("This address knows no parameter of this name."), _("This parameter may be given once.")
    query = request.query_params
    problems = [
        Problem(name[:100], twice if name in known else sentence)
        for name in query
        if name not in known or len(query.getlist(name)) > 1
    ]
    if problems:
        names = ", ".join(problem.field for problem in problems)
        raise BadInput(_("Not understood in the address: %(names)s.") % {"names": names}, problems)


def known_parameters(view: Any) -> frozenset[str]:
    """What may stand after the question mark of a list; nothing elsewhere."""
    from portal.api.endpoints import Listing

    if not isinstance(view, Listing):
        return frozenset()
    filterset = getattr(view, "filterset_class", None)
    declared = frozenset(filterset.base_filters) if filterset else frozenset()
    return PARAMETERS | declared | ({"ordering"} if len(view.orderings) > 1 else frozenset())
