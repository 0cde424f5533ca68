"""The tags every template may use without loading them (a template builtin)."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    ChoiceField,
    Form,
    ModelChoiceField,
    RadioSelect,
    Select,
)
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import words
from portal.people import rights
from portal.people.models import Role, Team, User
from portal.registry import Trend
from portal.ui import wording
from portal.ui.charts import Figure, Table

register = template.Library()

DASHES = "---------"
TONE_ICONS = {"ok": "circle-check", "warn": "alert-triangle", "err": "circle-x", "unk": "help-circle"}
ROLE_ICONS = {
    Role.BUSINESS: "briefcase",
    Role.DATA: "chart-dots",
    Role.IT: "server-2",
    Role.USER: "user",
    Role.VIEWER: "eye",
}


class Step(NamedTuple):
    """A stage on the rail. `state`: done, now, ahead; `gate`: the gate at its start ("done", "open" or none)."""

    label: Any
    state: str
    note: Any = ""
    url: str = ""
    gate: str = ""


@register.simple_tag
def icon(name: str, label: Any = "") -> SafeString:
    """An icon of the sprite. Silent for screen readers unless it has a label of its own."""
    href = f"{_sprite()}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)


@cache
def _sprite() -> str:
    """Where the icons are: asked for hundreds of times in a page."""
    return static("vendor/tabler-icons/sprite.svg")


@register.simple_tag
def status(tone: str, label: Any, plain: bool = False) -> SafeString:
    """A state as icon, word and colour. Tones: ok, warn, err, unk (KeyError otherwise). `plain=True`: no pill."""
    shape = "" if plain else " st-pill"
    return format_html('<span class="st{} st-{}">{}{}</span>', shape, tone, icon(TONE_ICONS[tone]), label)


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """A moment, relative, with date, time and zone on hover; "unknown" for None."""
    if moment is None:
        return _unknown()
    return _time(moment, wording.minute(moment), wording.ago(moment))


@register.simple_tag
def lasted(duration: timedelta | None) -> SafeString | str:
    """A duration in its two largest units ("3 min 20 s"); "unknown" for None."""
    return _unknown() if duration is None else wording.lasted(duration)


@register.simple_tag
def day(moment: date | datetime | None) -> SafeString:
    """A date ("12 May 2026") in the reader's zone; "unknown" for None."""
    if moment is None:
        return _unknown()
    title = wording.minute(moment) if isinstance(moment, datetime) else ""
    return _time(moment, title, wording.day(moment))


@register.simple_tag
def number(value: Any, digits: int | None = None, signed: bool = False, unit: Any = "") -> SafeString | str:
    """A number with the reader's separators: `digits` decimals, a plus when `signed`, a unit; "unknown" for None."""
    if value is None:
        return _unknown()
    return wording.number(value, digits, signed=signed, unit=str(unit))


@register.simple_tag
def interval(low: Any, high: Any, digits: int | None = None, signed: bool = True, level: int = 95) -> str:
    """An interval with its level: "95 %: +2.9 to +5.5"."""
    return wording.interval(low, high, digits, signed=signed, level=level)


@register.simple_tag
def money(amount: Any, currency: str, digits: int | None = None) -> SafeString | str:
    """An amount in an ISO currency; "unknown" for None."""
    return _unknown() if amount is None else wording.money(amount, currency, digits)


@register.simple_tag
def sentence(code: str, params: dict[str, Any] | None = None) -> str:
    """A stored reason, worded in the reader's language."""
    return words.say(code, params)


@register.simple_tag
def verb_allowed(user: User, verb: str, team: Team | None = None, at: rights.Place | None = None) -> bool:
    """Whether to show a button: `{% verb_allowed user "kpi.validate" team place as ok %}`. The action decides again."""
    return rights.can(user, verb, team, at)


