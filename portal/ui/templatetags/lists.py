"""The tag of the component of lists."""

from django import template
from django.utils.safestring import SafeString

from portal.ui.tables import drawing
from portal.ui.tables.listing import Listing

register = template.Library()


@register.simple_tag(takes_context=True)
def list_rows(context: template.Context, table: Listing) -> SafeString:
    """The rows of a page of a list: `{% list_rows table %}`."""
    return drawing.rows(context, table)
