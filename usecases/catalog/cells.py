"""The cells of the portfolio, the list that is opened most."""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui.tables.drawing import only
from portal.ui.tables.listing import Cell, Row
from portal.ui.templatetags import ui

if TYPE_CHECKING:
    from portal.registry import Headline

NAMED = 2  # sites named in a cell


def name(row: Row, cell: Cell) -> SafeString:
    """The use case, and the decision it makes better."""
    link = format_html('<a class="name" href="{}">{}</a>', row.link, cell.value)
    decision = row.item.use_case.decision
    return format_html('{}<div class="text-2 small">{}</div>', link, decision) if decision else link


def health(row: Row, cell: Cell) -> SafeString:
    """How it is, and why."""
    state = only(cell, "only", ui.status(cell.value.tone, cell.value.label))
    reason = row.item.use_case.health_reason
    return format_html('{}<div class="asof">{}</div>', state, reason) if reason else state


def stage(row: Row, cell: Cell) -> SafeString:
    """The stage, and for how long."""
    days = ngettext("%(number)s day", "%(number)s days", row.item.days) % {"number": row.item.days}
    return format_html('{}<div class="asof nowrap">{}</div>', only(cell, "only nowrap", cell.value), days)


def kpi(row: Row, cell: Cell) -> SafeString:
    """The headline, and how it went."""
    told, trend = headline(row.item.headline), row.item.trend
    if trend is None:
        return told
    return format_html('<div class="with-spark">{}<div>{}</div></div>', ui.sparkline(trend), told)


def headline(told: "Headline") -> SafeString:
    """The figure with its proof, interval and day; or why there is none."""
    if not told.value and not told.note:
        return format_html('<span class="text-2">{}</span>', _("No KPI yet"))
    if not told.value:
        note = format_html('<span class="text-2">{}</span>', told.note)
        return format_html('{}<div class="asof">{}</div>', note, told.title) if told.as_of else note
    grade, parts = SafeString(), format_html("{}", told.title)
    if told.grade:
        proof = _("Proof grade %(grade)s") % {"grade": told.grade}
        html = ' <span class="grade" role="img" title="{}" aria-label="{}">{}</span>'
        grade = format_html(html, proof, proof, told.grade)
    if told.interval:
        parts = format_html("{} · {}", parts, told.interval)
    if told.as_of:
        parts = format_html("{} · {}", parts, ui.day(told.as_of))
    return format_html('<b class="w6 nowrap">{}</b>{}<div class="asof">{}</div>', told.value, grade, parts)


def team(row: Row, cell: Cell) -> SafeString:
    """Who plays which role, and in which team."""
    return format_html("{}{}", row.item.faces, only(cell, "only asof", cell.value))


def sites(row: Row, cell: Cell) -> SafeString:
    """The first sites it serves, and how many more."""
    if not cell.value:
        return format_html('<span class="small"><span class="text-2">{}</span></span>', _("None yet"))
    shown, more = ", ".join(cell.value[:NAMED]), len(cell.value) - NAMED
    if more <= 0:
        return format_html('<span class="small">{}</span>', shown)
    said = _("and %(number)s more") % {"number": more}
    return format_html('<span class="small">{} <span class="text-2">{}</span></span>', shown, said)


def gate(row: Row, cell: Cell) -> SafeString:
    """The gate ahead."""
    if not cell.value:
        return format_html('<span class="text-2">{}</span>', _("None"))
    url = reverse("gate", args=[row.item.use_case.slug, row.item.use_case.stage_ahead.value])
    return format_html('<a class="link-row nowrap small" href="{}">{}</a>', url, cell.value)
