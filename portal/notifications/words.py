"""What notifications say of themselves, and why something was not sent."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Notice

WORDS = {
    "notice.job_failed": _("A job of the machine failed for good: %(job)s."),
    "notice.token_ends": _("Your token “%(token)s” stops on %(day)s."),
    "notice.member_added": _("You were added to the team %(team_name)s."),
    "notice.deputy_named": _("%(who)s named you deputy in the team %(team_name)s, from %(first_day)s to %(last_day)s."),
    "notice.webhook_disabled": _("The webhook to %(address)s was disabled: its receiver says that it is gone."),
    "notice.second_factor_reset": _("Your second factor was reset by %(who)s."),
    "notice.test": _("This is a test: the channel works."),
    "email.refused": _("The mail server refused it (%(status)s)."),
    "email.unreachable": _("The mail server does not answer (%(error)s)."),
    "email.nobody": _("The person is deactivated or has no address."),
    "webhook.forbidden": _("The address leads into a private network that is not listed."),
    "webhook.unreachable": _("The receiver does not answer (%(error)s)."),
    "webhook.refused": _("The receiver answered %(status)s."),
    "webhook.gone": _("The receiver answered 410: it is gone."),
    "webhook.paused": _("It was disabled by hand."),
    "webhook.off": _("The webhook is disabled or was removed."),
    "chat.forbidden": _("This address is not, or no longer, allowed."),
    "chat.not_taken": _("The room did not take it."),
    "chat.removed": _("The room was removed."),
    "endpoint.added": _("A webhook to %(target)s was added."),
    "endpoint.removed": _("The webhook to %(target)s was removed."),
    "endpoint.rotated": _("The secret of the webhook to %(target)s was changed."),
    "endpoint.enabled": _("The webhook to %(target)s was enabled again."),
    "endpoint.disabled": _("The webhook to %(target)s was disabled: its receiver says that it is gone."),
    "endpoint.changed": _("What the webhook to %(target)s is told was changed."),
    "endpoint.paused": _("The webhook to %(target)s was disabled by hand."),
    "endpoint.tested": _("A test was sent to the webhook %(target)s."),
    "endpoint.replayed": _("%(number)s deliveries to %(target)s were asked for again."),
    "room.added": _("The chat room %(target)s was added."),
    "room.changed": _("The chat room %(target)s was changed."),
    "room.tested": _("A test was sent to the chat room %(target)s."),
    "habits.chosen": _("%(target)s chose how to be told: %(fields)s."),
    "room.removed": _("The chat room %(target)s was removed."),
}
NOTICES = [
    Notice("notice.job_failed", _("A job of the machine failed"), "alert-triangle", event="job.failed"),
    Notice("notice.token_ends", _("One of my tokens stops soon"), "key"),
    Notice("notice.member_added", _("I was added to a team"), "user-plus"),
    Notice("notice.deputy_named", _("I was named deputy"), "user-check"),
    Notice("notice.webhook_disabled", _("A webhook of mine was disabled"), "webhook", urgent=True),
    Notice("notice.second_factor_reset", _("My second factor was reset"), "shield-lock", urgent=True),
    Notice("notice.test", _("A test of a channel"), "send", event="test"),
]
