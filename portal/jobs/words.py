"""What jobs say."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    # what each kind does; a feature words its own beside its other sentences
    "job.kind.jobs.purge": _("Delete what ended long ago"),
    "job.kind.demo.load": _("Tell the story of the demonstration"),
    "job.kind.audit.seal": _("Chain the events of the journal"),
    "job.kind.audit.export_head": _("Export the head of the journal's chain"),
    "job.kind.audit.verify": _("Verify the journal's chain"),
    "job.kind.notifications.deliver": _("Deliver a notification"),
    "job.kind.notifications.mail": _("Send an e-mail"),
    "job.kind.notifications.send_due": _("Send the notifications that are due"),
    "job.kind.api.forget_answers": _("Forget the answers kept for repeated requests"),
    # why one ended, and its log
    "job.worker_lost": _("The worker stopped in the middle, several times."),
    "job.refused": _("%(sentence)s"),
    "job.crashed": _("It stopped on an error (%(error)s); the log of the worker says where."),
    "job.cancelled": _("Cancelled by %(person)s."),
    "job.log_full": _("Further lines are left out."),
    "job.purged": _("%(jobs)s jobs deleted so far."),
    # the journal
    "job.retried": _("asked that “%(target)s” be tried again"),
    "job.cancelled_by": _("cancelled “%(target)s”"),
}
