"""Index of the tables of monitoring: imports only."""

from monitoring.checks.models import Check
from monitoring.incidents.models import Incident
from monitoring.series.models import Batch, LatestValue, Series

__all__ = ["Batch", "Check", "Incident", "LatestValue", "Series"]
