"""What a page cannot cost less than: one indexed query and 50 rows in the base template, on the same server."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from usecases.catalog.models import UseCase

ROWS = 50


def floor(request: HttpRequest) -> HttpResponse:
    """Fifty use cases by primary key, whoever asks: a bench has no secrets."""
    return render(request, "floor.html", {"rows": UseCase.objects.order_by("pk")[:ROWS]})


class CountQueries:
    """Says how many queries an answer took, in the header `X-Queries`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, counting."""
        asked = 0

        def count(execute: Callable[..., Any], *arguments: Any) -> Any:
            nonlocal asked
            asked += 1
            return execute(*arguments)

        with connection.execute_wrapper(count):
            response = self.get_response(request)
        response["X-Queries"] = str(asked)
        return response
