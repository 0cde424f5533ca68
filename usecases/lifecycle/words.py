"""What the journal says of gates and of the road."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "gate.signer.business": _("Business"),
    "gate.signer.data": _("Data science"),
    "gate.signer.it": _("IT"),
    "gate.attested.poc": _("Attested for the gate to POC: “%(statement)s”"),
    "gate.attested.industrialisation": _("Attested for the gate to industrialisation: “%(statement)s”"),
    "gate.attested.production": _("Attested for the gate to production: “%(statement)s”"),
    "gate.attestation_withdrawn.poc": _("An attestation for the gate to POC was withdrawn."),
    "gate.attestation_withdrawn.industrialisation": _(
        "An attestation for the gate to industrialisation was withdrawn."
    ),
    "gate.attestation_withdrawn.production": _("An attestation for the gate to production was withdrawn."),
    "gate.signed.poc": _("The gate to POC was signed: %(target)s."),
    "gate.signed.industrialisation": _("The gate to industrialisation was signed: %(target)s."),
    "gate.signed.production": _("The gate to production was signed: %(target)s."),
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
    "gate.attested.beyond": _("Attested for the gate beyond the first site: “%(statement)s”"),
    "gate.attestation_withdrawn.beyond": _("An attestation for the gate beyond the first site was withdrawn."),
    "gate.signed.beyond": _("The gate beyond the first site was signed: %(target)s."),
    "gate.passed.beyond": _("The gate beyond the first site was passed, under version %(version)s of its criteria."),
    "criteria.published.beyond": _(
        "Version %(version)s of the criteria of the gate beyond the first site came in force."
    ),
    "break_glass.opened": _("The glass of a gate (%(target)s) was broken, and it opened: %(reason)s"),
    "break_glass.asked": _("The glass of a gate (%(target)s) was broken; a second person opens it: %(reason)s"),
    "break_glass.confirmed": _("A second person agreed that the glass of a gate (%(target)s) was broken. %(comment)s"),
    "break_glass.objected": _("A second person objected that the glass of a gate (%(target)s) was broken: %(comment)s"),
    "break_glass.overdue": _("No second person answered in time for the glass of a gate (%(target)s)."),
    "stage.stepped_back": _("The use case stepped back: %(reason)s"),
    "stage.stopped": _("The use case was stopped: %(reason)s"),
    "stage.resumed": _("The use case was resumed. %(reason)s"),
    "stage.retired": _("The product was retired: %(reason)s"),
    "job.kind.lifecycle.tell_overdue": _("Tell of broken glass that nobody answered for"),
}
