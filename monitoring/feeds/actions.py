"""What people do with feeds: start one, stop one."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from monitoring.feeds.models import KpiFeed, Statistic
from monitoring.series.models import Kind, Series
from portal.audit import record as audit
from portal.errors import BadInput, Refused
from portal.jobs import queue
from portal.people import rights
from portal.people.models import User
from usecases.catalog.models import place_at
from usecases.kpis.models import KPI


def start_feed(series: Series, kpi: KPI, *, since: date, statistic: str = Statistic.MEAN, by: User) -> KpiFeed:
    """Let each full period of a business series, from `since` on, become a provisional measurement of a KPI.

    Raises BadInput when the two do not go together, Refused when the series feeds a KPI already.
    """
    use_case = series.use_case
    rights.require(by, "kpi.measure", use_case.team, place_at(series.site))
    wrong = {}
    if series.kind != Kind.BUSINESS:
        wrong["series"] = _("Only a business series feeds a KPI.")
    if kpi.use_case_id != series.use_case_id:
        wrong["kpi"] = _("The KPI is one of the same use case.")
    if statistic not in Statistic.values:
        wrong["statistic"] = _("This is not a choice.")
    if wrong:
        raise BadInput.of(_("Nothing was connected."), wrong)
    with transaction.atomic():
        # Two people at once: the second waits, and reads that it is done.
        Series.objects.select_for_update(of=("self",)).only("pk").get(pk=series.pk)
        if KpiFeed.objects.filter(series=series).exists():
            raise Refused(_("This series feeds a KPI already."))
        feed = KpiFeed.objects.create(series=series, kpi=kpi, since=since, statistic=statistic, created_by=by)
        audit.record("feed.started", kpi, by=by, team=use_case.team, use_case=use_case.slug, series=series.name)
        about = queue.About(kpi.name, use_case.team, use_case.slug)
        queue.enqueue("feeds.feed_one", str(feed.pk), about=about, feed_id=feed.pk)
    return feed


def stop_feed(feed: KpiFeed, *, by: User) -> None:
    """Let a series feed a KPI no more; what it fed stays. Raises Refused when somebody stopped it before."""
    use_case = feed.series.use_case
    rights.require(by, "kpi.measure", use_case.team, place_at(feed.series.site))
    with transaction.atomic():
        gone, _each = KpiFeed.objects.filter(pk=feed.pk).delete()
        if not gone:
            raise Refused(_("This series feeds no KPI any more."))
        audit.record(
            "feed.stopped", feed.kpi, by=by, team=use_case.team, use_case=use_case.slug, series=str(feed.series)
        )
