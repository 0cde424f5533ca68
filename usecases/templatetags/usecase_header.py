"""The header of every page of a use case."""

from typing import Any

from django import template

from usecases.catalog.models import UseCase
from usecases.lifecycle.evaluate import last_event
from usecases.lifecycle.gate import Gate
from usecases.overview.header import gate_ahead, header

register = template.Library()


@register.inclusion_tag("usecases/overview/header.html", takes_context=True)
def usecase_header(context: template.Context, use_case: UseCase, section: str) -> dict[str, Any]:
    """`{% usecase_header use_case section %}`; a view that evaluated the next gate puts it in `gate_ahead`."""
    # Asked once for all that is remembered until the next thing is recorded: a page that is drawn records nothing.
    use_case.__dict__["last_event"] = last_event(use_case)
    gate: Gate | None = context["gate_ahead"] if "gate_ahead" in context else gate_ahead(use_case)
    return header(use_case, section, context["user"], gate)
