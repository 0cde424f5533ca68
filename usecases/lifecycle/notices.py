"""Whom gates concern, and in what words."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Notice

WORDS = {
    "notice.gate_signed": _("%(who)s signed the next gate of %(use_case_name)s."),
    "notice.gate_passed": _("%(use_case_name)s passed a gate: %(who)s said so."),
    "notice.glass_broken": _("%(who)s broke the glass of a gate of %(use_case_name)s: a second person answers."),
    "notice.glass_overdue": _("Nobody answered in time for the glass that %(who)s broke (%(use_case_name)s)."),
    "notice.stage_changed": _("%(who)s moved %(use_case_name)s on its road: %(reason)s"),
}
NOTICES = [
    Notice("notice.gate_signed", _("A gate of my team was signed"), "writing-sign", event="gate.signed"),
    Notice("notice.gate_passed", _("A use case of my team passed a gate"), "lock-open", event="gate.passed"),
    Notice(
        "notice.glass_broken",
        _("Break-glass was used on a gate of my team"),
        "alert-triangle",
        urgent=True,
        event="break_glass.broken",
    ),
    Notice(
        "notice.glass_overdue",
        _("Nobody answered a break-glass in time"),
        "alert-triangle",
        urgent=True,
        event="break_glass.overdue",
    ),
    Notice(
        "notice.stage_changed",
        _("A use case of my team stepped back, stopped or went on"),
        "flag",
        event="stage.changed",
    ),
]
