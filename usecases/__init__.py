"""Use cases: catalogue, KPIs, runs, deployments, lifecycle, overview."""
