"""Whom gates concern, and in what words."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Notice

WORDS = {
    "notice.gate_signed": _("%(who)s signed the next gate of %(use_case_name)s."),
    "notice.gate_passed": _("%(use_case_name)s passed a gate: %(who)s said so."),
}
NOTICES = [
    Notice("notice.gate_signed", _("A gate of my team was signed"), "writing-sign", event="gate.signed"),
    Notice("notice.gate_passed", _("A use case of my team passed a gate"), "lock-open", event="gate.passed"),
]
