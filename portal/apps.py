from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The foundation."""

    name = "portal"

    def ready(self) -> None:
        # Tasks are sent through the configured application from every process.
        import portal.celery  # noqa: F401
