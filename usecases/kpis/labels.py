"""What the facts of a KPI are called, in forms and in its versions."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Text

FIELDS: dict[str, Text] = {
    "name": _("Name"),
    "unit": _("Unit"),
    "direction": _("Which way is better"),
    "cadence": _("Measured"),
    "proof": _("How the effect is proven"),
    "owner": _("Owner"),
    "baseline": _("Baseline: what the system in place does"),
    "baseline_source": _("Where the baseline comes from"),
    "target": _("Target"),
    "target_date": _("To be reached by"),
    "unit_value": _("What one unit is worth"),
    "aggregation": _("Sites and periods are put together as"),
    "scale": _("A rate is given per"),
    "outcome_delay": _("Outcome delay, in days"),
    "counted_from": _("Periods count from"),
    "baseline_error": _("Standard error of the baseline"),
    "rule": _("Decision rule"),
    "margin": _("Margin given away"),
    "control_share": _("Share drawn into the control arm"),
    "planned_n": _("People expected in both arms"),
    "comparison_ends": _("The comparison ends on"),
    "proxy_metric": _("Model metric that stands for it"),
    "proxy_direction": _("Which way is better for the metric"),
}
