"""What people do when they talk: comment, edit, remove, follow."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import clock
from portal.audit.record import record
from portal.errors import BadInput, NotAllowed, Refused
from portal.notifications.actions import tell
from portal.people import rights
from portal.people.models import User
from portal.registry import Subject
from portal.talk import markdown
from portal.talk.feed import USE_CASE
from portal.talk.models import LONGEST, Comment, CommentVersion, Follow, FollowChoice, Mention
from portal.talk.subjects import audience

EDITABLE = timedelta(hours=24)


@transaction.atomic
def write(subject: Subject, *, by: User, body: str, parent: Comment | None = None) -> Comment:
    """Say something under a thing, or in answer to what was said there.

    Raises NotAllowed; BadInput for nothing, too much, or a mention of somebody who may not see the thing.
    """
    rights.require(by, "comment.write", subject.team)
    text = _clean(body)
    named = _named(subject, text)
    if parent is not None and (parent.subject_uid != subject.uid or parent.parent_id is not None):
        raise Refused(_("One answers what was said here, not an answer."))
    comment = Comment.objects.create(
        subject_type=subject.type,
        subject_uid=subject.uid,
        subject_title=str(subject.title)[:200],
        use_case=subject.use_case,
        team=subject.team,
        parent=parent,
        author=by,
        body=text,
    )
    Mention.objects.bulk_create(Mention(comment=comment, user=person) for person in named)
    _follow_all(subject, [by, *named])
    _tell(comment, subject, named, followers(subject))
    record("comment.written", comment, by=by, team=subject.team, use_case=subject.use_case)
    return comment


@transaction.atomic
def edit(comment: Comment, subject: Subject, *, by: User, body: str) -> Comment:
    """Rewrite one's own comment within a day; what it said before is kept. Nothing is written when nothing changed."""
    require_author(comment, subject, by=by)
    text = _clean(body)
    if text == comment.body:
        return comment
    named = _named(subject, text)
    now = clock.now()
    unchanged = Comment.objects.filter(pk=comment.pk, removed_at=None, body=comment.body)
    if not unchanged.update(body=text, edited_at=now):
        raise Refused(_("The comment was edited or removed meanwhile: look at it again."))
    CommentVersion.objects.create(comment=comment, body=comment.body, until=now)
    known = set(comment.mentions.values_list("user_id", flat=True))
    comment.mentions.exclude(user__in=named).delete()
    Mention.objects.bulk_create((Mention(comment=comment, user=one) for one in named), ignore_conflicts=True)
    _follow_all(subject, named)
    comment.body, comment.edited_at = text, now
    _tell(comment, subject, [person for person in named if person.pk not in known], [])
    record("comment.edited", comment, by=by, team=subject.team, use_case=subject.use_case)
    return comment


def require_author(comment: Comment, subject: Subject, *, by: User) -> None:
    """Raise NotAllowed for who did not write it, Refused a day later."""
    rights.require(by, "comment.write", subject.team)
    if comment.author_id != by.pk:
        raise NotAllowed(_("Only its author edits a comment."))
    if clock.now() - comment.occurred_at > EDITABLE:
        raise Refused(_("A comment is edited within a day. Write another one."))


@transaction.atomic
def remove(comment: Comment, *, by: User) -> None:
    """Erase what one's own comment said, and all it said before; a moderator may erase anybody's. A mark stays."""
    if comment.author_id != by.pk:
        rights.require(by, "comment.moderate", comment.team)
    now = clock.now()
    if not Comment.objects.filter(pk=comment.pk, removed_at=None).update(body="", removed_at=now, removed_by=by):
        raise Refused(_("The comment is removed already."))
    comment.versions.all().delete()
    comment.mentions.all().delete()
    comment.body, comment.removed_at, comment.removed_by = "", now, by
    verb = "comment.removed" if comment.author_id == by.pk else "comment.moderated"
    record(verb, comment, by=by, team=comment.team, use_case=comment.use_case)


