"""The parts `manage.py up` starts by itself when no outside one is named: PostgreSQL, Valkey, MLflow, web and workers.

Plain child processes of one supervisor. Imports nothing of the project but `portal.errors`.
"""
