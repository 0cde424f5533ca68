"""What the story says while it is told."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "demo.cast": _("People, teams, sites and environments"),
    "demo.data": _("Reading the data: %(title)s"),
    "demo.portfolio": _("The rest of the portfolio"),
    "demo.training": _("Training: %(name)s"),
    "demo.opening": _("Opening “%(name)s”"),
    "demo.week": _("%(name)s, week %(week)s: people scored, KPI measured"),
    "demo.tests": _("%(name)s, week %(week)s: tests diagnosed, KPI measured"),
    "demo.deploying": _("%(name)s goes to %(site)s"),
    "demo.gate": _("%(name)s passes the gate to %(stage)s"),
    "demo.validating": _("%(name)s: each kind of model against the others, fold by fold"),
    "demo.no_tracking": _("The MLflow server does not answer."),
}
