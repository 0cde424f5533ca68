from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The foundation."""

    name = "portal"

    def ready(self) -> None:
        # Tasks are sent through the configured application from every process; checks register themselves.
        import portal.celery
        import portal.checks  # noqa: F401
