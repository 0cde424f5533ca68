"""Monitoring: series, checks, incidents, boards."""
