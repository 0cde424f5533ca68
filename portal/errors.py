"""The three ways Passerelle says no. Every door (page, API, command) turns them into the same sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

Sentence = str | Promise


class Refused(Exception):
    """The state of things does not allow it: 409 on the API, a message on a page."""

    status = 409
    # Whether what was done before it was said is kept: the transaction of the door ends well.
    stands = False

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(Refused):
    """This person may not do it, though they may see it: 403."""

    status = 403


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with what was sent: the field, the line (1-based, None when there is no line), the sentence."""

    field: str
    sentence: Sentence
    line: int | None = None


class BadInput(Refused):
    """What was sent cannot be taken, and nothing of it was: 400, with one `Problem` per field or line."""

    status = 400

    def __init__(self, sentence: Sentence, problems: Sequence[Problem] = ()) -> None:
        super().__init__(sentence)
        self.problems = tuple(problems)

    @classmethod
    def of(cls, sentence: Sentence, fields: Mapping[str, Sentence]) -> "BadInput":
        """Build from a mapping field → sentence."""
        return cls(sentence, [Problem(field, text) for field, text in fields.items()])
