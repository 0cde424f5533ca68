"""What an administrator says of emergencies in an environment."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.errors import Refused
from portal.people import rights
from portal.people.models import User
from usecases.deployments.models import Environment


def rule_emergencies(environment: Environment, *, by: User, second_person_at_once: bool) -> None:
    """Say when a second person answers who broke the glass here: before anything opens, or within a day.

    What was opened already keeps the rule of then. Raises NotAllowed, Refused when this is what it says already.
    """
    rights.require(by, "environment.manage")
    rule = {"second_person_at_once": second_person_at_once}
    with transaction.atomic():
        if not Environment.objects.filter(pk=environment.pk).exclude(**rule).update(**rule):
            raise Refused(_("This is what it says already."))
        environment.second_person_at_once = second_person_at_once
        when = "at_once" if second_person_at_once else "within_a_day"
        before = {"second_person_at_once": not second_person_at_once}
        record(f"environment.emergency_{when}", environment, by=by, before=before, after=rule)
