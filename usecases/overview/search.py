"""Comments among what is searched: they are of the portal, who may see them is a question of use cases."""

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from portal import plain
from portal.people.models import User
from portal.registry import Hit
from portal.talk.models import Comment
from usecases.catalog.models import UseCase


def comments(user: User, query: str, limit: int) -> list[Hit]:
    """What was said in the use cases that this person may see. One query."""
    visible = UseCase.objects.visible_to(user).values("slug")
    mine = Comment.objects.filter(use_case__in=visible, removed_at=None).select_related("author")
    found = plain.answers(mine, plain.ask(query), "subject_title", words=("body",)).order_by("-score", "-pk")
    return [
        Hit(
            kind=_("Comments"),
            title=Truncator(one.body).chars(90),
            detail=f"{one.author} · {one.subject_title}",
            url=f"{reverse('talk', args=[one.subject_type, one.subject_uid])}#{one.anchor}",
            # The thing itself stands before what was said of it.
            score=min(one.score, 0.6),
            icon="message",
        )
        for one in found[:limit]
    ]
