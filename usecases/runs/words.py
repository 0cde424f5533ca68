"""What runs and their synchronisation say."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    # what its jobs do
    "job.kind.runs.sync": _("Read runs and models from a tracking server"),
    "job.kind.runs.sync_due": _("Ask each tracking server for what is new"),
    # the journal
    "server.declared": _("declared the tracking server %(target)s (%(host)s)"),
    "experiment.linked": _("linked the experiment %(target)s of %(server)s"),
    "runs.sync_requested": _("asked that all runs be read again"),
    "runs.found": _("found %(runs)s new runs on %(server)s"),
    "run.marked_baseline": _("marked %(target)s as the simple baseline (before: %(former)s)"),
    "run.marked_candidate": _("marked %(target)s as the candidate (before: %(former)s)"),
    "run.unmarked": _("took the mark off %(target)s"),
    "identity.mapped": _("said which MLflow user is %(person)s"),
    # a synchronisation under way
    "runs.reading": _("Reading runs of %(server)s: %(runs)s so far."),
    "runs.reading_models": _("Reading the versions of %(model)s."),
    "runs.synchronised": _("%(runs)s runs read."),
    "runs.server_unreachable": _("The tracking server %(server)s does not answer as it should; trying again."),
}
