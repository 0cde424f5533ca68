"""Whom incidents concern, and in what words."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Milestone, Notice

WORDS = {
    "notice.incident_opened": _("Incident on %(use_case_name)s: %(check)s, seen %(value)s."),
    "notice.incident_resolved": _("%(who)s resolved the incident %(check)s of %(use_case_name)s: %(why)s"),
}
NOTICES = [
    Notice("notice.incident_opened", _("An incident opens"), "alert-triangle", urgent=True, event="incident.opened"),
    Notice("notice.incident_resolved", _("An incident is resolved"), "circle-check", event="incident.resolved"),
]
MILESTONES = [Milestone("incident.opened"), Milestone("incident.resolved")]
