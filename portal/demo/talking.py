"""What people of the demonstration say under things, at the time of the story, through the portal's own actions."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from portal.demo.teller import Teller
from portal.people.models import User
from portal.talk import actions as talk
from portal.talk.models import Comment
from portal.talk.subjects import load

# Who speaks, and what they say: the first opens a thread, the others answer it.
Said = Sequence[tuple[User, str]]


def converse(teller: Teller, type_: str, uid: uuid.UUID, moment: datetime, said: Said) -> None:
    """A thread under a thing, unless something was said there already."""
    if Comment.objects.filter(subject_uid=uid).exists():
        return
    first: Comment | None = None
    with teller.at(moment):
        for person, body in said:
            comment = talk.write(load(person, type_, uid), by=person, body=body, parent=first)
            first = first or comment
