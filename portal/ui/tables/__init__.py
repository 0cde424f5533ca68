"""Lists: declared once in Python, shown with sort, filters, search, columns, keyboard, bulk verbs, views and files.

    TABLE = Table(key="sites", title=_("Sites"), order="name", columns=[Column(key="name", ...)], ...)

    listing = Listing(TABLE, request, Site.objects.all())
    return answer(request, "…/sites.html", listing, context)

and in the template `{% include "components/table.html" with table=listing %}`.
"""

from portal.ui.tables.answer import answer
from portal.ui.tables.filters import Between, Choices, Pick
from portal.ui.tables.listing import Listing
from portal.ui.tables.table import Bulk, Column, Pill, Preset, Table

__all__ = ["Between", "Bulk", "Choices", "Column", "Listing", "Pick", "Pill", "Preset", "Table", "answer"]
