"""Steering's decision in force on a use case: one compare-and-set, with its row of history."""

from decimal import Decimal

from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Refused
from portal.people.models import User
from usecases.catalog.models import Funding, Stage, UseCase
from usecases.steering.models import DecisionKind, SteeringDecision

CLOSED = (Stage.STOPPED, Stage.RETIRED)
LEADS_TO = {
    DecisionKind.FUND: Funding.FUNDED,
    DecisionKind.PAUSE: Funding.PAUSED,
    DecisionKind.STOP: Funding.UNDECIDED,
}


def take(
    use_case: UseCase, kind: DecisionKind, *, seen: str, by: User, reason: str, amount: Decimal | None
) -> SteeringDecision:
    """Put a decision in force if the one in force is still `seen`. Raises Refused when it is not, or off the road."""
    now = clock.now()
    same = UseCase.objects.filter(pk=use_case.pk, funding=seen).exclude(stage__in=CLOSED)
    if not same.update(funding=LEADS_TO[kind], funding_since=now):
        use_case.refresh_from_db(fields=["stage", "funding"])
        if use_case.stage in CLOSED:
            raise Refused(_("This use case is off its road already: there is nothing to decide."))
        raise Refused(_("Somebody else decided in the meantime: look at the page again."))
    use_case.funding, use_case.funding_since = LEADS_TO[kind], now
    return SteeringDecision.objects.create(
        use_case=use_case, kind=kind, reason=reason, amount=amount, currency=use_case.currency, by=by
    )
