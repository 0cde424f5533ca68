"""Numbers inside a use case (#1, #2…): short, stable, spoken aloud in meetings."""

from typing import Any

from django.db.models import Max, Model

from usecases.catalog.models import UseCase


def next_number(model: type[Model], use_case: UseCase, *, first: int = 1) -> int:
    """The next free number of this model's rows in this use case, `first` for the first one.

    Call it inside the transaction that writes it. The use case's row is locked until the transaction ends, so that two
    people at once get two numbers.
    """
    UseCase.objects.select_for_update(of=("self",)).only("pk").get(pk=use_case.pk)
    rows: Any = model._default_manager.filter(use_case=use_case)
    last = rows.aggregate(last=Max("number"))["last"]
    return first if last is None else int(last) + 1
