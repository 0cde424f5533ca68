"""The reviews of the stories: one that was held, and one that is open, of each use case and of the portfolio."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import override

from portal.demo.cast import Cast
from portal.demo.teller import Teller, days
from usecases.catalog.models import UseCase
from usecases.reviews import actions
from usecases.reviews.models import Review


@dataclass(frozen=True, slots=True)
class Agreed:
    """An action of a story: whose, so many days after the meeting, and when it was done (None: it is not)."""

    text: str
    owner: str
    due: float
    done: float | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """Who holds a review, who is there, what was decided and agreed."""

    by: str
    present: tuple[str, ...]
    decisions: tuple[str, ...]
    agreed: tuple[Agreed, ...]


CAMPAIGN = Meeting(
    "claire",
    ("claire", "amit", "jonas"),
    (
        "Go on with the uplift model at one more site; the manual rule stays where it is.",
        "Keep one customer in ten out of every wave, so that the effect stays measured.",
    ),
    (
        Agreed("Brief the operators of the next site on the target list", "claire", 14, done=10),
        Agreed("Say why a customer is on the list, in one sentence", "amit", 40),
        Agreed("Rehearse the return to the manual rule", "jonas", 21, done=20),
    ),
)
PUMPS = Meeting(
    "paul",
    ("paul", "lena", "karim"),
    ("Keep the threshold at the north bench until a model is better by the agreed rule.",),
    (
        Agreed("Show the decision page to the night shift", "paul", 21),
        Agreed("Measure the idle noise of the south bench for a week", "lena", 14, done=12),
    ),
)
PORTFOLIO = Meeting(
    "sofia",
    ("sofia", "claire", "hugo"),
    ("Fund the campaign until its gate to production; look at the service desk again once IT has joined.",),
    (Agreed("Name somebody of IT for the service desk", "sofia", 30),),
)


def hold(teller: Teller, cast: Cast, use_case: UseCase | None, moment: datetime, meeting: Meeting) -> None:
    """Freeze the page `moment`, meet the day after, and close it; once."""
    found = Review.objects.of(use_case).filter(number=1).select_related("use_case__team").first()
    if found is None:
        found = prepare(teller, cast, use_case, moment, meeting.by)
    if not found.is_open:
        return
    by = cast[meeting.by]
    with teller.at(moment + days(1)), override("en"):
        actions.attend(found, [cast[name] for name in meeting.present], by=by)
        written = set(found.decisions.values_list("text", flat=True)) | set(
            found.actions.values_list("text", flat=True)
        )
        for text in meeting.decisions:
            if text not in written:
                actions.decide(found, by=by, text=text)
        for one in meeting.agreed:
            if one.text not in written:
                due = (moment + days(1 + one.due)).date()
                actions.agree(found, by=by, text=one.text, owner=cast[one.owner], due=due)
        actions.close(found, by=by, next_at=moment + days(29))
    teller.wait("reviews.print", str(found.uid))


def prepare(
    teller: Teller, cast: Cast, use_case: UseCase | None, moment: datetime, by: str, meets_in: float = 1
) -> Review:
    """Freeze the page of the next review `moment`; it meets so many days later."""
    if use_case is not None:
        # Gates were passed since the story read it.
        use_case.refresh_from_db()
    with teller.at(moment), override("en"):
        return actions.open_review(use_case, by=cast[by], meets_at=moment + days(meets_in))


def go_on(teller: Teller, cast: Cast, use_case: UseCase | None, until: datetime, meeting: Meeting) -> None:
    """Do what was done by then of what was agreed, and freeze the page of the next review; once."""
    held = Review.objects.of(use_case).get(number=1)
    for one in _done(meeting.agreed):
        action = (
            held.actions.filter(text=one.text, done_at=None).select_related("review__use_case__team", "owner").first()
        )
        when = held.meets_at + days(one.done or 0)
        if action is not None and when <= until:
            with teller.at(when), override("en"):
                actions.finish(action, by=cast[one.owner])
    if not Review.objects.of(use_case).filter(number=2).exists():
        # The story ends up to ten days before today: this one is still to come.
        prepare(teller, cast, use_case, until, meeting.by, meets_in=12)


def _done(agreed: Sequence[Agreed]) -> list[Agreed]:
    return [one for one in agreed if one.done is not None]
