"""What is said of feeds."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "job.kind.feeds.feed_due": _("Feed the KPIs that series feed"),
    "job.kind.feeds.feed_one": _("Feed a KPI from its series"),
    "feed.started": _("“%(target)s” is fed from the series “%(series)s”."),
    "feed.stopped": _("“%(target)s” is no longer fed from the series “%(series)s”."),
    "feed.not_allowed": _("Who connected it may no longer measure: somebody else connects it again."),
    "feed.refused": _("The measurements were refused: %(sentence)s"),
}