@register.filter
def as_json(value: Any) -> str:
    """JSON for an element's text: escaped like any other, and kept by htmx, which drops every script of a fragment."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def short(digest: str | None) -> str:
    """The first eight characters of a digest, without its algorithm; empty for None."""
    return (digest or "").rpartition(":")[2][:8]


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, label: Any = "") -> dict[str, Any]:
    """A form field: label, widget, help, errors, tied together for screen readers. `label` replaces the form's."""
    widget = bound.field.widget
    several = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    kind = "form-control"
    if several or isinstance(widget, CheckboxInput):
        kind = "form-check-input"
    elif isinstance(widget, Select):
        kind = "form-select"
        _say_blank(bound)
    told = " ".join(
        f"{bound.id_for_label or bound.auto_id}_{part}"
        for part, there in (("help", bound.help_text), ("error", bound.errors))
        if there
    )
    classes = [widget.attrs.get("class"), kind, "is-invalid" if bound.errors else ""]
    widget.attrs["class"] = " ".join(filter(None, classes))
    if told:
        widget.attrs["aria-describedby"] = told
    return {
        "field": bound,
        "id": bound.id_for_label or bound.auto_id,
        "label": label or bound.label,
        "several": several,
        "check": isinstance(widget, CheckboxInput),
    }


def _say_blank(bound: BoundField) -> None:
    """Where nothing is chosen yet a choice says so in words, not in a row of dashes."""
    field: Any = bound.field
    blank = gettext("Choose…") if field.required else "–"
    if isinstance(field, ModelChoiceField):
        if field.empty_label == DASHES:
            field.empty_label = blank
    elif isinstance(field, ChoiceField):
        given: Any = field.choices
        field.choices = [(value, blank if label == DASHES else label) for value, label in given]


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: Form) -> dict[str, Any]:
    """What is wrong with a form, above it: the form's own sentences, and a link to each field to correct."""
    return {"form": form, "fields": [bound for bound in form if bound.errors and not bound.is_hidden]}


@register.inclusion_tag("components/empty.html")
def empty(icon: str, sentence: Any, url: str = "", label: Any = "", example: Any = "") -> dict[str, Any]:
    """Nothing here yet: one sentence that teaches, one button, one example."""
    return {"icon": icon, "sentence": sentence, "url": url, "label": label, "example": example}


@register.inclusion_tag("components/twin.html")
def twin(route: str, *arguments: Any) -> dict[str, Any]:
    """How a machine reads what this page shows: the command to copy, for a route of the API."""
    return {"url": settings.PUBLIC_URL + reverse(route, args=arguments)}


@register.inclusion_tag("components/chart.html")
def chart(
    key: str, figure: Figure, summary: Any = "", table: Table | None = None, csv_url: str = "", title: Any = ""
) -> dict[str, Any]:
    """A figure of portal.ui.charts with its text summary, table view, CSV and PNG.

    `key`: unique in the page, [a-z0-9-]; names the files. `csv_url`: where the full data is; without it the CSV is
    made in the page from the table. `title`: what the chart is, for screen readers (the summary when there is none).
    """
    return {
        "key": key,
        "data_id": f"chart-{key}",
        "figure": figure,
        "height": figure["layout"]["height"],
        "summary": summary,
        "table": table,
        "csv_url": csv_url,
        "title": title or summary,
    }


@register.simple_tag
def table_rows(table: Table) -> SafeString:
    """The rows of a table view: what is read, and beside it the raw value that goes into the CSV.

    Written here and not in a template: a chart of five years of months has a thousand cells.
    """
    nothing = format_html('<td data-value="">{}</td>', _unknown())
    rows = ("".join(nothing if value is None else _data_cell(value) for value in row) for row in table.rows)
    # Each cell was escaped.
    return mark_safe("".join(f"<tr>{row}</tr>" for row in rows))  # noqa: S308


def _data_cell(value: Any) -> SafeString:
    if isinstance(value, datetime):
        return format_html('<td data-value="{}">{}</td>', value.isoformat(), wording.minute(value))
    if isinstance(value, date):
        return format_html('<td data-value="{}">{}</td>', value.isoformat(), wording.day(value))
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        digits = None if isinstance(value, int) else 3
        return format_html('<td class="num" data-value="{}">{}</td>', str(value), wording.number(value, digits))
    return format_html("<td>{}</td>", value)