@transaction.atomic
def follow(subject: Subject, *, by: User, is_on: bool) -> None:
    """Follow a thing, or no longer; who said no is never made to follow it again."""
    Follow.objects.update_or_create(user=by, subject_uid=subject.uid, defaults={**_told(subject), "is_on": is_on})
    record("follow.started" if is_on else "follow.stopped", by, by=by, subject=str(subject.title)[:200])


@transaction.atomic
def choose(*, by: User, automatically: bool) -> None:
    """Say whether commenting on a thing, or being named there, makes one follow it."""
    FollowChoice.objects.update_or_create(user=by, defaults={"automatically": automatically})
    record("follow.chosen", by, by=by, after={"automatically": automatically})


def followers(subject: Subject) -> list[User]:
    """Who hears of a thing: who follows it or its use case, and who made it; only people who may see it now."""
    rows = Follow.objects.filter(Q(subject_uid=subject.uid) | Q(subject_type=USE_CASE, use_case=subject.use_case))
    refused = rows.filter(is_on=False, subject_uid=subject.uid).values("user")
    following = Q(pk__in=rows.filter(is_on=True).values("user")) | Q(pk__in=subject.people)
    return list(audience(subject).filter(following).exclude(pk__in=refused))


def _tell(comment: Comment, subject: Subject, named: Collection[User], following: Collection[User]) -> None:
    """Tell who is named, and who follows and is not named; never the author."""
    url = f"{reverse('talk', args=[subject.type, subject.uid])}#{comment.anchor}"
    told = {"who": str(comment.author), "subject": comment.subject_title}
    data = {"comment": str(comment.uid), "subject": str(subject.uid), "type": subject.type}
    mentioned = [person for person in named if person.pk != comment.author_id]
    others = [person for person in following if person.pk != comment.author_id and person not in mentioned]
    for kind, people in (("notice.mentioned", mentioned), ("notice.commented", others)):
        if people:
            tell(kind, people, url=url, team=subject.team, use_case=subject.use_case, data=data, **told)


def _clean(body: str) -> str:
    text = body.replace("\r\n", "\n").strip()
    said = _("The comment was not kept.")
    if not text:
        raise BadInput.of(said, {"body": _("Say something.")})
    if len(text) > LONGEST:
        raise BadInput.of(said, {"body": _("At most %(most)s characters.") % {"most": LONGEST}})
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise BadInput.of(said, {"body": _("It holds characters that cannot be kept.")})
    return text


def _named(subject: Subject, text: str) -> list[User]:
    """The people mentioned. Raises BadInput with one sentence for who is not there and for who may not see it."""
    names = markdown.mentioned(text)
    if not names:
        return []
    wanted = {name.lower() for name in names}
    found: list[User] = list(audience(subject).alias(lower=Lower("username")).filter(lower__in=wanted))
    missing = [name for name in names if name.lower() not in {person.username.lower() for person in found}]
    if missing:
        sentence = _(
            "Nobody who can see this is called %(names)s. Mention people of the team; an @ that is no mention goes "
            "between `backquotes`."
        )
        names_told = ", ".join(f"@{name[:80]}" for name in missing[:5])
        raise BadInput.of(_("The comment was not kept."), {"body": sentence % {"names": names_told}})
    return found


def _follow_all(subject: Subject, people: Collection[User]) -> None:
    """Make these people follow the thing, except who chose not to or said no to it before."""
    silent = FollowChoice.objects.filter(user__in=people, automatically=False).values_list("user_id", flat=True)
    rows: Iterable[Follow] = (
        Follow(user=person, subject_uid=subject.uid, **_told(subject))
        for person in {person.pk: person for person in people}.values()
        if person.pk not in set(silent)
    )
    Follow.objects.bulk_create(rows, ignore_conflicts=True)


def _told(subject: Subject) -> dict[str, str]:
    return {
        "subject_type": subject.type,
        "subject_title": str(subject.title)[:200],
        "use_case": subject.use_case,
    }
