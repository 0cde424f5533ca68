from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The foundation."""

    name = "portal"

    def ready(self) -> None:
        # Tasks are sent through the configured application from every process; checks register themselves.
        from django.contrib.auth.signals import user_logged_in

        import portal.celery
        import portal.checks  # noqa: F401
        from portal.signin import rules

        user_logged_in.connect(rules.begin, dispatch_uid="portal.signin.begin")