@register.simple_tag
def progress(done: int, total: int, label: Any = "") -> SafeString:
    """A progress bar; while the total is unknown (0) it says only that it runs."""
    percent = min(100, 100 * done // total) if total else 0
    return format_html(
        '<svg class="bar-svg" viewBox="0 0 100 4" preserveAspectRatio="none" role="progressbar" aria-label="{}"'
        ' aria-valuemin="0" aria-valuemax="100" aria-valuenow="{}">'
        '<rect class="rest" width="100" height="4"/><rect class="acc" width="{}" height="4"/></svg>',
        label or _("Progress"),
        percent,
        percent,
    )


@register.simple_tag
def share(part: float) -> SafeString:
    """A bar for a share, 0 to 1. The number is said beside it."""
    width = f"{100 * min(1.0, max(0.0, part)):.1f}"
    return format_html(
        '<svg class="bar-svg" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rest" width="100" height="4"/><rect class="acc" width="{}" height="4"/></svg>',
        width,
    )


@register.filter
def quoted(text: object) -> str:
    """Somebody's own words, in the quotation marks of the reader's language."""
    return gettext("“%(words)s”") % {"words": text}


@register.filter
def paired(values: Sequence[Any], others: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Two lists of one length, side by side: cells and whether each is a number."""
    return list(zip(values, others, strict=True))


@register.simple_tag
def sparkline(trend: Trend) -> SafeString | str:
    """A small line of the last values, the system in place dotted; nothing for a single value. What it shows is said
    beside it."""
    values, level = list(trend.values), trend.baseline
    if len(values) < 2:
        return ""
    shown = values if level is None else [*values, level]
    low, high = min(shown), max(shown)
    height = high - low or 1.0

    def y(value: float) -> str:
        return f"{22 - 20 * (value - low) / height:.1f}"

    points = " ".join(f"{80 * i / (len(values) - 1):.1f},{y(value)}" for i, value in enumerate(values))
    dotted = "" if level is None else format_html('<line x1="0" x2="80" y1="{0}" y2="{0}"/>', y(level))
    return format_html(
        '<svg class="spark" viewBox="0 0 80 24" preserveAspectRatio="none" aria-hidden="true">'
        '{}<polyline points="{}"/></svg>',
        dotted,
        points,
    )


@register.inclusion_tag("components/face.html")
def face(user: User | None, role: str, url: str = "", note: Any = "", tight: bool = False) -> dict[str, Any]:
    """A person in a role; no person: an empty, dashed face, with a link to name someone when `url` is given.

    `note` replaces the role's name under the person's; `tight=True` keeps only the disc (tables, cards).
    """
    known = Role(role)
    return {
        "user": user,
        "role": known.label,
        "icon": ROLE_ICONS[known],
        "url": url,
        "note": note or known.label,
        "tight": tight,
    }


@register.simple_tag
def faces(seats: Iterable[Any]) -> SafeString:
    """People (each with `role` and `user`) as discs, an empty dashed one for a role that nobody plays.

    Written here and not in a template: a list of fifty rows holds two hundred of them.
    """
    return format_html('<ul class="faces faces-tight">{}</ul>', format_html_join("", "<li>{}</li>", map(_disc, seats)))


def _disc(seat: Any) -> tuple[SafeString]:
    shown: Any
    role = Role(seat.role)
    mark = icon(ROLE_ICONS[role])
    if seat.user is None:
        title = said = gettext("%(role)s: nobody yet") % {"role": role.label}
        kind, shown = "face face-missing", icon("plus")
    else:
        said, title = f"{seat.user}, {role.label}", f"{seat.user} · {role.label}"
        kind, shown = "face", seat.user.initials
    html = (
        '<span class="{}" title="{}"><span class="face-disc" aria-hidden="true">{}<span class="face-mark">{}</span>'
        '</span><span class="visually-hidden">{}</span></span>'
    )
    return (format_html(html, kind, title, shown, mark, said),)


@register.inclusion_tag("components/stagebar.html")
def stagebar(steps: Sequence[Step]) -> dict[str, Any]:
    """The stage rail of a use case, from `Step`s in order."""
    return {"steps": steps}


def _unknown() -> SafeString:
    return format_html('<em class="unknown">{}</em>', wording.unknown())


def _time(moment: date | datetime, title: str, text: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), title, text)
