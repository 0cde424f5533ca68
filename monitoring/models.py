"""Index of the tables of monitoring: imports only."""

from monitoring.checks.models import Check
from monitoring.feeds.models import KpiFeed
from monitoring.incidents.models import Incident
from monitoring.series.models import Batch, LatestValue, Series

__all__ = ["Batch", "Check", "Incident", "KpiFeed", "LatestValue", "Series"]
