"""A few pages that use the shell, so that it is tested alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import URLResolver, include, path

from portal import urls as portal
from portal.errors import BadInput, NotAllowed, Problem, Refused
from portal.ui import charts

REFUSALS = {
    "state": Refused("Jonas Berg approved it two seconds ago."),
    "right": NotAllowed("Who can: IT."),
    "input": BadInput("The file was not taken.", [Problem("value", "Not a number.", 3)]),
}


class Kpi(forms.Form):
    name = forms.CharField(label="Name", help_text="At most 80 characters.")
    proof = forms.ChoiceField(label="Proof", choices=[("a", "Randomised")], widget=forms.RadioSelect)


def draw() -> tuple[charts.Figure, charts.Table]:
    x = [datetime(2026, 2, 2, 12, tzinfo=UTC) + timedelta(weeks=week) for week in range(6)]
    y = [6.6, 8.3, 9.0, 7.8, 5.8, 10.1]
    target, target_note = charts.level(7.5, label="target +7.5")
    pole, name = charts.flag(x[2], "Release 2")
    traces = [*charts.band(x, [v - 2 for v in y], [v + 2 for v in y]), *charts.line(x, y, name="Visits")]
    figure = charts.figure(
        traces,
        layout={"yaxis": {"title": {"text": "points"}}},
        shapes=[target, pole, charts.span(x[3], x[4])],
        annotations=[target_note, name],
    )
    return figure, charts.Table(["Week", "Effect"], list(zip(x, y, strict=True)))


def page(request: HttpRequest, **_: Any) -> HttpResponse:
    figure, table = draw()
    source = (
        '{% extends "base.html" %}{% block title %}Page{% endblock %}{% block crumbs %}<li>Here</li>{% endblock %}'
        '{% block content %}<h1>Page</h1>{% chart "visits" figure summary="Visits per week." table=table %}'
        '<button hx-get="/refuse/state/" hx-target="#there">Ask</button><p id="there">As it was.</p>'
        "<form>{% form_errors form %}{% field form.name %}{% field form.proof %}</form>{% endblock %}"
    )
    context = {"nav": "portfolio", "figure": figure, "table": table, "form": Kpi({"name": ""})}
    return HttpResponse(engines["django"].from_string(source).render(context, request))


def refuse(request: HttpRequest, why: str) -> HttpResponse:
    raise REFUSALS[why]


def error(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"{name}.html")


ACCOUNTS = ["sign_in", "sign_out", "password", "tokens", "administration", "switch"]
NAMES = ["portfolio", "monitoring", "deployments", "runs", "sites", "search", "following"]
urlpatterns = [
    path("", page, name="home"),
    *[path(f"{name}/", page, name=name) for name in NAMES],
    path("accounts/", include(([path(f"{name}/", page, name=name) for name in ACCOUNTS], "accounts"))),
    path("notifications/", include("portal.notifications.urls")),
    path("refuse/<why>/", refuse),
    path("api/refuse/<why>/", refuse),
    path("error/<name>/", error),
    # where the shell leads
    *[one for one in portal.urlpatterns if not isinstance(one, URLResolver) or one.namespace is None],
    path("", page, name="home"),
]
