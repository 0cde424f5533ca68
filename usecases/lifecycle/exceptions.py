"""What of gates is on the page of exceptions."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Exceptional

EXCEPTIONS = (
    Exceptional(
        "gate.unmet",
        _("Gate passed with criteria unmet"),
        _("A criterion that only warns was not met, and the use case went on."),
        ("gate.passed.",),
        only={"data__params__warned__0__isnull": False},
    ),
    Exceptional(
        "gate.attested",
        _("Attestation"),
        _("Somebody's word stands where no fact could be read."),
        ("gate.attested.",),
        tone="unk",
    ),
)
