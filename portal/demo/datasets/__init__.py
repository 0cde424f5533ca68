"""The data the demo tells its stories on: one small adapter per set, nothing of the portal inside."""
