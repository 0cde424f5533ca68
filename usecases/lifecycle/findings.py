"""A criterion of a gate and what was found of it; a signature that a gate needs, and whose it is."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.people.models import Role, User
from portal.registry import Face, Text
from portal.ui import wording
from usecases.lifecycle.models import Attestation, Mode, SignOff


@dataclass(frozen=True, slots=True)
class Finding:
    """A criterion of a gate and what was found: met, not met, or unknown (None)."""

    code: str
    title: Text
    why: Text
    face: Face
    role: str
    mode: str
    attested: bool
    met: bool | None
    sentence: Text
    url: str = ""
    action: Text = ""
    attestation: Attestation | None = None
    people: tuple[User, ...] = ()

    @property
    def missing(self) -> bool:
        """Not met, or nobody knows."""
        return self.met is not True

    @property
    def blocks(self) -> bool:
        """Whether the gate stays shut because of it."""
        return self.missing and self.mode == Mode.BLOCK

    @property
    def warns(self) -> bool:
        """Whether passing needs a reason because of it."""
        return self.missing and self.mode == Mode.WARN

    @property
    def tone(self) -> str:
        """How it is coloured: green only with proof."""
        if self.met:
            return "ok"
        if self.met is None:
            return "unk"
        return "err" if self.mode == Mode.BLOCK else "warn"

    @property
    def mode_label(self) -> Text:
        """Its mode, in words."""
        return Mode(self.mode).label

    @property
    def who(self) -> str:
        """Who can mend it: the role, and its people."""
        return who(self.role, self.people)


@dataclass(frozen=True, slots=True)
class Seat:
    """A signature that a gate needs: the role, who signed, who could, and what was not met at that moment."""

    role: str
    sign_off: SignOff | None
    people: tuple[User, ...]
    unmet: tuple[Text, ...] = ()

    @property
    def label(self) -> Text:
        """The role, in words."""
        return Role(self.role).label

    @property
    def who(self) -> str:
        """The role and who could sign for it."""
        return who(self.role, self.people)


def who(role: str, people: Iterable[User]) -> str:
    """A role and its people: "IT: Jonas Berg"."""
    if not role:
        return _("an administrator")
    names = ", ".join(str(person) for person in people)
    label = str(Role(role).label)
    return wording.labelled(label, names) if names else _("%(role)s: nobody yet") % {"role": label}
