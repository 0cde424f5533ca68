"""Doors of the workers."""

from monitoring.feeds import feed
from portal.jobs import runner as jobs


@jobs.handler("feeds.feed_due")
def feed_due(progress: jobs.Progress) -> None:
    """Every hour: full periods of series become measurements."""
    feed.feed_due()


@jobs.handler("feeds.feed_one")
def feed_one(progress: jobs.Progress, feed_id: int) -> None:
    """One feed, when it is started."""
    feed.feed(feed_id)
