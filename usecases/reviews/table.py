"""The lists of reviews and of actions."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from portal.people.models import User
from portal.ui.tables import Between, Bulk, Choices, Column, Pill, Table
from usecases.reviews import actions
from usecases.reviews.models import ReviewAction, ReviewStatus
from usecases.reviews.page import kind


def _finish(action: ReviewAction, by: User) -> None:
    actions.finish(action, by=by)


ALL = Table(
    key="reviews",
    title=_("Reviews"),
    order="-meets",
    link=lambda one: one.get_absolute_url(),
    filters=[
        Choices(key="status", title=_("Status"), choices=ReviewStatus.choices, field="status"),
        Between(key="meets", title=_("Meets"), field="meets_at"),
    ],
    columns=[
        Column(key="review", title=_("Review"), value=kind, sort="number"),
        Column(
            key="about",
            title=_("About"),
            value=lambda one: one.use_case.name if one.use_case else str(_("The portfolio")),
            sort="use_case__name",
        ),
        Column(key="meets", title=_("Meets"), value=lambda one: one.meets_at, sort="meets_at"),
        Column(
            key="status",
            title=_("Status"),
            value=lambda one: Pill(one.tone, one.get_status_display()),
            sort="status",
            filter="status",
            filters_by=lambda one: one.status,
        ),
        Column(key="frozen", title=_("As of"), value=lambda one: one.as_of, sort="as_of"),
        Column(key="next", title=_("Next review"), value=lambda one: one.next_at, sort="next_at", hidden=True),
        Column(key="seal", title=_("Seal"), value=lambda one: one.digest, hidden=True),
    ],
)
OWN = replace(ALL, key="use-case-reviews", columns=[one for one in ALL.columns if one.key != "about"])
TO_DO = Table(
    key="my-actions",
    title=_("My actions"),
    order="due",
    search=("text",),
    search_label=_("Words of the action"),
    filters=[
        Choices(
            key="state",
            title=_("State"),
            choices=[("todo", _("To do")), ("done", _("Done"))],
            usual="todo",
            narrow=lambda rows, values: rows.filter(done_at__isnull="todo" in values) if len(values) == 1 else rows,
        ),
        Between(key="due", title=_("Due"), field="due"),
    ],
    bulk=[Bulk(key="finish", label=_("Done"), icon="check", act=_finish)],
    columns=[
        Column(key="action", title=_("Action"), value=lambda one: one.text, sort="text"),
        Column(key="due", title=_("Due"), value=lambda one: one.due, sort="due"),
        Column(key="state", title=_("State"), value=lambda one: Pill(one.tone, one.state)),
        Column(
            key="about",
            title=_("About"),
            value=lambda one: str(one.about or one.review.use_case or _("The portfolio")),
        ),
        Column(key="agreed", title=_("Agreed"), value=lambda one: one.occurred_at, sort="occurred_at"),
        Column(
            key="verbs",
            title=_("Say so"),
            value=lambda one: "",
            template="usecases/reviews/cells/finish.html",
        ),
    ],
)
