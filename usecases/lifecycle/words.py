"""What the journal says of gates."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "gate.attested.poc": _("Attested for the gate to POC: “%(statement)s”"),
    "gate.attested.industrialisation": _("Attested for the gate to industrialisation: “%(statement)s”"),
    "gate.attested.production": _("Attested for the gate to production: “%(statement)s”"),
    "gate.attestation_withdrawn.poc": _("An attestation for the gate to POC was withdrawn."),
    "gate.attestation_withdrawn.industrialisation": _(
        "An attestation for the gate to industrialisation was withdrawn."
    ),
    "gate.attestation_withdrawn.production": _("An attestation for the gate to production was withdrawn."),
    "gate.signed.poc": _("The gate to POC was signed."),
    "gate.signed.industrialisation": _("The gate to industrialisation was signed."),
    "gate.signed.production": _("The gate to production was signed."),
    "gate.passed.poc": _("The gate to POC was passed, under version %(version)s of its criteria."),
    "gate.passed.industrialisation": _(
        "The gate to industrialisation was passed, under version %(version)s of its criteria."
    ),
    "gate.passed.production": _("The gate to production was passed, under version %(version)s of its criteria."),
    "criteria.published.poc": _("Version %(version)s of the criteria of the gate to POC came in force."),
    "criteria.published.industrialisation": _(
        "Version %(version)s of the criteria of the gate to industrialisation came in force."
    ),
    "criteria.published.production": _("Version %(version)s of the criteria of the gate to production came in force."),
}
