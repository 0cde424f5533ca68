"""Jobs of series."""

from monitoring.series import points
from portal.jobs import runner as jobs


@jobs.handler("series.make_partitions")
def make_partitions(progress: jobs.Progress) -> None:
    """Make the partitions of this month and the next three."""
    points.make_ahead()
