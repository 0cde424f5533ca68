"""Which rows are asked for: declared filters only, and no parameter that is silently ignored."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import CharFilter, DateFilter, DjangoFilterBackend
from django_filters.utils import translate_validation
from rest_framework.request import Request

from portal.api.paging import PARAMETERS
from portal.errors import BadInput, Problem
from portal.ui.as_of import NAME as AS_OF

# What never changes in a row: its order is the same whenever one looks back.
LASTING = frozenset({"id", "number", "occurred_at", "period_start"})


class _Day(forms.DateField):
    """A day as RFC 3339 writes it, in no language's own form."""

    def to_python(self, value: Any) -> date | None:
        """The day. Raises ValidationError."""
        if value and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValidationError(_("This is not a day as 2026-05-04."))
        return super().to_python(value)


class DayFilter(DateFilter):
    """A day, written 2026-05-04."""

    field_class = _Day


class TextFilter(CharFilter):
    """The rows in one of whose fields this text is a part."""

    def __init__(self, *fields: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = fields

    def filter(self, qs: Any, value: Any) -> Any:
        """Those rows; all of them without a text."""
        found = Q()
        for name in self.fields if value else ():
            found |= Q(**{f"{name}__icontains": value})
        return qs.filter(found)


class Filters(DjangoFilterBackend):
    """The endpoint's `filterset_class`; a value that is none of its filter is a 400, and so is an empty one."""

    raise_exception = True

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        """The rows chosen. Raises ValidationError, BadInput."""
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise translate_validation(filterset.errors)
        # What a filter reads as nothing it would pass over in silence.
        read = filterset.form.cleaned_data
        unread = [
            name
            for name, one in filterset.filters.items()
            if name in request.query_params and read.get(name) in (None, "") and not isinstance(one, CharFilter)
        ]
        if unread:
            sentence = _("This parameter has no value that is understood.")
            raise BadInput.of(sentence, dict.fromkeys(unread, sentence))
        return filterset.qs


def looks_back(view: Any, method: str | None) -> bool:
    """Whether this request may be asked with `as_of`."""
    return method in ("GET", "HEAD") and bool(getattr(view, "shows_the_past", False))


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
    if AS_OF in query and AS_OF in known:
        today = _("This is known of today only: leave it out, or as_of.")
        problems += [Problem(name, today) for name in query if name in known and _is_of_today(view, name, query[name])]
    if problems:
        names = ", ".join(problem.field for problem in problems)
        raise BadInput(_("Not understood in the address: %(names)s.") % {"names": names}, problems)


def _is_of_today(view: Any, name: str, value: str) -> bool:
    """Whether a parameter asks what the rows say today, of something that may have changed since the day of `as_of`."""
    if name == "ordering":
        return value.removeprefix("-") not in LASTING
    filterset = getattr(view, "filterset_class", None)
    return filterset is not None and name in filterset.base_filters and name not in view.past_filters


def known_parameters(view: Any) -> frozenset[str]:
    """What may stand after the question mark of a list, or of an address that declares `parameters`."""
    from portal.api.endpoints import Listing

    looking = frozenset({AS_OF} if getattr(view, "shows_the_past", False) else ())
    if not isinstance(view, Listing):
        return looking | frozenset(one.name for one in getattr(view, "parameters", ()))
    filterset = getattr(view, "filterset_class", None)
    declared = frozenset(filterset.base_filters) if filterset else frozenset()
    return looking | PARAMETERS | declared | ({"ordering"} if len(view.orderings) > 1 else frozenset())
