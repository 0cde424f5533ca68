"""Series as they stood on the day looked at: their newest point until then."""

from collections.abc import Sequence

from monitoring.series import points
from monitoring.series.models import LatestValue, Series
from portal import clock


def as_they_were(rows: Sequence[Series]) -> Sequence[Series]:
    """These series with their newest point of then; one query, none in the present.

    A point that was corrected since has its corrected value: the one before is not kept.
    """
    at = clock.past()
    if at is None:
        return rows
    newest = points.newest([one.pk for one in rows], at)
    for one in rows:
        one._state.fields_cache.pop("latest", None)
        if one.pk in newest:
            ts, value = newest[one.pk]
            one._state.fields_cache["latest"] = LatestValue(series=one, ts=ts, value=value)
        else:
            one._state.fields_cache["latest"] = None
    return rows
