"""Gates as things that people speak about."""

import uuid
from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.people.models import User
from portal.registry import Subject, SubjectKind
from usecases.catalog.models import UseCase
from usecases.lifecycle.models import GateKey

# A gate is no row: its uid is its use case's, crossed with a mask per gate, so that either is found from the other.
# Version and variant of the uid are left alone.
_KEPT = (0xF << 76) | (0x3 << 62)
_MASKS = {gate: uuid.uuid5(uuid.NAMESPACE_URL, f"gate:{gate.value}").int & ~_KEPT for gate in GateKey}


def uid_of(use_case: UseCase, stage: GateKey) -> uuid.UUID:
    """The uid of this gate."""
    return uuid.UUID(int=use_case.uid.int ^ _MASKS[stage])


def several(user: User, uids: Sequence[uuid.UUID]) -> Iterator[Subject]:
    """Those of these gates whose use case this person may see. One query."""
    named = {uuid.UUID(int=uid.int ^ mask): (uid, stage) for uid in uids for stage, mask in _MASKS.items()}
    for one in UseCase.objects.visible_to(user).filter(uid__in=named).select_related("team"):
        uid, stage = named[one.uid]
        yield Subject(
            type="gate",
            uid=uid,
            title=_("Gate to %(stage)s: %(use_case)s") % {"stage": stage.label, "use_case": one.name},
            url=reverse("gate", args=[one.slug, stage.value]),
            use_case=one.slug,
            team=one.team,
        )


def load(user: User, uid: uuid.UUID) -> Subject | None:
    """The gate, if this person may see its use case. One query."""
    return next(several(user, [uid]), None)


SUBJECTS = [SubjectKind("gate", load, several)]
