"""Pages that send points and give them back."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from monitoring.series import points
from monitoring.series.actions import send_points
from monitoring.series.forms import UploadForm
from monitoring.series.models import Series
from monitoring.series.payload import read_csv
from monitoring.series.ranges import chosen
from portal.errors import BadInput
from portal.people import rights
from portal.ui.as_of import shows_the_past
from portal.ui.sheets import harmless
from usecases.catalog.visible import SignedInRequest, use_case_or_404


@require_http_methods(["GET", "POST"])
def points_upload(request: SignedInRequest, slug: str) -> HttpResponse:
    """Send a CSV file of points; nothing is kept when one line is wrong."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "series.send", use_case.team)
    form = UploadForm(request.POST or None, request.FILES or None)
    refused: BadInput | None = None
    if request.method == "POST" and form.is_valid():
        try:
            batch = send_points(use_case, read_csv(form.cleaned_data["file"].read()), by=request.user)
        except BadInput as refusal:
            refused = refusal
        else:
            sentence = ngettext(
                "%(number)s point arrived, %(changed)s of them new or changed.",
                "%(number)s points arrived, %(changed)s of them new or changed.",
                batch.points,
            )
            messages.success(request, sentence % {"number": batch.points, "changed": batch.changed})
            return redirect("use_case_monitoring", use_case.slug)
    context = {"use_case": use_case, "section": "monitoring", "nav": "portfolio", "form": form, "refused": refused}
    return render(request, "monitoring/series/upload.html", context, status=400 if form.errors or refused else 200)


@shows_the_past
@require_GET
def series_csv(request: SignedInRequest, slug: str, uid: str) -> StreamingHttpResponse:
    """The points of a series in the range asked for, as the CSV that can be sent again: times in UTC."""
    series = get_object_or_404(Series, use_case=use_case_or_404(request, slug), uid=uid)
    extent = points.extent(series.pk)
    stretch = chosen(request.GET, *extent) if extent else None
    rows = points.export(series.pk, stretch.start, stretch.end) if stretch else iter(())
    writer = csv.writer(_Echo())
    name = harmless(series.name)
    lines: Iterator[str] = (writer.writerow((name, ts.isoformat(), value)) for ts, value in rows)
    response = StreamingHttpResponse(_after(writer.writerow(("series", "ts", "value")), lines), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="series-{series.uid}.csv"'
    return response


class _Echo:
    """A file that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line


def _after(header: Any, lines: Iterator[str]) -> Iterator[str]:
    yield header
    yield from lines
