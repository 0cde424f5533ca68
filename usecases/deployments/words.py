"""What releases and deployments say."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    # what its jobs do
    "job.kind.releases.prepare": _("Hash what a release is made of"),
    "job.kind.deployments.execute": _("Make a release live"),
    "job.kind.deployments.expire_requests": _("End requests that nobody decided"),
    # the journal
    "environment.emergency_at_once": _(
        "said that in %(target)s a second person agrees before an emergency opens a gate"
    ),
    "environment.emergency_within_a_day": _(
        "said that in %(target)s a second person answers an emergency within a day"
    ),
    "environment.created": _("created the environment %(target)s"),
    "release.declared": _("declared the system in place: %(target)s"),
    "release.created": _("asked to prepare %(target)s from %(version)s"),
    "release.ready": _("sealed %(target)s with the digest %(digest)s"),
    "release.failed": _("could not prepare %(target)s"),
    "deployment.declared": _("declared as found: %(target)s"),
    "deployment.requested": _("asked for %(target)s"),
    "deployment.voted": _("approved %(target)s (%(votes)s of %(needed)s approvals)"),
    "deployment.approved": _("approved %(target)s"),
    "deployment.changes_asked": _("asked for changes to %(target)s: %(comment)s"),
    "deployment.rejected": _("rejected %(target)s: %(comment)s"),
    "deployment.withdrawn": _("withdrew %(target)s"),
    "deployment.expired": _("ended the request without a decision: %(target)s"),
    "deployment.voided": _("made void, because the site's particulars changed: %(target)s"),
    "deployment.running": _("started %(target)s"),
    "deployment.live": _("live: %(target)s"),
    "deployment.failed": _("failed: %(target)s"),
    "deployment.replaced": _("replaced: %(target)s"),
    "deployment.rolled_back": _("rolled back from %(former)s: %(target)s"),
    "deployment.retried": _("started again: %(target)s"),
    # the machine at work, and why it stopped
    "releases.hashing": _("Hashing %(file)s."),
    "releases.version_gone": _("MLflow has no %(model)s any more, or its files are gone."),
    "releases.files_refused": _("The files of the model cannot be hashed (%(detail)s)."),
    "releases.server_unreachable": _("The tracking server %(server)s does not answer as it should."),
    "deployments.asking": _("Making it live at %(target)s."),
    "deployments.server_unreachable": _("The tracking server does not answer as it should; %(target)s is as it was."),
    "deployments.version_gone": _("MLflow has no version %(version)s of %(model)s any more."),
    "deployments.files_changed": _(
        "The files of %(model)s %(version)s are no longer those that were approved: nothing was deployed."
    ),
    "deployments.alias_differs": _("The alias %(alias)s of %(model)s is not where it was put: somebody moved it."),
}
