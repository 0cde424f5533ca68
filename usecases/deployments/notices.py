"""Whom deployments concern, and in what words."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Notice

WORDS = {
    "notice.deployment_requested": _(
        "%(who)s asks that %(release)s go to %(target)s (%(use_case_name)s): it waits for you."
    ),
    "notice.deployment_approved": _("%(who)s approved %(release)s to %(target)s (%(use_case_name)s)."),
    "notice.deployment_rejected": _("%(who)s rejected %(release)s to %(target)s (%(use_case_name)s): %(comment)s"),
    "notice.deployment_changes": _("%(who)s asks for changes before %(release)s goes to %(target)s: %(comment)s"),
}
NOTICES = [
    Notice("notice.deployment_requested", _("A request waits for my approval"), "rocket", event="deployment.requested"),
    Notice("notice.deployment_approved", _("My request was approved"), "thumb-up", event="deployment.approved"),
    Notice("notice.deployment_rejected", _("My request was rejected"), "thumb-down", event="deployment.rejected"),
    Notice(
        "notice.deployment_changes", _("Changes were asked to my request"), "edit", event="deployment.changes_asked"
    ),
]
