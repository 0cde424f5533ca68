"""What the demo's data scientist does: splits, policies, diagnosis, honest measures, logging to MLflow."""
