"""What an endpoint is made of: the base and one mixin per thing it does. The recipe is in CONTRIBUTING.md."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, cast

from django.db import models, transaction
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from portal import clock
from portal.api import etags, idempotency
from portal.api.filters import Filters, looks_back, refuse_unknown
from portal.api.paging import Pages
from portal.api.permissions import Scopes
from portal.api.serializers import Body
from portal.errors import BadInput, Refused
from portal.people import rights
from portal.people.models import User
from portal.ui import as_of


class Endpoint(GenericAPIView[Any]):
    """An address of the API. It declares its scopes, says what it tells (`serializer_class`) and takes (`body`).

    Subclasses write `rows()`, the rows of this address that `self.person` may see; what is not among them is a 404.
    """

    reads: Scopes = ()
    writes: Scopes = ()
    # A Body, or the schema of each media type when an action reads what is sent itself.
    body: type[Body] | Mapping[str, Any] | None = None
    # A body that is taken as it stands: shown in the document, and sent by the contract's test.
    example: Mapping[str, Any] | None = None
    # Allowed values of ?ordering=, the first when none is asked for; fields of the row itself, never null.
    orderings: Sequence[str] = ("id",)
    # What may stand after the question mark where there is no list.
    parameters: Sequence[OpenApiParameter] = ()
    # Set when some refusals of what is sent cannot be said in the schema: rules between fields, or with what is known.
    has_rules = False
    # The same of what stands after the question mark of a GET.
    query_has_rules = False
    # Whether its GET can be asked with ?as_of=, as its page can: it answers as it was at the end of that day.
    shows_the_past = False
    # The filters that choose the same rows whenever one looks back: of what never changes in a row.
    past_filters: frozenset[str] = frozenset()
    filter_backends: Sequence[Any] = (Filters,)
    pagination_class: Any = Pages

    @property
    def person(self) -> User:
        """Who is asking: the owner of the token."""
        return cast(User, self.request.user)

    def rows(self) -> models.QuerySet[Any]:
        """The rows of this address that may be seen, with what their telling needs."""
        raise NotImplementedError

    def load(self) -> None:
        """Find what the address stands under, before anything is answered. Raises Http404."""

    def dress(self, rows: Sequence[Any]) -> None:
        """Give the rows that are about to be told what their telling needs besides, in a fixed number of queries."""

    def lock(self, thing: models.Model) -> None:
        """Hold this row until the transaction ends, so that what was compared with If-Match stays true."""
        held = type(thing)._base_manager.select_for_update(no_key=True).filter(pk=thing.pk)
        list(held.order_by().values_list("pk"))

    # --- what the mixins share ---
    def get_queryset(self) -> models.QuerySet[Any]:
        """REST framework's word for `rows`; without a request, only which model it is."""
        if getattr(self, "swagger_fake_view", False):
            return self.serializer_class.Meta.model._default_manager.none()  # type: ignore[union-attr]
        return self.rows()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer; whoever looks back does so until the answer is made."""
        with ExitStack() as self.looking:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Token, scope, limits; then whether what it stands under is seen; then whether the query is understood."""
        super().initial(request, *args, **kwargs)
        if looks_back(self, request.method) and as_of.NAME in request.query_params:
            self._look_back(request.query_params[as_of.NAME])
        self.load()
        refuse_unknown(request, self)

    def _look_back(self, day: str) -> None:
        """Read what follows as it was at the end of this day. Raises BadInput when it is none, or to come."""
        try:
            _day, at = as_of.read(day)
        except BadInput as refusal:
            raise BadInput.of(refusal.sentence, {as_of.NAME: refusal.sentence}) from refusal
        # What one may see is decided by what one is today.
        rights.team_ids(self.person), rights.organisation_roles(self.person)
        self.looking.enter_context(clock.looking_back(at))

    def thing(self) -> Any:
        """The row of this address. Raises Http404."""
        sought = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        return get_object_or_404(self.get_queryset(), **{self.lookup_field: sought})

    def told(self, thing: Any) -> Any:
        """A row as it is told."""
        self.dress([thing])
        return self.get_serializer(thing).data

    def sent(self, *, partial: bool = False) -> dict[str, Any]:
        """What was sent, checked. Raises ValidationError (400), field by field."""
        if not isinstance(self.body, type):
            return {}
        body = self.body(data=self.request.data, partial=partial, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    @contextmanager
    def matched(self) -> Iterator[Any]:
        """The row of this address, locked in a transaction, once it is the one that If-Match names (428, 412)."""
        etags.require_if_match(self.request)
        with transaction.atomic():
            self.lock(self.thing())
            thing = self.thing()
            etags.match(self.request, etags.of(self.told(thing)))
            yield thing

    def answer(self, thing: Any, code: int = status.HTTP_200_OK, **headers: str) -> Response:
        """A row with its ETag."""
        told = self.told(thing)
        return Response(told, status=code, headers={"ETag": etags.of(told), **headers})

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Which methods there are (the header Allow)."""
        return Response(status=status.HTTP_204_NO_CONTENT)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """What every answer says: how much is left of the limit, and that it is this token's alone."""
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(request, "rate_headers", {}).items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Authorization"])
        return response


class Listing(Endpoint):
    """GET: the rows, a page at a time, filtered by `filterset_class`, in one of `orderings`."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        self.dress(page)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class Reading(Endpoint):
    """GET: one row, with its ETag."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The row, or 304 when it is the one the caller has."""
        answer = self.answer(self.thing())
        if etags.is_known(request, answer.headers["ETag"]):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": answer.headers["ETag"]})
        return answer


class Creating(Endpoint):
    """POST: a new row by `create`, once per Idempotency-Key."""

    # Fields that are told this once and kept nowhere: null when the first answer is given again.
    secrets: Sequence[str] = ()

    def create(self, sent: dict[str, Any]) -> Any:
        """The row made of what was sent, by an action."""
        raise NotImplementedError

    def told_created(self, thing: Any) -> Any:
        """What is said of what was made: the row as it is told."""
        return self.told(thing)

    def etag(self, thing: Any) -> str:
        """The ETag of what was made: of the row as it is told, unless what is said of it is no row."""
        return etags.of(self.told_created(thing))

    def where(self, thing: Any) -> str:
        """The address of the new row in the API, for the header Location; empty when it has none."""
        return ""

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create, or answer as the first time."""

        def create() -> Response:
            thing = self.create(self.sent())
            where = self.where(thing)
            told = self.told_created(thing)
            headers = {"ETag": self.etag(thing), **({"Location": where} if where else {})}
            return Response(told, status=status.HTTP_201_CREATED, headers=headers)

        return idempotency.once(request, create, secrets=self.secrets)


class Changing(Endpoint):
    """PATCH: the row of this address by `change`, when it is the one that If-Match names."""

    def change(self, thing: Any, sent: dict[str, Any]) -> None:
        """Change the row to what was sent, by an action."""
        raise NotImplementedError

    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is named, leave the rest."""
        etags.require_if_match(request)
        sent = self.sent(partial=True)
        with self.matched() as thing:
            self.change(thing, sent)
            return self.answer(self.thing())


class Acting(Endpoint):
    """POST: a verb on the row of this address by `act`, when the row is the one that If-Match names."""

    def act(self, thing: Any, sent: dict[str, Any]) -> Any:
        """Do it, by an action. What is returned is told instead of the row: what the verb has made."""
        raise NotImplementedError

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Do it, and tell the row as it is now."""
        etags.require_if_match(request)
        sent = self.sent()
        with self.matched() as thing:
            try:
                made = self.act(thing, sent)
            except Refused as refusal:
                if not refusal.stands:
                    raise
                refused = refusal
            else:
                return self.answer(made or self.thing())
        raise refused


class Removing(Endpoint):
    """DELETE: the row of this address by `remove`, when it is the one that If-Match names."""

    def remove(self, thing: Any) -> None:
        """Take it away, by an action."""
        raise NotImplementedError

    def delete(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take it away."""
        with self.matched() as thing:
            self.remove(thing)
        return Response(status=status.HTTP_204_NO_CONTENT)
